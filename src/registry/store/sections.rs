//! Rows of `sections`.

use diesel::prelude::*;

use crate::db::schema::sections::{self as table, table as rows};
use crate::db::{DbConnection, Outcome};
use crate::primitives::ids::{BoardId, MarketId, SectionId};
use crate::registry::PageRequest;
use crate::registry::sections::{Section, SectionFilter};

type Row = (BoardId, SectionId, MarketId, String, i32);

fn section((_, id, market_id, name, position): Row) -> Section {
    Section { id, market_id, name, position }
}

pub fn find(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: SectionId,
) -> Outcome<Option<Section>> {
    Ok(rows.find((board_id, id)).first(connection).optional()?.map(section))
}

pub fn page(
    connection: &mut DbConnection,
    board_id: BoardId,
    filter: &SectionFilter,
    page: PageRequest,
) -> Outcome<Vec<Section>> {
    let mut query = rows.filter(table::board_id.eq(board_id)).into_boxed();
    if let Some(market_id) = filter.market_id {
        query = query.filter(table::market_id.eq(market_id));
    }
    let query = query.filter(table::id.gt(page.floor())).order(table::id).limit(page.rows());
    Ok(query.load(connection)?.into_iter().map(section).collect())
}

pub fn insert(connection: &mut DbConnection, board_id: BoardId, section: &Section) -> Outcome<()> {
    diesel::insert_into(rows)
        .values((
            table::board_id.eq(board_id),
            table::id.eq(section.id),
            table::market_id.eq(section.market_id),
            table::name.eq(&section.name),
            table::position.eq(section.position),
        ))
        .execute(connection)?;
    Ok(())
}

pub fn update(connection: &mut DbConnection, board_id: BoardId, section: &Section) -> Outcome<()> {
    diesel::update(rows.find((board_id, section.id)))
        .set((table::name.eq(&section.name), table::position.eq(section.position)))
        .execute(connection)?;
    Ok(())
}
