-- Erasable: who said that a notice is no money, and why; it is kept as long as the others.
ALTER TABLE phone_texts ADD COLUMN dismissed_by BIGINT;
ALTER TABLE phone_texts ADD COLUMN dismissed_at_ms BIGINT;
ALTER TABLE phone_texts ADD COLUMN dismissed_why TEXT;

-- How many notices of a feed went unread, since there were too many or since nobody marked them in
-- time: what they said is gone, that they were is not. Dismissed: a person knows of no money in them.
CREATE TABLE phone_texts_lost (
    board_id BIGINT NOT NULL,
    feed_id BIGINT NOT NULL,
    lost_count BIGINT NOT NULL CHECK (lost_count > 0),
    first_received_at_ms BIGINT NOT NULL,
    last_received_at_ms BIGINT NOT NULL,
    dismissed_by BIGINT,
    dismissed_at_ms BIGINT,
    dismissed_why TEXT,
    PRIMARY KEY (board_id, feed_id),
    FOREIGN KEY (board_id, feed_id) REFERENCES feeds (board_id, id)
);

-- Rows that a file holds twice, with one reference and one running balance.
ALTER TABLE statements ADD COLUMN repeated_count BIGINT NOT NULL DEFAULT 0;
