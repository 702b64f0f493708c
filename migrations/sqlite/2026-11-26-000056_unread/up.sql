-- What could not be read, feed by feed: asked for each time somebody waits for money.
CREATE INDEX deliveries_unread ON deliveries (board_id, feed_id, id) WHERE outcome = 'undecodable';

-- An undecodable delivery of which a person said that no transfer is in it that is not counted.
CREATE TABLE delivery_dismissals (
    board_id BIGINT NOT NULL,
    delivery_id BIGINT NOT NULL,
    dismissed_by BIGINT NOT NULL,
    dismissed_at_ms BIGINT NOT NULL,
    why TEXT NOT NULL,
    PRIMARY KEY (board_id, delivery_id)
);
