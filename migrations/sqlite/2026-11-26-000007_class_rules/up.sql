-- What a stall's money is taken to be until the vendor says so: rules propose, and decide nothing.

-- value: the payer's keyed hash, a folded word, or nothing (outside trading hours).
CREATE TABLE class_rules (
    board_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    occupancy_id BIGINT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('payer', 'outside_hours', 'memo_word')),
    value TEXT NOT NULL,
    class TEXT NOT NULL,
    created_by BIGINT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    ended_at_ms BIGINT,
    PRIMARY KEY (board_id, id),
    FOREIGN KEY (board_id, occupancy_id) REFERENCES occupancies (board_id, id)
);
CREATE INDEX class_rules_by_occupancy ON class_rules (board_id, occupancy_id);
