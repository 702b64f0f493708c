//! Each metric against a slow and obvious one, reckoned here from raw transfers and their lines: random
//! markets with gaps of the feed, days on which the market is shut, days off, moves of vendors, splits,
//! corrections, money that nobody assigned, all cash and no cash.
//!
//! `CHO40_WORLDS=300` says how many markets; otherwise a few.

#![cfg(test)]
#![expect(clippy::float_arithmetic, clippy::cast_precision_loss, reason = "shares, no money")]

use std::collections::BTreeMap;

use cho40::adoption::counting::counts::CountOutcome;
use cho40::adoption::counting::plans::CashPlan;
use cho40::adoption::{AdoptionReport, Measured, Metrics, Ratio, ShareOutcome};
use cho40::primitives::Day;
use rand::{RngExt as _, SeedableRng as _};

use crate::adoption_reference_world::{Days, Dice, Kind, LATER, Said, World, book, build};
use crate::adoption_support::{Market, ago, everything};
use crate::cash_plans::{days_pass, draw, drawn, new, tell};
use crate::support::on_both;

/// (least, most, of so many) of those that count, and bounds over all whom it asks.
fn tally(answers: impl Iterator<Item = Option<(Said, bool)>>) -> [(i64, i64, i64); 2] {
    let (mut known, mut all) = ((0, 0, 0), (0, 0, 0));
    for (said, counted) in answers.flatten() {
        let (yes, maybe) = (i64::from(said == Said::Yes), i64::from(said != Said::No));
        for sums in [Some(&mut all), counted.then_some(&mut known)].into_iter().flatten() {
            *sums = (sums.0 + yes, sums.1 + maybe, sums.2 + 1);
        }
    }
    [known, all]
}

fn told(metric: Measured) -> [(i64, i64, i64); 2] {
    let bounds = metric.over_all;
    [counted(metric.value), (bounds.low, bounds.high, bounds.denominator)]
}

fn counted(ratio: Ratio) -> (i64, i64, i64) {
    (ratio.numerator, ratio.numerator_high, ratio.denominator)
}

/// M1–M8 of some stalls, as of T days before the eve of today.
fn compare(world: &World, ids: &[i64], t: i32, found: &Metrics) {
    let window = (t + 29, t);
    let is_measurable = |id: &&i64| world.equipped(**id, t) && world.is_covered(**id, window);
    let equipped = ids.iter().filter(|id| world.equipped(**id, t)).count() as i64;
    let measurable: Vec<i64> = ids.iter().filter(is_measurable).copied().collect();
    assert_eq!(counted(found.m1.value), (equipped, equipped, ids.len() as i64), "M1");
    let seen = measurable.len() as i64;
    assert_eq!(counted(found.m2.value), (seen, seen, equipped), "M2");
    let over_r = |days: i64, span: Days| {
        let counts = |id: i64| world.equipped(id, t) && world.is_covered(id, span);
        tally(ids.iter().map(|id| Some((world.at_least(*id, days, span), counts(*id)))))
    };
    assert_eq!(told(found.m4.days_30), over_r(1, window), "M4, 30 days");
    assert_eq!(told(found.m4.days_90), over_r(1, (t + 89, t)), "M4, 90 days");
    assert_eq!(told(found.m5), over_r(8, window), "M5");
    let asked =
        |answer: &dyn Fn(i64) -> Option<(Said, bool)>| tally(ids.iter().map(|id| answer(*id)));
    assert_eq!(told(found.m3), asked(&|id| world.activated(id, t)), "M3");
    assert_eq!(told(found.m6), asked(&|id| world.paused(id, t)), "M6");
    assert_eq!(told(found.m7.lost), asked(&|id| world.lost(id, t)), "M7, lost");
    assert_eq!(told(found.m7.returned), asked(&|id| world.returned(id, t)), "M7, returned");
    let Some(value) = found.m8.value else {
        assert!(measurable.is_empty(), "M8");
        return;
    };
    let days = |id: &i64| (t..=t + 29).filter(|day| world.trades(*id, *day)).count() as i64;
    assert_eq!(value.trading_days, measurable.iter().map(days).sum::<i64>(), "M8, days");
    let lines = |kind| {
        let of = |id: &i64| world.of(*id, window).filter(|line| line.kind == kind).count() as i64;
        measurable.iter().map(of).sum::<i64>()
    };
    let (sales, unclear) =
        (lines(Kind::Sale), lines(Kind::Unclassified) + loose(world, &measurable, window).0);
    assert_eq!((value.receipts.low, value.receipts.high), (sales, sales + unclear), "M8");
}

/// Pieces and đồng that nobody assigned, on these stalls' accounts.
fn loose(world: &World, ids: &[i64], (from, to): Days) -> (i64, i64) {
    let lines = world.lines.iter().filter(|line| {
        line.stall.is_none() && ids.contains(&line.account) && (to..=from).contains(&line.day)
    });
    lines.fold((0, 0), |(count, sum), line| (count + 1, sum + line.vnd))
}

/// M9 by its formula, from the lines and from what was counted.
fn share_of_value(
    world: &World,
    ids: &[i64],
    period: Days,
    cash: &BTreeMap<(i64, i32), Option<i64>>,
) -> Option<([f64; 2], [f64; 2], usize)> {
    let seen: Vec<i64> = ids.iter().filter(|id| world.is_covered(**id, period)).copied().collect();
    let sum = |kind| -> i64 {
        let of = |id: &i64| {
            world.of(*id, period).filter(|line| line.kind == kind).map(|line| line.vnd).sum::<i64>()
        };
        seen.iter().map(of).sum()
    };
    let least = sum(Kind::Sale);
    let most = least + sum(Kind::Unclassified) + loose(world, &seen, period).1;
    let days: usize = seen
        .iter()
        .map(|id| (period.1..=period.0).filter(|day| world.trades(*id, *day)).count())
        .sum();
    let mut means = Vec::new();
    for id in &seen {
        let of: Vec<i64> = cash
            .iter()
            .filter(|((stall, day), _)| stall == id && world.trades(*id, *day))
            .filter_map(|(_, cash)| *cash)
            .collect();
        if !of.is_empty() {
            means.push(of.iter().sum::<i64>() as f64 / of.len() as f64);
        }
    }
    let m = means.len() as f64;
    let mean = means.iter().sum::<f64>() / m;
    if means.len() < 10 || mean == 0.0 {
        return None;
    }
    let spread = (means.iter().map(|one| (one - mean).powi(2)).sum::<f64>() / (m - 1.0)).sqrt();
    // Student's t for 9–19 degrees of freedom, 0.975.
    let t = [2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093];
    let g = t[means.len() - 10] * spread / (m.sqrt() * mean);
    let per_day = |vnd: i64| vnd as f64 / days as f64;
    let share = |vnd: i64, cash: f64| per_day(vnd) / (per_day(vnd) + cash);
    let point = [share(least, mean), share(most, mean)];
    let ends = [share(least, mean * g.exp()), share(most, mean * (-g).exp())];
    Some((point, ends, means.len()))
}

fn count_cash(
    market: &mut Market<'_>,
    plan: &CashPlan,
    dice: &mut Dice,
) -> BTreeMap<(i64, i32), Option<i64>> {
    let mut cash = BTreeMap::new();
    // All cash, some, or none at all.
    let scale = [0, 1, 1, 1][dice.random_range(0..4)];
    for (stall, day) in drawn(plan) {
        let days_ago = ago(0).0 - day.0;
        match dice.random_range(0..14) {
            0 => {
                tell(market, plan.head.id, (stall, day), CountOutcome::Closed, None).unwrap();
                cash.insert((stall.0, days_ago), Some(0));
            }
            1 => {
                tell(market, plan.head.id, (stall, day), CountOutcome::Refused, None).unwrap();
                cash.insert((stall.0, days_ago), None);
            }
            2 => {}
            _ => {
                let vnd = scale * 1_000 * dice.random_range(0..900);
                let typed = vnd.to_string();
                let told = (CountOutcome::Counted, Some(typed.as_str()));
                tell(market, plan.head.id, (stall, day), told.0, told.1).unwrap();
                cash.insert((stall.0, days_ago), Some(vnd));
            }
        }
    }
    cash
}

fn compare_cash(
    world: &World,
    report: &AdoptionReport,
    plan: &CashPlan,
    cash: &BTreeMap<(i64, i32), Option<i64>>,
) -> bool {
    let back = |day: Day| ago(0).0 - day.0;
    let period = (back(plan.head.from_day), back(plan.head.to_day));
    let ids: Vec<i64> =
        world.life.keys().filter(|id| world.is_there(**id, period.1)).copied().collect();
    let found = report.whole_market.m9.unwrap();
    let Some((point, ends, counted)) = share_of_value(world, &ids, period, cash) else {
        assert_eq!((found.value, found.interval), (None, None));
        return false;
    };
    if found.outcome == ShareOutcome::Secret {
        return false;
    }
    assert_eq!(found.counted, counted as i64);
    let value = found.value.unwrap();
    let near = |told: i32, share: f64| (f64::from(told) - share * 1_000.0).abs() <= 0.51;
    assert!(
        near(value.low_per_mille, point[0]) && near(value.high_per_mille, point[1]),
        "{point:?}"
    );
    if found.outcome == ShareOutcome::ManyRefused {
        assert_eq!(found.interval, None);
        return false;
    }
    let told = found.interval.unwrap();
    // Rounded outwards to whole thousandths.
    let (low, high) = (ends[0] * 1_000.0, ends[1] * 1_000.0);
    let around = |told: i32, exact: f64| (f64::from(told) - exact).abs() <= 1.0 + 1e-4;
    assert!(around(told.low_per_mille, low) && f64::from(told.low_per_mille) <= low + 1e-4);
    assert!(around(told.high_per_mille, high) && f64::from(told.high_per_mille) >= high - 1e-4);
    true
}

on_both!(every_metric_is_what_the_raw_lines_say, |db| {
    let worlds = std::env::var("CHO40_WORLDS").ok().and_then(|text| text.parse().ok()).unwrap_or(6);
    let mut intervals = 0;
    for seed in 0..worlds {
        let mut dice = Dice::seed_from_u64(seed);
        let market = &mut Market::new(db);
        let world = build(market, &mut dice);
        book(market, &world);
        let plan = draw(market, new(28));
        // Before the plan's days, and when they are over.
        for t in [0, -LATER] {
            days_pass(market, i64::from(-t));
            let cash = match &plan {
                Ok(plan) if t < 0 => Some((plan, count_cash(market, plan, &mut dice))),
                _ => None,
            };
            let report = market.report_on(&everything());
            let ids: Vec<i64> =
                world.life.keys().filter(|id| world.is_there(**id, t)).copied().collect();
            compare(&world, &ids, t, &report.whole_market);
            for section in &report.sections {
                let of = |id: &&i64| world.section[*id] == section.section_id.0;
                let ids: Vec<i64> = ids.iter().filter(of).copied().collect();
                compare(&world, &ids, t, &section.metrics);
            }
            for one in &report.occupancies {
                compare(&world, &[one.occupancy_id.0], t, &one.metrics);
            }
            if let Some((plan, cash)) = cash {
                intervals += u32::from(compare_cash(&world, &report, plan, &cash));
            }
        }
        clear(market);
        days_pass(market, 0);
    }
    assert!(intervals > 0, "not one interval was compared");
});

fn clear(market: &mut Market<'_>) {
    for table in ["cash_counts", "cash_draws", "cash_plans", "calendar_rules", "absences"] {
        market.execute(&format!("DELETE FROM {table}"));
    }
    market.clear();
    for table in ["feeds", "sections", "markets"] {
        market.execute(&format!("DELETE FROM {table}"));
    }
}

/// A stall is one of those whom a group counts.
#[test]
fn the_reference_counts_by_hand() {
    let answers = [(Said::Yes, true), (Said::Maybe, true), (Said::No, true), (Said::Yes, false)];
    let found = tally(answers.into_iter().map(Some).chain([None]));
    assert_eq!(found, [(1, 2, 3), (2, 3, 4)]);
}
