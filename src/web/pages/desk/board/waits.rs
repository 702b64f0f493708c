//! Lists of what waits for a person: each with why in a sentence, what the reports say, and the buttons
//! that settle it.

use std::collections::HashMap;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use serde::Deserialize;

use super::super::super::{Words, page as answer};
use super::super::door::Desk;
use super::super::shell::Shell;
use super::Tab;
use crate::feeds::{Direction, Precision, Reported};
use crate::intake::deliveries::Delivery;
use crate::intake::feeds::Feed;
use crate::primitives::UnixMs;
use crate::primitives::ids::FeedId;
use crate::web::problem::Problem;

/// A raw body as far as one looks at it.
const SHOWN_CHARS: usize = 600;

#[derive(Debug, Default, Deserialize)]
pub(super) struct Which {
    #[serde(default)]
    pub cursor: Option<String>,
}

/// What one report says.
pub(super) struct Side {
    pub label: String,
    pub lines: Vec<String>,
}

/// One way to settle it.
pub(super) struct Button {
    /// Of the form field `do`.
    pub value: String,
    pub label: String,
    pub is_quiet: bool,
    /// Not with what else the form asks.
    pub is_plain: bool,
}

impl Button {
    pub(super) fn new(words: Words, value: &str, label: &str) -> Self {
        Self { value: value.to_owned(), label: words.say(label), is_quiet: true, is_plain: false }
    }

    pub(super) const fn first(mut self) -> Self {
        self.is_quiet = false;
        self
    }

    /// Whatever is typed beside it.
    pub(super) const fn plain(mut self) -> Self {
        self.is_plain = true;
        self
    }
}

/// What waits.
#[derive(Default)]
pub(super) struct Item {
    pub id: String,
    pub title: String,
    /// Why it waits, and what to look at.
    pub why: Vec<String>,
    pub sides: Vec<Side>,
    /// Its raw text, where it has no better one.
    pub body: String,
    pub action: String,
    /// A reason must be given, where it is `true`.
    pub asks_why: Option<bool>,
    /// Name and label of what can be ticked.
    pub tick: Option<(&'static str, String)>,
    pub buttons: Vec<Button>,
    /// Where it is settled, if not here.
    pub links: Vec<(String, String)>,
}

#[derive(Default)]
pub(super) struct Section {
    /// Empty where there is one section only.
    pub heading: String,
    pub note: String,
    pub items: Vec<Item>,
    /// Something that is done to all of it, or begins anew.
    pub form: Option<Above>,
}

/// A form above a section's items: its address, one field at most, and its button.
pub(super) struct Above {
    pub action: String,
    pub field: Option<(&'static str, String)>,
    pub label: String,
}

#[derive(Template)]
#[template(path = "html/desk/waits.html")]
pub(super) struct Waits {
    pub shell: Shell,
    pub tabs: Vec<Tab>,
    pub lead: String,
    pub refused: Option<String>,
    pub told: Option<String>,
    /// What is said where nothing waits; nothing, where that says nothing.
    pub empty: String,
    pub sections: Vec<Section>,
    pub next: Option<String>,
}

impl Waits {
    /// The page of a tab; title and lead are `page-<title>` and `page-<title>-lead`.
    pub(super) fn of(desk: &Desk, here: &str, title: &str) -> Self {
        Self {
            shell: desk.shell(title),
            tabs: super::tabs(desk.words, here),
            lead: desk.words.say(&format!("{title}-lead")),
            refused: None,
            told: None,
            empty: desk.words.say("desk-nothing-waits"),
            sections: Vec::new(),
            next: None,
        }
    }

    pub(super) fn show(mut self, refused: Option<&Problem>) -> Result<HttpResponse, Problem> {
        let words = self.shell.words;
        self.refused = refused.map(|problem| problem.on_page(words.0));
        answer(refused.map_or(StatusCode::OK, Problem::status), words, &self)
    }

    fn is_empty(&self) -> bool {
        !self.empty.is_empty() && self.sections.iter().all(|section| section.items.is_empty())
    }
}

/// What was done, or what was refused and is to be shown on the page; what is not allowed or failed is
/// passed on.
pub(super) fn settled<T>(done: Result<T, Problem>) -> Result<Result<T, Problem>, Problem> {
    match done {
        Err(problem) if !problem.is_refusal() || problem.status() == StatusCode::FORBIDDEN => {
            Err(problem)
        }
        done => Ok(done),
    }
}

/// Names of feeds.
pub(super) struct Names(HashMap<FeedId, String>);

impl Names {
    pub(super) fn of(feeds: &[Feed]) -> Self {
        Self(feeds.iter().map(|feed| (feed.id, feed.name.clone())).collect())
    }

    pub(super) fn get(&self, id: FeedId) -> String {
        self.0.get(&id).cloned().unwrap_or_default()
    }
}

/// What a report says, for whoever sees amounts; else only whose it is and when it came.
pub(super) fn side(
    words: Words,
    names: &Names,
    label: &str,
    (delivery, said): (Option<&Delivery>, Option<&Reported>),
) -> Side {
    let mut lines = Vec::new();
    if let Some(delivery) = delivery {
        lines.push(names.get(delivery.feed_id));
        lines.push(named(words, "desk-arrived", &at(words, delivery.received_at)));
    }
    if let Some(said) = said {
        let way = match said.direction {
            Direction::In => "desk-money-in",
            Direction::Out => "desk-money-out",
        };
        lines.push(format!("{} {}", said.amount, words.say(way)));
        let when = match said.precision {
            Precision::Day => said.occurred_at.day(0).on_paper(),
            Precision::Second | Precision::Minute => at(words, said.occurred_at),
        };
        lines.push(named(words, "desk-paid-at", &when));
        let numbers = [&said.account_number, &said.virtual_account];
        let numbers: Vec<_> = numbers.into_iter().flatten().map(String::as_str).collect();
        lines.push(named(words, "desk-told-number", &numbers.join(", ")));
        lines.push(named(words, "desk-memo", &said.memo));
    } else if let Some(body) = delivery.and_then(|delivery| delivery.body.as_deref()) {
        lines.push(cut(body));
    }
    lines.retain(|line| !line.is_empty());
    Side { label: words.say(label), lines }
}

/// A label and its value; empty without a value.
pub(super) fn named(words: Words, label: &str, value: &str) -> String {
    if value.is_empty() { String::new() } else { format!("{} {value}", words.say(label)) }
}

pub(super) fn at(words: Words, at: UnixMs) -> String {
    at.in_words(&words.say("desk-on"))
}

/// The beginning of a raw text.
pub(super) fn cut(body: &str) -> String {
    let mut shown: String = body.chars().take(SHOWN_CHARS).collect();
    if shown.len() < body.len() {
        shown.push('…');
    }
    shown
}
