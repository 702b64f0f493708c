//! Occupancies: which vendor trades at which stall, from–to.

use actix_web::{HttpResponse, get, patch, post};

use crate::primitives::ids::OccupancyId;
use crate::registry::Page;
use crate::registry::occupancies::{
    self, EndOccupancy, NewOccupancy, Occupancy, OccupancyChange, OccupancyFilter,
};
use crate::web::caller::Caller;
use crate::web::json::Json;
use crate::web::listing::{Listing, PageParams};
use crate::web::path::Id;
use crate::web::problem::Problem;

resource!(create, list, show, change, end);

type Answer = Result<HttpResponse, Problem>;

#[utoipa::path(tag = "occupancies", request_body = NewOccupancy, security(("key" = ["registry.write"])),
    responses((status = 201, body = Occupancy)))]
#[post("/occupancies")]
async fn create(caller: Caller, new: Json<NewOccupancy>) -> Answer {
    let location = |occupancy: &Occupancy| format!("/api/v1/occupancies/{}", occupancy.id);
    caller.create(new, location, occupancies::create).await
}

#[utoipa::path(tag = "occupancies", params(OccupancyFilter, PageParams),
    security(("key" = ["registry.read"])), responses((status = 200, body = Page<Occupancy>)))]
#[get("/occupancies")]
async fn list(caller: Caller, listing: Listing<OccupancyFilter>) -> Answer {
    let Listing { filter, page } = listing;
    caller.show(move |connection, act| occupancies::list(connection, act, &filter, page)).await
}

#[utoipa::path(tag = "occupancies", params(("id" = OccupancyId, Path)),
    security(("key" = ["registry.read"])), responses((status = 200, body = Occupancy)))]
#[get("/occupancies/{id}")]
async fn show(caller: Caller, id: Id<OccupancyId>) -> Answer {
    caller.show(move |connection, act| occupancies::get(connection, act, id.0)).await
}

/// Corrects the days.
#[utoipa::path(tag = "occupancies", params(("id" = OccupancyId, Path)), request_body = OccupancyChange,
    security(("key" = ["registry.write"])), responses((status = 200, body = Occupancy)))]
#[patch("/occupancies/{id}")]
async fn change(caller: Caller, id: Id<OccupancyId>, to: Json<OccupancyChange>) -> Answer {
    caller.change(move |connection, act| occupancies::change(connection, act, id.0, to.value)).await
}

/// The vendor leaves. Money that still comes to an old card keeps its old occupancy.
#[utoipa::path(tag = "occupancies", params(("id" = OccupancyId, Path)),
    request_body = EndOccupancy, security(("key" = ["registry.write"])),
    responses((status = 200, body = Occupancy)))]
#[post("/occupancies/{id}/end")]
async fn end(caller: Caller, id: Id<OccupancyId>, last: Json<EndOccupancy>) -> Answer {
    caller
        .perform(last, move |connection, act, last| occupancies::end(connection, act, id.0, last))
        .await
}
