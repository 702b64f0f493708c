-- What vendors say of a day's cash in the evening, answer by answer: the latest counts.

CREATE TABLE cash_answers (
    board_id BIGINT NOT NULL,
    occupancy_id BIGINT NOT NULL,
    day INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('sold', 'day_off', 'declined')),
    cash_vnd BIGINT,
    -- Only where no feed tells it.
    transfer_vnd BIGINT,
    -- The phone.
    answered_by BIGINT NOT NULL,
    answered_at_ms BIGINT NOT NULL,
    PRIMARY KEY (board_id, occupancy_id, day, seq),
    FOREIGN KEY (board_id, occupancy_id) REFERENCES occupancies (board_id, id)
);
