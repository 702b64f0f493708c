//! Rows of `receiving_numbers`.

use diesel::dsl::exists;
use diesel::prelude::*;

use crate::db::schema::receiving_numbers::{self as table, table as rows};
use crate::db::schema::{codes, requests};
use crate::db::{DbConnection, Outcome};
use crate::primitives::ids::{AccountId, BoardId, NumberId};
use crate::registry::PageRequest;
use crate::registry::numbers::{NumberKind, ReceivingNumber, ReceivingNumberFilter};

type Row = (BoardId, NumberId, AccountId, String, NumberKind, String);

fn receiving_number((_, id, account_id, bin, kind, number): Row) -> ReceivingNumber {
    ReceivingNumber { id, account_id, bin, kind, number }
}

pub fn find(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: NumberId,
) -> Outcome<Option<ReceivingNumber>> {
    Ok(rows.find((board_id, id)).first(connection).optional()?.map(receiving_number))
}

/// Numbers are kept in upper case; a sticker may bear the other one.
pub fn find_by_number(
    connection: &mut DbConnection,
    board_id: BoardId,
    bin: &str,
    number: &str,
) -> Outcome<Option<ReceivingNumber>> {
    let query = rows
        .filter(table::board_id.eq(board_id))
        .filter(table::bin.eq(bin))
        .filter(table::number.eq(number.to_ascii_uppercase()));
    Ok(query.first(connection).optional()?.map(receiving_number))
}

/// The number that was made with the account.
pub fn main_of(
    connection: &mut DbConnection,
    board_id: BoardId,
    account_id: AccountId,
) -> Outcome<Option<ReceivingNumber>> {
    let query = rows
        .filter(table::board_id.eq(board_id))
        .filter(table::account_id.eq(account_id))
        .filter(table::kind.eq(NumberKind::Main));
    Ok(query.first(connection).optional()?.map(receiving_number))
}

/// Whether a code or a request carries the number.
pub fn is_issued(connection: &mut DbConnection, board_id: BoardId, id: NumberId) -> Outcome<bool> {
    let codes = codes::table.filter(codes::board_id.eq(board_id)).filter(codes::number_id.eq(id));
    if diesel::select(exists(codes)).get_result(connection)? {
        return Ok(true);
    }
    let requests =
        requests::table.filter(requests::board_id.eq(board_id)).filter(requests::number_id.eq(id));
    Ok(diesel::select(exists(requests)).get_result(connection)?)
}

pub fn page(
    connection: &mut DbConnection,
    board_id: BoardId,
    filter: &ReceivingNumberFilter,
    page: PageRequest,
) -> Outcome<Vec<ReceivingNumber>> {
    let mut query = rows.filter(table::board_id.eq(board_id)).into_boxed();
    if let Some(account_id) = filter.account_id {
        query = query.filter(table::account_id.eq(account_id));
    }
    if let Some(number) = &filter.number {
        query = query.filter(table::number.eq(number));
    }
    let query = query.filter(table::id.gt(page.floor())).order(table::id).limit(page.rows());
    Ok(query.load(connection)?.into_iter().map(receiving_number).collect())
}

pub fn insert(
    connection: &mut DbConnection,
    board_id: BoardId,
    number: &ReceivingNumber,
) -> Outcome<()> {
    diesel::insert_into(rows)
        .values((
            table::board_id.eq(board_id),
            table::id.eq(number.id),
            table::account_id.eq(number.account_id),
            table::bin.eq(&number.bin),
            table::kind.eq(number.kind),
            table::number.eq(&number.number),
        ))
        .execute(connection)?;
    Ok(())
}

pub fn update_number(
    connection: &mut DbConnection,
    board_id: BoardId,
    number: &ReceivingNumber,
) -> Outcome<()> {
    diesel::update(rows.find((board_id, number.id)))
        .set(table::number.eq(&number.number))
        .execute(connection)?;
    Ok(())
}
