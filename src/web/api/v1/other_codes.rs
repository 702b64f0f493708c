//! Codes of other schemes that hang on stalls.

use actix_web::{HttpResponse, get, post};

use crate::primitives::ids::OtherCodeId;
use crate::registry::Page;
use crate::registry::codes::Revocation;
use crate::registry::other_codes::{self, NewOtherCode, OtherCode, OtherCodeFilter};
use crate::web::caller::Caller;
use crate::web::json::Json;
use crate::web::listing::{Listing, PageParams};
use crate::web::path::Id;
use crate::web::problem::Problem;

resource!(register, list, show, revoke);

type Answer = Result<HttpResponse, Problem>;

/// Registers a code of another scheme that the vendor has, e.g. MoMo's or VNPAY's for merchants, as
/// `POST /code-readings` has read it. Its stall cannot be called measurable while it hangs.
#[utoipa::path(tag = "codes", request_body = NewOtherCode, security(("key" = ["codes.write"])),
    responses((status = 201, body = OtherCode)))]
#[post("/other-codes")]
async fn register(caller: Caller, new: Json<NewOtherCode>) -> Answer {
    let location = |code: &OtherCode| format!("/api/v1/other-codes/{}", code.id);
    caller.create(new, location, other_codes::register).await
}

#[utoipa::path(tag = "codes", params(OtherCodeFilter, PageParams),
    security(("key" = ["registry.read"])), responses((status = 200, body = Page<OtherCode>)))]
#[get("/other-codes")]
async fn list(caller: Caller, listing: Listing<OtherCodeFilter>) -> Answer {
    let Listing { filter, page } = listing;
    caller.show(move |connection, act| other_codes::list(connection, act, &filter, page)).await
}

#[utoipa::path(tag = "codes", params(("id" = OtherCodeId, Path)),
    security(("key" = ["registry.read"])), responses((status = 200, body = OtherCode)))]
#[get("/other-codes/{id}")]
async fn show(caller: Caller, id: Id<OtherCodeId>) -> Answer {
    caller.show(move |connection, act| other_codes::get(connection, act, id.0)).await
}

/// Ends it: it was taken down.
#[utoipa::path(tag = "codes", params(("id" = OtherCodeId, Path)), request_body = Revocation,
    security(("key" = ["codes.write"])), responses((status = 200, body = OtherCode)))]
#[post("/other-codes/{id}/revoke")]
async fn revoke(caller: Caller, id: Id<OtherCodeId>, because: Json<Revocation>) -> Answer {
    caller
        .perform(because, move |connection, act, because| {
            other_codes::revoke(connection, act, id.0, because)
        })
        .await
}
