//! Links: which accounts an occupancy is paid to, from–to.

use actix_web::{HttpResponse, get, patch, post};

use crate::primitives::ids::LinkId;
use crate::registry::Page;
use crate::registry::links::{
    self, AccountLink, AccountLinkChange, AccountLinkFilter, NewAccountLink,
};
use crate::web::caller::Caller;
use crate::web::json::Json;
use crate::web::listing::{Listing, PageParams};
use crate::web::path::Id;
use crate::web::problem::Problem;

resource!(create, list, show, change);

type Answer = Result<HttpResponse, Problem>;

#[utoipa::path(tag = "accounts", request_body = NewAccountLink, security(("key" = ["registry.write"])),
    responses((status = 201, body = AccountLink)))]
#[post("/account-links")]
async fn create(caller: Caller, new: Json<NewAccountLink>) -> Answer {
    let location = |link: &AccountLink| format!("/api/v1/account-links/{}", link.id);
    caller.create(new, location, links::create).await
}

#[utoipa::path(tag = "accounts", params(AccountLinkFilter, PageParams),
    security(("key" = ["registry.read"])), responses((status = 200, body = Page<AccountLink>)))]
#[get("/account-links")]
async fn list(caller: Caller, listing: Listing<AccountLinkFilter>) -> Answer {
    let Listing { filter, page } = listing;
    caller.show(move |connection, act| links::list(connection, act, &filter, page)).await
}

#[utoipa::path(tag = "accounts", params(("id" = LinkId, Path)),
    security(("key" = ["registry.read"])), responses((status = 200, body = AccountLink)))]
#[get("/account-links/{id}")]
async fn show(caller: Caller, id: Id<LinkId>) -> Answer {
    caller.show(move |connection, act| links::get(connection, act, id.0)).await
}

/// Ends a link, or corrects its days.
#[utoipa::path(tag = "accounts", params(("id" = LinkId, Path)), request_body = AccountLinkChange,
    security(("key" = ["registry.write"])), responses((status = 200, body = AccountLink)))]
#[patch("/account-links/{id}")]
async fn change(caller: Caller, id: Id<LinkId>, to: Json<AccountLinkChange>) -> Answer {
    caller.change(move |connection, act| links::change(connection, act, id.0, to.value)).await
}
