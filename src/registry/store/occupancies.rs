//! Rows of `occupancies`.

use diesel::prelude::*;

use crate::db::schema::occupancies::{self as table, table as rows};
use crate::db::{DbConnection, Outcome};
use crate::primitives::ids::{BoardId, MarketId, OccupancyId, StallId, VendorId};
use crate::primitives::{Day, UnixMs};
use crate::registry::occupancies::{Occupancy, OccupancyFilter};
use crate::registry::{PageRequest, Period};

type Row = (BoardId, OccupancyId, MarketId, StallId, VendorId, i32, Option<i32>, i64);

fn occupancy((_, id, market_id, stall_id, vendor_id, from, to, created): Row) -> Occupancy {
    let (from_day, to_day, created_at) = (Day(from), to.map(Day), UnixMs(created));
    Occupancy { id, market_id, stall_id, vendor_id, from_day, to_day, created_at }
}

pub fn find(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: OccupancyId,
) -> Outcome<Option<Occupancy>> {
    Ok(rows.find((board_id, id)).first(connection).optional()?.map(occupancy))
}

/// Another occupancy of the stall that has a day in common with the period.
pub fn overlapping(
    connection: &mut DbConnection,
    board_id: BoardId,
    stall_id: StallId,
    period: Period,
    except: Option<OccupancyId>,
) -> Outcome<Option<OccupancyId>> {
    let last = period.to.map_or(i32::MAX, Day::get);
    let query = rows
        .filter(table::board_id.eq(board_id))
        .filter(table::stall_id.eq(stall_id))
        .filter(table::from_day.le(last))
        .filter(table::to_day.is_null().or(table::to_day.ge(period.from.0)))
        .filter(table::id.ne(except.unwrap_or(OccupancyId(0))));
    Ok(query.select(table::id).first(connection).optional()?)
}

pub fn page(
    connection: &mut DbConnection,
    board_id: BoardId,
    filter: &OccupancyFilter,
    page: PageRequest,
) -> Outcome<Vec<Occupancy>> {
    let mut query = rows.filter(table::board_id.eq(board_id)).into_boxed();
    if let Some(market_id) = filter.market_id {
        query = query.filter(table::market_id.eq(market_id));
    }
    if let Some(stall_id) = filter.stall_id {
        query = query.filter(table::stall_id.eq(stall_id));
    }
    if let Some(vendor_id) = filter.vendor_id {
        query = query.filter(table::vendor_id.eq(vendor_id));
    }
    if let Some(day) = filter.on {
        query = query
            .filter(table::from_day.le(day.0))
            .filter(table::to_day.is_null().or(table::to_day.ge(day.0)));
    }
    let query = query.filter(table::id.gt(page.floor())).order(table::id).limit(page.rows());
    Ok(query.load(connection)?.into_iter().map(occupancy).collect())
}

pub fn insert(
    connection: &mut DbConnection,
    board_id: BoardId,
    occupancy: &Occupancy,
) -> Outcome<()> {
    diesel::insert_into(rows)
        .values((
            table::board_id.eq(board_id),
            table::id.eq(occupancy.id),
            table::market_id.eq(occupancy.market_id),
            table::stall_id.eq(occupancy.stall_id),
            table::vendor_id.eq(occupancy.vendor_id),
            table::from_day.eq(occupancy.from_day.0),
            table::to_day.eq(occupancy.to_day.map(Day::get)),
            table::created_at_ms.eq(occupancy.created_at.0),
        ))
        .execute(connection)?;
    Ok(())
}

pub fn update_days(
    connection: &mut DbConnection,
    board_id: BoardId,
    occupancy: &Occupancy,
) -> Outcome<()> {
    diesel::update(rows.find((board_id, occupancy.id)))
        .set((
            table::from_day.eq(occupancy.from_day.0),
            table::to_day.eq(occupancy.to_day.map(Day::get)),
        ))
        .execute(connection)?;
    Ok(())
}

/// The vendor's occupancies that last beyond a day.
pub fn beyond(
    connection: &mut DbConnection,
    board_id: BoardId,
    vendor_id: VendorId,
    day: Day,
) -> Outcome<Vec<Occupancy>> {
    let query = rows
        .filter(table::board_id.eq(board_id))
        .filter(table::vendor_id.eq(vendor_id))
        .filter(table::to_day.is_null().or(table::to_day.gt(day.0)));
    Ok(query.order(table::id).load(connection)?.into_iter().map(occupancy).collect())
}
