ALTER TABLE board_heads RENAME COLUMN last_rolled_day TO last_rolled_month;
UPDATE board_heads SET last_rolled_month = 0;
DROP TABLE rolled_pieces;
DROP TABLE rolled_totals;

CREATE TABLE month_totals (
    board_id BIGINT NOT NULL,
    month INTEGER NOT NULL,
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
    PRIMARY KEY (board_id, month, occupancy_id, account_id)
);

CREATE TABLE rolled_months (
    board_id BIGINT NOT NULL,
    month INTEGER NOT NULL,
    PRIMARY KEY (board_id, month)
);
