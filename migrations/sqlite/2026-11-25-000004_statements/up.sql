-- Statement files that people import.

-- A file that was looked at, and what became of it. state: checked (a dry run, waiting to be
-- committed), needs_mapping (nothing of it is kept but its layout), running, done. Counts of the dry
-- run: rows as they were then; recorded, linked and doubtful are what the commit made of them.
CREATE TABLE statements (
    board_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    feed_id BIGINT,
    uploaded_by BIGINT NOT NULL,
    uploaded_at_ms BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('checked', 'needs_mapping', 'running', 'done')),
    format TEXT NOT NULL CHECK (format IN ('csv', 'xlsx', 'xls')),
    layout TEXT NOT NULL,
    asks TEXT NOT NULL,
    stated_from_day INTEGER,
    stated_to_day INTEGER,
    printed_day INTEGER,
    first_day INTEGER,
    last_day INTEGER,
    row_count BIGINT NOT NULL,
    new_count BIGINT NOT NULL,
    known_count BIGINT NOT NULL,
    reported_count BIGINT NOT NULL,
    unreadable_count BIGINT NOT NULL,
    dropped_count BIGINT NOT NULL,
    failed_count BIGINT NOT NULL,
    committed_at_ms BIGINT,
    finished_at_ms BIGINT,
    done_count BIGINT NOT NULL,
    recorded_count BIGINT NOT NULL,
    linked_count BIGINT NOT NULL,
    doubtful_count BIGINT NOT NULL,
    PRIMARY KEY (board_id, id),
    FOREIGN KEY (board_id, account_id) REFERENCES accounts (board_id, id)
);

-- Rows of a statement that wait, some hundred in a part: the body of the delivery that they become,
-- and a letter for what each row was in the dry run. A part goes in the transaction that takes it in.
CREATE TABLE statement_parts (
    board_id BIGINT NOT NULL,
    statement_id BIGINT NOT NULL,
    part INTEGER NOT NULL,
    states TEXT NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (board_id, statement_id, part)
);

-- Rows that cannot be read: where and why, not what they say.
CREATE TABLE statement_unreadable (
    board_id BIGINT NOT NULL,
    statement_id BIGINT NOT NULL,
    row_number INTEGER NOT NULL,
    field TEXT NOT NULL,
    because TEXT NOT NULL,
    day INTEGER,
    PRIMARY KEY (board_id, statement_id, row_number)
);

-- What a layout's columns are called and look like (JSON), and how a person says to read them.
CREATE TABLE statement_layouts (
    board_id BIGINT NOT NULL,
    layout TEXT NOT NULL,
    headings TEXT NOT NULL,
    mapping TEXT,
    changed_at_ms BIGINT NOT NULL,
    changed_by BIGINT NOT NULL,
    PRIMARY KEY (board_id, layout)
);

-- Whole days of an account that a statement has told completely, both ends included.
CREATE TABLE statement_days (
    board_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    statement_id BIGINT NOT NULL,
    from_day INTEGER NOT NULL,
    to_day INTEGER NOT NULL,
    recorded_at_ms BIGINT NOT NULL,
    PRIMARY KEY (board_id, id),
    FOREIGN KEY (board_id, account_id) REFERENCES accounts (board_id, id),
    CHECK (from_day <= to_day)
);
