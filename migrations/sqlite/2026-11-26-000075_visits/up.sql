-- Teams that go to the stalls, the rounds that they go, and every visit with what came of it.

-- sections, neighbourhoods and members are JSON arrays: a team is read and written as a whole.
CREATE TABLE teams (
    board_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    name TEXT NOT NULL,
    section_ids TEXT NOT NULL,
    neighbourhood_ids TEXT NOT NULL,
    members TEXT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    PRIMARY KEY (board_id, id)
);
CREATE UNIQUE INDEX teams_by_name ON teams (board_id, name);

CREATE TABLE visit_rounds (
    board_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    market_id BIGINT NOT NULL,
    team_id BIGINT,
    day INTEGER NOT NULL,
    capacity INTEGER NOT NULL,
    -- The last full day of what the list knew.
    as_of INTEGER NOT NULL,
    created_by BIGINT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    PRIMARY KEY (board_id, id),
    FOREIGN KEY (board_id, market_id) REFERENCES markets (board_id, id),
    FOREIGN KEY (board_id, team_id) REFERENCES teams (board_id, id)
);

-- A visit that a round lists, with its reasons as they were then; or one that somebody made unasked.
CREATE TABLE visits (
    board_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    round_id BIGINT,
    place INTEGER NOT NULL,
    occupancy_id BIGINT NOT NULL,
    reasons TEXT NOT NULL,
    score BIGINT NOT NULL,
    is_drawn BOOLEAN NOT NULL,
    outcome TEXT,
    obstacle TEXT,
    taught TEXT NOT NULL,
    note TEXT,
    visited_by TEXT,
    visited_day INTEGER,
    recorded_by BIGINT,
    recorded_at_ms BIGINT,
    PRIMARY KEY (board_id, id),
    FOREIGN KEY (board_id, round_id) REFERENCES visit_rounds (board_id, id),
    FOREIGN KEY (board_id, occupancy_id) REFERENCES occupancies (board_id, id)
);
CREATE INDEX visits_by_round ON visits (board_id, round_id, place);
CREATE INDEX visits_by_occupancy ON visits (board_id, occupancy_id);

-- A key that could do everything still can.
UPDATE api_keys SET permissions = permissions || ' visits.read visits.write'
WHERE permissions LIKE '%keys.write%' AND permissions LIKE '%registry.write%'
    AND permissions LIKE '%amounts.read%';
