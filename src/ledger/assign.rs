//! Deciding by hand where a transfer belongs.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::class::Class;
use super::matching::{Line, Rule, Unassigned};
use super::payback;
use super::replace::{Decided, Replacement, Says, replace};
use super::store::heads::{self, Head};
use super::store::{queue, reading};
use super::strays;
use super::told_back;
use super::transfers::{Stored, Transfer, show};
use super::twice;
use crate::access::{Act, Permission};
use crate::db::{DbConnection, Outcome};
use crate::feeds::Direction;
use crate::primitives::ids::{OccupancyId, RequestId, TransferId};
use crate::primitives::{Refusal, Vnd, input};
use crate::registry::{check, occupancies};
use crate::requests::{self, RequestRow};

const LINES: usize = 10;
/// A reason in one sentence or two.
pub(super) const WHY_CHARS: usize = 300;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAttribution {
    /// 1–10 lines; their amounts sum to the transfer's.
    #[serde(deserialize_with = "input::objects")]
    pub lines: Vec<NewLine>,
    /// Kept with the attribution; 1–300 characters.
    pub why: Option<String>,
    /// It is another payment than the like one that another sender has told of the stall.
    #[serde(default)]
    pub besides_counted: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewLine {
    /// The stall's occupancy; only what has nothing to do with a stall goes without.
    pub occupancy_id: Option<OccupancyId>,
    /// The request that it pays, e.g. the one that the queue proposes; its stall may be left out. A
    /// line that keeps its stall keeps its request without this.
    pub request_id: Option<RequestId>,
    pub class: Class,
    /// At least 1.
    #[schema(value_type = i64)]
    pub amount_vnd: Vnd,
}

/// Replaces a transfer's attribution. The old one stays on record; totals and requests follow by
/// the difference. What is left without stall and class waits in the queue again.
///
/// # Errors
/// `text-length`, `text-control-character`, `text-hidden-character` (why);
/// `lines-empty`, `lines-too-many`, `amount-not-positive`, `lines-do-not-sum`,
/// `line-needs-occupancy`, `line-pays-no-request`, `request-other-account`,
/// `request-other-occupancy`; `refund-needs-link`, `refund-exceeds-original`, `refund-of-no-stall` (money in); `refund-linked`, `refund-declared` (money out); `assign-beside-counted`; `not-found` for an unknown occupancy or request, and for a transfer
/// that does not wait, unless the caller sees amounts.
pub fn assign(
    connection: &mut DbConnection,
    act: &Act,
    id: TransferId,
    new: NewAttribution,
) -> Outcome<Transfer> {
    assign_as(connection, act, id, new, false)
}

/// [`assign`] by the vendor, of what her stall got.
///
/// # Errors
/// Also `refund-exceeds-original`, `refund-recorded`.
pub fn assign_own(
    connection: &mut DbConnection,
    act: &Act,
    id: TransferId,
    new: NewAttribution,
) -> Outcome<Transfer> {
    assign_as(connection, act, id, new, true)
}

/// Money in counts for nothing as `refund`: that it was given back is said by a refund beside it, which
/// the totals and the request follow. The vendor alone may say of her own that she gave it back in cash.
pub(super) fn refuse_refund(stored: &Stored, lines: &[NewLine]) -> Outcome<()> {
    let number = lines.iter().position(|line| line.class == Class::Refund);
    let Some(number) = number.filter(|_| stored.direction == Direction::In) else { return Ok(()) };
    let field = format!("lines[{number}].class");
    Err(Refusal::invalid(field, "refund-needs-link").with("transfer", stored.id).into())
}

fn assign_as(
    connection: &mut DbConnection,
    act: &Act,
    id: TransferId,
    new: NewAttribution,
    is_vendor: bool,
) -> Outcome<Transfer> {
    act.require(Permission::TransfersAssign)?;
    let why = new.why.map(|why| check::text("why", &why, WHY_CHARS)).transpose()?;
    let board_id = act.board_id();
    // The head's lock keeps two people from replacing the same attribution at once.
    let mut heads = heads::lock(connection, &[board_id.0])?;
    let stored = workable(connection, act, id)?;
    if is_vendor {
        told_back::refuse(connection, board_id, &stored, &new.lines)?;
    } else {
        refuse_refund(&stored, &new.lines)?;
    }
    let lines = check_lines(connection, act, &stored, &new.lines)?;
    if !is_vendor {
        payback::refuse_less(connection, board_id, &stored, &lines)?;
    }
    if !new.besides_counted {
        twice::refuse(connection, act, &stored, &lines)?;
    }
    let says = if is_vendor { Says::All } else { Says::Changes };
    place(connection, act, &mut heads, &stored, lines, (Decided::by(act.scope.actor, why), says))
}

/// A transfer that the caller may work on. Whoever clears the queue alone sees that item alone, and
/// learns nothing of others.
pub(super) fn workable(
    connection: &mut DbConnection,
    act: &Act,
    id: TransferId,
) -> Outcome<Stored> {
    let stored = reading::transfer(connection, act.board_id(), id)?;
    if !act.scope.permissions.contains(Permission::AmountsRead)
        && queue::waits(connection, act.board_id(), id)? != Some(true)
    {
        return Err(Refusal::not_found("transfer").into());
    }
    Ok(stored)
}

/// Replaces an attribution by what a person has decided; the lines are checked, the board is locked.
pub(super) fn place(
    connection: &mut DbConnection,
    act: &Act,
    heads: &mut [Head],
    stored: &Stored,
    lines: Vec<Line>,
    (decided, says): (Decided, Says),
) -> Outcome<Transfer> {
    let (rule, waits_because) = (Rule::Manual, Unassigned::TakenBack);
    let by_hand = Replacement { stored, lines, rule, waits_because, decided, says };
    replace(connection, act.board_id(), heads, &[by_hand], act.at)?;
    let now = reading::transfer(connection, act.board_id(), stored.id)?;
    show(connection, act, vec![now])?.pop().ok_or_else(|| Refusal::not_found("transfer").into())
}

pub(super) fn check_lines(
    connection: &mut DbConnection,
    act: &Act,
    stored: &Stored,
    new: &[NewLine],
) -> Outcome<Vec<Line>> {
    if new.is_empty() {
        return Err(Refusal::invalid("lines", "lines-empty").into());
    }
    if new.len() > LINES {
        return Err(Refusal::invalid("lines", "lines-too-many").with("max", LINES).into());
    }
    let classes = new.iter().map(|line| line.class);
    payback::refuse_by_hand(connection, act.board_id(), stored, classes)?;
    let mut lines = Vec::with_capacity(new.len());
    for (number, line) in new.iter().enumerate() {
        lines.push(check_line(connection, act, stored, number, line)?);
    }
    let sum = lines.iter().try_fold(Vnd::ZERO, |sum, line| sum.checked_add(line.amount));
    if sum != Some(stored.amount) {
        let refusal = Refusal::invalid("lines", "lines-do-not-sum");
        let sum = sum.map_or_else(|| "∞".to_owned(), |sum| sum.to_string());
        return Err(refusal.with("expected", stored.amount).with("got", sum).into());
    }
    keep(stored, &mut lines);
    Ok(lines)
}

fn check_line(
    connection: &mut DbConnection,
    act: &Act,
    stored: &Stored,
    number: usize,
    line: &NewLine,
) -> Outcome<Line> {
    let field = |name| format!("lines[{number}].{name}");
    if !line.amount_vnd.is_positive() {
        let refusal = Refusal::invalid(field("amount_vnd"), "amount-not-positive");
        return Err(refusal.with("amount", line.amount_vnd).into());
    }
    if let Some(occupancy_id) = line.occupancy_id {
        occupancies::require(connection, act, occupancy_id, field("occupancy_id"))?;
    }
    let mut occupancy_id = line.occupancy_id;
    if let Some(request_id) = line.request_id {
        let found = requests::by_id(connection, act.board_id(), request_id)?;
        let missing = || Refusal::not_found("request").on(field("request_id"));
        let request = found.ok_or_else(missing)?;
        let is_its = is_of_account(connection, act, stored, &request)?;
        check_request(stored, &request, line, is_its)
            .map_err(|(name, code)| Refusal::invalid(field(name), code))?;
        occupancy_id = Some(request.occupancy_id);
    }
    if occupancy_id.is_none() && line.class.is_business() {
        let refusal = Refusal::invalid(field("occupancy_id"), "line-needs-occupancy");
        return Err(refusal.into());
    }
    Ok(Line {
        occupancy_id,
        code_id: None,
        request_id: line.request_id,
        class: line.class,
        amount: line.amount_vnd,
    })
}

/// Whether a transfer came to the request's account. One of a number that nobody had registered may
/// have, unless the number is another account's by now: a person says so.
fn is_of_account(
    connection: &mut DbConnection,
    act: &Act,
    stored: &Stored,
    request: &RequestRow,
) -> Outcome<bool> {
    if stored.account_id.is_some() {
        return Ok(stored.account_id == Some(request.account_id));
    }
    let accounts = strays::may_be_of(connection, act.board_id(), stored)?;
    Ok(accounts.is_empty() || accounts.contains(&request.account_id))
}

/// The field that does not fit, and why.
fn check_request(
    stored: &Stored,
    request: &RequestRow,
    line: &NewLine,
    is_of_account: bool,
) -> Result<(), (&'static str, &'static str)> {
    let has_it = stored.lines.iter().any(|before| before.request_id == Some(request.id));
    if !(line.class.pays_requests() || (has_it && line.class.keeps_request())) {
        return Err(("class", "line-pays-no-request"));
    }
    let by_order = request.order.as_ref().is_some_and(|order| order.feed_id == stored.feed_id);
    if stored.direction == Direction::Out || !(by_order || is_of_account) {
        return Err(("request_id", "request-other-account"));
    }
    if line.occupancy_id.is_some_and(|id| id != request.occupancy_id) {
        return Err(("occupancy_id", "request-other-occupancy"));
    }
    Ok(())
}

/// A line that keeps its stall keeps the code that brought it there, and the request that it met: what
/// the money was does not change that the payer has paid. Where it had met several, each is kept by one
/// line of its stall, the last by all that are left.
fn keep(stored: &Stored, lines: &mut [Line]) {
    for line in lines.iter_mut() {
        let mut before =
            stored.lines.iter().filter(|before| before.occupancy_id == line.occupancy_id);
        line.code_id = before.find_map(|before| before.code_id);
    }
    let mut met: Vec<_> =
        stored.lines.iter().filter(|before| before.request_id.is_some()).collect();
    // Lines of one stall that keep the same request are one.
    let mut known = BTreeSet::new();
    met.retain(|before| known.insert((before.occupancy_id, before.request_id)));
    for (number, before) in met.iter().enumerate() {
        if lines.iter().any(|line| line.request_id == before.request_id) {
            continue;
        }
        let can_keep = |line: &&mut Line| {
            line.request_id.is_none()
                && line.occupancy_id == before.occupancy_id
                && match before.class {
                    // A payment a thousand times off, which nobody had judged yet.
                    Class::Unclassified => line.class == before.class || line.class.pays_requests(),
                    _ => line.class.keeps_request(),
                }
        };
        let mut rest = met.iter().skip(number + 1);
        let is_last = rest.all(|later| later.occupancy_id != before.occupancy_id);
        let most = if is_last && before.class != Class::Unclassified { LINES } else { 1 };
        for line in lines.iter_mut().filter(can_keep).take(most) {
            line.request_id = before.request_id;
        }
    }
}
