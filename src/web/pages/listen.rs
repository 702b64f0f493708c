//! The page that hears: `/nghe`, for a browser that has opened a link.

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, SET_COOKIE};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::{Closed, Words, cookie, presented, words};
use crate::live::{Hearer, Presented};
use crate::primitives::Vnd;
use crate::primitives::spoken::{self, Region};
use crate::web::problem::Problem;
use crate::web::state::AppState;

/// What trying the voice says.
const SAMPLE: Vnd = Vnd::new(50_000);

/// The texts that the page's script shows, by their keys.
const TEXTS: [&str; 29] = [
    "kind-received",
    "kind-underpaid",
    "kind-overpaid",
    "kind-duplicate",
    "kind-thousandfold",
    "kind-after-cancel",
    "kind-unusual",
    "hint-underpaid",
    "hint-overpaid",
    "hint-duplicate",
    "hint-thousandfold",
    "hint-after-cancel",
    "hint-unusual",
    "state-connecting",
    "state-waiting",
    "state-unknown",
    "hint-waiting",
    "hint-unknown",
    "hint-cut",
    "hint-alarm",
    "link-live",
    "link-cut",
    "warn-silent",
    "warn-muted",
    "warn-hidden",
    "warn-gap",
    "warn-voice",
    "warn-ended",
    "late",
];

#[derive(Template)]
#[template(path = "html/listen.html")]
struct Listen {
    words: Words,
    hearer: Hearer,
    /// Đã nhận năm mươi ngàn đồng; nghìn.
    sample_south: String,
    sample_north: String,
}

#[derive(Deserialize)]
pub(super) struct Chosen {
    lang: Option<String>,
}

pub(super) async fn page(
    state: web::Data<AppState>,
    request: HttpRequest,
    chosen: web::Query<Chosen>,
) -> Result<HttpResponse, Problem> {
    let chosen = chosen.into_inner().lang.and_then(|tag| cookie::named(&tag));
    let words = chosen.map_or_else(|| words(&request), Words);
    let hearer = match presented(&state, &request).await? {
        Presented::Hears(hearer) => hearer,
        Presented::Ended => return Closed::answer(words, StatusCode::GONE, "closed-ended"),
        Presented::Unknown => {
            return Closed::answer(words, StatusCode::FORBIDDEN, "closed-unknown");
        }
    };
    let sample = |region| {
        let amount = spoken::amount(SAMPLE, region).unwrap_or_default();
        format!("Đã nhận {amount}")
    };
    let (sample_south, sample_north) = (sample(Region::South), sample(Region::North));
    let listen = Listen { words, hearer, sample_south, sample_north };
    let mut answer = super::page(StatusCode::OK, words, &listen)?;
    if let Some(language) = chosen
        && let Ok(value) = HeaderValue::from_str(&cookie::set_language(language))
    {
        answer.headers_mut().append(SET_COOKIE, value);
    }
    Ok(answer)
}
