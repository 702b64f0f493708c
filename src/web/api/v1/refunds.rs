//! Money given back, linked to the transfer that it was of.

use actix_web::{HttpResponse, get, post};

use crate::ledger::refunds::{self, NewRefund, Refund, RefundFilter, Seen, UndoneRefund};
use crate::primitives::ids::{RefundId, TransferId};
use crate::registry::Page;
use crate::web::caller::Caller;
use crate::web::json::Json;
use crate::web::listing::{Listing, PageParams};
use crate::web::path::Id;
use crate::web::problem::Problem;

resource!(create, list, show, seen, undo);

type Answer = Result<HttpResponse, Problem>;

/// Says which money out gives back this money in, whole or in part, or declares a refund that no
/// feed has told of. Needs `amounts.read` too.
#[utoipa::path(tag = "transfers", params(("id" = TransferId, Path)), request_body = NewRefund,
    security(("key" = ["transfers.assign"])), responses((status = 201, body = Refund)))]
#[post("/transfers/{id}/refunds")]
async fn create(caller: Caller, id: Id<TransferId>, new: Json<NewRefund>) -> Answer {
    let location = |made: &Refund| format!("/api/v1/refunds/{}", made.id);
    caller
        .create(new, location, move |connection, act, new| {
            refunds::create(connection, act, id.0, new)
        })
        .await
}

/// Refunds, newest first.
#[utoipa::path(tag = "transfers", params(RefundFilter, PageParams),
    security(("key" = ["transfers.read"])), responses((status = 200, body = Page<Refund>)))]
#[get("/refunds")]
async fn list(caller: Caller, listing: Listing<RefundFilter>) -> Answer {
    let Listing { filter, page } = listing;
    caller.show(move |connection, act| refunds::list(connection, act, &filter, page)).await
}

#[utoipa::path(tag = "transfers", params(("id" = RefundId, Path)),
    security(("key" = ["transfers.read"])), responses((status = 200, body = Refund)))]
#[get("/refunds/{id}")]
async fn show(caller: Caller, id: Id<RefundId>) -> Answer {
    caller.show(move |connection, act| refunds::get(connection, act, id.0)).await
}

/// The money out of a declared refund was seen, and takes its place. Needs `amounts.read` too.
#[utoipa::path(tag = "transfers", params(("id" = RefundId, Path)), request_body = Seen,
    security(("key" = ["transfers.assign"])), responses((status = 200, body = Refund)))]
#[post("/refunds/{id}/seen")]
async fn seen(caller: Caller, id: Id<RefundId>, seen: Json<Seen>) -> Answer {
    caller
        .perform(seen, move |connection, act, seen| {
            refunds::seen(connection, act, id.0, &seen)
        })
        .await
}

/// The link was wrong: nothing was given back by it. Needs `amounts.read` too.
#[utoipa::path(tag = "transfers", params(("id" = RefundId, Path)), request_body = UndoneRefund,
    security(("key" = ["transfers.assign"])), responses((status = 200, body = Refund)))]
#[post("/refunds/{id}/undo")]
async fn undo(caller: Caller, id: Id<RefundId>, undone: Json<UndoneRefund>) -> Answer {
    caller
        .perform(undone, move |connection, act, undone| {
            refunds::undo(connection, act, id.0, &undone)
        })
        .await
}
