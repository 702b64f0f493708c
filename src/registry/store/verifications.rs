//! Rows of `account_verifications`.

use diesel::dsl::exists;
use diesel::prelude::*;

use crate::db::schema::account_verifications::{self as table, table as rows};
use crate::db::{DbConnection, Outcome};
use crate::primitives::UnixMs;
use crate::primitives::ids::{AccountId, BoardId, VerificationId};
use crate::registry::PageRequest;
use crate::registry::verifications::{Method, Verification, VerificationFilter};

type Row = (BoardId, VerificationId, AccountId, Method, Option<String>, bool, String, i64);

fn verification((_, id, account_id, method, shown_name, passed, by, at): Row) -> Verification {
    let (verified_by, verified_at) = (by, UnixMs(at));
    Verification { id, account_id, method, shown_name, passed, verified_by, verified_at }
}

pub fn find(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: VerificationId,
) -> Outcome<Option<Verification>> {
    Ok(rows.find((board_id, id)).first(connection).optional()?.map(verification))
}

/// Whether a bank app showed the registered holder's name.
pub fn is_name_verified(
    connection: &mut DbConnection,
    board_id: BoardId,
    account_id: AccountId,
) -> Outcome<bool> {
    let passed = rows
        .filter(table::board_id.eq(board_id))
        .filter(table::account_id.eq(account_id))
        .filter(table::method.eq(Method::NameShown))
        .filter(table::passed.eq(true));
    Ok(diesel::select(exists(passed)).get_result(connection)?)
}

pub fn page(
    connection: &mut DbConnection,
    board_id: BoardId,
    filter: &VerificationFilter,
    page: PageRequest,
) -> Outcome<Vec<Verification>> {
    let mut query = rows.filter(table::board_id.eq(board_id)).into_boxed();
    if let Some(account_id) = filter.account_id {
        query = query.filter(table::account_id.eq(account_id));
    }
    if let Some(method) = filter.method {
        query = query.filter(table::method.eq(method));
    }
    if let Some(passed) = filter.passed {
        query = query.filter(table::passed.eq(passed));
    }
    let query = query.filter(table::id.gt(page.floor())).order(table::id).limit(page.rows());
    Ok(query.load(connection)?.into_iter().map(verification).collect())
}

pub fn insert(
    connection: &mut DbConnection,
    board_id: BoardId,
    verification: &Verification,
) -> Outcome<()> {
    diesel::insert_into(rows)
        .values((
            table::board_id.eq(board_id),
            table::id.eq(verification.id),
            table::account_id.eq(verification.account_id),
            table::method.eq(verification.method),
            table::shown_name.eq(&verification.shown_name),
            table::passed.eq(verification.passed),
            table::verified_by.eq(&verification.verified_by),
            table::verified_at_ms.eq(verification.verified_at.0),
        ))
        .execute(connection)?;
    Ok(())
}
