-- The links that open a stall's pages on phones, and the browsers that opened them.

CREATE TABLE stall_links (
    board_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    occupancy_id BIGINT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('listener', 'owner')),
    name TEXT NOT NULL,
    shows_payer BOOLEAN NOT NULL,
    created_by BIGINT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    revoked_at_ms BIGINT,
    PRIMARY KEY (board_id, id),
    FOREIGN KEY (board_id, occupancy_id) REFERENCES occupancies (board_id, id)
);
CREATE INDEX stall_links_by_occupancy ON stall_links (board_id, occupancy_id);

-- The board of a link, by the hash of its token.
CREATE TABLE stall_link_routes (
    token_hash TEXT PRIMARY KEY NOT NULL,
    board_id BIGINT NOT NULL,
    link_id BIGINT NOT NULL
);

-- A browser that opened a link; it is known by its cookie.
CREATE TABLE listeners (
    board_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    link_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    opened_at_ms BIGINT NOT NULL,
    last_seen_at_ms BIGINT NOT NULL,
    muted_at_ms BIGINT,
    revoked_at_ms BIGINT,
    PRIMARY KEY (board_id, id),
    FOREIGN KEY (board_id, link_id) REFERENCES stall_links (board_id, id)
);
CREATE INDEX listeners_by_link ON listeners (board_id, link_id);

-- The board of a listener, by the hash of its cookie.
CREATE TABLE listener_routes (
    token_hash TEXT PRIMARY KEY NOT NULL,
    board_id BIGINT NOT NULL,
    listener_id BIGINT NOT NULL
);

-- A key that could do everything still can.
UPDATE api_keys SET permissions = permissions || ' stall-links.write'
WHERE permissions LIKE '%keys.write%' AND permissions LIKE '%registry.write%'
    AND permissions LIKE '%amounts.read%';
