//! Reports on adoption.

use actix_web::http::header::ACCEPT;
use actix_web::{HttpRequest, HttpResponse, get};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::adoption::laid::lay;
use crate::adoption::{self, AdoptionReport};
use crate::primitives::Day;
use crate::primitives::ids::MarketId;
use crate::web::caller::Caller;
use crate::web::pictures::KnownTags;
use crate::web::problem::Problem;
use crate::web::query::Query;
use crate::web::report_files::{self, FileFormat, Separator};

resource!(adoption_report; Format, Separator);

type Answer = Result<HttpResponse, Problem>;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Format {
    Json,
    /// UTF-8 with a byte order mark, as spreadsheets want it.
    Csv,
    /// Half a screen, in Vietnamese.
    Text,
    /// One sheet a table, numbers as numbers.
    Xlsx,
    /// A4, for the commune's desk.
    Pdf,
    /// To be pasted in a messenger's group: the market as a whole, no stall.
    Zalo,
}

impl Format {
    const fn file(self) -> Option<FileFormat> {
        Some(match self {
            Self::Json => return None,
            Self::Csv => FileFormat::Csv,
            Self::Text => FileFormat::Text,
            Self::Xlsx => FileFormat::Xlsx,
            Self::Pdf => FileFormat::Pdf,
            Self::Zalo => FileFormat::Zalo,
        })
    }
}

/// [`adoption::Query`] with the market and the form; a query string cannot nest.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Wanted {
    market_id: MarketId,
    /// The first day of the window; by default 29 days before its last.
    #[param(value_type = Option<String>, format = Date)]
    from: Option<Day>,
    /// The last day; by default the last full day.
    #[param(value_type = Option<String>, format = Date)]
    to: Option<Day>,
    /// Lists every occupancy too.
    #[serde(default)]
    include_occupancies: bool,
    /// `json` unless `Accept` names `text/csv`, `text/plain` or `application/pdf`.
    format: Option<Format>,
    /// Of the table; `semicolon` if absent.
    #[serde(default)]
    separator: Separator,
}

/// The adoption of non-cash payment in a market over a window of at most 366 days. It opens with
/// what cannot be measured.
#[utoipa::path(tag = "reports", params(Wanted), security(("key" = ["reports.read"])),
    responses((status = 200, content(
        (AdoptionReport = "application/json"), (String = "text/csv"), (String = "text/plain"),
        (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (Vec<u8> = "application/pdf")))))]
#[get("/reports/adoption")]
async fn adoption_report(
    caller: Caller,
    request: HttpRequest,
    wanted: Query<Wanted>,
    known: KnownTags,
) -> Answer {
    let Wanted { market_id, from, to, include_occupancies, format, separator } = wanted.0;
    let query = adoption::Query { from, to, include_occupancies };
    let report =
        move |connection: &mut _, act: &_| adoption::report(connection, act, market_id, &query);
    match format.unwrap_or_else(|| accepted(&request)).file() {
        None => caller.show(report).await,
        Some(format) => {
            let laid = move |connection: &mut _, act: &_| Ok(lay(&report(connection, act)?));
            let laid = caller.read(laid).await?;
            report_files::answer(&caller.state, laid, format, separator, &known).await
        }
    }
}

/// The first form that the caller names.
fn accepted(request: &HttpRequest) -> Format {
    let accept = request.headers().get(ACCEPT).and_then(|value| value.to_str().ok());
    let mut ranges = accept
        .unwrap_or_default()
        .split(',')
        .map(|range| range.split(';').next().unwrap_or_default().trim().to_ascii_lowercase());
    let named = ranges.find_map(|range| match range.as_str() {
        "text/csv" => Some(Format::Csv),
        "text/plain" => Some(Format::Text),
        "application/pdf" => Some(Format::Pdf),
        "application/json" => Some(Format::Json),
        _ => None,
    });
    named.unwrap_or(Format::Json)
}
