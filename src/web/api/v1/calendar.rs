//! The calendar of a market: rules that open and close its days.

use actix_web::{HttpResponse, delete, get, post};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::primitives::ids::{CalendarRuleId, MarketId};
use crate::primitives::input;
use crate::registry::calendar::{self, CalendarFilter, CalendarRule, NewCalendarRule, Rule};
use crate::registry::{Page, markets};
use crate::web::caller::Caller;
use crate::web::json::Json;
use crate::web::listing::{Listing, PageParams};
use crate::web::path::Id;
use crate::web::problem::Problem;

resource!(create, list, show, remove);

type Answer = Result<HttpResponse, Problem>;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RuleOfMarket {
    #[serde(deserialize_with = "input::object")]
    rule: Rule,
}

/// Adds a rule. A market without rules is held every day.
#[utoipa::path(tag = "calendar", params(("market_id" = MarketId, Path)),
    request_body = RuleOfMarket, security(("key" = ["registry.write"])),
    responses((status = 201, body = CalendarRule)))]
#[post("/markets/{market_id}/calendar-rules")]
async fn create(caller: Caller, market: Id<MarketId>, new: Json<RuleOfMarket>) -> Answer {
    let location = |rule: &CalendarRule| format!("/api/v1/calendar-rules/{}", rule.id);
    caller
        .create(new, location, move |connection, act, RuleOfMarket { rule }| {
            calendar::create(connection, act, NewCalendarRule { market_id: market.0, rule })
        })
        .await
}

#[utoipa::path(tag = "calendar", params(("market_id" = MarketId, Path), PageParams),
    security(("key" = ["registry.read"])), responses((status = 200, body = Page<CalendarRule>)))]
#[get("/markets/{market_id}/calendar-rules")]
async fn list(caller: Caller, market: Id<MarketId>, listing: Listing<CalendarFilter>) -> Answer {
    caller
        .show(move |connection, act| {
            let market_id = Some(markets::get(connection, act, market.0)?.id);
            calendar::list(connection, act, &CalendarFilter { market_id }, listing.page)
        })
        .await
}

#[utoipa::path(tag = "calendar", params(("id" = CalendarRuleId, Path)),
    security(("key" = ["registry.read"])), responses((status = 200, body = CalendarRule)))]
#[get("/calendar-rules/{id}")]
async fn show(caller: Caller, id: Id<CalendarRuleId>) -> Answer {
    caller.show(move |connection, act| calendar::get(connection, act, id.0)).await
}

#[utoipa::path(tag = "calendar", params(("id" = CalendarRuleId, Path)),
    security(("key" = ["registry.write"])), responses((status = 204)))]
#[delete("/calendar-rules/{id}")]
async fn remove(caller: Caller, id: Id<CalendarRuleId>) -> Answer {
    caller.end(move |connection, act| calendar::remove(connection, act, id.0)).await
}
