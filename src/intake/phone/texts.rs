//! Notices that no template reads: a person marks one, and all like it are taken in.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::notices::KeptNotice;
use super::templates::{self, MadeTemplate, MoneyDirection, NewMark, Source};
use crate::access::{Act, Permission, SecretKey};
use crate::db::{DbConnection, Outcome};
use crate::feeds::Headers;
use crate::feeds::phone::{Notice, Read, app_key, examples, read, speaks_of_secrets};
use crate::intake::book::LiveFeed;
use crate::intake::deliveries::{Dismissal, NewDismissal, WHY_CHARS};
use crate::intake::replay::{self, TakenIn};
use crate::intake::store::deliveries::DismissalRow;
use crate::intake::store::phone::texts::{self as rows, TextRow};
use crate::intake::store::phone::{devices, tellings};
use crate::ledger::lock_board;
use crate::primitives::ids::{BoardId, DeviceId, FeedId, TextId};
use crate::primitives::{Refusal, UnixMs, id, input};
use crate::registry::{Page, PageRequest, check};

/// A notice that no template reads; its balances are masked.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnknownText {
    pub id: TextId,
    pub feed_id: FeedId,
    pub device_id: DeviceId,
    /// Package name of the app, or the sender as the phone shows it.
    pub app: String,
    /// Only for keys with `amounts.read`.
    pub text: Option<String>,
    /// By the phone's clock.
    #[schema(value_type = String, format = DateTime)]
    pub posted_at: UnixMs,
    #[schema(value_type = String, format = DateTime)]
    pub received_at: UnixMs,
    /// Examples of the program that would read it.
    pub examples: Vec<String>,
    /// Who said that it is no money in.
    pub dismissed: Option<Dismissal>,
}

/// Which texts.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TextFilter {
    pub feed_id: Option<FeedId>,
    /// Those that somebody dismissed, instead of those that wait.
    #[serde(default)]
    #[param(required = false)]
    pub dismissed: bool,
}

/// How a waiting notice is to be read.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Marking {
    /// Six digits.
    pub bin: String,
    /// Only if the notice has no sign.
    pub direction: Option<MoneyDirection>,
    /// The fields of the notice; what is not marked must stand in every notice as it is.
    #[serde(deserialize_with = "input::objects")]
    pub marks: Vec<NewMark>,
}

/// An example that reads a waiting notice.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChosenExample {
    /// The name of an example.
    pub example: String,
}

/// Notices, newest first: of each feed the last 1,000 that wait, and those dismissed, for 90 days.
pub fn list(
    connection: &mut DbConnection,
    act: &Act,
    filter: &TextFilter,
    page: PageRequest,
) -> Outcome<Page<UnknownText>> {
    act.require(Permission::FeedsRead)?;
    let which = (filter.feed_id, filter.dismissed);
    let found = rows::page(connection, act.board_id(), which, act.at, page)?;
    let shown = found.into_iter().filter(|row| !is_secret(row)).map(|row| show(act, row)).collect();
    Ok(page.page(shown, |text: &UnknownText| text.id.0))
}

pub fn get(connection: &mut DbConnection, act: &Act, id: TextId) -> Outcome<UnknownText> {
    act.require(Permission::FeedsRead)?;
    Ok(show(act, find(connection, act, id)?))
}

/// Makes a template of a waiting notice, and takes in all that it reads.
///
/// # Errors
/// As of [`templates::create`].
pub fn mark(
    connection: &mut DbConnection,
    act: &Act,
    key: &SecretKey,
    id: TextId,
    marking: &Marking,
) -> Outcome<MadeTemplate> {
    let Marking { bin, direction, marks } = marking;
    let source = Source::Marks { bin, direction: *direction, marks };
    read_by(connection, act, key, id, &source)
}

/// Takes an example over that reads a waiting notice, and takes in all that it reads.
///
/// # Errors
/// As of [`templates::confirm_example`].
pub fn confirm_example(
    connection: &mut DbConnection,
    act: &Act,
    key: &SecretKey,
    id: TextId,
    chosen: &ChosenExample,
) -> Outcome<MadeTemplate> {
    read_by(connection, act, key, id, &Source::Example(&chosen.example))
}

fn read_by(
    connection: &mut DbConnection,
    act: &Act,
    key: &SecretKey,
    id: TextId,
    source: &Source<'_>,
) -> Outcome<MadeTemplate> {
    act.require(Permission::FeedsWrite)?;
    let row = find(connection, act, id)?;
    if row.dismissed.is_some() {
        rows::dismiss(connection, act.board_id(), id, None)?;
    }
    let notice = notice(&row);
    templates::make_and_read(connection, act, key, source, &notice, None)
}

/// Says that a notice is no money in that is not counted. It can still be marked. One that was
/// dismissed already is answered as it is. Needs `feeds.read` too.
///
/// # Errors
/// `text-length`, `text-control-character`, `text-hidden-character` (why); `not-found`.
pub fn dismiss(
    connection: &mut DbConnection,
    act: &Act,
    id: TextId,
    new: &NewDismissal,
) -> Outcome<UnknownText> {
    act.require(Permission::TransfersAssign)?;
    let why = check::text("why", &new.why, WHY_CHARS)?;
    // Of two people the second finds it dismissed.
    lock_board(connection, act.board_id())?;
    let before = get(connection, act, id)?;
    if before.dismissed.is_some() {
        return Ok(before);
    }
    let dismissal = DismissalRow { by: act.scope.actor, at: act.at, why };
    rows::dismiss(connection, act.board_id(), id, Some(&dismissal))?;
    get(connection, act, id)
}

/// Forgets what nobody has marked for 90 days, and what is known by now to speak of a password:
/// the words that say so grow with the program.
pub fn forget_old(connection: &mut DbConnection, board_id: BoardId, now: UnixMs) -> Outcome<()> {
    rows::forget_old(connection, board_id, now)?;
    tellings::forget_old(connection, board_id, now)?;
    for row in rows::all(connection, board_id, now)?.iter().filter(|row| is_secret(row)) {
        rows::remove(connection, board_id, row.id)?;
    }
    Ok(())
}

/// Since when the oldest notice of each feed waits.
pub(in crate::intake) fn oldest_waiting(
    connection: &mut DbConnection,
    board_id: BoardId,
    now: UnixMs,
) -> Outcome<Vec<(FeedId, UnixMs)>> {
    let mut oldest: BTreeMap<FeedId, UnixMs> = BTreeMap::new();
    for row in rows::all(connection, board_id, now)?.iter().filter(|row| !is_secret(row)) {
        oldest.entry(row.feed_id).or_insert(row.received_at);
    }
    Ok(oldest.into_iter().collect())
}

/// Reads every waiting notice again and takes in what is a transfer now.
pub(super) fn read_again(
    connection: &mut DbConnection,
    act: &Act,
    key: &SecretKey,
) -> Outcome<Vec<TakenIn>> {
    let board_id = act.board_id();
    let mut taken = Vec::new();
    let mut open: Option<(FeedId, Open)> = None;
    for row in rows::all(connection, board_id, act.at)? {
        if open.as_ref().is_none_or(|(id, _)| *id != row.feed_id) {
            let feed = replay::feed(connection, act, key, row.feed_id)?;
            let ends = devices::ends(connection, board_id, row.feed_id)?;
            open = Some((row.feed_id, Open { feed, ends }));
        }
        let Some((_, Open { feed, ends })) = &open else { continue };
        let Some(reader) = &feed.reader else { continue };
        // What a phone told while it was trusted is real. Another server may have believed it for
        // some seconds more.
        let came_too_late = ends.get(&row.device_id).is_some_and(|end| row.received_at >= *end);
        let notice = notice(&row);
        let reading = match read(&reader.templates, &notice) {
            _ if came_too_late => None,
            Read::Transfer(reading) => Some(reading),
            Read::Secret => None,
            Read::Unknown | Read::Unclear if is_secret(&row) => None,
            Read::Unknown | Read::Unclear => continue,
        };
        if let Some(reading) = reading {
            let device = Some(row.device_id);
            let kept = KeptNotice::new(feed, reader, &notice, &reading, device, row.digest);
            let first_told_at = match kept.telling() {
                Some(telling) => tellings::first_told(connection, board_id, &telling)?,
                None => row.posted_at,
            };
            let body = kept.body(first_told_at);
            let decoded = feed.connector.decode(&feed.config, &body, row.received_at);
            let headers = Headers::default();
            taken.push(replay::take_in(connection, act, key, feed, &headers, body, decoded)?);
        }
        rows::remove(connection, board_id, row.id)?;
    }
    Ok(taken)
}

/// A feed whose waiting notices are read, and when its phones are or were revoked.
struct Open {
    feed: LiveFeed,
    ends: HashMap<DeviceId, UnixMs>,
}

/// Whether a waiting notice would not be kept today.
fn is_secret(row: &TextRow) -> bool {
    speaks_of_secrets(&notice(row).whole())
}

fn find(connection: &mut DbConnection, act: &Act, id: TextId) -> Outcome<TextRow> {
    let row = rows::find(connection, act.board_id(), id, act.at)?;
    row.filter(|row| !is_secret(row)).ok_or_else(|| Refusal::not_found("unknown_text").into())
}

fn notice(row: &TextRow) -> Notice {
    let (app, title, text) = (row.app.clone(), row.title.clone(), row.text.clone());
    // 0: of an earlier version, or of no phone that is known.
    let paired_at = (row.device_id.0 > 0).then(|| id::at_of(row.device_id.0));
    Notice::told(app, (title, text), row.posted_at, row.received_at)
        .of_phone(paired_at, row.received_at)
}

fn show(act: &Act, row: TextRow) -> UnknownText {
    let notice = notice(&row);
    // The phone may show the app's sender under another name than the example has.
    let own_app = |template: &crate::feeds::phone::Template| crate::feeds::phone::Template {
        app: app_key(&row.app),
        ..template.clone()
    };
    let fitting = examples::templates()
        .iter()
        .filter(|template| matches!(read(&[own_app(template)], &notice), Read::Transfer(_)));
    let sees_texts = act.scope.permissions.contains(Permission::AmountsRead);
    UnknownText {
        id: row.id,
        feed_id: row.feed_id,
        device_id: row.device_id,
        text: sees_texts.then(|| notice.whole()),
        posted_at: row.posted_at,
        received_at: row.received_at,
        examples: fitting.map(|template| template.id.clone()).collect(),
        app: row.app,
        dismissed: row.dismissed.map(|dismissal| Dismissal::of(act, dismissal)),
    }
}
