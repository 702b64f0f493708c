//! Markets of the board.

use actix_web::{HttpResponse, get, patch, post};

use crate::primitives::ids::MarketId;
use crate::registry::Page;
use crate::registry::markets::{self, Market, MarketChange, NewMarket};
use crate::web::caller::Caller;
use crate::web::json::Json;
use crate::web::listing::{Listing, PageParams, Unfiltered};
use crate::web::path::Id;
use crate::web::problem::Problem;

resource!(create, list, show, change);

type Answer = Result<HttpResponse, Problem>;

#[utoipa::path(tag = "markets", request_body = NewMarket, security(("key" = ["registry.write"])),
    responses((status = 201, body = Market)))]
#[post("/markets")]
async fn create(caller: Caller, new: Json<NewMarket>) -> Answer {
    caller
        .create(new, |market: &Market| format!("/api/v1/markets/{}", market.id), markets::create)
        .await
}

#[utoipa::path(tag = "markets", params(PageParams), security(("key" = ["registry.read"])),
    responses((status = 200, body = Page<Market>)))]
#[get("/markets")]
async fn list(caller: Caller, listing: Listing<Unfiltered>) -> Answer {
    caller.show(move |connection, act| markets::list(connection, act, listing.page)).await
}

#[utoipa::path(tag = "markets", params(("market_id" = MarketId, Path)),
    security(("key" = ["registry.read"])), responses((status = 200, body = Market)))]
#[get("/markets/{market_id}")]
async fn show(caller: Caller, id: Id<MarketId>) -> Answer {
    caller.show(move |connection, act| markets::get(connection, act, id.0)).await
}

#[utoipa::path(tag = "markets", params(("market_id" = MarketId, Path)),
    request_body = MarketChange, security(("key" = ["registry.write"])),
    responses((status = 200, body = Market)))]
#[patch("/markets/{market_id}")]
async fn change(caller: Caller, id: Id<MarketId>, to: Json<MarketChange>) -> Answer {
    caller.change(move |connection, act| markets::change(connection, act, id.0, to.value)).await
}
