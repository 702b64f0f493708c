ALTER TABLE statements DROP COLUMN done_part;
DROP INDEX suspected_pairs_one_to_one;
DROP INDEX suspected_pairs_of_transfer;
ALTER TABLE suspected_pairs DROP COLUMN likeness;
CREATE UNIQUE INDEX suspected_pairs_of_transfer
    ON suspected_pairs (board_id, transfer_id, sender) WHERE own_transfer_id IS NULL;
