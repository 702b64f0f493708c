//! The six digits: chosen, entered, changed, asked for again.

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::SET_COOKIE;
use actix_web::{FromRequest as _, HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::{Behind, Vendor, check_origin, closed};
use crate::live::links::LinkKind;
use crate::live::owner::pin;
use crate::live::{Hearer, Presented};
use crate::primitives::UnixMs;
use crate::web::json::Json;
use crate::web::pages::{cookie, origin, presented};
use crate::web::problem::Problem;
use crate::web::state::AppState;
use crate::web::texts::Language;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Digits {
    pin: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OtherDigits {
    /// Those that held up to now.
    pin: String,
    new_pin: String,
}

/// `POST /sap/pin/new`: 204 with the session's cookie.
pub(super) async fn choose(
    state: web::Data<AppState>,
    request: HttpRequest,
    body: web::Payload,
) -> Result<HttpResponse, Problem> {
    let (hearer, digits) = locked(&state, &request, body).await?;
    let (key, now) = (&state.secret_key, state.clock.now());
    let session = pin::choose(&state.db, key, hearer, &digits.pin, now).await?;
    Ok(opened(&request, &session))
}

/// `POST /sap/pin`: 204 with the session's cookie.
pub(super) async fn enter(
    state: web::Data<AppState>,
    request: HttpRequest,
    body: web::Payload,
) -> Result<HttpResponse, Problem> {
    let (hearer, digits) = locked(&state, &request, body).await?;
    let (key, now) = (&state.secret_key, state.clock.now());
    let session = pin::enter(&state.db, key, hearer, &digits.pin, now).await?;
    Ok(opened(&request, &session))
}

/// `POST /sap/pin/change`: 204 with the new session's cookie; every other phone is asked for the new
/// digits, its open pages at once.
pub(super) async fn change(
    request: HttpRequest,
    Behind(vendor, digits): Behind<Json<OtherDigits>>,
) -> Result<HttpResponse, Problem> {
    let Vendor { state, hearer } = vendor;
    let (key, now) = (&state.secret_key, state.clock.now());
    let (old, new) = (digits.value.pin.as_str(), digits.value.new_pin.as_str());
    let session = pin::change(&state.db, key, hearer, (old, new), now).await?;
    state.hub.recheck();
    Ok(opened(&request, &session))
}

/// `POST /sap/lock`: the digits are asked for again, in the phone's other tabs at once. 200 with an
/// empty object.
pub(super) async fn lock(vendor: Vendor) -> Result<HttpResponse, Problem> {
    let hub = vendor.state.hub.clone();
    let locked = vendor
        .change(|connection, _, hearer| {
            pin::lock(connection, hearer.board_id, hearer.listener_id)?;
            Ok(serde_json::Map::new())
        })
        .await?;
    hub.recheck();
    Ok(locked)
}

/// A phone whose page is locked, and what it sends; whoever may not send it is told that first.
async fn locked(
    state: &AppState,
    request: &HttpRequest,
    body: web::Payload,
) -> Result<(Hearer, Digits), Problem> {
    check_origin(request.method(), request.headers())?;
    let hearer = match presented(state, request).await? {
        Presented::Locked(hearer, _) => hearer,
        Presented::Hears(hearer) if hearer.kind == LinkKind::Owner => {
            return Err(Problem::new(StatusCode::CONFLICT, "page-open-already"));
        }
        // A phone that only listens has no digits to enter.
        Presented::Hears(_) | Presented::Ended | Presented::Unknown => return Err(closed()),
    };
    let mut body: Payload = body.into_inner();
    Ok((hearer, Json::from_request(request, &mut body).await?.value))
}

/// What a phone that must wait is told before it tries.
pub(super) fn locked_until(until: UnixMs, language: Language) -> String {
    Problem::from(pin::locked(until)).detail(language)
}

fn opened(request: &HttpRequest, session: &str) -> HttpResponse {
    let cookie = cookie::set_session(session, origin::is_secure(request.headers()));
    HttpResponse::NoContent().insert_header((SET_COOKIE, cookie)).finish()
}
