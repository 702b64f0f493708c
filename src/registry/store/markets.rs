//! Rows of `markets`.

use diesel::prelude::*;

use crate::db::schema::markets::{self as table, table as rows};
use crate::db::{DbConnection, Outcome};
use crate::primitives::UnixMs;
use crate::primitives::ids::{BoardId, MarketId};
use crate::registry::PageRequest;
use crate::registry::markets::Market;

type Row = (BoardId, MarketId, String, String, String, i64);

fn market((_, id, name, commune, province, created_at_ms): Row) -> Market {
    Market { id, name, commune, province, created_at: UnixMs(created_at_ms) }
}

pub fn find(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: MarketId,
) -> Outcome<Option<Market>> {
    Ok(rows.find((board_id, id)).first(connection).optional()?.map(market))
}

pub fn page(
    connection: &mut DbConnection,
    board_id: BoardId,
    page: PageRequest,
) -> Outcome<Vec<Market>> {
    let query = rows.filter(table::board_id.eq(board_id)).filter(table::id.gt(page.floor()));
    let found = query.order(table::id).limit(page.rows()).load(connection)?;
    Ok(found.into_iter().map(market).collect())
}

pub fn insert(connection: &mut DbConnection, board_id: BoardId, market: &Market) -> Outcome<()> {
    diesel::insert_into(rows)
        .values((
            table::board_id.eq(board_id),
            table::id.eq(market.id),
            table::name.eq(&market.name),
            table::commune.eq(&market.commune),
            table::province.eq(&market.province),
            table::created_at_ms.eq(market.created_at.0),
        ))
        .execute(connection)?;
    Ok(())
}

pub fn update(connection: &mut DbConnection, board_id: BoardId, market: &Market) -> Outcome<()> {
    diesel::update(rows.find((board_id, market.id)))
        .set((
            table::name.eq(&market.name),
            table::commune.eq(&market.commune),
            table::province.eq(&market.province),
        ))
        .execute(connection)?;
    Ok(())
}
