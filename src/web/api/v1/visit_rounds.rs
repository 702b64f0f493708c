//! Whom to visit next: candidates with their reasons, rounds with their lists.

use actix_web::{HttpResponse, get, post};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::outreach::candidates::{self, Candidate, Candidates};
use crate::outreach::desk::DeskTask;
use crate::outreach::rounds::{self, NewRound, Round, RoundFilter, RoundHead};
use crate::primitives::Day;
use crate::primitives::ids::{MarketId, RoundId, TeamId};
use crate::registry::Page;
use crate::web::caller::Caller;
use crate::web::json::Json;
use crate::web::listing::{Listing, PageParams};
use crate::web::path::Id;
use crate::web::problem::Problem;
use crate::web::query::Query;

resource!(suggest, create, list, show);

type Answer = Result<HttpResponse, Problem>;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// Only stalls that this team goes to.
    team_id: Option<TeamId>,
    /// Also those that are on no list now (`rests`), and those where nothing is amiss.
    #[serde(default)]
    all: bool,
}

/// The stalls of a market that want a visit.
#[derive(Debug, Serialize, ToSchema)]
struct CandidateList {
    /// The last full day of what it knows.
    #[schema(value_type = String, format = Date)]
    as_of: Day,
    /// What cannot wait first, then whom nobody saw for long, then by score.
    items: Vec<Candidate>,
    /// What no team can mend at a stall.
    for_desk: Vec<DeskTask>,
}

/// Whom to visit next, and why: the stalls of a market with one sentence for each reason and what to
/// bring. It says how a stall is used, never how much it is paid.
#[utoipa::path(tag = "visits", params(("market_id" = MarketId, Path), Wanted),
    security(("key" = ["visits.read"])), responses((status = 200, body = CandidateList)))]
#[get("/markets/{market_id}/visit-candidates")]
async fn suggest(caller: Caller, id: Id<MarketId>, wanted: Query<Wanted>) -> Answer {
    let Wanted { team_id, all } = wanted.0;
    caller
        .show(move |connection, act| {
            let found = candidates::list(connection, act, id.0, team_id, all)?;
            let Candidates { as_of, all: items, for_desk, .. } = found;
            Ok(CandidateList { as_of, items, for_desk })
        })
        .await
}

/// Draws up a round's list and keeps it: what cannot wait, one in five by lot, whom nobody saw for 69
/// days, the rest by severity × size × days waiting. Stalls that were visited within 14 days, that
/// another list names, whose vendor refused or is away, or that a team found closed, are not on it.
#[utoipa::path(tag = "visits", params(("market_id" = MarketId, Path)), request_body = NewRound,
    security(("key" = ["visits.write"])), responses((status = 201, body = Round)))]
#[post("/markets/{market_id}/visit-rounds")]
async fn create(caller: Caller, id: Id<MarketId>, new: Json<NewRound>) -> Answer {
    let location = |round: &Round| format!("/api/v1/visit-rounds/{}", round.head.id);
    let create = move |connection: &mut _, act: &_, new| rounds::create(connection, act, id.0, new);
    caller.create(new, location, create).await
}

#[utoipa::path(tag = "visits", params(RoundFilter, PageParams),
    security(("key" = ["visits.read"])), responses((status = 200, body = Page<RoundHead>)))]
#[get("/visit-rounds")]
async fn list(caller: Caller, listing: Listing<RoundFilter>) -> Answer {
    let Listing { filter, page } = listing;
    caller.show(move |connection, act| rounds::list(connection, act, &filter, page)).await
}

/// A round with its visits, the reasons as they were when it was drawn up, and what came of it.
#[utoipa::path(tag = "visits", params(("id" = RoundId, Path)),
    security(("key" = ["visits.read"])), responses((status = 200, body = Round)))]
#[get("/visit-rounds/{id}")]
async fn show(caller: Caller, id: Id<RoundId>) -> Answer {
    caller.show(move |connection, act| rounds::get(connection, act, id.0)).await
}
