-- What feeds see, what they cost, and what their accounts' holders agreed to.

ALTER TABLE feeds ADD COLUMN subscriber TEXT;
ALTER TABLE feeds ADD COLUMN monthly_cost_vnd BIGINT;
-- What it sees of banks where that is not what is known of its provider: a JSON array.
ALTER TABLE feeds ADD COLUMN sees TEXT NOT NULL DEFAULT '[]';

-- The word of this account that memos must bear, so that the feed sees the money.
ALTER TABLE feed_accounts ADD COLUMN memo_word TEXT;

-- The feed that notices may reach us by, and the words that were agreed to.
ALTER TABLE consents ADD COLUMN feed_id BIGINT;
ALTER TABLE consents ADD COLUMN wording TEXT;
