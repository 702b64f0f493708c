-- When the reading of a feed's lists began that came to its end last: what was paid later is not in it.

ALTER TABLE feed_polls ADD COLUMN last_read_from_ms BIGINT;
