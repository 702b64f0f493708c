//! Bodies that are files, not JSON.

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap};
use actix_web::web;
use futures_util::StreamExt as _;

use super::problem::Problem;
use crate::feeds::statements::MAX_FILE_BYTES;

/// The bytes of an uploaded file. What it is, its first bytes tell; a form or JSON is a mistake.
pub(super) async fn read(
    headers: &HeaderMap,
    mut payload: web::Payload,
) -> Result<Vec<u8>, Problem> {
    let media = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media = media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_other = ["application/json", "multipart/form-data", "application/x-www-form-urlencoded"]
        .contains(&media.as_str());
    if is_other || headers.contains_key(CONTENT_ENCODING) {
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "content-type-not-file"));
    }
    let announced = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    if announced.is_some_and(|bytes: usize| bytes > MAX_FILE_BYTES) {
        return Err(too_large());
    }
    let mut bytes = Vec::with_capacity(announced.unwrap_or(0));
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| Problem::new(StatusCode::BAD_REQUEST, "body-incomplete"))?;
        if bytes.len() + chunk.len() > MAX_FILE_BYTES {
            return Err(too_large());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

fn too_large() -> Problem {
    let problem = Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "file-too-large");
    problem.with("max", MAX_FILE_BYTES >> 20)
}
