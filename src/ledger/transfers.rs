//! Looking at transfers.

use std::collections::HashMap;

use serde::Serialize;
use utoipa::ToSchema;

pub use super::assign::{NewAttribution, NewLine, assign, assign_own};
use super::class::Class;
use super::matching::{Line, Rule};
use super::replace::Decided;
use super::store::reading;
use crate::access::{Act, Permission};
use crate::db::{DbConnection, Outcome};
use crate::feeds::{Direction, Precision, Reported};
use crate::primitives::ids::{
    AccountId, ActorId, CodeId, FeedId, OccupancyId, RequestId, TransferId,
};
use crate::primitives::{Refusal, UnixMs, Vnd};
use crate::registry::{Page, PageRequest};

/// A transfer with its present attribution.
#[derive(Debug, Serialize, ToSchema)]
pub struct Transfer {
    pub id: TransferId,
    /// Absent: the receiving number is not registered.
    pub account_id: Option<AccountId>,
    /// Absent: no report tells of it, a person declared it.
    pub feed_id: Option<FeedId>,
    /// `in` or `out`.
    pub direction: String,
    /// Only for keys with `amounts.read`: amounts belong to the vendor.
    #[schema(value_type = Option<i64>)]
    pub amount_vnd: Option<Vnd>,
    /// By the bank's clock.
    #[schema(value_type = String, format = DateTime)]
    pub occurred_at: UnixMs,
    /// `second`, `minute` or `day`.
    pub occurred_precision: String,
    /// What its report says where that cannot be: it was still to come when the report arrived.
    /// `occurred_at` is then the day of its arrival. Only for keys with `amounts.read`.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub stated_at: Option<UnixMs>,
    /// By ours.
    #[schema(value_type = String, format = DateTime)]
    pub recorded_at: UnixMs,
    /// `bank`, `aggregator`, `phone`, `statement`, or `declared`: a person says so.
    pub evidence: String,
    /// Until it is erased, and only for keys with `amounts.read`.
    pub memo: Option<String>,
    /// As above, where the feed names the payer.
    pub payer_name: Option<String>,
    pub attribution: AttributionView,
}

/// Where a transfer belongs now.
#[derive(Debug, Serialize, ToSchema)]
pub struct AttributionView {
    /// 1 is the rules' decision; each later one replaces it.
    pub seq: i32,
    /// `reference`, `request`, `order`, `virtual_account`, `business_account`, `sole_occupancy`,
    /// `none` or `manual`; `revoked_reference`, `ended_occupancy` (the vendor had left the stall, or
    /// the account no longer served it) and `cancelled_request` are the vendor's money too, but to
    /// be looked at.
    pub rule: String,
    /// The key of the person who decided, or who changed the register so that the rules decided
    /// again; absent where they decided as the money was reported.
    pub decided_by: Option<ActorId>,
    /// The key of who had proposed it to that person.
    pub proposed_by: Option<ActorId>,
    #[schema(value_type = String, format = DateTime)]
    pub decided_at: UnixMs,
    /// A person's words, only for keys with `amounts.read`; or what made the rules decide again:
    /// `links_changed`.
    pub why: Option<String>,
    pub lines: Vec<LineView>,
}

/// A part of a transfer.
#[derive(Debug, Serialize, ToSchema)]
pub struct LineView {
    pub occupancy_id: Option<OccupancyId>,
    pub code_id: Option<CodeId>,
    pub request_id: Option<RequestId>,
    pub class: Class,
    /// Only for keys with `amounts.read`.
    #[schema(value_type = Option<i64>)]
    pub amount_vnd: Option<Vnd>,
}

/// A transfer as it is stored, with its present lines.
#[derive(Debug)]
pub struct Stored {
    pub id: TransferId,
    pub account_id: Option<AccountId>,
    /// 0: none, it is declared.
    pub feed_id: FeedId,
    pub delivery_id: i64,
    pub item: i32,
    pub direction: Direction,
    pub amount: Vnd,
    pub occurred_at: UnixMs,
    pub occurred_precision: Precision,
    pub day: crate::primitives::Day,
    pub recorded_at: UnixMs,
    pub evidence: String,
    /// What was less when it was recorded is not a receipt.
    pub minimum_receipt: Vnd,
    /// The request that it met with another amount.
    pub wrong_request: Option<RequestId>,
    /// Keyed hash of the payer, where the feed named one.
    pub payer_key: Option<i64>,
    pub seq: i32,
    pub rule: String,
    pub decided: Decided,
    pub decided_at: UnixMs,
    pub lines: Vec<Line>,
}

/// Which transfers.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter {
    pub account_id: Option<AccountId>,
    pub occupancy_id: Option<OccupancyId>,
}

impl Filter {
    /// Whether the transfer is one of them now.
    #[must_use]
    pub fn takes(self, transfer: &Stored) -> bool {
        let holds = |id| transfer.lines.iter().any(|line| line.occupancy_id == Some(id));
        self.occupancy_id.is_none_or(holds)
            && self.account_id.is_none_or(|id| transfer.account_id == Some(id))
    }
}

/// Transfers, newest first.
pub fn list(
    connection: &mut DbConnection,
    act: &Act,
    filter: Filter,
    page: PageRequest,
) -> Outcome<Page<Transfer>> {
    act.require(Permission::TransfersRead)?;
    let stored = reading::transfers(connection, act.board_id(), filter, page)?;
    let page = page.page(stored, |transfer| transfer.id.0);
    let items = show(connection, act, page.items)?;
    Ok(Page { items, next_cursor: page.next_cursor })
}

pub fn get(connection: &mut DbConnection, act: &Act, id: TransferId) -> Outcome<Transfer> {
    act.require(Permission::TransfersRead)?;
    let stored = reading::transfer(connection, act.board_id(), id)?;
    show(connection, act, vec![stored])?.pop().ok_or_else(|| Refusal::not_found("transfer").into())
}

pub(super) fn show(
    connection: &mut DbConnection,
    act: &Act,
    stored: Vec<Stored>,
) -> Outcome<Vec<Transfer>> {
    let sees_amounts = act.scope.permissions.contains(Permission::AmountsRead);
    let mut decoded: HashMap<TransferId, Reported> = if sees_amounts {
        reading::reported(connection, act.board_id(), &stored)?
    } else {
        HashMap::new()
    };
    let amount = |amount: Vnd| sees_amounts.then_some(amount);
    let view = |stored: Stored| {
        let reported = decoded.remove(&stored.id);
        let ahead = reported.as_ref().filter(|found| found.is_ahead_of(stored.recorded_at));
        let stated_at = ahead.map(|found| found.occurred_at);
        let (memo, payer) = reported.map(|found| (found.memo, found.payer)).unzip();
        let line = |line: Line| LineView {
            occupancy_id: line.occupancy_id,
            code_id: line.code_id,
            request_id: line.request_id,
            class: line.class,
            amount_vnd: amount(line.amount),
        };
        let Decided { by, proposed_by, why } = stored.decided;
        let is_shown = sees_amounts || stored.rule != Rule::Manual.as_str();
        Transfer {
            id: stored.id,
            account_id: stored.account_id,
            feed_id: Some(stored.feed_id).filter(|id| id.0 != 0),
            direction: stored.direction.as_str().to_owned(),
            amount_vnd: amount(stored.amount),
            occurred_at: stored.occurred_at,
            occurred_precision: stored.occurred_precision.as_str().to_owned(),
            stated_at,
            recorded_at: stored.recorded_at,
            evidence: stored.evidence,
            memo,
            payer_name: payer.flatten().and_then(|payer| payer.name),
            attribution: AttributionView {
                seq: stored.seq,
                rule: stored.rule,
                decided_by: by,
                proposed_by,
                decided_at: stored.decided_at,
                why: why.filter(|_| is_shown),
                lines: stored.lines.into_iter().map(line).collect(),
            },
        }
    };
    Ok(stored.into_iter().map(view).collect())
}
