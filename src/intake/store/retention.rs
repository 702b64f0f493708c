//! What of deliveries is erased, and what is kept beyond its time.

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use crate::db::schema::{
    deliveries, erasures, kept_bodies, refused_deliveries as refused, unassigned,
};
use crate::db::{DbConnection, Outcome};
use crate::primitives::UnixMs;
use crate::primitives::ids::{BoardId, FeedId};

#[derive(QueryableByName)]
struct Needed {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

/// Bodies before a delivery that somebody still has to decide by: of money that waits for its stall, of
/// suspected pairs and contradictions, both reports of each, and what could not be read.
pub fn needed(connection: &mut DbConnection, board_id: BoardId, before: i64) -> Outcome<Vec<i64>> {
    let query = "SELECT t.delivery_id AS id FROM unassigned u
            JOIN transfers t ON t.board_id = u.board_id AND t.id = u.transfer_id
            WHERE u.board_id = $1 AND u.resolved_at_ms IS NULL AND t.delivery_id < $2
        UNION SELECT p.delivery_id FROM suspected_pairs p
            WHERE p.board_id = $1 AND p.verdict IS NULL AND p.delivery_id < $2
        UNION SELECT t.delivery_id FROM suspected_pairs p
            JOIN transfers t ON t.board_id = p.board_id AND t.id = p.transfer_id
            WHERE p.board_id = $1 AND p.verdict IS NULL AND t.delivery_id < $2
        UNION SELECT c.delivery_id FROM sighting_conflicts c
            WHERE c.board_id = $1 AND c.verdict IS NULL AND c.delivery_id < $2
        UNION SELECT c.first_delivery_id FROM sighting_conflicts c
            WHERE c.board_id = $1 AND c.verdict IS NULL AND c.first_delivery_id < $2
        UNION SELECT s.delivery_id FROM sighting_conflicts c
            JOIN sightings s ON s.board_id = c.board_id AND s.namespace = c.namespace
                AND s.provider_id = c.provider_id
            WHERE c.board_id = $1 AND c.verdict IS NULL AND s.delivery_id < $2
        UNION SELECT d.id FROM deliveries d
            WHERE d.board_id = $1 AND d.outcome = 'undecodable' AND d.id < $2";
    let query = diesel::sql_query(query).bind::<BigInt, _>(board_id.0).bind::<BigInt, _>(before);
    let found: Vec<Needed> = query.load(connection)?;
    Ok(found.into_iter().map(|needed| needed.id).collect())
}

/// The next deliveries before one that were not looked at yet.
pub fn passed(
    connection: &mut DbConnection,
    board_id: BoardId,
    before: i64,
    at_once: usize,
) -> Outcome<Vec<i64>> {
    let up_to: Option<i64> = erasures::table
        .find(board_id.0)
        .select(erasures::up_to_delivery_id)
        .first(connection)
        .optional()?;
    let query = deliveries::table
        .filter(deliveries::board_id.eq(board_id.0))
        .filter(deliveries::id.gt(up_to.unwrap_or(0)))
        .filter(deliveries::id.lt(before))
        .order(deliveries::id)
        .limit(at_once as i64);
    Ok(query.select(deliveries::id).load(connection)?)
}

pub fn kept(connection: &mut DbConnection, board_id: BoardId) -> Outcome<Vec<i64>> {
    let query = kept_bodies::table.filter(kept_bodies::board_id.eq(board_id.0));
    Ok(query.select(kept_bodies::delivery_id).load(connection)?)
}

/// The feeds of bodies that are kept beyond their time, each since its oldest.
pub fn oldest_kept(
    connection: &mut DbConnection,
    board_id: BoardId,
) -> Outcome<Vec<(FeedId, UnixMs)>> {
    let kept = kept(connection, board_id)?;
    let oldest: Vec<(i64, Option<i64>)> = deliveries::table
        .filter(deliveries::board_id.eq(board_id.0))
        .filter(deliveries::id.eq_any(kept))
        .group_by(deliveries::feed_id)
        .order(deliveries::feed_id)
        .select((deliveries::feed_id, diesel::dsl::min(deliveries::received_at_ms)))
        .load(connection)?;
    let since = |(feed_id, at): (i64, Option<i64>)| Some((FeedId(feed_id), UnixMs(at?)));
    Ok(oldest.into_iter().filter_map(since).collect())
}

pub fn erase(connection: &mut DbConnection, board_id: BoardId, these: &[i64]) -> Outcome<()> {
    let bodies = deliveries::table
        .filter(deliveries::board_id.eq(board_id.0))
        .filter(deliveries::id.eq_any(these));
    diesel::update(bodies).set(deliveries::body.eq(None::<Vec<u8>>)).execute(connection)?;
    let kept = kept_bodies::table
        .filter(kept_bodies::board_id.eq(board_id.0))
        .filter(kept_bodies::delivery_id.eq_any(these));
    diesel::delete(kept).execute(connection)?;
    Ok(())
}

pub fn keep(connection: &mut DbConnection, board_id: BoardId, these: &[i64]) -> Outcome<()> {
    for delivery in these {
        diesel::insert_into(kept_bodies::table)
            .values((kept_bodies::board_id.eq(board_id.0), kept_bodies::delivery_id.eq(delivery)))
            .execute(connection)?;
    }
    Ok(())
}

/// Notes that all up to a delivery were looked at.
pub fn move_to(connection: &mut DbConnection, board_id: BoardId, delivery: i64) -> Outcome<()> {
    let moved = diesel::update(erasures::table.find(board_id.0))
        .set(erasures::up_to_delivery_id.eq(delivery))
        .execute(connection)?;
    if moved == 0 {
        diesel::insert_into(erasures::table)
            .values((erasures::board_id.eq(board_id.0), erasures::up_to_delivery_id.eq(delivery)))
            .execute(connection)?;
    }
    Ok(())
}

/// Erases memo and payer of what was decided before an instant.
pub fn forget_queue(
    connection: &mut DbConnection,
    board_id: BoardId,
    before: UnixMs,
) -> Outcome<()> {
    let decided = unassigned::table
        .filter(unassigned::board_id.eq(board_id.0))
        .filter(unassigned::resolved_at_ms.lt(before.0))
        .filter(unassigned::memo.is_not_null().or(unassigned::payer_name.is_not_null()));
    diesel::update(decided)
        .set((unassigned::memo.eq(None::<String>), unassigned::payer_name.eq(None::<String>)))
        .execute(connection)?;
    Ok(())
}

/// Forgets what was refused before an instant, but money that nobody has settled.
pub fn forget_refused(
    connection: &mut DbConnection,
    board_id: BoardId,
    before: UnixMs,
) -> Outcome<()> {
    let old = refused::table
        .filter(refused::board_id.eq(board_id.0))
        .filter(refused::received_at_ms.lt(before.0))
        .filter(refused::is_money.eq(false).or(refused::dismissed_at_ms.is_not_null()));
    diesel::delete(old).execute(connection)?;
    Ok(())
}
