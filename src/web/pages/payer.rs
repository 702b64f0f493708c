//! `/tra/{token}`: what a customer pays, by a link that the vendor sent. The page itself says
//! nothing, so a chat's preview of the link shows nothing; its script asks for the rest.

use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::middleware::Compress;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::{Words, limit, words};
use crate::db::DbConnection;
use crate::live::paying;
use crate::primitives::ids::{BoardId, RequestId};
use crate::web::problem::Problem;
use crate::web::read_only;
use crate::web::state::AppState;

const MAX_TOKEN: usize = 64;
const TEXTS: [&str; 18] = [
    "pay-asked",
    "pay-got",
    "pay-cut",
    "hint-cut",
    "pay-waiting",
    "pay-unknown",
    "pay-paid",
    "pay-late",
    "pay-underpaid",
    "pay-overpaid",
    "pay-duplicate",
    "pay-two-reports",
    "pay-thousandfold",
    "pay-given-back",
    "pay-expired",
    "pay-expired-unknown",
    "pay-cancelled",
    "pay-after-cancel",
];

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .service(
            read_only("/tra/{token}/now").wrap(Compress::default()).route(web::get().to(payment)),
        )
        .service(read_only("/tra/{token}/code.png").route(web::get().to(picture)))
        .service(read_only("/tra/{token}").wrap(Compress::default()).route(web::get().to(page)));
}

#[derive(Template)]
#[template(path = "html/payer.html")]
struct Payer {
    words: Words,
}

/// `GET /tra/{token}`: the same whatever the token.
async fn page(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let words = words(&request);
    super::page(StatusCode::OK, words, &Payer { words })
}

/// `GET /tra/{token}/now`.
async fn payment(
    state: web::Data<AppState>,
    request: HttpRequest,
    token: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let named = named(&state, &request, &token)?;
    let (now, ids) = (state.clock.now(), state.ids.clone());
    let look =
        move |connection: &mut DbConnection| paying::payment(connection, named, now, ids.clone());
    let found = state.db.read(look).await?;
    Ok(HttpResponse::Ok().json(found.ok_or_else(gone)?))
}

/// `GET /tra/{token}/code.png`, while it is to be paid.
async fn picture(
    state: web::Data<AppState>,
    request: HttpRequest,
    token: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let named = named(&state, &request, &token)?;
    let (now, ids) = (state.clock.now(), state.ids.clone());
    let look =
        move |connection: &mut DbConnection| paying::picture(connection, named, now, ids.clone());
    let found = state.db.read(look).await?;
    let png = found.ok_or_else(gone)?;
    Ok(HttpResponse::Ok().insert_header((CONTENT_TYPE, "image/png")).body(png))
}

fn gone() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "payment-link-unknown")
}

fn named(
    state: &AppState,
    request: &HttpRequest,
    token: &str,
) -> Result<(BoardId, RequestId), Problem> {
    limit(state, request)?;
    let token = token.get(..MAX_TOKEN).unwrap_or(token);
    paying::named(&state.secret_key, token)?.ok_or_else(gone)
}
