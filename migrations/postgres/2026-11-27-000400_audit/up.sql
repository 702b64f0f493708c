-- Who saw or changed what about whom, each entry bound to the one before it (src/access/audit.rs).
-- entry: JSON, the very text that is hashed. hash: SHA-256 of the hash before, a line end and the entry.

CREATE TABLE audit_entries (
    board_id BIGINT NOT NULL REFERENCES boards (board_id),
    seq BIGINT NOT NULL,
    entry TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (board_id, seq)
);

-- The last of a board, locked by whoever adds one: a row of its own, so that no hook waits for it.
CREATE TABLE audit_heads (
    board_id BIGINT NOT NULL PRIMARY KEY REFERENCES boards (board_id),
    seq BIGINT NOT NULL,
    hash TEXT NOT NULL
);

-- Against mistakes, not against whoever has the database: `cho40 doctor` is for those.
CREATE FUNCTION audit_entries_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit_entries is append-only';
END
$$;

-- Of rows, so that a restore may empty a table that is empty.
CREATE TRIGGER audit_entries_stay BEFORE UPDATE OR DELETE ON audit_entries
    FOR EACH ROW EXECUTE FUNCTION audit_entries_stay();
CREATE TRIGGER audit_entries_are_not_truncated BEFORE TRUNCATE ON audit_entries
    FOR EACH STATEMENT EXECUTE FUNCTION audit_entries_stay();
