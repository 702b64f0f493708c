//! What is in the database after the server was killed.

use cho40::db::{DbConnection, Outcome};
use cho40::on_db;
use cho40::primitives::ids::BoardId;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

/// Rows of each kind of a board.
#[derive(Debug, QueryableByName)]
pub struct Rows {
    #[diesel(sql_type = BigInt)]
    deliveries: i64,
    #[diesel(sql_type = BigInt)]
    sightings: i64,
    #[diesel(sql_type = BigInt)]
    transfers: i64,
    /// Transfers that the memo's reference brought to their stall.
    #[diesel(sql_type = BigInt)]
    matched: i64,
    /// Sales in the stalls' totals.
    #[diesel(sql_type = BigInt)]
    totalled: i64,
    /// Incoming transfers in the feed's totals.
    #[diesel(sql_type = BigInt)]
    heard: i64,
    #[diesel(sql_type = BigInt)]
    events: i64,
}

impl Rows {
    pub fn of(connection: &mut DbConnection, board_id: BoardId) -> Outcome<Self> {
        let query = diesel::sql_query(
            "SELECT (SELECT COUNT(*) FROM deliveries d WHERE d.board_id = b.board_id) AS deliveries,
               (SELECT COUNT(*) FROM sightings s WHERE s.board_id = b.board_id) AS sightings,
               (SELECT COUNT(*) FROM transfers t WHERE t.board_id = b.board_id) AS transfers,
               (SELECT COUNT(*) FROM transfers m WHERE m.board_id = b.board_id
                  AND m.rule = 'reference') AS matched,
               (SELECT CAST(COALESCE(SUM(sale_count), 0) AS BIGINT) FROM day_totals y
                  WHERE y.board_id = b.board_id) AS totalled,
               (SELECT CAST(COALESCE(SUM(incoming_count), 0) AS BIGINT) FROM feed_days f
                  WHERE f.board_id = b.board_id) AS heard,
               b.event_seq AS events
             FROM board_heads b WHERE b.board_id = $1",
        )
        .bind::<BigInt, _>(board_id.0);
        Ok(on_db!(connection, inner => query.get_result(inner)?))
    }

    /// Whether there is one of each for every acknowledged delivery.
    pub fn are_all(&self, acknowledged: u64) -> bool {
        [
            self.deliveries,
            self.sightings,
            self.transfers,
            self.matched,
            self.totalled,
            self.heard,
            self.events,
        ]
        .iter()
        .all(|count| u64::try_from(*count) == Ok(acknowledged))
    }
}
