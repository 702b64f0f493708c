//! Receipts that stopped: whether so long a silence is to be expected of this stall.

use std::collections::HashSet;

use super::days::Span;
use super::facts::{Facts, Occupancy};
use crate::primitives::Day;

/// The days before a stall's last receipt that say how often it is paid.
const HABIT_DAYS: i32 = 90;
/// Good trading days, and of them days with receipts, below which there is no habit yet.
const LEAST_TRADED: i64 = 10;
const LEAST_PAID: i64 = 5;
/// Parts of a million: one in a hundred.
const UNLIKELY_PPM: i64 = 10_000;
const WHOLE_PPM: i64 = 1_000_000;

/// Receipts that stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Silence {
    pub last_receipt: Day,
    /// Its trading days since, on which the feed is proven alive and other stalls were paid.
    pub days: i64,
    /// By the end of this day, the stall's own habit made so long a silence less than one percent
    /// likely.
    pub unlikely_on: Option<Day>,
}

/// Days on which somebody in the market was paid: a stall that was not had neighbours who were.
pub struct Lively(HashSet<Day>);

impl Lively {
    pub fn of(facts: &Facts) -> Self {
        let span = Span::ending(facts.window.to, 2 * HABIT_DAYS);
        let paid = facts.occupancies.iter().flat_map(|one| one.activity.certain.days(span));
        Self(paid.collect())
    }
}

/// Days count on which the stall traded, its feeds are proven and others were paid: on any other
/// day silence means nothing. The habit is of days before the last receipt, on which the stall
/// traded and its feeds are proven; the last receipt itself is where we chose to look, and proves
/// nothing.
pub fn silence(occupancy: &Occupancy, lively: &Lively, last: Day, as_of: Day) -> Silence {
    let (coverage, certain) = (&occupancy.coverage, &occupancy.activity.certain);
    let since = Span::new(last.plus(1), as_of);
    let silent = occupancy.trading.days(since);
    let silent: Vec<Day> =
        silent.filter(|day| coverage.is_good(*day) && lively.0.contains(day)).collect();
    let habit = Span::ending(last.plus(-1), HABIT_DAYS);
    let traded: Vec<Day> =
        occupancy.trading.days(habit).filter(|day| coverage.is_good(*day)).collect();
    let paid = traded.iter().filter(|day| certain.contains(**day)).count() as i64;
    let traded = traded.len() as i64;
    let unlikely = unlikely_after(paid, traded).and_then(|days| silent.get(days - 1)).copied();
    Silence { last_receipt: last, days: silent.len() as i64, unlikely_on: unlikely }
}

/// After how many silent days it was less than one percent likely that a stall which was paid on
/// `paid` of `traded` days is paid on none of them: the rule of succession day by day, so that a short
/// history proves little. `None` where there is no habit.
fn unlikely_after(paid: i64, traded: i64) -> Option<usize> {
    if traded < LEAST_TRADED || paid < LEAST_PAID {
        return None;
    }
    let mut ppm = WHOLE_PPM;
    (0..).zip(1..).find_map(|(more, days)| {
        ppm = ppm * (traded - paid + 1 + more) / (traded + 2 + more);
        (ppm < UNLIKELY_PPM).then_some(days)
    })
}

#[cfg(test)]
mod tests {
    use super::unlikely_after;

    #[test]
    fn silence_is_unlikely_by_habit_and_history() {
        for (paid, traded, days) in [
            // Paid on nine days of ten: two silent days are 2 %, three are a quarter of one.
            (54, 60, Some(3)),
            // Paid each day of a quarter, or of ten days only: that proves less.
            (78, 78, Some(2)),
            (10, 10, Some(3)),
            // Paid on a day in five: after twenty-four trading days it is time to look.
            (12, 60, Some(24)),
            (5, 10, Some(10)),
            // Too little to be a habit.
            (9, 9, None),
            (4, 60, None),
            (0, 60, None),
            (1, 1, None),
        ] {
            assert_eq!(unlikely_after(paid, traded), days, "{paid} of {traded}");
        }
    }
}
