DROP TABLE assignment_proposals;
ALTER TABLE attribution_lines DROP COLUMN proposed_by;
ALTER TABLE attribution_lines DROP COLUMN why;
