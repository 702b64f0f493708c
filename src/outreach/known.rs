//! What is known of a market's stalls beside their receipts: checks, visits, plans, days off.

use std::collections::{HashMap, HashSet};

use super::candidates::{Candidate, Rest};
use super::grounds::{self, Case, REST_DAYS};
use super::reasons::{Grounds, VisitReason};
use super::store::places::{self, Holder, Place};
use super::store::{reports, visits as made};
use super::visits::{Obstacle, VisitOutcome};
use crate::access::Act;
use crate::adoption::{StallSigns, counting};
use crate::db::{DbConnection, Outcome};
use crate::primitives::ids::{AccountId, MarketId, OccupancyId, StallId, VendorId};
use crate::primitives::{Day, UnixMs};
use crate::registry::boards;
use crate::registry::code_checks::CheckResult;
use crate::registry::stalls::SizeClass;

/// A drawn day of a cash count comes on the list so many days before.
const CASH_DAYS_AHEAD: i32 = 7;

pub struct Known {
    today: Day,
    /// The day of the visit.
    on: Day,
    holders: HashMap<OccupancyId, Vec<Holder>>,
    /// Since when an account is of several stalls.
    shared: HashMap<AccountId, Day>,
    checks: HashMap<StallId, (CheckResult, Day)>,
    looks: HashMap<StallId, Day>,
    /// Occupancies with a live code, also one of today.
    coded: HashSet<OccupancyId>,
    visits: HashMap<OccupancyId, Visited>,
    obstacles: HashMap<VendorId, Obstacle>,
    /// A refusal is the person's, wherever they trade.
    refused: HashSet<VendorId>,
    /// The first list of today or later that names the stall.
    planned: HashMap<OccupancyId, Day>,
    away: HashSet<OccupancyId>,
    /// Stalls whose cash is to be counted soon, each with its next day.
    cash_days: HashMap<OccupancyId, Day>,
}

/// What earlier visits say of an occupancy.
#[derive(Clone, Copy, Debug, Default)]
pub struct Visited {
    pub last: Option<Day>,
    /// Since when a team found nobody there who belongs there.
    pub gone_since: Option<Day>,
}

impl Known {
    pub fn load(
        connection: &mut DbConnection,
        act: &Act,
        market_id: MarketId,
        today: Day,
        on: Day,
    ) -> Outcome<Self> {
        let board_id = act.board_id();
        let start = boards::day_start_minute(connection, board_id)?;
        let holders = places::holders(connection, board_id, market_id, today)?;
        let shared = shared(&holders);
        let checks = places::open_checks(connection, board_id, market_id)?;
        let checks =
            checks.into_iter().map(|(stall, result, at)| (stall, (result, UnixMs(at).day(start))));
        let looks = places::looks(connection, board_id, market_id)?;
        let looks = looks.into_iter().map(|(stall, at)| (stall, UnixMs(at).day(start)));
        let mut known = Self {
            today,
            on,
            holders: HashMap::new(),
            shared,
            checks: checks.collect(),
            looks: looks.collect(),
            coded: places::coded(connection, board_id, market_id, today)?.into_iter().collect(),
            visits: HashMap::new(),
            obstacles: HashMap::new(),
            refused: reports::refused(connection, board_id)?,
            planned: HashMap::new(),
            away: places::away(connection, board_id, on)?.into_iter().collect(),
            cash_days: cash_days(connection, act, market_id, today)?,
        };
        for holder in holders {
            known.holders.entry(holder.occupancy_id).or_default().push(holder);
        }
        for (occupancy_id, day) in made::planned_from(connection, board_id, market_id, today)? {
            known.planned.entry(occupancy_id).or_insert(day);
        }
        for visit in made::made(connection, board_id)? {
            known.obstacles.extend(visit.obstacle.map(|obstacle| (visit.vendor_id, obstacle)));
            known.visits.entry(visit.occupancy_id).or_default().add(visit.outcome, visit.day());
        }
        Ok(known)
    }

    pub fn visited(&self, occupancy_id: OccupancyId) -> Visited {
        self.visits.get(&occupancy_id).copied().unwrap_or_default()
    }

    pub fn candidate(&self, signs: StallSigns, place: Place) -> Candidate {
        let visited = self.visited(place.occupancy_id);
        let holders = self.holders.get(&place.occupancy_id).map(Vec::as_slice).unwrap_or_default();
        let mut reasons = grounds::all(&Case {
            signs: &signs,
            place: &place,
            holders,
            shared_since: holders.iter().filter_map(|one| self.shared.get(&one.account_id)).max(),
            check: self.checks.get(&place.stall_id).copied(),
            is_coded: self.coded.contains(&place.occupancy_id),
            last_look: self.looks.get(&place.stall_id).copied(),
            last_visit: visited.last,
            obstacle: self.obstacles.get(&place.vendor_id).copied(),
            cash_day: self.cash_days.get(&place.occupancy_id).copied(),
            today: self.today,
        });
        reasons.sort_by_key(|grounds| (grounds.severity, -grounds.score(self.today)));
        let score = reasons.iter().map(|grounds| grounds.score(self.today)).max().unwrap_or(0);
        let rests = self.rest(&reasons, &place, visited);
        Candidate {
            occupancy_id: place.occupancy_id,
            stall_id: place.stall_id,
            stall_code: place.stall_code,
            goods: place.goods,
            section_id: place.section_id,
            section: place.section,
            vendor_id: place.vendor_id,
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

    fn rest(&self, reasons: &[Grounds], place: &Place, visited: Visited) -> Option<Rest> {
        // A stranger's code harms who pays, whatever the vendor thinks of us, and if they are away.
        let is_unsafe = reasons.iter().any(|grounds| grounds.reason == VisitReason::CodeWrong);
        let is_pressing = reasons.iter().any(|grounds| grounds.reason.is_pressing());
        let is_fresh = visited.last.is_some_and(|last| last.plus(REST_DAYS) > self.on);
        let planned = self.planned.get(&place.occupancy_id);
        // A list of a later day must not hide what cannot wait for it.
        if planned.is_some_and(|day| *day <= self.on || !is_pressing) {
            Some(Rest::Planned)
        } else if is_unsafe {
            None
        } else if visited.gone_since.is_some() {
            Some(Rest::Gone)
        } else if self.refused.contains(&place.vendor_id) {
            Some(Rest::Refused)
        } else if self.away.contains(&place.occupancy_id) {
            Some(Rest::Away)
        } else if is_fresh && !is_pressing {
            Some(Rest::VisitedLately)
        } else {
            None
        }
    }
}

impl Visited {
    /// In the order of the visits. Who was not there was not visited.
    fn add(&mut self, outcome: VisitOutcome, day: Day) {
        if outcome.is_met() {
            *self = Self { last: Some(day), gone_since: None };
        } else if outcome == VisitOutcome::Gone {
            self.gone_since = self.gone_since.or(Some(day));
        }
    }
}

/// Who is to be counted within the coming days.
fn cash_days(
    connection: &mut DbConnection,
    act: &Act,
    market_id: MarketId,
    today: Day,
) -> Outcome<HashMap<OccupancyId, Day>> {
    let near = (today, today.plus(CASH_DAYS_AHEAD));
    Ok(counting::pending(connection, act, market_id, near)?.into_iter().collect())
}

/// An account is shared since its second stall came.
fn shared(holders: &[Holder]) -> HashMap<AccountId, Day> {
    let mut since: HashMap<AccountId, HashMap<OccupancyId, Day>> = HashMap::new();
    for holder in holders {
        let first = since.entry(holder.account_id).or_default();
        let day = first.entry(holder.occupancy_id).or_insert(holder.since());
        *day = holder.since().min(*day);
    }
    let second = |stalls: HashMap<OccupancyId, Day>| {
        let mut days: Vec<Day> = stalls.into_values().collect();
        days.sort_unstable();
        days.get(1).copied()
    };
    since.into_iter().filter_map(|(account, stalls)| Some((account, second(stalls)?))).collect()
}

/// What a stall's size weighs.
const fn weight(size: SizeClass) -> i64 {
    match size {
        SizeClass::Small => 1,
        SizeClass::Medium => 2,
        SizeClass::Large => 3,
    }
}
