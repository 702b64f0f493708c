-- Which money out gives back which money in. The money out is seen, or declared: then it is a
-- transfer that no report tells of (evidence `declared`). When the true one is seen, it becomes the
-- row's outgoing_id, and the declared one its declared_id.
CREATE TABLE refunds (
    board_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    original_id BIGINT NOT NULL,
    outgoing_id BIGINT NOT NULL,
    is_declared BOOLEAN NOT NULL,
    class TEXT NOT NULL CHECK (class IN ('refund', 'reversal')),
    amount_vnd BIGINT NOT NULL CHECK (amount_vnd > 0),
    -- Whose money it was, where the original is several stalls'.
    occupancy_id BIGINT,
    why TEXT,
    linked_by BIGINT NOT NULL,
    linked_at_ms BIGINT NOT NULL,
    declared_id BIGINT,
    undone_by BIGINT,
    undone_at_ms BIGINT,
    PRIMARY KEY (board_id, id)
);
CREATE INDEX refunds_by_original ON refunds (board_id, original_id);
CREATE INDEX refunds_by_outgoing ON refunds (board_id, outgoing_id);
