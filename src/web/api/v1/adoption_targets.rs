//! What a board wants its markets to reach.

use actix_web::{HttpResponse, put};

use crate::adoption::targets::{self, NewTarget, Targets};
use crate::primitives::ids::MarketId;
use crate::web::caller::Caller;
use crate::web::json::Json;
use crate::web::path::Id;
use crate::web::problem::Problem;

resource!(set);

type Answer = Result<HttpResponse, Problem>;

/// Enters what the board wants to reach, with the number of the document that says so. There is no target
/// until somebody enters one. It stands in each later report beside its metric.
#[utoipa::path(tag = "reports", params(("market_id" = MarketId, Path)), request_body = NewTarget,
    security(("key" = ["reports.publish"])), responses((status = 200, body = Targets)))]
#[put("/markets/{market_id}/adoption-targets")]
async fn set(caller: Caller, id: Id<MarketId>, new: Json<NewTarget>) -> Answer {
    caller.change(move |connection, act| targets::set(connection, act, id.0, &new.value)).await
}
