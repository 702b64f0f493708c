ALTER TABLE code_checks DROP COLUMN is_crowded;
