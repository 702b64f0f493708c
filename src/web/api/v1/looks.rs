//! How a market's printed cards look.

use actix_web::{HttpRequest, HttpResponse, delete, get, patch, put, web};

use crate::db::Fault;
use crate::primitives::ids::MarketId;
use crate::print::look::{self, Logo, LogoKind, Look, LookChange};
use crate::web::caller::Caller;
use crate::web::file::{self, Binary, FileForm};
use crate::web::json::Json;
use crate::web::path::Id;
use crate::web::problem::Problem;

resource!(show, change, set_logo, remove_logo; LogoKind);

type Answer = Result<HttpResponse, Problem>;

#[utoipa::path(tag = "print", params(("market_id" = MarketId, Path)),
    security(("key" = ["registry.read"])), responses((status = 200, body = Look)))]
#[get("/markets/{market_id}/look")]
async fn show(caller: Caller, id: Id<MarketId>) -> Answer {
    caller.show(move |connection, act| look::get(connection, act, id.0)).await
}

/// Changes the market's colour on cards. It must be dark enough for white letters on it.
#[utoipa::path(tag = "print", params(("market_id" = MarketId, Path)), request_body = LookChange,
    security(("key" = ["registry.write"])), responses((status = 200, body = Look)))]
#[patch("/markets/{market_id}/look")]
async fn change(caller: Caller, id: Id<MarketId>, to: Json<LookChange>) -> Answer {
    caller.change(move |connection, act| look::change(connection, act, id.0, to.value)).await
}

/// Takes the market's logo: PNG or JPEG of at most 256 KiB, 32–2000 px a side, as the body or as
/// the file of a form. It stands at the top of signs and cards.
#[utoipa::path(tag = "print", params(("market_id" = MarketId, Path)),
    request_body(content((Binary = "image/png"), (Binary = "image/jpeg"),
        (Binary = "application/octet-stream"), (FileForm = "multipart/form-data"))),
    security(("key" = ["registry.write"])), responses((status = 200, body = Look)))]
#[put("/markets/{market_id}/logo")]
async fn set_logo(
    caller: Caller,
    id: Id<MarketId>,
    request: HttpRequest,
    payload: web::Payload,
) -> Answer {
    let market_id = id.0;
    caller.read(move |connection, act| look::permit(connection, act, market_id)).await?;
    let _turn = file::turn().await?;
    let bytes = file::read(request.headers(), payload).await?;
    let judge = move || Logo::read(bytes);
    let logo = web::block(judge).await.map_err(|error| Problem::from(Fault::broken(error)))?;
    let logo = Some(logo.map_err(Fault::from)?);
    caller.change(move |connection, act| look::set_logo(connection, act, market_id, logo)).await
}

/// Takes the logo away.
#[utoipa::path(tag = "print", params(("market_id" = MarketId, Path)),
    security(("key" = ["registry.write"])), responses((status = 200, body = Look)))]
#[delete("/markets/{market_id}/logo")]
async fn remove_logo(caller: Caller, id: Id<MarketId>) -> Answer {
    let market_id = id.0;
    caller.change(move |connection, act| look::set_logo(connection, act, market_id, None)).await
}
