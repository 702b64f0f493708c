//! Printed pages as answers. Setting them takes the processor, so it happens off the workers, and
//! never more than two at a time: hooks go first.

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header::{CONTENT_DISPOSITION, ContentEncoding};
use actix_web::{HttpResponse, web};
use tokio::sync::Semaphore;

use super::caller::Caller;
use super::pictures::{self, KnownTags};
use super::problem::Problem;
use super::state::AppState;
use crate::db::Fault;
use crate::print::{Kind, Paper};

/// Files in work at a time.
static TURNS: Semaphore = Semaphore::const_new(2);
/// So long one waits for a turn.
const PATIENCE: Duration = Duration::from_mins(1);

/// Dots an inch, which a PDF does not ask for.
pub const DPI: u16 = 300;

/// Answers with a paper's file, to be looked at.
pub async fn answer(
    caller: &Caller,
    paper: impl Paper + Send + Sync + 'static,
    format: (Kind, u16),
    known: &KnownTags,
) -> Result<HttpResponse, Problem> {
    file(&caller.state, paper, format, known, "inline").await
}

/// Answers with a paper's file, `inline` or as an `attachment`. Its tag is known before it is set:
/// who has it waits for nothing.
pub async fn file(
    state: &AppState,
    paper: impl Paper + Send + Sync + 'static,
    (kind, dpi): (Kind, u16),
    known: &KnownTags,
    disposition: &'static str,
) -> Result<HttpResponse, Problem> {
    let press = Arc::clone(&state.press);
    let etag = paper.tag(press.digest(), kind, dpi)?;
    if known.contain(&etag) {
        return Ok(pictures::unchanged(&etag));
    }
    let turn = tokio::time::timeout(PATIENCE, TURNS.acquire()).await;
    let _turn = turn.ok().and_then(Result::ok).ok_or_else(|| Problem::from(Fault::Busy))?;
    let name = paper.file_name(kind);
    let set = move || press.set(&paper)?.write(kind, dpi);
    let file = web::block(set).await.map_err(|error| Problem::from(Fault::broken(error)))??;
    let mut response = pictures::file(&etag, kind.content_type());
    response.insert_header((CONTENT_DISPOSITION, format!("{disposition}; filename=\"{name}\"")));
    if kind != Kind::Svg {
        // Compressed already.
        response.insert_header(ContentEncoding::Identity);
    }
    Ok(response.body(file))
}
