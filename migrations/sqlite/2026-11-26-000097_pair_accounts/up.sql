-- The account that a pair's report was for; 0: that of its transfer, as of those from before. They differ
-- where the transfer came before its number was registered.

ALTER TABLE suspected_pairs ADD COLUMN account_id BIGINT NOT NULL DEFAULT 0;
