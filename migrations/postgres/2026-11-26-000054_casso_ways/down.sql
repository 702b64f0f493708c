UPDATE account_sources SET sender = REPLACE(sender, ':webhook_v1', '') WHERE sender LIKE 'casso:%';
UPDATE suspected_pairs SET sender = REPLACE(sender, ':webhook_v1', '') WHERE sender LIKE 'casso:%';
