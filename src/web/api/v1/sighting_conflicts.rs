//! Two reports of one id that contradict each other, and which of them is right.

use actix_web::{HttpRequest, HttpResponse, get, post};

use crate::intake::conflicts::{self, ConflictFilter, NewConflictVerdict, SightingConflict};
use crate::primitives::ids::ConflictId;
use crate::registry::Page;
use crate::web::caller::Caller;
use crate::web::envelope::language_of;
use crate::web::json::Json;
use crate::web::listing::{Listing, PageParams};
use crate::web::path::Id;
use crate::web::problem::Problem;
use crate::web::reasons::{page_told, told};

resource!(list, show, decide);

type Answer = Result<HttpResponse, Problem>;

/// Reports that contradict an earlier one under the same id, newest first, each with its reason and
/// what to do; the first was counted. Without `reviewed=true` only those that nobody has judged.
/// Bodies are shown to keys with `amounts.read` only.
#[utoipa::path(tag = "feeds", params(ConflictFilter, PageParams),
    security(("key" = ["feeds.read"])), responses((status = 200, body = Page<SightingConflict>)))]
#[get("/sighting-conflicts")]
async fn list(caller: Caller, listing: Listing<ConflictFilter>, request: HttpRequest) -> Answer {
    let language = language_of(request.headers());
    caller
        .show(move |connection, act| {
            let page = conflicts::list(connection, act, &listing.filter, listing.page)?;
            Ok(page_told(page, language))
        })
        .await
}

#[utoipa::path(tag = "feeds", params(("id" = ConflictId, Path)),
    security(("key" = ["feeds.read"])), responses((status = 200, body = SightingConflict)))]
#[get("/sighting-conflicts/{id}")]
async fn show(caller: Caller, id: Id<ConflictId>, request: HttpRequest) -> Answer {
    let language = language_of(request.headers());
    caller
        .show(move |connection, act| Ok(told(conflicts::get(connection, act, id.0)?, language)))
        .await
}

/// Says which report is right: it leaves the list. If it is `other` and tells other money, the books
/// follow it at once: what was counted is set aside as `test`, and the right report becomes a transfer.
/// With `both` the provider gave two transfers one id, and the later one is counted beside the first.
/// Needs `feeds.read` too.
#[utoipa::path(tag = "feeds", params(("id" = ConflictId, Path)),
    request_body = NewConflictVerdict, security(("key" = ["transfers.assign"])),
    responses((status = 200, body = SightingConflict)))]
#[post("/sighting-conflicts/{id}/decide")]
async fn decide(
    caller: Caller,
    id: Id<ConflictId>,
    new: Json<NewConflictVerdict>,
    request: HttpRequest,
) -> Answer {
    let language = language_of(request.headers());
    let key = caller.state.secret_key.clone();
    caller
        .perform(new, move |connection, act, new| {
            Ok(told(conflicts::decide(connection, act, &key, id.0, new)?, language))
        })
        .await
}
