ALTER TABLE suspected_pairs DROP COLUMN account_id;
