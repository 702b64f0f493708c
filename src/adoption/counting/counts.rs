//! What a team member counted at a drawn stall at the end of a drawn day. Grade B, because neither stall
//! nor day was chosen by anybody.

use serde::Deserialize;
use utoipa::ToSchema;

use super::plans::{self, CashPlan};
use crate::access::{Act, Permission};
use crate::adoption::cash::MOST;
use crate::adoption::store::counting as rows;
use crate::db::{DbConnection, Outcome};
use crate::primitives::ids::{CashPlanId, OccupancyId};
use crate::primitives::{Day, Refusal, Vnd, typed};
use crate::registry::check::{found, text};
use crate::registry::{boards, occupancies};
use crate::text_enum;

const NAME_CHARS: usize = 120;

text_enum!(
    /// What came of a drawn day.
    CountOutcome {
        /// The vendor let the day's cash be counted.
        Counted = "counted",
        /// The vendor did not want it: respected, and printed beside each figure.
        Refused = "refused",
        /// Nobody sold there that day; unless it was entered as a day off, it counts as a day without cash.
        Closed = "closed",
    }
);

/// A count as it is stored.
#[derive(Clone, Debug)]
pub struct Count {
    pub occupancy_id: OccupancyId,
    pub day: Day,
    pub outcome: CountOutcome,
    pub cash_vnd: Option<Vnd>,
    pub counted_by: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCount {
    pub occupancy_id: OccupancyId,
    #[schema(value_type = String, format = Date)]
    pub day: Day,
    pub outcome: CountOutcome,
    /// What was taken in cash that day, as people type it: `1tr2`, `350k`, `0`; with `counted` alone.
    #[serde(default)]
    pub cash: Option<String>,
    /// Who counted: 1–120 characters.
    pub counted_by: String,
}

/// Writes down what came of a drawn day; again, what is corrected. Earlier answers stay beside it.
///
/// # Errors
/// `not-found`; `cash-not-drawn` (occupancy_id), `cash-day-to-come` (day), `cash-missing` and
/// `cash-too-large` and `amount-not-readable` (cash), `cash-with-other-answer` (outcome), `text-length`
/// (counted_by).
pub fn record(
    connection: &mut DbConnection,
    act: &Act,
    id: CashPlanId,
    new: NewCount,
) -> Outcome<CashPlan> {
    act.require(Permission::VisitsWrite)?;
    let board_id = act.board_id();
    let head = found(rows::find(connection, board_id, id)?, "cash_plan")?;
    occupancies::require(connection, act, new.occupancy_id, "occupancy_id")?;
    if !rows::is_drawn(connection, board_id, id, (new.occupancy_id, new.day))? {
        return Err(Refusal::invalid("occupancy_id", "cash-not-drawn").into());
    }
    if new.day > boards::today(connection, act)? {
        return Err(Refusal::invalid("day", "cash-day-to-come").into());
    }
    let count = Count {
        occupancy_id: new.occupancy_id,
        day: new.day,
        outcome: new.outcome,
        cash_vnd: amount(&new)?,
        counted_by: text("counted_by", &new.counted_by, NAME_CHARS)?,
    };
    rows::insert_count(connection, act, id, &count)?;
    plans::whole(connection, act, head)
}

fn amount(new: &NewCount) -> Result<Option<Vnd>, Refusal> {
    let cash = new.cash.as_deref().map(|text| typed::amount("cash", text)).transpose()?;
    match (new.outcome, cash) {
        (_, Some(cash)) if cash > MOST => {
            Err(Refusal::invalid("cash", "cash-too-large").with("max", MOST))
        }
        (CountOutcome::Counted, None) => Err(Refusal::invalid("cash", "cash-missing")),
        (CountOutcome::Counted, cash) => Ok(cash),
        (_, Some(_)) => Err(Refusal::invalid("outcome", "cash-with-other-answer")),
        (_, None) => Ok(None),
    }
}
