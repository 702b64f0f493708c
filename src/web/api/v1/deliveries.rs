//! Deliveries: what arrived through the feeds, and what became of it.

use actix_web::{HttpRequest, HttpResponse, get, post};

use super::NoFields;
use crate::intake::deliveries::{self, Delivery, DeliveryOutcome, Filter, NewDismissal};
use crate::intake::replay::{self, TakenIn};
use crate::primitives::ids::DeliveryId;
use crate::registry::Page;
use crate::web::caller::Caller;
use crate::web::envelope::language_of;
use crate::web::json::Json;
use crate::web::listing::{Listing, PageParams};
use crate::web::path::Id;
use crate::web::problem::Problem;
use crate::web::reasons::{page_told, told};

resource!(list, show, replay_again, dismiss; DeliveryOutcome);

type Answer = Result<HttpResponse, Problem>;

/// Deliveries, newest first. Bodies are shown to keys with `amounts.read` only.
#[utoipa::path(tag = "feeds", params(Filter, PageParams), security(("key" = ["feeds.read"])),
    responses((status = 200, body = Page<Delivery>)))]
#[get("/deliveries")]
async fn list(caller: Caller, listing: Listing<Filter>, request: HttpRequest) -> Answer {
    let language = language_of(request.headers());
    caller
        .show(move |connection, act| {
            let page = deliveries::list(connection, act, &listing.filter, listing.page)?;
            Ok(page_told(page, language))
        })
        .await
}

#[utoipa::path(tag = "feeds", params(("id" = DeliveryId, Path)),
    security(("key" = ["feeds.read"])), responses((status = 200, body = Delivery)))]
#[get("/deliveries/{id}")]
async fn show(caller: Caller, id: Id<DeliveryId>, request: HttpRequest) -> Answer {
    let language = language_of(request.headers());
    caller
        .show(move |connection, act| Ok(told(deliveries::get(connection, act, id.0)?, language)))
        .await
}

/// Reads an undecodable delivery again and takes it in; one that is not is answered as it is.
#[utoipa::path(tag = "feeds", operation_id = "replay", params(("id" = DeliveryId, Path)),
    request_body = NoFields, security(("key" = ["feeds.write"])),
    responses((status = 200, body = TakenIn)))]
#[post("/deliveries/{id}/replay")]
async fn replay_again(
    caller: Caller,
    id: Id<DeliveryId>,
    nothing: Json<NoFields>,
    request: HttpRequest,
) -> Answer {
    let language = language_of(request.headers());
    let key = caller.state.secret_key.clone();
    caller
        .perform(nothing, move |connection, act, NoFields {}| {
            Ok(told(replay::replay(connection, act, &key, id.0)?, language))
        })
        .await
}

/// Says that no money is in an undecodable delivery that is not counted, and why. It can still be
/// replayed. Needs `feeds.read` too.
#[utoipa::path(tag = "feeds", operation_id = "dismiss_delivery", params(("id" = DeliveryId, Path)),
    request_body = NewDismissal, security(("key" = ["transfers.assign"])),
    responses((status = 200, body = Delivery)))]
#[post("/deliveries/{id}/dismiss")]
async fn dismiss(
    caller: Caller,
    id: Id<DeliveryId>,
    new: Json<NewDismissal>,
    request: HttpRequest,
) -> Answer {
    let language = language_of(request.headers());
    caller
        .perform(new, move |connection, act, new| {
            Ok(told(deliveries::dismiss(connection, act, id.0, &new)?, language))
        })
        .await
}
