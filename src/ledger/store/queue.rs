//! The queue of transfers that a person has to place.

use std::slice;

use diesel::prelude::*;

use super::reading;
use crate::db::schema::{transfers, unassigned};
use crate::db::{DbConnection, Outcome};
use crate::ledger::matching::Unassigned;
use crate::ledger::transfers::Stored;
use crate::ledger::unassigned::Waiting;
use crate::primitives::ids::{AccountId, BoardId, FeedId, RequestId, TransferId};
use crate::primitives::{UnixMs, Vnd};
use crate::registry::PageRequest;

/// The unresolved part of the queue, oldest first.
pub fn waiting(
    connection: &mut DbConnection,
    board_id: BoardId,
    page: PageRequest,
) -> Outcome<Vec<Waiting>> {
    type Raw = (i64, i64, i64, i64, i64, i64, String, Option<String>, Option<String>, Option<i64>);
    let rows: Vec<Raw> = unassigned::table
        .inner_join(
            transfers::table.on(transfers::board_id
                .eq(unassigned::board_id)
                .and(transfers::id.eq(unassigned::transfer_id))),
        )
        .filter(unassigned::board_id.eq(board_id.0))
        .filter(unassigned::resolved_at_ms.is_null())
        .filter(unassigned::transfer_id.gt(page.floor()))
        .order(unassigned::transfer_id)
        .limit(page.rows())
        .select((
            unassigned::transfer_id,
            unassigned::account_id,
            unassigned::feed_id,
            transfers::amount_vnd,
            transfers::occurred_at_ms,
            unassigned::recorded_at_ms,
            unassigned::reason,
            unassigned::memo,
            unassigned::payer_name,
            unassigned::proposed_request_id,
        ))
        .load(connection)?;
    let waiting = |row: Raw| Waiting {
        transfer_id: TransferId(row.0),
        account_id: Some(AccountId(row.1)).filter(|id| id.0 != 0),
        feed_id: FeedId(row.2),
        amount_vnd: Vnd::new(row.3),
        occurred_at: UnixMs(row.4),
        recorded_at: UnixMs(row.5),
        reason: row.6,
        memo: row.7,
        payer_name: row.8,
        proposed_request_id: row.9.map(RequestId),
    };
    Ok(rows.into_iter().map(waiting).collect())
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
