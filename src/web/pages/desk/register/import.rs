//! The register from a spreadsheet and as one: the template, the trial with each row's verdict, the
//! import, and the export.

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::super::super::{Words, page as answer};
use super::super::door::Desk;
use super::super::on_to;
use super::super::shell::Shell;
use super::super::table::{Cell, Column, Row, Table};
use super::{Tab, tabs};
use crate::access::{Act, Permission};
use crate::db::{DbConnection, Fault, Outcome};
use crate::feeds::statements;
use crate::primitives::Refusal;
use crate::primitives::ids::MarketId;
use crate::registry::import::{self, Imported, ImportedRow, RowVerdict, Written};
use crate::registry::markets::{self, Market};
use crate::registry::{PageRequest, roll};
use crate::web::file;
use crate::web::problem::Problem;

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// Of which market; of the first one, where none is named.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Which {
    #[serde(default)]
    market: String,
}

#[derive(Template)]
#[template(path = "html/desk/import.html")]
struct ImportPage {
    shell: Shell,
    tabs: Vec<Tab>,
    market_id: MarketId,
    market: String,
    /// The others, to choose.
    others: Vec<(String, String)>,
    refused: Option<String>,
    /// What became of the file, and whether that is good.
    told: Option<(String, bool)>,
    ignored: String,
    table: Option<Table>,
}

/// The market, and the others.
async fn market(desk: &Desk, which: &Which) -> Result<(Market, Vec<Market>), Problem> {
    let listed = desk.read(|connection, act| {
        act.require_within(Permission::RegistryWrite)?;
        markets::list(connection, act, PageRequest::default())
    });
    let mut all = listed.await?.items;
    let wanted = MarketId::parse(&which.market);
    let place = all.iter().position(|market| wanted.is_none_or(|id| market.id == id));
    let place = place.ok_or_else(|| Problem::from(Refusal::not_found("market")))?;
    Ok((all.remove(place), all))
}

async fn show(
    desk: &Desk,
    which: &Which,
    outcome: Option<Result<Imported, Problem>>,
) -> Result<HttpResponse, Problem> {
    let (words, (market, others)) = (desk.words, market(desk, which).await?);
    let others = others.into_iter().map(|one| (format!("/ql/so/nhap?market={}", one.id), one.name));
    let mut shown = ImportPage {
        shell: desk.shell("desk-register"),
        tabs: tabs(desk, "/ql/so/nhap"),
        market_id: market.id,
        market: market.name,
        others: others.collect(),
        refused: None,
        told: None,
        ignored: String::new(),
        table: None,
    };
    let mut status = StatusCode::OK;
    match outcome {
        None => {}
        Some(Ok(imported)) => {
            shown.told = Some(told(words, &imported));
            shown.ignored = imported.ignored.join(", ");
            shown.table = Some(table(words, &imported));
        }
        Some(Err(problem)) if problem.is_refusal() => {
            status = problem.status();
            shown.refused = Some(problem.on_page(words.0));
        }
        Some(Err(problem)) => return Err(problem),
    }
    answer(status, words, &shown)
}

fn told(words: Words, imported: &Imported) -> (String, bool) {
    let refused = imported.count(RowVerdict::Refused);
    let text = match (imported.is_done, refused) {
        (true, _) => "desk-import-done",
        (false, 0) => "desk-import-would",
        (false, _) => "desk-import-refused",
    };
    (words.say(text), refused == 0)
}

fn verdict(words: Words, verdict: RowVerdict) -> String {
    words.say(match verdict {
        RowVerdict::New => "desk-verdict-new",
        RowVerdict::Changed => "desk-verdict-changed",
        RowVerdict::Same => "desk-verdict-same",
        RowVerdict::Refused => "desk-verdict-refused",
    })
}

fn table(words: Words, imported: &Imported) -> Table {
    let counts = [RowVerdict::New, RowVerdict::Changed, RowVerdict::Same, RowVerdict::Refused];
    let counts = counts.map(|one| format!("{} {}", imported.count(one), verdict(words, one)));
    let row = |row: &ImportedRow| {
        let why = row.refusal.as_ref().map(|(refusal, field)| {
            let detail = Problem::from(refusal.clone()).on_page(words.0);
            field.map_or(detail.clone(), |field| format!("{}: {detail}", field.heading()))
        });
        Row {
            id: String::new(),
            name: row.stall.clone(),
            cells: vec![
                Cell::new(row.number.to_string()),
                Cell::new(&row.stall),
                Cell::new(verdict(words, row.verdict)),
                Cell::new(why.unwrap_or_default()),
            ],
        }
    };
    // What was refused comes first: it is what somebody must do something about.
    let is_refused = |row: &&ImportedRow| row.verdict == RowVerdict::Refused;
    let first = imported.rows.iter().filter(is_refused);
    let others = imported.rows.iter().filter(|row| !is_refused(row));
    let columns = ["desk-import-row", "desk-stall", "desk-import-verdict", "desk-import-why"];
    let table = Table {
        caption: counts.join(", "),
        columns: columns.map(|text| Column::new(words.say(text))).into(),
        rows: first.chain(others).take(500).map(row).collect(),
        is_chosen_from: false,
        next: None,
    };
    table.labelled()
}

/// `GET /ql/so/nhap`.
pub(super) async fn page(desk: Desk, which: web::Query<Which>) -> Result<HttpResponse, Problem> {
    match show(&desk, &which, None).await {
        // A register begins with a market.
        Err(problem) if problem.status() == StatusCode::NOT_FOUND => {
            Ok(on_to("/ql/so/cho/moi", "market-first"))
        }
        shown => shown,
    }
}

/// `POST /ql/so/nhap`, a form with a file: what the import would do.
pub(super) async fn trial(
    desk: Desk,
    which: web::Query<Which>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let outcome = upload(&desk, &which, &request, payload, true).await;
    show(&desk, &which, Some(outcome)).await
}

/// `POST /ql/so/nhap/that`, a form with a file: does it, whole or not at all.
pub(super) async fn run(
    desk: Desk,
    which: web::Query<Which>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let outcome = upload(&desk, &which, &request, payload, false).await;
    show(&desk, &which, Some(outcome)).await
}

async fn upload(
    desk: &Desk,
    which: &Which,
    request: &HttpRequest,
    payload: web::Payload,
    is_trial: bool,
) -> Result<Imported, Problem> {
    let (market, _) = market(desk, which).await?;
    let _turn = file::turn().await?;
    let bytes = file::read(request.headers(), payload).await?;
    let rows = web::block(move || statements::plain(&bytes)).await;
    let rows = rows.map_err(|error| Problem::from(Fault::broken(error)))??;
    let work = move |connection: &mut DbConnection, act: &Act| {
        import::run(connection, act, market.id, &rows, is_trial)
    };
    desk.write(work).await
}

/// `GET /ql/so/tap/{file}`: `mau.xlsx`, the template; `so-cho.xlsx` and `so-cho.csv`, the register.
pub(super) async fn download(
    desk: Desk,
    file: web::Path<String>,
    which: web::Query<Which>,
) -> Result<HttpResponse, Problem> {
    let (name, which) = (file.into_inner(), which.into_inner());
    let is_csv = name == "so-cho.csv";
    if !is_csv && !["mau.xlsx", "so-cho.xlsx"].contains(&name.as_str()) {
        return Err(Problem::no_such_route());
    }
    let is_template = name == "mau.xlsx";
    let (market, _) = market(&desk, &which).await?;
    let read = move |connection: &mut DbConnection, act: &Act| -> Outcome<Written> {
        let roll = roll::load(connection, act)?;
        Ok(if is_template { Written::default() } else { Written::of(&roll, market.id) })
    };
    let written = desk.read(read).await?;
    let (bytes, media) = if is_csv {
        (import::csv(&written).into_bytes(), "text/csv; charset=utf-8")
    } else {
        let bytes = web::block(move || import::xlsx(&written)).await;
        (bytes.map_err(Problem::internal)??, XLSX)
    };
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, media))
        .insert_header((CACHE_CONTROL, "private, no-store"))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .body(bytes))
}
