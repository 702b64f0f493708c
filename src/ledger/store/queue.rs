//! The queue of transfers that a person has to place.

use std::collections::HashMap;
use std::slice;

use diesel::dsl::count_star;
use diesel::prelude::*;

use super::reading;
use crate::db::schema::{transfer_index, transfers, unassigned};
use crate::db::{DbConnection, Outcome};
use crate::feeds::Direction;
use crate::ledger::matching::Unassigned;
use crate::ledger::suggestions::Puzzle;
use crate::ledger::transfers::Stored;
use crate::ledger::unassigned::{Waiting, WaitingFilter, WaitingOrder};
use crate::primitives::ids::{AccountId, BoardId, FeedId, RequestId, TransferId};
use crate::primitives::{UnixMs, Vnd, id};
use crate::registry::PageRequest;

/// Transfers of an account that are looked through for a payer, and those that are read.
const LOOKED_AT: i64 = 2_000;
const FOUND: i64 = 200;

type Raw = (
    (i64, i64, i64, i64, i64, i64),
    (String, Option<String>, Option<String>, Option<i64>, Option<i64>),
);

/// The unresolved part of the queue, as far as it passes the filter, in its order.
pub fn waiting(
    connection: &mut DbConnection,
    board_id: BoardId,
    filter: &WaitingFilter,
    page: PageRequest,
) -> Outcome<Vec<Puzzle>> {
    let mut query = unassigned::table
        .inner_join(
            transfers::table.on(transfers::board_id
                .eq(unassigned::board_id)
                .and(transfers::id.eq(unassigned::transfer_id))),
        )
        .filter(unassigned::board_id.eq(board_id.0))
        .filter(unassigned::resolved_at_ms.is_null())
        .limit(page.rows())
        .select((
            (
                unassigned::transfer_id,
                unassigned::account_id,
                unassigned::feed_id,
                transfers::amount_vnd,
                transfers::occurred_at_ms,
                unassigned::recorded_at_ms,
            ),
            (
                unassigned::reason,
                unassigned::memo,
                unassigned::payer_name,
                unassigned::proposed_request_id,
                transfers::payer_key,
            ),
        ))
        .into_boxed();
    if let Some(account_id) = filter.account_id {
        query = query.filter(unassigned::account_id.eq(account_id.0));
    }
    if let Some(day) = filter.from_day {
        query = query.filter(unassigned::day.ge(day.0));
    }
    if let Some(day) = filter.to_day {
        query = query.filter(unassigned::day.le(day.0));
    }
    if let Some(reason) = filter.reason {
        query = query.filter(unassigned::reason.eq(reason.as_str()));
    }
    let (id, after) = (unassigned::transfer_id, page.after);
    query = match filter.order.unwrap_or(WaitingOrder::Oldest) {
        WaitingOrder::Oldest => query.filter(id.gt(after.unwrap_or(i64::MIN))).order(id),
        WaitingOrder::Newest => query.filter(id.lt(after.unwrap_or(i64::MAX))).order(id.desc()),
    };
    let rows: Vec<Raw> = query.load(connection)?;
    Ok(rows.into_iter().map(puzzle).collect())
}

fn puzzle((of, says): Raw) -> Puzzle {
    let (transfer_id, account_id, feed_id, amount_vnd, occurred_at_ms, recorded_at_ms) = of;
    let (reason, memo, payer_name, proposed_request_id, payer_key) = says;
    let waiting = Waiting {
        transfer_id: TransferId(transfer_id),
        account_id: Some(AccountId(account_id)).filter(|id| id.0 != 0),
        feed_id: FeedId(feed_id),
        amount_vnd: Vnd::new(amount_vnd),
        occurred_at: UnixMs(occurred_at_ms),
        recorded_at: UnixMs(recorded_at_ms),
        reason,
        detail: String::new(),
        memo,
        payer_name,
        proposed_request_id: proposed_request_id.map(RequestId),
        suggestions: Vec::new(),
        told_numbers: Vec::new(),
        waiting_proposals: 0,
    };
    Puzzle { waiting, payer_key }
}

/// The accounts on which anything waits, and how much of it each.
pub fn accounts(
    connection: &mut DbConnection,
    board_id: BoardId,
) -> Outcome<Vec<(AccountId, i64)>> {
    let counts: Vec<(i64, i64)> = unassigned::table
        .filter(unassigned::board_id.eq(board_id.0))
        .filter(unassigned::resolved_at_ms.is_null())
        .filter(unassigned::account_id.ne(0))
        .group_by(unassigned::account_id)
        .select((unassigned::account_id, count_star()))
        .load(connection)?;
    Ok(counts.into_iter().map(|(id, count)| (AccountId(id), count)).collect())
}

/// The last transfers of these payers into an account, newest first, as far as they are indexed.
pub fn of_payers(
    connection: &mut DbConnection,
    board_id: BoardId,
    account_id: AccountId,
    payer_keys: &[i64],
) -> Outcome<Vec<Stored>> {
    let of_account = transfer_index::table
        .filter(transfer_index::board_id.eq(board_id.0))
        .filter(transfer_index::subject_id.eq(account_id.0))
        .order(transfer_index::transfer_id.desc())
        .limit(LOOKED_AT)
        .select(transfer_index::transfer_id);
    let ids: Vec<i64> = transfers::table
        .filter(transfers::board_id.eq(board_id.0))
        .filter(transfers::id.eq_any(of_account))
        .filter(transfers::payer_key.eq_any(payer_keys))
        .filter(transfers::direction.eq(Direction::In.as_str()))
        .order(transfers::id.desc())
        .limit(FOUND)
        .select(transfers::id)
        .load(connection)?;
    reading::these(connection, board_id, &ids)
}

/// A transfer that had waited, with its memo.
#[derive(Debug)]
pub struct Remembered {
    pub transfer_id: TransferId,
    pub memo: String,
}

/// The last transfers into these accounts that had waited and were placed, from an instant on.
pub fn placed(
    connection: &mut DbConnection,
    board_id: BoardId,
    account_ids: &[i64],
    since: UnixMs,
) -> Outcome<Vec<(Remembered, Stored)>> {
    let rows: Vec<(i64, Option<String>)> = unassigned::table
        .filter(unassigned::board_id.eq(board_id.0))
        .filter(unassigned::transfer_id.ge(id::floor_of(since)))
        .filter(unassigned::account_id.eq_any(account_ids))
        .filter(unassigned::resolved_at_ms.is_not_null())
        .order(unassigned::transfer_id.desc())
        .limit(FOUND)
        .select((unassigned::transfer_id, unassigned::memo))
        .load(connection)?;
    let mut memos: HashMap<i64, String> =
        rows.into_iter().filter_map(|(id, memo)| Some((id, memo?))).collect();
    let ids: Vec<i64> = memos.keys().copied().collect();
    let stored = reading::these(connection, board_id, &ids)?;
    let remembered = |stored: Stored| {
        let memo = memos.remove(&stored.id.0)?;
        Some((Remembered { transfer_id: stored.id, memo }, stored))
    };
    Ok(stored.into_iter().filter_map(remembered).collect())
}

/// Money in that waits for a person.
#[derive(Debug)]
pub struct Placeless {
    /// Absent: the receiving number is not registered.
    pub account_id: Option<AccountId>,
    pub amount: Vnd,
    pub memo: Option<String>,
}

/// What waits that came since then, newest first.
pub fn since(
    connection: &mut DbConnection,
    board_id: BoardId,
    since: UnixMs,
    limit: i64,
) -> Outcome<Vec<Placeless>> {
    let transfer =
        transfers::board_id.eq(unassigned::board_id).and(transfers::id.eq(unassigned::transfer_id));
    let rows: Vec<(i64, i64, Option<String>)> = unassigned::table
        .inner_join(transfers::table.on(transfer))
        .filter(unassigned::board_id.eq(board_id.0))
        .filter(unassigned::transfer_id.ge(id::floor_of(since)))
        .filter(unassigned::resolved_at_ms.is_null())
        .filter(transfers::direction.eq(Direction::In.as_str()))
        .order(unassigned::transfer_id.desc())
        .limit(limit)
        .select((unassigned::account_id, transfers::amount_vnd, unassigned::memo))
        .load(connection)?;
    let read = |(account_id, amount_vnd, memo)| Placeless {
        account_id: Some(AccountId(account_id)).filter(|id| id.0 != 0),
        amount: Vnd::new(amount_vnd),
        memo,
    };
    Ok(rows.into_iter().map(read).collect())
}

/// Takes a transfer out of the queue.
pub fn resolve(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: TransferId,
    at: UnixMs,
) -> Outcome<()> {
    diesel::update(unassigned::table.find((board_id.0, id.0)))
        .filter(unassigned::resolved_at_ms.is_null())
        .set(unassigned::resolved_at_ms.eq(at.0))
        .execute(connection)?;
    Ok(())
}

pub fn count(connection: &mut DbConnection, board_id: BoardId) -> Outcome<usize> {
    let waiting = unassigned::table
        .filter(unassigned::board_id.eq(board_id.0))
        .filter(unassigned::resolved_at_ms.is_null());
    let count: i64 = waiting.count().get_result(connection)?;
    Ok(usize::try_from(count).unwrap_or_default())
}

/// Amount and time of a transfer that waits.
pub fn one(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: TransferId,
) -> Outcome<Option<(Vnd, UnixMs)>> {
    if waits(connection, board_id, id)? != Some(true) {
        return Ok(None);
    }
    let row: Option<(i64, i64)> = transfers::table
        .find((board_id.0, id.0))
        .select((transfers::amount_vnd, transfers::occurred_at_ms))
        .first(connection)
        .optional()?;
    Ok(row.map(|(amount, at)| (Vnd::new(amount), UnixMs(at))))
}

/// Whether a transfer waits now; `None` if it never did.
pub fn waits(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: TransferId,
) -> Outcome<Option<bool>> {
    let resolved: Option<Option<i64>> = unassigned::table
        .find((board_id.0, id.0))
        .select(unassigned::resolved_at_ms)
        .first(connection)
        .optional()?;
    Ok(resolved.map(|resolved_at| resolved_at.is_none()))
}

/// Why transfers wait that do.
pub fn reasons(
    connection: &mut DbConnection,
    board_id: BoardId,
    ids: &[i64],
) -> Outcome<HashMap<TransferId, String>> {
    let rows: Vec<(i64, String)> = unassigned::table
        .filter(unassigned::board_id.eq(board_id.0))
        .filter(unassigned::transfer_id.eq_any(ids))
        .filter(unassigned::resolved_at_ms.is_null())
        .select((unassigned::transfer_id, unassigned::reason))
        .load(connection)?;
    Ok(rows.into_iter().map(|(id, reason)| (TransferId(id), reason)).collect())
}

/// A transfer that waits does so for another reason now.
pub fn explain(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: TransferId,
    reason: Unassigned,
) -> Outcome<()> {
    diesel::update(unassigned::table.find((board_id.0, id.0)))
        .filter(unassigned::resolved_at_ms.is_null())
        .set(unassigned::reason.eq(reason.as_str()))
        .execute(connection)?;
    Ok(())
}

/// Puts a transfer into the queue if it does not wait there, with what its feed still says of it.
pub fn reopen(
    connection: &mut DbConnection,
    board_id: BoardId,
    stored: &Stored,
    reason: Unassigned,
) -> Outcome<()> {
    match waits(connection, board_id, stored.id)? {
        Some(true) => {}
        Some(false) => {
            diesel::update(unassigned::table.find((board_id.0, stored.id.0)))
                .set((
                    unassigned::resolved_at_ms.eq(None::<i64>),
                    unassigned::reason.eq(reason.as_str()),
                    unassigned::proposed_request_id.eq(None::<i64>),
                ))
                .execute(connection)?;
        }
        None => {
            let mut said = reading::reported(connection, board_id, slice::from_ref(stored))?;
            let (memo, payer) =
                said.remove(&stored.id).map(|found| (found.memo, found.payer)).unzip();
            diesel::insert_into(unassigned::table)
                .values((
                    unassigned::board_id.eq(board_id.0),
                    unassigned::transfer_id.eq(stored.id.0),
                    unassigned::account_id.eq(stored.account_id.map_or(0, |id| id.0)),
                    unassigned::feed_id.eq(stored.feed_id.0),
                    unassigned::day.eq(stored.day.0),
                    unassigned::reason.eq(reason.as_str()),
                    unassigned::memo.eq(memo),
                    unassigned::payer_name.eq(payer.flatten().and_then(|payer| payer.name)),
                    unassigned::recorded_at_ms.eq(stored.recorded_at.0),
                ))
                .execute(connection)?;
        }
    }
    Ok(())
}
