-- Keys end by themselves, show by what they are recognised and when they were last used; a consent
-- says who wrote it down. Keys from before have no prefix: their tokens are known by their hash alone.

ALTER TABLE api_keys ADD COLUMN prefix TEXT;
ALTER TABLE api_keys ADD COLUMN expires_at_ms BIGINT;
ALTER TABLE api_keys ADD COLUMN last_used_at_ms BIGINT;
ALTER TABLE consents ADD COLUMN recorded_by BIGINT;
ALTER TABLE consents ADD COLUMN withdrawn_by BIGINT;
