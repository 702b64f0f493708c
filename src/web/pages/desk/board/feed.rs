//! One feed: what is entered at its provider, its secrets, the accounts that it reports, whose it is.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::super::super::{Words, page as answer};
use super::super::door::Desk;
use super::super::form::{Field, Kind};
use super::super::shell::Shell;
use super::feed_new::{COST, SUBSCRIBER, accounts, called};
use super::feed_ways::{self as ways, Comes};
use super::waits::{Which, at, named};
use super::{Tab, phones, tabs};
use crate::access::Permission;
use crate::feeds::Provider;
use crate::intake::feeds::{self, Feed};
use crate::intake::reported::{self, FeedAccount};
use crate::primitives::ids::FeedId;
use crate::registry::PageRequest;
use crate::registry::roll::{self, Roll};
use crate::web::path::Id;
use crate::web::problem::Problem;
use crate::web::warned::Teller;

pub(super) const PATH: &str = "/ql/nguon/xem";

/// Seconds for which the other secrets stay good: for good, a week, a day, an hour, not at all.
const OVERLAPS: [&str; 5] = ["", "604800", "86400", "3600", "0"];

/// What was done just now.
#[derive(Default)]
pub(super) struct Said<'p> {
    /// A secret of ours that is shown this once.
    pub secret: Option<String>,
    pub is_new: bool,
    pub refused: Option<&'p Problem>,
}

struct SecretLine {
    id: String,
    since: String,
    /// Empty: it stays.
    until: String,
}

struct AccountLine {
    id: String,
    called: String,
    lines: Vec<String>,
    memo_word: String,
}

/// A form of the page, for whoever may write.
struct Form {
    action: String,
    fields: Vec<Field>,
    submit: String,
}

#[derive(Template)]
#[template(path = "html/desk/feed.html")]
struct FeedPage {
    shell: Shell,
    tabs: Vec<Tab>,
    here: String,
    name: String,
    refused: Option<String>,
    told: Option<String>,
    secret: Option<String>,
    facts: Vec<(String, String)>,
    pastes: Vec<(String, String)>,
    steps: Vec<String>,
    /// Where the phones are.
    phones: Option<&'static str>,
    is_off: bool,
    may: bool,
    secrets: Vec<SecretLine>,
    accounts: Vec<AccountLine>,
    next: Option<String>,
    rotate: Option<Form>,
    attach: Option<Form>,
    describe: Option<Form>,
}

/// `GET /ql/nguon/xem/{id}`.
pub(super) async fn page(
    desk: Desk,
    request: HttpRequest,
    id: Id<FeedId>,
    which: web::Query<Which>,
) -> Result<HttpResponse, Problem> {
    show(&desk, &request, id.0, which.into_inner(), Said::default()).await
}

pub(super) async fn show(
    desk: &Desk,
    request: &HttpRequest,
    id: FeedId,
    which: Which,
    said: Said<'_>,
) -> Result<HttpResponse, Problem> {
    let page = PageRequest::parse(which.cursor.as_deref(), None)?;
    let read = desk.read(move |connection, act| {
        let feed = feeds::get(connection, act, id)?;
        let accounts = reported::list(connection, act, id, page)?;
        Ok((feed, accounts, roll::load(connection, act)?))
    });
    let ((feed, reports, roll), words) = (read.await?, desk.words);
    let provider = Provider::with_hook(&feed.provider).ok_or_else(Problem::no_such_route)?;
    let (connection, way) = (request.connection_info(), ways::of_feed(&feed));
    let base = format!("{}://{}", connection.scheme(), connection.host());
    let may = desk.may(Permission::FeedsWrite);
    let here = format!("{PATH}/{id}");
    let is_off = feed.disabled_at.is_some();
    let (title, told) =
        (if said.is_new { "desk-feed-made" } else { "desk-feed" }, told(words, &feed));
    let hook = || vec![(words.say("desk-paste-url"), format!("{base}{}", feed.hook_path))];
    let shown = FeedPage {
        shell: desk.shell(title),
        tabs: tabs(words, "/ql/nguon"),
        name: feed.name.clone(),
        refused: said.refused.map(|problem| problem.on_page(words.0)),
        told,
        secret: said.secret,
        facts: facts(words, &feed, way.map(|way| way.name(words))),
        pastes: way.map_or_else(hook, |way| way.pastes(words, &feed, &base)),
        steps: way.map(|way| way.steps(words)).unwrap_or_default(),
        phones: (provider == Provider::Phone).then_some(phones::PATH),
        is_off,
        may,
        secrets: secrets(words, &feed),
        accounts: reports.items.into_iter().map(|one| account(words, &roll, one)).collect(),
        next: reports.next_cursor.map(|cursor| format!("{here}?cursor={cursor}")),
        rotate: (may && !is_off && provider != Provider::Phone)
            .then(|| rotate(words, &here, way.map(|way| way.secret))),
        attach: (may && !is_off).then(|| attach(words, &here, &roll, provider)).flatten(),
        describe: may.then(|| describe(words, &here, &feed)),
        here,
    };
    answer(said.refused.map_or(StatusCode::OK, Problem::status), words, &shown)
}

/// What must be known of the feed: that its ids are another feed's too.
fn told(words: Words, feed: &Feed) -> Option<String> {
    let warning = feed.warning?;
    Some(if words.lang() == "vi" { warning.vi } else { warning.en }.to_owned())
}

fn facts(words: Words, feed: &Feed, way: Option<String>) -> Vec<(String, String)> {
    let cost = feed.facts.monthly_cost_vnd.map(|cost| cost.to_string());
    let all = [
        ("desk-feed-way", Some(way.unwrap_or_else(|| feed.provider.clone()))),
        ("desk-field-subscriber", feed.facts.subscriber.clone()),
        ("desk-field-cost", cost),
        ("desk-feed-created", Some(at(words, feed.created_at))),
        ("desk-feed-off-since", feed.disabled_at.map(|off| at(words, off))),
    ];
    all.into_iter().filter_map(|(label, value)| Some((words.say(label), value?))).collect()
}

/// Phones have theirs on their own page.
fn secrets(words: Words, feed: &Feed) -> Vec<SecretLine> {
    if feed.provider == Provider::Phone.as_str() {
        return Vec::new();
    }
    let line = |one: &feeds::SecretInfo| SecretLine {
        id: one.id.to_string(),
        since: at(words, one.created_at),
        until: one.expires_at.map(|end| at(words, end)).unwrap_or_default(),
    };
    feed.secrets.iter().map(line).collect()
}

fn account(words: Words, roll: &Roll, one: FeedAccount) -> AccountLine {
    let mut lines = vec![named(words, "desk-feed-reports-since", &one.from_day.on_paper())];
    lines.extend(
        Teller::speaking(words.0).told(one.warnings).into_iter().map(|warning| warning.detail),
    );
    AccountLine {
        id: one.account_id.to_string(),
        called: roll.accounts.get(&one.account_id).map(called).unwrap_or(one.bank),
        lines,
        memo_word: one.memo_word.unwrap_or_default(),
    }
}

/// Nothing, where every account is reported already.
fn attach(words: Words, here: &str, roll: &Roll, provider: Provider) -> Option<Form> {
    let field = accounts(words, roll, provider, &[]);
    let is_any = !field.choices.is_empty();
    is_any.then(|| Form {
        action: format!("{here}/tk"),
        fields: vec![field],
        submit: words.say("desk-feed-attach"),
    })
}

fn rotate(words: Words, here: &str, comes: Option<Comes>) -> Form {
    let hint = match comes {
        Some(Comes::FromThem) => "desk-feed-secret-theirs-hint",
        _ => "desk-feed-secret-ours-hint",
    };
    // The one that stood in for the provider's own is good for nothing.
    let usual = if comes == Some(Comes::FromThem) { "0" } else { "86400" };
    let overlap = |seconds: &str| {
        let end = if seconds.is_empty() { "stay" } else { seconds };
        (seconds.to_owned(), words.say(&format!("desk-overlap-{end}")))
    };
    Form {
        action: format!("{here}/khoa"),
        fields: vec![
            Field::new(words, "secret", Kind::Text, "secret").optional().hint(words.say(hint)),
            Field::new(words, "others", Kind::Select, "overlap")
                .choices(OVERLAPS.map(overlap), &[usual.to_owned()])
                .optional(),
        ],
        submit: words.say("desk-feed-rotate"),
    }
}

fn describe(words: Words, here: &str, feed: &Feed) -> Form {
    let cost = feed.facts.monthly_cost_vnd.map(|cost| cost.to_string());
    let text = |name: &'static str, label: &str, value: String| {
        Field::new(words, name, Kind::Text, label).value(value)
    };
    let subscriber = feed.facts.subscriber.clone().unwrap_or_default();
    Form {
        action: here.to_owned(),
        fields: vec![
            text("name", "feed-name", feed.name.clone()),
            text(SUBSCRIBER, "subscriber", subscriber).optional(),
            text(COST, "cost", cost.unwrap_or_default()).optional(),
        ],
        submit: words.say("desk-save"),
    }
}
