//! Feeds with their heartbeat, and everything that is wrong.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use super::super::super::{Words, page as answer};
use super::super::door::Desk;
use super::super::shell::Shell;
use super::super::table::{Cell, Column, Row, Table};
use crate::access::Permission;
use crate::intake::feeds::{self, Feed};
use crate::intake::pulse::{self, Alarm, Pulse};
use crate::outreach::checks;
use crate::primitives::UnixMs;
use crate::vietqr::banks;
use crate::web::problem::Problem;

/// Something that is wrong, and where one looks at it.
struct Wrong {
    what: String,
    detail: String,
    href: Option<String>,
}

#[derive(Template)]
#[template(path = "html/desk/feeds.html")]
struct FeedsPage {
    shell: Shell,
    alarms: Vec<Wrong>,
    table: Table,
}

/// `GET /ql/nguon`.
pub(super) async fn page(desk: Desk) -> Result<HttpResponse, Problem> {
    let read = desk.read(|connection, act| {
        act.require(Permission::FeedsRead)?;
        let feeds = feeds::list(connection, act)?;
        let mut pulses = Vec::new();
        for feed in feeds.iter().filter(|feed| feed.disabled_at.is_none()) {
            pulses.extend(pulse::of_feed(connection, act, feed.id)?);
        }
        Ok((feeds, pulses, checks::alarms(connection, act)?))
    });
    let ((feeds, pulses, stalls), words) = (read.await?, desk.words);
    let mut alarms: Vec<Wrong> = Vec::new();
    for pulse in &pulses {
        if let Some(alarm) = &pulse.alarm {
            let detail = said(words, alarm, None);
            alarms.push(Wrong { what: name(&feeds, pulse), detail, href: None });
        }
    }
    for one in stalls {
        let detail = said(words, &one.alarm, Some(&one.stall));
        let href = Some(format!("/ql/so/sap/{}", one.stall_id));
        let what = format!("{} {}", words.say("desk-stall"), one.stall);
        alarms.push(Wrong { what, detail, href });
    }
    let table = table(words, &feeds, &pulses);
    answer(StatusCode::OK, words, &FeedsPage { shell: desk.shell("desk-feeds"), alarms, table })
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
        let kind = feed(feeds, pulse).map(|feed| feed.provider.clone());
        Row {
            id: String::new(),
            name: String::new(),
            cells: vec![
                Cell::new(name(feeds, pulse)).tagged(kind.into_iter().collect()),
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
        cells: vec![Cell::new(&feed.name), Cell::new(words.say("desk-feed-off"))],
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
