-- Asking providers for what they know.

-- How a feed is polled. key_sealed: NULL after the installation's key was lost. accounts: a JSON
-- array of the accounts that are asked for one by one; empty: all of the key at once. One instance
-- polls a feed at a time: leased_until_ms and the term that it drew.
CREATE TABLE feed_polls (
    board_id BIGINT NOT NULL,
    feed_id BIGINT NOT NULL,
    api TEXT NOT NULL,
    base_url TEXT,
    accounts TEXT NOT NULL,
    interval_s INTEGER NOT NULL,
    from_day INTEGER NOT NULL,
    key_sealed BLOB,
    key_set_at_ms BIGINT NOT NULL,
    next_run_at_ms BIGINT NOT NULL,
    leased_until_ms BIGINT NOT NULL,
    lease_term BIGINT NOT NULL,
    last_run_at_ms BIGINT,
    last_success_at_ms BIGINT,
    last_error TEXT,
    last_error_status INTEGER,
    last_error_at_ms BIGINT,
    failure_count INTEGER NOT NULL,
    PRIMARY KEY (board_id, feed_id),
    FOREIGN KEY (board_id, feed_id) REFERENCES feeds (board_id, id)
);

-- How far a list was read; account '': all of the key. Every reading begins at cursor, and cursor
-- follows to head only when a later reading, some minutes after head was seen, has come to its end:
-- what the provider wrote down late stands before head.
CREATE TABLE poll_cursors (
    board_id BIGINT NOT NULL,
    feed_id BIGINT NOT NULL,
    account TEXT NOT NULL,
    cursor TEXT,
    head TEXT,
    head_seen_at_ms BIGINT NOT NULL,
    PRIMARY KEY (board_id, feed_id, account)
);

-- Deliveries that were read from a list whose ids are others than those of the webhooks: which way
-- a transfer was told.
CREATE TABLE listed_deliveries (
    board_id BIGINT NOT NULL,
    delivery_id BIGINT NOT NULL,
    PRIMARY KEY (board_id, delivery_id)
);

-- Both reports are of one provider, and all that they tell agrees: nobody needs to look.
ALTER TABLE suspected_pairs ADD COLUMN is_certain BOOLEAN NOT NULL DEFAULT FALSE;
