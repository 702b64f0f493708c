//! Money that came by a code or request that was over, for somebody to look at.

use actix_web::{HttpRequest, HttpResponse, get, post};

use crate::ledger::marks::{self, Mark, MarkFilter, MarkedTransfer, NewMarkReview};
use crate::primitives::ids::TransferId;
use crate::registry::Page;
use crate::web::caller::Caller;
use crate::web::envelope::language_of;
use crate::web::json::Json;
use crate::web::listing::{Listing, PageParams};
use crate::web::path::Id;
use crate::web::problem::Problem;
use crate::web::reasons::{page_told, told};

resource!(list, show, review; Mark);

type Answer = Result<HttpResponse, Problem>;

/// Money to revoked codes, ended occupancies and cancelled requests, newest first: counted for the
/// vendor whom it reached, each with its reason and what to do. Without `reviewed=true` only what
/// nobody has looked at.
#[utoipa::path(tag = "transfers", params(MarkFilter, PageParams),
    security(("key" = ["transfers.read"])),
    responses((status = 200, body = Page<MarkedTransfer>)))]
#[get("/marked-transfers")]
async fn list(caller: Caller, listing: Listing<MarkFilter>, request: HttpRequest) -> Answer {
    let language = language_of(request.headers());
    caller
        .show(move |connection, act| {
            let page = marks::list(connection, act, &listing.filter, listing.page)?;
            Ok(page_told(page, language))
        })
        .await
}

#[utoipa::path(tag = "transfers", params(("id" = TransferId, Path)),
    security(("key" = ["transfers.read"])), responses((status = 200, body = MarkedTransfer)))]
#[get("/marked-transfers/{id}")]
async fn show(caller: Caller, id: Id<TransferId>, request: HttpRequest) -> Answer {
    let language = language_of(request.headers());
    caller
        .show(move |connection, act| Ok(told(marks::get(connection, act, id.0)?, language)))
        .await
}

/// Somebody has looked: it leaves the list, and nothing else changes. Needs `transfers.read` too.
#[utoipa::path(tag = "transfers", params(("id" = TransferId, Path)), request_body = NewMarkReview,
    security(("key" = ["transfers.assign"])), responses((status = 200, body = MarkedTransfer)))]
#[post("/marked-transfers/{id}/review")]
async fn review(
    caller: Caller,
    id: Id<TransferId>,
    new: Json<NewMarkReview>,
    request: HttpRequest,
) -> Answer {
    let language = language_of(request.headers());
    caller
        .perform(new, move |connection, act, new| {
            Ok(told(marks::review(connection, act, id.0, new)?, language))
        })
        .await
}
