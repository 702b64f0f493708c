//! Reports that contradict an earlier one under the same id.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable, Text};

use crate::access::Act;
use crate::db::schema::sighting_conflicts as c;
use crate::db::{DbConnection, Outcome};
use crate::intake::conflicts::{ConflictFilter, RightReport};
use crate::ledger::corrected::Sighting;
use crate::primitives::UnixMs;
use crate::primitives::id::floor_of;
use crate::primitives::ids::{BoardId, ConflictId, FeedId, TransferId};
use crate::registry::PageRequest;

/// A contradiction, with where the first report stands.
#[derive(Clone, Debug, QueryableByName)]
pub struct ConflictRow {
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    #[diesel(sql_type = Text)]
    pub namespace: String,
    #[diesel(sql_type = Text)]
    pub provider_id: String,
    #[diesel(sql_type = BigInt)]
    pub fields_digest: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub transfer_id: Option<i64>,
    #[diesel(sql_type = BigInt)]
    pub first_delivery: i64,
    #[diesel(sql_type = BigInt)]
    pub other_delivery: i64,
    #[diesel(sql_type = Nullable<Text>)]
    pub verdict: Option<RightReport>,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub decided_by: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub decided_at_ms: Option<i64>,
    #[diesel(sql_type = Nullable<Text>)]
    pub note: Option<String>,
    /// The books follow the later report.
    #[diesel(sql_type = Bool)]
    pub is_corrected: bool,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub own_transfer_id: Option<i64>,
}

const CONFLICTS: &str = "
    SELECT c.id, c.namespace, c.provider_id, c.fields_digest,
           COALESCE(c.first_transfer_id, s.transfer_id) AS transfer_id,
           COALESCE(c.first_delivery_id, s.delivery_id) AS first_delivery,
           c.delivery_id AS other_delivery, c.verdict, c.decided_by, c.decided_at_ms, c.note,
           c.first_transfer_id IS NOT NULL AS is_corrected, c.own_transfer_id
    FROM sighting_conflicts c
    JOIN sightings s ON s.board_id = c.board_id AND s.namespace = c.namespace
      AND s.provider_id = c.provider_id
    WHERE c.board_id = $1";

/// A page, newest first. Of a market or stall are those whose counted transfer is attributed there.
pub fn page(
    connection: &mut DbConnection,
    board_id: BoardId,
    filter: &ConflictFilter,
    page: PageRequest,
) -> Outcome<Vec<ConflictRow>> {
    let query = format!(
        "{CONFLICTS} AND c.id < $2 AND (c.verdict IS NOT NULL) = $3
           AND ($4 = 0 AND $5 = 0 OR EXISTS (
             SELECT 1 FROM occupancies o
             JOIN stalls b ON b.board_id = o.board_id AND b.id = o.stall_id
             WHERE o.board_id = c.board_id AND ($4 = 0 OR b.market_id = $4)
               AND ($5 = 0 OR b.id = $5)
               AND (EXISTS (SELECT 1 FROM transfers t WHERE t.board_id = c.board_id
                     AND t.id = s.transfer_id AND t.occupancy_id = o.id
                     AND NOT EXISTS (SELECT 1 FROM attribution_lines n
                       WHERE n.board_id = t.board_id AND n.transfer_id = t.id))
                 OR EXISTS (SELECT 1 FROM attribution_lines l WHERE l.board_id = c.board_id
                     AND l.transfer_id = s.transfer_id AND l.occupancy_id = o.id
                     AND NOT EXISTS (SELECT 1 FROM attribution_lines n
                       WHERE n.board_id = l.board_id AND n.transfer_id = l.transfer_id
                         AND n.seq > l.seq)))))
         ORDER BY c.id DESC LIMIT $6"
    );
    Ok(diesel::sql_query(query)
        .bind::<BigInt, _>(board_id.0)
        .bind::<BigInt, _>(page.after.unwrap_or(i64::MAX))
        .bind::<Bool, _>(filter.reviewed)
        .bind::<BigInt, _>(filter.market_id.map_or(0, |id| id.0))
        .bind::<BigInt, _>(filter.stall_id.map_or(0, |id| id.0))
        .bind::<BigInt, _>(page.rows())
        .load(connection)?)
}

pub fn find(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: ConflictId,
) -> Outcome<Option<ConflictRow>> {
    Ok(diesel::sql_query(format!("{CONFLICTS} AND c.id = $2"))
        .bind::<BigInt, _>(board_id.0)
        .bind::<BigInt, _>(id.0)
        .get_result(connection)
        .optional()?)
}

/// Keeps what a person said, in place of what was said before.
pub fn decide(
    connection: &mut DbConnection,
    act: &Act,
    id: ConflictId,
    right: RightReport,
    note: Option<&str>,
) -> Outcome<()> {
    let row = c::table.filter(c::board_id.eq(act.board_id().0)).filter(c::id.eq(id.0));
    diesel::update(row)
        .set((
            c::verdict.eq(right),
            c::decided_by.eq(act.scope.actor.0),
            c::decided_at_ms.eq(act.at.0),
            c::note.eq(note),
        ))
        .execute(connection)?;
    Ok(())
}

/// Keeps how the books followed the later report. `before`: what the first had left; told again, it is
/// judged already.
pub fn correct(
    connection: &mut DbConnection,
    act: &Act,
    conflict: &ConflictRow,
    before: Option<&Sighting>,
    own: Option<TransferId>,
) -> Outcome<()> {
    let board_id = act.board_id().0;
    let row = c::table.filter(c::board_id.eq(board_id)).filter(c::id.eq(conflict.id));
    diesel::update(row)
        .set((
            c::first_delivery_id.eq(conflict.first_delivery),
            c::first_transfer_id.eq(conflict.transfer_id),
            c::own_transfer_id.eq(own.map(|id| id.0)),
        ))
        .execute(connection)?;
    let Some(before) = before else { return Ok(()) };
    let known =
        c::table.find((board_id, &conflict.namespace, &conflict.provider_id, before.digest));
    if diesel::select(diesel::dsl::exists(known)).get_result(connection)? {
        return Ok(());
    }
    diesel::insert_into(c::table)
        .values((
            c::board_id.eq(board_id),
            c::namespace.eq(&conflict.namespace),
            c::provider_id.eq(&conflict.provider_id),
            c::fields_digest.eq(before.digest),
            c::delivery_id.eq(before.delivery_id),
            c::item.eq(before.item),
            c::id.eq(act.new_id()),
            c::verdict.eq(RightReport::First),
            c::decided_by.eq(act.scope.actor.0),
            c::decided_at_ms.eq(act.at.0),
        ))
        .execute(connection)?;
    Ok(())
}

/// Keeps the transfer that the later report became beside the first.
pub fn count_both(
    connection: &mut DbConnection,
    act: &Act,
    conflict: &ConflictRow,
    own: Option<TransferId>,
) -> Outcome<()> {
    let row = c::table.filter(c::board_id.eq(act.board_id().0)).filter(c::id.eq(conflict.id));
    diesel::update(row).set(c::own_transfer_id.eq(own.map(|id| id.0))).execute(connection)?;
    Ok(())
}

/// Feeds with contradictions that nobody has judged, each with the instant of its oldest.
pub fn waiting(
    connection: &mut DbConnection,
    board_id: BoardId,
    feed_id: Option<FeedId>,
) -> Outcome<Vec<(FeedId, UnixMs)>> {
    use crate::db::schema::deliveries as d;
    let mut query = c::table
        .inner_join(d::table.on(d::board_id.eq(c::board_id).and(d::id.eq(c::delivery_id))))
        .filter(c::board_id.eq(board_id.0))
        .filter(c::verdict.is_null())
        .group_by(d::feed_id)
        .order(d::feed_id)
        .select((d::feed_id, diesel::dsl::min(d::received_at_ms)))
        .into_boxed();
    if let Some(feed_id) = feed_id {
        query = query.filter(d::feed_id.eq(feed_id.0));
    }
    let rows: Vec<(i64, Option<i64>)> = query.load(connection)?;
    Ok(rows.into_iter().filter_map(|(id, at)| Some((FeedId(id), UnixMs(at?)))).collect())
}

/// Whether one of the feeds contradicted itself since then, and nobody has judged it.
pub fn is_any_since(
    connection: &mut DbConnection,
    board_id: BoardId,
    feeds: &[i64],
    since: UnixMs,
) -> Outcome<bool> {
    use crate::db::schema::deliveries as d;
    let waiting = c::table
        .inner_join(d::table.on(d::board_id.eq(c::board_id).and(d::id.eq(c::delivery_id))))
        .filter(c::board_id.eq(board_id.0))
        .filter(c::id.ge(floor_of(since)))
        .filter(c::verdict.is_null())
        .filter(d::feed_id.eq_any(feeds));
    Ok(diesel::select(diesel::dsl::exists(waiting)).get_result(connection)?)
}
