//! Money that the rules have marked, by two partial indexes that hold nothing else, and who has
//! looked at it.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable, Text};

use crate::access::Act;
use crate::db::schema::mark_reviews as r;
use crate::db::{DbConnection, Outcome};
use crate::ledger::marks::{MarkFilter, MarkReview, MarkRow};
use crate::ledger::transfers::Stored;
use crate::primitives::UnixMs;
use crate::primitives::ids::{ActorId, BoardId, MarketId, StallId, TransferId};
use crate::registry::PageRequest;

/// Marked transfers by their present attribution. The condition is that of the indexes, letter by
/// letter: else SQLite does not use them.
const MARKED: &str = "
    SELECT m.transfer_id, s.market_id, s.id AS stall_id, s.code AS stall_code,
           r.reviewed_by, r.reviewed_at_ms, r.note
    FROM (SELECT t.id AS transfer_id, 1 AS seq, t.occupancy_id, t.rule FROM transfers t
          WHERE t.board_id = $1 AND t.id >= $2 AND t.id < $3
            AND (rule = 'revoked_reference' OR rule = 'ended_occupancy'
              OR rule = 'cancelled_request')
            AND NOT EXISTS (SELECT 1 FROM attribution_lines n
              WHERE n.board_id = t.board_id AND n.transfer_id = t.id)
          UNION ALL
          SELECT l.transfer_id, l.seq, l.occupancy_id, l.rule FROM attribution_lines l
          WHERE l.board_id = $1 AND l.transfer_id >= $2 AND l.transfer_id < $3
            AND (rule = 'revoked_reference' OR rule = 'ended_occupancy'
              OR rule = 'cancelled_request')
            AND NOT EXISTS (SELECT 1 FROM attribution_lines n
              WHERE n.board_id = l.board_id AND n.transfer_id = l.transfer_id
                AND n.seq > l.seq)) m
    JOIN occupancies o ON o.board_id = $1 AND o.id = m.occupancy_id
    JOIN stalls s ON s.board_id = $1 AND s.id = o.stall_id
    LEFT JOIN mark_reviews r
      ON r.board_id = $1 AND r.transfer_id = m.transfer_id AND r.seq = m.seq";

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = BigInt)]
    transfer_id: i64,
    #[diesel(sql_type = BigInt)]
    market_id: i64,
    #[diesel(sql_type = BigInt)]
    stall_id: i64,
    #[diesel(sql_type = Text)]
    stall_code: String,
    #[diesel(sql_type = Nullable<BigInt>)]
    reviewed_by: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    reviewed_at_ms: Option<i64>,
    #[diesel(sql_type = Nullable<Text>)]
    note: Option<String>,
}

impl From<Found> for MarkRow {
    fn from(found: Found) -> Self {
        let review = found.reviewed_by.zip(found.reviewed_at_ms).map(|(by, at)| MarkReview {
            reviewed_by: ActorId(by),
            reviewed_at: UnixMs(at),
            note: found.note,
        });
        Self {
            transfer_id: TransferId(found.transfer_id),
            market_id: MarketId(found.market_id),
            stall_id: StallId(found.stall_id),
            stall_code: found.stall_code,
            review,
        }
    }
}

/// A page, newest first.
pub fn page(
    connection: &mut DbConnection,
    board_id: BoardId,
    filter: &MarkFilter,
    page: PageRequest,
) -> Outcome<Vec<MarkRow>> {
    let query = format!(
        "{MARKED}
         WHERE ($4 = 0 OR s.market_id = $4) AND ($5 = 0 OR s.id = $5)
           AND ($6 = '' OR m.rule = $6) AND (r.reviewed_by IS NOT NULL) = $7
         ORDER BY m.transfer_id DESC LIMIT $8"
    );
    let rows: Vec<Found> = diesel::sql_query(query)
        .bind::<BigInt, _>(board_id.0)
        .bind::<BigInt, _>(i64::MIN)
        .bind::<BigInt, _>(page.after.unwrap_or(i64::MAX))
        .bind::<BigInt, _>(filter.market_id.map_or(0, |id| id.0))
        .bind::<BigInt, _>(filter.stall_id.map_or(0, |id| id.0))
        .bind::<Text, _>(filter.reason.map_or("", |reason| reason.as_str()))
        .bind::<Bool, _>(filter.reviewed)
        .bind::<BigInt, _>(page.rows())
        .load(connection)?;
    Ok(rows.into_iter().map(MarkRow::from).collect())
}

pub fn find(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: TransferId,
) -> Outcome<Option<MarkRow>> {
    let found: Option<Found> = diesel::sql_query(MARKED)
        .bind::<BigInt, _>(board_id.0)
        .bind::<BigInt, _>(id.0)
        .bind::<BigInt, _>(id.0.saturating_add(1))
        .get_result(connection)
        .optional()?;
    Ok(found.map(MarkRow::from))
}

/// Keeps who has looked at the transfer's present attribution, in place of who had before.
pub fn review(
    connection: &mut DbConnection,
    act: &Act,
    stored: &Stored,
    note: Option<&str>,
) -> Outcome<()> {
    let key = (act.board_id().0, stored.id.0, stored.seq);
    diesel::delete(r::table.find(key)).execute(connection)?;
    diesel::insert_into(r::table)
        .values((
            r::board_id.eq(key.0),
            r::transfer_id.eq(key.1),
            r::seq.eq(key.2),
            r::reviewed_by.eq(act.scope.actor.0),
            r::reviewed_at_ms.eq(act.at.0),
            r::note.eq(note),
        ))
        .execute(connection)?;
    Ok(())
}
