//! Phones that forward their banks' notices: whether they live, pairing and revoking, and notices that no
//! template reads.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::super::super::{Words, page as answer};
use super::super::door::Desk;
use super::super::form::Sent;
use super::super::on_to;
use super::super::shell::Shell;
use super::waits::{Above, Button, Item, Names, Section, Waits, Which, at, cut, named, settled};
use super::{Tab, tabs};
use crate::access::Permission;
use crate::feeds::Provider;
use crate::intake::deliveries::NewDismissal;
use crate::intake::feeds::{self, Feed};
use crate::intake::phone::devices::{self, Device};
use crate::intake::phone::lost::{self, LostTexts};
use crate::intake::phone::pairing::{self, NewPairingCode, PairingCode};
use crate::intake::phone::texts::{self, TextFilter, UnknownText};
use crate::primitives::ids::{DeviceId, FeedId};
use crate::registry::PageRequest;
use crate::vietqr::{self, Format, Level};
use crate::web::path::{Id, Ids};
use crate::web::problem::Problem;

pub(super) const PATH: &str = "/ql/nguon/dien-thoai";

#[derive(Template)]
#[template(path = "html/desk/pairing.html")]
struct Pairing {
    shell: Shell,
    tabs: Vec<Tab>,
    name: String,
    /// Where the phone gives the code back, as a link and as SVG of our own making.
    link: String,
    symbol: String,
    code: String,
    until: String,
}

/// `GET /ql/nguon/dien-thoai`.
pub(super) async fn page(desk: Desk, which: web::Query<Which>) -> Result<HttpResponse, Problem> {
    show(&desk, which.into_inner(), None, None).await
}

pub(super) fn is_of_phones(feed: &Feed) -> bool {
    feed.disabled_at.is_none() && feed.provider == Provider::Phone.as_str()
}

pub(super) async fn show(
    desk: &Desk,
    which: Which,
    refused: Option<&Problem>,
    became: Option<String>,
) -> Result<HttpResponse, Problem> {
    let page = PageRequest::parse(which.cursor.as_deref(), None)?;
    let read = desk.read(move |connection, act| {
        let feeds = feeds::list(connection, act)?;
        let mut of_feeds = Vec::new();
        for feed in feeds.iter().filter(|feed| is_of_phones(feed)) {
            let lost = lost::get(connection, act, feed.id)?;
            of_feeds.push((feed.id, devices::list(connection, act, feed.id)?, lost));
        }
        let waiting = texts::list(connection, act, &TextFilter::default(), page)?;
        Ok((Names::of(&feeds), of_feeds, waiting))
    });
    let (names, of_feeds, waiting) = read.await?;
    let words = desk.words;
    let mut shown = Waits::of(desk, PATH, "desk-phones");
    shown.told = became;
    shown.empty = String::new();
    if of_feeds.is_empty() {
        shown.empty = words.say("desk-no-phones");
    }
    for (id, devices, lost) in of_feeds {
        shown.sections.push(phones(desk, &names, id, (devices, lost)));
    }
    if !waiting.items.is_empty() {
        let items = waiting.items.into_iter().map(|one| text(desk, &names, one)).collect();
        let heading = words.say("desk-texts");
        let note = words.say("desk-texts-note");
        shown.sections.push(Section { heading, note, items, form: None });
    }
    shown.next = waiting.next_cursor.map(|cursor| format!("{PATH}?cursor={cursor}"));
    shown.show(refused)
}

fn phones(
    desk: &Desk,
    names: &Names,
    id: FeedId,
    (devices, lost): (Vec<Device>, LostTexts),
) -> Section {
    let (words, may) = (desk.words, desk.may(Permission::FeedsWrite));
    let form = may.then(|| Above {
        action: format!("{PATH}/{id}/ghep"),
        field: Some(("device_name", words.say("desk-field-device-name"))),
        label: words.say("desk-pair-phone"),
    });
    let mut items: Vec<Item> = devices.into_iter().map(|one| device(words, may, one)).collect();
    if lost.count > 0 && lost.dismissed.is_none() {
        items.push(lost_item(desk, id, &lost));
    }
    Section { heading: names.get(id), note: String::new(), items, form }
}

fn device(words: Words, may: bool, one: Device) -> Item {
    let seen = one.last_seen_at.map_or_else(
        || words.say("desk-never-heard"),
        |seen| named(words, "desk-last-heard", &at(words, seen)),
    );
    let mut why = vec![seen, named(words, "desk-paired-at", &at(words, one.paired_at))];
    if let Some(silence) = one.silences.first() {
        let (from, to) = (at(words, silence.from), at(words, silence.to));
        why.push(named(words, "desk-last-silence", &format!("{from} – {to}")));
    }
    let mut buttons = Vec::new();
    match one.revoked_at {
        Some(revoked) => why.push(named(words, "desk-revoked-at", &at(words, revoked))),
        None if may => buttons.push(Button::new(words, "revoke", "desk-revoke-phone")),
        None => {}
    }
    Item {
        id: one.id.to_string(),
        title: one.name,
        why,
        action: format!("{PATH}/{}/{}/thu-hoi", one.feed_id, one.id),
        buttons,
        ..Item::default()
    }
}

fn lost_item(desk: &Desk, id: FeedId, lost: &LostTexts) -> Item {
    let words = desk.words;
    let when = [lost.first_received_at, lost.last_received_at]
        .map(|one| one.map(|one| at(words, one)).unwrap_or_default());
    let mut buttons = Vec::new();
    if desk.may(Permission::TransfersAssign) {
        buttons.push(Button::new(words, "dismiss", "desk-dismiss"));
    }
    Item {
        id: format!("lost-{id}"),
        title: format!("{} {}", lost.count, words.say("desk-texts-lost")),
        why: vec![when.join(" – "), words.say("desk-texts-lost-why")],
        action: format!("{PATH}/{id}/da-mat"),
        asks_why: Some(true),
        buttons,
        ..Item::default()
    }
}

/// A notice that waits: an example that reads it is a button, and its fields are marked on a page of its
/// own, for whoever sees the text.
fn text(desk: &Desk, names: &Names, one: UnknownText) -> Item {
    let words = desk.words;
    let (mut buttons, mut links) = (Vec::new(), Vec::new());
    if desk.may(Permission::FeedsWrite) && one.text.is_some() {
        for example in &one.examples {
            let button = Button::new(words, &format!("example:{example}"), "desk-take-example");
            let label = format!("{} {example}", button.label);
            buttons.push(Button { label, ..button.first().plain() });
        }
        links.push((format!("{PATH}/tin/{}", one.id), words.say("desk-mark")));
    }
    if desk.may(Permission::TransfersAssign) {
        buttons.push(Button::new(words, "dismiss", "desk-dismiss"));
    }
    Item {
        id: one.id.to_string(),
        title: format!("{}, {}", one.app, at(words, one.posted_at)),
        why: vec![names.get(one.feed_id)],
        body: one.text.as_deref().map(cut).unwrap_or_default(),
        action: format!("{PATH}/tin/{}/xu-ly", one.id),
        asks_why: Some(true),
        buttons,
        links,
        ..Item::default()
    }
}

/// `POST /ql/nguon/dien-thoai/{feed_id}/ghep` with the form field `device_name`: shows the code this once.
pub(super) async fn pair(
    desk: Desk,
    request: HttpRequest,
    id: Id<FeedId>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let (name, id) = (Sent::read(&body).get("device_name"), id.0);
    let key = desk.state.secret_key.clone();
    let new = NewPairingCode { device_name: name.clone() };
    let made = desk.write(move |connection, act| pairing::create(connection, act, &key, id, &new));
    match settled(made.await)? {
        Err(problem) => show(&desk, Which::default(), Some(&problem), None).await,
        Ok(code) => shown_once(&desk, &request, name, &code),
    }
}

fn shown_once(
    desk: &Desk,
    request: &HttpRequest,
    name: String,
    code: &PairingCode,
) -> Result<HttpResponse, Problem> {
    let (words, connection) = (desk.words, request.connection_info());
    let link = format!("{}://{}{}", connection.scheme(), connection.host(), code.pair_path);
    let drawn = vietqr::draw(&link, Level::M, Format::Svg)?;
    let shown = Pairing {
        shell: desk.shell("desk-pairing"),
        tabs: tabs(words, PATH),
        name,
        symbol: String::from_utf8(drawn.bytes).map_err(Problem::internal)?,
        link,
        code: code.code.clone(),
        until: at(words, code.expires_at),
    };
    answer(StatusCode::OK, words, &shown)
}

/// `POST /ql/nguon/dien-thoai/{feed_id}/{device_id}/thu-hoi`.
pub(super) async fn revoke(
    desk: Desk,
    ids: Ids<FeedId, DeviceId>,
) -> Result<HttpResponse, Problem> {
    let Ids(feed_id, id) = ids;
    let done = desk.write(move |connection, act| devices::revoke(connection, act, feed_id, id));
    let done = done.await;
    // What the phone sends is not believed any more from now on.
    desk.state.intake.book.forget(feed_id);
    match settled(done)? {
        Ok(_) => Ok(on_to(PATH, "phone-revoked")),
        Err(problem) => show(&desk, Which::default(), Some(&problem), None).await,
    }
}

/// `POST /ql/nguon/dien-thoai/{feed_id}/da-mat` with the form field `why`.
pub(super) async fn dismiss_lost(
    desk: Desk,
    id: Id<FeedId>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let (new, id) = (NewDismissal { why: Sent::read(&body).get("why") }, id.0);
    let done = desk.write(move |connection, act| lost::dismiss(connection, act, id, &new));
    match settled(done.await)? {
        Ok(_) => Ok(on_to(PATH, "settled")),
        Err(problem) => show(&desk, Which::default(), Some(&problem), None).await,
    }
}
