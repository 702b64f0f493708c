ALTER TABLE requests DROP COLUMN whole_count;
