//! Rows of `visit_rounds`.

use diesel::prelude::*;

use crate::db::schema::visit_rounds::{self as table, table as rows};
use crate::db::{DbConnection, Outcome};
use crate::outreach::rounds::{RoundFilter, RoundHead};
use crate::primitives::ids::{BoardId, KeyId, MarketId, RoundId, TeamId};
use crate::primitives::{Day, UnixMs};
use crate::registry::PageRequest;

type Row = (BoardId, RoundId, MarketId, Option<TeamId>, i32, i32, i32, KeyId, i64);

fn head((_, id, market_id, team_id, day, capacity, as_of, _, created): Row) -> RoundHead {
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
    Ok(rows.find((board_id, id)).first(connection).optional()?.map(head))
}

pub fn page(
    connection: &mut DbConnection,
    board_id: BoardId,
    filter: &RoundFilter,
    page: PageRequest,
) -> Outcome<Vec<RoundHead>> {
    let mut query = rows.filter(table::board_id.eq(board_id)).into_boxed();
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
    by: KeyId,
    round: &RoundHead,
) -> Outcome<()> {
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
        ))
        .execute(connection)?;
    Ok(())
}
