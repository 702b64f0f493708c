//! All sampling plans with how far they have come, the drawing of a new one, and the last tallies.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::super::super::{Words, page as answer};
use super::super::door::Desk;
use super::super::form::{Field, FormPage, Kind, Sent};
use super::super::on_to;
use super::super::register::{needed_day, select};
use super::super::shell::Shell;
use super::super::table::{Cell, Column, Row, Table};
use crate::access::{Act, Permission};
use crate::adoption::counting::plans::{self, CashPlan, NewPlan, PlanFilter};
use crate::adoption::counting::tallies::{self, Tally, TallyFilter};
use crate::db::{DbConnection, Outcome};
use crate::primitives::ids::MarketId;
use crate::registry::markets::{self, Market};
use crate::registry::{PageRequest, boards};
use crate::web::problem::Problem;

/// Tallies that are shown, the last ones.
const TALLIES: usize = 20;
/// Plans that are shown, the last ones.
const PLANS: usize = 24;
/// What a new plan is unless it is changed: four weeks from tomorrow.
const DAYS: i32 = 28;

#[derive(Template)]
#[template(path = "html/desk/cash.html")]
struct CashPage {
    shell: Shell,
    may_write: bool,
    plans: Table,
    tallies: Table,
}

/// `GET /ql/tien-mat`.
pub(super) async fn page(desk: Desk) -> Result<HttpResponse, Problem> {
    let read = desk.read(|connection, act| {
        let plans = last_plans(connection, act)?;
        let all = tallies::list(connection, act, &TallyFilter::default(), PageRequest::whole())?;
        let markets = markets::list(connection, act, PageRequest::whole())?.items;
        Ok((plans, all.items, markets))
    });
    let ((plans, tallies, markets), words) = (read.await?, desk.words);
    let shown = CashPage {
        shell: desk.shell("desk-cash"),
        may_write: desk.may(Permission::VisitsWrite),
        plans: plans_table(words, &plans, &markets),
        tallies: tallies_table(words, &tallies),
    };
    answer(StatusCode::OK, words, &shown)
}

/// The newest first.
fn last_plans(connection: &mut DbConnection, act: &Act) -> Outcome<Vec<CashPlan>> {
    let heads = plans::list(connection, act, &PlanFilter::default(), PageRequest::whole())?.items;
    let mut last = Vec::new();
    for head in heads.into_iter().rev().take(PLANS) {
        last.push(plans::get(connection, act, head.id)?);
    }
    Ok(last)
}

fn plans_table(words: Words, plans: &[CashPlan], markets: &[Market]) -> Table {
    let row = |plan: &CashPlan| {
        let head = &plan.head;
        let days = format!("{}–{}", head.from_day.on_paper(), head.to_day.on_paper());
        let market = markets.iter().find(|market| market.id == head.market_id);
        let tags = market.filter(|_| markets.len() > 1).map(|market| market.name.clone());
        let state = plan.state;
        let counts = [state.drawn, state.counted, state.refused, state.missed];
        let mut cells = vec![
            Cell::to(days, format!("/ql/tien-mat/{}", head.id)).tagged(tags.into_iter().collect()),
        ];
        cells.extend(counts.map(|count| Cell::new(count.to_string())));
        Row { id: String::new(), name: String::new(), cells }
    };
    let columns = ["period", "drawn", "counted", "refused", "missed"];
    table(words, "plans", &columns, plans.iter().map(row).collect())
}

fn tallies_table(words: Words, tallies: &[Tally]) -> Table {
    let row = |tally: &Tally| Row {
        id: String::new(),
        name: String::new(),
        cells: vec![
            Cell::new(&tally.stall_code),
            Cell::new(tally.started_at.in_words(&words.say("desk-on"))),
            Cell::new(tally.cash.to_string()),
            Cell::new(tally.transfer.to_string()),
            Cell::new(&tally.counted_by),
        ],
    };
    let columns = ["stall", "began", "cash", "transfer", "by"];
    let rows = tallies.iter().rev().take(TALLIES).map(row).collect();
    table(words, "tallies", &columns, rows)
}

fn table(words: Words, caption: &str, columns: &[&str], rows: Vec<Row>) -> Table {
    let say = |key: &str| words.say(&format!("desk-cash-{key}"));
    let table = Table {
        caption: say(caption),
        columns: columns.iter().map(|key| Column::new(say(key))).collect(),
        rows,
        is_chosen_from: false,
        next: None,
    };
    table.labelled()
}

/// `GET /ql/tien-mat/moi`.
pub(super) async fn new_page(desk: Desk, request: HttpRequest) -> Result<HttpResponse, Problem> {
    form(&desk, &request, &Sent::read(b"")).await?.show(None)
}

async fn form(desk: &Desk, request: &HttpRequest, sent: &Sent) -> Result<FormPage, Problem> {
    let read = desk.read(|connection, act| {
        act.require(Permission::VisitsWrite)?;
        let markets = markets::list(connection, act, PageRequest::whole())?.items;
        Ok((markets, boards::today(connection, act)?))
    });
    let ((markets, today), words) = (read.await?, desk.words);
    let now = |name: &str, otherwise: String| sent.filled(name).unwrap_or(otherwise);
    let markets = markets.into_iter().map(|one| (one.id.to_string(), one.name)).collect();
    let mut form = FormPage::new(request, "desk-plan-new", "/ql/tien-mat/moi");
    form.lead = vec![words.say("desk-plan-lead"), words.say("desk-plan-lot")];
    form.back = Some(("/ql/tien-mat".into(), words.say("desk-back")));
    form.fields = vec![
        select(words, "market_id", "market", markets, &sent.get("market_id")),
        Field::new(words, "from_day", Kind::Date, "from-day")
            .value(now("from_day", today.plus(1).to_string())),
        Field::new(words, "to_day", Kind::Date, "to-day")
            .value(now("to_day", today.plus(DAYS).to_string())),
        Field::new(words, "stalls", Kind::Text, "plan-stalls")
            .value(now("stalls", "20".into()))
            .hint(words.say("desk-plan-stalls-hint")),
        Field::new(words, "days_each", Kind::Text, "plan-days")
            .value(now("days_each", "2".into()))
            .hint(words.say("desk-plan-days-hint")),
    ];
    Ok(form)
}

/// `POST /ql/tien-mat/moi` with the form fields `market_id`, `from_day`, `to_day`, `stalls` and
/// `days_each`: draws.
pub(super) async fn create(
    desk: Desk,
    request: HttpRequest,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let sent = Sent::read(&body);
    let drawn = match wanted(&sent) {
        Ok((market_id, new)) => {
            desk.write(move |connection, act| plans::create(connection, act, market_id, new)).await
        }
        Err(problem) => Err(problem),
    };
    match drawn {
        Ok(plan) => Ok(on_to(&format!("/ql/tien-mat/{}", plan.head.id), "plan-drawn")),
        Err(problem) => form(&desk, &request, &sent).await?.again(problem),
    }
}

fn wanted(sent: &Sent) -> Result<(MarketId, NewPlan), Problem> {
    let market_id = MarketId::parse(&sent.get("market_id"));
    let number = |field: &'static str| {
        let text = sent.get(field);
        text.parse().map_err(|_| Problem::invalid(field, "number-unreadable"))
    };
    let new = NewPlan {
        from_day: needed_day(sent, "from_day")?,
        to_day: needed_day(sent, "to_day")?,
        stalls: Some(number("stalls")?),
        days_each: Some(number("days_each")?),
    };
    Ok((market_id.ok_or_else(|| Problem::invalid("market_id", "choice-missing"))?, new))
}
