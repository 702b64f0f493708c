//! The page of a first visit: the steps, and which of them are done.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use super::super::super::{Words, page as answer};
use super::super::door::Desk;
use super::super::print::verdict::{self, Seen};
use super::super::shell::Shell;
use crate::outreach::first_visit::{self, FirstVisit, PaidAccount};
use crate::outreach::visits::Obstacle;
use crate::primitives::ids::StallId;
use crate::print::forms;
use crate::registry::accounts::Relation;
use crate::registry::code_checks;
use crate::registry::code_readings::{self, FoundCode, RegisterAs};
use crate::registry::code_verdicts::{CodeVerdict, Remark, Remarked, SeenCode};
use crate::registry::consents::Purpose;
use crate::vietqr::{self, Scheme, WalletLink};
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
    seen: Seen,
    /// Where it is registered; empty where it cannot be, or is already.
    register_as: &'static str,
    /// It says nothing of whose it is: the name printed on it is asked for.
    asks_scheme: bool,
    /// It pays an account that may be one more of the vendor's.
    is_perhaps_own: bool,
    has_amount: bool,
}

/// What a photo showed, and what to do about it.
#[derive(Default)]
pub(super) struct Photographed {
    pub codes: Vec<SeenCode>,
    /// Empty where the same codes are shown again.
    pub finding: String,
    pub is_crowded: bool,
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
    finding: String,
    /// The worst of them is not to be paid.
    is_bad: bool,
    is_crowded: bool,
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

/// Shows it again where a step was refused, with the codes of the photo that it came from.
pub(super) async fn again(
    desk: &Desk,
    id: StallId,
    problem: Problem,
    texts: Vec<String>,
) -> Result<HttpResponse, Problem> {
    let is_shown = problem.is_refusal()
        && ![StatusCode::FORBIDDEN, StatusCode::NOT_FOUND].contains(&problem.status());
    if !is_shown {
        return Err(problem);
    }
    if texts.is_empty() {
        return show(desk, id, None, Some(&problem)).await;
    }
    let judge = move |connection: &mut _, act: &_| code_checks::judge(connection, act, id, &texts);
    let photo = Photographed { codes: desk.read(judge).await?, ..Photographed::default() };
    show(desk, id, Some(photo), Some(&problem)).await
}

pub(super) async fn show(
    desk: &Desk,
    id: StallId,
    photo: Option<Photographed>,
    refused: Option<&Problem>,
) -> Result<HttpResponse, Problem> {
    let words = desk.words;
    let visit = desk.read(move |connection, act| first_visit::look(connection, act, id)).await?;
    let (finding, is_crowded) =
        photo.as_ref().map(|photo| (photo.finding.clone(), photo.is_crowded)).unwrap_or_default();
    let found = match photo {
        Some(photo) => Some(read(desk, photo.codes).await?),
        None => None,
    };
    let is_bad = |one: &Found| one.seen.is_bad && one.register_as.is_empty();
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
        is_bad: found.iter().flatten().any(is_bad),
        found,
        finding,
        is_crowded,
        relations: RELATIONS.map(|one| (one.as_str(), said("relation", one.as_str()))).into(),
        asked: asked(words, &visit)?,
        obstacles: OBSTACLES.map(obstacle).into(),
        name: desk.present.user.name.clone(),
        refused: refused.map(|problem| problem.on_page(words.0)),
        stall_href: format!("/ql/so/sap/{id}"),
        visit,
    };
    answer(refused.map_or(StatusCode::OK, Problem::status), words, &shown)
}

/// What each code is here, and how it is registered.
async fn read(desk: &Desk, codes: Vec<SeenCode>) -> Result<Vec<Found>, Problem> {
    let words = desk.words;
    let texts: Vec<String> = codes.iter().map(|one| one.code.payload.clone()).collect();
    let readings =
        move |connection: &mut _, act: &_| code_readings::of_texts(connection, act, &texts);
    let readings = desk.read(readings).await?;
    let told = |(one, reading): (&SeenCode, FoundCode)| {
        // The vendor's own may hang there unregistered; another's, or one that ended, may not.
        let is_own = matches!(one.result, CodeVerdict::Unknown | CodeVerdict::OtherCode);
        let register_as = reading.register_as.filter(|_| is_own);
        Found {
            asks_scheme: register_as == Some(RegisterAs::OtherCode) && !names_itself(&reading),
            is_perhaps_own: is_perhaps_own(one),
            has_amount: one.remarks.iter().any(|remark| remark.code == Remark::AmountSet),
            register_as: register_as.map_or("", RegisterAs::as_str),
            seen: verdict::seen(words, one),
            payload: reading.payload,
        }
    };
    Ok(codes.iter().zip(readings).map(told).collect())
}

/// Whether a code that pays somebody else may be one more of the vendor's own: an account that the stall has not
/// got in the register yet.
fn is_perhaps_own(one: &SeenCode) -> bool {
    let is_registered = |told: &Remarked| told.code == Remark::OtherAccount;
    one.result == CodeVerdict::WrongAccount && one.remarks.iter().all(is_registered)
}

/// Whether a code says whose it is, so that nobody need read it off the sticker.
fn names_itself(reading: &FoundCode) -> bool {
    let text = reading.payload.as_str();
    match vietqr::read(text).payload.scheme_of(text) {
        Some(scheme) => scheme != Scheme::Generic,
        None => WalletLink::of(text).is_some(),
    }
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
