//! Rows of `books`, and what stands at a book's head.

use diesel::prelude::*;

use super::assemble::{Drawn, Locked};
use super::month::{Book, LineKind};
use crate::access::Act;
use crate::db::schema::books::{self as table, table as rows};
use crate::db::{DbConnection, Fault, Outcome};
use crate::primitives::Month;
use crate::primitives::ids::{BoardId, OccupancyId};
use crate::registry::occupancies::Occupancy;
use crate::registry::store::{markets, stalls, vendors};

/// Whose book it is, and of which place.
pub struct Heading {
    pub vendor: String,
    pub stall: String,
    pub market: String,
    pub place: String,
}

pub fn heading(
    connection: &mut DbConnection,
    board_id: BoardId,
    occupancy: &Occupancy,
) -> Outcome<Heading> {
    let missing = || Fault::broken("an occupancy without its vendor, stall or market");
    let vendor = vendors::find(connection, board_id, occupancy.vendor_id)?.ok_or_else(missing)?;
    let stall = stalls::find(connection, board_id, occupancy.stall_id)?.ok_or_else(missing)?;
    let market = markets::find(connection, board_id, occupancy.market_id)?.ok_or_else(missing)?;
    Ok(Heading {
        vendor: vendor.name,
        stall: stall.code,
        market: market.name,
        place: format!("{}, {}", market.commune, market.province),
    })
}

/// What a locked month said.
pub fn content(
    connection: &mut DbConnection,
    board_id: BoardId,
    occupancy_id: OccupancyId,
    month: Month,
) -> Outcome<Option<String>> {
    let row = rows.find((board_id.0, occupancy_id.0, month.get()));
    Ok(row.select(table::content).first(connection).optional()?)
}

/// Which months are locked, and what they know.
pub fn locked(
    connection: &mut DbConnection,
    board_id: BoardId,
    occupancy_id: OccupancyId,
) -> Outcome<Locked> {
    let found: Vec<(i32, String, String)> = rows
        .filter(table::board_id.eq(board_id.0))
        .filter(table::occupancy_id.eq(occupancy_id.0))
        .order(table::month)
        .select((table::month, table::seen, table::content))
        .load(connection)?;
    let mut locked = Locked::default();
    for (month, seen, content) in found {
        locked.months.insert(Month(month));
        let seen: Vec<(i64, i32)> = serde_json::from_str(&seen).map_err(Fault::broken)?;
        locked.seen.extend(seen);
        let book: Book = serde_json::from_str(&content).map_err(Fault::broken)?;
        let said = book.lines.iter().filter(|line| line.kind == LineKind::SaidTransfers);
        locked.said.extend(said.map(|line| (line.day, line.amount_vnd.get())));
    }
    Ok(locked)
}

pub fn insert(
    connection: &mut DbConnection,
    act: &Act,
    occupancy_id: OccupancyId,
    drawn: &Drawn,
) -> Outcome<()> {
    diesel::insert_into(rows)
        .values((
            table::board_id.eq(act.board_id().0),
            table::occupancy_id.eq(occupancy_id.0),
            table::month.eq(drawn.book.month.get()),
            table::content.eq(serde_json::to_string(&drawn.book).map_err(Fault::broken)?),
            table::seen.eq(serde_json::to_string(&drawn.seen).map_err(Fault::broken)?),
            table::locked_by.eq(act.scope.actor.0),
            table::locked_at_ms.eq(act.at.0),
        ))
        .execute(connection)?;
    Ok(())
}
