//! Whom to visit, and why: every trading stall of a market with what is amiss there.

use std::collections::HashMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::reasons::{Grounds, VisitReason};
use super::sentences;
use super::store::places::{self, Holder, Place};
use super::store::visits as made;
use super::teams::{self, Team};
use super::visits::{Obstacle, VisitOutcome};
use crate::access::{Act, Permission};
use crate::adoption::{self, AdoptionClass, MarketSigns, Reason, StallSigns};
use crate::db::{DbConnection, Outcome};
use crate::primitives::ids::{MarketId, NeighbourhoodId, OccupancyId, SectionId, StallId, TeamId};
use crate::primitives::{Day, UnixMs, fold};
use crate::registry::accounts::{AccountKind, Relation};
use crate::registry::boards;
use crate::registry::code_checks::CheckResult;
use crate::registry::stalls::SizeClass;

/// Market days at the end of which a feed that nothing proves is broken.
const UNPROVEN_DAYS: i64 = 3;
/// Days that a stall may take for its first receipt, and that a new one is new.
const FIRST_DAYS: i32 = 14;
/// Days between two visits that are not pressing.
const REST_DAYS: i32 = 14;
/// Every stall once a quarter.
const QUARTER_DAYS: i32 = 90;
/// Errors of a thousand receipts that are many.
const MANY_PER_MILLE: i64 = 50;
/// Errors a week that are many, over the 30 days that are looked at.
const MANY_A_WEEK: i64 = 3;
const LOOKED_AT_DAYS: i64 = 30;

/// A stall that could be visited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Candidate {
    pub occupancy_id: OccupancyId,
    pub stall_id: StallId,
    pub stall_code: String,
    pub goods: String,
    pub section_id: SectionId,
    pub section: String,
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
    /// A list of today or later names it already.
    Planned,
}

/// A market's stalls as of its last full day, in walking order.
pub struct Candidates {
    pub as_of: Day,
    pub today: Day,
    pub all: Vec<Candidate>,
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
        let mut found = candidates(connection, act, market_id, team.as_ref())?;
        if !all {
            found.all.retain(|one| one.rests.is_none() && !one.reasons.is_empty());
        }
        found.all.sort_by_key(urgency);
        Ok(found)
    })
}

/// The stalls of a market, or those that a team goes to, in the caller's transaction.
///
/// # Errors
/// `forbidden`, `not-found` (market).
pub fn candidates(
    connection: &mut DbConnection,
    act: &Act,
    market_id: MarketId,
    team: Option<&Team>,
) -> Outcome<Candidates> {
    act.require(Permission::VisitsRead)?;
    let board_id = act.board_id();
    let MarketSigns { as_of, stalls } = adoption::signs(connection, act, market_id)?;
    let today = boards::today(connection, act)?;
    let mut signs: HashMap<OccupancyId, StallSigns> =
        stalls.into_iter().map(|stall| (stall.occupancy_id, stall)).collect();
    let known = Known::load(connection, act, market_id, today)?;
    let all = places::places(connection, board_id, market_id, today)?
        .into_iter()
        .filter(|place| {
            team.is_none_or(|team| team.goes_to(place.section_id, place.neighbourhood_id))
        })
        .filter_map(|place| Some(known.candidate(signs.remove(&place.occupancy_id)?, place, today)))
        .collect();
    Ok(Candidates { as_of, today, all })
}

/// The order of a list: what is for the same day, broken feeds, then the highest score.
#[must_use]
pub fn urgency(candidate: &Candidate) -> impl Ord + use<> {
    let worst = candidate.reasons.first().map(|grounds| grounds.reason);
    let pressing = worst.filter(|reason| reason.is_pressing()).map(VisitReason::weight);
    (std::cmp::Reverse(pressing), -candidate.score, candidate.occupancy_id)
}

/// What is known of a market's stalls beside their receipts.
struct Known {
    holders: HashMap<OccupancyId, Vec<Holder>>,
    checks: HashMap<StallId, (CheckResult, Day)>,
    visits: HashMap<OccupancyId, Visited>,
    planned: Vec<OccupancyId>,
}

/// What earlier visits say.
#[derive(Clone, Copy, Debug, Default)]
struct Visited {
    last: Option<Day>,
    has_refused: bool,
    obstacle: Option<Obstacle>,
}

impl Known {
    fn load(
        connection: &mut DbConnection,
        act: &Act,
        market_id: MarketId,
        today: Day,
    ) -> Outcome<Self> {
        let board_id = act.board_id();
        let start = boards::day_start_minute(connection, board_id)?;
        let mut holders: HashMap<OccupancyId, Vec<Holder>> = HashMap::new();
        for holder in places::holders(connection, board_id, market_id, today)? {
            holders.entry(holder.occupancy_id).or_default().push(holder);
        }
        let checks = places::open_checks(connection, board_id, market_id)?;
        let checks =
            checks.into_iter().map(|(stall, result, at)| (stall, (result, UnixMs(at).day(start))));
        let mut visits: HashMap<OccupancyId, Visited> = HashMap::new();
        for visit in made::made(connection, board_id, market_id)? {
            let known = visits.entry(visit.occupancy_id).or_default();
            // Who was not there was not visited.
            if visit.outcome.is_met() {
                known.last = Some(visit.day());
                known.has_refused = visit.outcome == VisitOutcome::Refused;
            }
            known.obstacle = visit.obstacle.or(known.obstacle);
        }
        let planned = made::planned_from(connection, board_id, market_id, today)?;
        Ok(Self { holders, checks: checks.collect(), visits, planned })
    }

    fn candidate(&self, signs: StallSigns, place: Place, today: Day) -> Candidate {
        let visited = self.visits.get(&place.occupancy_id).copied().unwrap_or_default();
        let mut reasons = self.reasons(&signs, &place, visited, today);
        reasons.sort_by_key(|grounds| (grounds.severity, -grounds.score(today)));
        let score = reasons.iter().map(|grounds| grounds.score(today)).max().unwrap_or(0);
        let rests = self.rest(&reasons, &place, visited, today);
        Candidate {
            occupancy_id: place.occupancy_id,
            stall_id: place.stall_id,
            stall_code: place.stall_code,
            goods: place.goods,
            section_id: place.section_id,
            section: place.section,
            vendor: place.vendor,
            neighbourhood_id: place.neighbourhood_id,
            neighbourhood: place.neighbourhood,
            size_class: place.size_class,
            class: signs.class,
            class_vi: signs.class.label_vi(),
            score: score.saturating_mul(weight(place.size_class)),
            reasons,
            last_visit: visited.last,
            rests,
        }
    }

    fn rest(
        &self,
        reasons: &[Grounds],
        place: &Place,
        visited: Visited,
        today: Day,
    ) -> Option<Rest> {
        // A stranger's code harms who pays, whatever the vendor thinks of us.
        let is_unsafe = reasons.iter().any(|grounds| grounds.reason == VisitReason::CodeWrong);
        let is_pressing = reasons.iter().any(|grounds| grounds.reason.is_pressing());
        let is_fresh = visited.last.is_some_and(|last| last.plus(REST_DAYS) > today);
        if self.planned.contains(&place.occupancy_id) {
            Some(Rest::Planned)
        } else if visited.has_refused && !is_unsafe {
            Some(Rest::Refused)
        } else if is_fresh && !is_pressing {
            Some(Rest::VisitedLately)
        } else {
            None
        }
    }

    fn reasons(
        &self,
        signs: &StallSigns,
        place: &Place,
        visited: Visited,
        today: Day,
    ) -> Vec<Grounds> {
        let mut reasons = of_receipts(signs, today);
        if let Some((result, day)) = self.checks.get(&place.stall_id) {
            let why = sentences::code_wrong(*result, *day);
            reasons.push(Grounds::new(VisitReason::CodeWrong, *day, why));
        }
        reasons.extend(of_code(signs, visited.obstacle));
        let mut add = |reason, why| reasons.push(Grounds::new(reason, signs.since, why));
        let holders = self.holders.get(&place.occupancy_id).map(Vec::as_slice).unwrap_or_default();
        if holders.iter().any(|holder| differs(holder, &place.vendor)) {
            add(VisitReason::NameDiffers, sentences::name_differs());
        }
        if signs.shares_account {
            add(VisitReason::AccountShared, sentences::account_shared());
        }
        if signs.since.plus(FIRST_DAYS) > today {
            add(VisitReason::NewStall, sentences::new_stall(signs.since));
        }
        let quiet_since = visited.last.unwrap_or(signs.since);
        if quiet_since.plus(QUARTER_DAYS) <= today {
            let why = sentences::quarter(visited.last);
            reasons.push(Grounds::new(VisitReason::Quarter, quiet_since.plus(QUARTER_DAYS), why));
        }
        reasons
    }
}

/// What the money says, or that it says nothing.
fn of_receipts(signs: &StallSigns, today: Day) -> Vec<Grounds> {
    let mut reasons = Vec::new();
    if let Some(silence) = signs.silence.filter(|silence| silence.is_unlikely) {
        let since = silence.last_receipt.plus(1);
        let why = sentences::sudden_silence(silence);
        reasons.push(Grounds::new(VisitReason::SuddenSilence, since, why));
    }
    if let Some(unproven) = signs.unproven.filter(|unproven| unproven.days >= UNPROVEN_DAYS) {
        let why = sentences::feed_unproven(unproven);
        reasons.push(Grounds::new(VisitReason::FeedUnproven, unproven.since, why));
    }
    if let Some(equipped_on) = signs.equipped_on.filter(|_| signs.has_no_money_yet)
        && equipped_on.plus(FIRST_DAYS) <= today
    {
        let why = sentences::no_money_yet(equipped_on);
        reasons.push(Grounds::new(VisitReason::NoMoneyYet, equipped_on, why));
    }
    if let Some(since) = signs.regular_paused {
        let why = sentences::regular_paused(since);
        reasons.push(Grounds::new(VisitReason::RegularPaused, since, why));
    }
    let errors = signs.errors;
    let is_share = errors.wrong > 0 && errors.wrong * 1_000 >= errors.all * MANY_PER_MILLE;
    if is_share || errors.wrong * 7 >= MANY_A_WEEK * LOOKED_AT_DAYS {
        let why = sentences::many_errors(errors);
        reasons.push(Grounds::new(VisitReason::ManyErrors, today.plus(-7), why));
    }
    reasons
}

/// What is missing before the stall counts as equipped.
fn of_code(signs: &StallSigns, obstacle: Option<Obstacle>) -> Option<Grounds> {
    let (reason, why) = match signs.obstacles.first()? {
        Reason::NoCode => (VisitReason::NoCode, sentences::no_code(obstacle)),
        Reason::NotVerified => (VisitReason::NotVerified, sentences::not_verified()),
        Reason::NotScanned => (VisitReason::NotScanned, sentences::not_scanned()),
        // A check that differs is told as such; what a feed lacks is no matter of the code.
        Reason::ScanDiffers | Reason::NoFeed | Reason::FeedBlind | Reason::FeedGaps => return None,
    };
    Some(Grounds::new(reason, signs.since, why))
}

/// Whether an account that is said to be the vendor's own bears another name. A business's name may
/// say more than its owner's; a company's or a shop's says nothing of it.
fn differs(holder: &Holder, vendor: &str) -> bool {
    let (held, vendor) = (fold::name(&holder.holder_name), fold::name(vendor));
    holder.relation == Relation::Own
        && match holder.kind {
            AccountKind::Personal | AccountKind::Wallet => held != vendor,
            AccountKind::HouseholdBusiness => !held.contains(&vendor),
            AccountKind::Organisation | AccountKind::Merchant => false,
        }
}

/// What a stall's size weighs.
const fn weight(size: SizeClass) -> i64 {
    match size {
        SizeClass::Small => 1,
        SizeClass::Medium => 2,
        SizeClass::Large => 3,
    }
}
