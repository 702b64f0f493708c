//! Tallies of single payments, without amounts.

use actix_web::{HttpResponse, get, post};

use crate::adoption::counting::tallies::{self, NewTally, Tally, TallyFilter};
use crate::primitives::ids::TallyId;
use crate::registry::Page;
use crate::web::caller::Caller;
use crate::web::json::Json;
use crate::web::listing::{Listing, PageParams};
use crate::web::path::Id;
use crate::web::problem::Problem;

resource!(record, list, show);

type Answer = Result<HttpResponse, Problem>;

/// Takes a tally, or more presses of one: a phone that was offline sends all that it has, and may send it
/// again. Tally and presses are known by the names that the phone gave them, and each counts once.
#[utoipa::path(tag = "cash", request_body = NewTally, security(("key" = ["visits.write"])),
    responses((status = 201, body = Tally)))]
#[post("/tallies")]
async fn record(caller: Caller, new: Json<NewTally>) -> Answer {
    let location = |tally: &Tally| format!("/api/v1/tallies/{}", tally.id);
    caller.create(new, location, tallies::record).await
}

#[utoipa::path(tag = "cash", params(TallyFilter, PageParams),
    security(("key" = ["visits.read"])), responses((status = 200, body = Page<Tally>)))]
#[get("/tallies")]
async fn list(caller: Caller, listing: Listing<TallyFilter>) -> Answer {
    let Listing { filter, page } = listing;
    caller.show(move |connection, act| tallies::list(connection, act, &filter, page)).await
}

#[utoipa::path(tag = "cash", params(("id" = TallyId, Path)),
    security(("key" = ["visits.read"])), responses((status = 200, body = Tally)))]
#[get("/tallies/{id}")]
async fn show(caller: Caller, id: Id<TallyId>) -> Answer {
    caller.show(move |connection, act| tallies::get(connection, act, id.0)).await
}
