//! One error shape: RFC 9457 problem details, in the caller's language. Handlers and extractors
//! return a [`Problem`]; [`super::envelope`] writes it, because only there language and request id
//! are known.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{
    CONTENT_LANGUAGE, HeaderName, HeaderValue, RETRY_AFTER, VARY, WWW_AUTHENTICATE,
};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;
use utoipa::ToSchema;

use super::envelope::RequestContext;
use super::texts::Language;
use crate::db::Fault;
use crate::primitives::Refusal;
use crate::primitives::refusal::RefusalKind;

const BUSY: &str = "busy";
/// Seconds after which a full queue or pool is worth another try.
const BUSY_SECONDS: u64 = 2;

/// Why a request was not served.
#[derive(Clone, Debug)]
pub struct Problem(Box<Reason>);

#[derive(Clone, Debug)]
struct Reason {
    status: StatusCode,
    refusal: Refusal,
    headers: Vec<(HeaderName, HeaderValue)>,
    /// For the log alone.
    cause: Option<String>,
}

/// RFC 9457 problem details, as `application/problem+json`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// `urn:cho40:problem:` and the code.
    #[serde(rename = "type")]
    #[schema(example = "urn:cho40:problem:text-length")]
    kind: String,
    /// What the status means, in Vietnamese or English (`Accept-Language`).
    title: String,
    status: u16,
    /// Stable; programs look at this.
    #[schema(example = "text-length")]
    code: &'static str,
    /// What is wrong and what to do, in Vietnamese or English.
    detail: String,
    /// The input field at fault, e.g. `lines[0].amount_vnd`.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    /// The values that stand in `detail`, by name.
    #[serde(skip_serializing_if = "serde_json::Map::is_empty")]
    #[schema(value_type = std::collections::BTreeMap<String, String>)]
    args: serde_json::Map<String, serde_json::Value>,
    /// To be quoted to the operator; it stands in the server's log.
    request_id: String,
}

impl Problem {
    fn of(status: StatusCode, refusal: Refusal) -> Self {
        Self(Box::new(Reason { status, refusal, headers: Vec::new(), cause: None }))
    }

    #[must_use]
    pub fn new(status: StatusCode, code: &'static str) -> Self {
        Self::of(status, Refusal::new(RefusalKind::Invalid, code))
    }

    /// 422 for one field.
    #[must_use]
    pub fn invalid(field: impl Into<String>, code: &'static str) -> Self {
        Refusal::invalid(field.into(), code).into()
    }

    #[must_use]
    pub fn no_such_route() -> Self {
        Self::new(StatusCode::NOT_FOUND, "route-unknown")
    }

    /// 405 with the methods that the address does take.
    #[must_use]
    pub fn wrong_method(allowed: &str) -> Self {
        let problem = Self::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed");
        problem.with("allowed", allowed).header(actix_web::http::header::ALLOW, allowed)
    }

    /// 401 with the challenge that RFC 6750 asks for.
    #[must_use]
    pub fn unauthenticated(code: &'static str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, code).header(WWW_AUTHENTICATE, "Bearer realm=\"cho40\"")
    }

    #[must_use]
    pub fn too_many_requests(retry_after_seconds: u64) -> Self {
        let seconds = retry_after_seconds.max(1).to_string();
        Self::new(StatusCode::TOO_MANY_REQUESTS, "too-many-requests")
            .with("seconds", &seconds)
            .header(RETRY_AFTER, &seconds)
    }

    /// 503 for whoever decides where to send requests.
    #[must_use]
    pub fn unready(code: &'static str) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, code)
    }

    /// 503 of a full queue or pool, or of a database that is away.
    fn busy() -> Self {
        let seconds = BUSY_SECONDS.to_string();
        Self::new(StatusCode::SERVICE_UNAVAILABLE, BUSY)
            .with("seconds", &seconds)
            .header(RETRY_AFTER, &seconds)
    }

    /// 500; the cause goes to the log, never to the caller.
    #[must_use]
    pub fn internal(cause: impl fmt::Display) -> Self {
        let mut problem = Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal");
        problem.0.cause = Some(cause.to_string());
        problem
    }

    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.0.refusal.args.push((name, value.to_string()));
        self
    }

    /// Adds a header; a value that no header can hold is left out.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.0.headers.push((name, value));
        }
        self
    }

    #[must_use]
    pub fn code(&self) -> &'static str {
        self.0.refusal.code
    }

    /// The input field at fault.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        self.0.refusal.field.as_deref()
    }

    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// Whether the caller asked for what is not done, rather than that something failed.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        self.0.status.is_client_error()
    }

    /// What is wrong and what to do.
    #[must_use]
    pub fn detail(&self, language: Language) -> String {
        let Refusal { code, args, .. } = &self.0.refusal;
        let text = language.text(&format!("problem-{code}"), args);
        text.unwrap_or_else(|| self.0.status.canonical_reason().unwrap_or_default().to_owned())
    }

    /// The same for whoever presses buttons and knows no field's name, where that is another text.
    #[must_use]
    pub fn on_page(&self, language: Language) -> String {
        let Refusal { code, args, .. } = &self.0.refusal;
        let text = language.text(&format!("problem-{code}-page"), args);
        text.unwrap_or_else(|| self.detail(language))
    }

    /// What the caller is not told.
    #[must_use]
    pub fn cause(&self) -> Option<&str> {
        self.0.cause.as_deref()
    }

    /// Whether a queue or pool was full, or the database away.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.0.refusal.code == BUSY
    }

    /// Writes the answer.
    #[must_use]
    pub fn answer(&self, context: &RequestContext) -> HttpResponse {
        let mut response = HttpResponse::build(self.0.status);
        for (name, value) in &self.0.headers {
            response.append_header((name.clone(), value.clone()));
        }
        response
            .insert_header((CONTENT_LANGUAGE, context.language.tag()))
            .insert_header((VARY, "Accept-Language"))
            .insert_header((actix_web::http::header::CONTENT_TYPE, "application/problem+json"));
        let body = serde_json::to_string(&self.body(context)).unwrap_or_default();
        response.body(body)
    }

    fn body(&self, context: &RequestContext) -> ProblemBody {
        let Refusal { code, field, args, .. } = &self.0.refusal;
        let title = context.language.text(&format!("title-{}", self.0.status.as_u16()), &[]);
        let reason = || self.0.status.canonical_reason().unwrap_or_default().to_owned();
        ProblemBody {
            kind: format!("urn:cho40:problem:{code}"),
            title: title.unwrap_or_else(reason),
            status: self.0.status.as_u16(),
            code,
            detail: self.detail(context.language),
            field: field.as_ref().map(ToString::to_string),
            args: args
                .iter()
                .map(|(name, value)| ((*name).to_owned(), value.as_str().into()))
                .collect(),
            request_id: context.request_id.clone(),
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let status = match refusal.kind {
            RefusalKind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
            RefusalKind::Forbidden => StatusCode::FORBIDDEN,
            RefusalKind::NotFound => StatusCode::NOT_FOUND,
            RefusalKind::Conflict => StatusCode::CONFLICT,
        };
        Self::of(status, refusal)
    }
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Refused(refusal) => refusal.into(),
            Fault::Busy => Self::busy(),
            Fault::Away(_) => {
                let mut problem = Self::busy();
                problem.0.cause = Some(fault.to_string());
                problem
            }
            Fault::Database(_) | Fault::Broken(_) => Self::internal(fault),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.0.status.as_u16(), self.0.refusal)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.0.status
    }

    /// What is sent where no [`super::envelope`] stands above: the status alone.
    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.0.status)
    }
}
