//! Intervals of cashless shares (docs/adoption.md, "Cash"). Đồng go in as integers, thousandths come
//! out, rounded outwards; nothing that is computed here is ever added to money. These are the only
//! floats of the room, because roots and powers have no exact form.

#![expect(
    clippy::float_arithmetic,
    clippy::cast_precision_loss,
    reason = "roots and powers of shares; no amount is computed"
)]

use serde::Serialize;
use utoipa::ToSchema;

use super::ratio::Range;

/// The ends of a range, in thousandths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Ends {
    pub low_per_mille: i32,
    pub high_per_mille: i32,
}

/// Cash that was counted, of a stall's counted days, or of one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    pub cash_vnd: i64,
    /// At least 1.
    pub days: i64,
}

/// A share of value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Estimate {
    /// A range where money is unclassified.
    pub point: Ends,
    /// 95 %; none where fewer than two were counted.
    pub interval: Option<Ends>,
}

/// Digital money of `days` trading days against the mean of the cash counts, each of them one draw. A
/// `finite` number of days was drawn from, so that all of them leave no doubt; of a market's stalls no
/// such correction is made. `None` where no cash was found, or nothing was counted.
pub fn share_of_value(
    digital_vnd: Range,
    days: i64,
    counted: &[Counted],
    finite: bool,
) -> Option<Estimate> {
    let draws = counted.len() as i64;
    if draws == 0 || days <= 0 {
        return None;
    }
    let means: Vec<f64> =
        counted.iter().map(|one| one.cash_vnd as f64 / one.days.max(1) as f64).collect();
    let mean = means.iter().sum::<f64>() / draws as f64;
    if mean <= 0.0 {
        return None;
    }
    let cash = mean * days as f64;
    let (low, high) = (digital_vnd.low.max(0) as f64, digital_vnd.high.max(0) as f64);
    let share = |digital: f64, cash: f64| digital / (digital + cash);
    let point = nearest(share(low, cash), share(high, cash));
    let interval = (draws >= 2).then(|| {
        let squares = means.iter().map(|one| (one - mean).powi(2)).sum::<f64>();
        let variance = squares / (draws - 1) as f64;
        let rest = if finite { (1.0 - draws as f64 / days as f64).clamp(0.0, 1.0) } else { 1.0 };
        let error = (rest * variance / draws as f64).sqrt();
        let wide = (student(draws - 1) * error / mean).exp();
        outwards(share(low, cash * wide), share(high, cash / wide))
    });
    Some(Estimate { point, interval })
}

/// Wilson's interval of a share of counts, 95 %. Presses of several stalls are `pooled`: they are alike
/// within a stall, so they count half. `None` over nothing.
pub fn share_of_count(hits: i64, all: i64, pooled: bool) -> Option<Estimate> {
    if all <= 0 {
        return None;
    }
    let share = hits as f64 / all as f64;
    let weight = if pooled { all as f64 / 2.0 } else { all as f64 };
    let z2 = NORMAL * NORMAL;
    let middle = share + z2 / (2.0 * weight);
    let half = NORMAL * (share * (1.0 - share) / weight + z2 / (4.0 * weight * weight)).sqrt();
    let scale = 1.0 + z2 / weight;
    let interval = outwards((middle - half) / scale, (middle + half) / scale);
    Some(Estimate { point: nearest(share, share), interval: Some(interval) })
}

/// A share as spreadsheets keep it: 667 is 0.667.
pub fn quotient(per_mille: i32) -> f64 {
    f64::from(per_mille) / 1_000.0
}

fn nearest(low: f64, high: f64) -> Ends {
    let round = |share: f64| (share * 1_000.0).round().clamp(0.0, 1_000.0) as i32;
    Ends { low_per_mille: round(low), high_per_mille: round(high) }
}

/// An end that was rounded inwards would leave out what it should hold.
fn outwards(low: f64, high: f64) -> Ends {
    let bounded = |per_mille: f64| per_mille.clamp(0.0, 1_000.0) as i32;
    // What floats add in the last digits is no reason for another thousandth.
    Ends {
        low_per_mille: bounded((low * 1_000.0 + 1e-6).floor()),
        high_per_mille: bounded((high * 1_000.0 - 1e-6).ceil()),
    }
}

const NORMAL: f64 = 1.959_964;

/// Student's t for 95 %, two-sided, by degrees of freedom from 1: NIST/SEMATECH e-Handbook of
/// Statistical Methods, 1.3.6.7.2, column 0.975.
const STUDENT: [f64; 30] = [
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160,
    2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056,
    2.052, 2.048, 2.045, 2.042,
];
/// Of the same table: from so many degrees of freedom on.
const STUDENT_FROM: [(i64, f64); 5] =
    [(100, 1.984), (80, 1.990), (60, 2.000), (50, 2.009), (40, 2.021)];

/// Between two lines of the table the wider one counts.
fn student(freedom: i64) -> f64 {
    let later = || STUDENT_FROM.iter().find(|(from, _)| freedom >= *from).map(|(_, t)| *t);
    let last = STUDENT.last().copied().unwrap_or(NORMAL);
    let place = usize::try_from(freedom - 1).unwrap_or(0);
    STUDENT.get(place).copied().unwrap_or_else(|| later().unwrap_or(last))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The density's integral by Simpson's rule, from −t to t, without the constant; and the constant by
    /// the same rule over a wide range.
    fn inside(t: f64, freedom: i64) -> f64 {
        let n = freedom as f64;
        // x = tan(u) makes the whole line finite.
        let density = |u: f64| (1.0 + u.tan().powi(2) / n).powf(-(n + 1.0) / 2.0) / u.cos().powi(2);
        let integral = |to: f64| {
            let steps = 20_000;
            let width = to / f64::from(steps);
            let weight = |place: i32| match place {
                0 => 1.0,
                place if place == steps => 1.0,
                place if place % 2 == 1 => 4.0,
                _ => 2.0,
            };
            (0..=steps).map(|place| weight(place) * density(f64::from(place) * width)).sum::<f64>()
                * width
                / 3.0
        };
        integral(t.atan()) / integral(std::f64::consts::FRAC_PI_2 - 1e-9)
    }

    #[test]
    fn the_table_holds_95_percent() {
        for freedom in (1..=30).chain([40, 50, 60, 80, 100]) {
            let found = inside(student(freedom), freedom);
            assert!((found - 0.95).abs() < 2e-4, "{freedom}: {found}");
        }
        // In between it errs on the wide side.
        for freedom in [31, 45, 70, 99, 150, 5_000] {
            let found = inside(student(freedom), freedom);
            assert!((0.95..0.954).contains(&found), "{freedom}: {found}");
        }
    }

    fn days(cash: &[i64]) -> Vec<Counted> {
        cash.iter().map(|cash_vnd| Counted { cash_vnd: *cash_vnd, days: 1 }).collect()
    }

    const fn ends(low: i32, high: i32) -> Ends {
        Ends { low_per_mille: low, high_per_mille: high }
    }

    #[test]
    fn shares_by_hand() {
        let e = |low, high| Range { low, high };
        // 4 days of 26, mean 300.000, s = 81.650; g = 3.182·√((1 − 4/26)·s²/4)/300.000 = 0.3983;
        // 26 days of cash are 7.800.000.
        let four = days(&[200_000, 300_000, 300_000, 400_000]);
        let found = share_of_value(e(2_600_000, 2_600_000), 26, &four, true).unwrap();
        assert_eq!(found.point, ends(250, 250));
        assert_eq!(found.interval, Some(ends(182, 332)));
        // Unclassified money widens both.
        let found = share_of_value(e(2_600_000, 7_800_000), 26, &four, true).unwrap();
        assert_eq!((found.point, found.interval), (ends(250, 500), Some(ends(182, 599))));
        // All days counted: nothing is left to doubt.
        let found = share_of_value(e(1_200_000, 1_200_000), 4, &four, true).unwrap();
        assert_eq!(found.interval, Some(ends(500, 500)));
        // One day has no interval; no cash, no share.
        assert_eq!(share_of_value(e(1, 1), 26, &four[..1], true).unwrap().interval, None);
        assert_eq!(share_of_value(e(5, 5), 26, &days(&[0, 0, 0, 0]), true), None);
        assert_eq!(share_of_value(e(5, 5), 26, &[], true), None);
    }

    #[test]
    fn wilson_by_hand() {
        // 20 of 80: p = 0.25; 0.1681 – 0.3548.
        let found = share_of_count(20, 80, false).unwrap();
        assert_eq!((found.point, found.interval), (ends(250, 250), Some(ends(168, 355))));
        // Pooled, 80 count as 40: 0.142 – 0.402.
        assert_eq!(share_of_count(20, 80, true).unwrap().interval, Some(ends(141, 402)));
        assert_eq!(share_of_count(0, 30, false).unwrap().interval.unwrap().low_per_mille, 0);
        assert_eq!(share_of_count(0, 0, false), None);
    }
}
