-- Whether a request was paid whole and whole again: payments of all that was asked, of payment_count.
ALTER TABLE requests ADD COLUMN whole_count BIGINT NOT NULL DEFAULT 0;

-- A line of class unclassified met the request a thousand times off and paid nothing.
UPDATE requests SET whole_count =
    (SELECT COUNT(*) FROM transfers t
     WHERE t.board_id = requests.board_id AND t.request_id = requests.id
       AND t.class <> 'unclassified' AND t.amount_vnd = requests.amount_vnd
       AND NOT EXISTS (SELECT 1 FROM attribution_lines n
         WHERE n.board_id = t.board_id AND n.transfer_id = t.id))
    + (SELECT COUNT(*) FROM attribution_lines a
       WHERE a.board_id = requests.board_id AND a.request_id = requests.id
         AND a.class <> 'unclassified' AND a.amount_vnd = requests.amount_vnd
         AND NOT EXISTS (SELECT 1 FROM attribution_lines n
           WHERE n.board_id = a.board_id AND n.transfer_id = a.transfer_id AND n.seq > a.seq))
WHERE received_vnd <> 0;
