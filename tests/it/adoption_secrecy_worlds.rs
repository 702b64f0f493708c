//! Random markets and random windows: whatever is told, added and subtracted in any way, is never
//! about fewer than five stalls that have not agreed, nor for over 70 % about one.

use std::collections::{BTreeMap, BTreeSet};

use cho40::adoption::{AdoptionReport, Amounts, Query};

use crate::adoption_support::{DayOf, FEED, Market, ago};
use crate::support::on_both;

const WORLDS: u64 = 16;
const STALLS: i64 = 22;
/// Each piece of money is some times this and a bit of its own, so that a sum tells its pieces.
const UNIT: i64 = 1 << 50;
/// A prime: rows are combined modulo it.
const PRIME: i64 = 2_147_483_629;

/// Steps of xorshift: the same worlds in every run.
struct Dice(u64);

impl Dice {
    /// Below `sides`.
    fn roll(&mut self, sides: i64) -> i64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as i64 % sides
    }
}

/// A piece of money: whose it is or may be, and how many units.
struct Piece {
    owners: Vec<i64>,
    units: i64,
}

/// What was put into the market: certain and unclear pieces, each with bits of their own.
#[derive(Default)]
struct World {
    certain: Vec<Piece>,
    unclear: Vec<Piece>,
    shared: BTreeSet<i64>,
}

fn add(pieces: &mut Vec<Piece>, owners: Vec<i64>, units: i64) -> i64 {
    pieces.push(Piece { owners, units });
    assert!(pieces.len() <= 50);
    units * UNIT + (1 << (pieces.len() - 1))
}

fn build(market: &mut Market<'_>, dice: &mut Dice) -> World {
    let mut world = World::default();
    market.alive(300, 0);
    // In every other market accounts are shared, and money lies on them.
    let rare = 3 + 9 * dice.roll(2);
    let two: BTreeSet<i64> = (1..STALLS).filter(|_| dice.roll(rare) == 0).collect();
    for id in 1..=STALLS {
        let stall = market.stall_of_kind(id, 11 + dice.roll(2), dice.roll(8) == 0);
        market.equip(stall, 100);
        market.covered_by(FEED, id);
        if dice.roll(7) == 0 {
            market.share_amounts(stall);
            world.shared.insert(id);
        }
        if dice.roll(6) == 0 {
            let since = ago(20 + dice.roll(60) as i32);
            market.execute(&format!(
                "UPDATE feed_accounts SET from_day = {} WHERE account_id = {id}",
                since.0
            ));
        }
        if two.contains(&(id - 1)) {
            market.link(100 + id, stall, id - 1, 400, None);
        }
        // September and October; often the same day as others.
        for (last, days) in [(54, 30), (23, 31)] {
            if dice.roll(8) == 0 {
                continue;
            }
            let day = last + [0, 1, days - 1, dice.roll(days.into()) as i32][dice.roll(4) as usize];
            let units = if dice.roll(24) == 0 { 40 } else { 1 + dice.roll(4) };
            let sale = add(&mut world.certain, vec![id], units);
            let unclear = (dice.roll(5) > 0).then(|| add(&mut world.unclear, vec![id], 1));
            let unclassified: Vec<i64> = unclear.into_iter().collect();
            let row = DayOf { sales: &[sale], unclassified: &unclassified, ..DayOf::default() };
            market.day(id, id, day, &row);
        }
        // Of nobody yet, on an account that the next stall may have too.
        if dice.roll(rare) == 0 {
            let owners = [id, id + 1].into_iter().take(1 + usize::from(two.contains(&id)));
            let loose = add(&mut world.unclear, owners.collect(), 1);
            let row = DayOf { unclassified: &[loose], ..DayOf::default() };
            market.day(0, id, 24 + dice.roll(60) as i32, &row);
        }
    }
    world
}

/// Which pieces a sum holds.
fn pieces_of(sum: i64) -> BTreeSet<usize> {
    (0..50).filter(|bit| sum >> bit & 1 == 1).collect()
}

/// Everything that a reader gets, as sets of pieces.
#[derive(Default)]
struct Told {
    certain: BTreeSet<BTreeSet<usize>>,
    unclear: BTreeSet<BTreeSet<usize>>,
    /// Groups with both ends.
    groups: usize,
}

impl Told {
    fn hear(&mut self, amounts: &Amounts) {
        let Some(low) = amounts.received_low_vnd else {
            assert_eq!((amounts.received_high_vnd, amounts.median_vnd), (None, None));
            return;
        };
        self.certain.insert(pieces_of(low.get()));
        if let Some(high) = amounts.received_high_vnd {
            self.unclear.insert(pieces_of(high.get() - low.get()));
        }
    }

    fn read(&mut self, report: &AdoptionReport) {
        let sections = report.sections.iter().map(|section| &section.metrics);
        let groups = sections.chain([&report.whole_market]).chain(&report.wholesale);
        let mut of_groups: Vec<Amounts> =
            groups.filter_map(|metrics| Some(metrics.m8.value?.amounts)).collect();
        if let Some(last) = &report.last_whole_month {
            of_groups.extend(last.sections.iter().map(|section| section.amounts));
            of_groups.extend([last.whole_market].into_iter().chain(last.wholesale));
        }
        self.groups += of_groups.iter().filter(|one| one.received_high_vnd.is_some()).count();
        for amounts in &of_groups {
            self.hear(amounts);
        }
        for one in &report.occupancies {
            if let Some(value) = one.metrics.m8.value {
                self.hear(&value.amounts);
            }
        }
    }
}

/// Windows as a curious reader would choose them: months, neighbours, each with a day more or less.
fn windows(dice: &mut Dice) -> Vec<Query> {
    let mut ends = vec![(83, 54), (53, 23), (83, 23)];
    for _ in 0..7 {
        let near = |dice: &mut Dice, days: i32| (days + dice.roll(3) as i32 - 1).max(0);
        let from = [83, 53, 53, 22, dice.roll(84) as i32][dice.roll(5) as usize];
        let to = [54, 23, 0, dice.roll(84) as i32][dice.roll(4) as usize];
        let (from, to) = (near(dice, from), near(dice, to));
        ends.push((from.max(to), from.min(to)));
    }
    let query =
        |(from, to)| Query { from: Some(ago(from)), to: Some(ago(to)), include_occupancies: true };
    ends.into_iter().map(query).collect()
}

/// The rank of rows, looking at some columns alone.
fn rank(rows: &[BTreeSet<usize>], columns: &[usize]) -> usize {
    let cell = |row: &BTreeSet<usize>, column| i64::from(row.contains(column));
    let mut rows: Vec<Vec<i64>> =
        rows.iter().map(|row| columns.iter().map(|column| cell(row, column)).collect()).collect();
    let mut rank = 0;
    for column in 0..columns.len() {
        let Some(pivot) = (rank..rows.len()).find(|row| rows[*row][column] != 0) else { continue };
        rows.swap(rank, pivot);
        let (done, rest) = rows.split_at_mut(rank + 1);
        let first = &done[rank];
        for row in rest.iter_mut().filter(|row| row[column] != 0) {
            let (by, own) = (row[column], first[column]);
            for (one, other) in row.iter_mut().zip(first) {
                *one = (*one * own - other * by).rem_euclid(PRIME);
            }
        }
        rank += 1;
    }
    rank
}

/// No combination of what was told holds money of at most four stalls alone.
fn needs_five(told: &BTreeSet<BTreeSet<usize>>, pieces: &[Piece], shared: &BTreeSet<i64>) {
    let rows: Vec<_> = told.iter().cloned().collect();
    // Pieces that stand in the same rows cannot be told apart, so they go together.
    let mut alike: BTreeMap<Vec<bool>, Vec<usize>> = BTreeMap::new();
    for piece in rows.iter().flatten().copied().collect::<BTreeSet<usize>>() {
        let stands = rows.iter().map(|row| row.contains(&piece)).collect();
        alike.entry(stands).or_default().push(piece);
    }
    let alike: Vec<Vec<usize>> = alike.into_values().collect();
    let owners = |group: &Vec<usize>| -> BTreeSet<i64> {
        group.iter().flat_map(|piece| pieces[*piece].owners.clone()).collect()
    };
    // A piece of a stall that shows its amounts is no secret.
    let secret = |piece: &usize| pieces[*piece].owners.iter().all(|one| !shared.contains(one));
    let (few, many): (Vec<_>, Vec<_>) =
        alike.iter().partition(|group| group.iter().all(secret) && owners(group).len() <= 4);
    let first = |groups: &[&Vec<usize>]| groups.iter().map(|group| group[0]).collect::<Vec<_>>();
    let all = [first(&few), first(&many)].concat();
    let whole = rank(&rows, &all);
    for bits in 1_u32..1 << few.len() {
        let taken = |n: &usize| bits >> n & 1 == 1;
        let (out, rest): (Vec<usize>, Vec<usize>) = (0..few.len()).partition(taken);
        let stalls: BTreeSet<i64> = out.iter().flat_map(|n| owners(few[*n])).collect();
        if stalls.len() <= 4 {
            let rest: Vec<_> = rest.into_iter().map(|n| few[n]).collect();
            let others = [first(&rest), first(&many)].concat();
            assert_eq!(rank(&rows, &others), whole, "{stalls:?} can be computed from {rows:?}");
        }
    }
}

/// Of each sum and of each difference: no one has over 70 % of what has not been shown.
fn needs_many(told: &BTreeSet<BTreeSet<usize>>, pieces: &[Piece], shared: &BTreeSet<i64>) {
    let nothing = BTreeSet::new();
    for row in told {
        for other in told.iter().filter(|other| other.is_subset(row)).chain([&nothing]) {
            let mut units: BTreeMap<i64, i64> = BTreeMap::new();
            for piece in row.difference(other).map(|piece| &pieces[*piece]) {
                if !piece.owners.iter().any(|owner| shared.contains(owner)) {
                    *units.entry(piece.owners[0]).or_default() += piece.units;
                }
            }
            let (most, all) = (units.values().max(), units.values().sum::<i64>());
            let most = most.copied().unwrap_or_default();
            assert!(most * 1_000 <= all * 701, "{units:?} from {row:?} less {other:?}");
        }
    }
}

on_both!(no_windows_tell_about_few_stalls, |db| {
    let mut market = Market::new(db);
    let mut told_high = 0;
    for seed in 1..=WORLDS {
        let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let world = build(&mut market, &mut dice);
        let mut told = Told::default();
        for query in windows(&mut dice) {
            told.read(&market.report_without_amounts(&query));
        }
        for (rows, pieces) in [(&told.certain, &world.certain), (&told.unclear, &world.unclear)] {
            needs_five(rows, pieces, &world.shared);
            needs_many(rows, pieces, &world.shared);
        }
        told_high += told.groups;
        market.clear();
    }
    assert!(told_high > 40, "hardly anything was told: {told_high}");
});
