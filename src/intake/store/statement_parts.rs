//! Rows of statements that wait to be taken in.

use std::sync::LazyLock;

use diesel::prelude::*;

use crate::db::rows::{Kind, Table, Value};
use crate::db::schema::statement_parts as p;
use crate::db::{DbConnection, Outcome};
use crate::primitives::ids::{BoardId, StatementId};

static PARTS: LazyLock<Table> = LazyLock::new(|| {
    let columns = [
        ("board_id", Kind::Int),
        ("statement_id", Kind::Int),
        ("part", Kind::Int),
        ("states", Kind::Text),
        ("body", Kind::MaybeBytes),
    ];
    Table::new("statement_parts", &columns, "")
});

/// Some rows: the body of the delivery that they become, and what each was in the dry run.
#[derive(Clone, Debug, Queryable)]
pub struct Part {
    pub number: i32,
    pub states: String,
    pub body: Vec<u8>,
}

pub fn insert(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: StatementId,
    parts: &[Part],
) -> Outcome<()> {
    for some in parts.chunks(64) {
        let values: Vec<_> = some
            .iter()
            .flat_map(|part| {
                [
                    Value::Int(board_id.0),
                    Value::Int(id.0),
                    Value::from(part.number),
                    Value::from(part.states.as_str()),
                    Value::MaybeBytes(Some(part.body.as_slice().into())),
                ]
            })
            .collect();
        PARTS.insert(connection, &values)?;
    }
    Ok(())
}

/// The next ones after a part, in their order.
pub fn after(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: StatementId,
    part: i32,
    limit: i64,
) -> Outcome<Vec<Part>> {
    Ok(p::table
        .filter(p::board_id.eq(board_id.0))
        .filter(p::statement_id.eq(id.0))
        .filter(p::part.gt(part))
        .order(p::part)
        .limit(limit)
        .select((p::part, p::states, p::body))
        .load(connection)?)
}

/// Whether the dry run found any row that was not known.
pub fn has_new(connection: &mut DbConnection, board_id: BoardId, id: StatementId) -> Outcome<bool> {
    let new = p::table
        .filter(p::board_id.eq(board_id.0))
        .filter(p::statement_id.eq(id.0))
        .filter(p::states.like("%n%").or(p::states.like("%r%")));
    Ok(diesel::select(diesel::dsl::exists(new)).get_result(connection)?)
}

/// Removes all parts.
pub fn remove(connection: &mut DbConnection, board_id: BoardId, id: StatementId) -> Outcome<()> {
    let all = p::table.filter(p::board_id.eq(board_id.0)).filter(p::statement_id.eq(id.0));
    diesel::delete(all).execute(connection)?;
    Ok(())
}
