-- Money that came by a code or request that was over, and contradictions: a person looks at each.

-- What the rules have marked. Only marked money has a row in these, so other money costs nothing;
-- whoever reads them repeats the condition (ledger/store/marks.rs). The second holds all that is
-- read: else SQLite prefers the table's own key.
CREATE INDEX transfers_marked ON transfers (board_id, id)
    WHERE rule = 'revoked_reference' OR rule = 'ended_occupancy' OR rule = 'cancelled_request';
CREATE INDEX attribution_lines_marked
    ON attribution_lines (board_id, transfer_id, seq, occupancy_id, rule)
    WHERE rule = 'revoked_reference' OR rule = 'ended_occupancy' OR rule = 'cancelled_request';

-- Who has looked at a marked attribution; one that the rules make later is looked at anew.
CREATE TABLE mark_reviews (
    board_id BIGINT NOT NULL,
    transfer_id BIGINT NOT NULL,
    seq INTEGER NOT NULL,
    reviewed_by BIGINT NOT NULL,
    reviewed_at_ms BIGINT NOT NULL,
    note TEXT,
    PRIMARY KEY (board_id, transfer_id, seq)
);

-- Until now a contradiction had no name. Which report is right, a person says.
ALTER TABLE sighting_conflicts ADD COLUMN id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sighting_conflicts ADD COLUMN verdict TEXT CHECK (verdict IN ('first', 'other'));
ALTER TABLE sighting_conflicts ADD COLUMN decided_by BIGINT;
ALTER TABLE sighting_conflicts ADD COLUMN decided_at_ms BIGINT;
ALTER TABLE sighting_conflicts ADD COLUMN note TEXT;
-- In the order in which they came, each once.
UPDATE sighting_conflicts SET id = delivery_id + (
    SELECT COUNT(*) FROM sighting_conflicts n
    WHERE n.board_id = sighting_conflicts.board_id
      AND (n.delivery_id < sighting_conflicts.delivery_id
        OR (n.delivery_id = sighting_conflicts.delivery_id AND n.item < sighting_conflicts.item)));
DROP INDEX sighting_conflicts_by_delivery;
CREATE UNIQUE INDEX sighting_conflicts_by_id ON sighting_conflicts (board_id, id);
