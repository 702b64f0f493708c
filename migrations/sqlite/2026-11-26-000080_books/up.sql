-- The revenue books that vendors have locked, a row a month.

CREATE TABLE books (
    board_id BIGINT NOT NULL,
    occupancy_id BIGINT NOT NULL,
    -- Year × 12 + month − 1.
    month INTEGER NOT NULL,
    -- JSON: what stood in the book, all of which stays.
    content TEXT NOT NULL,
    -- JSON: the decisions that stand in it, each a transfer and a number.
    seen TEXT NOT NULL,
    -- The phone.
    locked_by BIGINT NOT NULL,
    locked_at_ms BIGINT NOT NULL,
    PRIMARY KEY (board_id, occupancy_id, month),
    FOREIGN KEY (board_id, occupancy_id) REFERENCES occupancies (board_id, id)
);
