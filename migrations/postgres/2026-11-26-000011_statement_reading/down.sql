ALTER TABLE statements DROP COLUMN names_account;
ALTER TABLE statements DROP COLUMN unread_sheets;
