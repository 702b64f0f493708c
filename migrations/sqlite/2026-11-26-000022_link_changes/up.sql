-- Accounts whose links to stalls were changed for days of the past: their transfers from from_day on
-- are decided again, by then up to after_transfer_id. event_seq: the board's last event before the
-- change; what came later was decided by the new links.
CREATE TABLE link_changes (
    board_id BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    from_day INTEGER NOT NULL,
    after_transfer_id BIGINT NOT NULL,
    event_seq BIGINT NOT NULL,
    changed_by BIGINT NOT NULL,
    changed_at_ms BIGINT NOT NULL,
    PRIMARY KEY (board_id, account_id)
);
