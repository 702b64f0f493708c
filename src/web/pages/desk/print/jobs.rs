//! A market's cards, made in the background: ordered, watched, fetched.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, HeaderName};
use actix_web::{HttpResponse, web};
use askama::Template;

use super::super::super::page as answer;
use super::super::door::Desk;
use super::super::form::Sent;
use super::super::on_to;
use super::super::shell::Shell;
use super::chosen;
use super::market::{self, Which};
use crate::access::Permission;
use crate::primitives::Refusal;
use crate::primitives::ids::{MarketId, PrintJobId, SectionId};
use crate::print::jobs::{Job, JobState, PrintJob};
use crate::print::order::{self, SheetOrder};
use crate::print::{Layout, Style};
use crate::web::path::Id;
use crate::web::printing;
use crate::web::problem::Problem;

/// A browser without scripts loads the page again so many seconds later.
const AGAIN_SECONDS: &str = "2";

#[derive(Template)]
#[template(path = "html/desk/print_job.html")]
struct JobPage {
    shell: Shell,
    job: PrintJob,
    /// The layout in words.
    layout: String,
    is_ready: bool,
    is_failed: bool,
    /// Why it failed, in words.
    because: String,
}

/// What is wanted, of which market.
fn wanted(sent: &Sent) -> Result<(MarketId, SheetOrder), Problem> {
    let market_id = MarketId::parse(&sent.get("cho"));
    let market_id = market_id.ok_or_else(|| Problem::invalid("cho", "choice-missing"))?;
    let section_id = match sent.filled("khu") {
        Some(text) => {
            let id = SectionId::parse(&text);
            Some(id.ok_or_else(|| Problem::invalid("khu", "choice-missing"))?)
        }
        None => None,
    };
    let order = SheetOrder {
        layout: chosen(&sent.get("mau"), "mau", Layout::A6)?,
        style: chosen(&sent.get("kieu"), "kieu", Style::Colour)?,
        section_id,
        with_cover: sent.filled("bia").is_some(),
    };
    Ok((market_id, order))
}

/// `POST /ql/in` with the form fields `cho`, `khu`, `mau`, `kieu` and `bia`: 303 to the job.
pub(super) async fn order(desk: Desk, body: web::Bytes) -> Result<HttpResponse, Problem> {
    desk.read(|_, act| act.require_within(Permission::RegistryRead)).await?;
    let sent = Sent::read(&body);
    let (market_id, order) = wanted(&sent)?;
    let read = move |connection: &mut _, act: &_| order::sheets(connection, act, market_id, &order);
    let board_id = desk.present.scope.board_id;
    let job = match desk.read(read).await {
        Ok(sheet) => printing::order(&desk.state, board_id, order.section_id, sheet),
        Err(problem) => Err(problem),
    };
    match job {
        Ok(job) => Ok(on_to(&format!("/ql/in/viec/{}", job.show().id), "")),
        // Another market was chosen, and the section is still the one before's.
        Err(problem)
            if [StatusCode::CONFLICT, StatusCode::NOT_FOUND].contains(&problem.status()) =>
        {
            market::show(&desk, &Which::of(&sent), Some(&problem)).await
        }
        Err(problem) => Err(problem),
    }
}

/// The board's job; of who is limited to sections, one of these alone.
fn held(desk: &Desk, id: PrintJobId) -> Result<Arc<Job>, Problem> {
    let scope = &desk.present.scope;
    scope.require(Permission::RegistryRead)?;
    let job = desk.state.jobs.find(scope.board_id, id, desk.state.clock.now())?;
    let is_seen = job.section_id().is_some_and(|section| scope.sections.allows(section));
    if scope.sections.is_limited() && !is_seen {
        return Err(Refusal::not_found("print_job").into());
    }
    Ok(job)
}

/// `GET /ql/in/viec/{id}`: how far it is; loads itself again until it is ready.
pub(super) async fn page(desk: Desk, id: Id<PrintJobId>) -> Result<HttpResponse, Problem> {
    let (job, words) = (held(&desk, id.0)?.show(), desk.words);
    let because = job.because.and_then(|code| words.0.text(&format!("problem-{code}"), &[]));
    let is_working = job.state == JobState::Working;
    let shown = JobPage {
        shell: desk.shell("desk-print"),
        is_ready: job.state == JobState::Ready,
        is_failed: job.state == JobState::Failed,
        because: because.unwrap_or_default(),
        layout: super::layout_name(words, job.layout),
        job,
    };
    let mut response = answer(StatusCode::OK, words, &shown)?;
    let headers = response.headers_mut();
    let value = |text: &str| text.parse().map_err(Problem::internal);
    headers.insert(CACHE_CONTROL, value("private, no-store")?);
    if is_working {
        headers.insert(HeaderName::from_static("refresh"), value(AGAIN_SECONDS)?);
    }
    Ok(response)
}

/// `GET /ql/in/viec/{id}/the.pdf`.
pub(super) async fn file(desk: Desk, id: Id<PrintJobId>) -> Result<HttpResponse, Problem> {
    let job = held(&desk, id.0)?;
    printing::made(&job, "inline")
}
