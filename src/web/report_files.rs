//! A report's files, of a report of now or of one that was published.

use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::adoption::laid::{self, Laid};
use crate::print::Kind;
use crate::print::adoption_report::ReportPaper;
use crate::web::pictures::KnownTags;
use crate::web::printing::{self, DPI};
use crate::web::problem::Problem;
use crate::web::state::AppState;

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// What kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FileFormat {
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

/// What stands between the cells of a table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Separator {
    /// `;`, and a comma in decimals: for Excel under Vietnamese settings.
    #[default]
    Semicolon,
    /// `,`, and a dot in decimals: for programs.
    Comma,
}

/// Answers with the file.
pub async fn answer(
    state: &AppState,
    laid: Laid,
    format: FileFormat,
    separator: Separator,
    known: &KnownTags,
) -> Result<HttpResponse, Problem> {
    let name = |extension: &str| {
        let name = format!("adoption_{}_{}.{extension}", laid.from, laid.to);
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\""))
    };
    let plain = "text/plain; charset=utf-8";
    Ok(match format {
        FileFormat::Pdf => {
            let paper = ReportPaper::new(laid)?;
            return printing::file(state, paper, (Kind::Pdf, DPI), known, "inline").await;
        }
        FileFormat::Xlsx => HttpResponse::Ok()
            .insert_header((CONTENT_TYPE, XLSX))
            .insert_header(name("xlsx"))
            .body(laid::xlsx(&laid)?),
        FileFormat::Csv => HttpResponse::Ok()
            .insert_header((CONTENT_TYPE, "text/csv; charset=utf-8"))
            .insert_header(name("csv"))
            .body(match separator {
                Separator::Semicolon => laid.csv,
                Separator::Comma => laid.csv_comma,
            }),
        FileFormat::Text => HttpResponse::Ok().content_type(plain).body(laid.text),
        FileFormat::Zalo => HttpResponse::Ok().content_type(plain).body(laid.zalo),
    })
}
