-- What a person's word about a payment settled: as much of it as was beyond its request when it was said.
-- A later attribution has its own row, or none where nobody has said what the money was.
CREATE TABLE surplus_words (
    board_id BIGINT NOT NULL,
    request_id BIGINT NOT NULL,
    transfer_id BIGINT NOT NULL,
    -- Of the attribution.
    seq INTEGER NOT NULL CHECK (seq > 1),
    settled_vnd BIGINT NOT NULL CHECK (settled_vnd >= 0),
    PRIMARY KEY (board_id, request_id, transfer_id, seq)
) WITHOUT ROWID;

-- Until now a word about what was its request's already settled what of it was too much beside the payments that
-- had come by then, the last ones first by the bank's clock: what stands now of those that were no later than it,
-- less what of them had been given back when it was said.
INSERT INTO surplus_words (board_id, request_id, transfer_id, seq, settled_vnd)
SELECT w.board_id, w.request_id, w.transfer_id, w.seq,
    CAST(MIN(w.part_vnd, MAX(0, COALESCE((SELECT SUM(p.amount_vnd) FROM (
        SELECT t.amount_vnd FROM transfers t
        WHERE t.board_id = w.board_id AND t.request_id = w.request_id AND t.direction = 'in'
          AND t.class NOT IN ('refund', 'unclassified') AND t.recorded_at_ms <= w.said_at_ms AND (t.occurred_at_ms, t.id) <= (w.at_ms, w.transfer_id)
          AND NOT EXISTS (SELECT 1 FROM attribution_lines n
            WHERE n.board_id = t.board_id AND n.transfer_id = t.id)
        UNION ALL
        SELECT a.amount_vnd FROM attribution_lines a
        JOIN transfers t ON t.board_id = a.board_id AND t.id = a.transfer_id
        WHERE a.board_id = w.board_id AND a.request_id = w.request_id AND t.direction = 'in'
          AND a.class NOT IN ('refund', 'unclassified') AND t.recorded_at_ms <= w.said_at_ms AND (t.occurred_at_ms, t.id) <= (w.at_ms, w.transfer_id)
          AND NOT EXISTS (SELECT 1 FROM attribution_lines n
            WHERE n.board_id = a.board_id AND n.transfer_id = a.transfer_id AND n.seq > a.seq)
        UNION ALL
        SELECT -f.amount_vnd FROM refunds f
        WHERE f.board_id = w.board_id AND f.linked_at_ms <= w.said_at_ms
          AND (f.undone_at_ms IS NULL OR f.undone_at_ms > w.said_at_ms)
          AND (f.occupancy_id IS NULL OR f.occupancy_id = q.occupancy_id) AND f.original_id IN (
          SELECT t.id FROM transfers t
          WHERE t.board_id = w.board_id AND t.request_id = w.request_id
            AND t.recorded_at_ms <= w.said_at_ms AND (t.occurred_at_ms, t.id) <= (w.at_ms, w.transfer_id)
          UNION SELECT a.transfer_id FROM attribution_lines a
          JOIN transfers t ON t.board_id = a.board_id AND t.id = a.transfer_id
          WHERE a.board_id = w.board_id AND a.request_id = w.request_id
            AND t.recorded_at_ms <= w.said_at_ms AND (t.occurred_at_ms, t.id) <= (w.at_ms, w.transfer_id))
    ) p), 0) - CASE WHEN q.cancelled_at_ms IS NULL THEN q.amount_vnd ELSE 0 END)) AS BIGINT)
FROM (
    SELECT l.board_id, l.request_id, l.transfer_id, l.seq, CAST(SUM(l.amount_vnd) AS BIGINT) AS part_vnd,
      MAX(l.recorded_at_ms) AS said_at_ms, MAX(t.occurred_at_ms) AS at_ms
    FROM attribution_lines l
    JOIN transfers t ON t.board_id = l.board_id AND t.id = l.transfer_id
    WHERE l.request_id IS NOT NULL AND l.decided_by IS NOT NULL AND l.rule = 'manual'
      AND t.direction = 'in'
      AND NOT EXISTS (SELECT 1 FROM attribution_lines r WHERE r.board_id = l.board_id
        AND r.transfer_id = l.transfer_id AND r.seq = l.seq AND r.class IN ('refund', 'unclassified'))
      -- It was the request's before it was said; and where a refund is recorded, it had paid it, for who only
      -- recorded a refund of what was a thousand times too much has said nothing of the rest.
      AND (EXISTS (SELECT 1 FROM attribution_lines b WHERE b.board_id = l.board_id
          AND b.transfer_id = l.transfer_id AND b.seq < l.seq AND b.request_id = l.request_id
          AND (b.class <> 'unclassified' OR NOT EXISTS (SELECT 1 FROM refunds f
            WHERE f.board_id = b.board_id AND f.original_id = b.transfer_id)))
        OR t.request_id = l.request_id
          AND (t.class <> 'unclassified' OR NOT EXISTS (SELECT 1 FROM refunds f
            WHERE f.board_id = t.board_id AND f.original_id = t.id)))
    GROUP BY l.board_id, l.request_id, l.transfer_id, l.seq
) w
JOIN requests q ON q.board_id = w.board_id AND q.id = w.request_id;
