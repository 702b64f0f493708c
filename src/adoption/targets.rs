//! What a board wants to reach. There is no target until it enters one, with the number of the document
//! that says so; a figure without a target is no failure.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::store::targets as rows;
use crate::access::{Act, Permission};
use crate::db::{DbConnection, Outcome};
use crate::primitives::ids::{BoardId, MarketId};
use crate::primitives::{Day, Refusal, UnixMs};
use crate::registry::check::text;
use crate::registry::markets;
use crate::text_enum;

const DOCUMENT_CHARS: usize = 120;

text_enum!(
    /// What a target is of.
    TargetMetric {
        M1 = "M1",
        M2 = "M2",
        M3 = "M3",
        /// Active within 30 days.
        M4a = "M4a",
        /// Active within 90 days.
        M4b = "M4b",
        M5 = "M5",
        M9 = "M9",
        M10 = "M10",
    }
);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Target {
    pub metric: TargetMetric,
    pub per_mille: i32,
    /// Number and date of the document.
    pub document: String,
    #[schema(value_type = Option<String>, format = Date)]
    pub due_day: Option<Day>,
    #[schema(value_type = String, format = DateTime)]
    pub set_at: UnixMs,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTarget {
    pub metric: TargetMetric,
    /// 1–1000; null takes the target back.
    pub per_mille: Option<i32>,
    /// The document that says so, with its number: 1–120 characters.
    pub document: String,
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub due_day: Option<Day>,
}

/// All targets of a market.
#[derive(Debug, Serialize, ToSchema)]
pub struct Targets {
    pub items: Vec<Target>,
}

/// Enters a target in place of an earlier one of the metric, which stays on record.
///
/// # Errors
/// `not-found` (market), `number-out-of-range` (per_mille), `text-length` (document).
pub fn set(
    connection: &mut DbConnection,
    act: &Act,
    market_id: MarketId,
    new: &NewTarget,
) -> Outcome<Targets> {
    act.require(Permission::ReportsPublish)?;
    markets::require(connection, act, market_id)?;
    if new.per_mille.is_some_and(|share| !(1..=1_000).contains(&share)) {
        let refusal = Refusal::invalid("per_mille", "number-out-of-range");
        return Err(refusal.with("min", 1).with("max", 1_000).into());
    }
    let document = text("document", &new.document, DOCUMENT_CHARS)?;
    rows::insert(connection, act, market_id, new, &document)?;
    Ok(Targets { items: of_market(connection, act.board_id(), market_id)? })
}

pub(super) fn of_market(
    connection: &mut DbConnection,
    board_id: BoardId,
    market_id: MarketId,
) -> Outcome<Vec<Target>> {
    rows::latest(connection, board_id, market_id)
}
