//! Symbols as pictures, with entity tags: a phone that has the card does not load it again.

use std::future::{Ready, ready};
use std::str::FromStr as _;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderMap, HeaderName, HeaderValue, IF_NONE_MATCH,
};
use actix_web::{FromRequest, HttpRequest, HttpResponse, HttpResponseBuilder};
use serde::Deserialize;
use utoipa::IntoParams;

use super::caller::Caller;
use super::problem::Problem;
use crate::access::{Act, Permission};
use crate::db::{DbConnection, Outcome};
use crate::vietqr::{Format, Level};

/// Pixels of a module where nothing is asked: about 350 px for a stall's code, sharp on a phone.
const MODULE_PX: u8 = 8;

/// How to draw a PNG.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DrawPng {
    /// Pixels of a module, 1–32; 8 if absent.
    #[param(value_type = Option<i32>, minimum = 1, maximum = 32)]
    module_px: Option<u8>,
    /// Error correction `L`, `M` (if absent), `Q` or `H`.
    #[param(value_type = Option<String>, pattern = "^[LMQH]$")]
    level: Option<String>,
}

/// How to draw an SVG; it has no pixels.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DrawSvg {
    /// Error correction `L`, `M` (if absent), `Q` or `H`.
    #[param(value_type = Option<String>, pattern = "^[LMQH]$")]
    level: Option<String>,
}

impl DrawPng {
    pub fn how(&self) -> Result<(Level, Format), Problem> {
        let module_px = self.module_px.unwrap_or(MODULE_PX);
        Ok((level(self.level.as_deref())?, Format::Png { module_px }))
    }
}

impl DrawSvg {
    pub fn how(&self) -> Result<(Level, Format), Problem> {
        Ok((level(self.level.as_deref())?, Format::Svg))
    }
}

fn level(text: Option<&str>) -> Result<Level, Problem> {
    let Some(text) = text else { return Ok(Level::default()) };
    Level::from_str(text).map_err(|_| {
        Problem::invalid("level", "value-not-listed")
            .with("field", "level")
            .with("allowed", "L, M, Q, H")
    })
}

/// The tags that the caller has already.
pub struct KnownTags(Option<HeaderValue>);

impl FromRequest for KnownTags {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::of(request.headers())))
    }
}

impl KnownTags {
    fn of(headers: &HeaderMap) -> Self {
        Self(headers.get(IF_NONE_MATCH).cloned())
    }

    /// Weak comparison, as RFC 9110, 13.1.2 asks for.
    pub fn contain(&self, tag: &str) -> bool {
        let known = self.0.as_ref().and_then(|value| value.to_str().ok()).unwrap_or_default();
        known
            .split(',')
            .map(str::trim)
            .any(|k| k == "*" || k.strip_prefix("W/").unwrap_or(k) == tag)
    }
}

/// A payload to be drawn. `find` is asked once; then it is remembered for callers with all of the
/// permissions.
pub async fn remembered(
    caller: &Caller,
    permissions: &[Permission],
    id: i64,
    find: impl Fn(&mut DbConnection, &Act) -> Outcome<String> + Send + 'static,
) -> Result<Arc<str>, Problem> {
    let scope = caller.scope();
    if permissions.iter().any(|permission| !scope.permissions.contains(*permission)) {
        return Ok(caller.read(find).await?.into());
    }
    if let Some(payload) = caller.state.payloads.get(scope.board_id, id) {
        return Ok(payload);
    }
    let payload: Arc<str> = caller.read(find).await?.into();
    caller.state.payloads.put(scope.board_id, id, payload.clone());
    Ok(payload)
}

/// Answers with the picture of a payload.
pub fn answer(
    caller: &Caller,
    payload: &str,
    (level, format): (Level, Format),
    known: &KnownTags,
) -> Result<HttpResponse, Problem> {
    let image = caller.state.images.get(payload, level, format)?;
    if known.contain(&image.etag) {
        return Ok(unchanged(&image.etag));
    }
    Ok(file(&image.etag, format.content_type()).body(image.bytes.clone()))
}

/// 304: the caller has it already.
pub fn unchanged(etag: &str) -> HttpResponse {
    HttpResponse::NotModified().insert_header((ETAG, etag)).insert_header(revalidate()).finish()
}

/// 200 with a file under its tag.
pub fn file(etag: &str, content_type: &'static str) -> HttpResponseBuilder {
    let mut response = HttpResponse::Ok();
    response.insert_header((ETAG, etag)).insert_header(revalidate());
    response.insert_header((CONTENT_TYPE, content_type));
    response
}

/// The key may lose its permission tomorrow, so the browser asks each time; the tag makes it cheap.
const fn revalidate() -> (HeaderName, HeaderValue) {
    (CACHE_CONTROL, HeaderValue::from_static("private, no-cache"))
}
