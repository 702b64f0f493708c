-- People propose, others approve.

-- Why a person decided so, or what made the rules run again; and who had proposed it.
ALTER TABLE attribution_lines ADD COLUMN why TEXT;
ALTER TABLE attribution_lines ADD COLUMN proposed_by BIGINT;

-- What somebody proposes of a transfer. lines: a JSON array, as it is sent. It waits until somebody
-- else decides it, or until the transfer is attributed anew by another way.
CREATE TABLE assignment_proposals (
    board_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    transfer_id BIGINT NOT NULL,
    lines TEXT NOT NULL,
    why TEXT NOT NULL,
    proposed_by BIGINT NOT NULL,
    proposed_at_ms BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'approved', 'rejected', 'outdated')),
    decided_by BIGINT,
    decided_at_ms BIGINT,
    decided_why TEXT,
    PRIMARY KEY (board_id, id)
);
CREATE INDEX assignment_proposals_by_transfer ON assignment_proposals (board_id, transfer_id);
