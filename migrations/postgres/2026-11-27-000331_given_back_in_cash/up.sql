-- A vendor's word that she gave money back in cash takes it off the request that it had paid.
WITH in_cash AS (
  SELECT a.board_id, a.request_id, CAST(SUM(a.amount_vnd) AS BIGINT) AS amount_vnd
  FROM attribution_lines a JOIN transfers t ON t.board_id = a.board_id AND t.id = a.transfer_id
  WHERE a.class = 'refund' AND t.direction = 'in' AND a.request_id IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM attribution_lines n
      WHERE n.board_id = a.board_id AND n.transfer_id = a.transfer_id AND n.seq > a.seq)
  GROUP BY a.board_id, a.request_id)
UPDATE requests SET
  was_paid = received_vnd + given_back_vnd >= amount_vnd AND received_vnd
    > (SELECT c.amount_vnd FROM in_cash c WHERE c.board_id = requests.board_id AND c.request_id = requests.id),
  received_vnd = received_vnd
    - (SELECT c.amount_vnd FROM in_cash c WHERE c.board_id = requests.board_id AND c.request_id = requests.id),
  given_back_vnd = given_back_vnd
    + (SELECT c.amount_vnd FROM in_cash c WHERE c.board_id = requests.board_id AND c.request_id = requests.id)
WHERE EXISTS (SELECT 1 FROM in_cash c WHERE c.board_id = requests.board_id AND c.request_id = requests.id);
