//! Phones of a feed. When a phone's secret ends is in `feed_secrets`, under the same id.

use std::collections::HashMap;
use std::sync::LazyLock;

use diesel::prelude::*;

use crate::db::rows::{Kind, Table, Value};
use crate::db::schema::{feed_secrets, phone_devices as table, phone_silences as silences};
use crate::db::{DbConnection, Outcome};
use crate::primitives::UnixMs;
use crate::primitives::ids::{BoardId, DeviceId, FeedId};
use crate::primitives::time::{MS_PER_DAY, MS_PER_MINUTE};

/// Two pings of fifteen minutes are late, and what a phone needs to wake up.
pub const SILENCE_MS: i64 = 35 * MS_PER_MINUTE;
/// Longer than any report looks back.
const SILENCES_KEPT_MS: i64 = 400 * MS_PER_DAY;
const SILENCES_SHOWN: i64 = 20;

static SILENCES: LazyLock<Table> = LazyLock::new(|| {
    let columns = ["board_id", "device_id", "from_ms", "to_ms"].map(|name| (name, Kind::Int));
    // Two servers may hear a phone after the same silence.
    Table::new("phone_silences", &columns, "ON CONFLICT (board_id, device_id, from_ms) DO NOTHING")
});

/// A row of `phone_devices`.
#[derive(Clone, Debug)]
pub struct DeviceRow {
    pub id: DeviceId,
    pub name: String,
    pub paired_at: UnixMs,
    pub last_seen_at: Option<UnixMs>,
    /// When its secret ends or has ended.
    pub ends_at: Option<UnixMs>,
    /// Its secret is gone, with the key that had sealed it.
    pub is_forgotten: bool,
}

pub fn insert(
    connection: &mut DbConnection,
    board_id: BoardId,
    feed_id: FeedId,
    id: DeviceId,
    name: &str,
    at: UnixMs,
) -> Outcome<()> {
    diesel::insert_into(table::table)
        .values((
            table::board_id.eq(board_id.0),
            table::id.eq(id.0),
            table::feed_id.eq(feed_id.0),
            table::name.eq(name),
            table::paired_at_ms.eq(at.0),
        ))
        .execute(connection)?;
    Ok(())
}

/// All phones of a feed, also those that were revoked, newest first; at most 500.
pub fn of_feed(
    connection: &mut DbConnection,
    board_id: BoardId,
    feed_id: FeedId,
) -> Outcome<Vec<DeviceRow>> {
    type Row = ((i64, String, i64, Option<i64>), Option<(i64, Option<i64>)>);
    let secret = feed_secrets::board_id.eq(table::board_id).and(feed_secrets::id.eq(table::id));
    let rows: Vec<Row> = table::table
        .left_join(feed_secrets::table.on(secret))
        .filter(table::board_id.eq(board_id.0))
        .filter(table::feed_id.eq(feed_id.0))
        .order(table::id.desc())
        .limit(500)
        .select((
            (table::id, table::name, table::paired_at_ms, table::last_seen_ms),
            (feed_secrets::id, feed_secrets::expires_at_ms).nullable(),
        ))
        .load(connection)?;
    let read = |((id, name, paired_at_ms, last_seen_ms), secret): Row| DeviceRow {
        id: DeviceId(id),
        name,
        paired_at: UnixMs(paired_at_ms),
        last_seen_at: last_seen_ms.map(UnixMs),
        ends_at: secret.and_then(|(_, expires_at_ms)| expires_at_ms).map(UnixMs),
        is_forgotten: secret.is_none(),
    };
    Ok(rows.into_iter().map(read).collect())
}

/// When the secrets of a feed's phones have ended or end.
pub fn ends(
    connection: &mut DbConnection,
    board_id: BoardId,
    feed_id: FeedId,
) -> Outcome<HashMap<DeviceId, UnixMs>> {
    let rows: Vec<(i64, Option<i64>)> = feed_secrets::table
        .filter(feed_secrets::board_id.eq(board_id.0))
        .filter(feed_secrets::feed_id.eq(feed_id.0))
        .filter(feed_secrets::expires_at_ms.is_not_null())
        .select((feed_secrets::id, feed_secrets::expires_at_ms))
        .load(connection)?;
    let ends = rows.into_iter().filter_map(|(id, at_ms)| Some((DeviceId(id), UnixMs(at_ms?))));
    Ok(ends.collect())
}

/// Notes that a phone was heard; a long silence before it is kept.
pub fn heard(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: DeviceId,
    at: UnixMs,
) -> Outcome<()> {
    let row = table::table.find((board_id.0, id.0));
    let last: Option<Option<i64>> = row.select(table::last_seen_ms).first(connection).optional()?;
    let Some(last_ms) = last else { return Ok(()) };
    if last_ms.is_some_and(|last_ms| last_ms >= at.0) {
        return Ok(());
    }
    if let Some(last_ms) = last_ms.filter(|last_ms| at.0 - last_ms > SILENCE_MS) {
        let row = [board_id.0, id.0, last_ms, at.0].map(Value::Int);
        SILENCES.insert(connection, &row)?;
        let old = silences::table
            .filter(silences::board_id.eq(board_id.0))
            .filter(silences::device_id.eq(id.0))
            .filter(silences::to_ms.lt(at.0 - SILENCES_KEPT_MS));
        diesel::delete(old).execute(connection)?;
    }
    diesel::update(row).set(table::last_seen_ms.eq(at.0)).execute(connection)?;
    Ok(())
}

/// The last silences of a phone, newest first.
pub fn silences(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: DeviceId,
) -> Outcome<Vec<(UnixMs, UnixMs)>> {
    let rows: Vec<(i64, i64)> = silences::table
        .filter(silences::board_id.eq(board_id.0))
        .filter(silences::device_id.eq(id.0))
        .order(silences::from_ms.desc())
        .limit(SILENCES_SHOWN)
        .select((silences::from_ms, silences::to_ms))
        .load(connection)?;
    Ok(rows.into_iter().map(|(from_ms, to_ms)| (UnixMs(from_ms), UnixMs(to_ms))).collect())
}
