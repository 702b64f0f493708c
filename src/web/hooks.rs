//! `/hooks/{feed_id}` and below it, any method: the providers' way in.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{HttpMessage, HttpRequest, HttpResponse, web};
use futures_util::StreamExt as _;
use tokio::time::timeout;

use super::envelope::{RequestContext, language_of};
use super::problem::Problem;
use super::state::AppState;
use super::{pairing, reasons};
use crate::db::Fault;
use crate::feeds::{Headers, MAX_BODY_BYTES};
use crate::intake::hook::Arrived;
use crate::primitives::Refusal;
use crate::primitives::ids::FeedId;

const PREFIX: &str = "/hooks";
/// What has not come by then is not waited for: whoever sends a byte now and then would hold a
/// connection for ever. Providers wait half a minute for the whole.
const BODY_PATIENCE: Duration = Duration::from_secs(20);
/// Below the hook of a feed of phones; no provider has such a path.
const PAIR: &str = "pair";

/// Lays out the hooks; with `noop_route` also `/noop`, which takes a delivery, does nothing and
/// answers like SePay's hook: what a benchmark compares the hook with.
pub fn configure(config: &mut web::ServiceConfig, noop_route: bool) {
    config
        // A prefix without parameters: actix would run a regular expression for each, and on this
        // path that costs as much as the signature.
        .service(web::scope(PREFIX).default_service(web::to(receive)));
    if noop_route {
        config.route("/noop", web::post().to(noop));
    }
}

/// The feed of `/hooks/{feed_id}` or `/hooks/{feed_id}/{tail}`, and the tail.
fn address(path: &str) -> Option<(FeedId, &str)> {
    let rest = path.strip_prefix(PREFIX)?.strip_prefix('/')?;
    let (feed_id, tail) = rest.split_once('/').unwrap_or((rest, ""));
    Some((FeedId::parse(feed_id)?, tail))
}

/// What metrics call the route of a hook's path; `None` for other paths.
pub fn route_of(path: &str) -> Option<&'static str> {
    let rest = path.strip_prefix(PREFIX)?;
    rest.starts_with('/').then_some("/hooks/{feed_id}")
}

async fn noop(body: web::Bytes) -> HttpResponse {
    drop(body);
    HttpResponse::Ok().content_type("application/json").body(r#"{"success":true}"#)
}

/// Takes a delivery in and answers as its provider expects, after COMMIT.
async fn receive(
    state: web::Data<AppState>,
    request: HttpRequest,
    body: web::Payload,
) -> Result<HttpResponse, Problem> {
    let (feed_id, tail) = address(request.path()).ok_or_else(not_found)?;
    let context = request.extensions().get::<RequestContext>().cloned();
    let too_slow = |_| Problem::new(StatusCode::REQUEST_TIMEOUT, "body-incomplete");
    let body = timeout(BODY_PATIENCE, read(body)).await.map_err(too_slow)??;
    if tail == PAIR {
        return pairing::pair(&state, &request, feed_id, &body.unwrap_or_default()).await;
    }
    let arrived = Arrived {
        method: request.method().as_str().to_owned(),
        path_tail: tail.to_owned(),
        query: request.query_string().to_owned(),
        headers: request
            .headers()
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_bytes()))
            .collect::<Headers>(),
        is_too_large: body.is_none(),
        body: body.unwrap_or_default(),
        request_id: context.map(|context| context.request_id).unwrap_or_default(),
    };
    let answered = state.intake.receive(feed_id, arrived).await?.ok_or_else(not_found)?;
    state.metrics.count_hook(answered.provider, answered.outcome);
    if answered.outcome == "busy" {
        state.metrics.count_queue_full();
    }
    let status = StatusCode::from_u16(answered.reply.status).map_err(Fault::broken)?;
    let mut response = HttpResponse::build(status);
    for (name, value) in answered.reply.headers {
        response.insert_header((HeaderName::from_static(name), HeaderValue::from_static(value)));
    }
    let body = match answered.outcome {
        "refused" | "undecodable" => {
            reasons::hook(answered.reply.body, language_of(request.headers()))
        }
        _ => answered.reply.body,
    };
    Ok(response.body(body))
}

/// The raw bytes, never decompressed: signatures are made over what was sent. `None`: too many.
async fn read(mut payload: web::Payload) -> Result<Option<Vec<u8>>, Problem> {
    let mut body = Vec::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| Problem::new(StatusCode::BAD_REQUEST, "body-incomplete"))?;
        if body.len() + chunk.len() > MAX_BODY_BYTES {
            return Ok(None);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Some(body))
}

fn not_found() -> Problem {
    Problem::from(Fault::from(Refusal::not_found("feed")))
}
