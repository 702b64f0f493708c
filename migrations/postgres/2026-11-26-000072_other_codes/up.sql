-- Codes of other schemes that hang on stalls: it cannot be read from them whom they pay.
CREATE TABLE other_codes (
    board_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    occupancy_id BIGINT NOT NULL,
    scheme TEXT NOT NULL,
    payload TEXT NOT NULL,
    holder_name TEXT NOT NULL,
    confirmed_by TEXT NOT NULL,
    registered_at_ms BIGINT NOT NULL,
    revoked_at_ms BIGINT,
    revoked_because TEXT,
    PRIMARY KEY (board_id, id),
    FOREIGN KEY (board_id, occupancy_id) REFERENCES occupancies (board_id, id)
);
CREATE INDEX other_codes_by_occupancy ON other_codes (board_id, occupancy_id);

-- The code of another scheme that was seen.
ALTER TABLE code_check_symbols ADD COLUMN other_code_id BIGINT;
