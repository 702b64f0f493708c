//! Feed days against the deliveries and the transfers.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::{Mismatch, OWN, joined, numbers};
use crate::db::rows::Writes;
use crate::db::schema::feed_days;
use crate::db::{DbConnection, Outcome};
use crate::ledger::latency;
use crate::ledger::store::totals as store_totals;
use crate::ledger::totals::{FeedDelta, Totals};
use crate::primitives::ids::{BoardId, FeedId};
use crate::primitives::time::{MS_PER_DAY, MS_PER_MINUTE, VIETNAM_OFFSET_MS};
use crate::primitives::{Day, UnixMs};

/// Deliveries, duplicates, undecodable, incoming, matched, then the latency buckets.
const COUNTS: usize = 5 + latency::BUCKETS;

/// Feed and day.
type Key = (i64, i64);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Row {
    counts: [i64; COUNTS],
    last_received_ms: i64,
}

impl Row {
    fn add(&mut self, place: usize, count: i64) {
        if let Some(sum) = self.counts.get_mut(place) {
            *sum += count;
        }
    }
}

/// A row as it is kept, and as the deliveries make it.
type Sides = (Key, Option<Row>, Option<Row>);

/// Feed days that are not those of the deliveries. Which day a delivery was counted under hangs on
/// the board's start of the day at that time, which is not kept: days that differ are told only where
/// their feed's sum over all days does too.
pub fn differing(connection: &mut DbConnection, board_id: BoardId) -> Outcome<Vec<Mismatch>> {
    let shown = |row: Row| format!("{:?} last {}", row.counts, row.last_received_ms);
    let mismatch = |((feed_id, day), kept, due): Sides| {
        let name = format!("{} {}", FeedId(feed_id), day_at(day));
        Mismatch::new(name, kept.map(shown), due.map(shown))
    };
    Ok(unequal(connection, board_id)?.into_iter().map(mismatch).collect())
}

fn unequal(connection: &mut DbConnection, board_id: BoardId) -> Outcome<Vec<Sides>> {
    let (kept, due) = (kept(connection, board_id)?, due(connection, board_id)?);
    let keys: BTreeSet<&Key> = kept.keys().chain(due.keys()).collect();
    let whole = |rows: &BTreeMap<Key, Row>, feed_id: i64| {
        let mut sum = Row::default();
        for (_, row) in rows.range((feed_id, i64::MIN)..=(feed_id, i64::MAX)) {
            row.counts.iter().enumerate().for_each(|(place, count)| sum.add(place, *count));
            sum.last_received_ms = sum.last_received_ms.max(row.last_received_ms);
        }
        sum
    };
    let mut found = Vec::new();
    for key in keys {
        let (kept_row, due_row) = (kept.get(key), due.get(key));
        if kept_row != due_row && whole(&kept, key.0) != whole(&due, key.0) {
            found.push((*key, kept_row.copied(), due_row.copied()));
        }
    }
    Ok(found)
}

/// Makes the wrong rows anew, by the present start of the board's day. The board is locked.
pub fn mend(connection: &mut DbConnection, board_id: BoardId) -> Outcome<()> {
    let mut totals = Totals::default();
    for ((feed_id, day), _, due) in unequal(connection, board_id)? {
        let day = day_at(day);
        diesel::delete(feed_days::table.find((board_id.0, feed_id, day.0))).execute(connection)?;
        let Some(Row { counts, last_received_ms }) = due else { continue };
        let [deliveries, duplicates, undecodable, incoming, matched, latency @ ..] = counts;
        let delta = FeedDelta {
            deliveries,
            duplicates,
            undecodable,
            incoming,
            matched,
            latency,
            last_received: UnixMs(last_received_ms),
        };
        totals.feeds.insert((board_id, FeedId(feed_id), day), delta);
    }
    let mut writes = Writes::default();
    store_totals::add(connection, &mut writes, &[], &totals)?;
    writes.run(connection)
}

fn day_at(number: i64) -> Day {
    Day(i32::try_from(number).unwrap_or_default())
}

#[derive(QueryableByName)]
struct Numbers {
    #[diesel(sql_type = Text)]
    numbers: String,
}

fn load(connection: &mut DbConnection, board_id: BoardId, query: &str) -> Outcome<Vec<Vec<i64>>> {
    let rows: Vec<Numbers> =
        diesel::sql_query(query).bind::<BigInt, _>(board_id.0).load(connection)?;
    Ok(rows.iter().map(|row| numbers(&row.numbers)).collect())
}

fn kept(connection: &mut DbConnection, board_id: BoardId) -> Outcome<BTreeMap<Key, Row>> {
    let mut columns = vec!["feed_id", "day", "last_received_at_ms"];
    columns.extend(["delivery_count", "duplicate_count", "undecodable_count"]);
    columns.extend(["incoming_count", "matched_count"]);
    columns.extend(latency::COLUMNS);
    let columns = joined(&columns);
    let query = format!("SELECT {columns} AS numbers FROM feed_days WHERE board_id = $1");
    let mut days = BTreeMap::new();
    for numbers in load(connection, board_id, &query)? {
        let [feed_id, day, last_received_ms, counts @ ..] = numbers.as_slice() else { continue };
        let mut row = Row { last_received_ms: *last_received_ms, ..Row::default() };
        counts.iter().enumerate().for_each(|(place, count)| row.add(place, *count));
        days.insert((*feed_id, *day), row);
    }
    Ok(days)
}

fn due(connection: &mut DbConnection, board_id: BoardId) -> Outcome<BTreeMap<Key, Row>> {
    let mut days: BTreeMap<Key, Row> = BTreeMap::new();
    let columns = ["feed_id", "day", "deliveries", "duplicates", "undecodable", "last_ms"];
    let deliveries = format!(
        "SELECT {} AS numbers FROM (
           SELECT h.feed_id, {} AS day, COUNT(*) AS deliveries,
             SUM(CASE WHEN h.outcome = 'duplicate' THEN 1 ELSE 0 END) AS duplicates,
             SUM(CASE WHEN h.outcome IN ('undecodable', 'replayed', 'dismissed')
               THEN 1 ELSE 0 END) AS undecodable,
             MAX(h.received_at_ms) AS last_ms
           FROM deliveries h JOIN boards b ON b.board_id = h.board_id
           WHERE h.board_id = $1 GROUP BY 1, 2) d",
        joined(&columns),
        day_of("h.received_at_ms")
    );
    for numbers in load(connection, board_id, &deliveries)? {
        let [feed_id, day, counts @ .., last_ms] = numbers.as_slice() else { continue };
        let row = days.entry((*feed_id, *day)).or_default();
        counts.iter().enumerate().for_each(|(place, count)| row.add(place, *count));
        row.last_received_ms = *last_ms;
    }
    for numbers in load(connection, board_id, &incoming())? {
        let [feed_id, day, matched, bucket, count] = numbers.as_slice() else { continue };
        let row = days.entry((*feed_id, *day)).or_default();
        row.add(3, *count);
        row.add(4, matched * count);
        if let Ok(bucket) = usize::try_from(*bucket) {
            row.add(5 + bucket, *count);
        }
    }
    Ok(days)
}

/// Incoming transfers by feed, day, whether a rule placed them, and latency bucket; -1: a date
/// alone has none. A report that was linked to another sender's transfer counts for its own feed,
/// and not once more where it became a transfer later, nor where the same provider had told it.
fn incoming() -> String {
    let cases: Vec<_> = latency::UPPER_BOUNDS_MS
        .iter()
        .enumerate()
        .map(|(bucket, bound)| {
            format!("WHEN t.recorded_at_ms - t.occurred_at_ms <= {bound} THEN {bucket}")
        })
        .collect();
    let (cases, last) = (cases.join(" "), latency::BUCKETS - 1);
    let bucket = format!("CASE WHEN t.occurred_precision = 'day' THEN -1 {cases} ELSE {last} END");
    format!(
        "SELECT {} AS numbers FROM (
           SELECT t.feed_id, {} AS day, t.matched, {bucket} AS bucket, COUNT(*) AS transfers
           FROM (
             SELECT feed_id, occurred_at_ms, occurred_precision, recorded_at_ms,
               CASE WHEN rule = 'none' THEN 0 ELSE 1 END AS matched
             FROM transfers WHERE board_id = $1 AND direction = 'in' AND id NOT IN ({OWN})
             UNION ALL
             SELECT p.feed_id, p.occurred_at_ms, p.occurred_precision, p.recorded_at_ms,
               CASE WHEN p.is_matched THEN 1 ELSE 0 END
             FROM suspected_pairs p
             JOIN transfers f ON f.board_id = p.board_id AND f.id = p.transfer_id
             WHERE p.board_id = $1 AND f.direction = 'in' AND NOT p.is_certain
           ) t JOIN boards b ON b.board_id = $1
           GROUP BY 1, 2, 3, 4) d",
        joined(&["feed_id", "day", "matched", "bucket", "transfers"]),
        day_of("t.recorded_at_ms")
    )
}

/// The day of an instant of ours by the start of board `b`'s days; instants are after 1970.
fn day_of(instant: &str) -> String {
    format!(
        "(({instant} + {VIETNAM_OFFSET_MS} - b.day_start_minute * {MS_PER_MINUTE}) / {MS_PER_DAY})"
    )
}
