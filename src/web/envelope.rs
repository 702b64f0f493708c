//! What every answer has, whatever the handler did: a request id, problems in the caller's
//! language, security headers, and its place in the metrics.

use std::borrow::Cow;
use std::time::Instant;

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{
    ACCEPT_LANGUAGE, CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderMap, HeaderName, HeaderValue,
    REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpResponse, web};

use super::hooks;
use super::problem::Problem;
use super::state::AppState;
use super::texts::Language;

const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// A year; of this name alone, because the others under it are not ours.
const STAY_ON_TLS: &str = "max-age=31536000";
const API_POLICY: &str = "default-src 'none'; frame-ancestors 'none'";
/// The route under which requests without a route are counted, so that strangers cannot make
/// metrics grow.
const NO_ROUTE: &str = "none";

/// The addresses at which any method reaches the handler.
const HOOKS: &str = "/hooks/";

/// What is known of a request before it is routed.
#[derive(Clone, Debug)]
pub struct RequestContext {
    pub request_id: String,
    pub language: Language,
}

/// The outermost middleware.
pub async fn wrap<B: MessageBody>(
    state: web::Data<AppState>,
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let began = Instant::now();
    let context = RequestContext {
        request_id: state.request_ids.next(),
        language: language_of(request.headers()),
    };
    let method = request.method().clone();
    if method == Method::HEAD && !request.path().starts_with(HOOKS) {
        // The server leaves the body of the answer out by itself. A hook's method is its
        // provider's to judge.
        request.head_mut().method = Method::GET;
    }
    if state.front.certificate.is_some() {
        // There is no proxy to say it, and whoever else does is not believed.
        request.headers_mut().insert(FORWARDED_PROTO, HeaderValue::from_static("https"));
    }
    request.extensions_mut().insert(context.clone());
    let route = route_of(&request);
    let answer = next.call(request).await?;
    let mut answer = match problem_in(answer.response()) {
        Some(problem) => {
            if let Some(cause) = problem.cause() {
                tracing::error!(request_id = context.request_id, %method, %route, cause, "a request failed");
            }
            if problem.is_busy() {
                state.metrics.count_queue_full();
            }
            let response = problem.answer(&context).map_into_right_body();
            answer.into_response(response)
        }
        None => answer.map_into_left_body(),
    };
    write_headers(answer.headers_mut(), &context.request_id);
    if state.front.is_tls {
        let stay = HeaderValue::from_static(STAY_ON_TLS);
        answer.headers_mut().insert(STRICT_TRANSPORT_SECURITY, stay);
    }
    state.metrics.observe(&method, &route, answer.status(), began.elapsed());
    Ok(answer)
}

fn route_of(request: &ServiceRequest) -> Cow<'static, str> {
    match hooks::route_of(request.path()) {
        Some(route) => Cow::Borrowed(route),
        None => request.match_pattern().map_or(Cow::Borrowed(NO_ROUTE), Cow::Owned),
    }
}

/// The language that a caller wants.
pub fn language_of(headers: &HeaderMap) -> Language {
    let header = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    Language::accepted(header.unwrap_or_default())
}

/// The problem that a handler or extractor left in its answer; errors of actix itself become one.
fn problem_in<B>(response: &HttpResponse<B>) -> Option<Problem> {
    let error = response.error()?;
    if let Some(problem) = error.as_error::<Problem>() {
        return Some(problem.clone());
    }
    Some(match response.status() {
        StatusCode::NOT_FOUND => Problem::no_such_route(),
        StatusCode::PAYLOAD_TOO_LARGE => {
            Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "request-too-large")
        }
        status if status.is_client_error() => Problem::new(status, "request-malformed"),
        _ => Problem::internal(error),
    })
}

fn write_headers(headers: &mut HeaderMap, request_id: &str) {
    if let Ok(value) = HeaderValue::from_str(request_id) {
        headers.insert(REQUEST_ID, value);
    }
    for (name, value) in [
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
        (CACHE_CONTROL, "no-store"),
        (CONTENT_SECURITY_POLICY, API_POLICY),
    ] {
        // Pictures may be cached, and the page that tries the API brings its own policy.
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
}
