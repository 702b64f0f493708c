//! Links the rows of one statement with what was told before: of one account, direction and amount,
//! one to one, as many as can be.
//!
//! What is surely one goes first, by hashes. Then each day by itself, the likest first; then days
//! side by side. A row that is left over beside a telling that is left over may still be its row,
//! where others can be linked in another way: so paths are looked for that give each its own
//! (augmenting paths; a search that failed leaves what it has seen behind for good). Nothing is
//! decided by order alone, and where a search would take too long, a person looks.

use std::collections::{BTreeMap, HashMap, VecDeque};

use super::likeness::{self, LATE_DAYS, Likeness, Other, Telling};

/// Pairs that are weighed one against another; more are taken in the order of their times.
const WEIGHED: usize = 250_000;
/// Comparisons in search of paths.
const SEARCHED: usize = 4_000_000;
/// No row: a telling from which nothing is reached.
const DEAD: usize = usize::MAX;

/// What was told before.
#[derive(Clone, Copy, Debug)]
pub struct Before<'t> {
    pub other: Other<'t>,
    /// How well a row of the file agrees that waits for a person.
    pub held: Option<Likeness>,
}

/// Rows and tellings by what they have in common.
type Groups<K> = BTreeMap<K, (Vec<usize>, Vec<usize>)>;

/// Places of a row and of a telling, and how they agree.
pub type Linked = (usize, usize, Likeness);

struct Linking<'t> {
    rows: &'t [&'t Telling],
    told: &'t [Before<'t>],
    of_row: Vec<Option<(usize, Likeness)>>,
    of_told: Vec<Option<usize>>,
    checks_left: usize,
}

/// Links rows and tellings, one to one.
#[must_use]
pub fn link(rows: &[&Telling], told: &[Before<'_>]) -> Vec<Linked> {
    let mut all = Linking {
        rows,
        told,
        of_row: vec![None; rows.len()],
        of_told: vec![None; told.len()],
        checks_left: SEARCHED,
    };
    all.strong();
    let by_day = all.group(|telling| Some(telling.day()));
    all.side_by_side(&by_day, 0, |how| how <= Likeness::Dated);
    for days in [1, -1] {
        all.side_by_side(&by_day, days, |how| how == Likeness::Midnight);
    }
    all.side_by_side(&by_day, 0, |how| how == Likeness::Day);
    all.search(&by_day);
    for days in (1..=LATE_DAYS).flat_map(|days| [days, -days]) {
        all.side_by_side(&by_day, days, |_| true);
    }
    let linked = |(row, of): (usize, &Option<_>)| of.map(|(told, how)| (row, told, how));
    all.of_row.iter().enumerate().filter_map(linked).collect()
}

impl Linking<'_> {
    fn edge(&self, row: usize, told: usize) -> Option<Likeness> {
        let (row, told) = (self.rows.get(row)?, self.told.get(told)?);
        likeness::likeness(row, told.other).filter(|how| how.beats(told.held))
    }

    fn is_row_free(&self, row: usize) -> bool {
        self.of_row.get(row).is_some_and(Option::is_none)
    }

    fn is_told_free(&self, told: usize) -> bool {
        self.of_told.get(told).is_some_and(Option::is_none)
    }

    fn set(&mut self, row: usize, told: usize, how: Likeness) {
        if let (Some(of_row), Some(of_told)) =
            (self.of_row.get_mut(row), self.of_told.get_mut(told))
        {
            *of_row = Some((told, how));
            *of_told = Some(row);
        }
    }

    fn group<K: Ord>(&self, key: impl Fn(&Telling) -> Option<K>) -> Groups<K> {
        let mut groups: Groups<K> = BTreeMap::new();
        for (place, row) in self.rows.iter().enumerate() {
            if let Some(key) = key(row) {
                groups.entry(key).or_default().0.push(place);
            }
        }
        for (place, told) in self.told.iter().enumerate() {
            if let Some(key) = key(told.other.telling) {
                groups.entry(key).or_default().1.push(place);
            }
        }
        groups
    }

    /// One reference, then one second.
    fn strong(&mut self) {
        let references = self.group(|one| one.own_reference().map(str::to_owned));
        for (rows, told) in references.into_values() {
            self.pair_up(&rows, &told, |how| how == Likeness::Reference);
        }
        for (rows, told) in self.group(Telling::second).into_values() {
            self.pair_up(&rows, &told, |how| how == Likeness::Moment);
        }
    }

    /// The rows of each day with what was told of so many days before.
    fn side_by_side(
        &mut self,
        by_day: &Groups<i32>,
        days: i32,
        wanted: impl Fn(Likeness) -> bool + Copy,
    ) {
        for (day, (rows, _)) in by_day {
            if let Some((_, told)) = by_day.get(&day.saturating_sub(days)) {
                self.pair_up(rows, told, wanted);
            }
        }
    }

    /// Links what is still free, the likest first.
    fn pair_up(
        &mut self,
        rows: &[usize],
        told: &[usize],
        wanted: impl Fn(Likeness) -> bool + Copy,
    ) {
        let rows: Vec<usize> = rows.iter().copied().filter(|row| self.is_row_free(*row)).collect();
        let told: Vec<usize> =
            told.iter().copied().filter(|told| self.is_told_free(*told)).collect();
        if rows.len().saturating_mul(told.len()) > WEIGHED {
            return self.in_order(&rows, &told, wanted);
        }
        let mut weighed = Vec::new();
        for row in &rows {
            for place in &told {
                let how = self.edge(*row, *place).filter(|how| wanted(*how));
                if let (Some(how), Some(one), Some(two)) =
                    (how, self.rows.get(*row), self.told.get(*place))
                {
                    let two = two.other.telling;
                    weighed.push((!one.shares_name(two), how, one.nuance(two), *row, *place));
                }
            }
        }
        weighed.sort_unstable();
        for (_, how, _, row, place) in weighed {
            if self.is_row_free(row) && self.is_told_free(place) {
                self.set(row, place, how);
            }
        }
    }

    /// Hundreds of one amount on one day: those of one memo, then all, by their times.
    fn in_order(
        &mut self,
        rows: &[usize],
        told: &[usize],
        wanted: impl Fn(Likeness) -> bool + Copy,
    ) {
        let mut by_memo: HashMap<u64, (Vec<usize>, Vec<usize>)> = HashMap::new();
        for row in rows {
            if let Some(memo) = self.rows.get(*row).and_then(|row| row.memo()) {
                by_memo.entry(memo).or_default().0.push(*row);
            }
        }
        for place in told {
            if let Some(memo) = self.told.get(*place).and_then(|told| told.other.telling.memo()) {
                by_memo.entry(memo).or_default().1.push(*place);
            }
        }
        for (rows, told) in by_memo.into_values() {
            self.zip(rows, told, wanted);
        }
        self.zip(rows.to_vec(), told.to_vec(), wanted);
    }

    fn zip(
        &mut self,
        mut rows: Vec<usize>,
        mut told: Vec<usize>,
        wanted: impl Fn(Likeness) -> bool,
    ) {
        rows.retain(|row| self.is_row_free(*row));
        told.retain(|told| self.is_told_free(*told));
        let row_at = |row: &usize| self.rows.get(*row).map(|row| row.occurred_at);
        let told_at = |told: &usize| self.told.get(*told).map(|one| one.other.telling.occurred_at);
        rows.sort_by_key(row_at);
        told.sort_by_key(told_at);
        let (mut r, mut t) = (0, 0);
        while let (Some(row), Some(place)) = (rows.get(r), told.get(t)) {
            if let Some(how) = self.edge(*row, *place).filter(|how| wanted(*how)) {
                self.set(*row, *place, how);
                (r, t) = (r + 1, t + 1);
            } else if self.rows.get(*row).map(|row| row.occurred_at)
                < self.told.get(*place).map(|one| one.other.telling.occurred_at)
            {
                r += 1;
            } else {
                t += 1;
            }
        }
    }

    /// Looks for a telling for each row that is left over, where one is left over near it.
    fn search(&mut self, by_day: &Groups<i32>) {
        let mut left: BTreeMap<i32, usize> = BTreeMap::new();
        for (day, (_, told)) in by_day {
            let free = told.iter().filter(|told| self.is_told_free(**told)).count();
            left.extend((free > 0).then_some((*day, free)));
        }
        let mut seen: HashMap<usize, usize> = HashMap::new();
        let (mut trail, mut free) = (Vec::new(), None);
        let rows: Vec<usize> = (0..self.rows.len()).filter(|row| self.is_row_free(*row)).collect();
        for row in rows {
            let Some(day) = self.rows.get(row).map(|row| row.day()) else { continue };
            if left.range(day.saturating_sub(1)..=day.saturating_add(1)).next().is_none() {
                continue;
            }
            trail.clear();
            if let Some(told) = self.reach(row, by_day, &mut seen, &mut trail) {
                let day = self.told.get(told).map_or(day, |told| told.other.telling.day());
                if let Some(free) = left.get_mut(&day) {
                    *free -= 1;
                    if *free == 0 {
                        left.remove(&day);
                    }
                }
                self.turn(row, told, &seen);
                // What this search has seen may be reached again.
                for told in &trail {
                    seen.remove(told);
                }
            } else if self.checks_left == 0 {
                let free = free.get_or_insert_with(|| self.free_by_day(by_day));
                if let Some(told) = free.get_mut(&day).and_then(Vec::pop) {
                    // Nobody may say that a row is none of the day's: a person looks.
                    self.set(row, told, Likeness::Day);
                }
            } else {
                // From here nothing is reached, whoever asks.
                seen.extend(trail.iter().map(|told| (*told, DEAD)));
            }
        }
    }

    /// The free telling that a row can have if others change theirs; `seen`: from which row each
    /// telling was reached. `trail`: the tellings that this search sees.
    fn reach(
        &mut self,
        start: usize,
        by_day: &Groups<i32>,
        seen: &mut HashMap<usize, usize>,
        trail: &mut Vec<usize>,
    ) -> Option<usize> {
        let mut waiting = VecDeque::from([start]);
        while let Some(row) = waiting.pop_front() {
            let day = self.rows.get(row)?.day();
            let near = by_day.range(day.saturating_sub(1)..=day.saturating_add(1));
            for told in near.flat_map(|(_, (_, told))| told.iter().copied()) {
                self.checks_left = self.checks_left.checked_sub(1)?;
                if seen.contains_key(&told) {
                    continue;
                }
                if self.edge(row, told).is_none_or(|how| how == Likeness::Late) {
                    continue;
                }
                seen.insert(told, row);
                trail.push(told);
                let Some(owner) = self.of_told.get(told).copied().flatten() else {
                    return Some(told);
                };
                let how = self.of_row.get(owner).copied().flatten().map(|(_, how)| how);
                if how.is_some_and(|how| how > Likeness::Moment) {
                    waiting.push_back(owner);
                }
            }
        }
        None
    }

    /// Gives each row on the way to a free telling the next one.
    fn turn(&mut self, start: usize, mut told: usize, seen: &HashMap<usize, usize>) {
        while let Some(row) = seen.get(&told).copied() {
            let next = self.of_row.get(row).copied().flatten();
            let Some(how) = self.edge(row, told) else { return };
            self.set(row, told, how);
            match next {
                Some((next, _)) if row != start => told = next,
                _ => return,
            }
        }
    }

    /// Tellings that are left over, of each day, the last first.
    fn free_by_day(&self, by_day: &Groups<i32>) -> HashMap<i32, Vec<usize>> {
        let free = |told: &[usize]| {
            told.iter().rev().copied().filter(|told| self.is_told_free(*told)).collect()
        };
        by_day.iter().map(|(day, (_, told))| (*day, free(told))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feeds::Precision;
    use crate::primitives::UnixMs;
    use crate::vietqr::Reference;

    fn telling(minute: i64, name: Option<u32>) -> Telling {
        let at = UnixMs::from_vietnam_wall_clock("2026-11-03 00:00:00").unwrap();
        let names = name.and_then(Reference::from_data).into_iter().collect();
        Telling::new((at.plus_ms(minute * 60_000), Precision::Second), None, "", names)
    }

    fn before(told: &[Telling]) -> Vec<Before<'_>> {
        let other = |telling| Other { telling, is_row: false, is_whole: true };
        told.iter().map(|telling| Before { other: other(telling), held: None }).collect()
    }

    #[test]
    fn none_is_left_over_that_could_be_linked() {
        // The likest first would give the second row's only telling to the first.
        let rows = [telling(600, None), telling(540, Some(1))];
        let told = [telling(601, None), telling(660, Some(2))];
        let linked = link(&rows.each_ref(), &before(&told));
        let mut pairs: Vec<_> = linked.iter().map(|(row, told, _)| (*row, *told)).collect();
        pairs.sort_unstable();
        assert_eq!(pairs, [(0, 1), (1, 0)]);
    }

    #[test]
    fn thousands_of_one_amount_and_day_are_linked() {
        let rows: Vec<_> = (0..1_200).map(|n| telling(n, None)).collect();
        // Every seventh was lost, and all are told ten minutes late.
        let told: Vec<_> =
            (0..1_200).filter(|n| n % 7 != 0).map(|n| telling(n + 10, None)).collect();
        let rows: Vec<&Telling> = rows.iter().collect();
        assert_eq!(link(&rows, &before(&told)).len(), told.len());
    }

    #[test]
    fn what_is_too_much_to_search_is_left_to_a_person() {
        // Of one bank, whose times are more than five minutes apart: none may be another's.
        let rows: Vec<_> = (0..2_100).map(|n| telling(n % 60, None)).collect();
        let told: Vec<_> = (0..2_100).map(|n| telling(720 + n % 60, None)).collect();
        let other = |telling| Other { telling, is_row: true, is_whole: true };
        let before: Vec<_> =
            told.iter().map(|telling| Before { other: other(telling), held: None }).collect();
        let rows: Vec<&Telling> = rows.iter().collect();
        let linked = link(&rows, &before);
        let places: std::collections::BTreeSet<_> =
            linked.iter().map(|(_, told, _)| *told).collect();
        // All that the search came to by then is said to be none of them.
        let (comes_to, left) = (SEARCHED / told.len(), SEARCHED % told.len());
        assert_eq!(linked.len(), rows.len() - comes_to, "{left} are left of the next search");
        assert_eq!(places.len(), linked.len());
        assert!(linked.iter().all(|(_, _, how)| !how.is_certain(true)));
    }

    #[test]
    fn what_waits_keeps_its_transfer_from_what_agrees_no_better() {
        let (rows, told) = ([telling(540, None)], [telling(543, None)]);
        let rows = rows.each_ref();
        let mut before = before(&told);
        before[0].held = Some(Likeness::Near);
        assert_eq!(link(&rows, &before), []);
        before[0].held = Some(Likeness::Dated);
        assert_eq!(link(&rows, &before), [(0, 0, Likeness::Near)]);
    }
}
