//! Absences: days on which an occupancy does not trade.

use actix_web::{HttpResponse, delete, get, patch, post};

use crate::primitives::ids::AbsenceId;
use crate::registry::Page;
use crate::registry::absences::{self, Absence, AbsenceChange, AbsenceFilter, NewAbsence};
use crate::web::caller::Caller;
use crate::web::json::Json;
use crate::web::listing::{Listing, PageParams};
use crate::web::path::Id;
use crate::web::problem::Problem;

resource!(create, list, show, change, remove);

type Answer = Result<HttpResponse, Problem>;

#[utoipa::path(tag = "absences", request_body = NewAbsence, security(("key" = ["registry.write"])),
    responses((status = 201, body = Absence)))]
#[post("/absences")]
async fn create(caller: Caller, new: Json<NewAbsence>) -> Answer {
    let location = |absence: &Absence| format!("/api/v1/absences/{}", absence.id);
    caller.create(new, location, absences::create).await
}

#[utoipa::path(tag = "absences", params(AbsenceFilter, PageParams),
    security(("key" = ["registry.read"])), responses((status = 200, body = Page<Absence>)))]
#[get("/absences")]
async fn list(caller: Caller, listing: Listing<AbsenceFilter>) -> Answer {
    let Listing { filter, page } = listing;
    caller.show(move |connection, act| absences::list(connection, act, &filter, page)).await
}

#[utoipa::path(tag = "absences", params(("id" = AbsenceId, Path)),
    security(("key" = ["registry.read"])), responses((status = 200, body = Absence)))]
#[get("/absences/{id}")]
async fn show(caller: Caller, id: Id<AbsenceId>) -> Answer {
    caller.show(move |connection, act| absences::get(connection, act, id.0)).await
}

#[utoipa::path(tag = "absences", params(("id" = AbsenceId, Path)), request_body = AbsenceChange,
    security(("key" = ["registry.write"])), responses((status = 200, body = Absence)))]
#[patch("/absences/{id}")]
async fn change(caller: Caller, id: Id<AbsenceId>, to: Json<AbsenceChange>) -> Answer {
    caller.change(move |connection, act| absences::change(connection, act, id.0, to.value)).await
}

/// Takes back an absence that was entered by mistake.
#[utoipa::path(tag = "absences", params(("id" = AbsenceId, Path)),
    security(("key" = ["registry.write"])), responses((status = 204)))]
#[delete("/absences/{id}")]
async fn remove(caller: Caller, id: Id<AbsenceId>) -> Answer {
    caller.end(move |connection, act| absences::remove(connection, act, id.0)).await
}
