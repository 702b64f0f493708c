-- What was told late, lists that fail alone, and polling that is taken up again.

-- NULL: polled. Else its row is kept without a key, for the list and the first day that its cursors
-- are of.
ALTER TABLE feed_polls ADD COLUMN ended_at_ms BIGINT;

-- reread_at_ms: when a list that goes by dates was last read from some days earlier. tried_at_ms and
-- last_error: the last run, and why it did not read this list to its end.
ALTER TABLE poll_cursors ADD COLUMN reread_at_ms BIGINT;
ALTER TABLE poll_cursors ADD COLUMN tried_at_ms BIGINT;
ALTER TABLE poll_cursors ADD COLUMN last_error TEXT;
ALTER TABLE poll_cursors ADD COLUMN last_error_status INTEGER;
