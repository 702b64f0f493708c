ALTER TABLE consents DROP COLUMN withdrawn_by;
ALTER TABLE consents DROP COLUMN recorded_by;
ALTER TABLE api_keys DROP COLUMN last_used_at_ms;
ALTER TABLE api_keys DROP COLUMN expires_at_ms;
ALTER TABLE api_keys DROP COLUMN prefix;
