//! Bodies: JSON of at most 64 KiB, refused with the field at fault.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap};
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, web};
use futures_util::StreamExt as _;
use serde::de::{DeserializeOwned, IgnoredAny};
use sha2::{Digest, Sha256};

use super::misfit::{self, Form, Misfit};
use super::problem::Problem;
use super::trail::Said;

/// Far above any input of the API; a statement import has its own way in.
pub const BODY_BYTES: usize = 64 << 10;

/// A body that fits `T`.
#[derive(Debug)]
pub struct Json<T> {
    pub value: T,
    /// SHA-256 of the body as it came.
    pub digest: [u8; 32],
}

impl<T: DeserializeOwned + 'static> FromRequest for Json<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let acceptable = check_headers(request.headers());
        let (payload, request) = (payload.take(), request.clone());
        Box::pin(async move {
            acceptable?;
            let body = read(payload).await?;
            let fits = parse(&body)?;
            let said = Said::in_body(std::str::from_utf8(&body).unwrap_or_default());
            request.extensions_mut().insert(said);
            Ok(fits)
        })
    }
}

fn check_headers(headers: &HeaderMap) -> Result<(), Problem> {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let mut parts = content_type.unwrap_or_default().split(';').map(str::trim);
    let is_json = parts.next().is_some_and(|media| media.eq_ignore_ascii_case("application/json"));
    let is_utf8 = parts.all(|parameter| match parameter.split_once('=') {
        Some((name, value)) if name.eq_ignore_ascii_case("charset") => {
            value.trim_matches('"').eq_ignore_ascii_case("utf-8")
        }
        _ => true,
    });
    if !is_json || !is_utf8 || headers.contains_key(CONTENT_ENCODING) {
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "content-type-not-json"));
    }
    let announced = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    if announced.is_some_and(|bytes: u64| bytes > BODY_BYTES as u64) {
        return Err(too_large());
    }
    Ok(())
}

async fn read(mut payload: Payload) -> Result<web::BytesMut, Problem> {
    let mut body = web::BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| Problem::new(StatusCode::BAD_REQUEST, "body-incomplete"))?;
        if body.len() + chunk.len() > BODY_BYTES {
            return Err(too_large());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn too_large() -> Problem {
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body-too-large").with("max", BODY_BYTES)
}

/// Reads a body that has come, whatever its headers say.
pub fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<Json<T>, Problem> {
    let bad = |code| Problem::new(StatusCode::BAD_REQUEST, code);
    let text = std::str::from_utf8(body).map_err(|_| bad("body-not-utf8"))?;
    if text.trim().is_empty() {
        return Err(bad("body-empty"));
    }
    // Before its fields are looked at, it must be JSON to its end. This pass does not recurse; the
    // next one is as deep as the input's type.
    serde_json::from_str::<IgnoredAny>(text).map_err(|error| {
        bad("body-not-json").with("line", error.line()).with("column", error.column())
    })?;
    if !text.trim_start().starts_with('{') {
        // serde would take a list for an object with its fields in order.
        return Err(Misfit::WrongType { field: String::new(), form: Form::Body }.into());
    }
    let mut json = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        Problem::from(Misfit::read(&error.inner().to_string(), &error.path().to_string()))
    })?;
    // PostgreSQL's text cannot hold it, and nothing that people write has it.
    if misfit::has_nul_escape(text) {
        return Err(Problem::invalid(misfit::nul_path(text), "text-has-nul"));
    }
    Ok(Json { value, digest: Sha256::digest(body).into() })
}
