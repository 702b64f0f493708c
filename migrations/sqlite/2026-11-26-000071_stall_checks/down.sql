CREATE TABLE code_checks_of_codes (
    board_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    code_id BIGINT NOT NULL,
    result TEXT NOT NULL CHECK (result IN ('right', 'wrong_account', 'other_code', 'unreadable')),
    scanned_payload TEXT,
    checked_by TEXT NOT NULL,
    checked_at_ms BIGINT NOT NULL,
    PRIMARY KEY (board_id, id),
    FOREIGN KEY (board_id, code_id) REFERENCES codes (board_id, id)
);
-- A check stays with the first code that it says something of.
INSERT INTO code_checks_of_codes (board_id, id, code_id, result, scanned_payload, checked_by,
                                  checked_at_ms)
SELECT k.board_id, k.id, MIN(s.code_id),
       CASE WHEN k.result IN ('right', 'wrong_account') THEN k.result ELSE 'other_code' END,
       (SELECT y.payload FROM code_check_symbols y
        WHERE y.board_id = k.board_id AND y.check_id = k.id AND y.position = 0),
       k.checked_by, k.checked_at_ms
FROM code_checks k
JOIN code_scans s ON s.board_id = k.board_id AND s.check_id = k.id
GROUP BY k.board_id, k.id, k.result, k.checked_by, k.checked_at_ms;
DROP TABLE code_check_places;
DROP TABLE code_scans;
DROP TABLE code_check_symbols;
DROP TABLE code_checks;
ALTER TABLE code_checks_of_codes RENAME TO code_checks;
CREATE INDEX code_checks_by_code ON code_checks (board_id, code_id);
