-- How a row of a statement agrees with another telling. One that waits for a person does not keep
-- its transfer from one that agrees better, so only the others are one to one by a key.
ALTER TABLE suspected_pairs ADD COLUMN likeness TEXT;
DROP INDEX suspected_pairs_of_transfer;
CREATE INDEX suspected_pairs_of_transfer ON suspected_pairs (board_id, transfer_id, sender)
    WHERE own_transfer_id IS NULL;
CREATE UNIQUE INDEX suspected_pairs_one_to_one ON suspected_pairs (board_id, transfer_id, sender)
    WHERE own_transfer_id IS NULL AND likeness IS NULL;

-- The last part of the rows that was taken in. They stay to the end, so that no other row of the
-- file is taken for one of theirs.
ALTER TABLE statements ADD COLUMN done_part INTEGER NOT NULL DEFAULT -1;
