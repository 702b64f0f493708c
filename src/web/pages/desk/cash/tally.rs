//! The tally page: somebody stands by a stall and presses TIỀN MẶT or CHUYỂN KHOẢN at each payment. It
//! works without a network once it was opened: a service worker keeps the page, the browser's storage
//! keeps the presses. What is sent again counts once, by the names that the phone gave.

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName};
use actix_web::{HttpResponse, web};
use askama::Template;
use serde_json::json;

use super::super::super::{Words, assets, page as answer};
use super::super::door::Desk;
use crate::access::Permission;
use crate::adoption::counting::tallies::{self, NewTally, Tally};
use crate::registry::roll::{self, RollFilter, RollState};
use crate::web::json;
use crate::web::problem::Problem;

/// A worker may serve addresses beside its own only where this says so (Service Workers, 3.3.1).
const ALLOWED: HeaderName = HeaderName::from_static("service-worker-allowed");
const WORKER: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/pages/tally-sw.js"));
/// What a worker may load is said by its own answer, not by the page.
const POLICY: &str = "default-src 'none'; connect-src 'self'";
/// What the page loads.
const FILES: [&str; 3] = ["desk.css", "tally.js", "icon.svg"];

/// A stall that somebody holds today. No vendor's name: the page stays on the phone.
struct Held {
    id: String,
    code: String,
    goods: String,
}

#[derive(Template)]
#[template(path = "html/desk/tally.html")]
struct TallyPage {
    words: Words,
    stalls: Vec<Held>,
    /// Who is signed in.
    name: String,
}

/// `GET /ql/dem`.
pub(super) async fn page(desk: Desk) -> Result<HttpResponse, Problem> {
    let read = desk.read(|connection, act| {
        act.require(Permission::VisitsWrite)?;
        roll::load(connection, act)
    });
    let roll = read.await?;
    let held = RollFilter { state: Some(RollState::Held), ..RollFilter::default() };
    let chosen = roll.choose(&held, None, usize::MAX);
    let stalls = chosen.lines.into_iter().filter_map(|line| {
        Some(Held {
            id: line.occupancy?.id.to_string(),
            code: line.stall.code.clone(),
            goods: format!("{}, {}", line.section.name, line.stall.goods),
        })
    });
    let (words, name) = (desk.words, desk.present.user.name.clone());
    answer(StatusCode::OK, words, &TallyPage { words, stalls: stalls.collect(), name })
}

/// `GET /ql/dem/sw.js`: the worker, with the names of what it keeps.
pub(super) async fn worker(desk: Desk) -> Result<HttpResponse, Problem> {
    desk.act().require(Permission::VisitsWrite)?;
    let files = FILES.map(assets::path);
    let script = format!("'use strict';\nvar FILES = {};\n{WORKER}", json!(files));
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/javascript; charset=utf-8"))
        .insert_header((CACHE_CONTROL, "no-cache"))
        .insert_header((CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((ALLOWED, "/ql/dem"))
        .body(script))
}

/// `POST /ql/dem` with a tally, or more presses of one, as JSON: answers JSON, also where it is refused,
/// because a script asks.
pub(super) async fn record(desk: Desk, body: web::Bytes) -> Result<HttpResponse, Problem> {
    match take(&desk, &body).await {
        Ok(tally) => Ok(HttpResponse::Ok().json(json!({
            "cash": tally.cash,
            "transfer": tally.transfer,
            "ended": tally.ended_at.is_some(),
            "said": said(desk.words, &tally),
        }))),
        // What may go another time is the envelope's.
        Err(problem) if problem.is_refusal() => Ok(HttpResponse::build(problem.status())
            .json(json!({ "code": problem.code(), "detail": problem.on_page(desk.words.0) }))),
        Err(problem) => Err(problem),
    }
}

/// The tally's own share, where it has enough presses.
fn said(words: Words, tally: &Tally) -> String {
    let Some(share) = tally.share() else { return words.say("desk-tally-few") };
    let percent = |per_mille: i32| format!("{},{} %", per_mille / 10, per_mille % 10);
    let ends = share.interval.unwrap_or(share.point);
    let args = [
        ("share", percent(share.point.low_per_mille)),
        ("low", percent(ends.low_per_mille)),
        ("high", percent(ends.high_per_mille)),
    ];
    words.0.text("page-desk-tally-share", &args).unwrap_or_default()
}

async fn take(desk: &Desk, body: &[u8]) -> Result<Tally, Problem> {
    desk.act().require(Permission::VisitsWrite)?;
    let new = json::parse::<NewTally>(body)?.value;
    desk.write(move |connection, act| tallies::record(connection, act, new)).await
}
