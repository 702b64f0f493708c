//! Kept answers of repeatable requests.

use diesel::prelude::*;

use crate::access::Scope;
use crate::db::schema::idempotency_keys as kept;
use crate::db::{DbConnection, Outcome};
use crate::primitives::UnixMs;
use crate::primitives::ids::BoardId;

/// A kept answer.
#[derive(Debug)]
pub struct Kept {
    pub request_hash: String,
    pub status: i32,
    /// Sealed, in hexadecimal digits.
    pub body: String,
    pub created_at: UnixMs,
}

pub fn find(connection: &mut DbConnection, scope: &Scope, key: &str) -> Outcome<Option<Kept>> {
    let row: Option<(String, i32, String, i64)> = kept::table
        .find((scope.board_id.0, scope.actor.0, key))
        .select((kept::request_hash, kept::status, kept::body, kept::created_at_ms))
        .first(connection)
        .optional()?;
    Ok(row.map(|(request_hash, status, body, created_at_ms)| Kept {
        request_hash,
        status,
        body,
        created_at: UnixMs(created_at_ms),
    }))
}

pub fn keep(connection: &mut DbConnection, scope: &Scope, key: &str, answer: &Kept) -> Outcome<()> {
    diesel::insert_into(kept::table)
        .values((
            kept::board_id.eq(scope.board_id.0),
            kept::key_id.eq(scope.actor.0),
            kept::idempotency_key.eq(key),
            kept::request_hash.eq(&answer.request_hash),
            kept::status.eq(answer.status),
            kept::body.eq(&answer.body),
            kept::created_at_ms.eq(answer.created_at.0),
        ))
        .execute(connection)?;
    Ok(())
}

pub fn forget(connection: &mut DbConnection, scope: &Scope, key: &str) -> Outcome<()> {
    diesel::delete(kept::table.find((scope.board_id.0, scope.actor.0, key))).execute(connection)?;
    Ok(())
}

/// Forgets all answers of a board.
pub fn forget_all(connection: &mut DbConnection, board_id: BoardId) -> Outcome<()> {
    diesel::delete(kept::table.filter(kept::board_id.eq(board_id.0))).execute(connection)?;
    Ok(())
}

/// Forgets the answers that the caller's key was given before an instant.
pub fn forget_before(connection: &mut DbConnection, scope: &Scope, before: UnixMs) -> Outcome<()> {
    let of_key = kept::table
        .filter(kept::board_id.eq(scope.board_id.0))
        .filter(kept::key_id.eq(scope.actor.0))
        .filter(kept::created_at_ms.lt(before.0));
    diesel::delete(of_key).execute(connection)?;
    Ok(())
}
