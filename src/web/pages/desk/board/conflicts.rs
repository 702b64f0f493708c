//! Two reports of one id that contradict each other: a person says which is right, or that both are.

use actix_web::{HttpResponse, web};

use super::super::door::Desk;
use super::super::form::Sent;
use super::super::on_to;
use super::waits::{Button, Item, Names, Section, Waits, Which, named, settled, side};
use crate::access::{Act, Permission};
use crate::db::DbConnection;
use crate::intake::conflicts::{
    self, ConflictFilter, ConflictReason, NewConflictVerdict, ReadConflict, RightReport,
};
use crate::intake::feeds;
use crate::primitives::Refusal;
use crate::primitives::ids::ConflictId;
use crate::registry::PageRequest;
use crate::web::path::Id;
use crate::web::problem::Problem;
use crate::web::reasons::told;

pub(super) const PATH: &str = "/ql/nguon/trai-nhau";

/// `GET /ql/nguon/trai-nhau`.
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
        let waiting = conflicts::list_read(connection, act, &ConflictFilter::default(), page)?;
        Ok((waiting, Names::of(&feeds::list(connection, act)?)))
    });
    let (waiting, names) = read.await?;
    let mut shown = Waits::of(desk, PATH, "desk-conflicts");
    let items = waiting.items.into_iter().map(|one| item(desk, &names, one)).collect();
    shown.sections = vec![Section { items, ..Section::default() }];
    shown.next = waiting.next_cursor.map(|cursor| format!("{PATH}?cursor={cursor}"));
    shown.show(refused)
}

fn item(desk: &Desk, names: &Names, one: ReadConflict) -> Item {
    let (words, [first, other]) = (desk.words, one.said);
    let conflict = told(one.conflict, words.0);
    let differs = conflict
        .differs
        .iter()
        .map(|what| words.say(&format!("desk-differs-{}", what.as_str().replace('_', "-"))));
    let differs = differs.collect::<Vec<_>>().join(", ");
    // What was told again much later is one payment or two.
    let mut buttons = match conflict.reason {
        ConflictReason::ToldAgain => vec![
            Button::new(words, "first", "desk-pair-same").first(),
            Button::new(words, "both", "desk-pair-different"),
        ],
        ConflictReason::Money | ConflictReason::Details | ConflictReason::Unknown => vec![
            Button::new(words, "first", "desk-first-right").first(),
            Button::new(words, "other", "desk-other-right"),
            Button::new(words, "both", "desk-both-right"),
        ],
    };
    if !desk.may(Permission::TransfersAssign) {
        buttons.clear();
    }
    Item {
        id: conflict.id.to_string(),
        title: named(words, "desk-provider-id", &conflict.provider_id),
        why: vec![conflict.detail, named(words, "desk-differs", &differs)],
        sides: vec![
            side(words, names, "desk-first-report", (conflict.first.as_ref(), first.as_ref())),
            side(words, names, "desk-other-report", (conflict.other.as_ref(), other.as_ref())),
        ],
        action: format!("{PATH}/{}", conflict.id),
        asks_why: Some(false),
        buttons,
        ..Item::default()
    }
}

/// `POST /ql/nguon/trai-nhau/{id}` with the form fields `do`, `first`, `other` or `both`, and `why`.
pub(super) async fn decide(
    desk: Desk,
    id: Id<ConflictId>,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let (sent, id) = (Sent::read(&body), id.0);
    let all = [RightReport::First, RightReport::Other, RightReport::Both];
    let right = all.into_iter().find(|right| right.as_str() == sent.get("do"));
    let note = sent.filled("why");
    let key = desk.state.secret_key.clone();
    let work = move |connection: &mut DbConnection, act: &Act| {
        act.require(Permission::TransfersAssign)?;
        let right = right.ok_or_else(|| Refusal::invalid("do", "choice-missing"))?;
        let new = NewConflictVerdict { right, note, again: false };
        conflicts::decide(connection, act, &key, id, new)
    };
    match settled(desk.write(work).await)? {
        Ok(_) => Ok(on_to(PATH, "settled")),
        Err(problem) => show(&desk, Which::default(), Some(&problem)).await,
    }
}
