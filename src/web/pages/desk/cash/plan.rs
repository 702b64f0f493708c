//! One sampling plan: how far it has come, whom to count next, and what came of each drawn day.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use super::super::super::{Words, page as answer};
use super::super::door::Desk;
use super::super::shell::Shell;
use super::super::table::{Cell, Column, Row, Table};
use crate::access::Permission;
use crate::adoption::counting::plans::{self, CashPlan, DrawnDay};
use crate::primitives::ids::CashPlanId;
use crate::registry::{boards, markets};
use crate::web::path::Id;
use crate::web::problem::Problem;

/// Above it, of a hundred, no interval is told (docs/adoption.md, "Cash").
const MOST_REFUSED: i64 = 20;

/// A stall that is to be counted: on a day that has come, and nobody wrote anything down.
struct Due {
    day: String,
    stall: String,
    detail: String,
    href: Option<String>,
}

#[derive(Template)]
#[template(path = "html/desk/plan.html")]
struct PlanPage {
    shell: Shell,
    facts: Vec<(String, String)>,
    /// More of them refused than an interval bears.
    is_refused: bool,
    due: Vec<Due>,
    table: Table,
}

/// `GET /ql/tien-mat/{id}`.
pub(super) async fn page(desk: Desk, id: Id<CashPlanId>) -> Result<HttpResponse, Problem> {
    let read = desk.read(move |connection, act| {
        let plan = plans::get(connection, act, id.0)?;
        let market = markets::require(connection, act, plan.head.market_id)?;
        Ok((plan, market.name, boards::today(connection, act)?))
    });
    let ((plan, market, today), words) = (read.await?, desk.words);
    let may_write = desk.may(Permission::VisitsWrite);
    let href = |one: &DrawnDay| may_write.then(|| count_href(plan.head.id, one));
    let is_due = |one: &&DrawnDay| one.outcome.is_none() && one.day <= today;
    let due = plan.days.iter().filter(is_due).map(|one| Due {
        day: one.day.on_paper(),
        stall: one.stall_code.clone(),
        detail: format!("{}, {}", one.vendor, one.section),
        href: href(one),
    });
    let shown = PlanPage {
        shell: desk.shell("desk-plan"),
        facts: facts(words, &plan, market),
        is_refused: plan.state.refused * 100 > plan.state.drawn * MOST_REFUSED,
        due: due.collect(),
        // What is to come is written down on its day, not before.
        table: table(words, &plan, |one| href(one).filter(|_| one.day <= today)),
    };
    answer(StatusCode::OK, words, &shown)
}

/// Where a drawn day is written down.
fn count_href(id: CashPlanId, one: &DrawnDay) -> String {
    format!("/ql/tien-mat/{id}/ghi?sap={}&ngay={}", one.occupancy_id, one.day)
}

fn facts(words: Words, plan: &CashPlan, market: String) -> Vec<(String, String)> {
    let (head, state) = (&plan.head, plan.state);
    let days = format!("{}–{}", head.from_day.on_paper(), head.to_day.on_paper());
    let say = |key: &str| words.say(&format!("desk-cash-{key}"));
    vec![
        (words.say("desk-field-market"), market),
        (say("period"), days),
        (say("drawn-from"), plan.drawn_from.len().to_string()),
        (say("drawn"), state.drawn.to_string()),
        (say("counted"), state.counted.to_string()),
        (say("refused"), state.refused.to_string()),
        (say("missed"), state.missed.to_string()),
    ]
}

fn table(words: Words, plan: &CashPlan, href: impl Fn(&DrawnDay) -> Option<String>) -> Table {
    let row = |one: &DrawnDay| {
        let outcome = one.outcome.map(|outcome| super::outcome(words, outcome));
        let cash = one.cash_vnd.map(|cash| cash.to_string());
        let mut told = Cell::new(outcome.unwrap_or_else(|| words.say("desk-outcome-none")));
        told.href = href(one);
        Row {
            id: String::new(),
            name: one.stall_code.clone(),
            cells: vec![
                Cell::new(one.day.on_paper()),
                Cell::new(&one.stall_code).tagged(vec![one.section.clone()]),
                Cell::new(&one.vendor),
                told.tagged(cash.into_iter().collect()),
                Cell::new(one.counted_by.clone().unwrap_or_default()),
            ],
        }
    };
    let columns =
        ["desk-cash-day", "desk-stall", "desk-vendor", "desk-cash-outcome", "desk-cash-by"];
    let table = Table {
        caption: words.say("desk-plan-days"),
        columns: columns.map(|key| Column::new(words.say(key))).into(),
        rows: plan.days.iter().map(row).collect(),
        is_chosen_from: false,
        next: None,
    };
    table.labelled()
}
