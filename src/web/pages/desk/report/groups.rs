//! The groups beside each other: sections, khóm, goods, teams.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::super::super::{Words, page as answer};
use super::super::door::Desk;
use super::super::shell::Shell;
use super::super::table::{Cell, Column, Row, Table};
use super::about::{self, Group};
use super::{Asked, Tab};
use crate::adoption::laid::{cash_in_short, figures, tallied_in_short};
use crate::web::problem::Problem;

/// Metrics of the tables; all others stand on a group's own page.
const METRICS: [&str; 4] = ["M1", "M2", "M4a", "M5"];

#[derive(Template)]
#[template(path = "html/desk/report_groups.html")]
struct GroupsPage {
    shell: Shell,
    tabs: Vec<Tab>,
    days: String,
    opening: Vec<String>,
    tables: Vec<Table>,
}

/// `GET /ql/bao-cao/nhom`.
pub(super) async fn page(desk: Desk, asked: web::Query<Asked>) -> Result<HttpResponse, Problem> {
    let (asked, words) = (asked.into_inner(), desk.words);
    let (market_id, _) = super::markets(&desk, &asked).await?;
    let report = super::read(&desk, market_id, asked.query(false)?).await?;
    let labels = figures(&report.whole_market, &[]);
    let label = |key: &str| labels.iter().find(|one| one.key == key).map(|one| one.label.clone());
    let tables = about::groups(words, &report).into_iter().map(|(kind, groups)| {
        let mut columns = vec![words.say(&format!("desk-report-{kind}"))];
        columns.push(words.say("desk-report-trading"));
        columns.extend(METRICS.iter().chain(&["M9", "M10"]).filter_map(|key| label(key)));
        let table = Table {
            caption: words.say(&format!("desk-report-by-{kind}")),
            columns: columns.into_iter().map(Column::new).collect(),
            rows: groups.iter().map(|group| row(words, &asked, group)).collect(),
            is_chosen_from: false,
            next: None,
        };
        table.labelled()
    });
    let sentences = report.coverage.sentences.iter().map(|sentence| sentence.vi.clone());
    let (from, to) = (report.window.from, report.window.to);
    let shown = GroupsPage {
        shell: desk.shell("desk-reports"),
        tabs: super::tabs(&desk, &asked, "/ql/bao-cao/nhom"),
        days: format!("{}, {}–{}", report.market.name, from.on_paper(), to.on_paper()),
        opening: sentences.collect(),
        tables: tables.collect(),
    };
    answer(StatusCode::OK, words, &shown)
}

fn row(words: Words, asked: &Asked, group: &Group<'_>) -> Row {
    let metrics = group.metrics;
    let all = figures(metrics, &[]);
    let value = |key: &&str| {
        let found = all.iter().find(|one| one.key == **key);
        Cell::new(found.map(|one| one.value.clone()).unwrap_or_default())
    };
    let none = || words.say("desk-report-no-data");
    let mut cells = vec![
        Cell::to(&group.name, asked.href("/ql/bao-cao", &[("ai", &group.ai)])),
        Cell::new(metrics.m1.value.denominator.to_string()),
    ];
    cells.extend(METRICS.iter().map(value));
    cells.push(Cell::new(metrics.m9.as_ref().map_or_else(none, cash_in_short)));
    cells.push(Cell::new(metrics.m10.as_ref().map_or_else(none, tallied_in_short)));
    Row { id: String::new(), name: group.name.clone(), cells }
}
