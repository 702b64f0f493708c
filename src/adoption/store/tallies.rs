//! Rows of `tallies` and `tally_presses`.

use std::collections::{BTreeSet, HashMap};

use diesel::dsl::{count_star, not};
use diesel::prelude::*;

use crate::access::Act;
use crate::adoption::counting::{NewPress, PressKind, Tally, TallyFilter};
use crate::adoption::days::Span;
use crate::db::schema::{
    occupancies, stalls, tallies as table, tallies::table as rows, tally_presses as presses,
};
use crate::db::{DbConnection, Outcome};
use crate::primitives::ids::{BoardId, OccupancyId, TallyId};
use crate::primitives::{Day, UnixMs};
use crate::registry::PageRequest;

/// Presses of one statement.
const CHUNK: usize = 100;

pub struct NewRow<'a> {
    pub id: TallyId,
    pub client_id: &'a str,
    pub occupancy_id: OccupancyId,
    pub day: Day,
    pub counted_by: &'a str,
    pub started_at: UnixMs,
}

pub fn by_client(
    connection: &mut DbConnection,
    board_id: BoardId,
    client_id: &str,
) -> Outcome<Option<(TallyId, OccupancyId)>> {
    let query = rows
        .filter(table::board_id.eq(board_id))
        .filter(table::client_id.eq(client_id))
        .select((table::id, table::occupancy_id));
    Ok(query.first(connection).optional()?)
}

pub fn insert(connection: &mut DbConnection, act: &Act, new: &NewRow<'_>) -> Outcome<()> {
    diesel::insert_into(rows)
        .values((
            table::board_id.eq(act.board_id()),
            table::id.eq(new.id),
            table::client_id.eq(new.client_id),
            table::occupancy_id.eq(new.occupancy_id),
            table::day.eq(new.day.0),
            table::counted_by.eq(new.counted_by),
            table::started_at_ms.eq(new.started_at.0),
            table::recorded_by.eq(act.scope.actor),
            table::recorded_at_ms.eq(act.at.0),
        ))
        .execute(connection)?;
    Ok(())
}

pub fn end(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: TallyId,
    ended_at: UnixMs,
) -> Outcome<()> {
    diesel::update(rows.find((board_id, id)))
        .set(table::ended_at_ms.eq(ended_at.0))
        .execute(connection)?;
    Ok(())
}

pub fn known_presses(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: TallyId,
) -> Outcome<BTreeSet<String>> {
    let query = presses::table
        .filter(presses::board_id.eq(board_id))
        .filter(presses::tally_id.eq(id))
        .select(presses::client_id);
    Ok(query.load(connection)?.into_iter().collect())
}

pub fn insert_presses(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: TallyId,
    fresh: &[NewPress],
) -> Outcome<()> {
    for press in fresh {
        diesel::insert_into(presses::table)
            .values((
                presses::board_id.eq(board_id),
                presses::tally_id.eq(id),
                presses::client_id.eq(&press.client_id),
                presses::kind.eq(press.kind),
                presses::pressed_at_ms.eq(press.pressed_at.0),
                presses::is_void.eq(press.is_void),
            ))
            .execute(connection)?;
    }
    Ok(())
}

/// What is void stays so.
pub fn void(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: TallyId,
    client_ids: &[String],
) -> Outcome<()> {
    for some in client_ids.chunks(CHUNK) {
        let of = presses::table
            .filter(presses::board_id.eq(board_id))
            .filter(presses::tally_id.eq(id))
            .filter(presses::client_id.eq_any(some));
        diesel::update(of).set(presses::is_void.eq(true)).execute(connection)?;
    }
    Ok(())
}

type Row = ((TallyId, String, OccupancyId, i32, String, i64, Option<i64>), String);

/// The query of tallies with their stalls.
macro_rules! with_stalls {
    ($board_id:expr) => {{
        use occupancies as o;
        let of = o::board_id.eq(table::board_id).and(o::id.eq(table::occupancy_id));
        let at_stall = stalls::board_id.eq(o::board_id).and(stalls::id.eq(o::stall_id));
        rows.inner_join(o::table.on(of))
            .inner_join(stalls::table.on(at_stall))
            .filter(table::board_id.eq($board_id))
            .select((
                (
                    table::id,
                    table::client_id,
                    table::occupancy_id,
                    table::day,
                    table::counted_by,
                    table::started_at_ms,
                    table::ended_at_ms,
                ),
                stalls::code,
            ))
            .into_boxed()
    }};
}

pub fn find(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: TallyId,
) -> Outcome<Option<Tally>> {
    let found: Option<Row> =
        with_stalls!(board_id).filter(table::id.eq(id)).first(connection).optional()?;
    let found = whole(connection, board_id, found.into_iter().collect())?;
    Ok(found.into_iter().next())
}

pub fn page(
    connection: &mut DbConnection,
    board_id: BoardId,
    filter: &TallyFilter,
    page: PageRequest,
) -> Outcome<Vec<Tally>> {
    let mut query = with_stalls!(board_id);
    if let Some(id) = filter.market_id {
        query = query.filter(occupancies::market_id.eq(id));
    }
    if let Some(id) = filter.occupancy_id {
        query = query.filter(table::occupancy_id.eq(id));
    }
    let query = query.filter(table::id.gt(page.floor())).order(table::id).limit(page.rows());
    let found = query.load(connection)?;
    whole(connection, board_id, found)
}

fn whole(connection: &mut DbConnection, board_id: BoardId, found: Vec<Row>) -> Outcome<Vec<Tally>> {
    let ids: Vec<TallyId> = found.iter().map(|((id, ..), _)| *id).collect();
    let counted: Vec<(TallyId, PressKind, i64)> = presses::table
        .filter(presses::board_id.eq(board_id))
        .filter(presses::tally_id.eq_any(ids))
        .filter(not(presses::is_void))
        .group_by((presses::tally_id, presses::kind))
        .select((presses::tally_id, presses::kind, count_star()))
        .load(connection)?;
    let counts: HashMap<(TallyId, PressKind), i64> =
        counted.into_iter().map(|(id, kind, count)| ((id, kind), count)).collect();
    let count = |id, kind| counts.get(&(id, kind)).copied().unwrap_or(0);
    let tally = |(row, stall_code): Row| {
        let (id, client_id, occupancy_id, day, counted_by, started, ended) = row;
        Tally {
            id,
            client_id,
            occupancy_id,
            stall_code,
            day: Day(day),
            counted_by,
            started_at: UnixMs(started),
            ended_at: ended.map(UnixMs),
            cash: count(id, PressKind::Cash),
            transfer: count(id, PressKind::Transfer),
        }
    };
    Ok(found.into_iter().map(tally).collect())
}

/// Presses of each occupancy in a span, (cash, transfer).
pub fn sums(
    connection: &mut DbConnection,
    board_id: BoardId,
    span: Span,
) -> Outcome<HashMap<i64, (i64, i64)>> {
    let of = table::board_id.eq(presses::board_id).and(table::id.eq(presses::tally_id));
    let found: Vec<(i64, PressKind, i64)> = presses::table
        .inner_join(rows.on(of))
        .filter(table::board_id.eq(board_id))
        .filter(table::day.between(span.from.0, span.to.0))
        .filter(not(presses::is_void))
        .group_by((table::occupancy_id, presses::kind))
        .select((table::occupancy_id, presses::kind, count_star()))
        .load(connection)?;
    let mut sums: HashMap<i64, (i64, i64)> = HashMap::new();
    for (occupancy_id, kind, count) in found {
        let sum = sums.entry(occupancy_id).or_default();
        match kind {
            PressKind::Cash => sum.0 += count,
            PressKind::Transfer => sum.1 += count,
        }
    }
    Ok(sums)
}
