//! Reading deliveries back, and what a replay makes of them. The ledger's lanes write them.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::Bool;

use crate::db::schema::{
    deliveries as table, delivery_dismissals as dismissals, delivery_replays, sightings,
};
use crate::db::{DbConnection, Outcome, columns};
use crate::intake::deliveries::{DeliveryOutcome, Filter};
use crate::primitives::UnixMs;
use crate::primitives::id::floor_of;
use crate::primitives::ids::{ActorId, BoardId, DeliveryId, FeedId, TransferId};
use crate::registry::PageRequest;

/// A row of `deliveries`.
#[derive(Clone, Debug)]
pub struct DeliveryRow {
    pub id: DeliveryId,
    pub feed_id: FeedId,
    pub received_at: UnixMs,
    pub outcome: String,
    pub headers: String,
    pub body: Option<Vec<u8>>,
}

type Raw = (i64, i64, i64, String, String, Option<Vec<u8>>);

columns! {
    const COLUMNS = table { id, feed_id, received_at_ms, outcome, headers, body };
}

fn read((id, feed_id, received_at_ms, outcome, headers, body): Raw) -> DeliveryRow {
    DeliveryRow {
        id: DeliveryId(id),
        feed_id: FeedId(feed_id),
        received_at: UnixMs(received_at_ms),
        outcome,
        headers,
        body,
    }
}

/// A page of deliveries, newest first.
pub fn page(
    connection: &mut DbConnection,
    board_id: BoardId,
    filter: &Filter,
    page: PageRequest,
) -> Outcome<Vec<DeliveryRow>> {
    let mut query = table::table
        .filter(table::board_id.eq(board_id.0))
        .filter(table::id.lt(page.after.unwrap_or(i64::MAX)))
        .order(table::id.desc())
        .limit(page.rows())
        .into_boxed();
    if let Some(feed_id) = filter.feed_id {
        query = query.filter(table::feed_id.eq(feed_id.0));
    }
    if let Some(outcome) = filter.outcome {
        query = match outcome {
            // Few of many: written out, so that the index of just these can be used.
            DeliveryOutcome::Undecodable => {
                query.filter(diesel::dsl::sql::<Bool>("outcome = 'undecodable'"))
            }
            other => query.filter(table::outcome.eq(other.as_str())),
        };
    }
    let rows: Vec<Raw> = query.select(COLUMNS).load(connection)?;
    Ok(rows.into_iter().map(read).collect())
}

pub fn find(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: DeliveryId,
) -> Outcome<Option<DeliveryRow>> {
    let found: Option<Raw> =
        table::table.find((board_id.0, id.0)).select(COLUMNS).first(connection).optional()?;
    Ok(found.map(read))
}

pub fn find_all(
    connection: &mut DbConnection,
    board_id: BoardId,
    ids: &[i64],
) -> Outcome<Vec<DeliveryRow>> {
    let rows: Vec<Raw> = table::table
        .filter(table::board_id.eq(board_id.0))
        .filter(table::id.eq_any(ids))
        .select(COLUMNS)
        .load(connection)?;
    Ok(rows.into_iter().map(read).collect())
}

/// Whether this very body of a feed is kept as undecodable, or was until somebody dismissed it.
pub fn is_undecodable(
    connection: &mut DbConnection,
    board_id: BoardId,
    feed_id: FeedId,
    body: &[u8],
) -> Outcome<bool> {
    let kept = table::table
        .filter(table::board_id.eq(board_id.0))
        .filter(diesel::dsl::sql::<Bool>("outcome = 'undecodable'"))
        .filter(table::feed_id.eq(feed_id.0))
        .filter(table::body.eq(body));
    let dismissed = dismissals::table
        .inner_join(table::table.on(
            table::board_id.eq(dismissals::board_id).and(table::id.eq(dismissals::delivery_id)),
        ))
        .filter(dismissals::board_id.eq(board_id.0))
        .filter(table::feed_id.eq(feed_id.0))
        .filter(table::body.eq(body));
    Ok(diesel::select(diesel::dsl::exists(kept)).get_result::<bool>(connection)?
        || diesel::select(diesel::dsl::exists(dismissed)).get_result(connection)?)
}

/// Who dismissed an undecodable delivery, when and why.
#[derive(Clone, Debug)]
pub struct DismissalRow {
    pub by: ActorId,
    pub at: UnixMs,
    pub why: String,
}

impl DismissalRow {
    /// Of columns that are null where nobody dismissed it.
    pub fn of((by, at_ms, why): (Option<i64>, Option<i64>, Option<String>)) -> Option<Self> {
        let (by, at_ms) = by.zip(at_ms)?;
        Some(Self { by: ActorId(by), at: UnixMs(at_ms), why: why.unwrap_or_default() })
    }
}

/// An undecodable delivery counts for nothing, as somebody says.
pub fn dismiss(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: DeliveryId,
    dismissal: &DismissalRow,
) -> Outcome<()> {
    diesel::update(table::table.find((board_id.0, id.0)))
        .set(table::outcome.eq(DeliveryOutcome::Dismissed.as_str()))
        .execute(connection)?;
    diesel::insert_into(dismissals::table)
        .values((
            dismissals::board_id.eq(board_id.0),
            dismissals::delivery_id.eq(id.0),
            dismissals::dismissed_by.eq(dismissal.by.0),
            dismissals::dismissed_at_ms.eq(dismissal.at.0),
            dismissals::why.eq(&dismissal.why),
        ))
        .execute(connection)?;
    Ok(())
}

pub fn dismissal(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: DeliveryId,
) -> Outcome<Option<DismissalRow>> {
    let row: Option<(i64, i64, String)> = dismissals::table
        .find((board_id.0, id.0))
        .select((dismissals::dismissed_by, dismissals::dismissed_at_ms, dismissals::why))
        .first(connection)
        .optional()?;
    Ok(row.map(|(by, at_ms, why)| DismissalRow { by: ActorId(by), at: UnixMs(at_ms), why }))
}

/// When the oldest delivery of each feed came that could not be read and that nobody has settled.
pub fn oldest_unread(
    connection: &mut DbConnection,
    board_id: BoardId,
) -> Outcome<Vec<(FeedId, UnixMs)>> {
    // By the index of just these, which knows no times.
    let oldest: Vec<(i64, Option<i64>)> = table::table
        .filter(table::board_id.eq(board_id.0))
        .filter(diesel::dsl::sql::<Bool>("outcome = 'undecodable'"))
        .group_by(table::feed_id)
        .order(table::feed_id)
        .select((table::feed_id, diesel::dsl::min(table::id)))
        .load(connection)?;
    let ids: Vec<i64> = oldest.into_iter().filter_map(|(_, id)| id).collect();
    let rows: Vec<(i64, i64)> = table::table
        .filter(table::board_id.eq(board_id.0))
        .filter(table::id.eq_any(ids))
        .order(table::feed_id)
        .select((table::feed_id, table::received_at_ms))
        .load(connection)?;
    Ok(rows.into_iter().map(|(feed_id, at_ms)| (FeedId(feed_id), UnixMs(at_ms))).collect())
}

/// Whether one of the feeds told something since then that could not be read and that nobody has
/// settled.
pub fn is_unread_since(
    connection: &mut DbConnection,
    board_id: BoardId,
    feeds: &[i64],
    since: UnixMs,
) -> Outcome<bool> {
    let unread = table::table
        .filter(table::board_id.eq(board_id.0))
        .filter(diesel::dsl::sql::<Bool>("outcome = 'undecodable'"))
        .filter(table::feed_id.eq_any(feeds))
        .filter(table::id.ge(floor_of(since)));
    Ok(diesel::select(diesel::dsl::exists(unread)).get_result(connection)?)
}

/// Which delivery an undecodable one became.
pub fn became(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: DeliveryId,
) -> Outcome<Option<DeliveryId>> {
    let became: Option<i64> = delivery_replays::table
        .find((board_id.0, id.0))
        .select(delivery_replays::became_id)
        .first(connection)
        .optional()?;
    Ok(became.map(DeliveryId))
}

/// An undecodable delivery has become another one, which has its body now.
pub fn replace(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: DeliveryId,
    by: DeliveryId,
    outcome: &str,
) -> Outcome<()> {
    diesel::update(table::table.find((board_id.0, id.0)))
        .set((table::outcome.eq(outcome), table::body.eq(None::<Vec<u8>>)))
        .execute(connection)?;
    diesel::insert_into(delivery_replays::table)
        .values((
            delivery_replays::board_id.eq(board_id.0),
            delivery_replays::delivery_id.eq(id.0),
            delivery_replays::became_id.eq(by.0),
        ))
        .execute(connection)?;
    Ok(())
}

/// The transfers that ids of one namespace stand for, by id.
pub fn transfers_of(
    connection: &mut DbConnection,
    board_id: BoardId,
    namespace: &str,
    ids: &[&str],
) -> Outcome<HashMap<String, TransferId>> {
    let rows: Vec<(String, Option<i64>)> = sightings::table
        .filter(sightings::board_id.eq(board_id.0))
        .filter(sightings::namespace.eq(namespace))
        .filter(sightings::provider_id.eq_any(ids))
        .select((sightings::provider_id, sightings::transfer_id))
        .load(connection)?;
    let kept = |(id, transfer_id): (String, Option<i64>)| Some((id, TransferId(transfer_id?)));
    Ok(rows.into_iter().filter_map(kept).collect())
}
