//! Pairing codes that wait for a phone.

use diesel::prelude::*;

use crate::db::schema::phone_pairing_codes as table;
use crate::db::{DbConnection, Outcome};
use crate::primitives::UnixMs;
use crate::primitives::ids::{BoardId, FeedId};

/// A row of `phone_pairing_codes`.
#[derive(Clone, Debug)]
pub struct CodeRow {
    /// The part of the code by which it is found.
    pub name: String,
    /// Fingerprint of the whole code.
    pub proof: i64,
    pub device_name: String,
    pub expires_at: UnixMs,
    pub attempts_left: i32,
}

pub fn insert(
    connection: &mut DbConnection,
    board_id: BoardId,
    feed_id: FeedId,
    row: &CodeRow,
) -> Outcome<()> {
    diesel::insert_into(table::table)
        .values((
            table::board_id.eq(board_id.0),
            table::feed_id.eq(feed_id.0),
            table::name.eq(&row.name),
            table::proof.eq(row.proof),
            table::device_name.eq(&row.device_name),
            table::expires_at_ms.eq(row.expires_at.0),
            table::attempts_left.eq(row.attempts_left),
        ))
        .execute(connection)?;
    Ok(())
}

pub fn find(
    connection: &mut DbConnection,
    board_id: BoardId,
    feed_id: FeedId,
    name: &str,
) -> Outcome<Option<CodeRow>> {
    let row: Option<(i64, String, i64, i32)> = table::table
        .find((board_id.0, feed_id.0, name))
        .select((table::proof, table::device_name, table::expires_at_ms, table::attempts_left))
        .first(connection)
        .optional()?;
    Ok(row.map(|(proof, device_name, expires_at_ms, attempts_left)| CodeRow {
        name: name.to_owned(),
        proof,
        device_name,
        expires_at: UnixMs(expires_at_ms),
        attempts_left,
    }))
}

/// Forgets the codes of a feed that have expired; tells how many are left.
pub fn clear_expired(
    connection: &mut DbConnection,
    board_id: BoardId,
    feed_id: FeedId,
    at: UnixMs,
) -> Outcome<i64> {
    let of_feed = table::board_id.eq(board_id.0).and(table::feed_id.eq(feed_id.0));
    let old = table::table.filter(of_feed).filter(table::expires_at_ms.le(at.0));
    diesel::delete(old).execute(connection)?;
    Ok(table::table.filter(of_feed).count().get_result(connection)?)
}

/// Counts a wrong proof; with the last one the code is gone.
pub fn miss(
    connection: &mut DbConnection,
    board_id: BoardId,
    feed_id: FeedId,
    name: &str,
) -> Outcome<()> {
    let row = table::table.find((board_id.0, feed_id.0, name));
    diesel::update(row)
        .set(table::attempts_left.eq(table::attempts_left - 1))
        .execute(connection)?;
    diesel::delete(row.filter(table::attempts_left.le(0))).execute(connection)?;
    Ok(())
}

/// Takes a code away; tells whether it was still there, so that it is used once.
pub fn take(
    connection: &mut DbConnection,
    board_id: BoardId,
    feed_id: FeedId,
    name: &str,
) -> Outcome<bool> {
    let row = table::table.find((board_id.0, feed_id.0, name));
    Ok(diesel::delete(row).execute(connection)? == 1)
}
