//! One statement: what was found in its file, row by row where somebody wants to see it.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::super::super::{Words, page as answer};
use super::super::door::Desk;
use super::super::shell::Shell;
use super::super::table::{Cell, Column, Row, Table};
use super::statements::{PATH, account_of, days, state};
use super::waits::{Which, at};
use super::{Tab, tabs};
use crate::access::Permission;
use crate::intake::statements::{
    self, RowState, Statement, StatementLine, StatementState, UnreadableLine,
};
use crate::primitives::Day;
use crate::primitives::ids::StatementId;
use crate::registry::{Page, PageRequest, roll};
use crate::web::path::Id;
use crate::web::problem::Problem;
use crate::web::reasons::page_told;

#[derive(Template)]
#[template(path = "html/desk/statement.html")]
struct StatementPage {
    shell: Shell,
    tabs: Vec<Tab>,
    id: StatementId,
    refused: Option<String>,
    account: String,
    state: String,
    /// What each number is, and the number.
    counts: Vec<(String, i64)>,
    /// What each of the days is, and the days.
    days: Vec<(String, String)>,
    unread_sheets: String,
    /// Where the layout is mapped.
    map: Option<String>,
    unreadable: Option<Table>,
    rows: Option<Table>,
    may_settle: bool,
    asks_days: bool,
    asks_account: bool,
    is_running: bool,
}

/// `GET /ql/nguon/sao-ke/{id}`.
pub(super) async fn page(
    desk: Desk,
    id: Id<StatementId>,
    which: web::Query<Which>,
) -> Result<HttpResponse, Problem> {
    show(&desk, id.0, which.into_inner().cursor, None).await
}

pub(super) async fn show(
    desk: &Desk,
    id: StatementId,
    cursor: Option<String>,
    refused: Option<&Problem>,
) -> Result<HttpResponse, Problem> {
    let page = PageRequest::parse(cursor.as_deref(), None)?;
    let read = desk.read(move |connection, act| {
        let one = statements::get(connection, act, id)?;
        let first = PageRequest::parse(None, Some(200))?;
        let unreadable = statements::unreadable(connection, act, id, first)?;
        let lines = statements::lines(connection, act, id, page)?;
        Ok((one, unreadable, lines, roll::load(connection, act)?))
    });
    let ((one, unreadable, lines, roll), words) = (read.await?, desk.words);
    let is_checked = one.state == StatementState::Checked;
    let may = desk.may(Permission::FeedsWrite);
    let maps = may && one.state == StatementState::NeedsMapping;
    let shown = StatementPage {
        shell: desk.shell("desk-statement"),
        tabs: tabs(words, PATH),
        id,
        refused: refused.map(|problem| problem.on_page(words.0)),
        account: account_of(&roll, &one),
        state: state(words, one.state),
        counts: counts(words, &one),
        days: told_days(words, &one),
        unread_sheets: one.unread_sheets.join(", "),
        map: maps.then(|| format!("{PATH}/mau/{}", one.layout)),
        unreadable: unreadable_table(words, page_told(unreadable, words.0)),
        rows: rows(words, id, lines),
        may_settle: may && (is_checked || maps),
        asks_days: one.stated.is_none(),
        asks_account: !one.names_account,
        is_running: one.state == StatementState::Running,
    };
    answer(refused.map_or(StatusCode::OK, Problem::status), words, &shown)
}

/// Those that say something: what is new, and every other number above zero.
fn counts(words: Words, one: &Statement) -> Vec<(String, i64)> {
    let (counts, progress) = (one.counts, one.progress);
    let all = [
        ("new", counts.new),
        ("known", counts.known),
        ("reported", counts.reported),
        ("unreadable", counts.unreadable),
        ("repeated", counts.repeated),
        ("dropped", counts.dropped),
        ("failed", counts.failed),
        ("done", progress.done),
        ("recorded", progress.recorded),
        ("linked", progress.linked),
        ("doubtful", progress.doubtful),
    ];
    let all = all.into_iter().filter(|(what, count)| *count > 0 || *what == "new");
    all.map(|(what, count)| (words.say(&format!("desk-rows-{what}")), count)).collect()
}

fn told_days(words: Words, one: &Statement) -> Vec<(String, String)> {
    let covered: Vec<_> = one.covered.iter().map(|all| days(Some(*all))).collect();
    let all = [
        ("desk-days-rows", days(one.rows)),
        ("desk-days-stated", days(one.stated)),
        ("desk-days-covered", covered.join(", ")),
        ("desk-uploaded", at(words, one.uploaded_at)),
    ];
    let all = all.into_iter().filter(|(_, text)| !text.is_empty());
    all.map(|(what, text)| (words.say(what), text)).collect()
}

fn table(words: Words, caption: &str, columns: &[&str], rows: Vec<Row>) -> Table {
    Table {
        caption: words.say(caption),
        columns: columns.iter().map(|text| Column::new(words.say(text))).collect(),
        rows,
        is_chosen_from: false,
        next: None,
    }
}

fn cells(cells: Vec<Cell>) -> Row {
    Row { id: String::new(), name: String::new(), cells }
}

fn unreadable_table(words: Words, page: Page<UnreadableLine>) -> Option<Table> {
    let line = |one: UnreadableLine| {
        let field = words.say(&format!("desk-column-{}", one.field.replace('_', "-")));
        cells(vec![
            Cell::new(one.row.to_string()),
            Cell::new(one.day.map(Day::on_paper).unwrap_or_default()),
            Cell::new(field),
            Cell::new(one.detail),
        ])
    };
    let rows: Vec<_> = page.items.into_iter().map(line).collect();
    let columns = ["desk-import-row", "desk-day", "desk-column", "desk-import-why"];
    let made = |rows| table(words, "desk-rows-unreadable", &columns, rows).labelled();
    (!rows.is_empty()).then(|| made(rows))
}

fn rows(words: Words, id: StatementId, page: Page<StatementLine>) -> Option<Table> {
    let line = |one: StatementLine| {
        let when = one.occurred_at.map_or_else(|| one.day.on_paper(), |when| at(words, when));
        let way = if one.direction == "in" { "desk-money-in" } else { "desk-money-out" };
        let amount = one.amount_vnd.map(|amount| amount.to_string()).unwrap_or_default();
        let state = match one.state {
            RowState::New => "desk-rows-new",
            RowState::Known => "desk-rows-known",
            RowState::Reported => "desk-rows-reported",
        };
        cells(vec![
            Cell::new(when),
            Cell::new(format!("{amount} {}", words.say(way))),
            Cell::new(one.memo.or(one.reference).unwrap_or_default()),
            Cell::new(words.say(state)),
        ])
    };
    let next = page.next_cursor.map(|cursor| format!("{PATH}/{id}?cursor={cursor}"));
    let rows: Vec<_> = page.items.into_iter().map(line).collect();
    let columns = ["desk-day", "desk-amount", "desk-column-memo", "desk-field-state"];
    let made =
        |rows| Table { next, ..table(words, "desk-statement-rows", &columns, rows) }.labelled();
    (!rows.is_empty()).then(|| made(rows))
}
