//! Sampling plans: in this period the cash of these drawn stalls is counted on these drawn days. A plan
//! is drawn once, before its period, and kept with all that the lot fell on. Plans of a market do not
//! overlap: of two periods that differ by a day, the difference would be that day's cash of a few stalls.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::counts::CountOutcome;
use super::draw::{self, Framed};
use crate::access::{Act, Permission};
use crate::adoption::calendar::market_days;
use crate::adoption::days::Span;
use crate::adoption::facts::Occupancy;
use crate::adoption::report::Reading;
use crate::adoption::store::counting as rows;
use crate::adoption::store::register::{AbsenceRow, Register};
use crate::adoption::subject;
use crate::db::{DbConnection, Outcome};
use crate::ledger::{self, Tail};
use crate::primitives::ids::{CashPlanId, MarketId, OccupancyId};
use crate::primitives::{Day, Refusal, UnixMs, Vnd};
use crate::registry::check::found;
use crate::registry::{Page, PageRequest, boards, markets};

/// Below it a market's interval is not told.
pub const LEAST_STALLS: i32 = 10;
const DEFAULT_STALLS: i32 = 20;
const STALLS: std::ops::RangeInclusive<i32> = LEAST_STALLS..=300;
const DEFAULT_DAYS: i32 = 2;
const DAYS_EACH: std::ops::RangeInclusive<i32> = 2..=10;
/// Days of a period.
const PERIOD: std::ops::RangeInclusive<i32> = 7..=92;
/// How far ahead a period may begin: the frame grows old.
const AHEAD_DAYS: i32 = 31;
/// Measurable is who was it in the last days before the draw.
const RECENT_DAYS: i32 = 30;

/// A plan without its days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PlanHead {
    pub id: CashPlanId,
    pub market_id: MarketId,
    #[schema(value_type = String, format = Date)]
    pub from_day: Day,
    #[schema(value_type = String, format = Date)]
    pub to_day: Day,
    /// How many stalls were to be drawn.
    pub stalls: i32,
    pub days_each: i32,
    /// The last full day of what the draw knew.
    #[schema(value_type = String, format = Date)]
    pub as_of: Day,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: UnixMs,
}

impl PlanHead {
    pub(in crate::adoption) const fn span(&self) -> Span {
        Span::new(self.from_day, self.to_day)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CashPlan {
    #[serde(flatten)]
    pub head: PlanHead,
    /// By day, then in walking order.
    pub days: Vec<DrawnDay>,
    pub state: PlanState,
    /// What the lot fell on: all measurable retail stalls as of `as_of`. They are ordered by `stratum`,
    /// then by the SHA-256 of "<plan's id> <occupancy's id>"; the first eight bytes of the SHA-256 of the
    /// plan's id, as a number modulo their count, are the start, and stall (start + i × count) / stalls
    /// is the i-th drawn. Of its open days, without those away, the ones come first of which the SHA-256
    /// of "<plan's id> <occupancy's id> <day>" is lowest, none next to another.
    pub drawn_from: Vec<Framed>,
    /// Market days of the period.
    #[schema(value_type = Vec<String>)]
    pub open_days: Vec<Day>,
}

/// How far it has come, in stalls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct PlanState {
    pub drawn: i64,
    /// Counted, or found closed, on one day at least.
    pub counted: i64,
    /// They did not want it, on no day.
    pub refused: i64,
    /// All of their days are over, and nobody wrote anything down.
    pub missed: i64,
}

/// A drawn day of a stall.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct DrawnDay {
    #[schema(value_type = String, format = Date)]
    pub day: Day,
    pub occupancy_id: OccupancyId,
    pub stall_code: String,
    pub section: String,
    pub vendor: String,
    /// Null until somebody wrote it down.
    pub outcome: Option<CountOutcome>,
    /// With `counted`, for those who may see amounts.
    #[schema(value_type = Option<i64>)]
    pub cash_vnd: Option<Vnd>,
    pub counted_by: Option<String>,
}

#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPlan {
    /// After today, at most 31 days ahead.
    #[schema(value_type = String, format = Date)]
    pub from_day: Day,
    /// 7–92 days in all; no other plan of the market has one of them.
    #[schema(value_type = String, format = Date)]
    pub to_day: Day,
    /// 10–300; 20 if absent.
    #[serde(default)]
    pub stalls: Option<i32>,
    /// 2–10; 2 if absent. A stall's own figure needs four.
    #[serde(default)]
    pub days_each: Option<i32>,
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PlanFilter {
    pub market_id: Option<MarketId>,
}

/// Draws a plan and keeps it.
///
/// # Errors
/// `not-found` (market), `number-out-of-range` (stalls, days_each), `cash-period` (from_day, to_day),
/// `cash-plans-overlap` (from_day), `cash-too-few-stalls`.
pub fn create(
    connection: &mut DbConnection,
    act: &Act,
    market_id: MarketId,
    new: NewPlan,
) -> Outcome<CashPlan> {
    act.require(Permission::VisitsWrite)?;
    markets::require(connection, act, market_id)?;
    // Two plans at once would overlap, and a roll-up in between would move the frame.
    ledger::lock_board(connection, act.board_id())?;
    let stalls = within("stalls", new.stalls.unwrap_or(DEFAULT_STALLS), &STALLS)?;
    let days_each = within("days_each", new.days_each.unwrap_or(DEFAULT_DAYS), &DAYS_EACH)?;
    let today = boards::today(connection, act)?;
    let period = period(today, new.from_day, new.to_day)?;
    if !rows::within(connection, act.board_id(), market_id, period)?.is_empty() {
        return Err(Refusal::conflict("cash-plans-overlap").on("from_day").into());
    }
    let (open_days, frame) = frame(connection, act, market_id, period)?;
    if (frame.len() as i64) < i64::from(LEAST_STALLS) || open_days.is_empty() {
        let refusal = Refusal::conflict("cash-too-few-stalls");
        return Err(refusal.with("stalls", frame.len()).with("min", LEAST_STALLS).into());
    }
    let head = PlanHead {
        id: CashPlanId(act.new_id()),
        market_id,
        from_day: period.from,
        to_day: period.to,
        stalls,
        days_each,
        as_of: today.plus(-1),
        created_at: act.at,
    };
    let wanted = (stalls.unsigned_abs() as usize, days_each.unsigned_abs() as usize);
    let drawn = draw::draw(head.id, &frame, &open_days, wanted);
    rows::insert_plan(connection, act, &head, (&frame, &open_days))?;
    rows::insert_draws(connection, act.board_id(), head.id, &drawn)?;
    whole(connection, act, head)
}

fn within(
    field: &'static str,
    number: i32,
    range: &std::ops::RangeInclusive<i32>,
) -> Result<i32, Refusal> {
    if range.contains(&number) {
        return Ok(number);
    }
    let refusal = Refusal::invalid(field, "number-out-of-range");
    Err(refusal.with("min", range.start()).with("max", range.end()))
}

fn period(today: Day, from: Day, to: Day) -> Result<Span, Refusal> {
    let refused = |field| {
        let refusal = Refusal::invalid(field, "cash-period").with("from", today.plus(1));
        let refusal = refusal.with("to", today.plus(AHEAD_DAYS));
        refusal.with("min", PERIOD.start()).with("max", PERIOD.end())
    };
    if from <= today || from > today.plus(AHEAD_DAYS) {
        return Err(refused("from_day"));
    }
    if !PERIOD.contains(&to.0.saturating_sub(from.0).saturating_add(1)) {
        return Err(refused("to_day"));
    }
    Ok(Span::new(from, to))
}

/// The market days of a period, and the stalls that the lot falls on: R ∩ V, without wholesale.
fn frame(
    connection: &mut DbConnection,
    act: &Act,
    market_id: MarketId,
    period: Span,
) -> Outcome<(Vec<Day>, Vec<Framed>)> {
    let tail = Tail::load(connection, act.board_id())?;
    let reading = Reading::begin(connection, act, market_id, &tail)?;
    let as_of = act.at.day(reading.day_start_minute).plus(-1);
    let window = Span::ending(as_of, RECENT_DAYS);
    let facts = reading.facts(connection, window, false)?;
    let register = &reading.register;
    let open: Vec<Day> = market_days(&register.rules, period).days(period).collect();
    let subjects = subject::all(connection, act.board_id(), &facts, &tail)?;
    let framed = subjects.iter().filter(|one| one.covered && !one.occupancy.wholesale);
    let frame = framed.map(|one| framed_of(one.occupancy, register, &open)).collect();
    Ok((open, frame))
}

fn framed_of(occupancy: &Occupancy, register: &Register, open: &[Day]) -> Framed {
    let absences = register.absences.iter().filter(|one| one.occupancy_id == occupancy.id);
    let absences: Vec<Span> = absences.map(AbsenceRow::span).collect();
    let last = register.occupancies.iter().find(|row| row.id == occupancy.id);
    let last = last.and_then(|row| row.to_day).unwrap_or(i32::MAX);
    let is_away =
        |day: &&Day| day.0 > last || absences.iter().any(|absence| absence.contains(**day));
    Framed {
        occupancy_id: OccupancyId(occupancy.id),
        stratum: format!("{} {}", occupancy.goods_key, occupancy.size_class.as_str()),
        away: open.iter().filter(is_away).copied().collect(),
    }
}

/// # Errors
/// `forbidden` without `visits.read`, `not-found`.
pub fn get(connection: &mut DbConnection, act: &Act, id: CashPlanId) -> Outcome<CashPlan> {
    act.require(Permission::VisitsRead)?;
    let head = found(rows::find(connection, act.board_id(), id)?, "cash_plan")?;
    whole(connection, act, head)
}

pub fn list(
    connection: &mut DbConnection,
    act: &Act,
    filter: &PlanFilter,
    page: PageRequest,
) -> Outcome<Page<PlanHead>> {
    act.require(Permission::VisitsRead)?;
    let heads = rows::page(connection, act.board_id(), filter, page)?;
    Ok(page.page(heads, |head| head.id.0))
}

pub(super) fn whole(connection: &mut DbConnection, act: &Act, head: PlanHead) -> Outcome<CashPlan> {
    let today = boards::today(connection, act)?;
    let (drawn_from, open_days) = rows::drawn_from(connection, act.board_id(), head.id)?;
    let sees_all = act.require(Permission::AmountsRead).is_ok();
    let days = rows::days(connection, act, head.id, sees_all)?;
    Ok(CashPlan { state: PlanState::of(&days, today), head, days, drawn_from, open_days })
}

impl PlanState {
    fn of(days: &[DrawnDay], today: Day) -> Self {
        let is = |one: &&DrawnDay, outcome| one.outcome == Some(outcome);
        let ids = |keep: &dyn Fn(&&DrawnDay) -> bool| -> BTreeSet<OccupancyId> {
            days.iter().filter(keep).map(|one| one.occupancy_id).collect()
        };
        let drawn = ids(&|_| true);
        let counted = ids(&|one| is(one, CountOutcome::Counted) || is(one, CountOutcome::Closed));
        let refused = &ids(&|one| is(one, CountOutcome::Refused)) - &counted;
        let open = ids(&|one| one.outcome.is_none() && one.day >= today);
        let missed = &(&(&drawn - &counted) - &refused) - &open;
        Self {
            drawn: drawn.len() as i64,
            counted: counted.len() as i64,
            refused: refused.len() as i64,
            missed: missed.len() as i64,
        }
    }
}

/// Which stalls of a market are to be counted from a day on, each with its first such day. Who refused
/// is not asked again.
pub fn pending(
    connection: &mut DbConnection,
    act: &Act,
    market_id: MarketId,
    (from, to): (Day, Day),
) -> Outcome<Vec<(OccupancyId, Day)>> {
    rows::pending(connection, act.board_id(), market_id, Span::new(from, to))
}
