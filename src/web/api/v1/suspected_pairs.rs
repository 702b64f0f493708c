//! Reports of several senders that seem to be of one transfer, and what a person says of them.

use actix_web::{HttpRequest, HttpResponse, get, post};

use super::NoFields;
use crate::intake::pairs::{self, Judged, PairFilter, SuspectedPair};
use crate::primitives::ids::PairId;
use crate::registry::Page;
use crate::web::caller::Caller;
use crate::web::envelope::language_of;
use crate::web::json::Json;
use crate::web::listing::{Listing, PageParams};
use crate::web::path::Id;
use crate::web::problem::Problem;
use crate::web::reasons::{page_told, told};

resource!(list, show, confirm, separate);

type Answer = Result<HttpResponse, Problem>;

/// Pairs of reports by different senders that seem to be of one transfer, newest first. The first
/// report was counted. Bodies are shown to keys with `amounts.read` only.
#[utoipa::path(tag = "feeds", params(PairFilter, PageParams), security(("key" = ["feeds.read"])),
    responses((status = 200, body = Page<SuspectedPair>)))]
#[get("/suspected-pairs")]
async fn list(caller: Caller, listing: Listing<PairFilter>, request: HttpRequest) -> Answer {
    let language = language_of(request.headers());
    caller
        .show(move |connection, act| {
            let page = pairs::list(connection, act, &listing.filter, listing.page)?;
            Ok(page_told(page, language))
        })
        .await
}

#[utoipa::path(tag = "feeds", params(("id" = PairId, Path)),
    security(("key" = ["feeds.read"])), responses((status = 200, body = SuspectedPair)))]
#[get("/suspected-pairs/{id}")]
async fn show(caller: Caller, id: Id<PairId>, request: HttpRequest) -> Answer {
    let language = language_of(request.headers());
    caller
        .show(move |connection, act| Ok(told(pairs::get(connection, act, id.0)?, language)))
        .await
}

/// Both reports are of one transfer: nothing changes, and the pair waits no more.
#[utoipa::path(tag = "feeds", params(("id" = PairId, Path)), request_body = NoFields,
    security(("key" = ["transfers.assign"])), responses((status = 200, body = Judged)))]
#[post("/suspected-pairs/{id}/confirm")]
async fn confirm(caller: Caller, id: Id<PairId>, nothing: Json<NoFields>) -> Answer {
    caller
        .perform(nothing, move |connection, act, NoFields {}| pairs::confirm(connection, act, id.0))
        .await
}

/// The reports are of two transfers: the other one is recorded and counted now, for good.
#[utoipa::path(tag = "feeds", params(("id" = PairId, Path)), request_body = NoFields,
    security(("key" = ["transfers.assign"])), responses((status = 200, body = Judged)))]
#[post("/suspected-pairs/{id}/separate")]
async fn separate(caller: Caller, id: Id<PairId>, nothing: Json<NoFields>) -> Answer {
    let key = caller.state.secret_key.clone();
    caller
        .perform(nothing, move |connection, act, NoFields {}| {
            pairs::separate(connection, act, &key, id.0)
        })
        .await
}
