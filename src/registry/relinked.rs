//! What a change of the register means for money that has come already: the links of an account
//! change for days of the past, and the ledger decides these days' transfers again.

use std::collections::{BTreeMap, BTreeSet};

use super::Period;
use super::store::{link_changes, links};
use crate::access::Act;
use crate::db::{DbConnection, Outcome};
use crate::primitives::Day;
use crate::primitives::ids::{AccountId, OccupancyId};

/// Writes a change of an occupancy's days or links, and notes in the same transaction from which day
/// on it makes a difference, for each account. The board is locked.
pub fn noting(
    connection: &mut DbConnection,
    act: &Act,
    occupancy_id: OccupancyId,
    write: impl FnOnce(&mut DbConnection) -> Outcome<()>,
) -> Outcome<()> {
    let before = served(connection, act, occupancy_id)?;
    write(connection)?;
    let after = served(connection, act, occupancy_id)?;
    let none = Vec::new();
    for account_id in before.keys().chain(after.keys()).collect::<BTreeSet<_>>() {
        let of = |all: &BTreeMap<_, _>| all.get(account_id).cloned().unwrap_or(none.clone());
        if let Some(from_day) = first_difference(&of(&before), &of(&after)) {
            link_changes::note(connection, act, *account_id, from_day)?;
        }
    }
    Ok(())
}

/// The days on which accounts serve an occupancy.
fn served(
    connection: &mut DbConnection,
    act: &Act,
    occupancy_id: OccupancyId,
) -> Outcome<BTreeMap<AccountId, Vec<Period>>> {
    let mut all: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (account_id, period) in links::periods(connection, act.board_id(), occupancy_id)? {
        all.entry(account_id).or_default().push(period);
    }
    Ok(all)
}

/// The first day on which an account serves by one and not by the other, or has ended to serve.
fn first_difference(before: &[Period], after: &[Period]) -> Option<Day> {
    let on = |all: &[Period], day| all.iter().any(|period| period.contains(day));
    let behind = |period: &Period| period.to.map(|to| to.plus(1));
    let all = before.iter().chain(after);
    let days = all.flat_map(|period| [Some(period.from), behind(period)].into_iter().flatten());
    let other = days.filter(|day| on(before, *day) != on(after, *day)).min();
    // Between two links, a code counts as one whose vendor has not left.
    let end =
        |all: &[Period]| all.iter().map(behind).max_by_key(|day| day.map_or(i32::MAX, Day::get));
    let ended = match (end(before), end(after)) {
        (Some(one), Some(two)) if one != two => [one, two].into_iter().flatten().min(),
        _ => None,
    };
    [other, ended].into_iter().flatten().min()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn period(from: i32, to: impl Into<Option<i32>>) -> Period {
        Period { from: Day(from), to: to.into().map(Day) }
    }

    #[test]
    fn a_difference_begins_where_the_days_differ() {
        let (open, none) = (period(10, None), &[][..]);
        for (before, after, first) in [
            (none, &[open][..], Some(10)),
            (&[open], &[open], None),
            (&[open], &[period(10, 20)], Some(21)),
            (&[period(10, 20)], &[period(8, 20)], Some(8)),
            (&[period(10, 20)], &[period(10, 20), period(30, None)], Some(21)),
            (&[period(10, 20), open], &[open], None),
            (&[period(10, 20)], &[period(12, 18)], Some(10)),
            (&[period(10, 20), period(30, 40)], &[period(10, 15), period(30, 40)], Some(16)),
        ] {
            let found = first_difference(before, after).map(Day::get);
            assert_eq!(found, first, "{before:?} {after:?}");
        }
    }
}
