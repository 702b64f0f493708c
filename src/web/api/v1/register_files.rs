//! The register of a market from a spreadsheet, and as one.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use utoipa::{IntoParams, ToSchema};

use crate::db::Fault;
use crate::feeds::statements;
use crate::primitives::ids::MarketId;
use crate::registry::import::{self, Imported, RowVerdict, Written};
use crate::registry::{markets, roll};
use crate::web::caller::Caller;
use crate::web::envelope::language_of;
use crate::web::file::{self, Binary};
use crate::web::json::Json;
use crate::web::path::Id;
use crate::web::problem::Problem;
use crate::web::query::Query;
use crate::web::texts::Language;

resource!(take, give; FileFormat);

type Answer = Result<HttpResponse, Problem>;

/// Whether the file is only tried.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct HowToImport {
    /// `false` writes the rows into the register; by default nothing is written.
    #[serde(default = "tried")]
    dry_run: bool,
}

const fn tried() -> bool {
    true
}

/// As what the register is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum FileFormat {
    #[default]
    Xlsx,
    Csv,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct HowToExport {
    #[serde(default)]
    #[param(inline)]
    format: FileFormat,
    /// Only the headings.
    #[serde(default)]
    template: bool,
}

/// What became of a file, or would become.
#[derive(Debug, Serialize, ToSchema)]
struct ImportReport {
    /// Whether the rows are in the register: not in a dry run, and none where one was refused.
    is_done: bool,
    new: usize,
    changed: usize,
    same: usize,
    refused: usize,
    /// Headings of columns that were not read.
    ignored: Vec<String>,
    rows: Vec<ImportReportRow>,
}

/// What became of a row.
#[derive(Debug, Serialize, ToSchema)]
struct ImportReportRow {
    /// From 1, as a spreadsheet shows it.
    row: u32,
    /// The stall's number, as the row has it.
    stall: String,
    verdict: RowVerdict,
    /// Why it was refused, as a problem's `code`.
    code: Option<&'static str>,
    /// The heading of the column at fault.
    column: Option<&'static str>,
    /// Why, in the caller's language.
    detail: Option<String>,
}

fn told(imported: Imported, language: Language) -> ImportReport {
    let count = |verdict| imported.count(verdict);
    ImportReport {
        is_done: imported.is_done,
        new: count(RowVerdict::New),
        changed: count(RowVerdict::Changed),
        same: count(RowVerdict::Same),
        refused: count(RowVerdict::Refused),
        rows: imported
            .rows
            .into_iter()
            .map(|row| {
                let (refusal, field) = row.refusal.unzip();
                ImportReportRow {
                    row: row.number,
                    stall: row.stall,
                    verdict: row.verdict,
                    code: refusal.as_ref().map(|refusal| refusal.code),
                    column: field.flatten().map(import::Field::heading),
                    detail: refusal.map(|refusal| Problem::from(refusal).detail(language)),
                }
            })
            .collect(),
        ignored: imported.ignored,
    }
}

/// Takes stalls with their vendors and accounts from a spreadsheet, CSV, XLSX or XLS of at most
/// 20 MiB, as the body or as the file of a form: a row a stall, columns in any order, headings in
/// Vietnamese or English. Done whole or not at all; a cell that is empty keeps what is there, and
/// the same file again changes nothing.
#[utoipa::path(tag = "stalls", params(("market_id" = MarketId, Path), HowToImport),
    request_body(content = Binary, content_type = "application/octet-stream"),
    security(("key" = ["registry.write"])), responses((status = 200, body = ImportReport)))]
#[post("/markets/{market_id}/register-imports")]
async fn take(
    caller: Caller,
    market_id: Id<MarketId>,
    how: Query<HowToImport>,
    request: HttpRequest,
    payload: web::Payload,
) -> Answer {
    let (id, is_trial) = (market_id.0, how.0.dry_run);
    caller.read(move |connection, act| markets::get(connection, act, id).map(drop)).await?;
    let _turn = file::turn().await?;
    let bytes = file::read(request.headers(), payload).await?;
    let digest = Sha256::new().chain_update([u8::from(is_trial)]).chain_update(&bytes);
    let digest: [u8; 32] = digest.finalize().into();
    let rows = web::block(move || statements::plain(&bytes)).await;
    let value = rows.map_err(|error| Problem::from(Fault::broken(error)))??;
    let language = language_of(request.headers());
    caller
        .perform(Json { value, digest }, move |connection, act, rows| {
            import::run(connection, act, id, &rows, is_trial).map(|done| told(done, language))
        })
        .await
}

/// The stalls of a market with their vendors and accounts, as a file that can be imported again. No
/// amount stands in it.
#[utoipa::path(tag = "stalls", params(("market_id" = MarketId, Path), HowToExport),
    security(("key" = ["registry.read"])),
    responses((status = 200, content((String = "text/csv"),
        (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")))))]
#[get("/markets/{market_id}/register-export")]
async fn give(caller: Caller, market_id: Id<MarketId>, how: Query<HowToExport>) -> Answer {
    let (id, HowToExport { format, template }) = (market_id.0, how.0);
    let written = caller
        .read(move |connection, act| {
            markets::get(connection, act, id)?;
            let roll = roll::load(connection, act)?;
            Ok(if template { Written::default() } else { Written::of(&roll, id) })
        })
        .await?;
    let (bytes, media, name) = match format {
        FileFormat::Csv => {
            (import::csv(&written).into_bytes(), "text/csv; charset=utf-8", "so-cho.csv")
        }
        FileFormat::Xlsx => {
            let bytes = web::block(move || import::xlsx(&written)).await;
            let media = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
            (bytes.map_err(Problem::internal)??, media, "so-cho.xlsx")
        }
    };
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, media))
        .insert_header((CACHE_CONTROL, "private, no-store"))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .body(bytes))
}
