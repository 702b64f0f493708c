-- A check is of a stall: every code that was seen there, what each one is, and the worst of it.
DROP INDEX code_checks_by_code;
ALTER TABLE code_checks RENAME TO code_checks_of_codes;

CREATE TABLE code_checks (
    board_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    market_id BIGINT NOT NULL,
    stall_id BIGINT NOT NULL,
    -- Whose codes it was compared with; none at an empty stall.
    occupancy_id BIGINT,
    way TEXT NOT NULL CHECK (way IN ('photo', 'scanned', 'typed')),
    result TEXT NOT NULL CHECK (result IN
        ('right', 'other_code', 'revoked', 'unknown', 'wrong_account', 'not_readable', 'typed')),
    -- The card whose check code was typed, where there is one.
    card_id BIGINT,
    -- A person has to go there, and nobody has looked again since.
    is_open BOOLEAN NOT NULL,
    checked_by TEXT NOT NULL,
    checked_at_ms BIGINT NOT NULL,
    PRIMARY KEY (board_id, id),
    CHECK ((way = 'typed') = (result = 'typed')),
    FOREIGN KEY (board_id, stall_id) REFERENCES stalls (board_id, id),
    FOREIGN KEY (board_id, occupancy_id) REFERENCES occupancies (board_id, id),
    FOREIGN KEY (board_id, card_id) REFERENCES codes (board_id, id)
);
CREATE INDEX code_checks_by_stall ON code_checks (board_id, stall_id, id);
CREATE INDEX code_checks_by_market ON code_checks (board_id, market_id, id);

-- The codes that were seen, the worst first. Remarks are words with spaces between them.
CREATE TABLE code_check_symbols (
    board_id BIGINT NOT NULL,
    check_id BIGINT NOT NULL,
    position INTEGER NOT NULL,
    payload TEXT NOT NULL,
    verdict TEXT NOT NULL CHECK (verdict IN
        ('right', 'other_code', 'revoked', 'unknown', 'wrong_account', 'not_payment')),
    remarks TEXT NOT NULL,
    code_id BIGINT,
    account_id BIGINT,
    PRIMARY KEY (board_id, check_id, position),
    FOREIGN KEY (board_id, check_id) REFERENCES code_checks (board_id, id),
    FOREIGN KEY (board_id, code_id) REFERENCES codes (board_id, id),
    FOREIGN KEY (board_id, account_id) REFERENCES accounts (board_id, id)
);

-- What a check says of a registered code: it hangs there, or something else was seen. Typed checks
-- and those in which nothing could be read say nothing. Reports on adoption read this alone.
CREATE TABLE code_scans (
    board_id BIGINT NOT NULL,
    check_id BIGINT NOT NULL,
    code_id BIGINT NOT NULL,
    is_right BOOLEAN NOT NULL,
    checked_at_ms BIGINT NOT NULL,
    PRIMARY KEY (board_id, check_id, code_id),
    FOREIGN KEY (board_id, check_id) REFERENCES code_checks (board_id, id),
    FOREIGN KEY (board_id, code_id) REFERENCES codes (board_id, id)
);
CREATE INDEX code_scans_by_code ON code_scans (board_id, code_id);

-- Where somebody stood: personal data, to be erased without touching the check.
CREATE TABLE code_check_places (
    board_id BIGINT NOT NULL,
    check_id BIGINT NOT NULL,
    note TEXT,
    -- Thousandths of a degree, some 110 m.
    latitude_mdeg INTEGER,
    longitude_mdeg INTEGER,
    PRIMARY KEY (board_id, check_id),
    FOREIGN KEY (board_id, check_id) REFERENCES code_checks (board_id, id)
);

INSERT INTO code_checks (board_id, id, market_id, stall_id, occupancy_id, way, result, card_id,
                         is_open, checked_by, checked_at_ms)
SELECT k.board_id, k.id, o.market_id, o.stall_id, o.id, 'scanned',
       CASE k.result WHEN 'unreadable' THEN 'not_readable' ELSE k.result END, NULL,
       k.result IN ('wrong_account', 'other_code')
       AND NOT EXISTS (SELECT 1 FROM code_checks_of_codes later
           WHERE later.board_id = k.board_id AND later.code_id = k.code_id AND later.id > k.id
             AND later.result <> 'unreadable'),
       k.checked_by, k.checked_at_ms
FROM code_checks_of_codes k
JOIN codes c ON c.board_id = k.board_id AND c.id = k.code_id
JOIN occupancies o ON o.board_id = c.board_id AND o.id = c.occupancy_id;

INSERT INTO code_check_symbols (board_id, check_id, position, payload, verdict, remarks, code_id,
                                account_id)
SELECT k.board_id, k.id, 0, k.scanned_payload,
       CASE k.result WHEN 'unreadable' THEN 'unknown' ELSE k.result END, '',
       CASE k.result WHEN 'right' THEN k.code_id END, NULL
FROM code_checks_of_codes k WHERE k.scanned_payload IS NOT NULL;

INSERT INTO code_scans (board_id, check_id, code_id, is_right, checked_at_ms)
SELECT k.board_id, k.id, k.code_id, k.result = 'right', k.checked_at_ms
FROM code_checks_of_codes k WHERE k.result <> 'unreadable';

DROP TABLE code_checks_of_codes;
