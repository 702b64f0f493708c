ALTER TABLE feed_polls DROP COLUMN last_read_from_ms;
