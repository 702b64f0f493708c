//! Visits, and what came of them.

use actix_web::{HttpResponse, get, post, put};

use crate::outreach::visits::{
    self, NewVisit, ToldReports, Visit, VisitFilter, VisitReport,
};
use crate::primitives::ids::VisitId;
use crate::registry::Page;
use crate::web::caller::Caller;
use crate::web::json::Json;
use crate::web::listing::{Listing, PageParams};
use crate::web::path::Id;
use crate::web::problem::Problem;

resource!(create, list, show, report, reports);

type Answer = Result<HttpResponse, Problem>;

/// A visit that no list had asked for: the vendor came, or the team passed by. With a `client_id` it may
/// be sent again at any time.
#[utoipa::path(tag = "visits", request_body = NewVisit, security(("key" = ["visits.write"])),
    responses((status = 201, body = Visit)))]
#[post("/visits")]
async fn create(caller: Caller, new: Json<NewVisit>) -> Answer {
    let location = |visit: &Visit| format!("/api/v1/visits/{}", visit.id);
    caller.create(new, location, visits::create).await
}

#[utoipa::path(tag = "visits", params(VisitFilter, PageParams),
    security(("key" = ["visits.read"])), responses((status = 200, body = Page<Visit>)))]
#[get("/visits")]
async fn list(caller: Caller, listing: Listing<VisitFilter>) -> Answer {
    let Listing { filter, page } = listing;
    caller.show(move |connection, act| visits::list(connection, act, &filter, page)).await
}

#[utoipa::path(tag = "visits", params(("id" = VisitId, Path)),
    security(("key" = ["visits.read"])), responses((status = 200, body = Visit)))]
#[get("/visits/{id}")]
async fn show(caller: Caller, id: Id<VisitId>) -> Answer {
    caller.show(move |connection, act| visits::get(connection, act, id.0)).await
}

/// Writes down what came of a visit, or corrects it. A phone that was offline sends it later, and may
/// send it again: with `recorded_on_phone_at`, what was written down last stands. Nothing is written over.
#[utoipa::path(tag = "visits", params(("id" = VisitId, Path)), request_body = VisitReport,
    security(("key" = ["visits.write"])), responses((status = 200, body = Visit)))]
#[put("/visits/{id}/report")]
async fn report(caller: Caller, id: Id<VisitId>, of: Json<VisitReport>) -> Answer {
    caller.change(move |connection, act| visits::report(connection, act, id.0, of.value)).await
}

/// All that was told of a visit; the last one stands.
#[utoipa::path(tag = "visits", params(("id" = VisitId, Path)),
    security(("key" = ["visits.read"])), responses((status = 200, body = ToldReports)))]
#[get("/visits/{id}/reports")]
async fn reports(caller: Caller, id: Id<VisitId>) -> Answer {
    caller.show(move |connection, act| visits::reports(connection, act, id.0)).await
}
