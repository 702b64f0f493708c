//! The feeds' secrets, sealed.

use diesel::prelude::*;

use crate::db::schema::feed_secrets;
use crate::db::{DbConnection, Outcome};
use crate::intake::feeds::SecretInfo;
use crate::primitives::UnixMs;
use crate::primitives::ids::{BoardId, FeedId, SecretId};

pub fn insert(
    connection: &mut DbConnection,
    board_id: BoardId,
    feed_id: FeedId,
    id: SecretId,
    sealed: Vec<u8>,
    at: UnixMs,
) -> Outcome<()> {
    diesel::insert_into(feed_secrets::table)
        .values((
            feed_secrets::board_id.eq(board_id.0),
            feed_secrets::id.eq(id.0),
            feed_secrets::feed_id.eq(feed_id.0),
            feed_secrets::sealed.eq(sealed),
            feed_secrets::created_at_ms.eq(at.0),
        ))
        .execute(connection)?;
    Ok(())
}

/// Secrets that are valid at an instant, with their sealed bytes.
pub fn active(
    connection: &mut DbConnection,
    board_id: BoardId,
    feed_id: FeedId,
    at: UnixMs,
) -> Outcome<Vec<(SecretInfo, Vec<u8>)>> {
    let rows: Vec<(i64, i64, Option<i64>, Vec<u8>)> = feed_secrets::table
        .filter(feed_secrets::board_id.eq(board_id.0))
        .filter(feed_secrets::feed_id.eq(feed_id.0))
        .filter(feed_secrets::expires_at_ms.is_null().or(feed_secrets::expires_at_ms.gt(at.0)))
        .order(feed_secrets::id)
        .select((
            feed_secrets::id,
            feed_secrets::created_at_ms,
            feed_secrets::expires_at_ms,
            feed_secrets::sealed,
        ))
        .load(connection)?;
    Ok(rows
        .into_iter()
        .map(|(id, created_at_ms, expires_at_ms, sealed)| {
            let info = SecretInfo {
                id: SecretId(id),
                created_at: UnixMs(created_at_ms),
                expires_at: expires_at_ms.map(UnixMs),
            };
            (info, sealed)
        })
        .collect())
}

/// The feeds of a board that have a secret which is valid at an instant.
pub fn feeds_with_one(
    connection: &mut DbConnection,
    board_id: BoardId,
    at: UnixMs,
) -> Outcome<Vec<FeedId>> {
    let of_board: Vec<i64> = feed_secrets::table
        .filter(feed_secrets::board_id.eq(board_id.0))
        .filter(feed_secrets::expires_at_ms.is_null().or(feed_secrets::expires_at_ms.gt(at.0)))
        .select(feed_secrets::feed_id)
        .distinct()
        .order(feed_secrets::feed_id)
        .load(connection)?;
    Ok(of_board.into_iter().map(FeedId).collect())
}

pub fn forget_all(connection: &mut DbConnection, board_id: BoardId) -> Outcome<()> {
    diesel::delete(feed_secrets::table.filter(feed_secrets::board_id.eq(board_id.0)))
        .execute(connection)?;
    Ok(())
}

/// Lets the secrets that have no end, or a later one, end at an instant.
pub fn expire(
    connection: &mut DbConnection,
    board_id: BoardId,
    feed_id: FeedId,
    at: UnixMs,
) -> Outcome<()> {
    let later = feed_secrets::expires_at_ms.is_null().or(feed_secrets::expires_at_ms.gt(at.0));
    diesel::update(
        feed_secrets::table
            .filter(feed_secrets::board_id.eq(board_id.0))
            .filter(feed_secrets::feed_id.eq(feed_id.0))
            .filter(later),
    )
    .set(feed_secrets::expires_at_ms.eq(at.0))
    .execute(connection)?;
    Ok(())
}

pub fn end(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: SecretId,
    at: UnixMs,
) -> Outcome<()> {
    diesel::update(feed_secrets::table.find((board_id.0, id.0)))
        .set(feed_secrets::expires_at_ms.eq(at.0))
        .execute(connection)?;
    Ok(())
}
