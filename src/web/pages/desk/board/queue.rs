//! Money that no rule could place: whoever may assign does, whoever may not proposes it to another.

use std::collections::HashMap;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::super::super::page as answer;
use super::super::door::Desk;
use super::super::form::{Field, Sent};
use super::super::on_to;
use super::super::shell::Shell;
use super::feed_new::called;
use super::queue_part::Which;
use crate::access::{Act, Permission};
use crate::db::{DbConnection, Outcome};
use crate::ledger::class::Class;
use crate::ledger::proposals::{self, Approval, NewProposal, Proposal, Rejection};
use crate::ledger::transfers::{self, NewAttribution, NewLine};
use crate::ledger::unassigned::{self, Waiting};
use crate::primitives::ids::{AccountId, OccupancyId, ProposalId, TransferId};
use crate::primitives::{Refusal, Vnd};
use crate::registry::roll::{self, Roll};
use crate::registry::stalls::code_key;
use crate::registry::{Page, boards};
use crate::web::path::Id;
use crate::web::problem::Problem;
use crate::web::reasons;
use crate::web::texts::Language;

const CLASSES: [Class; 7] = [
    Class::Unclassified,
    Class::Sale,
    Class::DebtRepayment,
    Class::Deposit,
    Class::Fee,
    Class::Personal,
    Class::Test,
];

struct Proposed {
    id: String,
    text: String,
    why: String,
    is_own: bool,
}

/// A transfer that waits.
struct Item {
    id: String,
    amount: String,
    at: String,
    detail: String,
    /// Whose it is on which the money came, and the stalls that are paid to it today.
    account: String,
    /// Told of, where none is registered.
    numbers: String,
    memo: String,
    payer: String,
    /// Stalls where it may belong, and why.
    suggestions: Vec<(String, &'static str)>,
    proposals: Vec<Proposed>,
}

#[derive(Template)]
#[template(path = "html/desk/queue.html")]
struct Queue {
    shell: Shell,
    items: Vec<Item>,
    stalls: Vec<String>,
    classes: Vec<(&'static str, String)>,
    may_assign: bool,
    /// What narrows it, and whether anything does.
    filters: Vec<Field>,
    is_narrowed: bool,
    /// Of this page, so that what is done leads back to it.
    query: String,
    next: Option<String>,
    refused: Option<String>,
}

/// `GET /ql/hang`.
pub(super) async fn page(desk: Desk, which: web::Query<Which>) -> Result<HttpResponse, Problem> {
    show(&desk, which.into_inner(), None).await
}

async fn show(
    desk: &Desk,
    which: Which,
    refused: Option<&Problem>,
) -> Result<HttpResponse, Problem> {
    let (page, filter) = (which.page()?, which.filter());
    let read = desk.read(move |connection, act| {
        let waiting = unassigned::narrowed(connection, act, &filter, page)?;
        let ids: Vec<_> = waiting.items.iter().map(|waiting| waiting.transfer_id).collect();
        let proposed = proposals::waiting_for(connection, act, &ids)?;
        let accounts = unassigned::accounts(connection, act)?;
        Ok((waiting, proposed, accounts, roll::load(connection, act)?))
    });
    let (Page { items, next_cursor }, proposed, accounts, roll) = read.await?;
    let mut by_transfer: HashMap<TransferId, Vec<Proposal>> = HashMap::new();
    for proposal in proposed {
        by_transfer.entry(proposal.transfer_id).or_default().push(proposal);
    }
    let words = desk.words;
    let items = items.into_iter().map(|waiting| {
        let proposals = by_transfer.remove(&waiting.transfer_id).unwrap_or_default();
        item(desk, &roll, reasons::told(waiting, words.0), proposals)
    });
    let mut stalls: Vec<_> = roll.stalls.iter().map(|stall| stall.code.clone()).collect();
    stalls.sort();
    let shown = Queue {
        shell: desk.shell("desk-queue"),
        items: items.collect(),
        stalls,
        classes: CLASSES.map(|class| (class.as_str(), words.class(class.as_str()))).into(),
        may_assign: desk.may(Permission::TransfersAssign),
        filters: which.fields(words, &roll, &accounts),
        is_narrowed: which.is_narrowed(),
        query: which.query(),
        next: next_cursor.map(|cursor| format!("/ql/hang{}", which.query_at(&cursor))),
        refused: refused.map(|problem| problem.on_page(words.0)),
    };
    answer(refused.map_or(StatusCode::OK, Problem::status), words, &shown)
}

/// What is painted on the stall of an occupancy.
fn code(roll: &Roll, id: OccupancyId) -> String {
    let held = roll.occupancies.get(&id);
    let stall = held.and_then(|held| roll.stall(held.stall_id));
    stall.map(|stall| stall.code.clone()).unwrap_or_default()
}

fn account(desk: &Desk, roll: &Roll, id: AccountId) -> String {
    let Some(account) = roll.accounts.get(&id) else { return String::new() };
    let mut served: Vec<_> = roll.served(id).iter().map(|stall| stall.code.as_str()).collect();
    served.sort_unstable();
    let text = called(account);
    if served.is_empty() {
        return text;
    }
    format!("{text} ({} {})", desk.words.say("desk-stalls"), served.join(", "))
}

fn item(desk: &Desk, roll: &Roll, waiting: Waiting, proposals: Vec<Proposal>) -> Item {
    let words = desk.words;
    let own = desk.present.scope.actor;
    let proposed = |proposal: Proposal| {
        let lines = proposal.lines.iter().map(|line| {
            let stall = line.occupancy_id.map(|id| code(roll, id)).unwrap_or_default();
            format!("{stall} {}", words.class(line.class.as_str()))
        });
        Proposed {
            id: proposal.id.to_string(),
            text: lines.collect::<Vec<_>>().join(", "),
            why: proposal.why.unwrap_or_default(),
            is_own: proposal.proposed_by == own,
        }
    };
    let suggestions = waiting.suggestions.iter().map(|one| {
        let text = match words.0 {
            Language::Vietnamese => one.text.vi,
            Language::English => one.text.en,
        };
        (code(roll, one.occupancy_id), text)
    });
    Item {
        id: waiting.transfer_id.to_string(),
        amount: waiting.amount_vnd.to_string(),
        at: waiting.occurred_at.in_words(&words.say("desk-on")),
        suggestions: suggestions.filter(|(stall, _)| !stall.is_empty()).collect(),
        detail: waiting.detail,
        account: waiting.account_id.map(|id| account(desk, roll, id)).unwrap_or_default(),
        numbers: waiting.told_numbers.join(", "),
        memo: waiting.memo.unwrap_or_default(),
        payer: waiting.payer_name.unwrap_or_default(),
        proposals: proposals.into_iter().map(proposed).collect(),
    }
}

/// `POST /ql/hang/{id}` with the form fields `stall`, `class` and `why`: assigns, or proposes; with `do`,
/// `test`, it sets the money aside as a try, which is of no stall. It leads back to the part of the
/// queue that the address names.
pub(super) async fn place(
    desk: Desk,
    id: Id<TransferId>,
    which: web::Query<Which>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let (sent, id) = (Sent::read(&body), id.0);
    let (stall, why) = (sent.get("stall"), sent.filled("why"));
    let is_test = sent.get("do") == "test";
    let class = Class::parse(&sent.get("class")).filter(|class| CLASSES.contains(class));
    let may_assign = desk.may(Permission::TransfersAssign);
    let work = move |connection: &mut DbConnection, act: &Act| -> Outcome<()> {
        let line = if is_test {
            aside(unassigned::one(connection, act, id)?.0)
        } else {
            let class = class.ok_or_else(|| Refusal::invalid("class", "choice-missing"))?;
            line(connection, act, (id, &stall), class)?
        };
        if may_assign {
            let new = NewAttribution { lines: vec![line], why, besides_counted: false };
            transfers::assign(connection, act, id, new).map(drop)
        } else {
            let new = NewProposal { lines: vec![line], why: why.unwrap_or_default() };
            proposals::propose(connection, act, id, new).map(drop)
        }
    };
    let back = format!("/ql/hang{}", which.query());
    match desk.write(work).await {
        Ok(()) if may_assign && is_test => Ok(on_to(&back, "set-aside")),
        Ok(()) if may_assign => Ok(on_to(&back, "assigned")),
        Ok(()) => Ok(on_to(&back, "proposed")),
        Err(problem) if problem.is_refusal() && problem.status() != StatusCode::FORBIDDEN => {
            show(&desk, which.into_inner(), Some(&problem)).await
        }
        Err(problem) => Err(problem),
    }
}

/// The whole transfer as a try: it counts nowhere.
const fn aside(amount_vnd: Vnd) -> NewLine {
    NewLine { occupancy_id: None, request_id: None, class: Class::Test, amount_vnd }
}

/// The whole transfer for whoever held the stall on the day when the money came.
fn line(
    connection: &mut DbConnection,
    act: &Act,
    (id, stall): (TransferId, &str),
    class: Class,
) -> Outcome<NewLine> {
    let (amount_vnd, occurred_at) = unassigned::one(connection, act, id)?;
    let board = boards::get(connection, act)?;
    let roll = roll::load(connection, act)?;
    let day = occurred_at.day(board.day_start_minute);
    let wanted = code_key(stall);
    let stalls = roll.stalls.iter().filter(|one| code_key(&one.code) == wanted);
    let mut held =
        stalls.flat_map(|one| roll.held(one.id)).filter(|one| one.period().contains(day));
    let held = held.next().ok_or_else(|| Refusal::invalid("stall", "stall-of-nobody"))?;
    Ok(NewLine { occupancy_id: Some(held.id), request_id: None, class, amount_vnd })
}

/// `POST /ql/hang/de-nghi/{id}` with the form field `do`: `approve` or `reject`.
pub(super) async fn decide(
    desk: Desk,
    id: Id<ProposalId>,
    which: web::Query<Which>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let (approves, id) = (Sent::read(&body).get("do") == "approve", id.0);
    let why = desk.words.say("desk-rejected-at-desk");
    let work = move |connection: &mut DbConnection, act: &Act| -> Outcome<Proposal> {
        if approves {
            let approval = Approval { why: None, besides_counted: false };
            proposals::approve(connection, act, id, approval)
        } else {
            proposals::reject(connection, act, id, &Rejection { why })
        }
    };
    match desk.write(work).await {
        Ok(_) => {
            let back = format!("/ql/hang{}", which.query());
            Ok(on_to(&back, if approves { "assigned" } else { "rejected" }))
        }
        Err(problem) if problem.is_refusal() && problem.status() != StatusCode::FORBIDDEN => {
            show(&desk, which.into_inner(), Some(&problem)).await
        }
        Err(problem) => Err(problem),
    }
}
