//! What arrived and was not taken in: refused deliveries, to be verified again once the feed's secret is
//! right, and those that cannot be read. Money may be in them.

use actix_web::{HttpResponse, web};

use super::super::super::Words;
use super::super::door::Desk;
use super::super::form::Sent;
use super::super::on_to;
use super::waits::{Above, Button, Item, Names, Section, Waits, Which, at, cut, named, settled};
use crate::access::{Act, Permission};
use crate::db::{DbConnection, Outcome};
use crate::feeds::Provider;
use crate::intake::deliveries::{self, Delivery, DeliveryOutcome, Filter, NewDismissal};
use crate::intake::feeds::{self, Feed};
use crate::intake::refused::{self, NewRefusedDismissal, Refused};
use crate::intake::replay::{self, TakenIn};
use crate::intake::verify;
use crate::primitives::Refusal;
use crate::primitives::ids::{DeliveryId, FeedId};
use crate::registry::{Page, PageRequest};
use crate::web::path::{Id, Ids, RefusedNumber};
use crate::web::problem::Problem;
use crate::web::reasons::told;

pub(super) const PATH: &str = "/ql/nguon/chua-nhan";
/// Of a feed's refused deliveries; all of them can be verified at once.
const SHOWN: usize = 20;

pub(super) const UNREADABLE: Filter =
    Filter { feed_id: None, outcome: Some(DeliveryOutcome::Undecodable) };

/// `GET /ql/nguon/chua-nhan`.
pub(super) async fn page(desk: Desk, which: web::Query<Which>) -> Result<HttpResponse, Problem> {
    show(&desk, which.into_inner(), None, None).await
}

/// A feed with what it sent and was refused, newest first; those that nobody has settled.
pub(super) fn refused(
    connection: &mut DbConnection,
    act: &Act,
    feed: &Feed,
) -> Outcome<Vec<Refused>> {
    let (mut found, mut page) = (Vec::new(), PageRequest::parse(None, Some(200))?);
    loop {
        let Page { items, next_cursor } = refused::list(connection, act, feed.id, page)?;
        found.extend(items.into_iter().filter(|one| one.dismissed.is_none()));
        let Some(cursor) = next_cursor else { return Ok(found) };
        page = PageRequest::parse(Some(&cursor), Some(200))?;
    }
}

/// Whether strangers send to the feed's address.
pub(super) fn has_hook(feed: &Feed) -> bool {
    feed.disabled_at.is_none() && feed.provider != Provider::Statement.as_str()
}

async fn show(
    desk: &Desk,
    which: Which,
    refusal: Option<&Problem>,
    became: Option<String>,
) -> Result<HttpResponse, Problem> {
    let page = PageRequest::parse(which.cursor.as_deref(), None)?;
    let sees_refused = desk.may(Permission::FeedsWrite);
    let read = desk.read(move |connection, act| {
        let feeds = feeds::list(connection, act)?;
        let mut of_feeds = Vec::new();
        for feed in feeds.iter().filter(|feed| sees_refused && has_hook(feed)) {
            let waiting = refused(connection, act, feed)?;
            if !waiting.is_empty() {
                of_feeds.push((feed.id, waiting));
            }
        }
        let unread = deliveries::list(connection, act, &UNREADABLE, page)?;
        Ok((Names::of(&feeds), of_feeds, unread))
    });
    let (names, of_feeds, unread) = read.await?;
    let words = desk.words;
    let mut shown = Waits::of(desk, PATH, "desk-untaken");
    shown.told = became;
    let sections = of_feeds.into_iter();
    shown.sections = sections.map(|(id, all)| section(words, &names, id, all)).collect();
    if !unread.items.is_empty() {
        let items = unread.items.into_iter().map(|one| unreadable(desk, &names, one)).collect();
        let heading = words.say("desk-unreadable");
        shown.sections.push(Section { heading, items, ..Section::default() });
    }
    shown.next = unread.next_cursor.map(|cursor| format!("{PATH}?cursor={cursor}"));
    shown.show(refusal)
}

fn section(words: Words, names: &Names, id: FeedId, all: Vec<Refused>) -> Section {
    let count = all.len();
    let heading = format!("{}: {count} {}", names.get(id), words.say("desk-refused-count"));
    let mut note = words.say("desk-refused-note");
    if count > SHOWN {
        note = format!("{note} {}", words.say("desk-refused-more"));
    }
    let (action, label) = (format!("{PATH}/{id}"), words.say("desk-verify-all"));
    let form = Some(Above { action, field: None, label });
    let items = all.into_iter().take(SHOWN).map(|one| refused_item(words, id, one)).collect();
    Section { heading, note, items, form }
}

fn refused_item(words: Words, feed_id: FeedId, one: Refused) -> Item {
    let one = told(one, words.0);
    let mut why = vec![one.detail];
    if one.may_be_money {
        why.push(words.say("desk-may-be-money"));
    }
    let mut buttons = Vec::new();
    if one.truncated {
        why.push(words.say("desk-truncated"));
    } else {
        buttons.push(Button::new(words, "verify", "desk-verify").first().plain());
    }
    buttons.push(Button::new(words, "dismiss", "desk-dismiss"));
    Item {
        id: format!("{feed_id}-{}", one.number),
        title: named(words, "desk-arrived", &at(words, one.received_at)),
        why,
        body: one.body.as_deref().map(cut).unwrap_or_default(),
        action: format!("{PATH}/{feed_id}/{}", one.number),
        asks_why: Some(true),
        tick: Some(("older", words.say("desk-and-before"))),
        buttons,
        ..Item::default()
    }
}

fn unreadable(desk: &Desk, names: &Names, one: Delivery) -> Item {
    let (words, one) = (desk.words, told(one, desk.words.0));
    let why = one.unreadable.as_ref().map_or_else(
        || words.say("desk-readable-now"),
        |unread| format!("{}: {}", unread.field, unread.detail),
    );
    let mut buttons = Vec::new();
    if desk.may(Permission::FeedsWrite) {
        buttons.push(Button::new(words, "replay", "desk-replay").first().plain());
    }
    if desk.may(Permission::TransfersAssign) {
        buttons.push(Button::new(words, "dismiss", "desk-dismiss"));
    }
    let when = named(words, "desk-arrived", &at(words, one.received_at));
    Item {
        id: one.id.to_string(),
        title: format!("{}, {when}", names.get(one.feed_id)),
        why: vec![why],
        body: one.body.as_deref().map(cut).unwrap_or_default(),
        action: format!("{PATH}/tin/{}", one.id),
        asks_why: Some(true),
        buttons,
        ..Item::default()
    }
}

/// What became of a delivery, in words.
fn became(words: Words, taken: TakenIn) -> String {
    let taken = told(taken, words.0);
    if let Some(detail) = taken.detail {
        return format!("{} {detail}", words.say("desk-still-refused"));
    }
    match taken.unreadable {
        Some(unread) => {
            let still = words.say("desk-still-unread");
            format!("{still} {}: {}", unread.field, unread.detail)
        }
        None => words.say("desk-taken-in"),
    }
}

/// `POST /ql/nguon/chua-nhan/{feed_id}`: verifies all of the feed that wait.
pub(super) async fn verify_all(desk: Desk, id: Id<FeedId>) -> Result<HttpResponse, Problem> {
    let (id, key) = (id.0, desk.state.secret_key.clone());
    let work = move |connection: &mut DbConnection, act: &Act| -> Outcome<(usize, usize)> {
        let feed = feeds::get(connection, act, id)?;
        let (mut taken, mut left) = (0, 0);
        // Oldest first, as they came.
        for one in refused(connection, act, &feed)?.iter().rev() {
            let is_taken = !one.truncated
                && verify::verify(connection, act, &key, id, one.number)?.delivery_id.is_some();
            *(if is_taken { &mut taken } else { &mut left }) += 1;
        }
        Ok((taken, left))
    };
    let words = desk.words;
    let (taken, left) = desk.write(work).await?;
    let text = format!(
        "{} {taken}. {} {left}.",
        words.say("desk-taken-count"),
        words.say("desk-refused-left")
    );
    show(&desk, Which::default(), None, Some(text)).await
}

/// `POST /ql/nguon/chua-nhan/{feed_id}/{number}` with the form field `do`: `verify`, or `dismiss` with
/// `why` and perhaps `older`.
pub(super) async fn settle(
    desk: Desk,
    ids: Ids<FeedId, RefusedNumber>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let (sent, Ids(feed_id, RefusedNumber(number))) = (Sent::read(&body), ids);
    let key = desk.state.secret_key.clone();
    let work = move |connection: &mut DbConnection, act: &Act| -> Outcome<Option<TakenIn>> {
        act.require(Permission::FeedsWrite)?;
        match sent.get("do").as_str() {
            "verify" => verify::verify(connection, act, &key, feed_id, number).map(Some),
            "dismiss" => {
                let and_before = sent.filled("older").is_some();
                let new = NewRefusedDismissal { why: sent.get("why"), and_before };
                refused::dismiss(connection, act, feed_id, number, &new)?;
                Ok(None)
            }
            _ => Err(Refusal::invalid("do", "choice-missing").into()),
        }
    };
    answered(&desk, desk.write(work).await).await
}

/// `POST /ql/nguon/chua-nhan/tin/{id}` with the form field `do`: `replay`, or `dismiss` with `why`.
pub(super) async fn read_again(
    desk: Desk,
    id: Id<DeliveryId>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let (sent, id) = (Sent::read(&body), id.0);
    let key = desk.state.secret_key.clone();
    let work = move |connection: &mut DbConnection, act: &Act| -> Outcome<Option<TakenIn>> {
        act.require(Permission::FeedsRead)?;
        match sent.get("do").as_str() {
            "replay" => replay::replay(connection, act, &key, id).map(Some),
            "dismiss" => {
                let new = NewDismissal { why: sent.get("why") };
                deliveries::dismiss(connection, act, id, &new)?;
                Ok(None)
            }
            _ => Err(Refusal::invalid("do", "choice-missing").into()),
        }
    };
    answered(&desk, desk.write(work).await).await
}

async fn answered(
    desk: &Desk,
    done: Result<Option<TakenIn>, Problem>,
) -> Result<HttpResponse, Problem> {
    match settled(done)? {
        Ok(None) => Ok(on_to(PATH, "settled")),
        Ok(Some(taken)) => {
            let text = became(desk.words, taken);
            show(desk, Which::default(), None, Some(text)).await
        }
        Err(problem) => show(desk, Which::default(), Some(&problem), None).await,
    }
}
