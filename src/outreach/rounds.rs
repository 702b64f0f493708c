//! Rounds: on this day a team goes to these stalls, for these reasons. A list is drawn up once and
//! kept as it was, because what it said is what the team went by.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::candidates::{self, Candidates};
use super::draw::{self, Chosen, Drawn};
use super::reasons::{Grounds, VisitReason};
use super::sentences;
use super::store::rounds::{self as rows, Lot};
use super::store::visits as visit_rows;
use super::teams;
use super::visits::{Obstacle, Service, Visit, VisitOutcome};
use crate::access::{Act, Permission};
use crate::db::{DbConnection, Outcome};
use crate::ledger;
use crate::primitives::ids::{MarketId, OccupancyId, RoundId, TeamId, VisitId};
use crate::primitives::{Day, Refusal, UnixMs};
use crate::registry::check::found;
use crate::registry::{Page, PageRequest, boards, markets, reach};

/// Visits of one round.
const CAPACITY: std::ops::RangeInclusive<i32> = 1..=300;
/// How far ahead a round is planned: what a list says grows old.
const AHEAD_DAYS: i32 = 14;

/// A round without its visits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct RoundHead {
    pub id: RoundId,
    pub market_id: MarketId,
    /// Absent where it is nobody's in particular.
    pub team_id: Option<TeamId>,
    #[schema(value_type = String, format = Date)]
    pub day: Day,
    pub capacity: i32,
    /// The last full day of what the list knew.
    #[schema(value_type = String, format = Date)]
    pub as_of: Day,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: UnixMs,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Round {
    #[serde(flatten)]
    pub head: RoundHead,
    /// What cannot wait first, then by score.
    pub visits: Vec<Visit>,
    pub tally: Tally,
    /// The stalls that the lot fell on: all that did not rest and had nothing pressing. Drawn are those
    /// of which the SHA-256 of "<round's id> <occupancy's id>" is lowest.
    pub drawn_from: Vec<OccupancyId>,
}

/// What came of a round, without names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Tally {
    pub planned: i64,
    pub made: i64,
    pub outcomes: BTreeMap<String, i64>,
    pub obstacles: BTreeMap<String, i64>,
    pub taught: BTreeMap<String, i64>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRound {
    /// Only stalls that this team goes to.
    #[serde(default)]
    pub team_id: Option<TeamId>,
    /// Today if absent; at most 14 days ahead.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub day: Option<Day>,
    /// How many stalls the team can visit: 1–300.
    pub capacity: i32,
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RoundFilter {
    pub market_id: Option<MarketId>,
    pub team_id: Option<TeamId>,
}

/// Draws up the list of a round: what cannot wait, a fifth by lot, whom nobody saw for long, the rest by
/// score.
///
/// # Errors
/// `not-found` (market; team_id), `number-out-of-range` (capacity), `round-day-out-of-range`
/// (day), `nobody-to-visit`.
pub fn create(
    connection: &mut DbConnection,
    act: &Act,
    market_id: MarketId,
    new: NewRound,
) -> Outcome<Round> {
    act.require_within(Permission::VisitsWrite)?;
    if !CAPACITY.contains(&new.capacity) {
        let refusal = Refusal::invalid("capacity", "number-out-of-range");
        let refusal = refusal.with("min", CAPACITY.start()).with("max", CAPACITY.end());
        return Err(refusal.into());
    }
    markets::require(connection, act, market_id)?;
    // Two lists at once would name the same stalls, and a roll-up in between would move the signs.
    ledger::lock_board(connection, act.board_id())?;
    let team = new.team_id.map(|id| teams::require(connection, act, id, "team_id")).transpose()?;
    let today = boards::today(connection, act)?;
    let day = new.day.unwrap_or(today);
    if day < today || day > today.plus(AHEAD_DAYS) {
        let refusal = Refusal::invalid("day", "round-day-out-of-range");
        return Err(refusal.with("from", today).with("to", today.plus(AHEAD_DAYS)).into());
    }
    let Candidates { as_of, all, .. } =
        candidates::candidates(connection, act, market_id, team.as_ref(), Some(day))?;
    let head = RoundHead {
        id: RoundId(act.new_id()),
        market_id,
        team_id: new.team_id,
        day,
        capacity: new.capacity,
        as_of,
        created_at: act.at,
    };
    let carry = rows::carry(connection, act.board_id(), market_id)?.unsigned_abs() as usize;
    let Drawn { chosen, from, carry } =
        draw::choose(all, new.capacity.unsigned_abs() as usize, head.id, carry);
    if chosen.is_empty() {
        return Err(Refusal::conflict("nobody-to-visit").into());
    }
    let lot = Lot { from, carry: carry as i32 };
    rows::insert(connection, act.board_id(), act.scope.actor, &head, &lot)?;
    for (place, one) in (1..).zip(chosen) {
        plan(connection, act, &head, place, one)?;
    }
    whole(connection, act, head)
}

fn plan(
    connection: &mut DbConnection,
    act: &Act,
    head: &RoundHead,
    place: i32,
    chosen: Chosen,
) -> Outcome<()> {
    let Chosen { candidate, is_drawn } = chosen;
    let mut reasons = candidate.reasons;
    if reasons.is_empty() {
        reasons.push(Grounds::new(VisitReason::Drawn, head.day, sentences::drawn()));
    }
    let planned = visit_rows::Planned {
        id: VisitId(act.new_id()),
        round_id: Some(head.id),
        place,
        occupancy_id: candidate.occupancy_id,
        reasons: &reasons,
        score: candidate.score,
        is_drawn,
        client_id: None,
    };
    visit_rows::insert(connection, act.board_id(), &planned)
}

pub fn get(connection: &mut DbConnection, act: &Act, id: RoundId) -> Outcome<Round> {
    act.require_within(Permission::VisitsRead)?;
    let head = found(rows::find(connection, act.board_id(), id)?, "visit_round")?;
    whole(connection, act, head)
}

pub fn list(
    connection: &mut DbConnection,
    act: &Act,
    filter: &RoundFilter,
    page: PageRequest,
) -> Outcome<Page<RoundHead>> {
    act.require_within(Permission::VisitsRead)?;
    let heads = rows::page(connection, act.board_id(), filter, page)?;
    Ok(page.page(heads, |head| head.id.0))
}

fn whole(connection: &mut DbConnection, act: &Act, head: RoundHead) -> Outcome<Round> {
    let mut visits = visit_rows::of_round(connection, act.board_id(), head.id)?;
    if act.scope.sections.is_limited() {
        let mut reached = Vec::with_capacity(visits.len());
        for visit in visits {
            if reach::stall(connection, act, visit.stall_id)? {
                reached.push(visit);
            }
        }
        visits = reached;
    }
    let tally = Tally::of(&visits);
    let drawn_from = rows::drawn_from(connection, act.board_id(), head.id)?;
    Ok(Round { head, visits, tally, drawn_from })
}

impl Tally {
    fn of(visits: &[Visit]) -> Self {
        let mut tally = Self { planned: visits.len() as i64, ..Self::default() };
        for report in visits.iter().filter_map(|visit| visit.report.as_ref()) {
            tally.made += 1;
            add(&mut tally.outcomes, VisitOutcome::as_str(report.outcome));
            report
                .obstacle
                .iter()
                .for_each(|one| add(&mut tally.obstacles, Obstacle::as_str(*one)));
            report.taught.iter().for_each(|one| add(&mut tally.taught, Service::as_str(*one)));
        }
        tally
    }
}

fn add(counts: &mut BTreeMap<String, i64>, word: &str) {
    *counts.entry(word.to_owned()).or_default() += 1;
}
