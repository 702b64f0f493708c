-- What is written down of a visit is only added to: a phone that was offline may send what is older
-- than what stands, and that a vendor refused is never written over.
CREATE TABLE visit_reports (
    board_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    visit_id BIGINT NOT NULL,
    outcome TEXT NOT NULL,
    obstacle TEXT,
    taught TEXT NOT NULL,
    note TEXT,
    visited_by TEXT NOT NULL,
    visited_day INTEGER NOT NULL,
    lifts_refusal BOOLEAN NOT NULL,
    -- When it was written down on the phone, by the phone's clock.
    phone_at_ms BIGINT,
    recorded_by BIGINT,
    recorded_at_ms BIGINT NOT NULL,
    PRIMARY KEY (board_id, id),
    FOREIGN KEY (board_id, visit_id) REFERENCES visits (board_id, id)
);
CREATE INDEX visit_reports_by_visit ON visit_reports (board_id, visit_id);

INSERT INTO visit_reports
SELECT board_id, id, id, outcome, obstacle, taught, note, COALESCE(visited_by, ''),
    COALESCE(visited_day, 0), (1 = 0), NULL, recorded_by, COALESCE(recorded_at_ms, 0)
FROM visits WHERE outcome IS NOT NULL;

-- The report that stands.
ALTER TABLE visits ADD COLUMN report_id BIGINT;
UPDATE visits SET report_id = id WHERE outcome IS NOT NULL;
ALTER TABLE visits DROP COLUMN outcome;
ALTER TABLE visits DROP COLUMN obstacle;
ALTER TABLE visits DROP COLUMN taught;
ALTER TABLE visits DROP COLUMN note;
ALTER TABLE visits DROP COLUMN visited_by;
ALTER TABLE visits DROP COLUMN visited_day;
ALTER TABLE visits DROP COLUMN recorded_by;
ALTER TABLE visits DROP COLUMN recorded_at_ms;

-- What a phone called a visit that it wrote down offline.
ALTER TABLE visits ADD COLUMN client_id TEXT;
CREATE UNIQUE INDEX visits_by_client_id ON visits (board_id, client_id);

-- The occupancies that the lot fell on, a JSON array in order; and what the lot is owed after it, in
-- fifths of a visit.
ALTER TABLE visit_rounds ADD COLUMN drawn_from TEXT NOT NULL DEFAULT '[]';
ALTER TABLE visit_rounds ADD COLUMN lot_carry INTEGER NOT NULL DEFAULT 0;
CREATE INDEX visit_rounds_by_market ON visit_rounds (board_id, market_id, id);
