//! Khóm, ấp, tổ dân phố, thôn: where vendors live.

use actix_web::{HttpResponse, get, patch, post};

use crate::primitives::ids::NeighbourhoodId;
use crate::registry::Page;
use crate::registry::neighbourhoods::{
    self, Neighbourhood, NeighbourhoodChange, NeighbourhoodFilter, NewNeighbourhood,
};
use crate::web::caller::Caller;
use crate::web::json::Json;
use crate::web::listing::{Listing, PageParams};
use crate::web::path::Id;
use crate::web::problem::Problem;

resource!(create, list, show, change);

type Answer = Result<HttpResponse, Problem>;

#[utoipa::path(tag = "neighbourhoods", request_body = NewNeighbourhood, security(("key" = ["registry.write"])),
    responses((status = 201, body = Neighbourhood)))]
#[post("/neighbourhoods")]
async fn create(caller: Caller, new: Json<NewNeighbourhood>) -> Answer {
    let location =
        |neighbourhood: &Neighbourhood| format!("/api/v1/neighbourhoods/{}", neighbourhood.id);
    caller.create(new, location, neighbourhoods::create).await
}

#[utoipa::path(tag = "neighbourhoods", params(NeighbourhoodFilter, PageParams),
    security(("key" = ["registry.read"])), responses((status = 200, body = Page<Neighbourhood>)))]
#[get("/neighbourhoods")]
async fn list(caller: Caller, listing: Listing<NeighbourhoodFilter>) -> Answer {
    let Listing { filter, page } = listing;
    caller.show(move |connection, act| neighbourhoods::list(connection, act, &filter, page)).await
}

#[utoipa::path(tag = "neighbourhoods", params(("id" = NeighbourhoodId, Path)),
    security(("key" = ["registry.read"])), responses((status = 200, body = Neighbourhood)))]
#[get("/neighbourhoods/{id}")]
async fn show(caller: Caller, id: Id<NeighbourhoodId>) -> Answer {
    caller.show(move |connection, act| neighbourhoods::get(connection, act, id.0)).await
}

#[utoipa::path(tag = "neighbourhoods", params(("id" = NeighbourhoodId, Path)), request_body = NeighbourhoodChange,
    security(("key" = ["registry.write"])), responses((status = 200, body = Neighbourhood)))]
#[patch("/neighbourhoods/{id}")]
async fn change(caller: Caller, id: Id<NeighbourhoodId>, to: Json<NeighbourhoodChange>) -> Answer {
    caller
        .change(move |connection, act| neighbourhoods::change(connection, act, id.0, to.value))
        .await
}
