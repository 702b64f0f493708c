//! The page of a first visit: the steps, and which of them are done.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use super::super::super::{Words, page as answer};
use super::super::door::Desk;
use super::super::shell::Shell;
use crate::outreach::first_visit::{self, FirstVisit, PaidAccount};
use crate::outreach::visits::Obstacle;
use crate::primitives::ids::StallId;
use crate::print::forms;
use crate::registry::accounts::Relation;
use crate::registry::code_readings::{FoundCode, RegisterAs};
use crate::registry::consents::Purpose;
use crate::web::path::Id;
use crate::web::problem::Problem;
use crate::web::texts::Language;

const RELATIONS: [Relation; 5] =
    [Relation::Own, Relation::Family, Relation::Employer, Relation::Market, Relation::Other];
pub(super) const OBSTACLES: [Obstacle; 7] = [
    Obstacle::NoPhone,
    Obstacle::WeakPhone,
    Obstacle::NoAccount,
    Obstacle::FearOfTax,
    Obstacle::NoCustomerAsks,
    Obstacle::NotInterested,
    Obstacle::Other,
];

/// A code that a photo showed.
struct Found {
    payload: String,
    what: String,
    /// Where it is registered; empty where it cannot be, or is already.
    register_as: &'static str,
}

/// What is asked for, in the words that are read out.
struct Asked {
    purpose: &'static str,
    title: String,
    wording: String,
    whose: String,
    given_by: String,
}

#[derive(Template)]
#[template(path = "html/desk/first_visit.html")]
struct VisitPage {
    shell: Shell,
    visit: FirstVisit,
    account: Option<PaidAccount>,
    /// None: no photo was sent.
    found: Option<Vec<Found>>,
    relations: Vec<(&'static str, String)>,
    asked: Vec<Asked>,
    obstacles: Vec<(&'static str, String)>,
    name: String,
    refused: Option<String>,
    stall_href: String,
}

/// `GET /ql/ghe/{id}`, of a stall.
pub(super) async fn page(desk: Desk, id: Id<StallId>) -> Result<HttpResponse, Problem> {
    show(&desk, id.0, None, None).await
}

/// Shows it again where a step was refused.
pub(super) async fn again(
    desk: &Desk,
    id: StallId,
    problem: Problem,
) -> Result<HttpResponse, Problem> {
    let is_shown = problem.is_refusal()
        && ![StatusCode::FORBIDDEN, StatusCode::NOT_FOUND].contains(&problem.status());
    if is_shown { show(desk, id, None, Some(&problem)).await } else { Err(problem) }
}

pub(super) async fn show(
    desk: &Desk,
    id: StallId,
    found: Option<Vec<FoundCode>>,
    refused: Option<&Problem>,
) -> Result<HttpResponse, Problem> {
    let words = desk.words;
    let visit = desk.read(move |connection, act| first_visit::look(connection, act, id)).await?;
    let said = |key: &str, word: &str| words.say(&format!("desk-{key}-{word}"));
    let obstacle = |one: Obstacle| {
        let sentence = one.words();
        let text = match words.0 {
            Language::Vietnamese => sentence.vi,
            Language::English => sentence.en,
        };
        (one.as_str(), text)
    };
    let shown = VisitPage {
        shell: desk.shell("desk-first-visit"),
        account: visit.account.clone(),
        found: found.map(|all| all.iter().map(|one| told(words, one)).collect()),
        relations: RELATIONS.map(|one| (one.as_str(), said("relation", one.as_str()))).into(),
        asked: asked(words, &visit)?,
        obstacles: OBSTACLES.map(obstacle).into(),
        name: desk.present.user.name.clone(),
        refused: refused.map(|problem| problem.detail(words.0)),
        stall_href: format!("/ql/so/sap/{id}"),
        visit,
    };
    answer(refused.map_or(StatusCode::OK, Problem::status), words, &shown)
}

fn told(words: Words, one: &FoundCode) -> Found {
    let parts = [one.bank.or(one.scheme), one.number.as_deref(), one.name.as_deref()];
    let mut what = parts.into_iter().flatten().collect::<Vec<_>>().join(", ");
    if what.is_empty() {
        what = words.say("desk-visit-no-payment");
    }
    if one.code_id.is_some() || one.other_code_id.is_some() {
        what = format!("{what}: {}", words.say("desk-visit-known"));
    }
    let register_as = one.register_as.map_or("", RegisterAs::as_str);
    Found { payload: one.payload.clone(), what, register_as }
}

/// What is still to be agreed to.
fn asked(words: Words, visit: &FirstVisit) -> Result<Vec<Asked>, Problem> {
    let mut wanted = Vec::new();
    if !visit.is_agreed {
        wanted.push((Purpose::Register, "desk-visit-vendors", visit.vendor.clone()));
    }
    if let Some(account) = visit.account.as_ref().filter(|account| !account.is_agreed) {
        let holder = &account.holder_name;
        wanted.push((Purpose::ReceiveNotices, "desk-visit-holders", holder.clone()));
        if account.relation != Relation::Own {
            wanted.push((Purpose::UseOfAccount, "desk-visit-holders", holder.clone()));
        }
    }
    let all = forms::wordings()?;
    let told = wanted.into_iter().filter_map(|(purpose, whose, given_by)| {
        let one = all.iter().find(|one| one.purpose == purpose)?;
        Some(Asked {
            purpose: purpose.as_str(),
            title: one.title.clone(),
            wording: one.wording.clone(),
            whose: words.say(whose),
            given_by,
        })
    });
    Ok(told.collect())
}
