//! The six digits: chosen, entered, asked for again.

use actix_web::http::StatusCode;
use actix_web::http::header::SET_COOKIE;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::{Vendor, check_origin, closed};
use crate::live::owner::pin;
use crate::live::{Hearer, Presented};
use crate::web::json::Json;
use crate::web::pages::{cookie, origin, presented};
use crate::web::problem::Problem;
use crate::web::state::AppState;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Digits {
    pin: String,
}

/// `POST /sap/pin/new`: 204 with the session's cookie.
pub(super) async fn choose(
    state: web::Data<AppState>,
    request: HttpRequest,
    digits: Json<Digits>,
) -> Result<HttpResponse, Problem> {
    let hearer = locked(&state, &request).await?;
    let (key, now) = (&state.secret_key, state.clock.now());
    let session = pin::choose(&state.db, key, hearer, &digits.value.pin, now).await?;
    Ok(opened(&request, &session))
}

/// `POST /sap/pin`: 204 with the session's cookie.
pub(super) async fn enter(
    state: web::Data<AppState>,
    request: HttpRequest,
    digits: Json<Digits>,
) -> Result<HttpResponse, Problem> {
    let hearer = locked(&state, &request).await?;
    let (key, now) = (&state.secret_key, state.clock.now());
    let session = pin::enter(&state.db, key, hearer, &digits.value.pin, now).await?;
    Ok(opened(&request, &session))
}

/// `POST /sap/lock`: the digits are asked for again. 200 with an empty object.
pub(super) async fn lock(vendor: Vendor) -> Result<HttpResponse, Problem> {
    vendor
        .change(|connection, _, hearer| {
            pin::lock(connection, hearer)?;
            Ok(serde_json::Map::new())
        })
        .await
}

async fn locked(state: &AppState, request: &HttpRequest) -> Result<Hearer, Problem> {
    check_origin(request.method(), request.headers())?;
    match presented(state, request).await? {
        Presented::Locked(hearer, _) => Ok(hearer),
        Presented::Hears(_) => Err(Problem::new(StatusCode::CONFLICT, "page-open-already")),
        Presented::Ended | Presented::Unknown => Err(closed()),
    }
}

fn opened(request: &HttpRequest, session: &str) -> HttpResponse {
    let cookie = cookie::set_session(session, origin::is_secure(request.headers()));
    HttpResponse::NoContent().insert_header((SET_COOKIE, cookie)).finish()
}
