//! Rows of `strays`: the numbers that transfers of no account were told of.

use std::collections::{BTreeSet, HashMap};

use diesel::prelude::*;

use crate::db::schema::{receiving_numbers as n, strays as s, transfers as t};
use crate::db::{DbConnection, Outcome};
use crate::primitives::UnixMs;
use crate::primitives::ids::{AccountId, BoardId};

/// The numbers of an account, and the mark of those that are not known yet.
fn numbers(
    connection: &mut DbConnection,
    board_id: BoardId,
    account_id: AccountId,
) -> Outcome<Vec<String>> {
    let of_account = n::table.filter(n::board_id.eq(board_id)).filter(n::account_id.eq(account_id));
    let mut all: Vec<String> = of_account.select(n::number).load(connection)?;
    all.push(String::new());
    Ok(all)
}

/// Transfers that were told of an account's numbers and are of none, and occurred between two
/// instants; those too of which the number is not known yet.
pub fn between(
    connection: &mut DbConnection,
    (board_id, account_id): (BoardId, AccountId),
    (from, to): (UnixMs, UnixMs),
    amounts: Option<&BTreeSet<i64>>,
) -> Outcome<Vec<i64>> {
    let numbers = numbers(connection, board_id, account_id)?;
    let of_stray = s::board_id.eq(t::board_id).and(s::transfer_id.eq(t::id));
    let mut query = t::table
        .inner_join(s::table.on(of_stray))
        .filter(s::board_id.eq(board_id.0))
        .filter(s::number.eq_any(numbers))
        .filter(t::account_id.eq(0_i64))
        .filter(t::occurred_at_ms.between(from.0, to.0))
        .into_boxed();
    if let Some(amounts) = amounts {
        query = query.filter(t::amount_vnd.eq_any(amounts));
    }
    Ok(query.order(t::id).select(t::id).distinct().load(connection)?)
}

/// Whether any such transfer has this id or a greater one.
pub fn is_any_of(
    connection: &mut DbConnection,
    board_id: BoardId,
    account_id: AccountId,
    floor: i64,
) -> Outcome<bool> {
    let numbers = numbers(connection, board_id, account_id)?;
    let all = s::table
        .filter(s::board_id.eq(board_id.0))
        .filter(s::number.eq_any(numbers))
        .filter(s::transfer_id.ge(floor));
    Ok(diesel::select(diesel::dsl::exists(all)).get_result(connection)?)
}

/// The newest transfers of no account from an id on, whatever their numbers.
pub fn since(
    connection: &mut DbConnection,
    board_id: BoardId,
    floor: i64,
    at_most: i64,
) -> Outcome<Vec<i64>> {
    let query = s::table
        .filter(s::board_id.eq(board_id.0))
        .filter(s::transfer_id.ge(floor))
        .order(s::transfer_id.desc())
        .limit(at_most)
        .select(s::transfer_id)
        .distinct();
    Ok(query.load(connection)?)
}

/// The numbers that transfers of no account were told of, as far as they are known.
pub fn numbers_of(
    connection: &mut DbConnection,
    board_id: BoardId,
    transfers: &[i64],
) -> Outcome<HashMap<i64, Vec<String>>> {
    let rows: Vec<(i64, String)> = s::table
        .filter(s::board_id.eq(board_id.0))
        .filter(s::transfer_id.eq_any(transfers))
        .filter(s::number.ne(""))
        .order((s::transfer_id, s::number))
        .select((s::transfer_id, s::number))
        .load(connection)?;
    let mut found: HashMap<i64, Vec<String>> = HashMap::new();
    for (transfer_id, number) in rows {
        found.entry(transfer_id).or_default().push(number);
    }
    Ok(found)
}

/// Boards with transfers of which the number is not known yet.
pub fn unnamed_boards(connection: &mut DbConnection) -> Outcome<Vec<BoardId>> {
    let boards: Vec<i64> =
        s::table.filter(s::number.eq("")).select(s::board_id).distinct().load(connection)?;
    Ok(boards.into_iter().map(BoardId).collect())
}

/// The oldest of them.
pub fn unnamed(
    connection: &mut DbConnection,
    board_id: BoardId,
    at_most: i64,
) -> Outcome<Vec<i64>> {
    let query = s::table
        .filter(s::board_id.eq(board_id.0))
        .filter(s::number.eq(""))
        .order(s::transfer_id)
        .limit(at_most)
        .select(s::transfer_id);
    Ok(query.load(connection)?)
}

/// Puts their numbers, with the transfers, in the place of the mark.
pub fn name(
    connection: &mut DbConnection,
    board_id: BoardId,
    ids: &[i64],
    named: &[(String, i64)],
) -> Outcome<()> {
    for (number, id) in named {
        diesel::insert_into(s::table)
            .values((s::board_id.eq(board_id.0), s::number.eq(number), s::transfer_id.eq(id)))
            .execute(connection)?;
    }
    let marked = s::table
        .filter(s::board_id.eq(board_id.0))
        .filter(s::number.eq(""))
        .filter(s::transfer_id.eq_any(ids));
    diesel::delete(marked).execute(connection)?;
    Ok(())
}
