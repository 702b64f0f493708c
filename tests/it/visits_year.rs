//! A year of a market, week by week: whether the rules of visits keep what `docs/visits.md` promises.

#![cfg(test)]

use std::collections::{BTreeMap, BTreeSet};

use cho40::access::Act;
use cho40::outreach::rounds::{self, NewRound, Round};
use cho40::outreach::visits::{self, VisitOutcome as O, VisitReport};
use cho40::primitives::Day;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use crate::adoption_support::{MARKET, Market, Stall, ago};
use crate::support::on_both;
use crate::visits::check;

const STALLS: i64 = 120;
const CAPACITY: i32 = 20;
const WEEKS: i32 = 52;
/// A quarter.
const QUARTER_DAYS: i32 = 90;
/// Rounds that the first pass takes: 120 stalls by the 16 places beside the lot, and three for whom
/// the lot or nobody at home took a place.
const FIRST_PASS: i32 = 11;

/// What the year has seen.
struct Year<'a, 'b> {
    market: &'a mut Market<'b>,
    dice: ChaCha8Rng,
    /// The last day on whose list a stall was.
    listed: BTreeMap<i64, Day>,
    refused: BTreeSet<i64>,
    /// Stalls on which a stranger's code hangs.
    pasted: BTreeSet<i64>,
    visits: i64,
    drawn: i64,
}

impl Year<'_, '_> {
    fn act(&self, day: Day) -> Act {
        let mut act = self.market.act();
        act.at = day.start(0).plus_ms(8 * 3_600_000);
        act
    }

    /// Somebody finds a stranger's code on a stall.
    fn paste(&mut self, day: Day) {
        let stall = self.dice.random_range(1..=STALLS);
        if self.pasted.insert(stall) {
            check(self.market, Stall(stall), "wrong_account", (ago(0).0 - day.0).max(-1), true);
        }
    }

    fn round(&mut self, day: Day, on: Day, capacity: i32) -> Round {
        let act = self.act(day);
        let new = NewRound { team_id: None, day: Some(on), capacity };
        let made = rounds::create(self.market.connection(), &act, MARKET, new).unwrap();
        let mut found = BTreeSet::new();
        for visit in &made.visits {
            let id = visit.occupancy_id.0;
            assert!(found.insert(id), "{id} twice on {day}");
            let is_unsafe = self.pasted.contains(&id);
            assert!(is_unsafe || !self.refused.contains(&id), "{id} refused, and is on {day}");
            assert!(!visit.is_drawn || !is_unsafe, "{id} is pressing, and was drawn");
            self.visits += 1;
            self.drawn += i64::from(visit.is_drawn);
            self.listed.insert(id, on);
        }
        assert!(found.len() <= capacity as usize);
        made
    }

    /// The team goes, and sends what came of it.
    fn go(&mut self, round: &Round) {
        let act = self.act(round.head.day);
        for visit in &round.visits {
            let outcome = match self.dice.random_range(0..100) {
                0..10 => O::Absent,
                10..12 => O::Refused,
                12..40 => O::Begun,
                _ => O::Helped,
            };
            let id = visit.occupancy_id.0;
            let was_refused = self.refused.contains(&id);
            if outcome == O::Refused {
                self.refused.insert(id);
            }
            if outcome.is_met() && self.pasted.remove(&id) {
                let sql = format!("DELETE FROM code_checks WHERE id = {}", 5_000 + id);
                self.market.execute(&sql);
            }
            let report = VisitReport {
                outcome: if was_refused { O::Refused } else { outcome },
                obstacle: None,
                taught: Vec::new(),
                note: None,
                visited_by: "Tổ 1".to_owned(),
                visited_on: round.head.day,
                lifts_refusal: false,
                recorded_on_phone_at: None,
            };
            visits::report(self.market.connection(), &act, visit.id, report).unwrap();
        }
    }

    fn is_on(&self, round: &Round, day: Day) {
        let listed: BTreeSet<_> = round.visits.iter().map(|visit| visit.occupancy_id.0).collect();
        let missing: Vec<_> = self.pasted.difference(&listed).collect();
        assert!(missing.is_empty(), "{missing:?} cannot wait, and are not on the list of {day}");
        let worst = round.visits.iter().take(self.pasted.len());
        assert!(worst.into_iter().all(|visit| visit.reasons[0].severity == 1));
    }
}

on_both!(a_year_of_rounds_keeps_its_promises, |db| {
    let mut market = Market::new(db);
    for id in 1..=STALLS {
        // A third has nothing amiss, or only a card that is not looked at any more.
        let stall =
            if id % 3 == 0 { market.equipped(id, 11, 390) } else { market.bare_stall(id, 12) };
        if id % 7 == 0 {
            market.link(1_000 + id, stall, 3, 390, None);
        }
    }
    market.execute("UPDATE stalls SET size_class = 'large' WHERE id % 10 = 1");
    market.execute("UPDATE stalls SET size_class = 'medium' WHERE id % 10 = 2");
    let mut year = Year {
        market: &mut market,
        dice: ChaCha8Rng::seed_from_u64(40),
        listed: BTreeMap::new(),
        refused: BTreeSet::new(),
        pasted: BTreeSet::new(),
        visits: 0,
        drawn: 0,
    };
    let mut longest = 0;
    for week in 0..WEEKS {
        let day = ago(7 * (WEEKS - week));
        if year.dice.random_bool(0.3) {
            year.paste(day);
        }
        // Every third list is drawn up two days ahead.
        let on = day.plus(if week % 3 == 0 { 2 } else { 0 });
        let before = year.listed.clone();
        let round = year.round(day, on, CAPACITY);
        if on == day {
            year.is_on(&round, day);
        }
        for id in (1..=STALLS).filter(|id| !year.refused.contains(id)) {
            let Some(last) = year.listed.get(&id) else {
                assert!(week < FIRST_PASS, "{id} was on no list for {week} weeks");
                continue;
            };
            if let Some(before) = before.get(&id).filter(|before| *before != last) {
                longest = longest.max(last.0 - before.0);
            }
            assert!(on.0 - last.0 <= QUARTER_DAYS, "{id} was listed last on {last}, now {on}");
        }
        // What is found on the day after, is on a list of that day, whatever is planned.
        if on > day {
            year.paste(day.plus(1));
            if !year.pasted.is_empty() {
                let urgent = year.round(day.plus(1), day.plus(1), 5);
                year.is_on(&urgent, day.plus(1));
                year.go(&urgent);
            }
        }
        year.go(&round);
    }
    // A fifth of all, but for what the last round left over; never more.
    let owed = year.visits - 5 * year.drawn;
    assert!((0..=20).contains(&owed), "{} of {} were drawn", year.drawn, year.visits);
    assert!(year.visits > 950, "{}", year.visits);
    assert!(!year.refused.is_empty() && longest > 60, "{longest}");
});
