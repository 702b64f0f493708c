//! Who reports an account, and reports that seem to be of a transfer that is known already.

use std::sync::LazyLock;

use diesel::prelude::*;
use diesel::sql_types::Bool;

use crate::db::rows::{Kind, Table, Value};
use crate::db::schema::{
    listed_deliveries, sightings, suspected_pairs as p, transfer_index, transfers,
};
use crate::db::{DbConnection, Outcome};
use crate::feeds::{Direction, Precision};
use crate::ledger::pairs::{Pair, Verdict};
use crate::primitives::ids::{AccountId, BoardId, DeliveryId, FeedId, KeyId, PairId, TransferId};
use crate::primitives::time::{MS_PER_DAY, MS_PER_HOUR, MS_PER_MINUTE};
use crate::primitives::{Day, UnixMs, Vnd, id};
use crate::registry::PageRequest;

/// Bank times that tell the minute are taken for one up to this distance.
pub const APART_MS: i64 = 5 * 60_000;
/// A transfer may be recorded so long before its own time: clocks differ.
const SLACK_MS: i64 = MS_PER_HOUR;
/// Transfers of an account that are looked through from then on, and those that fit. A report may
/// come long after its transfer, and a statement records a year of them in one minute: what is not
/// looked at is counted twice.
const LOOKED_AT: i64 = 100_000;
const FITTING: i64 = 50;

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
        ("verdict", Kind::MaybeText),
        ("resolved_at_ms", Kind::MaybeInt),
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

/// What a report says of the transfer that is looked for.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    pub board_id: BoardId,
    pub account_id: AccountId,
    pub direction: Direction,
    pub amount: Vnd,
    pub occurred_at: UnixMs,
    pub precision: Precision,
    pub sender: &'a str,
    /// Looks only at what the sender's company told its other way (`Some`: whether this one is its
    /// list), whose times are the same; else only at what other companies told.
    pub of_company: Option<bool>,
}

/// Transfers that the report may be of, by all that their rows say: some of the index, and of those
/// that it has not come to. Not the sender's own, which it has told apart, and none of which it has
/// sent a report already. `own_feeds`: those of the sender's company.
pub fn fitting(
    connection: &mut DbConnection,
    asked: &Asked<'_>,
    own_feeds: &[i64],
    unindexed: &[i64],
) -> Outcome<Vec<i64>> {
    let midnight = asked.occurred_at.day(0).start(0);
    let minute = asked.occurred_at.plus_ms(-asked.occurred_at.0.rem_euclid(MS_PER_MINUTE));
    let (from, to) = match (asked.precision, asked.of_company) {
        (Precision::Day, _) => (midnight, midnight.plus_ms(MS_PER_DAY - 1)),
        // The other way may tell the minute alone.
        (Precision::Second, Some(_)) => (minute, asked.occurred_at),
        (Precision::Minute, Some(_)) => (minute, minute.plus_ms(MS_PER_MINUTE - 1)),
        _ => (asked.occurred_at.plus_ms(-APART_MS), asked.occurred_at.plus_ms(APART_MS)),
    };
    let of_list = listed_deliveries::table
        .filter(listed_deliveries::board_id.eq(transfers::board_id))
        .filter(listed_deliveries::delivery_id.eq(transfers::delivery_id));
    let is_of_list = diesel::dsl::exists(of_list);
    let (only_company, is_listed) =
        (asked.of_company.is_some(), asked.of_company.unwrap_or_default());
    let told_otherwise = transfers::feed_id
        .eq_any(own_feeds)
        .and(is_of_list.ne(is_listed))
        .and(only_company.into_sql::<Bool>());
    let told_by_others =
        transfers::feed_id.ne_all(own_feeds).and((!only_company).into_sql::<Bool>());
    let only_dated = transfers::occurred_precision
        .eq(Precision::Day.as_str())
        .and(transfers::occurred_at_ms.eq(midnight.0));
    let told_of = p::table
        .filter(p::board_id.eq(transfers::board_id))
        .filter(p::transfer_id.eq(transfers::id))
        .filter(p::sender.eq(asked.sender))
        .filter(p::own_transfer_id.is_null());
    let fit = transfers::table
        .filter(transfers::board_id.eq(asked.board_id.0))
        .filter(transfers::account_id.eq(asked.account_id.0))
        .filter(transfers::direction.eq(asked.direction.as_str()))
        .filter(transfers::amount_vnd.eq(asked.amount.get()))
        .filter(transfers::occurred_at_ms.between(from.0, to.0).or(only_dated))
        .filter(told_otherwise.or(told_by_others))
        .filter(diesel::dsl::not(diesel::dsl::exists(told_of)))
        .order((transfers::occurred_at_ms, transfers::id))
        .limit(FITTING)
        .select(transfers::id);
    let indexed = transfer_index::table
        .filter(transfer_index::board_id.eq(asked.board_id.0))
        .filter(transfer_index::subject_id.eq(asked.account_id.0))
        .filter(transfer_index::transfer_id.ge(id::floor_of(from.plus_ms(-SLACK_MS))))
        .order(transfer_index::transfer_id)
        .limit(LOOKED_AT)
        .select(transfer_index::transfer_id);
    let mut ids: Vec<i64> = fit.clone().filter(transfers::id.eq_any(indexed)).load(connection)?;
    if !unindexed.is_empty() {
        let more: Vec<i64> = fit.filter(transfers::id.eq_any(unindexed)).load(connection)?;
        ids.extend(more);
    }
    Ok(ids)
}

/// A pair to be written, and where its report's sighting stands.
#[derive(Clone, Copy, Debug)]
pub struct New<'a> {
    pub board_id: BoardId,
    pub id: i64,
    pub transfer_id: i64,
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
    /// One company told it in both its ways: the other report was counted.
    pub is_certain: bool,
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
    let mut values = Vec::with_capacity(all.len() * 16);
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
            Value::MaybeText(verdict.map(|verdict| verdict.as_str().into())),
            Value::MaybeInt(verdict.map(|_| new.recorded_at.0)),
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
    by: KeyId,
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
    i64,
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
            transfers::delivery_id,
        )
    };
}

fn pair((of, became, first_delivery): Raw) -> Pair {
    let (id, transfer_id, namespace, provider_id, feed_id, delivery_id, item) = of;
    let (attribution_seq, recorded_at, verdict, resolved_at, own_transfer_id, is_certain) = became;
    Pair {
        id: PairId(id),
        transfer_id: TransferId(transfer_id),
        first_delivery: DeliveryId(first_delivery),
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

pub fn find(connection: &mut DbConnection, board_id: BoardId, id: PairId) -> Outcome<Option<Pair>> {
    let of_pair = transfers::board_id.eq(p::board_id).and(transfers::id.eq(p::transfer_id));
    let query = p::table.inner_join(transfers::table.on(of_pair)).select(columns!());
    let query = query.filter(p::board_id.eq(board_id.0)).filter(p::id.eq(id.0));
    Ok(query.first::<Raw>(connection).optional()?.map(pair))
}
