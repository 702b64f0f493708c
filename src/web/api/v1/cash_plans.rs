//! Sampling plans of cash, and what was counted.

use actix_web::{HttpResponse, get, post, put};

use crate::adoption::counting::counts::{self, NewCount};
use crate::adoption::counting::plans::{self, CashPlan, NewPlan, PlanFilter, PlanHead};
use crate::primitives::ids::{CashPlanId, MarketId};
use crate::registry::Page;
use crate::web::caller::Caller;
use crate::web::json::Json;
use crate::web::listing::{Listing, PageParams};
use crate::web::path::Id;
use crate::web::problem::Problem;

resource!(create, list, show, count);

type Answer = Result<HttpResponse, Problem>;

/// Draws stalls and days on which their cash is counted, and keeps what the lot fell on, so that anybody
/// can draw it again. Drawn are measurable retail stalls, each with the same chance, each sort of goods
/// and size with its share.
#[utoipa::path(tag = "cash", params(("market_id" = MarketId, Path)), request_body = NewPlan,
    security(("key" = ["visits.write"])), responses((status = 201, body = CashPlan)))]
#[post("/markets/{market_id}/cash-plans")]
async fn create(caller: Caller, id: Id<MarketId>, new: Json<NewPlan>) -> Answer {
    let location = |plan: &CashPlan| format!("/api/v1/cash-plans/{}", plan.head.id);
    let create = move |connection: &mut _, act: &_, new| plans::create(connection, act, id.0, new);
    caller.create(new, location, create).await
}

#[utoipa::path(tag = "cash", params(PlanFilter, PageParams),
    security(("key" = ["visits.read"])), responses((status = 200, body = Page<PlanHead>)))]
#[get("/cash-plans")]
async fn list(caller: Caller, listing: Listing<PlanFilter>) -> Answer {
    let Listing { filter, page } = listing;
    caller.show(move |connection, act| plans::list(connection, act, &filter, page)).await
}

/// A plan with its drawn days and what came of each: drawn, counted, refused. Amounts are there for keys
/// with `amounts.read`, and of vendors who let them be seen.
#[utoipa::path(tag = "cash", params(("id" = CashPlanId, Path)),
    security(("key" = ["visits.read"])), responses((status = 200, body = CashPlan)))]
#[get("/cash-plans/{id}")]
async fn show(caller: Caller, id: Id<CashPlanId>) -> Answer {
    caller.show(move |connection, act| plans::get(connection, act, id.0)).await
}

/// Writes down what came of a drawn day, or corrects it; earlier answers stay.
#[utoipa::path(tag = "cash", params(("id" = CashPlanId, Path)), request_body = NewCount,
    security(("key" = ["visits.write"])), responses((status = 200, body = CashPlan)))]
#[put("/cash-plans/{id}/counts")]
async fn count(caller: Caller, id: Id<CashPlanId>, new: Json<NewCount>) -> Answer {
    caller.change(move |connection, act| counts::record(connection, act, id.0, new.value)).await
}
