-- How a market's printed cards look. A market without a row has the program's own colour.
CREATE TABLE market_looks (
    board_id BIGINT NOT NULL,
    market_id BIGINT NOT NULL,
    -- #rrggbb in lower case, dark enough to be read on white.
    accent_colour TEXT NOT NULL,
    logo_kind TEXT CHECK (logo_kind IN ('png', 'jpeg')),
    -- The file as it was uploaded.
    logo BLOB,
    logo_width_px INTEGER,
    logo_height_px INTEGER,
    PRIMARY KEY (board_id, market_id),
    FOREIGN KEY (board_id, market_id) REFERENCES markets (board_id, id)
);
