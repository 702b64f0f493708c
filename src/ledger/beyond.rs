//! Money beyond what was asked: a surplus, a second payment, what came after a request was taken back. It
//! counts as what the request was for, because it came; but it is to be given back, so whoever adds up
//! a stall's sales says how much of it nobody has judged yet.

use std::collections::{BTreeMap, BTreeSet};

use super::class::Class;
use super::store::{paid, reading, refunds};
use super::transfers::Stored;
use crate::db::{DbConnection, Outcome};
use crate::primitives::ids::{BoardId, OccupancyId, RequestId, TransferId};
use crate::primitives::{Day, UnixMs, Vnd};
use crate::requests::{self, RequestRow, RequestState};

/// A payment that goes beyond its request, whole or in part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Beyond {
    pub transfer_id: TransferId,
    pub day: Day,
    /// By the bank's clock.
    pub at: UnixMs,
    /// `overpaid`, `duplicate` or `cancelled`.
    pub state: RequestState,
    /// As much of it as is too much.
    pub amount: Vnd,
    /// The transfer is more than that.
    pub is_part: bool,
}

/// What came to a stall beyond what it asked for, by requests that were paid since an instant, as far as
/// no person has said what it was, and less what was given back.
pub fn of_stall(
    connection: &mut DbConnection,
    board_id: BoardId,
    occupancy_id: OccupancyId,
    since: UnixMs,
    now: UnixMs,
) -> Outcome<Vec<Beyond>> {
    let mut all = Vec::new();
    for row in requests::beyond(connection, board_id, occupancy_id, since)? {
        of_request(connection, board_id, &row, now, &mut all)?;
    }
    Ok(all)
}

/// What of each payment of a request is more than was asked, whatever was said of it since: what the payer is to
/// have back. Of a payment a thousand times too much that nobody has judged, all but what was asked.
pub fn surplus(
    connection: &mut DbConnection,
    board_id: BoardId,
    row: &RequestRow,
    stored: &[Stored],
) -> Outcome<Vec<(TransferId, Vnd)>> {
    let mut came: BTreeMap<(i64, i64), i64> = BTreeMap::new();
    let mut in_cash = 0_i64;
    for payment in paid::payments(connection, board_id, row.id)? {
        *came.entry((payment.at_ms, payment.transfer_id)).or_default() += payment.amount_vnd;
        in_cash = in_cash.saturating_add(payment.returned_vnd);
    }
    let asked = if row.cancelled_at.is_some() { 0 } else { row.amount.get() };
    // What refunds beside the receipts have given back is not to be given back again.
    let linked = row.given_back.get().saturating_sub(in_cash).max(0);
    let mut left = came.values().sum::<i64>().saturating_sub(asked).saturating_sub(linked);
    let mut found = Vec::new();
    for ((_, id), amount) in came.iter().rev() {
        let more = left.min(*amount).max(0);
        left -= more;
        found.push((TransferId(*id), Vnd::new(more)));
    }
    // Of what was a thousand times too much, the first makes up for what is lacking.
    let mut lacking = asked.saturating_sub(row.received.get()).max(0);
    let mut by_time: Vec<&Stored> = stored.iter().collect();
    by_time.sort_by_key(|one| (one.occurred_at, one.id));
    for one in by_time {
        let odd = one.lines.iter().filter(|line| line.request_id == Some(row.id));
        let odd = odd.filter(|line| line.class == Class::Unclassified);
        let odd: i64 = odd.map(|line| line.amount.get()).sum();
        if odd > row.amount.get() {
            found.push((one.id, Vnd::new(odd.saturating_sub(lacking))));
            lacking = 0;
        }
    }
    found.retain(|(_, more)| more.is_positive());
    Ok(found)
}

/// How much of what came beyond a request nobody has said what it was: what the payer is still owed.
///
/// # Errors
/// Only of the database.
pub fn unjudged(
    connection: &mut DbConnection,
    board_id: BoardId,
    row: &RequestRow,
    now: UnixMs,
) -> Outcome<Vnd> {
    let mut all = Vec::new();
    of_request(connection, board_id, row, now, &mut all)?;
    Ok(Vnd::new(all.iter().map(|one| one.amount.get()).sum()))
}

/// Transfers of which a person said what they were when they were the request's already. Who only said for
/// which request money was, or recorded a refund of a part of what was a thousand times too much, has not
/// said what the rest of it is; nor has who gave a part back.
fn judged(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: RequestId,
    stored: &[Stored],
) -> Outcome<BTreeSet<TransferId>> {
    let gave_part = |one: &Stored| one.lines.iter().any(|line| line.class == Class::Refund);
    let decided: Vec<&Stored> =
        stored.iter().filter(|one| one.decided.by.is_some() && !gave_part(one)).collect();
    if decided.is_empty() {
        return Ok(BTreeSet::new());
    }
    let were = paid::attributions(connection, board_id, id)?;
    let ids: Vec<i64> = decided.iter().map(|one| one.id.0).collect();
    // Also those that were undone: they were decided by, and not by what was said.
    let refunds = refunds::of_any(connection, board_id, &ids)?;
    let has_refund = |one: &Stored| refunds.iter().any(|refund| refund.original_id == one.id);
    let was_its = |one: &&&Stored| {
        were.iter().any(|was| {
            let is_before = was.transfer_id == one.id.0 && was.seq < one.seq;
            is_before && (was.has_paid || !has_refund(one))
        })
    };
    Ok(decided.iter().filter(was_its).map(|one| one.id).collect())
}

/// The last payments of a request are those that it did not need.
fn of_request(
    connection: &mut DbConnection,
    board_id: BoardId,
    row: &RequestRow,
    now: UnixMs,
    all: &mut Vec<Beyond>,
) -> Outcome<()> {
    let state = requests::state_of(row, now);
    let mut left = match state {
        RequestState::Overpaid | RequestState::Duplicate => {
            row.received.get().saturating_sub(row.amount.get())
        }
        RequestState::Cancelled => row.received.get(),
        _ => return Ok(()),
    };
    let mut payments = paid::payments(connection, board_id, row.id)?;
    payments.sort_by_key(|one| std::cmp::Reverse((one.at_ms, one.transfer_id)));
    let ids: Vec<i64> = payments.iter().map(|one| one.transfer_id).collect();
    let stored = reading::these(connection, board_id, &ids)?;
    let judged = judged(connection, board_id, row.id, &stored)?;
    for payment in payments {
        let amount = payment.amount_vnd.saturating_sub(payment.returned_vnd).min(left);
        let of = stored.iter().find(|stored| stored.id.0 == payment.transfer_id);
        let Some(of) = of.filter(|_| amount > 0) else { continue };
        left -= amount;
        if !judged.contains(&of.id) {
            all.push(Beyond {
                transfer_id: of.id,
                day: of.day,
                at: of.occurred_at,
                state,
                amount: Vnd::new(amount),
                is_part: amount < of.amount.get(),
            });
        }
    }
    Ok(())
}
