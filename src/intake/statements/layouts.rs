//! Layouts of statement files, and how a person says to read those that are not recognised.

use serde::Serialize;
use utoipa::ToSchema;

use crate::access::{Act, Permission};
use crate::db::{DbConnection, Fault, Outcome};
use crate::feeds::statements::Mapping;
use crate::intake::store::statement_layouts::{self as rows, LayoutRow};
use crate::primitives::{Refusal, UnixMs};

/// A layout that was met.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StatementLayout)]
pub struct Layout {
    /// Its name: 16 hexadecimal digits over its headings.
    pub layout: String,
    /// Left to right; the first is column 0.
    pub columns: Vec<LayoutColumn>,
    /// How to read it; absent: by what is recognised.
    pub mapping: Option<Mapping>,
    #[schema(value_type = String, format = DateTime)]
    pub changed_at: UnixMs,
}

/// A column of a layout.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StatementColumn)]
pub struct LayoutColumn {
    pub heading: String,
    /// What its first cell looks like, a digit as `9` and a letter as `a`.
    pub shape: String,
}

/// The layouts that were met, on one page.
pub fn list(connection: &mut DbConnection, act: &Act) -> Outcome<Vec<Layout>> {
    act.require(Permission::FeedsRead)?;
    rows::all(connection, act.board_id())?.into_iter().map(show).collect()
}

pub fn get(connection: &mut DbConnection, act: &Act, layout: &str) -> Outcome<Layout> {
    act.require(Permission::FeedsRead)?;
    show(find(connection, act, layout)?)
}

/// Says how to read a layout; files that are uploaded from now on are read so.
///
/// # Errors
/// `not-found`; `statement-column-unknown` on the column.
pub fn map(
    connection: &mut DbConnection,
    act: &Act,
    layout: &str,
    mapping: &Mapping,
) -> Outcome<Layout> {
    act.require(Permission::FeedsWrite)?;
    let known = show(find(connection, act, layout)?)?;
    mapping.check(known.columns.len())?;
    let json = serde_json::to_string(mapping).map_err(Fault::broken)?;
    let (board_id, by) = (act.board_id(), act.scope.actor);
    rows::map(connection, board_id, layout, &json, act.at, by)?;
    show(find(connection, act, layout)?)
}

fn find(connection: &mut DbConnection, act: &Act, layout: &str) -> Outcome<LayoutRow> {
    let row = rows::find(connection, act.board_id(), layout)?;
    row.ok_or_else(|| Refusal::not_found("statement_layout").into())
}

fn show(row: LayoutRow) -> Outcome<Layout> {
    let (headings, shapes): (Vec<String>, Vec<String>) =
        serde_json::from_str(&row.headings).map_err(Fault::broken)?;
    let mapping = row.mapping.map(|json| serde_json::from_str(&json)).transpose();
    let column = |(heading, shape)| LayoutColumn { heading, shape };
    Ok(Layout {
        layout: row.layout,
        columns: headings.into_iter().zip(shapes).map(column).collect(),
        mapping: mapping.map_err(Fault::broken)?,
        changed_at: UnixMs(row.changed_at_ms),
    })
}
