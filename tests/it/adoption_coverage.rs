//! How often the intervals hold the truth: markets that are made up, counted as a plan counts, many times
//! over, with stalls that no feed tells and vendors who refuse. The figures stand in docs/adoption.md.
//!
//! `CHO40_COVERAGE=10000` says how many times; otherwise it is a tenth of that.

#![cfg(test)]
#![expect(clippy::float_arithmetic, clippy::cast_precision_loss, reason = "chances, no money")]

use cho40::adoption::{Counted, Ends, Range, share_of_count, share_of_value};
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

/// What an interval of 95 % may really hold: below it promises too much, above it says too little.
const ACCEPTED: std::ops::RangeInclusive<f64> = 0.90..=0.97;
const DAYS: usize = 28;

fn times() -> u32 {
    std::env::var("CHO40_COVERAGE").ok().and_then(|text| text.parse().ok()).unwrap_or(1_000)
}

/// With the second of two normal numbers, which come in pairs.
struct Dice(ChaCha8Rng, Option<f64>);

impl Dice {
    fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed), None)
    }

    /// In 0..1.
    fn part(&mut self) -> f64 {
        (self.0.random::<u64>() >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn below(&mut self, sides: usize) -> usize {
        (self.part() * sides as f64) as usize
    }

    fn normal(&mut self) -> f64 {
        if let Some(second) = self.1.take() {
            return second;
        }
        let radius = (-2.0 * (1.0 - self.part()).ln()).sqrt();
        let (sine, cosine) = (std::f64::consts::TAU * self.part()).sin_cos();
        self.1 = Some(radius * sine);
        radius * cosine
    }

    /// Around 1, skewed as money is.
    fn around(&mut self, spread: f64) -> f64 {
        (spread * self.normal() - spread * spread / 2.0).exp()
    }

    /// `some` of `all`, in random order.
    fn choose(&mut self, all: usize, some: usize) -> Vec<usize> {
        let mut left: Vec<usize> = (0..all).collect();
        (0..some.min(all)).map(|_| left.swap_remove(self.below(left.len()))).collect()
    }
}

/// A share, and whether an interval holds it.
fn holds(ends: Option<Ends>, share: f64) -> bool {
    ends.is_some_and(|ends| {
        let (low, high) = (f64::from(ends.low_per_mille), f64::from(ends.high_per_mille));
        (low..=high).contains(&(share * 1_000.0))
    })
}

/// Says how often it held, with the simulation's own error, and that this is within what is accepted.
fn judge(what: &str, held: u32, of: u32) {
    let share = f64::from(held) / f64::from(of);
    let error = 1.96 * (share * (1.0 - share) / f64::from(of)).sqrt();
    println!("{what}: {:.1} % ± {:.1}", share * 100.0, error * 100.0);
    assert!(
        *ACCEPTED.start() - error <= share && share <= *ACCEPTED.end() + error,
        "{what}: {share} ± {error}"
    );
}

/// A stall's money by transfer, which is known, and its cash day by day, which is not.
struct Stall {
    digital: f64,
    cash: Vec<f64>,
    /// A feed tells it: R ∩ V.
    is_seen: bool,
    refuses: bool,
}

/// How a market is made up.
#[derive(Clone, Copy)]
struct World {
    stalls: usize,
    /// Stalls that are counted.
    counted: usize,
    /// How stalls differ from each other, and days of a stall.
    between: f64,
    within: f64,
    /// Of a hundred: not told by a feed; refusing.
    unfed: usize,
    refusing: usize,
    /// How much more cash than others those take who refuse, in per cent.
    more: f64,
}

fn market(world: World, dice: &mut Dice) -> Vec<Stall> {
    let stall = |dice: &mut Dice| {
        let refuses = dice.below(100) < world.refusing;
        let more = if refuses { 1.0 + world.more / 100.0 } else { 1.0 };
        // Who sells more for cash is not the one who sells more by transfer.
        let (digital, cash) =
            (200_000.0 * dice.around(world.between), 600_000.0 * more * dice.around(world.between));
        let is_seen = dice.below(100) >= world.unfed;
        let days = if is_seen { DAYS } else { 0 };
        let cash = (0..days).map(|_| cash * dice.around(world.within)).collect();
        Stall { digital: digital * DAYS as f64, cash, is_seen, refuses }
    };
    (0..world.stalls).map(|_| stall(dice)).collect()
}

/// Counts once, as a plan does; whether the interval held, if there was one.
fn count(world: World, dice: &mut Dice) -> Option<bool> {
    let stalls = market(world, dice);
    let seen: Vec<&Stall> = stalls.iter().filter(|stall| stall.is_seen).collect();
    let digital: f64 = seen.iter().map(|stall| stall.digital).sum();
    let cash: f64 = seen.iter().flat_map(|stall| &stall.cash).sum();
    let drawn = dice.choose(seen.len(), world.counted);
    let refused = drawn.iter().filter(|stall| seen[**stall].refuses).count();
    let mut counted = Vec::new();
    for stall in drawn.iter().map(|stall| seen[*stall]).filter(|stall| !stall.refuses) {
        let first = dice.below(DAYS);
        let apart = 2 + dice.below(DAYS - 3);
        let days = [first, (first + apart) % DAYS];
        let cash_vnd = days.iter().map(|day| stall.cash[*day] as i64).sum();
        counted.push(Counted { cash_vnd, days: 2 });
    }
    if refused * 5 > drawn.len() || counted.len() < 10 {
        return None;
    }
    let digital_vnd = Range { low: digital as i64, high: digital as i64 };
    let days = (seen.len() * DAYS) as i64;
    let found = share_of_value(digital_vnd, days, &counted, false)?;
    Some(holds(found.interval, digital / (digital + cash)))
}

const WORLD: World =
    World { stalls: 150, counted: 20, between: 0.7, within: 0.6, unfed: 0, refusing: 0, more: 0.0 };

fn holds_in(what: &str, world: World) {
    let mut dice = Dice::new(7);
    let (mut held, mut told) = (0, 0);
    for _ in 0..times() {
        let found = count(world, &mut dice);
        told += u32::from(found.is_some());
        held += u32::from(found == Some(true));
    }
    assert!(told * 10 > times() * 7, "{what}: {told} intervals only");
    judge(what, held, told);
}

#[test]
fn ten_stalls_of_a_market() {
    holds_in("market, 10 of 150", World { counted: 10, ..WORLD });
}

#[test]
fn twenty_stalls_of_a_market() {
    holds_in("market, 20 of 150", WORLD);
}

#[test]
fn twenty_stalls_that_are_alike() {
    holds_in("market, 20 of 150, stalls alike", World { between: 0.4, ..WORLD });
}

#[test]
fn twenty_stalls_that_are_unlike() {
    holds_in("market, 20 of 150, stalls unlike", World { between: 0.9, ..WORLD });
}

#[test]
fn stalls_without_a_feed() {
    holds_in("market, 20 of 150, 40 % without a feed", World { unfed: 40, ..WORLD });
}

#[test]
fn stalls_that_refuse() {
    holds_in("market, 20 of 150, 10 % refuse", World { refusing: 10, ..WORLD });
}

#[test]
fn stalls_that_refuse_and_take_more_cash() {
    let world = World { unfed: 40, refusing: 10, more: 20.0, ..WORLD };
    holds_in("market, 20 of 150, 40 % without a feed, 10 % refuse and take 20 % more cash", world);
}

#[test]
fn a_stalls_interval_holds_the_truth() {
    for (what, counted, spread) in [
        ("stall, 4 days of 28, days vary by 0.4", 4, 0.4),
        ("stall, 4 days of 28, days vary by 0.8", 4, 0.8),
        ("stall, 8 days of 28, days vary by 0.8", 8, 0.8),
    ] {
        let mut dice = Dice::new(11);
        let mut held = 0;
        for _ in 0..times() {
            let cash: Vec<f64> = (0..DAYS).map(|_| 500_000.0 * dice.around(spread)).collect();
            let digital: f64 = (0..DAYS).map(|_| 200_000.0 * dice.around(0.6)).sum();
            let days = dice.choose(DAYS, counted);
            let counted: Vec<Counted> =
                days.iter().map(|day| Counted { cash_vnd: cash[*day] as i64, days: 1 }).collect();
            let digital_vnd = Range { low: digital as i64, high: digital as i64 };
            let found = share_of_value(digital_vnd, DAYS as i64, &counted, true).unwrap();
            held +=
                u32::from(holds(found.interval, digital / (digital + cash.iter().sum::<f64>())));
        }
        judge(what, held, times());
    }
}

#[test]
fn wilsons_interval_holds_the_truth() {
    for (what, stalls, presses, differ) in [
        ("tally, a stall, 40 presses", 1, 40, 0.0),
        ("tally, 10 stalls with 30 presses, stalls alike", 10, 30, 0.0),
        ("tally, 10 stalls with 30 presses, stalls differ", 10, 30, 0.08),
    ] {
        let mut dice = Dice::new(13);
        let mut held = 0;
        for _ in 0..times() {
            let mut hits = 0;
            for _ in 0..stalls {
                let chance = 0.35 + differ * (2.0 * dice.part() - 1.0) * 1.732;
                hits += (0..presses).filter(|_| dice.part() < chance).count() as i64;
            }
            let found = share_of_count(hits, i64::from(stalls * presses), stalls > 1).unwrap();
            held += u32::from(holds(found.interval, 0.35));
        }
        // Where all stalls are alike, half of the weight is given away on purpose.
        if what.ends_with("alike") {
            let share = f64::from(held) / f64::from(times());
            println!("{what}: {:.1} %", share * 100.0);
            assert!(share > 0.97, "{what}");
        } else {
            judge(what, held, times());
        }
    }
}

/// An interval that is made too narrow is found out.
#[test]
fn a_narrow_interval_would_be_seen() {
    let mut dice = Dice::new(7);
    let mut held = 0;
    for _ in 0..times() {
        let cash: Vec<f64> = (0..DAYS).map(|_| 500_000.0 * dice.around(0.8)).collect();
        let digital = 5_600_000.0;
        let days = dice.choose(DAYS, 4);
        // Each count told twice: as if there were eight.
        let one = |day: &usize| Counted { cash_vnd: cash[*day] as i64, days: 1 };
        let counted: Vec<Counted> = days.iter().chain(&days).map(one).collect();
        let digital_vnd = Range { low: digital as i64, high: digital as i64 };
        let found = share_of_value(digital_vnd, DAYS as i64, &counted, true).unwrap();
        held += u32::from(holds(found.interval, digital / (digital + cash.iter().sum::<f64>())));
    }
    assert!(f64::from(held) / f64::from(times()) < *ACCEPTED.start());
}
