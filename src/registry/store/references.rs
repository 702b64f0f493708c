//! Rows of `reference_claims`.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use crate::db::{DbConnection, Outcome};
use crate::primitives::UnixMs;
use crate::primitives::ids::BoardId;
use crate::registry::references::{Claimant, REUSE_AFTER_MS};
use crate::vietqr::Reference;

/// Takes the reference if it is free, or held by a request whose time is over.
const CLAIM: &str = "
    INSERT INTO reference_claims (board_id, reference, target_kind, target_id, claimed_at_ms)
    VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (board_id, reference) DO UPDATE SET target_kind = excluded.target_kind,
        target_id = excluded.target_id, claimed_at_ms = excluded.claimed_at_ms
    WHERE reference_claims.target_kind = 'request' AND reference_claims.claimed_at_ms < $6";

/// Whether the reference is the claimant's now.
pub fn claim(
    connection: &mut DbConnection,
    board_id: BoardId,
    claimant: Claimant,
    reference: Reference,
    at: UnixMs,
) -> Outcome<bool> {
    let (target_kind, target_id) = claimant.target();
    let changed = diesel::sql_query(CLAIM)
        .bind::<BigInt, _>(board_id)
        .bind::<Text, _>(reference.to_string())
        .bind::<Text, _>(target_kind)
        .bind::<BigInt, _>(target_id)
        .bind::<BigInt, _>(at.0)
        .bind::<BigInt, _>(at.plus_ms(-REUSE_AFTER_MS).0)
        .execute(connection)?;
    Ok(changed == 1)
}
