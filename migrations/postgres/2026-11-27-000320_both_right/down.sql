ALTER TABLE sighting_conflicts ADD COLUMN judged TEXT CHECK (judged IN ('first', 'other'));
UPDATE sighting_conflicts SET judged = CASE verdict WHEN 'both' THEN 'first' ELSE verdict END;
ALTER TABLE sighting_conflicts DROP COLUMN verdict;
ALTER TABLE sighting_conflicts RENAME COLUMN judged TO verdict;
