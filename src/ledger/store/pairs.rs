//! Who reports an account, and reports that seem to be of a transfer that is known already.

use std::sync::LazyLock;

use diesel::prelude::*;

use crate::db::rows::{Kind, Table, Value};
use crate::db::schema::{sightings, suspected_pairs as p, transfers};
use crate::db::{DbConnection, Outcome};
use crate::feeds::Precision;
use crate::ledger::likeness::Likeness;
use crate::ledger::pairs::{Pair, Verdict};
use crate::primitives::ids::{AccountId, ActorId, BoardId, DeliveryId, FeedId, PairId, TransferId};
use crate::primitives::{Day, UnixMs};
use crate::registry::PageRequest;

static SOURCES: LazyLock<Table> = LazyLock::new(|| {
    let columns = [
        ("board_id", Kind::Int),
        ("account_id", Kind::Int),
        ("sender", Kind::Text),
        ("feed_id", Kind::Int),
        ("first_seen_ms", Kind::Int),
    ];
    let suffix = "ON CONFLICT (board_id, account_id, sender) DO NOTHING";
    Table::new("account_sources", &columns, suffix)
});

static LISTED: LazyLock<Table> = LazyLock::new(|| {
    let columns = [("board_id", Kind::Int), ("delivery_id", Kind::Int)];
    Table::new("listed_deliveries", &columns, "ON CONFLICT (board_id, delivery_id) DO NOTHING")
});

/// These deliveries were read from a list with ids of its own.
pub fn listed(connection: &mut DbConnection, deliveries: &[(BoardId, i64)]) -> Outcome<()> {
    let row = |(board_id, id): &(BoardId, i64)| [Value::Int(board_id.0), Value::Int(*id)];
    LISTED.insert(connection, &deliveries.iter().flat_map(row).collect::<Vec<_>>()).map(|_| ())
}

static PLANNED: LazyLock<Table> = LazyLock::new(|| {
    let columns = [
        ("board_id", Kind::Int),
        ("id", Kind::Int),
        ("transfer_id", Kind::Int),
        ("sender", Kind::Text),
        ("namespace", Kind::Text),
        ("provider_id", Kind::Text),
        ("feed_id", Kind::Int),
        ("delivery_id", Kind::Int),
        ("item", Kind::Int),
        ("occurred_at_ms", Kind::Int),
        ("occurred_precision", Kind::Text),
        ("day", Kind::Int),
        ("is_matched", Kind::Bool),
        ("recorded_at_ms", Kind::Int),
        ("is_certain", Kind::Bool),
        ("verdict", Kind::MaybeText),
        ("resolved_at_ms", Kind::MaybeInt),
        ("likeness", Kind::MaybeText),
        ("account_id", Kind::Int),
    ];
    Table::new("suspected_pairs", &columns, "")
});

/// A sender is heard of on an account.
pub fn hear(
    connection: &mut DbConnection,
    board_id: BoardId,
    account_id: AccountId,
    sender: &str,
    feed_id: FeedId,
    at: UnixMs,
) -> Outcome<()> {
    let row = [
        Value::Int(board_id.0),
        Value::Int(account_id.0),
        Value::from(sender),
        Value::Int(feed_id.0),
        Value::Int(at.0),
    ];
    SOURCES.insert(connection, &row).map(|_| ())
}

/// A pair to be written, and where its report's sighting stands.
#[derive(Clone, Copy, Debug)]
pub struct New<'a> {
    pub board_id: BoardId,
    pub id: i64,
    pub transfer_id: i64,
    /// The account that the report was for.
    pub account_id: AccountId,
    pub sender: &'a str,
    pub namespace: &'a str,
    pub provider_id: &'a str,
    pub feed_id: FeedId,
    pub delivery_id: i64,
    pub item: i32,
    pub occurred_at: UnixMs,
    pub precision: Precision,
    pub day: Day,
    pub is_matched: bool,
    /// One company told it in both its ways, or in two statements: the other report was counted.
    pub is_certain: bool,
    /// How it agrees, where one of the two is a statement's row.
    pub likeness: Option<Likeness>,
    /// No person needs to look: the verdict is said at once.
    pub is_settled: bool,
    pub recorded_at: UnixMs,
}

impl New<'_> {
    fn verdict(&self) -> Option<Verdict> {
        self.is_settled.then_some(Verdict::Same)
    }
}

/// Writes the pair and points the report's sighting to the transfer.
pub fn insert(connection: &mut DbConnection, new: &New<'_>) -> Outcome<()> {
    diesel::insert_into(p::table)
        .values((
            p::board_id.eq(new.board_id.0),
            p::id.eq(new.id),
            p::transfer_id.eq(new.transfer_id),
            p::sender.eq(new.sender),
            p::namespace.eq(new.namespace),
            p::provider_id.eq(new.provider_id),
            p::feed_id.eq(new.feed_id.0),
            p::delivery_id.eq(new.delivery_id),
            p::item.eq(new.item),
            p::occurred_at_ms.eq(new.occurred_at.0),
            p::occurred_precision.eq(new.precision.as_str()),
            p::day.eq(new.day.0),
            p::is_matched.eq(new.is_matched),
            p::recorded_at_ms.eq(new.recorded_at.0),
            p::is_certain.eq(new.is_certain),
            p::likeness.eq(new.likeness),
            p::account_id.eq(new.account_id.0),
            p::verdict.eq(new.verdict()),
            p::resolved_at_ms.eq(new.verdict().map(|_| new.recorded_at.0)),
        ))
        .execute(connection)?;
    let sighting = sightings::table.find((new.board_id.0, new.namespace, new.provider_id));
    diesel::update(sighting).set(sightings::transfer_id.eq(new.transfer_id)).execute(connection)?;
    Ok(())
}

/// Writes pairs whose sightings point to their transfers already.
pub fn insert_planned(connection: &mut DbConnection, all: &[New<'_>]) -> Outcome<()> {
    let mut values = Vec::with_capacity(all.len() * 19);
    for new in all {
        let verdict = new.verdict();
        values.extend([
            Value::Int(new.board_id.0),
            Value::Int(new.id),
            Value::Int(new.transfer_id),
            Value::from(new.sender),
            Value::from(new.namespace),
            Value::from(new.provider_id),
            Value::Int(new.feed_id.0),
            Value::Int(new.delivery_id),
            Value::from(new.item),
            Value::Int(new.occurred_at.0),
            Value::from(new.precision.as_str()),
            Value::from(new.day.0),
            Value::Bool(new.is_matched),
            Value::Int(new.recorded_at.0),
            Value::Bool(new.is_certain),
            Value::MaybeText(verdict.map(|verdict| verdict.as_str().into())),
            Value::MaybeInt(verdict.map(|_| new.recorded_at.0)),
            Value::MaybeText(new.likeness.map(|likeness| likeness.as_str().into())),
            Value::Int(new.account_id.0),
        ]);
    }
    PLANNED.insert(connection, &values).map(|_| ())
}

/// The transfer has got this attribution because the pair's report knew more.
pub fn attributed(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: PairId,
    seq: Option<i32>,
) -> Outcome<()> {
    diesel::update(p::table.find((board_id.0, id.0)))
        .set(p::attribution_seq.eq(seq))
        .execute(connection)?;
    Ok(())
}

/// Keeps what a person said. `own_transfer_id`: the transfer that the report has become.
pub fn resolve(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: PairId,
    by: ActorId,
    at: UnixMs,
    own_transfer_id: Option<TransferId>,
) -> Outcome<()> {
    let verdict = own_transfer_id.map_or(Verdict::Same, |_| Verdict::Different);
    diesel::update(p::table.find((board_id.0, id.0)))
        .set((
            p::verdict.eq(verdict),
            p::resolved_at_ms.eq(at.0),
            p::decided_by.eq(by.0),
            p::own_transfer_id.eq(own_transfer_id.map(|id| id.0)),
        ))
        .execute(connection)?;
    Ok(())
}

/// Forgets a sighting, so that its report can be taken in anew.
pub fn forget_sighting(
    connection: &mut DbConnection,
    board_id: BoardId,
    pair: &Pair,
) -> Outcome<()> {
    let sighting = sightings::table.find((board_id.0, &pair.namespace, &pair.provider_id));
    diesel::delete(sighting).execute(connection)?;
    Ok(())
}

type Raw = (
    (i64, i64, String, String, i64, i64, i32),
    (Option<i32>, i64, Option<Verdict>, Option<i64>, Option<i64>, bool),
    (i64, i32),
);

/// The columns of a [`Raw`], with the delivery of the transfer: a macro, because their type would
/// say it all twice.
macro_rules! columns {
    () => {
        (
            (
                p::id,
                p::transfer_id,
                p::namespace,
                p::provider_id,
                p::feed_id,
                p::delivery_id,
                p::item,
            ),
            (
                p::attribution_seq,
                p::recorded_at_ms,
                p::verdict,
                p::resolved_at_ms,
                p::own_transfer_id,
                p::is_certain,
            ),
            (transfers::delivery_id, transfers::item),
        )
    };
}

fn pair((of, became, (first_delivery, first_item)): Raw) -> Pair {
    let (id, transfer_id, namespace, provider_id, feed_id, delivery_id, item) = of;
    let (attribution_seq, recorded_at, verdict, resolved_at, own_transfer_id, is_certain) = became;
    Pair {
        id: PairId(id),
        transfer_id: TransferId(transfer_id),
        first_delivery: DeliveryId(first_delivery),
        first_item,
        namespace,
        provider_id,
        feed_id: FeedId(feed_id),
        delivery_id: DeliveryId(delivery_id),
        item,
        attribution_seq,
        recorded_at: UnixMs(recorded_at),
        verdict,
        resolved_at: resolved_at.map(UnixMs),
        own_transfer_id: own_transfer_id.map(TransferId),
        is_certain,
    }
}

/// A page of pairs, newest first; only those that wait for a person, or only the others; those that
/// were certain at once, or the others.
pub fn page(
    connection: &mut DbConnection,
    board_id: BoardId,
    waiting: Option<bool>,
    certain: bool,
    page: PageRequest,
) -> Outcome<Vec<Pair>> {
    let of_pair = transfers::board_id.eq(p::board_id).and(transfers::id.eq(p::transfer_id));
    let mut query = p::table
        .inner_join(transfers::table.on(of_pair))
        .filter(p::board_id.eq(board_id.0))
        .filter(p::is_certain.eq(certain))
        .filter(p::id.lt(page.after.unwrap_or(i64::MAX)))
        .order(p::id.desc())
        .limit(page.rows())
        .select(columns!())
        .into_boxed();
    query = match waiting {
        None => query,
        Some(true) => query.filter(p::verdict.is_null()),
        Some(false) => query.filter(p::verdict.is_not_null()),
    };
    let rows: Vec<Raw> = query.load(connection)?;
    Ok(rows.into_iter().map(pair).collect())
}

/// The pairs of some transfers that wait for a person.
pub fn waiting_of(
    connection: &mut DbConnection,
    board_id: BoardId,
    transfer_ids: &[i64],
) -> Outcome<Vec<PairId>> {
    let query = p::table
        .filter(p::board_id.eq(board_id.0))
        .filter(p::transfer_id.eq_any(transfer_ids))
        .filter(p::verdict.is_null())
        .order(p::id)
        .select(p::id);
    Ok(query.load::<i64>(connection)?.into_iter().map(PairId).collect())
}

pub fn find(connection: &mut DbConnection, board_id: BoardId, id: PairId) -> Outcome<Option<Pair>> {
    let of_pair = transfers::board_id.eq(p::board_id).and(transfers::id.eq(p::transfer_id));
    let query = p::table.inner_join(transfers::table.on(of_pair)).select(columns!());
    let query = query.filter(p::board_id.eq(board_id.0)).filter(p::id.eq(id.0));
    Ok(query.first::<Raw>(connection).optional()?.map(pair))
}
