//! Rows of `stalls`.

use diesel::prelude::*;

use crate::access::Act;
use crate::db::schema::stalls::{self as table, table as rows};
use crate::db::{DbConnection, Outcome, columns};
use crate::primitives::ids::{BoardId, MarketId, SectionId, StallId};
use crate::primitives::{Day, UnixMs};
use crate::registry::PageRequest;
use crate::registry::stalls::{SizeClass, Stall, StallFilter, code_key};

columns! {
    const COLUMNS = table {
        board_id,
        id,
        market_id,
        section_id,
        code,
        goods,
        wholesale,
        size_class,
        position,
        closed_day,
        created_at_ms,
    };
}

type Row =
    (BoardId, StallId, MarketId, SectionId, String, String, bool, SizeClass, i32, Option<i32>, i64);

fn stall(row: Row) -> Stall {
    let (_, id, market_id, section_id, code, goods, wholesale, size_class, position, closed, at) =
        row;
    let (closed_day, created_at) = (closed.map(Day), UnixMs(at));
    Stall {
        id,
        market_id,
        section_id,
        code,
        goods,
        wholesale,
        size_class,
        position,
        closed_day,
        created_at,
    }
}

pub fn find(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: StallId,
) -> Outcome<Option<Stall>> {
    Ok(rows.find((board_id, id)).select(COLUMNS).first(connection).optional()?.map(stall))
}

/// Of the sections that the caller reaches.
pub fn page(
    connection: &mut DbConnection,
    act: &Act,
    filter: &StallFilter,
    page: PageRequest,
) -> Outcome<Vec<Stall>> {
    let mut query = rows.select(COLUMNS).filter(table::board_id.eq(act.board_id())).into_boxed();
    if act.scope.sections.is_limited() {
        query = query.filter(table::section_id.eq_any(act.scope.sections.as_slice()));
    }
    if let Some(market_id) = filter.market_id {
        query = query.filter(table::market_id.eq(market_id));
    }
    if let Some(section_id) = filter.section_id {
        query = query.filter(table::section_id.eq(section_id));
    }
    if let Some(code) = &filter.code {
        query = query.filter(table::code_key.eq(code_key(code)));
    }
    let query = query.filter(table::id.gt(page.floor())).order(table::id).limit(page.rows());
    Ok(query.load(connection)?.into_iter().map(stall).collect())
}

pub fn insert(connection: &mut DbConnection, board_id: BoardId, stall: &Stall) -> Outcome<()> {
    diesel::insert_into(rows)
        .values((
            table::board_id.eq(board_id),
            table::id.eq(stall.id),
            table::market_id.eq(stall.market_id),
            table::section_id.eq(stall.section_id),
            table::code.eq(&stall.code),
            table::code_key.eq(code_key(&stall.code)),
            table::goods.eq(&stall.goods),
            table::wholesale.eq(stall.wholesale),
            table::size_class.eq(stall.size_class),
            table::position.eq(stall.position),
            table::closed_day.eq(stall.closed_day.map(Day::get)),
            table::created_at_ms.eq(stall.created_at.0),
        ))
        .execute(connection)?;
    Ok(())
}

pub fn update(connection: &mut DbConnection, board_id: BoardId, stall: &Stall) -> Outcome<()> {
    diesel::update(rows.find((board_id, stall.id)))
        .set((
            table::section_id.eq(stall.section_id),
            table::code.eq(&stall.code),
            table::code_key.eq(code_key(&stall.code)),
            table::goods.eq(&stall.goods),
            table::wholesale.eq(stall.wholesale),
            table::size_class.eq(stall.size_class),
            table::position.eq(stall.position),
            table::closed_day.eq(stall.closed_day.map(Day::get)),
        ))
        .execute(connection)?;
    Ok(())
}
