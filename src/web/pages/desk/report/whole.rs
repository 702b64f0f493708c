//! The report on the market, or on whom the address names.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::super::super::{Words, page as answer};
use super::super::door::Desk;
use super::super::form::{Field, Kind};
use super::super::register::select;
use super::super::shell::Shell;
use super::told::Told;
use super::{Asked, Tab, about, may_publish};
use crate::primitives::ids::MarketId;
use crate::primitives::{Day, Refusal};
use crate::web::problem::Problem;

#[derive(Template)]
#[template(path = "html/desk/report.html")]
struct ReportPage {
    shell: Shell,
    tabs: Vec<Tab>,
    filters: Vec<Field>,
    /// About whom, and the days.
    name: String,
    days: String,
    told: Told,
    /// A stall's weeks.
    weeks: Option<String>,
    /// Of the market as a whole alone.
    files: Vec<(String, &'static str)>,
    zalo: String,
    publish: Option<String>,
}

/// `GET /ql/bao-cao?cho=…&tu=…&den=…&ai=…`.
pub(super) async fn page(desk: Desk, asked: web::Query<Asked>) -> Result<HttpResponse, Problem> {
    let asked = asked.into_inner();
    let words = desk.words;
    let (market_id, markets) = super::markets(&desk, &asked).await?;
    let stall = asked.ai.strip_prefix("sap:");
    let report = super::read(&desk, market_id, asked.query(stall.is_some())?).await?;
    let is_market = asked.ai.is_empty();
    let (mut weeks, mut zalo) = (None, String::new());
    let (name, told) = match stall {
        Some(id) => {
            let one = report.occupancies.iter().find(|one| one.occupancy_id.to_string() == id);
            let one = one.ok_or_else(|| Problem::from(Refusal::not_found("occupancy")))?;
            weeks = Some(about::weeks(words, one)?);
            about::of_stall(words, one)?
        }
        None if is_market => {
            let (told, text) = about::of_market(words, &report)?;
            zalo = text;
            (report.market.name.clone(), told)
        }
        None => {
            let found = about::of_group(words, &report, &asked.ai)?;
            found.ok_or_else(|| Problem::from(Refusal::not_found("section")))?
        }
    };
    let all = markets.into_iter().map(|one| (one.id.to_string(), one.name)).collect();
    let (from, to) = (report.window.from, report.window.to);
    let shown = ReportPage {
        shell: desk.shell("desk-reports"),
        tabs: super::tabs(&desk, &asked, if is_market { "/ql/bao-cao" } else { "" }),
        filters: filters(words, &asked, (market_id, all), (from, to)),
        name,
        days: format!("{}–{}", from.on_paper(), to.on_paper()),
        told,
        weeks,
        files: if is_market { files(&asked) } else { Vec::new() },
        zalo,
        publish: (is_market && may_publish(&desk)).then(|| asked.href("/ql/bao-cao/cong-bo", &[])),
    };
    answer(StatusCode::OK, words, &shown)
}

/// Of a group or stall the days alone: it is of one market.
fn filters(
    words: Words,
    asked: &Asked,
    (market_id, all): (MarketId, Vec<(String, String)>),
    (from, to): (Day, Day),
) -> Vec<Field> {
    let day = |name, label, day: Day| {
        Field::new(words, name, Kind::Date, label).value(day.to_string()).optional()
    };
    let days = [day("tu", "report-from", from), day("den", "report-to", to)];
    let mut fields = Vec::new();
    if asked.ai.is_empty() {
        fields.push(select(words, "cho", "market", all, &market_id.to_string()));
    }
    fields.extend(days);
    if !asked.ai.is_empty() {
        let hidden = |name, value: String| {
            Field::new(words, name, Kind::Hidden, "market").value(value).optional()
        };
        fields.push(hidden("cho", market_id.to_string()));
        fields.push(hidden("ai", asked.ai.clone()));
    }
    fields
}

fn files(asked: &Asked) -> Vec<(String, &'static str)> {
    let all = [("bao-cao.xlsx", "XLSX"), ("bao-cao.csv", "CSV"), ("bao-cao.pdf", "PDF")];
    all.map(|(file, label)| (asked.href(&format!("/ql/bao-cao/tap/{file}"), &[]), label)).into()
}
