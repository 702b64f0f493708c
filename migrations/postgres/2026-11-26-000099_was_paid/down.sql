ALTER TABLE requests DROP COLUMN was_paid;
