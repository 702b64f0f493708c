ALTER TABLE consents DROP COLUMN wording;
ALTER TABLE consents DROP COLUMN feed_id;
ALTER TABLE feed_accounts DROP COLUMN memo_word;
ALTER TABLE feeds DROP COLUMN sees;
ALTER TABLE feeds DROP COLUMN monthly_cost_vnd;
ALTER TABLE feeds DROP COLUMN subscriber;
