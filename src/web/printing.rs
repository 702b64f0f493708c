//! Printed pages as answers. Setting them takes the processor, so it happens off the workers, and
//! never more than two at a time: hooks go first.

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, ContentEncoding};
use actix_web::{HttpResponse, web};
use tokio::sync::Semaphore;

use super::caller::Caller;
use super::pictures::{self, KnownTags};
use super::problem::Problem;
use super::state::AppState;
use crate::db::Fault;
use crate::primitives::ids::{BoardId, PrintJobId, SectionId};
use crate::print::jobs::{Job, Order};
use crate::print::{Kind, Paper, Sheet};

/// Files in work at a time.
static TURNS: Semaphore = Semaphore::const_new(2);
/// So long one waits for a turn.
const PATIENCE: Duration = Duration::from_mins(1);

/// Large orders are made one after another, so that a card never waits for two of them.
static LARGE: Semaphore = Semaphore::const_new(1);

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

/// Takes an order for a market's cards, to be made in the background; the same order is the same job.
pub fn order(
    state: &web::Data<AppState>,
    board_id: BoardId,
    section_id: Option<SectionId>,
    sheet: Sheet,
) -> Result<Arc<Job>, Problem> {
    let ordered = Order {
        id: PrintJobId(state.ids.next()),
        board_id,
        section_id,
        tag: sheet.tag(state.press.digest(), Kind::Pdf, DPI)?,
        file_name: sheet.file_name(Kind::Pdf),
        title: sheet.title(),
        layout: sheet.layout,
        total: sheet.cards.len(),
        at: state.clock.now(),
    };
    let (job, is_new) = state.jobs.take(ordered)?;
    if is_new {
        actix_web::rt::spawn(make(state.clone(), Arc::clone(&job), sheet));
    }
    Ok(job)
}

/// Answers with the file of a job that is ready.
pub fn made(job: &Job, disposition: &'static str) -> Result<HttpResponse, Problem> {
    let (file, name) = job.file()?;
    Ok(HttpResponse::Ok()
        .content_type(Kind::Pdf.content_type())
        .insert_header((CONTENT_DISPOSITION, format!("{disposition}; filename=\"{name}\"")))
        .insert_header((CACHE_CONTROL, "private, no-cache"))
        .insert_header(ContentEncoding::Identity)
        .body(web::Bytes::copy_from_slice(&file)))
}

/// Makes a job's file, when its turn comes.
async fn make(state: web::Data<AppState>, job: Arc<Job>, sheet: Sheet) {
    // Semaphores of the process are never closed.
    let (_alone, _turn) = (LARGE.acquire().await, TURNS.acquire().await);
    let (press, work) = (Arc::clone(&state.press), Arc::clone(&job));
    let made = web::block(move || work.make(&press, &sheet)).await;
    let made = made.map_err(Fault::broken).and_then(|made| made);
    if let Err(fault) = &made {
        tracing::warn!(job = %job.show().id, %fault, "a print job failed");
    }
    state.jobs.finish(&job, made, state.clock.now());
}
