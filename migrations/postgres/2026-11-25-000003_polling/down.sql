ALTER TABLE suspected_pairs DROP COLUMN is_certain;
DROP TABLE listed_deliveries;
DROP TABLE poll_cursors;
DROP TABLE feed_polls;
