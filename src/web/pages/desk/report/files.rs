//! The report's files, of one of now or of a published one.

use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpRequest, HttpResponse, web};

use super::super::door::Desk;
use super::Asked;
use crate::adoption::laid::lay;
use crate::adoption::{self, published};
use crate::db::DbConnection;
use crate::primitives::ids::PublishedId;
use crate::web::path::Id;
use crate::web::pictures::KnownTags;
use crate::web::problem::Problem;
use crate::web::report_files::{self, FileFormat, Separator};

/// `bao-cao.xlsx`, `bao-cao.csv`, `bao-cao.pdf`, `zalo.txt`.
fn format(request: &HttpRequest) -> Result<FileFormat, Problem> {
    match request.match_info().get("file").unwrap_or_default() {
        "bao-cao.xlsx" => Ok(FileFormat::Xlsx),
        "bao-cao.csv" => Ok(FileFormat::Csv),
        "bao-cao.pdf" => Ok(FileFormat::Pdf),
        "zalo.txt" => Ok(FileFormat::Zalo),
        _ => Err(Problem::no_such_route()),
    }
}

/// `GET /ql/bao-cao/tap/{file}?cho=…&tu=…&den=…`; tables of single stalls too.
pub(super) async fn now(
    desk: Desk,
    request: HttpRequest,
    asked: web::Query<Asked>,
    known: KnownTags,
) -> Result<HttpResponse, Problem> {
    let (format, asked) = (format(&request)?, asked.into_inner());
    let (market_id, _) = super::markets(&desk, &asked).await?;
    let query = asked.query(matches!(format, FileFormat::Xlsx | FileFormat::Csv))?;
    let read = desk.read(move |connection: &mut DbConnection, act| {
        Ok(lay(&adoption::report(connection, act, market_id, &query)?))
    });
    let laid = read.await?;
    private(report_files::answer(&desk.state, laid, format, Separator::Semicolon, &known).await?)
}

/// `GET /ql/bao-cao/cong-bo/{id}/{file}`.
pub(super) async fn kept(
    desk: Desk,
    request: HttpRequest,
    id: Id<PublishedId>,
    known: KnownTags,
) -> Result<HttpResponse, Problem> {
    let format = format(&request)?;
    let read = desk.read(move |connection, act| published::laid(connection, act, id.0));
    let (_, laid) = read.await?;
    private(report_files::answer(&desk.state, laid, format, Separator::Semicolon, &known).await?)
}

/// What somebody saw who was signed in is for nobody else.
fn private(mut answer: HttpResponse) -> Result<HttpResponse, Problem> {
    let value = "private, no-cache".parse().map_err(Problem::internal)?;
    answer.headers_mut().insert(CACHE_CONTROL, value);
    Ok(answer)
}
