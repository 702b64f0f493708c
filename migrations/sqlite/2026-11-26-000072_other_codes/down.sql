ALTER TABLE code_check_symbols DROP COLUMN other_code_id;
DROP TABLE other_codes;
