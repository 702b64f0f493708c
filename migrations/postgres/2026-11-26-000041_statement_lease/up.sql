-- One run of all servers is at an account's statements. leased_until_ms: by that server's clock; term:
-- the run.
CREATE TABLE statement_leases (
    board_id BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    leased_until_ms BIGINT NOT NULL,
    term BIGINT NOT NULL,
    PRIMARY KEY (board_id, account_id)
);
