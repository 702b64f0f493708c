//! Rows of `neighbourhoods`; the aliases are a JSON array.

use diesel::prelude::*;

use crate::db::schema::neighbourhoods::{self as table, table as rows};
use crate::db::{DbConnection, Fault, Outcome};
use crate::primitives::Day;
use crate::primitives::ids::{BoardId, NeighbourhoodId};
use crate::registry::PageRequest;
use crate::registry::neighbourhoods::{Neighbourhood, NeighbourhoodFilter};

type Row = (BoardId, NeighbourhoodId, String, String, String, Option<i32>, Option<i32>);

fn neighbourhood((_, id, kind, name, aliases, from, to): Row) -> Outcome<Neighbourhood> {
    let aliases = serde_json::from_str(&aliases).map_err(Fault::broken)?;
    Ok(Neighbourhood { id, kind, name, aliases, from_day: from.map(Day), to_day: to.map(Day) })
}

pub fn find(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: NeighbourhoodId,
) -> Outcome<Option<Neighbourhood>> {
    rows.find((board_id, id)).first(connection).optional()?.map(neighbourhood).transpose()
}

pub fn page(
    connection: &mut DbConnection,
    board_id: BoardId,
    filter: &NeighbourhoodFilter,
    page: PageRequest,
) -> Outcome<Vec<Neighbourhood>> {
    let mut query = rows.filter(table::board_id.eq(board_id)).into_boxed();
    if let Some(day) = filter.on {
        query = query
            .filter(table::from_day.is_null().or(table::from_day.le(day.0)))
            .filter(table::to_day.is_null().or(table::to_day.ge(day.0)));
    }
    let query = query.filter(table::id.gt(page.floor())).order(table::id).limit(page.rows());
    query.load(connection)?.into_iter().map(neighbourhood).collect()
}

pub fn insert(
    connection: &mut DbConnection,
    board_id: BoardId,
    neighbourhood: &Neighbourhood,
) -> Outcome<()> {
    diesel::insert_into(rows)
        .values((
            table::board_id.eq(board_id),
            table::id.eq(neighbourhood.id),
            table::kind.eq(&neighbourhood.kind),
            table::name.eq(&neighbourhood.name),
            table::aliases.eq(aliases_text(neighbourhood)?),
            table::from_day.eq(neighbourhood.from_day.map(Day::get)),
            table::to_day.eq(neighbourhood.to_day.map(Day::get)),
        ))
        .execute(connection)?;
    Ok(())
}

pub fn update(
    connection: &mut DbConnection,
    board_id: BoardId,
    neighbourhood: &Neighbourhood,
) -> Outcome<()> {
    diesel::update(rows.find((board_id, neighbourhood.id)))
        .set((
            table::kind.eq(&neighbourhood.kind),
            table::name.eq(&neighbourhood.name),
            table::aliases.eq(aliases_text(neighbourhood)?),
            table::from_day.eq(neighbourhood.from_day.map(Day::get)),
            table::to_day.eq(neighbourhood.to_day.map(Day::get)),
        ))
        .execute(connection)?;
    Ok(())
}

fn aliases_text(neighbourhood: &Neighbourhood) -> Outcome<String> {
    serde_json::to_string(&neighbourhood.aliases).map_err(Fault::broken)
}
