DELETE FROM feed_polls WHERE ended_at_ms IS NOT NULL;
ALTER TABLE feed_polls DROP COLUMN ended_at_ms;
ALTER TABLE poll_cursors DROP COLUMN reread_at_ms;
ALTER TABLE poll_cursors DROP COLUMN tried_at_ms;
ALTER TABLE poll_cursors DROP COLUMN last_error;
ALTER TABLE poll_cursors DROP COLUMN last_error_status;
