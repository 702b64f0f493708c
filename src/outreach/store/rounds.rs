//! Rows of `visit_rounds`.

use diesel::prelude::*;

use crate::db::schema::visit_rounds::{self as table, table as rows};
use crate::db::{DbConnection, Fault, Outcome, columns};
use crate::outreach::rounds::{RoundFilter, RoundHead};
use crate::primitives::ids::{ActorId, BoardId, MarketId, OccupancyId, RoundId, TeamId};
use crate::primitives::{Day, UnixMs};
use crate::registry::PageRequest;

type Row = (RoundId, MarketId, Option<TeamId>, i32, i32, i32, i64);
columns! {
    const COLUMNS = table { id, market_id, team_id, day, capacity, as_of, created_at_ms };
}

/// What it takes to draw a round's lot again, and what it left over.
#[derive(Clone, Debug)]
pub struct Lot {
    pub from: Vec<OccupancyId>,
    /// In fifths of a visit.
    pub carry: i32,
}

fn head((id, market_id, team_id, day, capacity, as_of, created): Row) -> RoundHead {
    RoundHead {
        id,
        market_id,
        team_id,
        day: Day(day),
        capacity,
        as_of: Day(as_of),
        created_at: UnixMs(created),
    }
}

pub fn find(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: RoundId,
) -> Outcome<Option<RoundHead>> {
    let found = rows.find((board_id, id)).select(COLUMNS).first(connection);
    Ok(found.optional()?.map(head))
}

/// Those that a round's lot fell on, by number.
pub fn drawn_from(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: RoundId,
) -> Outcome<Vec<OccupancyId>> {
    let text: String = rows.find((board_id, id)).select(table::drawn_from).first(connection)?;
    serde_json::from_str(&text).map_err(Fault::broken)
}

/// What a market's last round left over for the lot, in fifths of a visit.
pub fn carry(
    connection: &mut DbConnection,
    board_id: BoardId,
    market_id: MarketId,
) -> Outcome<i32> {
    let last = rows
        .filter(table::board_id.eq(board_id))
        .filter(table::market_id.eq(market_id))
        .order(table::id.desc())
        .select(table::lot_carry);
    Ok(last.first(connection).optional()?.unwrap_or(0))
}

pub fn page(
    connection: &mut DbConnection,
    board_id: BoardId,
    filter: &RoundFilter,
    page: PageRequest,
) -> Outcome<Vec<RoundHead>> {
    let mut query = rows.filter(table::board_id.eq(board_id)).select(COLUMNS).into_boxed();
    if let Some(id) = filter.market_id {
        query = query.filter(table::market_id.eq(id));
    }
    if let Some(id) = filter.team_id {
        query = query.filter(table::team_id.eq(id));
    }
    let query = query.filter(table::id.gt(page.floor())).order(table::id).limit(page.rows());
    Ok(query.load(connection)?.into_iter().map(head).collect())
}

pub fn insert(
    connection: &mut DbConnection,
    board_id: BoardId,
    by: ActorId,
    round: &RoundHead,
    lot: &Lot,
) -> Outcome<()> {
    let from = serde_json::to_string(&lot.from).map_err(Fault::broken)?;
    diesel::insert_into(rows)
        .values((
            table::board_id.eq(board_id),
            table::id.eq(round.id),
            table::market_id.eq(round.market_id),
            table::team_id.eq(round.team_id),
            table::day.eq(round.day.0),
            table::capacity.eq(round.capacity),
            table::as_of.eq(round.as_of.0),
            table::created_by.eq(by),
            table::created_at_ms.eq(round.created_at.0),
            table::drawn_from.eq(from),
            table::lot_carry.eq(lot.carry),
        ))
        .execute(connection)?;
    Ok(())
}
