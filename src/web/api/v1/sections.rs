//! Sections of a market.

use actix_web::{HttpResponse, get, patch, post};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::primitives::ids::{MarketId, SectionId};
use crate::registry::sections::{self, NewSection, Section, SectionChange, SectionFilter};
use crate::registry::{Page, markets};
use crate::web::caller::Caller;
use crate::web::json::Json;
use crate::web::listing::{Listing, PageParams};
use crate::web::path::Id;
use crate::web::problem::Problem;

resource!(create, list, show, change);

type Answer = Result<HttpResponse, Problem>;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SectionOfMarket {
    /// 1–80 characters, unique in the market.
    name: String,
    /// Order of walking, from the entrance.
    #[serde(default)]
    position: i32,
}

#[utoipa::path(tag = "sections", params(("market_id" = MarketId, Path)),
    request_body = SectionOfMarket, security(("key" = ["registry.write"])),
    responses((status = 201, body = Section)))]
#[post("/markets/{market_id}/sections")]
async fn create(caller: Caller, market: Id<MarketId>, new: Json<SectionOfMarket>) -> Answer {
    let location = |section: &Section| format!("/api/v1/sections/{}", section.id);
    caller
        .create(new, location, move |connection, act, SectionOfMarket { name, position }| {
            sections::create(connection, act, NewSection { market_id: market.0, name, position })
        })
        .await
}

#[utoipa::path(tag = "sections", params(("market_id" = MarketId, Path), PageParams),
    security(("key" = ["registry.read"])), responses((status = 200, body = Page<Section>)))]
#[get("/markets/{market_id}/sections")]
async fn list(caller: Caller, market: Id<MarketId>, listing: Listing<SectionFilter>) -> Answer {
    caller
        .show(move |connection, act| {
            let market_id = Some(markets::get(connection, act, market.0)?.id);
            sections::list(connection, act, &SectionFilter { market_id }, listing.page)
        })
        .await
}

#[utoipa::path(tag = "sections", params(("id" = SectionId, Path)),
    security(("key" = ["registry.read"])), responses((status = 200, body = Section)))]
#[get("/sections/{id}")]
async fn show(caller: Caller, id: Id<SectionId>) -> Answer {
    caller.show(move |connection, act| sections::get(connection, act, id.0)).await
}

#[utoipa::path(tag = "sections", params(("id" = SectionId, Path)), request_body = SectionChange,
    security(("key" = ["registry.write"])), responses((status = 200, body = Section)))]
#[patch("/sections/{id}")]
async fn change(caller: Caller, id: Id<SectionId>, to: Json<SectionChange>) -> Answer {
    caller.change(move |connection, act| sections::change(connection, act, id.0, to.value)).await
}
