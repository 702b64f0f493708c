ALTER TABLE statements DROP COLUMN repeated_count;
DROP TABLE phone_texts_lost;
ALTER TABLE phone_texts DROP COLUMN dismissed_why;
ALTER TABLE phone_texts DROP COLUMN dismissed_at_ms;
ALTER TABLE phone_texts DROP COLUMN dismissed_by;
