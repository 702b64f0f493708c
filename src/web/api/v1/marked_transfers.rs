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
use crate::web::texts::Language;

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
            let Page { items, next_cursor } =
                marks::list(connection, act, &listing.filter, listing.page)?;
            let items = items.into_iter().map(|one| told(one, language)).collect();
            Ok(Page { items, next_cursor })
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

/// With its reason and next step in the caller's language.
fn told(mut one: MarkedTransfer, language: Language) -> MarkedTransfer {
    let reason = one.reason.as_str().replace('_', "-");
    let args = [("stall", one.stall_code.clone())];
    let text = |of: &str| language.text(&format!("{of}-{reason}"), &args).unwrap_or_default();
    (one.detail, one.next_step) = (text("mark"), text("mark-next"));
    one
}
