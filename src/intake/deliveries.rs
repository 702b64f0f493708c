//! Looking at what arrived and what became of it.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::corrected::apart;
use super::store::deliveries::{self as rows, DeliveryRow, DismissalRow};
use super::store::feeds as feed_rows;
use crate::access::{Act, Permission};
use crate::db::{DbConnection, Outcome};
use crate::feeds::{Decoded, FeedConfig, Reported, Undecodable, connector};
use crate::ledger::lock_board;
use crate::primitives::ids::{ActorId, DeliveryId, FeedId, TransferId};
use crate::primitives::{Refusal, UnixMs};
use crate::registry::{Page, PageRequest, check};
use crate::text_enum;

/// A reason in one sentence or two.
pub(super) const WHY_CHARS: usize = 300;

text_enum!(
    /// What became of a delivery.
    DeliveryOutcome {
        Recorded = "recorded",
        Unmatched = "unmatched",
        /// Another sender seems to have reported the same transfer.
        Suspected = "suspected",
        Duplicate = "duplicate",
        DuplicateWithDifferentFields = "duplicate_with_different_fields",
        Test = "test",
        NotATransfer = "not_a_transfer",
        Undecodable = "undecodable",
        /// It was undecodable, and has become another delivery since.
        Replayed = "replayed",
        /// It was undecodable, and somebody said that no money is in it that is not counted.
        Dismissed = "dismissed",
    }
);

/// A delivery that was believed.
#[derive(Debug, Serialize, ToSchema)]
pub struct Delivery {
    pub id: DeliveryId,
    pub feed_id: FeedId,
    #[schema(value_type = String, format = DateTime)]
    pub received_at: UnixMs,
    /// One of those of the filter.
    pub outcome: String,
    /// The kept headers, `[["name", "value"], …]`.
    #[schema(value_type = Vec<Vec<String>>)]
    pub headers: serde_json::Value,
    /// As text. Only for keys with `amounts.read`; absent where nothing new was in it, where its
    /// holder did not agree, or when it was erased.
    pub body: Option<String>,
    /// The transfers that it reports, as far as its body is kept.
    pub transfer_ids: Vec<TransferId>,
    /// Why it cannot be read, by today's reading.
    pub unreadable: Option<Unreadable>,
    /// The delivery that a replay made of it.
    pub became: Option<DeliveryId>,
    /// Who said that no money is in it that is not counted.
    pub dismissed: Option<Dismissal>,
}

/// What somebody said of a delivery that cannot be read.
#[derive(Debug, Serialize, ToSchema)]
pub struct Dismissal {
    /// The key.
    pub dismissed_by: ActorId,
    #[schema(value_type = String, format = DateTime)]
    pub dismissed_at: UnixMs,
    /// A person's words: for keys with `amounts.read`, and for the key that wrote them.
    pub why: Option<String>,
}

impl Dismissal {
    pub(super) fn of(act: &Act, row: DismissalRow) -> Self {
        let sees_why =
            act.scope.permissions.contains(Permission::AmountsRead) || row.by == act.scope.actor;
        let why = Some(row.why).filter(|_| sees_why);
        Self { dismissed_by: row.by, dismissed_at: row.at, why }
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDismissal {
    /// 1–300 characters: how it is known that no money is in it that is not counted.
    pub why: String,
}

/// The field at fault.
#[derive(Debug, Serialize, ToSchema)]
pub struct Unreadable {
    /// As the provider writes it, e.g. `data.amount`.
    pub field: String,
    /// E.g. `not-an-amount`.
    pub because: String,
    /// Its meaning, in the caller's language.
    pub detail: String,
}

/// Which deliveries.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    pub feed_id: Option<FeedId>,
    pub outcome: Option<DeliveryOutcome>,
}

/// Deliveries, newest first.
pub fn list(
    connection: &mut DbConnection,
    act: &Act,
    filter: &Filter,
    page: PageRequest,
) -> Outcome<Page<Delivery>> {
    act.require(Permission::FeedsRead)?;
    let found = rows::page(connection, act.board_id(), filter, page)?;
    let page = page.page(found, |row| row.id.0);
    let mut reader = Reader::new(act);
    let items = page.items.into_iter().map(|row| reader.show(connection, row));
    Ok(Page { items: items.collect::<Outcome<_>>()?, next_cursor: page.next_cursor })
}

pub fn get(connection: &mut DbConnection, act: &Act, id: DeliveryId) -> Outcome<Delivery> {
    act.require(Permission::FeedsRead)?;
    let row = rows::find(connection, act.board_id(), id)?;
    Reader::new(act).show(connection, row.ok_or_else(|| Refusal::not_found("delivery"))?)
}

/// Says that no money is in an undecodable delivery that is not counted: its alarm ends. It can still
/// be replayed. One that was dismissed already is answered as it is. Needs `feeds.read` too.
///
/// # Errors
/// `text-length`, `text-control-character`, `text-hidden-character` (why); `not-found`;
/// `delivery-not-unread`.
pub fn dismiss(
    connection: &mut DbConnection,
    act: &Act,
    id: DeliveryId,
    new: &NewDismissal,
) -> Outcome<Delivery> {
    act.require(Permission::TransfersAssign)?;
    let why = check::text("why", &new.why, WHY_CHARS)?;
    // Of two people the second finds it dismissed.
    lock_board(connection, act.board_id())?;
    let before = get(connection, act, id)?;
    if before.outcome == DeliveryOutcome::Dismissed.as_str() {
        return Ok(before);
    }
    if before.outcome != DeliveryOutcome::Undecodable.as_str() {
        return Err(Refusal::conflict("delivery-not-unread").into());
    }
    let dismissal = DismissalRow { by: act.scope.actor, at: act.at, why };
    rows::dismiss(connection, act.board_id(), id, &dismissal)?;
    get(connection, act, id)
}

/// Two deliveries beside each other, as far as they are kept, of each pair of ids.
pub(super) fn both(
    connection: &mut DbConnection,
    act: &Act,
    pairs: &[[i64; 2]],
) -> Outcome<Vec<[Option<Delivery>; 2]>> {
    let mut deliveries: HashMap<i64, DeliveryRow> = HashMap::new();
    for row in rows::find_all(connection, act.board_id(), pairs.as_flattened())? {
        deliveries.insert(row.id.0, row);
    }
    let mut reader = Reader::new(act);
    let mut shown = Vec::with_capacity(pairs.len());
    for [first, other] in pairs {
        let mut show = |id| {
            let row: Option<DeliveryRow> = deliveries.get(id).cloned();
            row.map(|row| reader.show(connection, row)).transpose()
        };
        shown.push([show(first)?, show(other)?]);
    }
    Ok(shown)
}

/// What deliveries report, as far as their bodies are kept and can be read.
pub(super) fn reported(
    connection: &mut DbConnection,
    act: &Act,
    ids: &[i64],
) -> Outcome<HashMap<i64, Vec<Reported>>> {
    let mut reader = Reader::new(act);
    let mut told = HashMap::new();
    for row in rows::find_all(connection, act.board_id(), ids)? {
        let Some(body) = &row.body else { continue };
        if let Ok(Decoded::Transfers(all)) = reader.decode(connection, &row, body)? {
            told.insert(row.id.0, all);
        }
    }
    Ok(told)
}

/// Shows deliveries; each feed's configuration is read once.
struct Reader<'a> {
    act: &'a Act,
    sees_bodies: bool,
    configs: HashMap<FeedId, FeedConfig>,
}

impl<'a> Reader<'a> {
    fn new(act: &'a Act) -> Self {
        let sees_bodies = act.scope.permissions.contains(Permission::AmountsRead);
        Self { act, sees_bodies, configs: HashMap::new() }
    }

    fn show(&mut self, connection: &mut DbConnection, row: DeliveryRow) -> Outcome<Delivery> {
        let board_id = self.act.board_id();
        let (mut transfer_ids, mut unreadable) = (Vec::new(), None);
        if let Some(body) = &row.body {
            match self.decode(connection, &row, body)? {
                Ok(Decoded::Transfers(all)) => {
                    // A list's page tells of many, all in one namespace.
                    for same in all.chunk_by(|one, next| one.id_family == next.id_family) {
                        let namespace = same.first().map(Reported::namespace).unwrap_or_default();
                        // Where two transfers bore one id, the second has one of its own.
                        let own: Vec<[String; 2]> =
                            same.iter().map(|one| own_ids(one, row.received_at)).collect();
                        let ids = same.iter().map(|one| &*one.provider_id);
                        let of_own = own.iter().flatten().map(String::as_str);
                        let ids: Vec<&str> = ids.chain(of_own).collect();
                        let found = rows::transfers_of(connection, board_id, &namespace, &ids)?;
                        let of = same.iter().zip(&own);
                        transfer_ids.extend(of.filter_map(|(one, own)| {
                            let mut own = own.iter().filter_map(|id| found.get(id));
                            own.next().or_else(|| found.get(&one.provider_id)).copied()
                        }));
                    }
                }
                Ok(_) => {}
                Err(error) => unreadable = Some(error.into()),
            }
        }
        let became = if row.outcome == DeliveryOutcome::Replayed.as_str() {
            rows::became(connection, board_id, row.id)?
        } else {
            None
        };
        let dismissed = if row.outcome == DeliveryOutcome::Dismissed.as_str() {
            let row = rows::dismissal(connection, board_id, row.id)?;
            row.map(|row| Dismissal::of(self.act, row))
        } else {
            None
        };
        let body = row.body.filter(|_| self.sees_bodies);
        Ok(Delivery {
            id: row.id,
            feed_id: row.feed_id,
            received_at: row.received_at,
            outcome: row.outcome,
            headers: serde_json::from_str(&row.headers).unwrap_or_default(),
            body: body.map(|body| String::from_utf8_lossy(&body).into_owned()),
            transfer_ids,
            unreadable,
            became,
            dismissed,
        })
    }

    fn decode(
        &mut self,
        connection: &mut DbConnection,
        row: &DeliveryRow,
        body: &[u8],
    ) -> Outcome<Result<Decoded, Undecodable>> {
        let config = match self.configs.entry(row.feed_id) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => {
                let feed = feed_rows::find(connection, self.act.board_id(), row.feed_id)?;
                unknown.insert(FeedConfig::parse(feed.provider, &feed.config)?)
            }
        };
        Ok(connector(config.provider()).decode(config, body, row.received_at))
    }
}

/// The ids under which it is a second transfer, if it is one.
fn own_ids(one: &Reported, received_at: UnixMs) -> [String; 2] {
    let late = one.clone().booked(received_at).apart_fingerprint();
    [late, one.fingerprint()].map(|digest| apart(&one.provider_id, digest))
}

impl From<Undecodable> for Unreadable {
    fn from(error: Undecodable) -> Self {
        Self {
            field: error.field.into_owned(),
            because: error.because.code().to_owned(),
            detail: String::new(),
        }
    }
}
