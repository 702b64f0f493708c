//! What a list of visits has to know of each trading stall: days and counts, never an amount.

use std::collections::HashMap;

use super::dark::{Dark, DarkFeed, Unproven};
use super::days::Span;
use super::equipped::Reason;
use super::facts::{Facts, Occupancy};
use super::report::Reading;
use super::silence::{self, Lively, Silence};
use super::store::totals;
use super::subject::{self, AdoptionClass, Subject};
use super::verdict::Answer;
use crate::access::Act;
use crate::db::{DbConnection, Outcome};
use crate::ledger::Tail;
use crate::primitives::Day;
use crate::primitives::ids::{BoardId, MarketId, OccupancyId};

/// The window of errors, and of what is regular.
const RECENT_DAYS: i32 = 30;
/// How far a code without money is looked back on.
const QUIET_DAYS: i32 = 90;
/// Days of receipts in 30 that make a stall a regular one (M5).
const REGULAR_DAYS: i64 = 8;

/// A market as of its last full day.
#[derive(Debug)]
pub struct MarketSigns {
    pub as_of: Day,
    /// Stalls that trade, in walking order.
    pub stalls: Vec<StallSigns>,
    /// Feeds that are broken for all of their stalls.
    pub dark_feeds: Vec<DarkFeed>,
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
    /// Its first live code is of this day, whatever that still lacks.
    pub issued_on: Option<Day>,
    /// Why it cannot be measured, the first obstacle first.
    pub obstacles: Vec<Reason>,
    pub silence: Option<Silence>,
    /// A feed behind its codes was proven alive once, and is not on its last trading days.
    pub unproven: Option<Unproven>,
    /// It has a code, its feed is alive, and nothing that may be a receipt has come since.
    pub has_no_money_yet: bool,
    /// M6, of a stall that was regular before: paused since the day after its last receipt.
    pub regular_paused: Option<Day>,
    pub errors: Errors,
}

/// Over the last 30 days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Errors {
    /// Receipts that met a request with another amount, and money on the stall's account that is
    /// of no stall yet.
    pub wrong: i64,
    pub all: i64,
    /// Of the wrong ones, those of the last 7 days.
    pub wrong_in_week: i64,
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
    let facts = reading.facts(connection, window, true)?;
    let subjects = subject::all(connection, board_id, &facts, &tail)?;
    let week = Week::load(connection, board_id, as_of, &tail)?;
    let lively = Lively::of(&facts);
    let mut dark = Dark::of(subjects.iter().map(|subject| subject.occupancy), as_of);
    let of_stall = |subject: &Subject<'_>| {
        let unproven = dark.by_occupancy.remove(&subject.occupancy.id);
        of_stall(subject, &facts, &lively, unproven, &week)
    };
    let stalls = subjects.iter().map(of_stall).collect();
    Ok(MarketSigns { as_of, stalls, dark_feeds: dark.feeds })
}

fn of_stall(
    subject: &Subject<'_>,
    facts: &Facts,
    lively: &Lively,
    unproven: Option<Unproven>,
    week: &Week,
) -> StallSigns {
    let (occupancy, as_of) = (subject.occupancy, facts.window.to);
    let last_receipt = occupancy.activity.possible.last();
    StallSigns {
        occupancy_id: OccupancyId(occupancy.id),
        since: occupancy.since,
        class: subject.class,
        equipped_on: occupancy.equipment.since,
        issued_on: occupancy.equipment.issued,
        obstacles: subject.reasons(),
        silence: last_receipt.map(|last| silence::silence(occupancy, lively, last, as_of)),
        unproven,
        has_no_money_yet: has_no_money_yet(occupancy, as_of),
        regular_paused: regular_paused(subject, as_of),
        errors: errors(occupancy, facts, week),
    }
}

/// What was wrong in the last seven days.
#[derive(Debug, Default)]
struct Week {
    /// Receipts of another amount than was asked for, by occupancy.
    wrong: HashMap<i64, i64>,
    /// What is of no stall yet, by account.
    loose: HashMap<i64, i64>,
}

impl Week {
    fn load(
        connection: &mut DbConnection,
        board_id: BoardId,
        as_of: Day,
        tail: &Tail,
    ) -> Outcome<Self> {
        let mut week = Self::default();
        for row in totals::days(connection, board_id, Span::ending(as_of, 7), tail)? {
            let sums = row.sums;
            match row.occupancy_id {
                0 => {
                    let loose = week.loose.entry(row.account_id).or_default();
                    *loose += sums.receipts + sums.unclassified;
                }
                id => *week.wrong.entry(id).or_default() += sums.wrong_amount,
            }
        }
        Ok(week)
    }
}

fn has_no_money_yet(occupancy: &Occupancy, as_of: Day) -> bool {
    let Some(since) = occupancy.equipment.since else { return false };
    let since = Span::new(since.max(as_of.plus(1 - QUIET_DAYS)), as_of);
    occupancy.is_covered(since) && occupancy.activity.possible.last().is_none()
}

fn regular_paused(subject: &Subject<'_>, as_of: Day) -> Option<Day> {
    let certain = &subject.occupancy.activity.certain;
    let before = Span::ending(as_of.plus(-RECENT_DAYS), RECENT_DAYS);
    let is_known = subject.paused.is_some_and(Answer::is_known_yes);
    let was_regular = is_known && certain.count(before) >= REGULAR_DAYS;
    certain.last().filter(|_| was_regular).map(|last| last.plus(1))
}

fn errors(occupancy: &Occupancy, facts: &Facts, week: &Week) -> Errors {
    let own = &occupancy.activity.sums;
    let mut errors = Errors {
        wrong: own.wrong_amount,
        all: own.receipts + own.unclassified,
        wrong_in_week: week.wrong.get(&occupancy.id).copied().unwrap_or(0),
    };
    // What is on a shared account may be of either stall, and is not held against one.
    let alone = occupancy.linked.iter().filter(|account| !facts.shared.contains(account));
    for (account, loose) in alone.filter_map(|id| Some((id, facts.unassigned.get(id)?))) {
        let count = loose.sums.receipts + loose.sums.unclassified;
        errors.wrong += count;
        errors.all += count;
        errors.wrong_in_week += week.loose.get(account).copied().unwrap_or(0);
    }
    errors
}
