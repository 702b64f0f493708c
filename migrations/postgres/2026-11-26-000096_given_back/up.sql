-- What was given back of a request's money, or taken back by the bank: it is not lacking, and nobody
-- is asked for it again.

ALTER TABLE requests ADD COLUMN given_back_vnd BIGINT NOT NULL DEFAULT 0;

UPDATE requests SET given_back_vnd = given.vnd
FROM (SELECT a.board_id, a.request_id, CAST(SUM(a.amount_vnd) AS BIGINT) AS vnd
      FROM attribution_lines a
      JOIN transfers t ON t.board_id = a.board_id AND t.id = a.transfer_id
      WHERE t.direction = 'out' AND a.request_id IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM attribution_lines n
          WHERE n.board_id = a.board_id AND n.transfer_id = a.transfer_id AND n.seq > a.seq)
      GROUP BY a.board_id, a.request_id) AS given
WHERE given.board_id = requests.board_id AND given.request_id = requests.id;
