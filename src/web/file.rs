//! Bodies that are files, not JSON.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap};
use actix_web::web;
use futures_util::StreamExt as _;
use tokio::sync::{Semaphore, SemaphorePermit};
use utoipa::ToSchema;

use super::form;
use super::problem::Problem;
use crate::db::Fault;
use crate::feeds::statements::MAX_FILE_BYTES;

/// A file as OpenAPI describes it: bytes, no text and no list of numbers.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
pub struct Binary(#[expect(dead_code, reason = "it is described and never made")] Vec<u8>);

/// A form with a file, as OpenAPI describes it.
#[derive(ToSchema)]
pub struct FileForm {
    #[expect(dead_code, reason = "it is described and never made")]
    file: Binary,
}

/// How large a file may be, and what is said of a larger one.
struct Limit {
    bytes: usize,
    code: &'static str,
}

const FILE: Limit = Limit { bytes: MAX_FILE_BYTES, code: "file-too-large" };
/// 12 MP of three bytes, as a PNG that nothing in it makes smaller.
const PHOTO: Limit = Limit { bytes: 40 << 20, code: "photo-too-large" };
/// What a form may say around its file.
const FORM_BYTES: usize = 64 << 10;
/// Uploads at a time: each may take a file's memory twice.
static TURNS: Semaphore = Semaphore::const_new(2);
/// So long one waits for a turn, and a slow one may send.
const PATIENCE: Duration = Duration::from_mins(1);

/// Waits for one's turn to upload; to be taken before the body is read, and kept until nothing of
/// it is in memory.
pub(super) async fn turn() -> Result<SemaphorePermit<'static>, Problem> {
    let turn = tokio::time::timeout(PATIENCE, TURNS.acquire()).await;
    turn.ok().and_then(Result::ok).ok_or_else(|| Problem::from(Fault::Busy))
}

/// The bytes of an uploaded file, which is the body or the file of a form. What it is, its first
/// bytes tell; JSON is a mistake.
pub(super) async fn read(headers: &HeaderMap, payload: web::Payload) -> Result<Vec<u8>, Problem> {
    read_of(headers, payload, &FILE).await
}

/// [`read`] of a photo.
pub(super) async fn read_photo(
    headers: &HeaderMap,
    payload: web::Payload,
) -> Result<Vec<u8>, Problem> {
    read_of(headers, payload, &PHOTO).await
}

async fn read_of(
    headers: &HeaderMap,
    payload: web::Payload,
    limit: &Limit,
) -> Result<Vec<u8>, Problem> {
    let said = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media = media(said);
    let is_other =
        ["application/json", "application/x-www-form-urlencoded"].contains(&media.as_str());
    if is_other || headers.contains_key(CONTENT_ENCODING) {
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "content-type-not-file"));
    }
    let is_form = media == "multipart/form-data";
    let most = if is_form { limit.bytes + FORM_BYTES } else { limit.bytes };
    let announced = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    if announced.is_some_and(|bytes: usize| bytes > most) {
        return Err(limit.passed());
    }
    let body = tokio::time::timeout(PATIENCE, whole(payload, announced.unwrap_or(0), most, limit));
    let bytes = body.await.map_err(|_| incomplete())??;
    if !is_form {
        return Ok(bytes);
    }
    let file = form::file(said, bytes)
        .ok_or_else(|| Problem::new(StatusCode::BAD_REQUEST, "form-without-file"))?;
    if file.len() > limit.bytes { Err(limit.passed()) } else { Ok(file) }
}

fn media(content_type: &str) -> String {
    content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

pub(super) fn is_json(content_type: &str) -> bool {
    media(content_type) == "application/json"
}

/// Whether a body is said to be a photo, or a form with one; of what kind it is, its bytes tell.
pub(super) fn is_photo(content_type: &str) -> bool {
    let media = media(content_type);
    let other = ["multipart/form-data", "application/octet-stream"];
    media.starts_with("image/") || other.contains(&media.as_str())
}

async fn whole(
    mut payload: web::Payload,
    announced: usize,
    most: usize,
    limit: &Limit,
) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::with_capacity(announced);
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| incomplete())?;
        if bytes.len() + chunk.len() > most {
            return Err(limit.passed());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

fn incomplete() -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "body-incomplete")
}

impl Limit {
    fn passed(&self) -> Problem {
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, self.code).with("max", self.bytes >> 20)
    }
}
