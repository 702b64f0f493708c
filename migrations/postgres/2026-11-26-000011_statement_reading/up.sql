-- What a statement left unsaid. unread_sheets: JSON, the names of sheets that hold dates and amounts
-- and were not read. names_account: whether the file says whose it is; else a person must.
ALTER TABLE statements ADD COLUMN unread_sheets TEXT NOT NULL DEFAULT '[]';
ALTER TABLE statements ADD COLUMN names_account BOOLEAN NOT NULL DEFAULT TRUE;
