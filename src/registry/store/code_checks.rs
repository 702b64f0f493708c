//! Rows of `code_checks`.

use diesel::prelude::*;

use crate::db::schema::code_checks::{self as table, table as rows};
use crate::db::{DbConnection, Outcome};
use crate::primitives::UnixMs;
use crate::primitives::ids::{BoardId, CheckId, CodeId};
use crate::registry::PageRequest;
use crate::registry::code_checks::{CheckResult, CodeCheck, CodeCheckFilter};

type Row = (BoardId, CheckId, CodeId, CheckResult, Option<String>, String, i64);

fn check((_, id, code_id, result, scanned_payload, checked_by, at): Row) -> CodeCheck {
    CodeCheck { id, code_id, result, scanned_payload, checked_by, checked_at: UnixMs(at) }
}

pub fn find(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: CheckId,
) -> Outcome<Option<CodeCheck>> {
    Ok(rows.find((board_id, id)).first(connection).optional()?.map(check))
}

pub fn page(
    connection: &mut DbConnection,
    board_id: BoardId,
    filter: &CodeCheckFilter,
    page: PageRequest,
) -> Outcome<Vec<CodeCheck>> {
    let mut query = rows.filter(table::board_id.eq(board_id)).into_boxed();
    if let Some(code_id) = filter.code_id {
        query = query.filter(table::code_id.eq(code_id));
    }
    if let Some(result) = filter.result {
        query = query.filter(table::result.eq(result));
    }
    let query = query.filter(table::id.gt(page.floor())).order(table::id).limit(page.rows());
    Ok(query.load(connection)?.into_iter().map(check).collect())
}

pub fn insert(connection: &mut DbConnection, board_id: BoardId, check: &CodeCheck) -> Outcome<()> {
    diesel::insert_into(rows)
        .values((
            table::board_id.eq(board_id),
            table::id.eq(check.id),
            table::code_id.eq(check.code_id),
            table::result.eq(check.result),
            table::scanned_payload.eq(&check.scanned_payload),
            table::checked_by.eq(&check.checked_by),
            table::checked_at_ms.eq(check.checked_at.0),
        ))
        .execute(connection)?;
    Ok(())
}
