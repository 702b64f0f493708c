//! Rows of `codes`, each with the number and holder that it pays.

use diesel::prelude::*;

use super::accounts::bank_name;
use crate::db::schema::codes::{self as table, table as rows};
use crate::db::schema::{accounts, receiving_numbers as numbers};
use crate::db::{DbConnection, Outcome};
use crate::primitives::UnixMs;
use crate::primitives::ids::{AccountId, BoardId, CodeId, NumberId, OccupancyId};
use crate::registry::PageRequest;
use crate::registry::codes::{Code, CodeFilter, CodeSource};
use crate::vietqr::Reference;

type Row = (
    (CodeId, OccupancyId, AccountId, NumberId, CodeSource, Option<String>, String, String),
    (i64, Option<i64>, Option<String>, Option<CodeId>),
    (String, String, String),
);

/// Codes joined with what they pay: a macro, because the join's type has no short name.
macro_rules! with_payee {
    ($board_id:expr) => {
        rows.inner_join(
            accounts::table
                .on(accounts::board_id.eq(table::board_id).and(accounts::id.eq(table::account_id))),
        )
        .inner_join(
            numbers::table
                .on(numbers::board_id.eq(table::board_id).and(numbers::id.eq(table::number_id))),
        )
        .filter(table::board_id.eq($board_id))
        .select((
            (
                table::id,
                table::occupancy_id,
                table::account_id,
                table::number_id,
                table::source,
                table::reference,
                table::payload,
                table::check_code,
            ),
            (
                table::issued_at_ms,
                table::revoked_at_ms,
                table::revoked_because,
                table::replaces_code_id,
            ),
            (numbers::bin, numbers::number, accounts::holder_name),
        ))
    };
}

fn code((of, dates, (bin, number, holder_name)): Row) -> Code {
    let (id, occupancy_id, account_id, number_id, source, reference, payload, check_code) = of;
    let (issued_at_ms, revoked_at_ms, revoked_because, replaces_code_id) = dates;
    Code {
        id,
        occupancy_id,
        account_id,
        number_id,
        source,
        reference: reference.as_deref().and_then(Reference::parse),
        payload,
        check_code,
        issued_at: UnixMs(issued_at_ms),
        revoked_at: revoked_at_ms.map(UnixMs),
        revoked_because,
        replaces_code_id,
        bank: bank_name(&bin),
        bin,
        number,
        holder_name,
    }
}

pub fn find(connection: &mut DbConnection, board_id: BoardId, id: CodeId) -> Outcome<Option<Code>> {
    let query = with_payee!(board_id).filter(table::id.eq(id));
    Ok(query.first(connection).optional()?.map(code))
}

/// A code that is not revoked and has this very payload.
pub fn live_with_payload(
    connection: &mut DbConnection,
    board_id: BoardId,
    payload: &str,
) -> Outcome<Option<CodeId>> {
    let query = rows
        .filter(table::board_id.eq(board_id))
        .filter(table::payload.eq(payload))
        .filter(table::revoked_at_ms.is_null());
    Ok(query.select(table::id).first(connection).optional()?)
}

/// The code that was issued with a reference, revoked or not.
pub fn with_reference(
    connection: &mut DbConnection,
    board_id: BoardId,
    reference: Reference,
) -> Outcome<Option<CodeId>> {
    let query = rows
        .filter(table::board_id.eq(board_id))
        .filter(table::reference.eq(reference.to_string()));
    Ok(query.select(table::id).first(connection).optional()?)
}

pub fn live_of_account(
    connection: &mut DbConnection,
    board_id: BoardId,
    account_id: AccountId,
) -> Outcome<Option<CodeId>> {
    let query = rows
        .filter(table::board_id.eq(board_id))
        .filter(table::account_id.eq(account_id))
        .filter(table::revoked_at_ms.is_null());
    Ok(query.select(table::id).first(connection).optional()?)
}

pub fn page(
    connection: &mut DbConnection,
    board_id: BoardId,
    filter: &CodeFilter,
    page: PageRequest,
) -> Outcome<Vec<Code>> {
    let mut query = with_payee!(board_id).into_boxed();
    if let Some(occupancy_id) = filter.occupancy_id {
        query = query.filter(table::occupancy_id.eq(occupancy_id));
    }
    if let Some(account_id) = filter.account_id {
        query = query.filter(table::account_id.eq(account_id));
    }
    if let Some(check_code) = &filter.check_code {
        query = query.filter(table::check_code.eq(check_code));
    }
    match filter.live {
        Some(true) => query = query.filter(table::revoked_at_ms.is_null()),
        Some(false) => query = query.filter(table::revoked_at_ms.is_not_null()),
        None => {}
    }
    let query = query.filter(table::id.gt(page.floor())).order(table::id).limit(page.rows());
    Ok(query.load(connection)?.into_iter().map(code).collect())
}

pub fn insert(connection: &mut DbConnection, board_id: BoardId, code: &Code) -> Outcome<()> {
    diesel::insert_into(rows)
        .values((
            table::board_id.eq(board_id),
            table::id.eq(code.id),
            table::occupancy_id.eq(code.occupancy_id),
            table::account_id.eq(code.account_id),
            table::number_id.eq(code.number_id),
            table::source.eq(code.source),
            table::reference.eq(code.reference.map(|reference| reference.to_string())),
            table::payload.eq(&code.payload),
            table::check_code.eq(&code.check_code),
            table::issued_at_ms.eq(code.issued_at.0),
            table::revoked_at_ms.eq(code.revoked_at.map(UnixMs::get)),
            table::revoked_because.eq(&code.revoked_because),
            table::replaces_code_id.eq(code.replaces_code_id),
        ))
        .execute(connection)?;
    Ok(())
}

pub fn update_revocation(
    connection: &mut DbConnection,
    board_id: BoardId,
    code: &Code,
) -> Outcome<()> {
    diesel::update(rows.find((board_id, code.id)))
        .set((
            table::revoked_at_ms.eq(code.revoked_at.map(UnixMs::get)),
            table::revoked_because.eq(&code.revoked_because),
        ))
        .execute(connection)?;
    Ok(())
}
