//! Signs of life that do not hang on anybody's receipts: readings of lists, and phones.

use diesel::prelude::*;

use crate::adoption::days::Span;
use crate::db::schema::{
    feed_secrets, phone_devices, phone_silences, poll_days, receiving_numbers,
};
use crate::db::{DbConnection, Outcome};
use crate::primitives::UnixMs;
use crate::primitives::ids::BoardId;

/// A day on which a list was read to its end.
#[derive(Clone, Debug, Queryable)]
pub struct PollDayRow {
    pub feed_id: i64,
    /// Empty: all accounts of the key.
    pub account: String,
    pub day: i32,
    pub last_success_ms: i64,
}

/// A phone, also one that was revoked.
#[derive(Clone, Debug)]
pub struct PhoneRow {
    pub id: i64,
    pub feed_id: i64,
    pub paired_at: UnixMs,
    pub last_seen_at: Option<UnixMs>,
    pub ends_at: Option<UnixMs>,
}

/// Readings of a span's days and of the day after.
pub fn poll_days(
    connection: &mut DbConnection,
    board_id: BoardId,
    span: Span,
) -> Outcome<Vec<PollDayRow>> {
    use poll_days as d;
    Ok(d::table
        .filter(d::board_id.eq(board_id.0))
        .filter(d::day.between(span.from.0, span.to.plus(1).0))
        .select((d::feed_id, d::account, d::day, d::last_success_ms))
        .load(connection)?)
}

/// (account, number) of all receiving numbers.
pub fn numbers(connection: &mut DbConnection, board_id: BoardId) -> Outcome<Vec<(i64, String)>> {
    use receiving_numbers as n;
    Ok(n::table
        .filter(n::board_id.eq(board_id.0))
        .select((n::account_id, n::number))
        .load(connection)?)
}

/// All phones of a board. One whose secret went with the installation's key ended when it was last
/// heard.
pub fn phones(connection: &mut DbConnection, board_id: BoardId) -> Outcome<Vec<PhoneRow>> {
    use {feed_secrets as s, phone_devices as p};
    type Row = ((i64, i64, i64, Option<i64>), Option<(i64, Option<i64>)>);
    let rows: Vec<Row> = p::table
        .left_join(s::table.on(s::board_id.eq(p::board_id).and(s::id.eq(p::id))))
        .filter(p::board_id.eq(board_id.0))
        .select((
            (p::id, p::feed_id, p::paired_at_ms, p::last_seen_ms),
            (s::id, s::expires_at_ms).nullable(),
        ))
        .load(connection)?;
    let read = |((id, feed_id, paired_ms, seen_ms), secret): Row| PhoneRow {
        id,
        feed_id,
        paired_at: UnixMs(paired_ms),
        last_seen_at: seen_ms.map(UnixMs),
        ends_at: secret.map_or(Some(seen_ms.unwrap_or(paired_ms)), |(_, ends)| ends).map(UnixMs),
    };
    Ok(rows.into_iter().map(read).collect())
}

/// (phone, from, to) of the silences that end after an instant.
pub fn silences(
    connection: &mut DbConnection,
    board_id: BoardId,
    since: UnixMs,
) -> Outcome<Vec<(i64, UnixMs, UnixMs)>> {
    use phone_silences as s;
    let rows: Vec<(i64, i64, i64)> = s::table
        .filter(s::board_id.eq(board_id.0))
        .filter(s::to_ms.gt(since.0))
        .select((s::device_id, s::from_ms, s::to_ms))
        .load(connection)?;
    Ok(rows.into_iter().map(|(id, from, to)| (id, UnixMs(from), UnixMs(to))).collect())
}
