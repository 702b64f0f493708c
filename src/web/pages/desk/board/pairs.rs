//! Reports of two senders that seem to be of one transfer: a person says whether they are.

use actix_web::{HttpResponse, web};

use super::super::door::Desk;
use super::super::form::Sent;
use super::super::on_to;
use super::waits::{Button, Item, Names, Section, Waits, Which, at, named, settled, side};
use crate::access::{Act, Permission};
use crate::db::{DbConnection, Outcome};
use crate::intake::feeds;
use crate::intake::pairs::{self, PairFilter, ReadPair};
use crate::primitives::Refusal;
use crate::primitives::ids::PairId;
use crate::registry::PageRequest;
use crate::web::path::Id;
use crate::web::problem::Problem;

pub(super) const PATH: &str = "/ql/nguon/nghi-trung";

/// Those that a person should look at.
pub(super) const WAITING: PairFilter = PairFilter { waiting: Some(true), certain: false };

/// `GET /ql/nguon/nghi-trung`.
pub(super) async fn page(desk: Desk, which: web::Query<Which>) -> Result<HttpResponse, Problem> {
    show(&desk, which.into_inner(), None).await
}

async fn show(
    desk: &Desk,
    which: Which,
    refused: Option<&Problem>,
) -> Result<HttpResponse, Problem> {
    let page = PageRequest::parse(which.cursor.as_deref(), None)?;
    let read = desk.read(move |connection, act| {
        let waiting = pairs::list_read(connection, act, &WAITING, page)?;
        Ok((waiting, Names::of(&feeds::list(connection, act)?)))
    });
    let (waiting, names) = read.await?;
    let mut shown = Waits::of(desk, PATH, "desk-pairs");
    let items = waiting.items.into_iter().map(|one| item(desk, &names, one)).collect();
    shown.sections = vec![Section { items, ..Section::default() }];
    shown.next = waiting.next_cursor.map(|cursor| format!("{PATH}?cursor={cursor}"));
    shown.show(refused)
}

fn item(desk: &Desk, names: &Names, one: ReadPair) -> Item {
    let (words, pair, [first, other]) = (desk.words, one.pair, one.said);
    let mut buttons = Vec::new();
    if desk.may(Permission::TransfersAssign) {
        buttons = vec![
            Button::new(words, "same", "desk-pair-same").first(),
            Button::new(words, "different", "desk-pair-different"),
        ];
    }
    let of = |delivery: &Option<crate::intake::deliveries::Delivery>| {
        delivery.as_ref().map(|one| names.get(one.feed_id)).unwrap_or_default()
    };
    Item {
        id: pair.id.to_string(),
        title: named(words, "desk-arrived", &at(words, pair.recorded_at)),
        why: vec![format!(
            "{}, {}: {}",
            of(&pair.first),
            of(&pair.other),
            words.say("desk-pair-why")
        )],
        sides: vec![
            side(words, names, "desk-first-report", (pair.first.as_ref(), first.as_ref())),
            side(words, names, "desk-other-report", (pair.other.as_ref(), other.as_ref())),
        ],
        action: format!("{PATH}/{}", pair.id),
        buttons,
        ..Item::default()
    }
}

/// `POST /ql/nguon/nghi-trung/{id}` with the form field `do`: `same` or `different`.
pub(super) async fn decide(
    desk: Desk,
    id: Id<PairId>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let (what, id) = (Sent::read(&body).get("do"), id.0);
    let key = desk.state.secret_key.clone();
    let work = move |connection: &mut DbConnection, act: &Act| -> Outcome<()> {
        act.require(Permission::TransfersAssign)?;
        match what.as_str() {
            "same" => pairs::confirm(connection, act, id).map(drop),
            "different" => pairs::separate(connection, act, &key, id).map(drop),
            _ => Err(Refusal::invalid("do", "choice-missing").into()),
        }
    };
    match settled(desk.write(work).await)? {
        Ok(()) => Ok(on_to(PATH, "settled")),
        Err(problem) => show(&desk, Which::default(), Some(&problem)).await,
    }
}
