//! Stalls of a market.

use actix_web::{HttpResponse, get, patch, post};

use crate::primitives::Refusal;
use crate::primitives::ids::{MarketId, StallId};
use crate::registry::stalls::{self, NewStall, Stall, StallChange, StallFilter};
use crate::registry::{Page, markets};
use crate::web::caller::Caller;
use crate::web::json::Json;
use crate::web::listing::{Listing, PageParams};
use crate::web::path::Id;
use crate::web::problem::Problem;

resource!(create, list, show, change);

type Answer = Result<HttpResponse, Problem>;

#[utoipa::path(tag = "stalls", params(("market_id" = MarketId, Path)), request_body = NewStall,
    security(("key" = ["registry.write"])), responses((status = 201, body = Stall)))]
#[post("/markets/{market_id}/stalls")]
async fn create(caller: Caller, market: Id<MarketId>, new: Json<NewStall>) -> Answer {
    let location = |stall: &Stall| format!("/api/v1/stalls/{}", stall.id);
    caller
        .create(new, location, move |connection, act, new| {
            let stall = stalls::create(connection, act, new)?;
            if stall.market_id == market.0 {
                return Ok(stall);
            }
            // The section is there, but not in the market that the path names.
            Err(Refusal::not_found("section").on("section_id").into())
        })
        .await
}

#[utoipa::path(tag = "stalls", params(("market_id" = MarketId, Path), StallFilter, PageParams),
    security(("key" = ["registry.read"])), responses((status = 200, body = Page<Stall>)))]
#[get("/markets/{market_id}/stalls")]
async fn list(caller: Caller, market: Id<MarketId>, listing: Listing<StallFilter>) -> Answer {
    caller
        .show(move |connection, act| {
            let market_id = Some(markets::get(connection, act, market.0)?.id);
            let filter = StallFilter { market_id, ..listing.filter.clone() };
            stalls::list(connection, act, &filter, listing.page)
        })
        .await
}

#[utoipa::path(tag = "stalls", params(("id" = StallId, Path)),
    security(("key" = ["registry.read"])), responses((status = 200, body = Stall)))]
#[get("/stalls/{id}")]
async fn show(caller: Caller, id: Id<StallId>) -> Answer {
    caller.show(move |connection, act| stalls::get(connection, act, id.0)).await
}

/// Changes a stall. It is closed with `closed_day` after its last vendor has left.
#[utoipa::path(tag = "stalls", params(("id" = StallId, Path)), request_body = StallChange,
    security(("key" = ["registry.write"])), responses((status = 200, body = Stall)))]
#[patch("/stalls/{id}")]
async fn change(caller: Caller, id: Id<StallId>, to: Json<StallChange>) -> Answer {
    caller.change(move |connection, act| stalls::change(connection, act, id.0, to.value)).await
}
