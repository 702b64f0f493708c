//! Whom to visit, and why: every trading stall of a market with what is amiss there.

use std::collections::HashMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::desk::{self, DeskTask};
use super::known::Known;
use super::reasons::{Grounds, VisitReason};
use super::store::places;
use super::teams::{self, Team};
use crate::access::{Act, Permission};
use crate::adoption::{self, AdoptionClass, MarketSigns, StallSigns};
use crate::db::{DbConnection, Outcome};
use crate::primitives::Day;
use crate::primitives::ids::{
    MarketId, NeighbourhoodId, OccupancyId, SectionId, StallId, TeamId, VendorId,
};
use crate::registry::boards;
use crate::registry::stalls::SizeClass;

/// A stall that could be visited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Candidate {
    pub occupancy_id: OccupancyId,
    pub stall_id: StallId,
    pub stall_code: String,
    pub goods: String,
    pub section_id: SectionId,
    pub section: String,
    pub vendor_id: VendorId,
    pub vendor: String,
    /// Where the vendor lives.
    pub neighbourhood_id: Option<NeighbourhoodId>,
    pub neighbourhood: Option<String>,
    pub size_class: SizeClass,
    pub class: AdoptionClass,
    pub class_vi: &'static str,
    /// The worst first; empty where nothing is amiss.
    pub reasons: Vec<Grounds>,
    /// Severity × size class × days waiting, at most 90, of the reason for which it is highest; 0
    /// without one.
    pub score: i64,
    #[schema(value_type = Option<String>, format = Date)]
    pub last_visit: Option<Day>,
    /// Why it is on no list now.
    pub rests: Option<Rest>,
}

/// Why a stall is on no list now, whatever is amiss.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Rest {
    /// Visited within 14 days, and nothing is pressing.
    VisitedLately,
    /// The vendor does not want to take part: respected until they ask.
    Refused,
    /// A list of today names it already; or one of a later day, and nothing is pressing.
    Planned,
    /// A team found the stall closed or with another vendor: the register has to be corrected.
    Gone,
    /// The vendor said that they are away.
    Away,
}

/// A market's stalls as of its last full day, in walking order.
pub struct Candidates {
    pub as_of: Day,
    pub today: Day,
    pub all: Vec<Candidate>,
    pub for_desk: Vec<DeskTask>,
}

impl Candidate {
    #[must_use]
    pub fn is_pressing(&self) -> bool {
        self.reasons.iter().any(|grounds| grounds.reason.is_pressing())
    }
}

/// The stalls of a market that want a visit, or all, in the order of a list.
///
/// # Errors
/// `forbidden`, `not-found` (market; team_id).
pub fn list(
    connection: &mut DbConnection,
    act: &Act,
    market_id: MarketId,
    team_id: Option<TeamId>,
    all: bool,
) -> Outcome<Candidates> {
    // A late transfer may take a month out of the roll-up at any moment.
    connection.in_snapshot(|connection| {
        let team = team_id.map(|id| teams::require(connection, act, id, "team_id")).transpose()?;
        let mut found = candidates(connection, act, market_id, team.as_ref(), None)?;
        if !all {
            found.all.retain(|one| one.rests.is_none() && !one.reasons.is_empty());
        }
        found.all.sort_by_key(urgency);
        Ok(found)
    })
}

/// The stalls of a market, or those that a team goes to, for a visit on a day (today), in the caller's
/// transaction.
///
/// # Errors
/// `forbidden`, `not-found` (market).
pub fn candidates(
    connection: &mut DbConnection,
    act: &Act,
    market_id: MarketId,
    team: Option<&Team>,
    on: Option<Day>,
) -> Outcome<Candidates> {
    act.require_within(Permission::VisitsRead)?;
    let board_id = act.board_id();
    let MarketSigns { as_of, stalls, dark_feeds } = adoption::signs(connection, act, market_id)?;
    let today = boards::today(connection, act)?;
    let mut signs: HashMap<OccupancyId, StallSigns> =
        stalls.into_iter().map(|stall| (stall.occupancy_id, stall)).collect();
    let known = Known::load(connection, act, market_id, today, on.unwrap_or(today))?;
    let all: Vec<Candidate> = places::places(connection, board_id, market_id, today)?
        .into_iter()
        .filter(|place| {
            act.reaches(place.section_id)
                && team.is_none_or(|team| team.goes_to(place.section_id, place.neighbourhood_id))
        })
        .filter_map(|place| Some(known.candidate(signs.remove(&place.occupancy_id)?, place)))
        .collect();
    // A feed serves stalls of all sections.
    let dark_feeds = if act.scope.sections.is_limited() { Vec::new() } else { dark_feeds };
    let for_desk = desk::tasks(&all, &known, &dark_feeds);
    Ok(Candidates { as_of, today, all, for_desk })
}

/// The order of a list: what is for the same day, broken feeds, whom nobody has seen for so long that
/// the quarter ends soon, then the highest score.
#[must_use]
pub fn urgency(candidate: &Candidate) -> impl Ord + use<> {
    let worst = candidate.reasons.first().map(|grounds| grounds.reason);
    let pressing = worst.filter(|reason| reason.is_pressing()).map(VisitReason::weight);
    let quarter = candidate.reasons.iter().find(|grounds| grounds.reason == VisitReason::Quarter);
    let due_since = quarter.map(|grounds| grounds.since);
    let id = candidate.occupancy_id;
    (std::cmp::Reverse(pressing), due_since.is_none(), due_since, -candidate.score, id)
}
