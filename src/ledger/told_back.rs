//! Money that a vendor says herself she gave back, or handed out in cash, beside the refunds that are recorded.
//! Each tells that it is with the payer again, so the same money must not be said in two ways.

use std::collections::{BTreeMap, BTreeSet};

use super::assign::NewLine;
use super::beyond;
use super::class::Class;
use super::payback::{self, whose};
use super::refunds::RefundRow;
use super::store::refunds as rows;
use super::transfers::Stored;
use crate::db::{DbConnection, Outcome};
use crate::feeds::Direction;
use crate::primitives::ids::{BoardId, OccupancyId, RequestId};
use crate::primitives::{Refusal, Vnd};
use crate::requests;

/// By stall, what lines of money in say went back to the payer in cash.
fn told(
    lines: impl Iterator<Item = (Option<OccupancyId>, Class, Vnd)>,
) -> BTreeMap<OccupancyId, i64> {
    let mut told = BTreeMap::new();
    for (occupancy_id, class, amount) in lines {
        let is_back = matches!(class, Class::Refund | Class::CashOut);
        if let Some(id) = occupancy_id.filter(|_| is_back) {
            *told.entry(id).or_default() += amount.get();
        }
    }
    told
}

fn told_before(stored: &Stored) -> BTreeMap<OccupancyId, i64> {
    told(stored.lines.iter().map(|line| (line.occupancy_id, line.class, line.amount)))
}

fn sum<'r>(given: impl Iterator<Item = &'r RefundRow>) -> i64 {
    given.map(|one| one.amount.get()).sum()
}

/// What a vendor says now that she gave back is no more than refunds beside it leave, and not what is
/// recorded already: as far as it goes beyond what is still too much, it may be the same money.
///
/// # Errors
/// `refund-exceeds-original`, `refund-recorded`.
pub(super) fn refuse(
    connection: &mut DbConnection,
    board_id: BoardId,
    original: &Stored,
    lines: &[NewLine],
) -> Outcome<()> {
    let now = told(lines.iter().map(|line| (line.occupancy_id, line.class, line.amount_vnd)));
    if now.is_empty() || original.direction != Direction::In {
        return Ok(());
    }
    let given = rows::of_originals(connection, board_id, &[original.id.0])?;
    let before = told_before(original);
    for (stall, told) in &now {
        let (stall, told) = (*stall, *told);
        let of_stall = |one: &&RefundRow| whose(&original.lines, one.occupancy_id) == Some(stall);
        let recorded = sum(given.iter().filter(of_stall));
        let is_said = before.get(&stall).is_some_and(|before| told <= *before);
        if recorded > 0 && !is_said && told > too_much(connection, board_id, original, stall)? {
            let refusal = Refusal::conflict("refund-recorded");
            return Err(refusal.with("amount", Vnd::new(recorded)).into());
        }
    }
    let left = original.amount.get().saturating_sub(sum(given.iter()));
    if now.values().sum::<i64>() > left {
        let refusal = Refusal::conflict("refund-exceeds-original");
        return Err(refusal.with("left", Vnd::new(left)).into());
    }
    Ok(())
}

/// What of a stall's part of a transfer is still more than was asked for.
fn too_much(
    connection: &mut DbConnection,
    board_id: BoardId,
    original: &Stored,
    stall: OccupancyId,
) -> Outcome<i64> {
    let of_stall = original.lines.iter().filter(|line| line.occupancy_id == Some(stall));
    let ids: BTreeSet<RequestId> = of_stall.filter_map(|line| line.request_id).collect();
    let mut more = 0_i64;
    for id in ids {
        let Some(row) = requests::by_id(connection, board_id, id)? else { continue };
        let found = beyond::surplus(connection, board_id, &row)?;
        let its = found.into_iter().filter(|(transfer_id, _)| *transfer_id == original.id);
        more = its.fold(more, |more, (_, amount)| more.saturating_add(amount.get()));
    }
    Ok(more)
}

/// A refund is recorded beside what the stall's vendor has said that she gave back. The person may say that
/// it is one more.
///
/// # Errors
/// `refund-beside-vendors`.
pub(super) fn refuse_beside(original: &Stored, of: Option<OccupancyId>) -> Outcome<()> {
    match said(original, of) {
        0 => Ok(()),
        told => {
            let refusal = Refusal::conflict("refund-beside-vendors");
            Err(refusal.with("amount", Vnd::new(told)).into())
        }
    }
}

/// What a stall's vendor, or anybody's where no stall is known, has said went back, in đồng.
fn said(original: &Stored, of: Option<OccupancyId>) -> i64 {
    let stall = whose(&original.lines, of);
    let told = told_before(original);
    let told = told.iter().filter(|(id, _)| stall.is_none_or(|stall| stall == **id));
    told.map(|(_, amount)| *amount).sum()
}

/// What can still be given back beside what the vendor says, in đồng: nothing goes back twice.
pub(super) fn left(original: &Stored, of: Option<OccupancyId>, given: &[RefundRow]) -> i64 {
    let whole = original.amount.get() - sum(given.iter()) - said(original, of);
    payback::left(original, of, given).min(whole)
}
