//! Rows of `class_rules`.

use diesel::prelude::*;

use crate::db::schema::class_rules::{self as table, table as rows};
use crate::db::{DbConnection, Fault, Outcome};
use crate::ledger::class::Class;
use crate::ledger::class_rules::{ClassRuleKind, RuleRow};
use crate::primitives::UnixMs;
use crate::primitives::ids::{ActorId, BoardId, ClassRuleId, OccupancyId};
use crate::registry::PageRequest;

type Row =
    (BoardId, ClassRuleId, OccupancyId, ClassRuleKind, String, String, ActorId, i64, Option<i64>);

fn rule(
    (_, id, occupancy_id, kind, value, class, created_by, created_at_ms, ended_at_ms): Row,
) -> Outcome<RuleRow> {
    let class =
        Class::parse(&class).ok_or_else(|| Fault::broken(format!("unknown class {class}")))?;
    let (created_at, ended_at) = (UnixMs(created_at_ms), ended_at_ms.map(UnixMs));
    Ok(RuleRow { id, occupancy_id, kind, value, class, created_by, created_at, ended_at })
}

pub fn insert(connection: &mut DbConnection, board_id: BoardId, row: &RuleRow) -> Outcome<()> {
    diesel::insert_into(rows)
        .values((
            table::board_id.eq(board_id),
            table::id.eq(row.id),
            table::occupancy_id.eq(row.occupancy_id),
            table::kind.eq(row.kind),
            table::value.eq(&row.value),
            table::class.eq(row.class.as_str()),
            table::created_by.eq(row.created_by),
            table::created_at_ms.eq(row.created_at.0),
        ))
        .execute(connection)?;
    Ok(())
}

pub fn find(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: ClassRuleId,
) -> Outcome<Option<RuleRow>> {
    let found: Option<Row> = rows.find((board_id, id)).first(connection).optional()?;
    found.map(rule).transpose()
}

pub fn page(
    connection: &mut DbConnection,
    board_id: BoardId,
    occupancy_id: Option<OccupancyId>,
    page: PageRequest,
) -> Outcome<Vec<RuleRow>> {
    let mut query = rows.filter(table::board_id.eq(board_id)).into_boxed();
    if let Some(occupancy_id) = occupancy_id {
        query = query.filter(table::occupancy_id.eq(occupancy_id));
    }
    let query = query.filter(table::id.gt(page.floor())).order(table::id).limit(page.rows());
    query.load::<Row>(connection)?.into_iter().map(rule).collect()
}

/// The rules of an occupancy that hold, oldest first.
pub fn live(
    connection: &mut DbConnection,
    board_id: BoardId,
    occupancy_id: OccupancyId,
) -> Outcome<Vec<RuleRow>> {
    let query = rows
        .filter(table::board_id.eq(board_id))
        .filter(table::occupancy_id.eq(occupancy_id))
        .filter(table::ended_at_ms.is_null());
    query.order(table::id).load::<Row>(connection)?.into_iter().map(rule).collect()
}

pub fn end(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: ClassRuleId,
    at: UnixMs,
) -> Outcome<()> {
    diesel::update(rows.find((board_id, id)))
        .set(table::ended_at_ms.eq(at.0))
        .execute(connection)?;
    Ok(())
}
