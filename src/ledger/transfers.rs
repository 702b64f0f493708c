//! Looking at transfers, and deciding by hand where they belong.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::class::Class;
use super::matching::{Line, Rule};
use super::store::rows::{Attribution, Rows};
use super::store::{heads, reading, totals as store_totals};
use super::totals::{Counted, Totals};
use crate::access::{Act, Permission};
use crate::db::rows::Writes;
use crate::db::{DbConnection, Outcome};
use crate::events::Event;
use crate::feeds::{Direction, Reported};
use crate::primitives::ids::{
    AccountId, BoardId, CodeId, FeedId, OccupancyId, RequestId, TransferId,
};
use crate::primitives::{Refusal, UnixMs, Vnd, input};
use crate::registry::{self, Page, PageRequest};

const LINES: usize = 10;

/// A transfer with its present attribution.
#[derive(Debug, Serialize, ToSchema)]
pub struct Transfer {
    pub id: TransferId,
    /// Absent: the receiving number is not registered.
    pub account_id: Option<AccountId>,
    pub feed_id: FeedId,
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
    /// By ours.
    #[schema(value_type = String, format = DateTime)]
    pub recorded_at: UnixMs,
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
    /// `reference`, `request`, `order`, `business_account`, `sole_occupancy`,
    /// `revoked_reference`, `none` or `manual`.
    pub rule: String,
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
    pub feed_id: FeedId,
    pub delivery_id: i64,
    pub item: i32,
    pub direction: Direction,
    pub amount: Vnd,
    pub occurred_at: UnixMs,
    pub occurred_precision: String,
    pub day: crate::primitives::Day,
    pub recorded_at: UnixMs,
    pub evidence: String,
    /// What was less when it was recorded is not a receipt.
    pub minimum_receipt: Vnd,
    /// It met its request with another amount.
    pub wrong_amount: bool,
    /// Keyed hash of the payer, where the feed named one.
    pub payer_key: Option<i64>,
    pub seq: i32,
    pub rule: String,
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

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAttribution {
    /// 1–10 lines; their amounts sum to the transfer's.
    #[serde(deserialize_with = "input::objects")]
    pub lines: Vec<NewLine>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewLine {
    /// The stall's occupancy; only what has nothing to do with a stall goes without.
    pub occupancy_id: Option<OccupancyId>,
    pub class: Class,
    /// At least 1.
    #[schema(value_type = i64)]
    pub amount_vnd: Vnd,
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

/// Replaces a transfer's attribution. The old one stays on record; totals follow by the
/// difference.
///
/// # Errors
/// `lines-empty`, `lines-too-many`, `amount-not-positive`, `lines-do-not-sum`, an unknown
/// occupancy.
pub fn assign(
    connection: &mut DbConnection,
    act: &Act,
    id: TransferId,
    new: NewAttribution,
) -> Outcome<Transfer> {
    act.require(Permission::TransfersAssign)?;
    let board_id = act.board_id();
    // The head's lock keeps two people from replacing the same attribution at once.
    let heads = heads::lock(connection, &[board_id.0])?;
    let stored = reading::transfer(connection, board_id, id)?;
    let lines = check_lines(connection, act, &stored, &new)?;
    let seq = stored.seq + 1;
    let mut rows = Rows::default();
    rows.attribution(&Attribution {
        board_id,
        transfer_id: id.0,
        seq,
        lines: &lines,
        rule: Rule::Manual,
        decided_by: Some(act.scope.key_id),
        recorded_at: act.at,
    });
    for occupancy_id in lines.iter().filter_map(|line| line.occupancy_id) {
        rows.indexed(board_id, occupancy_id.0, id.0);
    }
    let totals = recount(board_id, &stored, &lines);
    let mut writes = Writes::default();
    rows.write(&mut writes);
    store_totals::add(connection, &mut writes, &heads, &totals)?;
    let event = Event::TransferAssigned { transfer_id: id, seq };
    heads::announce(&mut writes, &heads, BTreeMap::from([(board_id.0, vec![event])]), act.at)?;
    writes.run(connection)?;
    if lines.iter().all(is_settled) {
        reading::resolve(connection, board_id, id, act.at)?;
    }
    let now = reading::transfer(connection, board_id, id)?;
    show(connection, act, vec![now])?.pop().ok_or_else(|| Refusal::not_found("transfer").into())
}

/// A line needs nobody any more: it has its stall, or it is known to need none.
fn is_settled(line: &Line) -> bool {
    line.occupancy_id.is_some() || line.class != Class::Unclassified
}

fn check_lines(
    connection: &mut DbConnection,
    act: &Act,
    stored: &Stored,
    new: &NewAttribution,
) -> Outcome<Vec<Line>> {
    if new.lines.is_empty() {
        return Err(Refusal::invalid("lines", "lines-empty").into());
    }
    if new.lines.len() > LINES {
        return Err(Refusal::invalid("lines", "lines-too-many").with("max", LINES).into());
    }
    let mut lines = Vec::with_capacity(new.lines.len());
    for (number, line) in new.lines.iter().enumerate() {
        if !line.amount_vnd.is_positive() {
            let field = format!("lines[{number}].amount_vnd");
            let refusal = Refusal::invalid(field, "amount-not-positive");
            return Err(refusal.with("amount", line.amount_vnd).into());
        }
        if let Some(occupancy_id) = line.occupancy_id {
            let field = format!("lines[{number}].occupancy_id");
            registry::occupancies::require(connection, act, occupancy_id, field)?;
        }
        // A line that keeps its stall keeps the code or request that brought it there.
        let before = stored.lines.iter().find(|before| before.occupancy_id == line.occupancy_id);
        lines.push(Line {
            occupancy_id: line.occupancy_id,
            code_id: before.and_then(|before| before.code_id),
            request_id: before.and_then(|before| before.request_id),
            class: line.class,
            amount: line.amount_vnd,
        });
    }
    let sum = lines.iter().try_fold(Vnd::ZERO, |sum, line| sum.checked_add(line.amount));
    if sum != Some(stored.amount) {
        let refusal = Refusal::invalid("lines", "lines-do-not-sum");
        let sum = sum.map_or_else(|| "∞".to_owned(), |sum| sum.to_string());
        return Err(refusal.with("expected", stored.amount).with("got", sum).into());
    }
    Ok(lines)
}

/// Takes the old lines out of the totals and adds the new ones.
fn recount(board_id: BoardId, stored: &Stored, lines: &[Line]) -> Totals {
    let counted = |line: &Line| Counted {
        board_id,
        day: stored.day,
        account_id: stored.account_id,
        direction: stored.direction,
        minimum_receipt: stored.minimum_receipt,
        payer_key: stored.payer_key,
        wrong_amount: stored.wrong_amount && line.request_id.is_some(),
    };
    let mut totals = Totals::default();
    for line in &stored.lines {
        totals.add_line(&counted(line), line, -1);
    }
    for line in lines {
        totals.add_line(&counted(line), line, 1);
    }
    totals
}

fn show(connection: &mut DbConnection, act: &Act, stored: Vec<Stored>) -> Outcome<Vec<Transfer>> {
    let sees_amounts = act.scope.permissions.contains(Permission::AmountsRead);
    let mut decoded: HashMap<TransferId, Reported> = if sees_amounts {
        reading::reported(connection, act.board_id(), &stored)?
    } else {
        HashMap::new()
    };
    let amount = |amount: Vnd| sees_amounts.then_some(amount);
    let view = |stored: Stored| {
        let reported = decoded.remove(&stored.id);
        let (memo, payer) = reported.map(|found| (found.memo, found.payer)).unzip();
        let line = |line: Line| LineView {
            occupancy_id: line.occupancy_id,
            code_id: line.code_id,
            request_id: line.request_id,
            class: line.class,
            amount_vnd: amount(line.amount),
        };
        Transfer {
            id: stored.id,
            account_id: stored.account_id,
            feed_id: stored.feed_id,
            direction: stored.direction.as_str().to_owned(),
            amount_vnd: amount(stored.amount),
            occurred_at: stored.occurred_at,
            occurred_precision: stored.occurred_precision,
            recorded_at: stored.recorded_at,
            evidence: stored.evidence,
            memo,
            payer_name: payer.flatten().and_then(|payer| payer.name),
            attribution: AttributionView {
                seq: stored.seq,
                rule: stored.rule,
                lines: stored.lines.into_iter().map(line).collect(),
            },
        }
    };
    Ok(stored.into_iter().map(view).collect())
}
