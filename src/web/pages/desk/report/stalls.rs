//! Each stall with its class of use, what hinders measuring it, and its weeks. No amount stands here.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::super::super::{Words, page as answer};
use super::super::door::Desk;
use super::super::form::{Field, Kind};
use super::super::register::{select, with_none};
use super::super::shell::Shell;
use super::{Asked, Tab, about};
use crate::adoption::{AdoptionReport, OccupancyReport};
use crate::db::Outcome;
use crate::registry::roll::plain;
use crate::web::problem::Problem;

/// Of one page: with their pictures they are some 100 kB.
const ROWS: usize = 50;

struct Line {
    href: String,
    stall: String,
    section: String,
    class: String,
    reasons: String,
    weeks: String,
}

#[derive(Template)]
#[template(path = "html/desk/report_stalls.html")]
struct StallsPage {
    shell: Shell,
    tabs: Vec<Tab>,
    days: String,
    opening: Vec<String>,
    filters: Vec<Field>,
    /// Market and days, which the filter keeps.
    kept: Vec<(&'static str, String)>,
    found: usize,
    lines: Vec<Line>,
    apart: Vec<(String, String)>,
    next: Option<String>,
}

/// `GET /ql/bao-cao/sap`.
pub(super) async fn page(desk: Desk, asked: web::Query<Asked>) -> Result<HttpResponse, Problem> {
    let (asked, words) = (asked.into_inner(), desk.words);
    let (market_id, _) = super::markets(&desk, &asked).await?;
    let report = super::read(&desk, market_id, asked.query(true)?).await?;
    let wanted = plain(&asked.q);
    let passes = |one: &&OccupancyReport| {
        (asked.khu.is_empty() || one.section == asked.khu)
            && (asked.muc.is_empty() || one.class_vi == asked.muc)
            && plain(&one.stall_code).contains(&wanted)
    };
    let found: Vec<_> = report.occupancies.iter().filter(passes).collect();
    let place = found.iter().position(|one| one.occupancy_id.to_string() == asked.sau);
    let from = place.map_or(0, |place| place + 1);
    let shown: Vec<_> = found.iter().skip(from).take(ROWS).collect();
    let lines: Outcome<Vec<Line>> = shown.iter().map(|one| line(words, &asked, one)).collect();
    let last = shown.last().filter(|_| from + ROWS < found.len());
    let next = last.map(|one| {
        let after = one.occupancy_id.to_string();
        let besides =
            [("khu", asked.khu.as_str()), ("muc", &asked.muc), ("q", &asked.q), ("sau", &after)];
        asked.href("/ql/bao-cao/sap", &besides)
    });
    let days = (report.window.from.on_paper(), report.window.to.on_paper());
    let page = StallsPage {
        shell: desk.shell("desk-reports"),
        tabs: super::tabs(&desk, &asked, "/ql/bao-cao/sap"),
        days: format!("{}, {}–{}", report.market.name, days.0, days.1),
        opening: report.coverage.sentences.iter().map(|sentence| sentence.vi.clone()).collect(),
        filters: filters(words, &report, &asked),
        kept: vec![
            ("cho", asked.cho.clone()),
            ("tu", asked.tu.clone()),
            ("den", asked.den.clone()),
        ],
        found: found.len(),
        lines: lines?,
        apart: apart(words, &report),
        next,
    };
    answer(StatusCode::OK, words, &page)
}

fn filters(words: Words, report: &AdoptionReport, asked: &Asked) -> Vec<Field> {
    let same = |name: &str| (name.to_owned(), name.to_owned());
    let sections = report.sections.iter().map(|one| same(&one.section)).collect();
    let mut classes: Vec<_> =
        report.occupancies.iter().map(|one| (one.class, one.class_vi)).collect();
    classes.sort_unstable();
    classes.dedup();
    let classes = classes.into_iter().map(|(_, name)| same(name)).collect();
    let all = |choices| with_none(words.say("desk-all"), choices);
    vec![
        Field::new(words, "q", Kind::Text, "stall-code").value(&asked.q).optional(),
        select(words, "khu", "section", all(sections), &asked.khu).optional(),
        select(words, "muc", "report-class", all(classes), &asked.muc).optional(),
    ]
}

fn line(words: Words, asked: &Asked, one: &OccupancyReport) -> Outcome<Line> {
    let wholesale = if one.wholesale { words.say("desk-report-si") } else { String::new() };
    let reasons = one.reasons_vi.iter().copied().chain([wholesale.as_str()]);
    let reasons: Vec<_> = reasons.filter(|reason| !reason.is_empty()).collect();
    Ok(Line {
        href: asked.href("/ql/bao-cao", &[("ai", &format!("sap:{}", one.occupancy_id))]),
        stall: one.stall_code.clone(),
        section: one.section.clone(),
        class: about::class(one),
        reasons: reasons.join("; "),
        weeks: about::weeks(words, one)?,
    })
}

/// Stalls that do not trade any more.
fn apart(words: Words, report: &AdoptionReport) -> Vec<(String, String)> {
    let line = |one: &crate::adoption::Apart| {
        let since = format!("{} {}", words.say("desk-from"), one.since.on_paper());
        (format!("{} ({})", one.stall_code, one.section), format!("{}, {since}", one.standing_vi))
    };
    report.apart.iter().map(line).collect()
}
