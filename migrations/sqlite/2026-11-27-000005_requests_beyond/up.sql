-- Requests that received more than they asked for, or anything after they were taken back: few, and looked
-- up whenever a vendor looks at her day, her book or her year. The condition stands word for word in
-- src/requests/store.rs, or the index is not used.

CREATE INDEX requests_beyond ON requests (board_id, occupancy_id)
    WHERE received_vnd > amount_vnd OR (cancelled_at_ms IS NOT NULL AND received_vnd > 0);
