//! The ring of refused deliveries of each feed.

use diesel::prelude::*;

use crate::db::schema::refused_deliveries::{self as table, dsl as row};
use crate::db::{DbConnection, Outcome, columns};
use crate::primitives::UnixMs;
use crate::primitives::ids::{BoardId, FeedId};

/// A delivery that was refused.
#[derive(Clone, Debug)]
pub struct RefusedRow {
    pub received_at: UnixMs,
    pub reason: String,
    pub headers: String,
    /// Fingerprint of the key that was sent in clear.
    pub presented_key: Option<i64>,
    pub body: Vec<u8>,
    pub is_truncated: bool,
}

/// Keeps refused deliveries of a feed, oldest first, and of all at most `keep`.
pub fn keep(
    connection: &mut DbConnection,
    board_id: BoardId,
    feed_id: FeedId,
    keep: i64,
    refused: &[RefusedRow],
) -> Outcome<()> {
    let of_feed = row::board_id.eq(board_id.0).and(row::feed_id.eq(feed_id.0));
    let last: Option<i64> =
        table::table.filter(of_feed).select(diesel::dsl::max(row::number)).first(connection)?;
    let mut number = last.unwrap_or(0);
    for one in refused {
        number += 1;
        diesel::insert_into(table::table)
            .values((
                row::board_id.eq(board_id.0),
                row::feed_id.eq(feed_id.0),
                row::number.eq(number),
                row::received_at_ms.eq(one.received_at.0),
                row::reason.eq(&one.reason),
                row::headers.eq(&one.headers),
                row::presented_key.eq(one.presented_key),
                row::body.eq(&one.body),
                row::is_truncated.eq(one.is_truncated),
            ))
            .execute(connection)?;
    }
    let old = table::table.filter(of_feed).filter(row::number.le(number - keep));
    diesel::delete(old).execute(connection)?;
    Ok(())
}

type Raw = (i64, i64, String, String, Option<i64>, Vec<u8>, bool);

columns! {
    const COLUMNS = row {
        number,
        received_at_ms,
        reason,
        headers,
        presented_key,
        body,
        is_truncated,
    };
}

fn read(
    (number, at, reason, headers, presented_key, body, is_truncated): Raw,
) -> (i64, RefusedRow) {
    let received_at = UnixMs(at);
    (number, RefusedRow { received_at, reason, headers, presented_key, body, is_truncated })
}

/// Refused deliveries of a feed with numbers below one, newest first.
pub fn page(
    connection: &mut DbConnection,
    board_id: BoardId,
    feed_id: FeedId,
    below: i64,
    limit: i64,
) -> Outcome<Vec<(i64, RefusedRow)>> {
    let rows: Vec<Raw> = table::table
        .filter(row::board_id.eq(board_id.0))
        .filter(row::feed_id.eq(feed_id.0))
        .filter(row::number.lt(below))
        .order(row::number.desc())
        .limit(limit)
        .select(COLUMNS)
        .load(connection)?;
    Ok(rows.into_iter().map(read).collect())
}

/// When the newest of each feed came that still holds: (feed, instant).
pub fn newest(connection: &mut DbConnection, board_id: BoardId) -> Outcome<Vec<(FeedId, UnixMs)>> {
    use crate::db::schema::feeds as f;
    let rows: Vec<(i64, Option<i64>)> = table::table
        .inner_join(f::table.on(f::board_id.eq(row::board_id).and(f::id.eq(row::feed_id))))
        .filter(row::board_id.eq(board_id.0))
        .filter(f::disabled_at_ms.is_null())
        .group_by(row::feed_id)
        .order(row::feed_id)
        .select((row::feed_id, diesel::dsl::max(row::received_at_ms)))
        .load(connection)?;
    Ok(rows.into_iter().filter_map(|(id, at_ms)| Some((FeedId(id), UnixMs(at_ms?)))).collect())
}

/// When the oldest came that is newer than an instant.
pub fn oldest_after(
    connection: &mut DbConnection,
    board_id: BoardId,
    feed_id: FeedId,
    after: UnixMs,
) -> Outcome<Option<UnixMs>> {
    let oldest: Option<i64> = table::table
        .filter(row::board_id.eq(board_id.0))
        .filter(row::feed_id.eq(feed_id.0))
        .filter(row::received_at_ms.gt(after.0))
        .select(diesel::dsl::min(row::received_at_ms))
        .first(connection)?;
    Ok(oldest.map(UnixMs))
}

/// Whether the feed refused something since then: its newest is the last in the ring.
pub fn is_any_since(
    connection: &mut DbConnection,
    board_id: BoardId,
    feed_id: FeedId,
    since: UnixMs,
) -> Outcome<bool> {
    let newest: Option<i64> = table::table
        .filter(row::board_id.eq(board_id.0))
        .filter(row::feed_id.eq(feed_id.0))
        .order(row::number.desc())
        .select(row::received_at_ms)
        .first(connection)
        .optional()?;
    Ok(newest.is_some_and(|at_ms| at_ms >= since.0))
}

pub fn find(
    connection: &mut DbConnection,
    board_id: BoardId,
    feed_id: FeedId,
    number: i64,
) -> Outcome<Option<RefusedRow>> {
    let found: Option<Raw> = table::table
        .find((board_id.0, feed_id.0, number))
        .select(COLUMNS)
        .first(connection)
        .optional()?;
    Ok(found.map(|raw| read(raw).1))
}

pub fn remove(
    connection: &mut DbConnection,
    board_id: BoardId,
    feed_id: FeedId,
    number: i64,
) -> Outcome<()> {
    diesel::delete(table::table.find((board_id.0, feed_id.0, number))).execute(connection)?;
    Ok(())
}
