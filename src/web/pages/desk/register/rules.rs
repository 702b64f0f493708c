//! The rules of a stall that propose classes, and what they propose now. Whoever comes here may see the
//! stall's amounts, as the API asks of them; none is shown, because none is needed to make a rule.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::super::super::{Words, page as answer};
use super::super::door::Desk;
use super::super::form::{Field, Kind, Sent};
use super::super::on_to;
use super::super::shell::Shell;
use super::{Tab, select, tabs, with_none};
use crate::access::{Act, Permission};
use crate::db::{DbConnection, Outcome};
use crate::ledger::class::Class;
use crate::ledger::class_rules::{self, ClassRule, ClassRuleFilter, ClassRuleKind, NewClassRule};
use crate::ledger::class_suggestions::{self, ClassSuggestion, SuggestionFilter};
use crate::ledger::transfers::{self, Filter, Transfer};
use crate::live::owner::split::CLASSES;
use crate::primitives::Refusal;
use crate::primitives::ids::{ClassRuleId, OccupancyId, StallId, TransferId};
use crate::registry::PageRequest;
use crate::registry::roll::{self, Roll};
use crate::web::path::Id;
use crate::web::problem::Problem;

/// Payers that may be chosen, the last ones.
const PAYERS: usize = 40;
const KINDS: [ClassRuleKind; 3] =
    [ClassRuleKind::Payer, ClassRuleKind::OutsideHours, ClassRuleKind::MemoWord];

/// A rule that holds, and the address where it is ended.
type Shown = (String, String);

#[derive(Template)]
#[template(path = "html/desk/rules.html")]
struct RulesPage {
    shell: Shell,
    tabs: Vec<Tab>,
    /// The stall and who holds it.
    of: String,
    stall_id: StallId,
    action: String,
    rules: Vec<Shown>,
    /// What they propose of the newest money that nobody has decided.
    proposed: Vec<String>,
    fields: Vec<Field>,
    refused: Option<String>,
}

/// What the page is made of.
struct Read {
    roll: Roll,
    rules: Vec<ClassRule>,
    suggestions: Vec<ClassSuggestion>,
    /// One transfer of each payer, newest first.
    payers: Vec<Transfer>,
}

/// `GET /ql/so/o/{id}/quy-tac`.
pub(super) async fn page(desk: Desk, id: Id<OccupancyId>) -> Result<HttpResponse, Problem> {
    show(&desk, id.0, &Sent::read(b""), None).await
}

fn read(connection: &mut DbConnection, act: &Act, id: OccupancyId) -> Outcome<Read> {
    act.require(Permission::TransfersAssign)?;
    let filter = SuggestionFilter { occupancy_id: id };
    let longest = PageRequest::longest(None);
    let suggestions = class_suggestions::list(connection, act, &filter, longest)?.items;
    let of_stall = ClassRuleFilter { occupancy_id: Some(id) };
    let rules = class_rules::list(connection, act, &of_stall, PageRequest::whole())?.items;
    let of_stall = Filter { occupancy_id: Some(id), account_id: None };
    let mut payers: Vec<Transfer> = Vec::new();
    for one in transfers::list(connection, act, of_stall, longest)?.items {
        let is_named = one.direction == "in" && one.payer_name.is_some();
        if is_named && payers.iter().all(|other| other.payer_name != one.payer_name) {
            payers.push(one);
        }
    }
    payers.truncate(PAYERS);
    Ok(Read { roll: roll::load(connection, act)?, rules, suggestions, payers })
}

async fn show(
    desk: &Desk,
    id: OccupancyId,
    sent: &Sent,
    problem: Option<&Problem>,
) -> Result<HttpResponse, Problem> {
    let found = desk.read(move |connection, act| read(connection, act, id)).await?;
    let (words, roll) = (desk.words, &found.roll);
    let held = roll.occupancies.get(&id);
    let held = held.ok_or_else(|| Problem::from(Refusal::not_found("occupancy")))?;
    let code = roll.stall(held.stall_id).map(|stall| stall.code.clone()).unwrap_or_default();
    let vendor = roll.vendors.get(&held.vendor_id).map(|one| one.name.clone()).unwrap_or_default();
    let live = found.rules.iter().filter(|rule| rule.ended_at.is_none());
    let rules = live.map(|rule| (told(words, rule), format!("/ql/so/quy-tac/{}/het", rule.id)));
    let mut fields = fields(words, &found.payers, sent);
    let mut refused = None;
    if let Some(problem) = problem {
        let text = Some(problem.on_page(words.0));
        match fields.iter_mut().find(|one| Some(one.name) == problem.field()) {
            Some(field) => field.error = text,
            None => refused = text,
        }
    }
    let shown = RulesPage {
        shell: desk.shell("desk-rules"),
        tabs: tabs(desk, ""),
        of: format!("{} {code}: {vendor}", words.say("desk-stall")),
        stall_id: held.stall_id,
        action: format!("/ql/so/o/{id}/quy-tac"),
        rules: rules.collect(),
        proposed: found.suggestions.iter().map(|one| proposed(words, one)).collect(),
        fields,
        refused,
    };
    answer(problem.map_or(StatusCode::OK, Problem::status), words, &shown)
}

fn kind(words: Words, kind: ClassRuleKind) -> String {
    words.say(&format!("desk-rule-{}", kind.as_str().replace('_', "-")))
}

/// `Nội dung có chữ NO: Khách trả nợ`. Whom a rule of a payer means is kept as a hash alone.
fn told(words: Words, rule: &ClassRule) -> String {
    let word = rule.word.as_ref().map(|word| format!(" {word}")).unwrap_or_default();
    format!("{}{word}: {}", kind(words, rule.kind), words.class(rule.class.as_str()))
}

fn proposed(words: Words, one: &ClassSuggestion) -> String {
    let at = one.occurred_at.in_words(&words.say("desk-on"));
    let class = words.class(one.proposed_class.as_str());
    format!("{at}: {} → {class} ({})", words.class(one.class.as_str()), kind(words, one.kind))
}

fn fields(words: Words, payers: &[Transfer], sent: &Sent) -> Vec<Field> {
    // Feeds that name nobody leave no payer to choose.
    let names_payers = !payers.is_empty();
    let kinds = KINDS.into_iter().filter(|one| names_payers || *one != ClassRuleKind::Payer);
    let kinds = kinds.map(|one| (one.as_str().to_owned(), kind(words, one))).collect();
    let payer = |one: &Transfer| {
        let name = one.payer_name.clone().unwrap_or_default();
        (
            one.id.to_string(),
            format!("{name} ({})", one.occurred_at.in_words(&words.say("desk-on"))),
        )
    };
    let payers = with_none("–".into(), payers.iter().map(payer).collect());
    let classes = CLASSES.map(|one| (one.as_str().to_owned(), words.class(one.as_str()))).into();
    let mut fields = vec![
        select(words, "kind", "rule-kind", kinds, &sent.get("kind")),
        select(words, "transfer_id", "rule-payer", payers, &sent.get("transfer_id")).optional(),
        Field::new(words, "word", Kind::Text, "rule-word").value(sent.get("word")).optional(),
        select(words, "class", "rule-class", classes, &sent.get("class")),
    ];
    fields.retain(|field| names_payers || field.name != "transfer_id");
    fields
}

/// `POST /ql/so/o/{id}/quy-tac` with the form fields `kind` and `class`, and `transfer_id` of a payer or
/// `word` of a memo.
pub(super) async fn create(
    desk: Desk,
    id: Id<OccupancyId>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let (sent, id) = (Sent::read(&body), id.0);
    let made = match wanted(&sent, id) {
        Ok(new) => {
            desk.write(move |connection, act| class_rules::create(connection, act, new)).await
        }
        Err(problem) => Err(problem),
    };
    match made {
        Ok(_) => Ok(on_to(&format!("/ql/so/o/{id}/quy-tac"), "saved")),
        Err(problem) if problem.is_refusal() && problem.status() != StatusCode::FORBIDDEN => {
            show(&desk, id, &sent, Some(&problem)).await
        }
        Err(problem) => Err(problem),
    }
}

/// What does not belong to the kind is left out: the form has a field for each.
fn wanted(sent: &Sent, occupancy_id: OccupancyId) -> Result<NewClassRule, Problem> {
    let missing = |field: &'static str| Problem::invalid(field, "choice-missing");
    let kind = sent.get("kind");
    let kind = KINDS.into_iter().find(|one| one.as_str() == kind);
    let kind = kind.ok_or_else(|| missing("kind"))?;
    let class = Class::parse(&sent.get("class")).filter(|class| CLASSES.contains(class));
    let payer = TransferId::parse(&sent.get("transfer_id"));
    let (mut transfer_id, mut word) = (None, None);
    match kind {
        ClassRuleKind::Payer => {
            transfer_id = Some(payer.ok_or_else(|| missing("transfer_id"))?);
        }
        ClassRuleKind::MemoWord => word = Some(sent.get("word")),
        ClassRuleKind::OutsideHours => {}
    }
    let class = class.ok_or_else(|| missing("class"))?;
    Ok(NewClassRule { occupancy_id, kind, transfer_id, word, class })
}

/// `POST /ql/so/quy-tac/{id}/het`: the rule proposes nothing any more.
pub(super) async fn end(desk: Desk, id: Id<ClassRuleId>) -> Result<HttpResponse, Problem> {
    let id = id.0;
    let work = move |connection: &mut DbConnection, act: &Act| -> Outcome<OccupancyId> {
        // Pressed twice, it is ended once.
        let rule = class_rules::get(connection, act, id)?;
        if rule.ended_at.is_none() {
            class_rules::end(connection, act, id)?;
        }
        Ok(rule.occupancy_id)
    };
    let occupancy_id = desk.write(work).await?;
    Ok(on_to(&format!("/ql/so/o/{occupancy_id}/quy-tac"), "saved"))
}
