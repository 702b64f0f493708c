//! The lot of a sampling plan. It is a hash of ids over what the plan keeps, so that anybody can draw it
//! again and nobody can choose.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;

use crate::primitives::Day;
use crate::primitives::ids::{CashPlanId, OccupancyId};

/// A stall that the lot could fall on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Framed {
    pub occupancy_id: OccupancyId,
    /// Goods and size, `rau small`: the lot takes its fair part of each.
    pub stratum: String,
    /// Days of the plan on which it was known to be away.
    #[schema(value_type = Vec<String>)]
    pub away: Vec<Day>,
}

/// Draws `stalls` of the frame, each with the same chance, and of each up to `days_each` of the open
/// days on which it is not away, no two of them next to each other.
///
/// Stalls stand in the order of their strata, in a stratum by ticket; from a drawn start on every
/// (frame / stalls)-th is taken. So each stratum gives its share, and small ones are not left out.
pub fn draw(
    plan: CashPlanId,
    frame: &[Framed],
    open_days: &[Day],
    (stalls, days_each): (usize, usize),
) -> Vec<(OccupancyId, Day)> {
    let mut order: Vec<&Framed> = frame.iter().collect();
    order.sort_by_cached_key(|one| {
        (one.stratum.clone(), ticket(&format!("{plan} {}", one.occupancy_id)))
    });
    let (all, wanted) = (order.len(), stalls.min(order.len()));
    let Some(start) = start(plan, all) else { return Vec::new() };
    let chosen = (0..wanted).filter_map(|number| order.get((start + number * all) / wanted));
    let days = |one: &&Framed| {
        let days = days(plan, one, open_days, days_each);
        let id = one.occupancy_id;
        days.into_iter().map(move |day| (id, day)).collect::<Vec<_>>()
    };
    chosen.flat_map(days).collect()
}

/// Below the number of stalls; none of none.
fn start(plan: CashPlanId, all: usize) -> Option<usize> {
    let number = u64::from_be_bytes(*ticket(&plan.to_string()).first_chunk()?);
    usize::try_from(number.checked_rem(all as u64)?).ok()
}

fn days(plan: CashPlanId, one: &Framed, open_days: &[Day], wanted: usize) -> Vec<Day> {
    let trading = open_days.iter().filter(|day| !one.away.contains(day)).copied();
    let mut places: Vec<(usize, Day)> = trading.enumerate().collect();
    let id = one.occupancy_id;
    places.sort_by_cached_key(|(_, day)| ticket(&format!("{plan} {id} {day}")));
    let mut taken: Vec<(usize, Day)> = Vec::new();
    for (place, day) in places {
        if taken.len() < wanted && taken.iter().all(|(other, _)| other.abs_diff(place) > 1) {
            taken.push((place, day));
        }
    }
    let mut days: Vec<Day> = taken.into_iter().map(|(_, day)| day).collect();
    days.sort_unstable();
    days
}

fn ticket(text: &str) -> [u8; 32] {
    Sha256::digest(text).into()
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    fn frame(strata: &[(&str, i64)]) -> Vec<Framed> {
        let mut id = 0;
        let mut frame = Vec::new();
        for (stratum, stalls) in strata {
            for _ in 0..*stalls {
                id += 1;
                let stratum = (*stratum).to_owned();
                frame.push(Framed { occupancy_id: OccupancyId(id), stratum, away: Vec::new() });
            }
        }
        frame
    }

    fn stalls(drawn: &[(OccupancyId, Day)]) -> BTreeSet<i64> {
        drawn.iter().map(|(id, _)| id.0).collect()
    }

    const MONTH: std::ops::Range<i32> = 0..26;

    #[test]
    fn each_stall_has_the_same_chance_and_each_stratum_its_share() {
        let frame = frame(&[("ca", 50), ("rau", 27), ("vai", 6)]);
        let open: Vec<_> = MONTH.map(Day).collect();
        let mut counts: BTreeMap<i64, i64> = BTreeMap::new();
        for plan in 0..2_000 {
            let drawn = stalls(&draw(CashPlanId(plan), &frame, &open, (20, 2)));
            assert_eq!(drawn.len(), 20);
            let of = |ids: std::ops::RangeInclusive<i64>| drawn.range(ids).count();
            // 50/83 of 20 are 12.05, 27/83 are 6.5, 6/83 are 1.4.
            assert!((12..=13).contains(&of(1..=50)) && (6..=7).contains(&of(51..=77)));
            assert!((1..=2).contains(&of(78..=83)));
            for id in drawn {
                *counts.entry(id).or_default() += 1;
            }
        }
        // 20/83 of 2.000 are 482, give or take 19: nobody is five times that away.
        assert_eq!(counts.len(), 83);
        assert!(counts.values().all(|count| (385..=580).contains(count)), "{counts:?}");
    }

    #[test]
    fn days_are_spread_and_nobody_is_sought_while_away() {
        let mut frame = frame(&[("ca", 1)]);
        let open: Vec<_> = MONTH.map(Day).collect();
        let mut counts: BTreeMap<i32, i64> = BTreeMap::new();
        for plan in 0..2_600 {
            let drawn = draw(CashPlanId(plan), &frame, &open, (1, 2));
            let [(_, first), (_, second)] = drawn.as_slice() else { panic!("{drawn:?}") };
            assert!(second.0 - first.0 > 1);
            for (_, day) in drawn {
                *counts.entry(day.0).or_default() += 1;
            }
        }
        // 200 each; the two ends have one neighbour less to lose against.
        assert!(counts.values().all(|count| (130..=275).contains(count)), "{counts:?}");
        frame[0].away = (0..24).map(Day).collect();
        let drawn = draw(CashPlanId(1), &frame, &open, (1, 2));
        // Two days that follow each other are one; none is left for the second.
        assert!(drawn.len() == 1 && drawn[0].1.0 >= 24, "{drawn:?}");
        assert_eq!(draw(CashPlanId(1), &[], &open, (20, 2)), []);
    }
}
