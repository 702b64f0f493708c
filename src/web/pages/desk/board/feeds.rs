//! Feeds with their heartbeat, and everything that is wrong.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use super::super::super::{Words, page as answer};
use super::super::door::Desk;
use super::super::shell::Shell;
use super::super::table::{Cell, Column, Row, Table};
use super::{
    Tab, conflicts as of_conflicts, feed as of_feed, feed_new, pairs as of_pairs, phones,
    statements as of_statements, tabs, untaken,
};
use crate::access::{Act, Permission};
use crate::db::{DbConnection, Outcome};
use crate::feeds::Provider;
use crate::intake::conflicts::{self, ConflictFilter};
use crate::intake::deliveries;
use crate::intake::feeds::{self, Feed};
use crate::intake::pairs;
use crate::intake::phone::texts::{self, TextFilter};
use crate::intake::pulse::{self, Alarm, AlarmCode, Pulse};
use crate::intake::statements::{self, StatementFilter, StatementState};
use crate::outreach::checks;
use crate::primitives::UnixMs;
use crate::registry::PageRequest;
use crate::vietqr::banks;
use crate::web::problem::Problem;

/// Something that is wrong, and where one looks at it.
struct Wrong {
    what: String,
    detail: String,
    href: Option<String>,
}

/// Something that waits: how many there are, what they are, and where they are settled.
struct Waiting {
    count: String,
    label: String,
    href: &'static str,
}

#[derive(Template)]
#[template(path = "html/desk/feeds.html")]
struct FeedsPage {
    shell: Shell,
    tabs: Vec<Tab>,
    alarms: Vec<Wrong>,
    waiting: Vec<Waiting>,
    /// Where a feed is made, for whoever may.
    makes: Option<&'static str>,
    table: Table,
}

/// `GET /ql/nguon`.
pub(super) async fn page(desk: Desk) -> Result<HttpResponse, Problem> {
    let sees_refused = desk.may(Permission::FeedsWrite);
    let read = desk.read(move |connection, act| {
        act.require(Permission::FeedsRead)?;
        let feeds = feeds::list(connection, act)?;
        let mut pulses = Vec::new();
        for feed in feeds.iter().filter(|feed| feed.disabled_at.is_none()) {
            pulses.extend(pulse::of_feed(connection, act, feed.id)?);
        }
        let waiting = waiting(connection, act, sees_refused)?;
        Ok((feeds, pulses, checks::alarms(connection, act)?, waiting))
    });
    let ((feeds, pulses, stalls, waiting), words) = (read.await?, desk.words);
    let mut alarms: Vec<Wrong> = Vec::new();
    for pulse in &pulses {
        if let Some(alarm) = &pulse.alarm {
            let detail = said(words, alarm, None);
            let href = settled_at(alarm.code, feed(&feeds, pulse));
            alarms.push(Wrong { what: name(&feeds, pulse), detail, href });
        }
    }
    for one in stalls {
        let detail = said(words, &one.alarm, Some(&one.stall));
        let href = Some(format!("/ql/so/sap/{}", one.stall_id));
        let what = format!("{} {}", words.say("desk-stall"), one.stall);
        alarms.push(Wrong { what, detail, href });
    }
    let waiting = waiting.into_iter().filter(|(.., count)| *count > 0);
    let shown = FeedsPage {
        shell: desk.shell("desk-feeds"),
        tabs: tabs(words, "/ql/nguon"),
        alarms,
        waiting: waiting
            .map(|(text, href, count)| Waiting {
                count: counted(href, count),
                label: words.say(text),
                href,
            })
            .collect(),
        makes: sees_refused.then_some(feed_new::PATH),
        table: table(words, &feeds, &pulses),
    };
    answer(StatusCode::OK, words, &shown)
}

/// The end of a text's key, where it is settled, and how many there are: a page of each is enough to know
/// that there is work.
type Found = (&'static str, &'static str, usize);

/// As many as one looks at of what waits about feeds.
const LOOKED_AT: usize = 200;

/// A count as it is shown: of what waits about feeds, no more than a page of each is looked at.
pub(in super::super) fn counted(href: &str, count: usize) -> String {
    let is_whole = count < LOOKED_AT || !href.starts_with("/ql/nguon/");
    if is_whole { count.to_string() } else { format!("{count}+") }
}

/// What waits for a person about feeds.
pub(in super::super) fn waiting(
    connection: &mut DbConnection,
    act: &Act,
    sees_refused: bool,
) -> Outcome<Vec<Found>> {
    let (page, feeds) = (PageRequest::parse(None, Some(200))?, feeds::list(connection, act)?);
    let found = conflicts::list(connection, act, &ConflictFilter::default(), page)?.items.len();
    let mut all = vec![("desk-task-conflicts", of_conflicts::PATH, found)];
    let found = pairs::list(connection, act, &of_pairs::WAITING, page)?.items.len();
    all.push(("desk-task-pairs", of_pairs::PATH, found));
    let mut untaken = deliveries::list(connection, act, &untaken::UNREADABLE, page)?.items.len();
    for feed in feeds.iter().filter(|feed| sees_refused && untaken::has_hook(feed)) {
        untaken += untaken::refused(connection, act, feed)?.len();
    }
    all.push(("desk-task-untaken", untaken::PATH, untaken));
    let found = texts::list(connection, act, &TextFilter::default(), page)?.items.len();
    all.push(("desk-task-texts", phones::PATH, found));
    let found = statements::list(connection, act, &StatementFilter::default(), page)?.items;
    let open = [StatementState::Checked, StatementState::NeedsMapping];
    let found = found.iter().filter(|one| open.contains(&one.state)).count();
    all.push(("desk-task-statements", of_statements::PATH, found));
    Ok(all)
}

/// The page where an alarm's cause is settled.
fn settled_at(code: AlarmCode, feed: Option<&Feed>) -> Option<String> {
    let page = match code {
        AlarmCode::Contradicting => Some(of_conflicts::PATH),
        AlarmCode::Undecodable | AlarmCode::Refused => Some(untaken::PATH),
        AlarmCode::PhoneSilent | AlarmCode::UnknownText | AlarmCode::TextsLost => {
            Some(phones::PATH)
        }
        AlarmCode::NoSecret if feed.is_some_and(phones::is_of_phones) => Some(phones::PATH),
        AlarmCode::NoSecret | AlarmCode::SharedIds => return feed.and_then(page_of),
        AlarmCode::FeedSilent => Some(of_statements::PATH),
        AlarmCode::PollFailing | AlarmCode::KeptTooLong | AlarmCode::WrongAccount => None,
    };
    page.map(str::to_owned)
}

/// The page of a feed that has one.
fn page_of(feed: &Feed) -> Option<String> {
    let is_made_by_hand = feed.provider != Provider::Statement.as_str();
    is_made_by_hand.then(|| format!("{}/{}", of_feed::PATH, feed.id))
}

fn said(words: Words, alarm: &Alarm, stall: Option<&str>) -> String {
    let since = alarm.since.map(|at| ("since_at", at.to_string()));
    let args: Vec<_> = since.into_iter().chain(stall.map(|s| ("stall", s.to_owned()))).collect();
    words.0.text(&format!("alarm-{}", alarm.code.as_str()), &args).unwrap_or_default()
}

fn feed<'f>(feeds: &'f [Feed], pulse: &Pulse) -> Option<&'f Feed> {
    feeds.iter().find(|feed| Some(feed.id) == pulse.feed_id)
}

/// The feed's name, and the bank's where the pulse is of one.
fn name(feeds: &[Feed], pulse: &Pulse) -> String {
    let name = feed(feeds, pulse).map(|feed| feed.name.as_str()).unwrap_or_default();
    match bank(pulse) {
        Some(bank) => format!("{name}, {bank}"),
        None => name.to_owned(),
    }
}

fn bank(pulse: &Pulse) -> Option<&str> {
    let bin = pulse.bin.as_deref()?;
    Some(banks::by_bin(bin).map_or(bin, |bank| &bank.short_name))
}

fn table(words: Words, feeds: &[Feed], pulses: &[Pulse]) -> Table {
    let at =
        |at: Option<UnixMs>| at.map(|at| at.in_words(&words.say("desk-on"))).unwrap_or_default();
    let row = |pulse: &Pulse| {
        let state = words.say(&format!("desk-pulse-{}", pulse.state.as_str()));
        let proof = pulse.proof.map(|proof| words.say(&format!("desk-proof-{}", proof.as_str())));
        let of = feed(feeds, pulse);
        let kind = of.map(|feed| feed.provider.clone());
        let mut called = Cell::new(name(feeds, pulse)).tagged(kind.into_iter().collect());
        called.href = of.and_then(page_of);
        Row {
            id: String::new(),
            name: String::new(),
            cells: vec![
                called,
                Cell::new(state),
                Cell::new(at(pulse.proven_at)).tagged(proof.into_iter().collect()),
                Cell::new(at(pulse.last_delivery_at)),
                Cell::new(pulse.account_ids.len().to_string()),
            ],
        }
    };
    let off = feeds.iter().filter(|feed| feed.disabled_at.is_some()).map(|feed| Row {
        id: String::new(),
        name: String::new(),
        cells: vec![
            Cell { href: page_of(feed), ..Cell::new(&feed.name) },
            Cell::new(words.say("desk-feed-off")),
        ],
    });
    let columns =
        ["desk-feed", "desk-field-state", "desk-proven", "desk-last-money", "desk-accounts"];
    let table = Table {
        caption: words.say("desk-feeds"),
        columns: columns.map(|text| Column::new(words.say(text))).into(),
        rows: pulses.iter().map(row).chain(off).collect(),
        is_chosen_from: false,
        next: None,
    };
    table.labelled()
}
