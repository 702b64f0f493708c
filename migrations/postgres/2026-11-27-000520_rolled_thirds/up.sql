-- Beside whole months their thirds are rolled up. A report that begins and ends within a month, as most do, read
-- some thirty days one by one; now at most ten at either end. The server makes all rows anew when it starts;
-- until then reports read days.
DROP TABLE month_totals;
DROP TABLE rolled_months;

-- Some days of an occupancy and account: a month's, its first ten, its second ten, or the rest of it. Valid only
-- while the days stand in rolled_pieces; a late change of one of them takes them out again, in the same
-- transaction.
CREATE TABLE rolled_totals (
    board_id BIGINT NOT NULL,
    from_day INTEGER NOT NULL,
    to_day INTEGER NOT NULL,
    occupancy_id BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    receipt_count BIGINT NOT NULL,
    receipt_vnd BIGINT NOT NULL,
    unclassified_count BIGINT NOT NULL,
    unclassified_vnd BIGINT NOT NULL,
    returned_vnd BIGINT NOT NULL,
    named_count BIGINT NOT NULL,
    wrong_amount_count BIGINT NOT NULL,
    receipt_days BIGINT NOT NULL,
    possible_days BIGINT NOT NULL,
    histogram BYTEA NOT NULL,
    PRIMARY KEY (board_id, from_day, to_day, occupancy_id, account_id)
);

CREATE TABLE rolled_pieces (
    board_id BIGINT NOT NULL,
    from_day INTEGER NOT NULL,
    to_day INTEGER NOT NULL,
    PRIMARY KEY (board_id, from_day, to_day)
);

-- No day after it is rolled up: most batches need not ask rolled_pieces.
ALTER TABLE board_heads RENAME COLUMN last_rolled_month TO last_rolled_day;
UPDATE board_heads SET last_rolled_day = 0;
