//! The way into `/api/v1`: only documented operations, only with a key, only with the permission
//! that the OpenAPI document names for the operation. An operation that is not documented does not
//! exist. Use cases ask for their permissions again.

use std::collections::HashMap;

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{AUTHORIZATION, HeaderMap};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, web};

use super::docs::Description;
use super::openapi::operations;
use super::problem::Problem;
use super::state::AppState;
use super::trail::{self, Told};
use crate::access::audit::How;
use crate::access::keys::{self, Presented};
use crate::access::{Permission, Scope};
use crate::primitives::Refusal;

/// The operations of each path pattern with the permission that they need.
pub struct Gate(HashMap<String, Vec<(Method, Permission)>>);

impl Gate {
    /// Reads the OpenAPI document. An operation whose security names no known permission is left
    /// out, so that it stays closed.
    #[must_use]
    pub fn from_document(document: &utoipa::openapi::OpenApi) -> Self {
        let mut patterns: HashMap<_, Vec<_>> = HashMap::new();
        for (pattern, method, permission) in operations(document) {
            if let Some(permission) = permission {
                patterns.entry(pattern).or_default().push((method, permission));
            }
        }
        Self(patterns)
    }

    fn permission(&self, pattern: Option<&str>, method: &Method) -> Result<Permission, Problem> {
        let operations =
            pattern.and_then(|pattern| self.0.get(pattern)).ok_or_else(Problem::no_such_route)?;
        let found = operations.iter().find(|(known, _)| known == method);
        found.map(|(_, permission)| *permission).ok_or_else(|| {
            let mut allowed: Vec<_> = operations.iter().map(|(known, _)| known.as_str()).collect();
            if allowed.contains(&"GET") {
                allowed.push("HEAD");
            }
            Problem::wrong_method(&allowed.join(", "))
        })
    }
}

/// The middleware of the API's scope.
pub async fn pass<B: MessageBody>(
    state: web::Data<AppState>,
    description: web::Data<Description>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    match admit(&state, description.gate(), &request).await {
        Ok(scope) => {
            request.extensions_mut().insert(scope.clone());
            let answer = next.call(request).await?;
            note_look(&state, &scope, &answer);
            Ok(answer.map_into_left_body())
        }
        Err(problem) => {
            let (request, _) = request.into_parts();
            Ok(ServiceResponse::from_err(problem, request).map_into_right_body())
        }
    }
}

/// What was not told in its transaction is told within a minute: looks, and what has none.
fn note_look<B>(state: &AppState, scope: &Scope, answer: &ServiceResponse<B>) {
    let request = answer.request();
    let is_untold = answer.status().is_success() && !request.extensions().contains::<Told>();
    if is_untold && trail::is_told(&request.match_pattern().unwrap_or_default()) {
        let look = trail::doing(request, scope.actor, How::Api, trail::did(request.method()));
        state.looks.note(scope.board_id, look);
    }
}

async fn admit(state: &AppState, gate: &Gate, request: &ServiceRequest) -> Result<Scope, Problem> {
    let permission = gate.permission(request.match_pattern().as_deref(), request.method())?;
    if let Some(address) = state.client(request.peer_addr(), request.headers()) {
        state.limiters.check_address(address)?;
    }
    let token = bearer_token(request.headers())?.to_owned();
    let now = state.clock.now();
    let known = state.db.read(move |connection| keys::authenticate(connection, &token, now));
    let scope = match known.await? {
        Presented::Known(scope) => scope,
        Presented::Expired => return Err(Problem::unauthenticated("key-expired")),
        Presented::Unknown => return Err(Problem::unauthenticated("key-unknown")),
    };
    state.limiters.check_key(scope.actor)?;
    state.keys_used.note(&scope, now);
    scope.require(permission).map_err(|refusal: Refusal| Problem::from(refusal))?;
    Ok(scope)
}

/// The token of `Authorization: Bearer …` (RFC 6750, 2.1); two headers are refused, because a proxy
/// in front may have looked at the other one.
fn bearer_token(headers: &HeaderMap) -> Result<&str, Problem> {
    let mut values = headers.get_all(AUTHORIZATION);
    let value = values.next().ok_or_else(|| Problem::unauthenticated("key-missing"))?;
    if values.next().is_some() {
        return Err(Problem::unauthenticated("authorization-doubled"));
    }
    let malformed = || Problem::unauthenticated("authorization-malformed");
    let (scheme, token) =
        value.to_str().ok().and_then(|v| v.split_once(' ')).ok_or_else(malformed)?;
    let token = token.trim();
    if !scheme.eq_ignore_ascii_case("bearer") || token.is_empty() || token.len() > 200 {
        return Err(malformed());
    }
    Ok(token)
}
