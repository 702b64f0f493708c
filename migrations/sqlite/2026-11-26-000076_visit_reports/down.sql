DROP INDEX visit_rounds_by_market;
ALTER TABLE visit_rounds DROP COLUMN lot_carry;
ALTER TABLE visit_rounds DROP COLUMN drawn_from;
DROP INDEX visits_by_client_id;
ALTER TABLE visits DROP COLUMN client_id;
ALTER TABLE visits ADD COLUMN outcome TEXT;
ALTER TABLE visits ADD COLUMN obstacle TEXT;
ALTER TABLE visits ADD COLUMN taught TEXT NOT NULL DEFAULT '[]';
ALTER TABLE visits ADD COLUMN note TEXT;
ALTER TABLE visits ADD COLUMN visited_by TEXT;
ALTER TABLE visits ADD COLUMN visited_day INTEGER;
ALTER TABLE visits ADD COLUMN recorded_by BIGINT;
ALTER TABLE visits ADD COLUMN recorded_at_ms BIGINT;
UPDATE visits SET (outcome, obstacle, taught, note, visited_by, visited_day, recorded_by,
    recorded_at_ms) = (SELECT r.outcome, r.obstacle, r.taught, r.note, r.visited_by, r.visited_day,
    r.recorded_by, r.recorded_at_ms FROM visit_reports r
    WHERE r.board_id = visits.board_id AND r.id = visits.report_id)
WHERE report_id IS NOT NULL;
ALTER TABLE visits DROP COLUMN report_id;
DROP TABLE visit_reports;
