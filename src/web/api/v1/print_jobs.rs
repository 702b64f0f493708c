//! Print orders that are made in the background: a whole market's cards.

use std::sync::Arc;

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, get, post};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::access::Permission;
use crate::primitives::ids::{MarketId, PrintJobId, SectionId};
use crate::print::jobs::{Job, PrintJob};
use crate::print::order::{self, SheetOrder};
use crate::print::{Layout, Style};
use crate::web::caller::Caller;
use crate::web::file::Binary;
use crate::web::json::Json;
use crate::web::path::Id;
use crate::web::printing;
use crate::web::problem::Problem;

resource!(create, show, file);

type Answer = Result<HttpResponse, Problem>;

/// What is printed of a market.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewPrintJob {
    /// Cards of A6, one a page, if absent.
    layout: Option<Layout>,
    /// In colour if absent.
    style: Option<Style>,
    /// Only the stalls of this section.
    section_id: Option<SectionId>,
    /// Whether the list to tick off comes first; it does if absent.
    cover: Option<bool>,
}

/// Orders the cards of a market as `sheet.pdf` gives them, to be made in the background. Whoever
/// orders the same file again is led to the same job. A job belongs to the server that took it and
/// is gone when that starts again: then order anew, nothing but time is lost.
#[utoipa::path(tag = "print", params(("market_id" = MarketId, Path)), request_body = NewPrintJob,
    security(("key" = ["registry.read"])),
    responses((status = 202, body = PrintJob),
        (status = 409, description = "No stall has a code, or there are too many; or too many jobs.")))]
#[post("/markets/{market_id}/print-jobs")]
async fn create(caller: Caller, id: Id<MarketId>, new: Json<NewPrintJob>) -> Answer {
    let NewPrintJob { layout, style, section_id, cover } = new.value;
    let order = SheetOrder {
        layout: layout.unwrap_or(Layout::A6),
        style: style.unwrap_or(Style::Colour),
        section_id,
        with_cover: cover.unwrap_or(true),
    };
    let market_id = id.0;
    let sheet =
        caller.read(move |connection, act| order::sheets(connection, act, market_id, &order));
    let board_id = caller.scope().board_id;
    let shown = printing::order(&caller.state, board_id, section_id, sheet.await?)?.show();
    let location = format!("/api/v1/print-jobs/{}", shown.id);
    Ok(HttpResponse::Accepted().insert_header((LOCATION, location)).json(shown))
}

/// How far a job is.
#[utoipa::path(tag = "print", params(("id" = PrintJobId, Path)),
    security(("key" = ["registry.read"])), responses((status = 200, body = PrintJob)))]
#[get("/print-jobs/{id}")]
async fn show(caller: Caller, id: Id<PrintJobId>) -> Answer {
    Ok(HttpResponse::Ok().json(held(&caller, id.0)?.show()))
}

/// The file of a job that is ready.
#[utoipa::path(tag = "print", params(("id" = PrintJobId, Path)),
    security(("key" = ["registry.read"])),
    responses((status = 200, content_type = "application/pdf", body = Binary),
        (status = 409, description = "It is not ready yet, or it failed.")))]
#[get("/print-jobs/{id}/file.pdf")]
async fn file(caller: Caller, id: Id<PrintJobId>) -> Answer {
    let job = held(&caller, id.0)?;
    printing::made(&job, "inline")
}

fn held(caller: &Caller, id: PrintJobId) -> Result<Arc<Job>, Problem> {
    let scope = caller.scope();
    scope.require(Permission::RegistryRead)?;
    Ok(caller.state.jobs.find(scope.board_id, id, caller.state.clock.now())?)
}
