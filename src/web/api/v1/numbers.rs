//! Receiving numbers of accounts: virtual accounts, merchant and terminal ids.

use actix_web::{HttpResponse, get, patch, post};

use crate::primitives::ids::NumberId;
use crate::registry::Page;
use crate::registry::numbers::{
    self, NewReceivingNumber, ReceivingNumber, ReceivingNumberChange, ReceivingNumberFilter,
};
use crate::web::caller::Caller;
use crate::web::json::Json;
use crate::web::listing::{Listing, PageParams};
use crate::web::path::Id;
use crate::web::problem::Problem;

resource!(create, list, show, change);

type Answer = Result<HttpResponse, Problem>;

#[utoipa::path(tag = "accounts", request_body = NewReceivingNumber, security(("key" = ["registry.write"])),
    responses((status = 201, body = ReceivingNumber)))]
#[post("/receiving-numbers")]
async fn create(caller: Caller, new: Json<NewReceivingNumber>) -> Answer {
    let location = |number: &ReceivingNumber| format!("/api/v1/receiving-numbers/{}", number.id);
    caller.create(new, location, numbers::create).await
}

/// Numbers; with `number`, the account behind one.
#[utoipa::path(tag = "accounts", params(ReceivingNumberFilter, PageParams),
    security(("key" = ["registry.read"])), responses((status = 200, body = Page<ReceivingNumber>)))]
#[get("/receiving-numbers")]
async fn list(caller: Caller, listing: Listing<ReceivingNumberFilter>) -> Answer {
    let Listing { filter, page } = listing;
    caller.show(move |connection, act| numbers::list(connection, act, &filter, page)).await
}

#[utoipa::path(tag = "accounts", params(("id" = NumberId, Path)),
    security(("key" = ["registry.read"])), responses((status = 200, body = ReceivingNumber)))]
#[get("/receiving-numbers/{id}")]
async fn show(caller: Caller, id: Id<NumberId>) -> Answer {
    caller.show(move |connection, act| numbers::get(connection, act, id.0)).await
}

/// Corrects a mistyped number, as long as no code or request was issued to it.
#[utoipa::path(tag = "accounts", params(("id" = NumberId, Path)), request_body = ReceivingNumberChange,
    security(("key" = ["registry.write"])), responses((status = 200, body = ReceivingNumber)))]
#[patch("/receiving-numbers/{id}")]
async fn change(caller: Caller, id: Id<NumberId>, to: Json<ReceivingNumberChange>) -> Answer {
    caller.change(move |connection, act| numbers::change(connection, act, id.0, to.value)).await
}
