ALTER TABLE requests DROP COLUMN given_back_vnd;
