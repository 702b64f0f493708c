-- All that a request asked for was there before some of it was given back: what is lacking is not asked
-- for again. Said where money was given back, and only there.

ALTER TABLE requests ADD COLUMN was_paid BOOLEAN NOT NULL DEFAULT FALSE;

UPDATE requests SET was_paid = TRUE
WHERE given_back_vnd > 0 AND received_vnd + given_back_vnd >= amount_vnd;
