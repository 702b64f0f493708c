-- The key that a year's payers are hashed with, sealed with the installation's; gone 90 days after the
-- year. An empty one is the installation's own, which hashed payers before there were years.
CREATE TABLE payer_years (
    year INTEGER NOT NULL PRIMARY KEY,
    sealed BYTEA NOT NULL
);

INSERT INTO payer_years (year, sealed)
SELECT 2026, ''::bytea WHERE EXISTS (SELECT 1 FROM transfers WHERE payer_key IS NOT NULL);

-- Which hash a payer of this year had in the last one: only for the 90 days in which both keys are there.
CREATE TABLE payer_turns (
    board_id BIGINT NOT NULL,
    payer_key BIGINT NOT NULL,
    before_key BIGINT NOT NULL,
    PRIMARY KEY (board_id, payer_key)
);
