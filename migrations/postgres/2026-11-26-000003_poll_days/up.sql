-- What feeds prove by themselves, without anybody's receipts.

-- Days on which a list was read to its end, and when last. account: the one that was asked for;
-- '': all of the key.
CREATE TABLE poll_days (
    board_id BIGINT NOT NULL,
    feed_id BIGINT NOT NULL,
    account TEXT NOT NULL,
    day INTEGER NOT NULL,
    last_success_ms BIGINT NOT NULL,
    PRIMARY KEY (board_id, feed_id, account, day),
    FOREIGN KEY (board_id, feed_id) REFERENCES feeds (board_id, id)
);
CREATE INDEX poll_days_by_day ON poll_days (board_id, day);
