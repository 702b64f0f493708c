//! Money given back, linked to the transfer that it was of: whole or in parts, seen on the account,
//! or declared by a person where no feed tells of money out.
//!
//! The lines of money out that refunds stand for are made of these alone. A declared one is an
//! outgoing transfer without a report; when the true one is seen, that one takes its place. Until
//! somebody says so the true one counts nothing, as all money out whose class nobody has said, so
//! nothing is given back twice.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::assign::WHY_CHARS;
use super::class::Class;
use super::payback::{
    declare, free, is_declared, judge_odd, refuse_beside_declared, settle, settle_of, stalls,
    wait_again, whose,
};
use super::replace::Decided;
use super::store::{heads, reading, refunds as rows};
use super::told_back;
use super::transfers::Stored;
use crate::access::{Act, Permission};
use crate::db::{DbConnection, Outcome};
use crate::feeds::Direction;
use crate::primitives::ids::{ActorId, BoardId, OccupancyId, RefundId, TransferId};
use crate::primitives::{Day, Refusal, UnixMs, Vnd};
use crate::registry::check::{self, found};
use crate::registry::{Page, PageRequest, occupancies};

/// Money that was given back of a transfer.
#[derive(Debug, Serialize, ToSchema)]
pub struct Refund {
    pub id: RefundId,
    /// The money in that it was of.
    pub original_id: TransferId,
    /// The money out: seen on an account, or declared.
    pub outgoing_id: TransferId,
    /// No report has told of the money out.
    pub is_declared: bool,
    /// `refund`, or `reversal` where the bank took the transfer back.
    pub class: Class,
    /// Only for keys with `amounts.read`.
    #[schema(value_type = Option<i64>)]
    pub amount_vnd: Option<Vnd>,
    /// Shown with the amount.
    pub why: Option<String>,
    pub linked_by: ActorId,
    #[schema(value_type = String, format = DateTime)]
    pub linked_at: UnixMs,
    /// What was declared before the money out was seen.
    pub declared_id: Option<TransferId>,
    pub undone_by: Option<ActorId>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub undone_at: Option<UnixMs>,
    /// Of a declared one: money out of the account that may be it, of the same amount and not
    /// classified, from the day before it to 30 days after. Say which by `…/seen`.
    pub may_be: Vec<TransferId>,
}

/// A refund as it is stored.
#[derive(Clone, Debug)]
pub struct RefundRow {
    pub id: RefundId,
    pub original_id: TransferId,
    pub outgoing_id: TransferId,
    pub is_declared: bool,
    pub class: Class,
    pub amount: Vnd,
    /// Whose money it was, where the original is several stalls'.
    pub occupancy_id: Option<OccupancyId>,
    pub why: Option<String>,
    pub linked_by: ActorId,
    pub linked_at: UnixMs,
    pub declared_id: Option<TransferId>,
    pub undone_by: Option<ActorId>,
    pub undone_at: Option<UnixMs>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRefund {
    /// The money out, where it was seen; absent: it is declared.
    pub outgoing_id: Option<TransferId>,
    /// `refund` or `reversal`.
    pub class: Class,
    /// At least 1. Absent: all that is left of the original, or of its stall's part, as far as the
    /// money out goes.
    #[schema(value_type = Option<i64>)]
    pub amount_vnd: Option<Vnd>,
    /// Whose money it was: only where the original is several stalls'.
    pub occupancy_id: Option<OccupancyId>,
    /// The day on which a declared refund was paid; absent: today.
    #[schema(value_type = Option<String>, format = Date)]
    pub day: Option<Day>,
    /// 1–300 characters.
    pub why: Option<String>,
    /// `true`: this is not what a declared refund stands for, of the same transfer or of the same
    /// amount, nor what the vendor has told on her page herself, but one more.
    #[serde(default)]
    pub besides_declared: bool,
}

/// The money out that was seen.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Seen {
    pub outgoing_id: TransferId,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UndoneRefund {
    /// 1–300 characters, kept with the attribution.
    pub why: String,
}

/// Which refunds.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RefundFilter {
    /// Those of this transfer, be it the original or the money out.
    pub transfer_id: Option<TransferId>,
    /// Only those that are declared and not seen yet, or only the others.
    pub waiting: Option<bool>,
}

/// Links money out to the transfer that it gives back, or declares it.
///
/// # Errors
/// `not-found` (the transfer; outgoing_id, occupancy_id), `refund-class`, `amount-not-positive`,
/// `field-not-allowed` (day), `refund-of-outgoing`, `refund-needs-occupancy`, `refund-not-outgoing`,
/// `refund-in-future`, `refund-before-original`, `refund-beside-declared` (outgoing_id), `refund-beside-vendors`,
/// `refund-exceeds-original`, `refund-exceeds-outgoing`.
pub fn create(
    connection: &mut DbConnection,
    act: &Act,
    original_id: TransferId,
    new: NewRefund,
) -> Outcome<Refund> {
    act.require(Permission::TransfersAssign)?;
    act.require(Permission::AmountsRead)?;
    let why = new.why.as_ref().map(|why| check::text("why", why, WHY_CHARS)).transpose()?;
    check_words(connection, act, &new)?;
    let board_id = act.board_id();
    let mut heads = heads::lock(connection, &[board_id.0])?;
    let original = reading::transfer(connection, board_id, original_id)?;
    if original.direction != Direction::In {
        return Err(Refusal::conflict("refund-of-outgoing").into());
    }
    let stalls = stalls(&original.lines);
    if new.occupancy_id.map_or(stalls.len() > 1, |id| !stalls.contains(&id)) {
        return Err(Refusal::conflict("refund-needs-occupancy").on("occupancy_id").into());
    }
    let out =
        new.outgoing_id.map(|id| outgoing(connection, board_id, id, &original)).transpose()?;
    let free = out.as_ref().map(|out| free(connection, board_id, out)).transpose()?;
    let given = rows::of_originals(connection, board_id, &[original_id.0])?;
    if !new.besides_declared {
        told_back::refuse_beside(&original, new.occupancy_id)?;
        if let Some(out) = &out {
            refuse_beside_declared(connection, board_id, out, &given)?;
        }
    }
    let amount =
        fitting(new.amount_vnd, told_back::left(&original, new.occupancy_id, &given), free)?;
    let outgoing_id = match &out {
        Some(out) => out.id,
        None => declare(connection, act, &original, amount, new.day)?,
    };
    let row = RefundRow {
        id: RefundId(act.new_id()),
        original_id,
        outgoing_id,
        is_declared: out.as_ref().is_none_or(is_declared),
        class: new.class,
        amount,
        occupancy_id: whose(&original.lines, new.occupancy_id),
        why: why.clone(),
        linked_by: act.scope.actor,
        linked_at: act.at,
        declared_id: None,
        undone_by: None,
        undone_at: None,
    };
    rows::insert(connection, board_id, &row)?;
    let decided = Decided::by(act.scope.actor, why);
    let ids = (original_id, outgoing_id);
    settle_of(connection, board_id, &mut heads, ids, &decided, act.at)?;
    judge_odd(connection, board_id, &mut heads, &original, &decided, act.at)?;
    get(connection, act, row.id)
}

/// Refunds, newest first.
pub fn list(
    connection: &mut DbConnection,
    act: &Act,
    filter: &RefundFilter,
    page: PageRequest,
) -> Outcome<Page<Refund>> {
    act.require(Permission::TransfersRead)?;
    let rows = rows::page(connection, act.board_id(), filter, page)?;
    let Page { items, next_cursor } = page.page(rows, |row: &RefundRow| row.id.0);
    let items = items.into_iter().map(|row| show(connection, act, row)).collect::<Outcome<_>>()?;
    Ok(Page { items, next_cursor })
}

pub fn get(connection: &mut DbConnection, act: &Act, id: RefundId) -> Outcome<Refund> {
    act.require(Permission::TransfersRead)?;
    let row = found(rows::find(connection, act.board_id(), id)?, "refund")?;
    show(connection, act, row)
}

/// The money out of a declared refund was seen: it takes the declared one's place.
///
/// # Errors
/// `refund-undone`, `refund-not-declared`, `refund-not-outgoing`, `refund-before-original`,
/// `refund-exceeds-outgoing`; `not-found` (outgoing_id).
pub fn seen(
    connection: &mut DbConnection,
    act: &Act,
    id: RefundId,
    seen: &Seen,
) -> Outcome<Refund> {
    act.require(Permission::TransfersAssign)?;
    act.require(Permission::AmountsRead)?;
    let board_id = act.board_id();
    let mut heads = heads::lock(connection, &[board_id.0])?;
    let row = held(connection, board_id, id)?;
    let original = reading::transfer(connection, board_id, row.original_id)?;
    let out = outgoing(connection, board_id, seen.outgoing_id, &original)?;
    if !row.is_declared || is_declared(&out) {
        return Err(Refusal::conflict("refund-not-declared").into());
    }
    let free = free(connection, board_id, &out)?;
    if row.amount.get() > free {
        return Err(exceeds("refund-exceeds-outgoing", free).on("outgoing_id").into());
    }
    rows::take_place(connection, board_id, &row, out.id)?;
    let decided = Decided::by(act.scope.actor, row.why);
    settle(connection, board_id, &mut heads, &[row.outgoing_id, out.id], &decided, act.at)?;
    get(connection, act, id)
}

/// The link was wrong: nothing was given back of the original by it.
///
/// # Errors
/// `refund-undone`.
pub fn undo(
    connection: &mut DbConnection,
    act: &Act,
    id: RefundId,
    undone: &UndoneRefund,
) -> Outcome<Refund> {
    act.require(Permission::TransfersAssign)?;
    act.require(Permission::AmountsRead)?;
    let why = check::text("why", &undone.why, WHY_CHARS)?;
    let board_id = act.board_id();
    let mut heads = heads::lock(connection, &[board_id.0])?;
    let row = held(connection, board_id, id)?;
    rows::undo(connection, act, id)?;
    let decided = Decided::by(act.scope.actor, Some(why));
    let ids = (row.original_id, row.outgoing_id);
    settle_of(connection, board_id, &mut heads, ids, &decided, act.at)?;
    let original = reading::transfer(connection, board_id, row.original_id)?;
    wait_again(connection, board_id, &mut heads, &original, &decided, act.at)?;
    get(connection, act, id)
}

/// What can be judged without the transfers.
fn check_words(connection: &mut DbConnection, act: &Act, new: &NewRefund) -> Outcome<()> {
    if !new.class.is_returned() {
        return Err(Refusal::invalid("class", "refund-class").into());
    }
    if let Some(amount) = new.amount_vnd.filter(|amount| !amount.is_positive()) {
        let refusal = Refusal::invalid("amount_vnd", "amount-not-positive");
        return Err(refusal.with("amount", amount).into());
    }
    if let Some(id) = new.occupancy_id {
        occupancies::require(connection, act, id, "occupancy_id")?;
    }
    if new.outgoing_id.is_some() && new.day.is_some() {
        let refusal = Refusal::invalid("day", "field-not-allowed");
        return Err(refusal.with("because", "outgoing_id").into());
    }
    Ok(())
}

/// Money out that may give back the original.
fn outgoing(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: TransferId,
    original: &Stored,
) -> Outcome<Stored> {
    let mut all = reading::these(connection, board_id, &[id.0])?;
    let out = all.pop().ok_or_else(|| Refusal::not_found("transfer").on("outgoing_id"))?;
    let misfit = if out.direction != Direction::Out {
        "refund-not-outgoing"
    } else if out.day < original.day {
        "refund-before-original"
    } else {
        return Ok(out);
    };
    Err(Refusal::conflict(misfit).on("outgoing_id").into())
}

fn exceeds(code: &'static str, left: i64) -> Refusal {
    Refusal::conflict(code).with("left", Vnd::new(left))
}

/// An amount for which both the original and the money out are large enough.
fn fitting(wanted: Option<Vnd>, left: i64, free: Option<i64>) -> Outcome<Vnd> {
    let amount = wanted.map_or(left.min(free.unwrap_or(left)), Vnd::get);
    if amount > left || left <= 0 {
        return Err(exceeds("refund-exceeds-original", left).on("amount_vnd").into());
    }
    if let Some(free) = free.filter(|free| amount > *free || *free <= 0) {
        return Err(exceeds("refund-exceeds-outgoing", free).on("amount_vnd").into());
    }
    Ok(Vnd::new(amount))
}

/// A refund that holds.
fn held(connection: &mut DbConnection, board_id: BoardId, id: RefundId) -> Outcome<RefundRow> {
    let row = found(rows::find(connection, board_id, id)?, "refund")?;
    match row.undone_at {
        Some(at) => Err(Refusal::conflict("refund-undone").with("undone_at", at).into()),
        None => Ok(row),
    }
}

fn show(connection: &mut DbConnection, act: &Act, row: RefundRow) -> Outcome<Refund> {
    let sees = act.scope.permissions.contains(Permission::AmountsRead);
    let waits = row.is_declared && row.undone_at.is_none();
    let may_be = if waits { rows::may_be(connection, act.board_id(), &row)? } else { Vec::new() };
    Ok(Refund {
        id: row.id,
        original_id: row.original_id,
        outgoing_id: row.outgoing_id,
        is_declared: row.is_declared,
        class: row.class,
        amount_vnd: sees.then_some(row.amount),
        why: row.why.filter(|_| sees),
        linked_by: row.linked_by,
        linked_at: row.linked_at,
        declared_id: row.declared_id,
        undone_by: row.undone_by,
        undone_at: row.undone_at,
        may_be,
    })
}
