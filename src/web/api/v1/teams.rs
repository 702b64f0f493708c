//! Teams that go to the stalls.

use actix_web::{HttpResponse, get, patch, post};

use crate::outreach::teams::{self, NewTeam, Team, TeamChange};
use crate::primitives::ids::TeamId;
use crate::registry::Page;
use crate::web::caller::Caller;
use crate::web::json::Json;
use crate::web::listing::{Listing, PageParams, Unfiltered};
use crate::web::path::Id;
use crate::web::problem::Problem;

resource!(create, list, show, change);

type Answer = Result<HttpResponse, Problem>;

/// A team is found by the sections that it goes to or by the khóm where its vendors live.
#[utoipa::path(tag = "visits", request_body = NewTeam, security(("key" = ["visits.write"])),
    responses((status = 201, body = Team)))]
#[post("/teams")]
async fn create(caller: Caller, new: Json<NewTeam>) -> Answer {
    let location = |team: &Team| format!("/api/v1/teams/{}", team.id);
    caller.create(new, location, teams::create).await
}

#[utoipa::path(tag = "visits", params(PageParams), security(("key" = ["visits.read"])),
    responses((status = 200, body = Page<Team>)))]
#[get("/teams")]
async fn list(caller: Caller, listing: Listing<Unfiltered>) -> Answer {
    caller.show(move |connection, act| teams::list(connection, act, listing.page)).await
}

#[utoipa::path(tag = "visits", params(("id" = TeamId, Path)), security(("key" = ["visits.read"])),
    responses((status = 200, body = Team)))]
#[get("/teams/{id}")]
async fn show(caller: Caller, id: Id<TeamId>) -> Answer {
    caller.show(move |connection, act| teams::get(connection, act, id.0)).await
}

#[utoipa::path(tag = "visits", params(("id" = TeamId, Path)), request_body = TeamChange,
    security(("key" = ["visits.write"])), responses((status = 200, body = Team)))]
#[patch("/teams/{id}")]
async fn change(caller: Caller, id: Id<TeamId>, to: Json<TeamChange>) -> Answer {
    caller.change(move |connection, act| teams::change(connection, act, id.0, to.value)).await
}
