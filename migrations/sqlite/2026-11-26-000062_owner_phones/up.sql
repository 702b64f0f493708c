-- What opens a vendor's own page: six digits that the first phone chose, and the phones that knew
-- them.

CREATE TABLE owner_pins (
    board_id BIGINT NOT NULL,
    link_id BIGINT NOT NULL,
    -- Argon2id, under the installation's key.
    pin_hash TEXT NOT NULL,
    -- The phone that chose it.
    chosen_by BIGINT NOT NULL,
    chosen_at_ms BIGINT NOT NULL,
    -- Wrong tries of phones that never knew it, since an instant.
    wrong_count BIGINT NOT NULL,
    wrong_since_ms BIGINT NOT NULL,
    PRIMARY KEY (board_id, link_id),
    FOREIGN KEY (board_id, link_id) REFERENCES stall_links (board_id, id)
);

CREATE TABLE owner_phones (
    board_id BIGINT NOT NULL,
    listener_id BIGINT NOT NULL,
    -- Wrong tries in a row, and when the last one was.
    wrong_count BIGINT NOT NULL,
    wrong_at_ms BIGINT NOT NULL,
    -- When it first knew the digits.
    proved_at_ms BIGINT,
    -- Of the cookie that keeps the page open.
    session_hash TEXT,
    session_until_ms BIGINT,
    PRIMARY KEY (board_id, listener_id),
    FOREIGN KEY (board_id, listener_id) REFERENCES listeners (board_id, id)
);
