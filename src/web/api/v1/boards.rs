//! The key's board.

use actix_web::{HttpResponse, get, patch};

use crate::registry::boards::{self, Board, BoardChange};
use crate::web::caller::Caller;
use crate::web::json::Json;
use crate::web::problem::Problem;

resource!(show, change);

type Answer = Result<HttpResponse, Problem>;

/// The board that the key belongs to.
#[utoipa::path(tag = "board", security(("key" = ["registry.read"])),
    responses((status = 200, body = Board)))]
#[get("/board")]
async fn show(caller: Caller) -> Answer {
    caller.show(boards::get).await
}

/// Changes the board's settings; days already totalled stay as they are.
#[utoipa::path(tag = "board", request_body = BoardChange, security(("key" = ["registry.write"])),
    responses((status = 200, body = Board)))]
#[patch("/board")]
async fn change(caller: Caller, to: Json<BoardChange>) -> Answer {
    caller.change(move |connection, act| boards::change(connection, act, to.value)).await
}
