//! Accounts that receive the stalls' money.

use actix_web::{HttpResponse, get, patch, post};

use crate::primitives::ids::AccountId;
use crate::registry::Page;
use crate::registry::accounts::{self, Account, AccountChange, AccountFilter, NewAccount};
use crate::web::api::v1::NoFields;
use crate::web::caller::Caller;
use crate::web::json::Json;
use crate::web::listing::{Listing, PageParams};
use crate::web::path::Id;
use crate::web::problem::Problem;

resource!(create, list, show, change, close);

type Answer = Result<HttpResponse, Problem>;

/// Registers an account with its main number.
#[utoipa::path(tag = "accounts", request_body = NewAccount, security(("key" = ["registry.write"])),
    responses((status = 201, body = Account)))]
#[post("/accounts")]
async fn create(caller: Caller, new: Json<NewAccount>) -> Answer {
    let location = |account: &Account| format!("/api/v1/accounts/{}", account.id);
    caller.create(new, location, accounts::create).await
}

#[utoipa::path(tag = "accounts", params(AccountFilter, PageParams),
    security(("key" = ["registry.read"])), responses((status = 200, body = Page<Account>)))]
#[get("/accounts")]
async fn list(caller: Caller, listing: Listing<AccountFilter>) -> Answer {
    let Listing { filter, page } = listing;
    caller.show(move |connection, act| accounts::list(connection, act, &filter, page)).await
}

#[utoipa::path(tag = "accounts", params(("id" = AccountId, Path)),
    security(("key" = ["registry.read"])), responses((status = 200, body = Account)))]
#[get("/accounts/{id}")]
async fn show(caller: Caller, id: Id<AccountId>) -> Answer {
    caller.show(move |connection, act| accounts::get(connection, act, id.0)).await
}

#[utoipa::path(tag = "accounts", params(("id" = AccountId, Path)), request_body = AccountChange,
    security(("key" = ["registry.write"])), responses((status = 200, body = Account)))]
#[patch("/accounts/{id}")]
async fn change(caller: Caller, id: Id<AccountId>, to: Json<AccountChange>) -> Answer {
    caller.change(move |connection, act| accounts::change(connection, act, id.0, to.value)).await
}

/// Closes an account: no new code leads to it; what still comes in is recorded.
#[utoipa::path(tag = "accounts", params(("id" = AccountId, Path)), request_body = NoFields,
    security(("key" = ["registry.write"])), responses((status = 200, body = Account)))]
#[post("/accounts/{id}/close")]
async fn close(caller: Caller, id: Id<AccountId>, body: Json<NoFields>) -> Answer {
    caller
        .perform(body, move |connection, act, NoFields {}| accounts::close(connection, act, id.0))
        .await
}
