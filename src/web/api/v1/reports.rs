//! Reports on adoption.

use actix_web::http::header::{ACCEPT, CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::{HttpRequest, HttpResponse, get};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::adoption::{self, AdoptionReport};
use crate::primitives::Day;
use crate::primitives::ids::MarketId;
use crate::web::caller::Caller;
use crate::web::problem::Problem;
use crate::web::query::Query;

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
}

/// What stands between the cells of a table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Separator {
    /// `;`, and a comma in decimals: for Excel under Vietnamese settings.
    #[default]
    Semicolon,
    /// `,`, and a dot in decimals: for programs.
    Comma,
}

impl From<Separator> for adoption::Separator {
    fn from(separator: Separator) -> Self {
        match separator {
            Separator::Semicolon => Self::Semicolon,
            Separator::Comma => Self::Comma,
        }
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
    /// `json` unless `Accept` names `text/csv` or `text/plain`.
    format: Option<Format>,
    /// Of the table; `semicolon` if absent.
    #[serde(default)]
    separator: Separator,
}

/// The adoption of non-cash payment in a market over a window of at most 366 days. It opens with
/// what cannot be measured.
#[utoipa::path(tag = "reports", params(Wanted), security(("key" = ["reports.read"])),
    responses((status = 200, content(
        (AdoptionReport = "application/json"), (String = "text/csv"), (String = "text/plain")))))]
#[get("/reports/adoption")]
async fn adoption_report(caller: Caller, request: HttpRequest, wanted: Query<Wanted>) -> Answer {
    let Wanted { market_id, from, to, include_occupancies, format, separator } = wanted.0;
    let query = adoption::Query { from, to, include_occupancies };
    let report =
        move |connection: &mut _, act: &_| adoption::report(connection, act, market_id, &query);
    match format.unwrap_or_else(|| accepted(&request)) {
        Format::Json => caller.show(report).await,
        Format::Csv => {
            let (table, name) = caller
                .read(move |connection, act| {
                    let report = report(connection, act)?;
                    let name =
                        format!("adoption_{}_{}.csv", report.window.from, report.window.to);
                    Ok((adoption::csv(&report, separator.into()), name))
                })
                .await?;
            Ok(HttpResponse::Ok()
                .insert_header((CONTENT_TYPE, "text/csv; charset=utf-8"))
                .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
                .body(table))
        }
        Format::Text => {
            let text = caller
                .read(move |connection, act| Ok(adoption::text(&report(connection, act)?)))
                .await?;
            Ok(HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(text))
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
        "application/json" => Some(Format::Json),
        _ => None,
    });
    named.unwrap_or(Format::Json)
}
