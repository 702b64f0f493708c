-- Bodies of deliveries are erased after a time. Up to which delivery that was done, and those that were
-- left because somebody still has to decide by them.

CREATE TABLE erasures (
    board_id BIGINT NOT NULL PRIMARY KEY REFERENCES boards (board_id),
    up_to_delivery_id BIGINT NOT NULL
);

CREATE TABLE kept_bodies (
    board_id BIGINT NOT NULL REFERENCES boards (board_id),
    delivery_id BIGINT NOT NULL,
    PRIMARY KEY (board_id, delivery_id)
);
