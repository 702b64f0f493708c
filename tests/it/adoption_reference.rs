//! Each metric against a slow and obvious one, reckoned here from raw transfers and their lines: random
//! markets with gaps of the feed, days on which the market is shut, days off, moves of vendors, splits,
//! corrections, money that nobody assigned, all cash and no cash.
//!
//! `CHO40_WORLDS=300` says how many markets; otherwise a few.

#![cfg(test)]
#![expect(clippy::float_arithmetic, clippy::cast_precision_loss, reason = "shares, no money")]

use std::collections::{BTreeMap, BTreeSet};

use cho40::adoption::counting::counts::CountOutcome;
use cho40::adoption::counting::plans::CashPlan;
use cho40::adoption::{AdoptionReport, Measured, Metrics, Ratio, ShareOutcome};
use cho40::primitives::Day;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use crate::adoption_support::{DayOf, Market, ago, everything};
use crate::cash_plans::{days_pass, draw, drawn, new, tell};
use crate::support::on_both;

/// Days before today from which on money comes.
const HISTORY: i32 = 200;
/// The plan's period lies in these days to come; T is the last of them.
const LATER: i32 = 29;
const STALLS: i64 = 26;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Sale,
    Unclassified,
    Personal,
}

/// What is now known of one piece of a transfer; no stall: nobody assigned it.
#[derive(Clone, Copy, Debug)]
struct Line {
    day: i32,
    account: i64,
    stall: Option<i64>,
    kind: Kind,
    vnd: i64,
}

/// The world as it is, day by day; days are counted back from T0, the eve of today.
struct World {
    /// Each transfer's lines after its last correction.
    lines: Vec<Line>,
    alive: BTreeSet<i32>,
    shut: BTreeSet<i32>,
    away: BTreeMap<i64, BTreeSet<i32>>,
    /// Days since which the code is there; none: no code.
    issued: BTreeMap<i64, i32>,
    /// The feed reports its account since so many days.
    fed: BTreeMap<i64, i32>,
    section: BTreeMap<i64, i64>,
    /// First and last day at the stall.
    life: BTreeMap<i64, (i32, i32)>,
}

type Dice = ChaCha8Rng;

fn build(market: &mut Market<'_>, dice: &mut Dice) -> World {
    let mut world = World {
        lines: Vec::new(),
        alive: BTreeSet::new(),
        shut: BTreeSet::new(),
        away: BTreeMap::new(),
        issued: BTreeMap::new(),
        fed: BTreeMap::new(),
        section: BTreeMap::new(),
        life: BTreeMap::new(),
    };
    let gaps = dice.random_range(0..12);
    for day in -LATER - 1..=HISTORY + 200 {
        if day < 0 || dice.random_range(0..100) >= gaps {
            world.alive.insert(day);
            market.alive(day, day);
        }
    }
    for number in 0..dice.random_range(0..4) {
        let (from, days) = (dice.random_range(0..80), dice.random_range(0..5));
        world.shut.extend(from..=from + days);
        market.execute(&format!(
            "INSERT INTO calendar_rules (board_id, id, market_id, kind, from_day, to_day) \
             SELECT board_id, {}, 1, 'closed', {}, {} FROM feeds WHERE id = 900",
            number + 1,
            ago(from + days).0,
            ago(from).0
        ));
    }
    for id in 1..=STALLS {
        stall(market, &mut world, id, dice);
    }
    world
}

fn stall(market: &mut Market<'_>, world: &mut World, id: i64, dice: &mut Dice) {
    let section = 11 + dice.random_range(0..2);
    let stall = market.bare_stall(id, section);
    world.section.insert(id, section);
    world.life.insert(id, (400, i32::MIN));
    if dice.random_range(0..10) > 0 {
        let issued = dice.random_range(1..150);
        market.equip(stall, issued);
        world.issued.insert(id, issued);
        if dice.random_range(0..8) > 0 {
            market.covered_by(900, id);
            world.fed.insert(id, 500);
        }
    }
    if dice.random_range(0..4) == 0 {
        let (last, days) = (dice.random_range(-LATER..60), dice.random_range(0..25));
        market.absent(id, stall, "day_off", last + days, Some(last));
        world.away.insert(id, (last..=last + days).collect());
    }
    if dice.random_range(0..12) == 0 {
        // The vendor leaves, and another one comes who inherits nothing.
        let last = dice.random_range(0..60);
        market.execute(&format!("UPDATE occupancies SET to_day = {} WHERE id = {id}", ago(last).0));
        world.life.insert(id, (400, last));
        let follower = market.follow(100 + id, stall, last - 1);
        world.section.insert(follower.0, section);
        world.life.insert(follower.0, (last - 1, i32::MIN));
    }
    receive(world, id, dice);
}

/// Transfers with their corrections; only the last decision on each counts.
fn receive(world: &mut World, id: i64, dice: &mut Dice) {
    let (_, last) = world.life[&id];
    // Some are paid in cash alone.
    let chance = [0, 2, 10, 40, 80][dice.random_range(0..5)];
    for day in last.max(-LATER)..HISTORY {
        if dice.random_range(0..100) >= chance {
            continue;
        }
        for _ in 0..dice.random_range(1..4) {
            let vnd = 1_000 * dice.random_range(1..200);
            let mut decisions = Vec::new();
            for _ in 0..=dice.random_range(0..3) {
                decisions.push(decide(day, id, vnd, dice));
            }
            world.lines.extend(decisions.pop().unwrap());
        }
    }
}

fn decide(day: i32, id: i64, vnd: i64, dice: &mut Dice) -> Vec<Line> {
    let line = |stall, kind, vnd| Line { day, account: id, stall, kind, vnd };
    match dice.random_range(0..12) {
        0 => vec![line(None, Kind::Unclassified, vnd)],
        1 | 2 => vec![line(Some(id), Kind::Unclassified, vnd)],
        3 => vec![line(Some(id), Kind::Personal, vnd)],
        // A split.
        4 if vnd >= 10_000 => {
            vec![line(Some(id), Kind::Sale, vnd - 5_000), line(Some(id), Kind::Personal, 5_000)]
        }
        _ => vec![line(Some(id), Kind::Sale, vnd)],
    }
}

/// The totals of the lines, as the ledger keeps them.
fn book(market: &mut Market<'_>, world: &World) {
    let mut days: BTreeMap<(i32, i64, i64), (Vec<i64>, Vec<i64>)> = BTreeMap::new();
    for line in &world.lines {
        let key = (line.day, line.stall.unwrap_or(0), line.account);
        let (sales, unclassified) = days.entry(key).or_default();
        match line.kind {
            Kind::Sale => sales.push(line.vnd),
            Kind::Unclassified => unclassified.push(line.vnd),
            Kind::Personal => {}
        }
    }
    for ((day, stall, account), (sales, unclassified)) in &days {
        let row = DayOf { sales, unclassified, ..DayOf::default() };
        market.day(*stall, *account, *day, &row);
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Said {
    Yes,
    Maybe,
    No,
}

/// Days from the first to the last, as days ago.
type Days = (i32, i32);

impl World {
    fn is_open(&self, id: i64, day: i32) -> bool {
        let (first, last) = self.life[&id];
        !self.shut.contains(&day) && day <= first && day >= last
    }

    fn trades(&self, id: i64, day: i32) -> bool {
        self.is_open(id, day) && !self.away.get(&id).is_some_and(|days| days.contains(&day))
    }

    /// R at T.
    fn is_there(&self, id: i64, t: i32) -> bool {
        let (first, last) = self.life[&id];
        t <= first && t >= last
    }

    fn is_covered(&self, id: i64, (from, to): Days) -> bool {
        let Some(fed) = self.fed.get(&id) else { return false };
        let open: Vec<i32> = (to..=from).filter(|day| self.is_open(id, *day)).collect();
        let good = open.iter().filter(|day| self.alive.contains(*day) && *day <= fed).count();
        !open.is_empty() && good * 10 >= open.len() * 9
    }

    fn equipped(&self, id: i64, t: i32) -> bool {
        self.issued.get(&id).is_some_and(|issued| *issued >= t)
    }

    fn of(&self, id: i64, (from, to): Days) -> impl Iterator<Item = &Line> {
        let is_in = move |line: &&Line| (to..=from).contains(&line.day);
        self.lines.iter().filter(move |line| line.stall == Some(id)).filter(is_in)
    }

    /// Days with a sale, and days with what may be one: also what nobody assigned on its account.
    fn receipt_days(&self, id: i64, (from, to): Days) -> (i64, i64) {
        let sure: BTreeSet<i32> = self
            .of(id, (from, to))
            .filter(|line| line.kind == Kind::Sale)
            .map(|line| line.day)
            .collect();
        let mut possible: BTreeSet<i32> = self
            .of(id, (from, to))
            .filter(|line| line.kind != Kind::Personal)
            .map(|line| line.day)
            .collect();
        let loose = self.lines.iter().filter(|line| line.stall.is_none() && line.account == id);
        possible.extend(loose.map(|line| line.day).filter(|day| (to..=from).contains(day)));
        (sure.len() as i64, possible.len() as i64)
    }

    /// At least so many days of receipts.
    fn at_least(&self, id: i64, days: i64, span: Days) -> Said {
        let (sure, possible) = self.receipt_days(id, span);
        match (sure >= days, possible >= days, self.is_covered(id, span)) {
            (true, ..) => Said::Yes,
            (false, false, true) => Said::No,
            _ => Said::Maybe,
        }
    }

    /// M3.
    fn activated(&self, id: i64, t: i32) -> Option<(Said, bool)> {
        let issued = *self.issued.get(&id).filter(|issued| **issued >= t + 30)?;
        let span = (issued, issued - 29);
        let (days, possible_days) = self.receipt_days(id, span);
        let count = |kind| self.of(id, span).filter(|line| line.kind == kind).count();
        let sales = count(Kind::Sale);
        let most = sales + count(Kind::Unclassified);
        let loose = self.lines.iter().any(|line| {
            line.stall.is_none() && line.account == id && (span.1..=span.0).contains(&line.day)
        });
        let heard = self.is_covered(id, span);
        let said = if days >= 2 && sales >= 3 {
            Said::Yes
        } else if possible_days >= 2 && (most >= 3 || loose) || !heard {
            Said::Maybe
        } else {
            Said::No
        };
        Some((said, heard && self.is_covered(id, (t + 29, t))))
    }

    /// M6 as of T.
    fn paused(&self, id: i64, t: i32) -> Option<(Said, bool)> {
        let (last, before) = ((t + 29, t), (t + 59, t + 30));
        let (active, _) = self.receipt_days(id, before);
        (active > 0).then(|| {
            let counted = [last, before].into_iter().all(|span| {
                let trading = (span.1..=span.0).filter(|day| self.trades(id, *day)).count();
                self.is_covered(id, span) && trading >= 10
            });
            (self.silent(id, last, counted), counted)
        })
    }

    fn silent(&self, id: i64, span: Days, counted: bool) -> Said {
        match (self.receipt_days(id, span), counted) {
            ((1.., _), _) => Said::No,
            ((_, 0), true) => Said::Yes,
            _ => Said::Maybe,
        }
    }

    fn lost(&self, id: i64, t: i32) -> Option<(Said, bool)> {
        let (active, _) = self.receipt_days(id, (t + 364, t + 90));
        (active > 0).then(|| {
            let counted = self.is_covered(id, (t + 89, t));
            (self.silent(id, (t + 89, t), counted), counted)
        })
    }

    fn returned(&self, id: i64, t: i32) -> Option<(Said, bool)> {
        (self.paused(id, t + 30)?.0 == Said::Yes).then(|| {
            let span = (t + 29, t);
            (self.at_least(id, 1, span), self.is_covered(id, span))
        })
    }
}

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
        let mut dice = ChaCha8Rng::seed_from_u64(seed);
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
