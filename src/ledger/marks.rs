//! Money that came by a code or a request that was over: it is the vendor's, and counted, but
//! somebody should see why it still comes. What is marked follows from the rule that placed it; only
//! that a person has looked is written down.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::assign::WHY_CHARS;
use super::matching::Rule;
use super::store::{heads, marks as rows, reading};
use super::transfers::Stored;
use crate::access::{Act, Permission};
use crate::db::{DbConnection, Fault, Outcome};
use crate::primitives::ids::{
    AccountId, ActorId, CodeId, MarketId, OccupancyId, RequestId, StallId, TransferId,
};
use crate::primitives::{Refusal, UnixMs, Vnd};
use crate::registry::{Page, PageRequest, check};
use crate::text_enum;

text_enum!(
    /// Why money is marked; also the `rule` of its attribution.
    Mark {
        /// The code was revoked before.
        RevokedReference = "revoked_reference",
        /// The vendor had left the stall, or the account no longer served it.
        EndedOccupancy = "ended_occupancy",
        /// The request had been taken back.
        CancelledRequest = "cancelled_request",
    }
);

impl Mark {
    pub const ALL: [Self; 3] =
        [Self::RevokedReference, Self::EndedOccupancy, Self::CancelledRequest];

    /// Of an attribution by this rule.
    #[must_use]
    pub fn of(rule: Rule) -> Option<Self> {
        Self::ALL.into_iter().find(|mark| mark.as_str() == rule.as_str())
    }
}

/// Money that a person should look at.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MarkedTransfer {
    pub transfer_id: TransferId,
    pub reason: Mark,
    /// The reason, in the caller's language.
    pub detail: String,
    /// What to do, in the caller's language.
    pub next_step: String,
    pub market_id: MarketId,
    pub stall_id: StallId,
    /// As it stands on the stall.
    pub stall_code: String,
    pub occupancy_id: OccupancyId,
    pub account_id: Option<AccountId>,
    /// The code by which it was paid.
    pub code_id: Option<CodeId>,
    pub request_id: Option<RequestId>,
    /// Only for keys with `amounts.read`.
    #[schema(value_type = Option<i64>)]
    pub amount_vnd: Option<Vnd>,
    #[schema(value_type = String, format = DateTime)]
    pub occurred_at: UnixMs,
    /// Absent: nobody has looked yet.
    pub review: Option<MarkReview>,
}

/// That somebody has looked.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MarkReview {
    /// The key.
    pub reviewed_by: ActorId,
    #[schema(value_type = String, format = DateTime)]
    pub reviewed_at: UnixMs,
    /// A person's words: for keys with `amounts.read`, and for the key that wrote them.
    pub note: Option<String>,
}

/// Which marked money.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct MarkFilter {
    pub market_id: Option<MarketId>,
    pub stall_id: Option<StallId>,
    pub reason: Option<Mark>,
    /// `true`: what somebody has looked at; else what nobody has.
    #[serde(default)]
    pub reviewed: bool,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMarkReview {
    /// 1–300 characters.
    pub note: Option<String>,
    /// Replaces an earlier review.
    #[serde(default)]
    pub again: bool,
}

/// A marked transfer, where it stands, and who has looked.
#[derive(Debug)]
pub struct MarkRow {
    pub transfer_id: TransferId,
    pub market_id: MarketId,
    pub stall_id: StallId,
    pub stall_code: String,
    pub review: Option<MarkReview>,
}

/// Marked money, newest first; the texts are left to the caller's language.
pub fn list(
    connection: &mut DbConnection,
    act: &Act,
    filter: &MarkFilter,
    page: PageRequest,
) -> Outcome<Page<MarkedTransfer>> {
    act.require(Permission::TransfersRead)?;
    let found = rows::page(connection, act.board_id(), filter, page)?;
    let page = page.page(found, |row| row.transfer_id.0);
    let items = show(connection, act, page.items)?;
    Ok(Page { items, next_cursor: page.next_cursor })
}

/// A transfer that is marked now, reviewed or not.
///
/// # Errors
/// `not-found`, also where it is not marked.
pub fn get(connection: &mut DbConnection, act: &Act, id: TransferId) -> Outcome<MarkedTransfer> {
    act.require(Permission::TransfersRead)?;
    let row = check::found(rows::find(connection, act.board_id(), id)?, "marked_transfer")?;
    let shown = show(connection, act, vec![row])?.pop();
    Ok(check::found(shown, "marked_transfer")?)
}

/// Says that somebody has looked; nothing else changes. Needs `transfers.read` too.
///
/// # Errors
/// `text-length`, `text-control-character`, `text-hidden-character` (note); `not-found`;
/// `already-reviewed`.
pub fn review(
    connection: &mut DbConnection,
    act: &Act,
    id: TransferId,
    new: NewMarkReview,
) -> Outcome<MarkedTransfer> {
    act.require(Permission::TransfersAssign)?;
    let note = new.note.map(|note| check::text("note", &note, WHY_CHARS)).transpose()?;
    // Of two people the second finds it reviewed; nor is it attributed anew meanwhile.
    heads::lock(connection, &[act.board_id().0])?;
    let before = get(connection, act, id)?.review;
    if let Some(before) = before.filter(|_| !new.again) {
        let refusal = Refusal::conflict("already-reviewed");
        return Err(refusal.with("reviewed_at", before.reviewed_at).into());
    }
    let stored = reading::transfer(connection, act.board_id(), id)?;
    rows::review(connection, act, &stored, note.as_deref())?;
    get(connection, act, id)
}

fn show(
    connection: &mut DbConnection,
    act: &Act,
    rows: Vec<MarkRow>,
) -> Outcome<Vec<MarkedTransfer>> {
    let ids: Vec<i64> = rows.iter().map(|row| row.transfer_id.0).collect();
    // Both are newest first.
    let stored = reading::these(connection, act.board_id(), &ids)?;
    rows.into_iter().zip(stored).map(|(row, stored)| view(act, row, &stored)).collect()
}

fn view(act: &Act, row: MarkRow, stored: &Stored) -> Outcome<MarkedTransfer> {
    let sees_amounts = act.scope.permissions.contains(Permission::AmountsRead);
    let broken = || Fault::broken(format!("{} is not marked", stored.id));
    let reason = Mark::of(Rule::parse(&stored.rule)).ok_or_else(broken)?;
    // A rule makes one line.
    let line = stored.lines.first().ok_or_else(broken)?;
    let own = act.scope.actor;
    let review = row.review.map(|review| MarkReview {
        note: review.note.filter(|_| sees_amounts || review.reviewed_by == own),
        ..review
    });
    Ok(MarkedTransfer {
        transfer_id: stored.id,
        reason,
        detail: String::new(),
        next_step: String::new(),
        market_id: row.market_id,
        stall_id: row.stall_id,
        stall_code: row.stall_code,
        occupancy_id: line.occupancy_id.ok_or_else(broken)?,
        account_id: stored.account_id,
        code_id: line.code_id,
        request_id: line.request_id,
        amount_vnd: sees_amounts.then_some(stored.amount),
        occurred_at: stored.occurred_at,
        review,
    })
}
