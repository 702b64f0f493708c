//! What one person proposes of a transfer, and another decides.

use actix_web::{HttpResponse, get, post};

use crate::ledger::proposals::{
    self, Approval, NewProposal, Proposal, ProposalFilter, ProposalState, Rejection,
};
use crate::primitives::ids::{ProposalId, TransferId};
use crate::registry::Page;
use crate::web::caller::Caller;
use crate::web::json::Json;
use crate::web::listing::{Listing, PageParams};
use crate::web::path::Id;
use crate::web::problem::Problem;

resource!(propose, list, show, approve, reject; ProposalState);

type Answer = Result<HttpResponse, Problem>;

/// Proposes where a transfer belongs. Nothing changes until somebody else approves it.
#[utoipa::path(tag = "transfers", params(("id" = TransferId, Path)), request_body = NewProposal,
    security(("key" = ["transfers.propose"])), responses((status = 201, body = Proposal)))]
#[post("/transfers/{id}/assignment-proposals")]
async fn propose(caller: Caller, id: Id<TransferId>, new: Json<NewProposal>) -> Answer {
    let location = |made: &Proposal| format!("/api/v1/assignment-proposals/{}", made.id);
    caller
        .create(new, location, move |connection, act, new| {
            proposals::propose(connection, act, id.0, new)
        })
        .await
}

/// Proposals, newest first: without `amounts.read` one's own, and those of transfers that wait.
#[utoipa::path(tag = "transfers", params(ProposalFilter, PageParams),
    security(("key" = ["transfers.propose"])), responses((status = 200, body = Page<Proposal>)))]
#[get("/assignment-proposals")]
async fn list(caller: Caller, listing: Listing<ProposalFilter>) -> Answer {
    let Listing { filter, page } = listing;
    caller.show(move |connection, act| proposals::list(connection, act, &filter, page)).await
}

#[utoipa::path(tag = "transfers", params(("id" = ProposalId, Path)),
    security(("key" = ["transfers.propose"])), responses((status = 200, body = Proposal)))]
#[get("/assignment-proposals/{id}")]
async fn show(caller: Caller, id: Id<ProposalId>) -> Answer {
    caller.show(move |connection, act| proposals::get(connection, act, id.0)).await
}

/// Attributes the transfer as somebody else proposed. Who is second gets 409.
#[utoipa::path(tag = "transfers", params(("id" = ProposalId, Path)), request_body = Approval,
    security(("key" = ["transfers.assign"])), responses((status = 200, body = Proposal)))]
#[post("/assignment-proposals/{id}/approve")]
async fn approve(caller: Caller, id: Id<ProposalId>, approval: Json<Approval>) -> Answer {
    caller
        .perform(approval, move |connection, act, approval| {
            proposals::approve(connection, act, id.0, approval)
        })
        .await
}

/// Turns somebody else's proposal down. The transfer stays as it is.
#[utoipa::path(tag = "transfers", params(("id" = ProposalId, Path)), request_body = Rejection,
    security(("key" = ["transfers.assign"])), responses((status = 200, body = Proposal)))]
#[post("/assignment-proposals/{id}/reject")]
async fn reject(caller: Caller, id: Id<ProposalId>, rejection: Json<Rejection>) -> Answer {
    caller
        .perform(rejection, move |connection, act, rejection| {
            proposals::reject(connection, act, id.0, &rejection)
        })
        .await
}
