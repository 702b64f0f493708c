//! What a list of visits has to know of each trading stall: days and counts, never an amount.

use std::collections::HashMap;

use super::days::Span;
use super::equipped::Reason;
use super::facts::{Facts, Occupancy};
use super::report::Reading;
use super::subject::{self, AdoptionClass, Subject};
use super::verdict::Answer;
use crate::access::Act;
use crate::db::{DbConnection, Outcome};
use crate::ledger::Tail;
use crate::primitives::Day;
use crate::primitives::ids::{MarketId, OccupancyId};

/// The days before a stall's last receipt that say how often it is paid.
const HABIT_DAYS: i32 = 90;
/// The window of errors, and of what is regular.
const RECENT_DAYS: i32 = 30;
/// Days of receipts in 30 that make a stall a regular one (M5).
const REGULAR_DAYS: i64 = 8;
/// Beyond this, silence is as unlikely as it can be told.
const LONGEST_SILENCE: i64 = 400;
/// Parts of a million: one in a hundred.
const UNLIKELY_PPM: i64 = 10_000;
const WHOLE_PPM: i64 = 1_000_000;

/// A market as of its last full day.
#[derive(Debug)]
pub struct MarketSigns {
    pub as_of: Day,
    /// Stalls that trade, in walking order.
    pub stalls: Vec<StallSigns>,
}

/// One trading occupancy.
#[derive(Debug)]
pub struct StallSigns {
    pub occupancy_id: OccupancyId,
    /// The vendor's first day at the stall.
    pub since: Day,
    pub class: AdoptionClass,
    /// In Q since this day.
    pub equipped_on: Option<Day>,
    /// Why it cannot be measured, the first obstacle first.
    pub obstacles: Vec<Reason>,
    pub silence: Option<Silence>,
    /// The feed behind its codes, if there is one, is not proven alive on the last market days.
    pub unproven: Option<Unproven>,
    /// It has a code, its feed is alive, and nothing that may be a receipt has come since.
    pub has_no_money_yet: bool,
    /// M6, of a stall that was regular before: paused since the day after its last receipt.
    pub regular_paused: Option<Day>,
    pub errors: Errors,
    /// An account of it is another stall's too.
    pub shares_account: bool,
}

/// Receipts that stopped where the stall's own habit makes that unlikely.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Silence {
    pub last_receipt: Day,
    /// Its trading days since, on which the feed is proven alive and other stalls were paid.
    pub days: i64,
    /// Whether the habit makes so long a silence less than one percent likely.
    pub is_unlikely: bool,
}

/// Market days at the end of which nothing proves the feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unproven {
    pub days: i64,
    /// The first of them.
    pub since: Day,
}

/// Over the last 30 days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Errors {
    /// Receipts that met a request with another amount, and money on the stall's account that is
    /// of no stall yet.
    pub wrong: i64,
    pub all: i64,
}

/// The signs of a market's trading stalls, in the caller's snapshot or transaction. Who calls it has
/// asked for the permission.
///
/// # Errors
/// `not-found` for the market.
pub fn signs(
    connection: &mut DbConnection,
    act: &Act,
    market_id: MarketId,
) -> Outcome<MarketSigns> {
    let board_id = act.board_id();
    let tail = Tail::load(connection, board_id)?;
    let reading = Reading::begin(connection, act, market_id, &tail)?;
    let as_of = act.at.day(reading.day_start_minute).plus(-1);
    let window = Span::ending(as_of, RECENT_DAYS);
    let (_, facts) = reading.facts(connection, window, true)?;
    let subjects = subject::all(connection, board_id, &facts, &tail)?;
    let lively = Lively::of(&facts);
    let stalls = subjects.iter().map(|subject| of_stall(subject, &facts, &lively)).collect();
    Ok(MarketSigns { as_of, stalls })
}

fn of_stall(subject: &Subject<'_>, facts: &Facts, lively: &Lively) -> StallSigns {
    let (occupancy, as_of) = (subject.occupancy, facts.window.to);
    let last_receipt = occupancy.activity.possible.last();
    StallSigns {
        occupancy_id: OccupancyId(occupancy.id),
        since: occupancy.since,
        class: subject.class,
        equipped_on: occupancy.equipment.since,
        obstacles: subject.reasons(),
        silence: last_receipt.map(|last| silence(occupancy, lively, last, as_of)),
        unproven: unproven(occupancy, as_of),
        has_no_money_yet: has_no_money_yet(occupancy, as_of),
        regular_paused: regular_paused(subject, as_of),
        errors: errors(occupancy, facts),
        shares_account: occupancy.linked.iter().any(|account| facts.shared.contains(account)),
    }
}

/// Days on which somebody in the market was paid.
struct Lively(HashMap<Day, usize>);

impl Lively {
    fn of(facts: &Facts) -> Self {
        let mut paid = HashMap::new();
        let span = Span::ending(facts.window.to, 2 * HABIT_DAYS);
        for occupancy in &facts.occupancies {
            for day in occupancy.activity.certain.days(span) {
                *paid.entry(day).or_default() += 1;
            }
        }
        Self(paid)
    }

    /// Whether a stall that was not paid itself has neighbours who were.
    fn is(&self, day: Day) -> bool {
        self.0.contains_key(&day)
    }
}

/// Days count on which the stall traded, its feeds are proven and others were paid: on any other
/// day silence means nothing.
fn silence(occupancy: &Occupancy, lively: &Lively, last: Day, as_of: Day) -> Silence {
    let coverage = &occupancy.coverage;
    let told = |day: &Day| coverage.is_good(*day) && lively.is(*day);
    let since = Span::new(last.plus(1), as_of);
    let days = occupancy.trading.days(since).filter(told).count() as i64;
    let habit = Span::ending(last, HABIT_DAYS);
    let traded = occupancy.trading.days(habit).filter(|day| coverage.is_good(*day)).count() as i64;
    let paid = occupancy.activity.certain.count_both(&occupancy.trading, habit).min(traded);
    Silence {
        last_receipt: last,
        days,
        is_unlikely: silence_ppm(paid, traded, days) < UNLIKELY_PPM,
    }
}

/// How likely it is, in parts of a million, that a stall which was paid on `paid` of `traded` days is
/// paid on none of the next `silent`: the rule of succession day by day, so that a short history
/// proves little.
fn silence_ppm(paid: i64, traded: i64, silent: i64) -> i64 {
    (0..silent.min(LONGEST_SILENCE))
        .fold(WHOLE_PPM, |ppm, more| ppm * (traded - paid + 1 + more) / (traded + 2 + more))
}

/// The market days up to the last one on which no account's feed, or not every one, is proven.
fn unproven(occupancy: &Occupancy, as_of: Day) -> Option<Unproven> {
    let coverage = &occupancy.coverage;
    if coverage.lacks_feed || coverage.is_blind || occupancy.equipment.accounts.is_empty() {
        return None;
    }
    let life = Span::ending(as_of, HABIT_DAYS);
    let open: Vec<Day> = occupancy.open.days(life).collect();
    let dark: Vec<Day> = open.into_iter().rev().take_while(|day| !coverage.is_good(*day)).collect();
    dark.last().map(|since| Unproven { days: dark.len() as i64, since: *since })
}

fn has_no_money_yet(occupancy: &Occupancy, as_of: Day) -> bool {
    let Some(since) = occupancy.equipment.since else { return false };
    let since = Span::new(since.max(as_of.plus(1 - HABIT_DAYS)), as_of);
    occupancy.is_covered(since) && occupancy.activity.possible.last().is_none()
}

fn regular_paused(subject: &Subject<'_>, as_of: Day) -> Option<Day> {
    let certain = &subject.occupancy.activity.certain;
    let before = Span::ending(as_of.plus(-RECENT_DAYS), RECENT_DAYS);
    let is_known = subject.paused.is_some_and(Answer::is_known_yes);
    let was_regular = is_known && certain.count(before) >= REGULAR_DAYS;
    certain.last().filter(|_| was_regular).map(|last| last.plus(1))
}

fn errors(occupancy: &Occupancy, facts: &Facts) -> Errors {
    let own = &occupancy.activity.sums;
    let mut errors = Errors { wrong: own.wrong_amount, all: own.receipts + own.unclassified };
    // What is on a shared account may be of either stall, and is not held against one.
    let alone = occupancy.linked.iter().filter(|account| !facts.shared.contains(account));
    for loose in alone.filter_map(|account| facts.unassigned.get(account)) {
        let count = loose.sums.receipts + loose.sums.unclassified;
        errors.wrong += count;
        errors.all += count;
    }
    errors
}

#[cfg(test)]
mod tests {
    use super::silence_ppm;

    #[test]
    fn silence_is_unlikely_by_habit_and_history() {
        // Never paid, or never open: any silence is ordinary.
        assert!(silence_ppm(0, 60, 30) > 600_000);
        assert_eq!(silence_ppm(0, 0, 0), 1_000_000);
        // Paid on nine days of ten: two silent days are 2 %, three are a quarter of one.
        assert!(silence_ppm(54, 60, 2) > 10_000);
        assert!(silence_ppm(54, 60, 3) < 10_000);
        // Paid every day of a week only: that proves less than every day of a quarter.
        assert!(silence_ppm(7, 7, 2) > 10_000);
        assert!(silence_ppm(78, 78, 2) < 1_000);
        // Paid on a day in five: after twenty-four trading days it is time to look.
        assert!(silence_ppm(12, 60, 23) > 10_000);
        assert!(silence_ppm(12, 60, 24) < 10_000);
    }
}
