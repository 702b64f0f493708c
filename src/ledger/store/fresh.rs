//! What is read to decide the transfers of an account again.

use std::collections::HashSet;

use diesel::prelude::*;

use crate::db::schema::{boards, suspected_pairs as p, transfer_index as i};
use crate::db::{DbConnection, Outcome};
use crate::primitives::ids::{AccountId, BoardId, TransferId};

/// Minutes after midnight at which the board's days begin.
pub fn day_start(connection: &mut DbConnection, board_id: BoardId) -> Outcome<i32> {
    Ok(boards::table.find(board_id).select(boards::day_start_minute).first(connection)?)
}

/// The next transfers of an account after an id, least first, as far as they are indexed.
pub fn of_account(
    connection: &mut DbConnection,
    board_id: BoardId,
    account_id: AccountId,
    after: i64,
    at_most: usize,
) -> Outcome<Vec<i64>> {
    let query = i::table
        .filter(i::board_id.eq(board_id.0))
        .filter(i::subject_id.eq(account_id.0))
        .filter(i::transfer_id.gt(after))
        .order(i::transfer_id)
        .limit(i64::try_from(at_most).unwrap_or(i64::MAX))
        .select(i::transfer_id);
    Ok(query.load(connection)?)
}

/// Attributions of these transfers that a second report has brought.
pub fn told_again(
    connection: &mut DbConnection,
    board_id: BoardId,
    ids: &[i64],
) -> Outcome<HashSet<(TransferId, i32)>> {
    let rows: Vec<(i64, Option<i32>)> = p::table
        .filter(p::board_id.eq(board_id.0))
        .filter(p::transfer_id.eq_any(ids))
        .filter(p::attribution_seq.is_not_null())
        .select((p::transfer_id, p::attribution_seq))
        .load(connection)?;
    Ok(rows.into_iter().filter_map(|(id, seq)| Some((TransferId(id), seq?))).collect())
}
