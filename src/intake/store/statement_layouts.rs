//! Layouts of statements that a person mapped, or shall map.

use diesel::prelude::*;

use crate::db::schema::statement_layouts as l;
use crate::db::{DbConnection, Outcome, columns};
use crate::on_db;
use crate::primitives::UnixMs;
use crate::primitives::ids::{ActorId, BoardId};

/// A row of `statement_layouts`; `headings` and `mapping` are JSON.
#[derive(Clone, Debug, Queryable)]
pub struct LayoutRow {
    pub layout: String,
    pub headings: String,
    pub mapping: Option<String>,
    pub changed_at_ms: i64,
}

columns! {
    const COLUMNS = l { layout, headings, mapping, changed_at_ms };
}

pub fn find(
    connection: &mut DbConnection,
    board_id: BoardId,
    layout: &str,
) -> Outcome<Option<LayoutRow>> {
    let row = l::table.find((board_id.0, layout)).select(COLUMNS);
    Ok(row.first(connection).optional()?)
}

/// Layouts that nobody mapped: the newest are kept, so that files of ever other headings fill
/// neither the table nor [`all`].
const UNMAPPED_KEPT: i64 = 200;

/// By their names; at most 500.
pub fn all(connection: &mut DbConnection, board_id: BoardId) -> Outcome<Vec<LayoutRow>> {
    Ok(l::table
        .filter(l::board_id.eq(board_id.0))
        .order(l::layout)
        .limit(500)
        .select(COLUMNS)
        .load(connection)?)
}

/// Remembers a layout; one that is there stays as it is.
pub fn remember(
    connection: &mut DbConnection,
    board_id: BoardId,
    layout: &str,
    headings: &str,
    at: UnixMs,
    by: ActorId,
) -> Outcome<()> {
    on_db!(connection, inner => {
        diesel::insert_into(l::table)
            .values((
                l::board_id.eq(board_id.0),
                l::layout.eq(layout),
                l::headings.eq(headings),
                l::changed_at_ms.eq(at.0),
                l::changed_by.eq(by.0),
            ))
            .on_conflict_do_nothing()
            .execute(inner)?;
    });
    let unmapped = l::table.filter(l::board_id.eq(board_id.0)).filter(l::mapping.is_null());
    let newest_first = unmapped.order((l::changed_at_ms.desc(), l::layout));
    let too_old: Vec<String> =
        newest_first.offset(UNMAPPED_KEPT).select(l::layout).load(connection)?;
    let forgotten = l::table.filter(l::board_id.eq(board_id.0)).filter(l::layout.eq_any(&too_old));
    diesel::delete(forgotten).execute(connection)?;
    Ok(())
}

pub fn map(
    connection: &mut DbConnection,
    board_id: BoardId,
    layout: &str,
    mapping: &str,
    at: UnixMs,
    by: ActorId,
) -> Outcome<()> {
    diesel::update(l::table.find((board_id.0, layout)))
        .set((l::mapping.eq(mapping), l::changed_at_ms.eq(at.0), l::changed_by.eq(by.0)))
        .execute(connection)?;
    Ok(())
}
