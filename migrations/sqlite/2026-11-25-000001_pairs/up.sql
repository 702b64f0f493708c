-- Reports of several senders that may be of one transfer.

-- Who was heard of an account without being attached to it (feed_accounts). A sender is a provider
-- and merchant; it is known from its first report on, which writes this row.
CREATE TABLE account_sources (
    board_id BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    sender TEXT NOT NULL,
    feed_id BIGINT NOT NULL,
    first_seen_ms BIGINT NOT NULL,
    PRIMARY KEY (board_id, account_id, sender)
);

INSERT INTO account_sources (board_id, account_id, sender, feed_id, first_seen_ms)
SELECT t.board_id, t.account_id, f.provider || ':' || COALESCE(json_extract(f.config, '$.merchant'), ''),
    MIN(t.feed_id), MIN(t.recorded_at_ms)
FROM transfers t JOIN feeds f ON f.board_id = t.board_id AND f.id = t.feed_id
WHERE t.account_id <> 0
GROUP BY 1, 2, 3;

-- A report that seems to be of a transfer that another sender has reported: its sighting points to
-- that transfer. verdict: what a person said of it; a different one has become a transfer of its
-- own. day, occurred_* and is_matched are this report's, as the totals of its feed count them.
-- attribution_seq: the attribution that the transfer got because this report knew more.
CREATE TABLE suspected_pairs (
    board_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    transfer_id BIGINT NOT NULL,
    sender TEXT NOT NULL,
    namespace TEXT NOT NULL,
    provider_id TEXT NOT NULL,
    feed_id BIGINT NOT NULL,
    delivery_id BIGINT NOT NULL,
    item INTEGER NOT NULL,
    occurred_at_ms BIGINT NOT NULL,
    occurred_precision TEXT NOT NULL CHECK (occurred_precision IN ('second', 'minute', 'day')),
    day INTEGER NOT NULL,
    is_matched BOOLEAN NOT NULL,
    attribution_seq INTEGER,
    recorded_at_ms BIGINT NOT NULL,
    verdict TEXT CHECK (verdict IN ('same', 'different')),
    resolved_at_ms BIGINT,
    decided_by BIGINT,
    own_transfer_id BIGINT,
    PRIMARY KEY (board_id, id),
    CHECK ((verdict IS NOT NULL AND verdict = 'different') = (own_transfer_id IS NOT NULL))
);
-- One to one: a transfer has one report of each sender.
CREATE UNIQUE INDEX suspected_pairs_of_transfer
    ON suspected_pairs (board_id, transfer_id, sender) WHERE own_transfer_id IS NULL;
