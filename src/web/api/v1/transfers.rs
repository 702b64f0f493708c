//! Transfers, and where they belong.

use actix_web::{HttpRequest, HttpResponse, get, post};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::ledger::transfers::{self, Filter, NewAttribution, Transfer};
use crate::ledger::unassigned::{self, Waiting, WaitingFilter};
use crate::primitives::ids::{AccountId, OccupancyId, TransferId};
use crate::registry::Page;
use crate::web::caller::Caller;
use crate::web::envelope::language_of;
use crate::web::json::Json;
use crate::web::listing::{Listing, PageParams};
use crate::web::path::Id;
use crate::web::problem::Problem;
use crate::web::reasons::page_told;

resource!(list, show, assign, waiting);

type Answer = Result<HttpResponse, Problem>;

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct TransferFilter {
    /// Not what came before the account's number was registered: such money is of no account, and
    /// is found by `occupancy_id` once somebody has placed it, and among the unassigned before.
    account_id: Option<AccountId>,
    /// Only transfers of which a line belongs to it now.
    occupancy_id: Option<OccupancyId>,
}

/// Transfers, newest first. Amounts, memos and payers are shown to keys with `amounts.read` only.
#[utoipa::path(tag = "transfers", params(TransferFilter, PageParams),
    security(("key" = ["transfers.read"])), responses((status = 200, body = Page<Transfer>)))]
#[get("/transfers")]
async fn list(caller: Caller, listing: Listing<TransferFilter>) -> Answer {
    let Listing { filter: TransferFilter { account_id, occupancy_id }, page } = listing;
    let filter = Filter { account_id, occupancy_id };
    caller.show(move |connection, act| transfers::list(connection, act, filter, page)).await
}

#[utoipa::path(tag = "transfers", params(("id" = TransferId, Path)),
    security(("key" = ["transfers.read"])), responses((status = 200, body = Transfer)))]
#[get("/transfers/{id}")]
async fn show(caller: Caller, id: Id<TransferId>) -> Answer {
    caller.show(move |connection, act| transfers::get(connection, act, id.0)).await
}

/// Replaces a transfer's attribution; the old one stays on record.
#[utoipa::path(tag = "transfers", params(("id" = TransferId, Path)),
    request_body = NewAttribution, security(("key" = ["transfers.assign"])),
    responses((status = 201, body = Transfer)))]
#[post("/transfers/{id}/attributions")]
async fn assign(caller: Caller, id: Id<TransferId>, new: Json<NewAttribution>) -> Answer {
    let location = |transfer: &Transfer| format!("/api/v1/transfers/{}", transfer.id);
    caller
        .create(new, location, move |connection, act, new| {
            transfers::assign(connection, act, id.0, new)
        })
        .await
}

/// The transfers whose stall no rule could tell, with suggestions and their reasons.
#[utoipa::path(tag = "transfers", params(WaitingFilter, PageParams),
    security(("key" = ["transfers.propose"])), responses((status = 200, body = Page<Waiting>)))]
#[get("/unassigned")]
async fn waiting(
    caller: Caller,
    listing: Listing<WaitingFilter>,
    request: HttpRequest,
) -> Answer {
    let language = language_of(request.headers());
    caller
        .show(move |connection, act| {
            let Listing { filter, page } = &listing;
            Ok(page_told(unassigned::narrowed(connection, act, filter, *page)?, language))
        })
        .await
}
