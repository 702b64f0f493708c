//! Random markets for [`crate::adoption_reference`], and what is obvious of them, reckoned from raw lines.

#![cfg(test)]

use std::collections::{BTreeMap, BTreeSet};

use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;

use crate::adoption_support::{DayOf, Market, ago};

/// Days before today from which on money comes.
pub const HISTORY: i32 = 200;
/// The plan's period lies in these days to come; T is the last of them.
pub const LATER: i32 = 29;
pub const STALLS: i64 = 26;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Sale,
    Unclassified,
    Personal,
}

/// What is now known of one piece of a transfer; no stall: nobody assigned it.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    pub day: i32,
    pub account: i64,
    pub stall: Option<i64>,
    pub kind: Kind,
    pub vnd: i64,
}

/// The world as it is, day by day; days are counted back from T0, the eve of today.
pub struct World {
    /// Each transfer's lines after its last correction.
    pub lines: Vec<Line>,
    pub alive: BTreeSet<i32>,
    pub shut: BTreeSet<i32>,
    pub away: BTreeMap<i64, BTreeSet<i32>>,
    /// Days since which the code is there; none: no code.
    pub issued: BTreeMap<i64, i32>,
    /// The feed reports its account since so many days.
    pub fed: BTreeMap<i64, i32>,
    pub section: BTreeMap<i64, i64>,
    /// First and last day at the stall.
    pub life: BTreeMap<i64, (i32, i32)>,
}

pub type Dice = ChaCha8Rng;

pub fn build(market: &mut Market<'_>, dice: &mut Dice) -> World {
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

pub fn stall(market: &mut Market<'_>, world: &mut World, id: i64, dice: &mut Dice) {
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
pub fn receive(world: &mut World, id: i64, dice: &mut Dice) {
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

pub fn decide(day: i32, id: i64, vnd: i64, dice: &mut Dice) -> Vec<Line> {
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

/// Sales and unclassified money of a day, in đồng.
type Sums = (Vec<i64>, Vec<i64>);

/// The totals of the lines, as the ledger keeps them.
pub fn book(market: &mut Market<'_>, world: &World) {
    let mut days: BTreeMap<(i32, i64, i64), Sums> = BTreeMap::new();
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
pub enum Said {
    Yes,
    Maybe,
    No,
}

/// Days from the first to the last, as days ago.
pub type Days = (i32, i32);

impl World {
    pub fn is_open(&self, id: i64, day: i32) -> bool {
        let (first, last) = self.life[&id];
        !self.shut.contains(&day) && day <= first && day >= last
    }

    pub fn trades(&self, id: i64, day: i32) -> bool {
        self.is_open(id, day) && !self.away.get(&id).is_some_and(|days| days.contains(&day))
    }

    /// R at T.
    pub fn is_there(&self, id: i64, t: i32) -> bool {
        let (first, last) = self.life[&id];
        t <= first && t >= last
    }

    pub fn is_covered(&self, id: i64, (from, to): Days) -> bool {
        let Some(fed) = self.fed.get(&id) else { return false };
        let open: Vec<i32> = (to..=from).filter(|day| self.is_open(id, *day)).collect();
        let good = open.iter().filter(|day| self.alive.contains(*day) && *day <= fed).count();
        !open.is_empty() && good * 10 >= open.len() * 9
    }

    pub fn equipped(&self, id: i64, t: i32) -> bool {
        self.issued.get(&id).is_some_and(|issued| *issued >= t)
    }

    pub fn of(&self, id: i64, (from, to): Days) -> impl Iterator<Item = &Line> {
        let is_in = move |line: &&Line| (to..=from).contains(&line.day);
        self.lines.iter().filter(move |line| line.stall == Some(id)).filter(is_in)
    }

    /// Days with a sale, and days with what may be one: also what nobody assigned on its account.
    pub fn receipt_days(&self, id: i64, (from, to): Days) -> (i64, i64) {
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
    pub fn at_least(&self, id: i64, days: i64, span: Days) -> Said {
        let (sure, possible) = self.receipt_days(id, span);
        match (sure >= days, possible >= days, self.is_covered(id, span)) {
            (true, ..) => Said::Yes,
            (false, false, true) => Said::No,
            _ => Said::Maybe,
        }
    }

    /// M3.
    pub fn activated(&self, id: i64, t: i32) -> Option<(Said, bool)> {
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
    pub fn paused(&self, id: i64, t: i32) -> Option<(Said, bool)> {
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

    pub fn silent(&self, id: i64, span: Days, counted: bool) -> Said {
        match (self.receipt_days(id, span), counted) {
            ((1.., _), _) => Said::No,
            ((_, 0), true) => Said::Yes,
            _ => Said::Maybe,
        }
    }

    pub fn lost(&self, id: i64, t: i32) -> Option<(Said, bool)> {
        let (active, _) = self.receipt_days(id, (t + 364, t + 90));
        (active > 0).then(|| {
            let counted = self.is_covered(id, (t + 89, t));
            (self.silent(id, (t + 89, t), counted), counted)
        })
    }

    pub fn returned(&self, id: i64, t: i32) -> Option<(Said, bool)> {
        (self.paused(id, t + 30)?.0 == Said::Yes).then(|| {
            let span = (t + 29, t);
            (self.at_least(id, 1, span), self.is_covered(id, span))
        })
    }
}
