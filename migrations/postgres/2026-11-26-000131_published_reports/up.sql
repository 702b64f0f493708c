-- Reports as they were published: what was said then is shown again, never computed anew. report is the
-- answer in JSON, laid the same as people read it, of which all files are made.

CREATE TABLE published_reports (
    board_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    market_id BIGINT NOT NULL,
    from_day INTEGER NOT NULL,
    to_day INTEGER NOT NULL,
    published_by TEXT NOT NULL,
    key_id BIGINT NOT NULL,
    published_at_ms BIGINT NOT NULL,
    digest TEXT NOT NULL,
    report TEXT NOT NULL,
    laid TEXT NOT NULL,
    PRIMARY KEY (board_id, id),
    FOREIGN KEY (board_id, market_id) REFERENCES markets (board_id, id)
);
CREATE INDEX published_reports_by_market ON published_reports (board_id, market_id, id);

-- What the board wants to reach, each with the document that says so; the latest of a metric counts.
CREATE TABLE adoption_targets (
    board_id BIGINT NOT NULL,
    market_id BIGINT NOT NULL,
    metric TEXT NOT NULL CHECK (metric IN ('M1', 'M2', 'M3', 'M4a', 'M4b', 'M5', 'M9', 'M10')),
    seq INTEGER NOT NULL,
    -- Absent: no target any more.
    per_mille INTEGER,
    document TEXT NOT NULL,
    due_day INTEGER,
    set_by BIGINT NOT NULL,
    set_at_ms BIGINT NOT NULL,
    PRIMARY KEY (board_id, market_id, metric, seq),
    FOREIGN KEY (board_id, market_id) REFERENCES markets (board_id, id)
);

-- A key that could do everything still can.
UPDATE api_keys SET permissions = permissions || ' reports.publish'
WHERE permissions LIKE '%keys.write%' AND permissions LIKE '%registry.write%'
    AND permissions LIKE '%amounts.read%';
