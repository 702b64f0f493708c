-- The numbers that transfers of no account were told of. Once such a number is registered, what comes
-- for its account is compared with them. '': of one from before this table; the server reads its
-- number from its report.

CREATE TABLE strays (
    board_id BIGINT NOT NULL,
    number TEXT NOT NULL,
    transfer_id BIGINT NOT NULL,
    PRIMARY KEY (board_id, number, transfer_id)
);

INSERT INTO strays (board_id, number, transfer_id)
SELECT board_id, '', transfer_id FROM unassigned WHERE account_id = 0;
