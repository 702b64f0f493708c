//! Kiểm tra mã: a photo of what hangs on a stall, and what came of it.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::super::super::{Words, page as answer};
use super::super::door::Desk;
use super::super::form::Sent;
use super::super::on_to;
use super::super::shell::Shell;
use super::verdict::{self, Seen};
use super::{Tab, tabs};
use crate::access::{Act, Permission};
use crate::db::{DbConnection, Fault};
use crate::outreach::checks;
use crate::primitives::ids::{CheckId, StallId};
use crate::registry::code_checks::{
    self, CheckResult, CodeCheck, CodeCheckFilter, NewCodeCheck, PhotoCheck,
};
use crate::registry::roll::{self, RollFilter};
use crate::registry::{PageRequest, stalls};
use crate::vietqr::{self, Photo};
use crate::web::checked::told;
use crate::web::file;
use crate::web::path::Id;
use crate::web::problem::Problem;

pub(super) const PATH: &str = "/ql/in/kiem-tra";
/// Stalls that are shown at a time, and checks of one.
const STALLS: usize = 60;
const CHECKS: usize = 5;

/// A stall, with what leads there.
struct Stop {
    href: String,
    stall: String,
    detail: String,
}

#[derive(Template)]
#[template(path = "html/desk/checks.html")]
struct ChecksPage {
    shell: Shell,
    tabs: Vec<Tab>,
    q: String,
    /// Where the last look found something.
    open: Vec<Stop>,
    stalls: Vec<Stop>,
    is_cut: bool,
}

/// Words of the stall's number, goods or vendor.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    q: String,
}

/// `GET /ql/in/kiem-tra?q=…`: which stall.
pub(super) async fn page(desk: Desk, asked: web::Query<Asked>) -> Result<HttpResponse, Problem> {
    let words = desk.words;
    let read = desk.read(|connection, act| {
        act.require(Permission::CodesWrite)?;
        let filter = CodeCheckFilter { needs_visit: Some(true), ..CodeCheckFilter::default() };
        let open = code_checks::list(connection, act, &filter, PageRequest::whole())?.items;
        Ok((roll::load(connection, act)?, open))
    });
    let (roll, open) = read.await?;
    let q: String = asked.q.chars().take(80).collect();
    let filter = RollFilter { text: q.clone(), ..RollFilter::default() };
    let chosen = roll.choose(&filter, None, STALLS);
    let stalls = chosen.lines.iter().map(|line| Stop {
        href: format!("{PATH}/{}", line.stall.id),
        stall: line.stall.code.clone(),
        detail: line.vendor.map(|vendor| vendor.name.clone()).unwrap_or_default(),
    });
    let open = open.iter().filter_map(|check| {
        let stall = roll.stall(check.stall_id)?;
        Some(Stop {
            href: format!("{PATH}/xem/{}", check.id),
            stall: stall.code.clone(),
            detail: short(words, check),
        })
    });
    let shown = ChecksPage {
        shell: desk.shell("desk-print"),
        tabs: tabs(&desk, PATH),
        q,
        open: open.take(STALLS).collect(),
        is_cut: chosen.total > chosen.lines.len(),
        stalls: stalls.collect(),
    };
    answer(StatusCode::OK, words, &shown)
}

/// What came of a check, when, and by whom.
fn short(words: Words, check: &CodeCheck) -> String {
    let result = words.say(&result_key(check));
    let at = check.checked_at.in_words(&words.say("desk-on"));
    format!("{result}; {at}, {}", check.checked_by)
}

fn result_key(check: &CodeCheck) -> String {
    let of_card = match check.card_id {
        _ if check.result != CheckResult::Typed => "",
        None => "-unknown",
        Some(_) if check.card_revoked => "-revoked",
        Some(_) => "",
    };
    format!("desk-result-{}{of_card}", check.result.as_str().replace('_', "-"))
}

#[derive(Template)]
#[template(path = "html/desk/check.html")]
struct CheckPage {
    shell: Shell,
    stall_id: StallId,
    stall: String,
    /// The last checks, the newest first.
    last: Vec<Stop>,
    refused: Option<String>,
}

/// `GET /ql/in/kiem-tra/{id}`, of a stall: takes a photo.
pub(super) async fn stall(desk: Desk, id: Id<StallId>) -> Result<HttpResponse, Problem> {
    show(&desk, id.0, None).await
}

async fn show(
    desk: &Desk,
    id: StallId,
    refused: Option<&Problem>,
) -> Result<HttpResponse, Problem> {
    let words = desk.words;
    let read = desk.read(move |connection, act| {
        act.require(Permission::CodesWrite)?;
        let stall = stalls::get(connection, act, id)?;
        let filter = CodeCheckFilter { stall_id: Some(id), ..CodeCheckFilter::default() };
        Ok((stall.code, code_checks::list(connection, act, &filter, PageRequest::whole())?.items))
    });
    let (stall, all) = read.await?;
    let last = all.iter().rev().take(CHECKS).map(|check| Stop {
        href: format!("{PATH}/xem/{}", check.id),
        stall: String::new(),
        detail: short(words, check),
    });
    let last = last.collect();
    let refused_text = refused.map(|problem| problem.on_page(words.0));
    let shell = desk.shell("desk-check");
    let shown = CheckPage { shell, stall_id: id, stall, last, refused: refused_text };
    answer(refused.map_or(StatusCode::OK, Problem::status), words, &shown)
}

/// What codes a photo shows. It is read, and not kept.
pub(in super::super) async fn read_photo(
    request: &HttpRequest,
    payload: web::Payload,
) -> Result<Photo, Problem> {
    let _turn = file::turn().await?;
    let picture = file::read_photo(request.headers(), payload).await?;
    let scan = move || vietqr::scan_picture(&picture);
    let photo = web::block(scan).await.map_err(|error| Problem::from(Fault::broken(error)))?;
    Ok(photo.map_err(Fault::from)?)
}

/// `POST /ql/in/kiem-tra/{id}/anh`, a form with a photo: 303 to what it shows.
pub(super) async fn photo(
    desk: Desk,
    id: Id<StallId>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let id = id.0;
    desk.read(move |connection, act| code_checks::permit(connection, act, id)).await?;
    let new = PhotoCheck {
        stall_id: id,
        checked_by: desk.present.user.name.clone(),
        place_note: None,
        latitude_mdeg: None,
        longitude_mdeg: None,
    };
    let done = match read_photo(&request, payload).await {
        Ok(photo) => {
            let work = move |connection: &mut DbConnection, act: &Act| {
                checks::create_from_photo(connection, act, new, photo)
            };
            desk.write(work).await
        }
        Err(problem) => Err(problem),
    };
    after(&desk, id, done).await
}

/// `POST /ql/in/kiem-tra/{id}/go` with the form field `check_code`: which card it is, and no more.
pub(super) async fn typed(
    desk: Desk,
    id: Id<StallId>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let (sent, id) = (Sent::read(&body), id.0);
    let new = NewCodeCheck {
        stall_id: Some(id),
        check_code: Some(sent.get("check_code")),
        checked_by: desk.present.user.name.clone(),
        ..NewCodeCheck::default()
    };
    let work = move |connection: &mut DbConnection, act: &Act| {
        code_checks::permit(connection, act, id)?;
        checks::create(connection, act, new)
    };
    let done = desk.write(work).await;
    after(&desk, id, done).await
}

async fn after(
    desk: &Desk,
    id: StallId,
    done: Result<CodeCheck, Problem>,
) -> Result<HttpResponse, Problem> {
    match done {
        Ok(check) => Ok(on_to(&format!("{PATH}/xem/{}", check.id), "")),
        Err(problem)
            if problem.is_refusal()
                && ![StatusCode::FORBIDDEN, StatusCode::NOT_FOUND].contains(&problem.status()) =>
        {
            show(desk, id, Some(&problem)).await
        }
        Err(problem) => Err(problem),
    }
}

#[derive(Template)]
#[template(path = "html/desk/check_result.html")]
struct ResultPage {
    shell: Shell,
    stall_id: StallId,
    stall: String,
    result: String,
    finding: String,
    is_right: bool,
    /// Customers' money goes to somebody else.
    is_bad: bool,
    by: String,
    codes: Vec<Seen>,
}

/// `GET /ql/in/kiem-tra/xem/{id}`: what a check found, and what to do.
pub(super) async fn result(desk: Desk, id: Id<CheckId>) -> Result<HttpResponse, Problem> {
    let words = desk.words;
    let read = desk.read(move |connection, act| {
        act.require(Permission::CodesWrite)?;
        let check = code_checks::get(connection, act, id.0)?;
        let stall = stalls::get(connection, act, check.stall_id)?.code;
        Ok((check, stall))
    });
    let (check, stall) = read.await?;
    let check = told(check, words.0);
    let at = check.checked_at.in_words(&words.say("desk-on"));
    let shown = ResultPage {
        shell: desk.shell("desk-check"),
        stall_id: check.stall_id,
        stall,
        result: words.say(&result_key(&check)),
        is_right: check.result == CheckResult::Right,
        is_bad: check.alarm,
        by: format!("{} {}, {at}", words.say("desk-check-by"), check.checked_by),
        codes: check.codes.iter().map(|one| verdict::seen(words, one)).collect(),
        finding: check.finding,
    };
    answer(StatusCode::OK, words, &shown)
}
