-- Of two reports of one id both may be right: the bank gave two transfers one id. The later one is then
-- a transfer of its own, own_transfer_id, unless another sender had told it already.
ALTER TABLE sighting_conflicts
    ADD COLUMN judged TEXT CHECK (judged IN ('first', 'other', 'both'));
UPDATE sighting_conflicts SET judged = verdict;
ALTER TABLE sighting_conflicts DROP COLUMN verdict;
ALTER TABLE sighting_conflicts RENAME COLUMN judged TO verdict;
