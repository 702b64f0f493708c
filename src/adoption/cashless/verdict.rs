//! The thresholds: from how many counts on which figure is told.

use super::told::{CashShare, CountShare, Grade, ShareOutcome};
use crate::adoption::interval::{self, Counted, Ends, Estimate};
use crate::adoption::ratio::{Range, Ratio};

/// Counted stalls of a market's or group's interval.
const LEAST_STALLS: i64 = 10;
/// Counted days of a stall's interval; with two or three the estimate is a rough one.
const LEAST_DAYS: i64 = 4;
const ROUGH_DAYS: i64 = 2;
/// Refusals of a thousand drawn stalls beyond which there is no interval.
const REFUSED_PER_MILLE: i64 = 200;
/// Presses of a stall, and of several.
pub(in crate::adoption) const LEAST_PRESSES: i64 = 30;
const LEAST_POOLED: i64 = 200;

/// What was drawn, counted and refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    pub drawn: i64,
    pub counted: i64,
    pub refused: i64,
    pub missed: i64,
    pub days: i64,
}

/// The money of a group's measurable stalls.
#[derive(Clone, Copy, Debug, Default)]
pub struct Digital {
    pub vnd: Range,
    /// Their trading days added up.
    pub days: i64,
    /// R ∩ V, and R.
    pub speaks_of: Ratio,
}

impl Asked {
    const fn many_refused(self) -> bool {
        self.refused * 1_000 > self.drawn * REFUSED_PER_MILLE
    }

    const fn write(self, mut share: CashShare) -> CashShare {
        share.drawn = self.drawn;
        share.counted = self.counted;
        share.refused = self.refused;
        share.missed = self.missed;
        share.days = self.days;
        share
    }
}

/// Of several stalls, each counted one a mean of its days.
pub fn of_stalls(
    base: CashShare,
    digital: Digital,
    counted: &[Counted],
    asked: Asked,
) -> CashShare {
    let base = asked.write(base.graded(Grade::B));
    if asked.counted < LEAST_STALLS || digital.days == 0 {
        return base.told(ShareOutcome::NotEnough);
    }
    let found = interval::share_of_value(digital.vnd, digital.days, counted, false);
    let told = with(base, found, asked.many_refused(), ShareOutcome::Interval);
    let ends = told.interval.or(told.value);
    CashShare { over_all: ends.map(|ends| over_all(ends, digital.speaks_of)), ..told }
}

/// Of one stall, each counted day by itself, out of its trading days.
pub fn of_days(base: CashShare, digital: Digital, counted: &[Counted], asked: Asked) -> CashShare {
    let base = asked.write(base.graded(Grade::B));
    if asked.days < ROUGH_DAYS || digital.days == 0 {
        return base.told(ShareOutcome::NotEnough);
    }
    let found = interval::share_of_value(digital.vnd, digital.days, counted, true);
    if asked.days < LEAST_DAYS {
        let told = with(base, found, true, ShareOutcome::Rough);
        // Two or three days without cash are no more than that.
        let outcome = if found.is_some() { ShareOutcome::Rough } else { ShareOutcome::NoCash };
        return told.told(outcome);
    }
    with(base, found, false, ShareOutcome::Interval)
}

fn with(
    base: CashShare,
    found: Option<Estimate>,
    no_interval: bool,
    outcome: ShareOutcome,
) -> CashShare {
    let Some(found) = found else { return base.told(ShareOutcome::NoCash) };
    let outcome = if no_interval { ShareOutcome::ManyRefused } else { outcome };
    let interval = found.interval.filter(|_| !no_interval);
    CashShare { value: Some(found.point), interval, ..base.told(outcome) }
}

/// If those that cannot be measured sold as much as the others: none of it cashless, or all.
fn over_all(ends: Ends, speaks_of: Ratio) -> Ends {
    let (known, all) = (speaks_of.numerator, speaks_of.denominator.max(1));
    let part = |per_mille: i32| i64::from(per_mille) * known;
    let high = part(ends.high_per_mille) + 1_000 * (all - known);
    Ends {
        low_per_mille: (part(ends.low_per_mille) / all) as i32,
        high_per_mille: ((high + all - 1) / all).min(1_000) as i32,
    }
}

/// Presses of a stall, or of several.
pub fn of_presses(base: CountShare, (cash, transfer): (i64, i64), pooled: bool) -> CountShare {
    let all = cash + transfer;
    let base = CountShare { transfer: Some(transfer), cash: Some(cash), ..base };
    let least = if pooled { LEAST_POOLED } else { LEAST_PRESSES };
    let found = interval::share_of_count(transfer, all, pooled).filter(|_| all >= least);
    match found {
        None => base.told(ShareOutcome::NotEnough),
        Some(found) => CountShare {
            value: Some(found.point),
            interval: found.interval,
            ..base.told(ShareOutcome::Interval)
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stalls(count: i64, refused: i64, cash_vnd: i64) -> CashShare {
        let counted: Vec<_> =
            (0..count).map(|one| Counted { cash_vnd: cash_vnd * (one % 3 + 1), days: 2 }).collect();
        let digital = Digital {
            vnd: Range { low: 1_000_000, high: 1_000_000 },
            days: 100,
            speaks_of: Ratio::exact(30, 40),
        };
        let asked =
            Asked { drawn: count + refused, counted: count, refused, missed: 0, days: 2 * count };
        let base = CashShare::without(ShareOutcome::NotEnough, Ratio::default(), Ratio::default());
        of_stalls(base, digital, &counted, asked)
    }

    #[test]
    fn a_group_needs_ten_counted_stalls() {
        assert_eq!(stalls(9, 0, 5_000).outcome, ShareOutcome::NotEnough);
        assert_eq!(stalls(9, 0, 5_000).value, None);
        let ten = stalls(10, 0, 5_000);
        assert_eq!(ten.outcome, ShareOutcome::Interval);
        assert!(ten.interval.is_some());
        // A quarter of the trading stalls is not seen.
        let (inner, outer) = (ten.interval.unwrap(), ten.over_all.unwrap());
        assert_eq!(outer.low_per_mille, inner.low_per_mille * 3 / 4);
        assert_eq!(outer.high_per_mille, (inner.high_per_mille * 3 + 1_000 + 3) / 4);
    }

    #[test]
    fn over_a_fifth_of_refusals_there_is_no_interval() {
        assert_eq!(stalls(12, 3, 5_000).outcome, ShareOutcome::Interval);
        let refused = stalls(11, 3, 5_000);
        assert_eq!((refused.outcome, refused.interval), (ShareOutcome::ManyRefused, None));
        assert_eq!((refused.drawn, refused.counted, refused.refused), (14, 11, 3));
    }

    #[test]
    fn no_cash_is_said_and_has_no_share() {
        let none = stalls(12, 0, 0);
        assert_eq!((none.outcome, none.value, none.interval), (ShareOutcome::NoCash, None, None));
    }

    #[test]
    fn a_stall_needs_four_days() {
        let of = |days: i64| {
            let counted: Vec<_> =
                (1..=days).map(|one| Counted { cash_vnd: 100_000 * one, days: 1 }).collect();
            let digital = Digital {
                vnd: Range { low: 1_000_000, high: 1_200_000 },
                days: 26,
                speaks_of: Ratio::exact(1, 1),
            };
            let base =
                CashShare::without(ShareOutcome::NotEnough, Ratio::default(), Ratio::default());
            of_days(base, digital, &counted, Asked { days, ..Asked::default() })
        };
        assert_eq!((of(1).outcome, of(1).value), (ShareOutcome::NotEnough, None));
        for days in [2, 3] {
            assert_eq!((of(days).outcome, of(days).interval), (ShareOutcome::Rough, None));
            assert!(of(days).value.is_some());
        }
        assert_eq!(of(4).outcome, ShareOutcome::Interval);
        assert!(of(4).interval.is_some());
    }

    #[test]
    fn presses_need_thirty_or_two_hundred() {
        let base = || CountShare::without(ShareOutcome::NotEnough, Ratio::default());
        assert_eq!(of_presses(base(), (20, 9), false).outcome, ShareOutcome::NotEnough);
        assert_eq!(of_presses(base(), (20, 10), false).outcome, ShareOutcome::Interval);
        assert_eq!(of_presses(base(), (150, 49), true).outcome, ShareOutcome::NotEnough);
        let pooled = of_presses(base(), (150, 50), true);
        let alone = of_presses(base(), (150, 50), false);
        let wide = |share: CountShare| {
            let ends = share.interval.unwrap();
            ends.high_per_mille - ends.low_per_mille
        };
        assert!(wide(pooled) > wide(alone));
    }
}
