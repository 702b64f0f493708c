//! How use went, week by week and month by month, and whether it changed. All of it is of the retail
//! stalls that trade at the window's end; a stall counts in a week or month from whose first day on it
//! was equipped and over which its silence means something.

use serde::Serialize;
use utoipa::ToSchema;

use super::cashless::Change;
use super::days::Span;
use super::interval::{self, Ends};
use super::ratio::Ratio;
use super::subject::Subject;
use crate::primitives::lunar::LunarDay;
use crate::primitives::{Day, Month};

const WEEKS: i32 = 12;
const MONTHS: i32 = 12;
/// Days with a receipt that make a month a regular one (M5).
const REGULAR_DAYS: i64 = 8;

/// One week, Monday to Sunday, or one calendar month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct TrendPoint {
    pub window: Span,
    /// M2: of the stalls equipped before it, those that could be measured in it.
    pub measurable: Ratio,
    /// Of these, those with a receipt in it.
    pub active: Ratio,
    /// Of these, those with receipts on 8 days of the month; null for a week.
    pub regular: Option<Ratio>,
    /// It has a day of Tết, from 23 tháng Chạp to mùng 7: not to be compared with others.
    pub tet: bool,
    /// Mùng 1 and rằm in it.
    pub lunar_market_days: i64,
}

/// The last two whole months, the same stalls in both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Panel {
    pub before: Span,
    pub after: Span,
    /// Equipped before the first and measurable in both.
    pub occupancies: i64,
    pub active: Compared,
    pub regular: Compared,
    /// One of the two has a day of Tết.
    pub tet: bool,
}

/// A share in both months. It is called a change only where the 95 % intervals (Wilson's) do not overlap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Compared {
    pub before: Ratio,
    pub after: Ratio,
    pub change: Change,
    pub change_vi: &'static str,
}

/// Weeks and months that ended by the window's last day, the last one last.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Trend {
    pub weeks: Vec<TrendPoint>,
    pub months: Vec<TrendPoint>,
    /// Null where fewer than two whole months are known of anybody.
    pub panel: Option<Panel>,
}

impl Trend {
    pub(super) fn of(retail: &[&Subject<'_>], window: Span) -> Self {
        let last = window.to;
        let weeks = weeks(last);
        let month = last.month().get();
        let ended = if Month(month).last_day() == last { month } else { month - 1 };
        let months = (ended + 1 - MONTHS..=ended).map(|month| whole(Month(month)));
        let point = |span, is_month| point(retail, span, is_month);
        let is_told = |one: &TrendPoint| one.measurable.denominator > 0;
        let weeks = weeks.map(|week| point(week, false)).skip_while(|one| !is_told(one)).collect();
        let months: Vec<TrendPoint> =
            months.map(|month| point(month, true)).skip_while(|one| !is_told(one)).collect();
        let panel = match months.as_slice() {
            [.., before, after] => Panel::of(retail, before.window, after.window),
            _ => None,
        };
        Self { weeks, months, panel }
    }
}

/// The last whole weeks that ended by a day.
fn weeks(last: Day) -> impl Iterator<Item = Span> {
    let sunday = last.plus(-(i32::from(last.iso_weekday()) % 7));
    (0..WEEKS).rev().map(move |back| Span::ending(sunday.plus(-7 * back), 7))
}

/// Days with a receipt in each of these weeks. That there was none is known only where silence means
/// something.
pub fn receipt_days(one: &Subject<'_>, last: Day) -> Vec<Option<i64>> {
    let days = |week: Span| {
        let seen = one.occupancy.activity.certain.count(week);
        let is_known = was_equipped(one, week.from) && one.occupancy.is_covered(week);
        (seen > 0 || is_known).then_some(seen)
    };
    weeks(last).map(days).collect()
}

fn whole(month: Month) -> Span {
    Span::new(month.first_day(), month.last_day())
}

fn point(retail: &[&Subject<'_>], span: Span, is_month: bool) -> TrendPoint {
    let equipped = |one: &&&Subject<'_>| was_equipped(one, span.from);
    let all = retail.iter().filter(equipped).count() as i64;
    let covered: Vec<&&Subject<'_>> =
        retail.iter().filter(equipped).filter(|one| one.occupancy.is_covered(span)).collect();
    let on = |day: Day| LunarDay::of(day).map(|lunar| lunar.day_of_month);
    TrendPoint {
        window: span,
        measurable: Ratio::exact(covered.len() as i64, all),
        active: share(&covered, span, 1),
        regular: is_month.then(|| share(&covered, span, REGULAR_DAYS)),
        tet: has_tet(span),
        lunar_market_days: span.days().filter(|day| matches!(on(*day), Some(1 | 15))).count()
            as i64,
    }
}

fn was_equipped(one: &Subject<'_>, day: Day) -> bool {
    one.occupancy.equipment.since.is_some_and(|since| since <= day)
}

fn has_tet(span: Span) -> bool {
    span.days().filter_map(LunarDay::of).any(LunarDay::is_tet_season)
}

/// Those with receipts on so many days.
fn share(stalls: &[&&Subject<'_>], span: Span, days: i64) -> Ratio {
    let count = |possible: bool| {
        let enough = |one: &&&&Subject<'_>| {
            let activity = &one.occupancy.activity;
            let seen = if possible { &activity.possible } else { &activity.certain };
            seen.count(span) >= days
        };
        stalls.iter().filter(enough).count() as i64
    };
    Ratio::between(count(false), count(true), stalls.len() as i64)
}

impl Panel {
    fn of(retail: &[&Subject<'_>], before: Span, after: Span) -> Option<Self> {
        let same = |one: &&&Subject<'_>| {
            was_equipped(one, before.from)
                && one.occupancy.is_covered(before)
                && one.occupancy.is_covered(after)
        };
        let stalls: Vec<&&Subject<'_>> = retail.iter().filter(same).collect();
        let compared =
            |days| Compared::of(share(&stalls, before, days), share(&stalls, after, days));
        (!stalls.is_empty()).then(|| Self {
            before,
            after,
            occupancies: stalls.len() as i64,
            active: compared(1),
            regular: compared(REGULAR_DAYS),
            tet: has_tet(before) || has_tet(after),
        })
    }
}

impl Compared {
    fn of(before: Ratio, after: Ratio) -> Self {
        let change = Change::between(wilson(before), wilson(after));
        Self { before, after, change, change_vi: change.label_vi() }
    }
}

/// From the low end of the least share to the high end of the greatest.
fn wilson(share: Ratio) -> Option<Ends> {
    let of = |count| interval::share_of_count(count, share.denominator, false)?.interval;
    let (low, high) = (of(share.numerator)?, of(share.numerator_high)?);
    Some(Ends { low_per_mille: low.low_per_mille, high_per_mille: high.high_per_mille })
}
