-- Phones that forward their banks' notices.

-- A phone of a feed. Its id is that of its secret in feed_secrets: a secret that has ended is a
-- phone that was revoked. last_seen_ms: its last ping or notice.
CREATE TABLE phone_devices (
    board_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    feed_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    paired_at_ms BIGINT NOT NULL,
    last_seen_ms BIGINT,
    PRIMARY KEY (board_id, id),
    FOREIGN KEY (board_id, feed_id) REFERENCES feeds (board_id, id)
);
CREATE INDEX phone_devices_by_feed ON phone_devices (board_id, feed_id);

-- Times in which a phone was silent for longer than two pings may be late.
CREATE TABLE phone_silences (
    board_id BIGINT NOT NULL,
    device_id BIGINT NOT NULL,
    from_ms BIGINT NOT NULL,
    to_ms BIGINT NOT NULL,
    PRIMARY KEY (board_id, device_id, from_ms),
    CHECK (to_ms > from_ms),
    FOREIGN KEY (board_id, device_id) REFERENCES phone_devices (board_id, id)
);

-- Codes that a phone is paired by. name finds the row, proof (a keyed fingerprint of the rest) is
-- what must be known; wrong proofs are counted here, so that guessing at one code locks nobody out
-- of another.
CREATE TABLE phone_pairing_codes (
    board_id BIGINT NOT NULL,
    feed_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    proof BIGINT NOT NULL,
    device_name TEXT NOT NULL,
    expires_at_ms BIGINT NOT NULL,
    attempts_left INTEGER NOT NULL,
    PRIMARY KEY (board_id, feed_id, name),
    FOREIGN KEY (board_id, feed_id) REFERENCES feeds (board_id, id)
);

-- How a board reads the notices of an app. A row never changes but for its end; a change is
-- another row with the next version.
CREATE TABLE phone_templates (
    board_id BIGINT NOT NULL REFERENCES boards (board_id),
    id BIGINT NOT NULL,
    app TEXT NOT NULL,
    -- As looked up: in lower case.
    app_key TEXT NOT NULL,
    version INTEGER NOT NULL,
    replaces_id BIGINT,
    bin TEXT NOT NULL,
    direction TEXT CHECK (direction IN ('in', 'out')),
    pattern TEXT NOT NULL,
    -- The example of the program that it was taken from.
    example TEXT,
    created_at_ms BIGINT NOT NULL,
    retired_at_ms BIGINT,
    PRIMARY KEY (board_id, id)
);
CREATE UNIQUE INDEX phone_templates_live
    ON phone_templates (board_id, app_key, pattern) WHERE retired_at_ms IS NULL;

-- Erasable: notices that seem to tell of money in and that no template reads, balances masked.
-- digest: keyed fingerprint of app and whole text, by which a repetition is known.
CREATE TABLE phone_texts (
    board_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    feed_id BIGINT NOT NULL,
    device_id BIGINT NOT NULL,
    app TEXT NOT NULL,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    digest BIGINT NOT NULL,
    posted_at_ms BIGINT NOT NULL,
    received_at_ms BIGINT NOT NULL,
    PRIMARY KEY (board_id, id),
    FOREIGN KEY (board_id, feed_id) REFERENCES feeds (board_id, id)
);
CREATE UNIQUE INDEX phone_texts_once ON phone_texts (board_id, feed_id, digest, posted_at_ms);
