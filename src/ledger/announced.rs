//! What else is told of money that an event announces, to whoever may hear its stall: the caller
//! has seen to that.

use super::store::reading;
use crate::db::{DbConnection, Outcome};
use crate::feeds::Precision;
use crate::primitives::UnixMs;
use crate::primitives::ids::{BoardId, TransferId};

/// Money that came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announced {
    pub id: TransferId,
    /// By the bank's clock.
    pub occurred_at: UnixMs,
    pub occurred_precision: Precision,
    pub recorded_at: UnixMs,
    /// `bank`, `aggregator`, `phone`, `statement`.
    pub evidence: String,
    /// Where it was asked for and the feed tells it.
    pub payer_name: Option<String>,
}

/// Transfers of these ids, those with their payers that are asked for.
pub fn announced(
    connection: &mut DbConnection,
    board_id: BoardId,
    ids: &[TransferId],
    with_payers: bool,
) -> Outcome<Vec<Announced>> {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    let stored = reading::these(connection, board_id, &ids)?;
    let mut told = if with_payers {
        reading::reported(connection, board_id, &stored)?
    } else {
        std::collections::HashMap::new()
    };
    let announced = |one: super::transfers::Stored| Announced {
        payer_name: told.remove(&one.id).and_then(|told| told.payer).and_then(|payer| payer.name),
        id: one.id,
        occurred_at: one.occurred_at,
        occurred_precision: one.occurred_precision,
        recorded_at: one.recorded_at,
        evidence: one.evidence,
    };
    Ok(stored.into_iter().map(announced).collect())
}
