//! Which groups' shares may be told together. A share is of stalls and of what was counted at them, so
//! no two that are told may differ by a few stalls, and no partition may leave a few over.

use std::collections::{BTreeMap, BTreeSet};

use crate::adoption::groups::Key;
use crate::adoption::suppression::{self, Part};

/// A group's stalls with what each puts in, by occupancy. Several kinds of value may be secret at once.
#[derive(Clone, Debug)]
pub struct Cell {
    pub key: Key,
    pub values: Vec<BTreeMap<i64, Part>>,
}

/// The keys that may be told: the market first, then the larger groups.
pub fn tellable(mut cells: Vec<Cell>) -> BTreeSet<Key> {
    let size = |cell: &Cell| cell.values.iter().map(BTreeMap::len).max().unwrap_or(0);
    cells.sort_by_key(|cell| (cell.key != Key::Market, std::cmp::Reverse(size(cell))));
    let market = cells.iter().find(|cell| cell.key == Key::Market).cloned();
    let mut told: Vec<Cell> = Vec::new();
    for cell in cells {
        let is_safe = (0..cell.values.len()).all(|kind| {
            is_safe_alone(&cell, kind)
                && told.iter().all(|other| differ_safely(&cell, other, kind))
                && market.as_ref().is_none_or(|market| leaves_safely(&cell, &told, market, kind))
        });
        if is_safe {
            told.push(cell);
        }
    }
    told.into_iter().map(|cell| cell.key).collect()
}

/// Whether a cell may be told where another one of the same period is.
pub fn may_stand_beside(one: &Cell, other: &Cell) -> bool {
    (0..one.values.len()).all(|kind| is_safe_alone(one, kind) && differ_safely(one, other, kind))
}

fn is_safe_alone(cell: &Cell, kind: usize) -> bool {
    let Some(values) = cell.values.get(kind) else { return false };
    let parts: Vec<Part> = values.values().copied().collect();
    // Nothing of any stall is no secret.
    parts.iter().all(|part| part.value == 0) || suppression::alone(&parts).is_none()
}

fn without(cell: &Cell, others: &[&Cell], kind: usize) -> Vec<Part> {
    let values = cell.values.get(kind).into_iter().flatten();
    let is_left = |id: &i64| {
        !others.iter().any(|other| other.values.get(kind).is_some_and(|of| of.contains_key(id)))
    };
    values.filter(|(id, _)| is_left(id)).map(|(_, part)| *part).collect()
}

fn differ_safely(one: &Cell, other: &Cell, kind: usize) -> bool {
    [(one, other), (other, one)]
        .into_iter()
        .all(|(one, other)| suppression::of_secret(&without(one, &[other], kind)).is_none())
}

/// What the market has more than the told groups of this partition with this one.
fn leaves_safely(cell: &Cell, told: &[Cell], market: &Cell, kind: usize) -> bool {
    let Some(partition) = cell.key.partition() else { return true };
    let same = told.iter().filter(|other| other.key.partition() == Some(partition));
    let others: Vec<&Cell> = same.chain([cell]).collect();
    suppression::of_secret(&without(market, &others, kind)).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(key: Key, ids: impl IntoIterator<Item = i64>) -> Cell {
        let part = |id| (id, Part { value: 100, published: false });
        Cell { key, values: vec![ids.into_iter().map(part).collect()] }
    }

    #[test]
    fn what_is_hidden_cannot_be_subtracted() {
        let told = tellable(vec![
            cell(Key::Section(1), 0..12),
            cell(Key::Section(2), 12..20),
            cell(Key::Section(3), 20..23),
            cell(Key::Market, 0..23),
        ]);
        // The third is too small; the second, told, would leave it over.
        assert_eq!(told, [Key::Market, Key::Section(1)].into());
        let told = tellable(vec![
            cell(Key::Market, 0..20),
            cell(Key::Section(1), 0..12),
            cell(Key::Section(2), 12..20),
        ]);
        assert_eq!(told.len(), 3);
    }

    #[test]
    fn groups_of_other_kinds_may_not_differ_by_a_few() {
        let fish = Key::Goods("ca".into());
        let told = |fish_ids: std::ops::Range<i64>| {
            tellable(vec![
                cell(Key::Market, 0..30),
                cell(Key::Section(1), 0..12),
                cell(Key::Section(2), 12..30),
                cell(fish.clone(), fish_ids),
            ])
            .contains(&fish)
        };
        // The section without one of its stalls.
        assert!(!told(0..11));
        assert!(!told(1..13));
        assert!(told(0..12));
        assert!(told(6..18));
    }

    #[test]
    fn every_kind_of_value_counts() {
        let mut one = cell(Key::Section(1), 0..12);
        let mut market = cell(Key::Market, 0..24);
        let counted = |ids: std::ops::Range<i64>, large: i64| {
            let part = |id| (id, Part { value: if id == 0 { large } else { 1 }, published: false });
            ids.map(part).collect::<BTreeMap<_, _>>()
        };
        one.values.push(counted(0..12, 1));
        market.values.push(counted(0..24, 1));
        assert_eq!(tellable(vec![one.clone(), market.clone()]).len(), 2);
        // One stall has most of the second value in the section, not in the market.
        one.values[1] = counted(0..12, 50);
        assert_eq!(tellable(vec![one, market]), [Key::Market].into());
    }
}
