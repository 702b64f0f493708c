-- The cash side, counted by people: plans that are drawn by lot with what was found on each drawn day, and
-- tallies of single payments without amounts.

-- A period in which drawn stalls are counted. Kept with all that the lot fell on, so that anybody can draw
-- it again. frame and open_days are JSON.
CREATE TABLE cash_plans (
    board_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    market_id BIGINT NOT NULL,
    from_day INTEGER NOT NULL,
    to_day INTEGER NOT NULL,
    stalls INTEGER NOT NULL,
    days_each INTEGER NOT NULL,
    as_of INTEGER NOT NULL,
    frame TEXT NOT NULL,
    open_days TEXT NOT NULL,
    created_by BIGINT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    PRIMARY KEY (board_id, id),
    FOREIGN KEY (board_id, market_id) REFERENCES markets (board_id, id)
);
CREATE INDEX cash_plans_by_market ON cash_plans (board_id, market_id, to_day);

CREATE TABLE cash_draws (
    board_id BIGINT NOT NULL,
    plan_id BIGINT NOT NULL,
    occupancy_id BIGINT NOT NULL,
    day INTEGER NOT NULL,
    PRIMARY KEY (board_id, plan_id, occupancy_id, day),
    FOREIGN KEY (board_id, plan_id) REFERENCES cash_plans (board_id, id),
    FOREIGN KEY (board_id, occupancy_id) REFERENCES occupancies (board_id, id)
);

-- What came of a drawn day, answer by answer: the latest counts.
CREATE TABLE cash_counts (
    board_id BIGINT NOT NULL,
    plan_id BIGINT NOT NULL,
    occupancy_id BIGINT NOT NULL,
    day INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('counted', 'refused', 'closed')),
    -- With 'counted' alone.
    cash_vnd BIGINT,
    counted_by TEXT NOT NULL,
    recorded_by BIGINT NOT NULL,
    recorded_at_ms BIGINT NOT NULL,
    PRIMARY KEY (board_id, plan_id, occupancy_id, day, seq),
    FOREIGN KEY (board_id, plan_id, occupancy_id, day)
        REFERENCES cash_draws (board_id, plan_id, occupancy_id, day)
);

-- Somebody stands by and presses a button at each payment. client_id is the phone's.
CREATE TABLE tallies (
    board_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    client_id TEXT NOT NULL,
    occupancy_id BIGINT NOT NULL,
    day INTEGER NOT NULL,
    counted_by TEXT NOT NULL,
    started_at_ms BIGINT NOT NULL,
    ended_at_ms BIGINT,
    recorded_by BIGINT NOT NULL,
    recorded_at_ms BIGINT NOT NULL,
    PRIMARY KEY (board_id, id),
    FOREIGN KEY (board_id, occupancy_id) REFERENCES occupancies (board_id, id)
);
CREATE UNIQUE INDEX tallies_by_client ON tallies (board_id, client_id);
CREATE INDEX tallies_by_day ON tallies (board_id, day);

CREATE TABLE tally_presses (
    board_id BIGINT NOT NULL,
    tally_id BIGINT NOT NULL,
    client_id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('cash', 'transfer')),
    pressed_at_ms BIGINT NOT NULL,
    -- Pressed by mistake.
    is_void BOOLEAN NOT NULL,
    PRIMARY KEY (board_id, tally_id, client_id),
    FOREIGN KEY (board_id, tally_id) REFERENCES tallies (board_id, id)
);
