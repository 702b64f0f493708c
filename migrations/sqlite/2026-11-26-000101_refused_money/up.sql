-- Whether a refused delivery tells of money in, or comes from whoever knows the feed's user, and who said
-- that no money is in it that is not counted.

ALTER TABLE refused_deliveries ADD COLUMN is_money BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE refused_deliveries ADD COLUMN dismissed_by BIGINT;
ALTER TABLE refused_deliveries ADD COLUMN dismissed_at_ms BIGINT;
ALTER TABLE refused_deliveries ADD COLUMN why TEXT;

-- Nobody has looked into those from before.
UPDATE refused_deliveries SET is_money = TRUE WHERE length(body) > 0 OR is_truncated;
