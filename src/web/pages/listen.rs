//! The page that hears: `/nghe`, for a browser that has opened a link.

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, SET_COOKIE};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::{Closed, Words, cookie, owner, presented, words};
use crate::live::links::LinkKind;
use crate::live::{Hearer, Presented};
use crate::primitives::Vnd;
use crate::primitives::spoken::{self, Region};
use crate::web::problem::Problem;
use crate::web::state::AppState;

/// What trying the voice says.
const SAMPLE: Vnd = Vnd::new(50_000);

/// The texts that the page's script shows, by their keys.
pub(super) const TEXTS: [&str; 42] = [
    "kind-received",
    "kind-underpaid",
    "kind-overpaid",
    "kind-duplicate",
    "kind-thousandfold",
    "kind-thousandfold-more",
    "kind-after-cancel",
    "kind-unusual",
    "kind-late",
    "kind-practice",
    "hint-underpaid",
    "hint-overpaid",
    "hint-duplicate",
    "hint-thousandfold",
    "hint-thousandfold-more",
    "hint-after-cancel",
    "hint-unusual",
    "hint-late",
    "hint-practice",
    "state-connecting",
    "state-waiting",
    "state-unknown",
    "hint-waiting",
    "hint-unknown",
    "hint-cut",
    "hint-alarm",
    "link-live",
    "came",
    "link-cut",
    "warn-silent",
    "warn-elsewhere",
    "warn-muted",
    "warn-skipped",
    "warn-hidden",
    "warn-gap",
    "warn-loading",
    "warn-voice",
    "warn-ended",
    "warn-moved",
    "late",
    "more",
    "practice-said",
];

/// What trying the voice says, and a pretend payment, in the south's words and in the north's.
pub(super) struct Samples {
    /// Đã nhận năm mươi ngàn đồng.
    pub south: String,
    /// … nghìn đồng.
    pub north: String,
    pub amount: Vnd,
}

impl Samples {
    pub(super) fn new() -> Self {
        let said = |region| {
            let amount = spoken::amount(SAMPLE, region).unwrap_or_default();
            format!("Đã nhận {amount}")
        };
        Self { south: said(Region::South), north: said(Region::North), amount: SAMPLE }
    }
}

#[derive(Template)]
#[template(path = "html/listen.html")]
struct Listen {
    words: Words,
    hearer: Hearer,
    samples: Samples,
}

#[derive(Deserialize)]
pub(super) struct Chosen {
    lang: Option<String>,
}

impl Chosen {
    /// The words of the page, and the cookie that keeps a choice.
    pub(super) fn words(self, request: &HttpRequest) -> (Words, Option<HeaderValue>) {
        let Some(language) = self.lang.and_then(|tag| cookie::named(&tag)) else {
            return (words(request), None);
        };
        (Words(language), HeaderValue::from_str(&cookie::set_language(language)).ok())
    }
}

/// A page with the cookie that keeps the choice of its language.
pub(super) fn keeping(mut answer: HttpResponse, kept: Option<HeaderValue>) -> HttpResponse {
    if let Some(cookie) = kept {
        answer.headers_mut().append(SET_COOKIE, cookie);
    }
    answer
}

pub(super) async fn page(
    state: web::Data<AppState>,
    request: HttpRequest,
    chosen: web::Query<Chosen>,
) -> Result<HttpResponse, Problem> {
    let (words, kept) = chosen.into_inner().words(&request);
    let hearer = match presented(&state, &request).await? {
        Presented::Hears(hearer) if hearer.kind == LinkKind::Listener => hearer,
        // The vendor's own page hears too.
        Presented::Hears(_) | Presented::Locked(..) => return Ok(owner::elsewhere("/sap")),
        Presented::Ended => return Closed::answer(words, StatusCode::GONE, "closed-ended"),
        Presented::Unknown => {
            return Closed::answer(words, StatusCode::FORBIDDEN, "closed-unknown");
        }
    };
    let listen = Listen { words, hearer, samples: Samples::new() };
    Ok(keeping(super::page(StatusCode::OK, words, &listen)?, kept))
}
