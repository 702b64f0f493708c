-- Whether a request was paid once or again, and when last.

-- Payments that make up received_vnd.
ALTER TABLE requests ADD COLUMN payment_count BIGINT NOT NULL DEFAULT 0;

-- From a request to what paid it. Only transfers that met a request have a row here.
CREATE INDEX transfers_by_request ON transfers (board_id, request_id)
    WHERE request_id IS NOT NULL;
CREATE INDEX attribution_lines_by_request ON attribution_lines (board_id, request_id)
    WHERE request_id IS NOT NULL;

-- A line of class unclassified met the request a thousand times off and paid nothing.
UPDATE requests SET payment_count =
    (SELECT COUNT(*) FROM transfers t
     WHERE t.board_id = requests.board_id AND t.request_id = requests.id
       AND t.class <> 'unclassified'
       AND NOT EXISTS (SELECT 1 FROM attribution_lines n
         WHERE n.board_id = t.board_id AND n.transfer_id = t.id))
    + (SELECT COUNT(*) FROM attribution_lines a
       WHERE a.board_id = requests.board_id AND a.request_id = requests.id
         AND a.class <> 'unclassified'
         AND NOT EXISTS (SELECT 1 FROM attribution_lines n
           WHERE n.board_id = a.board_id AND n.transfer_id = a.transfer_id AND n.seq > a.seq))
WHERE received_vnd <> 0;

-- It stayed where a part was taken off again.
UPDATE requests SET last_paid_at_ms =
    (SELECT MAX(t.occurred_at_ms) FROM transfers t
     WHERE t.board_id = requests.board_id
       AND (t.request_id = requests.id AND t.class <> 'unclassified'
            AND NOT EXISTS (SELECT 1 FROM attribution_lines n
              WHERE n.board_id = t.board_id AND n.transfer_id = t.id)
         OR t.id IN (SELECT a.transfer_id FROM attribution_lines a
              WHERE a.board_id = requests.board_id AND a.request_id = requests.id
                AND a.class <> 'unclassified'
                AND NOT EXISTS (SELECT 1 FROM attribution_lines n
                  WHERE n.board_id = a.board_id AND n.transfer_id = a.transfer_id
                    AND n.seq > a.seq))))
WHERE last_paid_at_ms IS NOT NULL AND EXISTS (SELECT 1 FROM attribution_lines a
    WHERE a.board_id = requests.board_id AND a.request_id = requests.id);
