//! Spans and sets of days.

use serde::Serialize;
use utoipa::ToSchema;

use crate::primitives::{Day, Month};

/// `from..=to`; empty if `to` lies before `from`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Span {
    #[schema(value_type = String, format = Date)]
    pub from: Day,
    #[schema(value_type = String, format = Date)]
    pub to: Day,
}

impl Span {
    #[must_use]
    pub const fn new(from: Day, to: Day) -> Self {
        Self { from, to }
    }

    /// The `days` days that end with `to`.
    #[must_use]
    pub const fn ending(to: Day, days: i32) -> Self {
        Self { from: to.plus(1 - days), to }
    }

    /// The `days` days that begin with `from`.
    #[must_use]
    pub const fn beginning(from: Day, days: i32) -> Self {
        Self { from, to: from.plus(days - 1) }
    }

    #[must_use]
    pub fn contains(self, day: Day) -> bool {
        self.from <= day && day <= self.to
    }

    #[must_use]
    pub fn holds(self, other: Self) -> bool {
        self.from <= other.from && other.to <= self.to
    }

    /// The days of both.
    #[must_use]
    pub fn both(self, other: Self) -> Self {
        Self { from: self.from.max(other.from), to: self.to.min(other.to) }
    }

    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.to.0 < self.from.0
    }

    pub fn days(self) -> impl Iterator<Item = Day> {
        (self.from.0..=self.to.0).map(Day)
    }

    /// Every month that has a day in it.
    pub fn months(self) -> impl Iterator<Item = Month> {
        let last =
            if self.is_empty() { self.from.month().get() - 1 } else { self.to.month().get() };
        (self.from.month().get()..=last).map(Month)
    }
}

/// A set of days within a span that is fixed when it is made; days outside are never members.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DaySet {
    first: i32,
    words: Vec<u64>,
}

impl DaySet {
    #[must_use]
    pub fn within(span: Span) -> Self {
        let days = span.to.0.saturating_sub(span.from.0).max(-1).saturating_add(1);
        Self { first: span.from.0, words: vec![0; (days as usize).div_ceil(64)] }
    }

    /// The members that lie in a span.
    #[must_use]
    pub fn only(&self, span: Span) -> Self {
        let mut set = Self { first: self.first, words: vec![0; self.words.len()] };
        set.insert_all(self, span);
        set
    }

    pub fn insert(&mut self, day: Day) {
        self.insert_bits(day, 1);
    }

    /// Inserts day `first_day` + n for every bit n.
    pub fn insert_bits(&mut self, first_day: Day, bits: i64) {
        let offset = i64::from(first_day.0) - i64::from(self.first);
        let (offset, bits) = match u32::try_from(-offset) {
            Ok(before) => (0, (bits as u64).checked_shr(before).unwrap_or(0)),
            Err(_) => (offset as usize, bits as u64),
        };
        let (low, high) = (bits << (offset % 64), (bits >> 1) >> (63 - offset % 64));
        for (word, bits) in self.words.iter_mut().skip(offset / 64).zip([low, high]) {
            *word |= bits;
        }
    }

    /// Inserts the members that another set has in a span.
    pub fn insert_all(&mut self, other: &Self, span: Span) {
        if self.first != other.first {
            other.days(span).for_each(|day| self.insert(day));
            return;
        }
        let parts = masks(other.place(span)).zip(&other.words);
        for (word, (mask, others)) in self.words.iter_mut().zip(parts) {
            *word |= others & mask;
        }
    }

    pub fn remove_all(&mut self, span: Span) {
        let place = self.place(span);
        for (word, mask) in self.words.iter_mut().zip(masks(place)) {
            *word &= !mask;
        }
    }

    #[must_use]
    pub fn contains(&self, day: Day) -> bool {
        self.any(Span::new(day, day))
    }

    /// Ascending.
    pub fn days(&self, span: Span) -> impl Iterator<Item = Day> {
        self.parts(span).enumerate().flat_map(|(number, part)| {
            let first = self.first + 64 * number as i32;
            let rest = |bits: &u64| Some(bits & (bits - 1)).filter(|rest| *rest != 0);
            let members = std::iter::successors(Some(part).filter(|bits| *bits != 0), rest);
            members.map(move |bits| Day(first + bits.trailing_zeros() as i32))
        })
    }

    /// The last member.
    #[must_use]
    pub fn last(&self) -> Option<Day> {
        let (number, word) = self.words.iter().enumerate().rev().find(|(_, word)| **word != 0)?;
        Some(Day(self.first + 64 * number as i32 + 63 - word.leading_zeros() as i32))
    }

    #[must_use]
    pub fn count(&self, span: Span) -> i64 {
        self.parts(span).map(|part| i64::from(part.count_ones())).sum()
    }

    /// How many members in a span are also members of another set.
    #[must_use]
    pub fn count_both(&self, other: &Self, span: Span) -> i64 {
        if self.first != other.first {
            return self.days(span).filter(|day| other.contains(*day)).count() as i64;
        }
        let parts = self.parts(span).zip(&other.words);
        parts.map(|(part, others)| i64::from((part & others).count_ones())).sum()
    }

    #[must_use]
    pub fn any(&self, span: Span) -> bool {
        self.parts(span).any(|part| part != 0)
    }

    /// The words, without what lies outside the span.
    fn parts(&self, span: Span) -> impl Iterator<Item = u64> {
        masks(self.place(span)).zip(&self.words).map(|(mask, word)| mask & word)
    }

    /// The bits of a span, counted from the first day: `from..before`.
    fn place(&self, span: Span) -> (i64, i64) {
        let first = i64::from(self.first);
        (i64::from(span.from.0) - first, i64::from(span.to.0) - first + 1)
    }
}

/// For each word its bits in `from..before`.
fn masks((from, before): (i64, i64)) -> impl Iterator<Item = u64> {
    // The bits below one.
    let below =
        |bit: i64| 1_u64.checked_shl(bit.clamp(0, 64) as u32).map_or(u64::MAX, |bit| bit - 1);
    (0_i64..).step_by(64).map(move |first| below(before - first) & !below(from - first))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    const HISTORY: Span = Span::new(Day(-40), Day(239));

    fn span() -> impl Strategy<Value = Span> {
        // Around the history, and as far away as days go.
        let day = prop_oneof![9 => -60..260, 1 => Just(i32::MIN), 1 => Just(i32::MAX)];
        (day.clone(), day).prop_map(|(from, to)| Span::new(Day(from), Day(to)))
    }

    fn days() -> impl Strategy<Value = BTreeSet<i32>> {
        prop::collection::btree_set(-40..240, 0..200)
    }

    fn set(days: &BTreeSet<i32>) -> DaySet {
        let mut set = DaySet::within(HISTORY);
        for day in days {
            set.insert(Day(*day));
        }
        set
    }

    fn inside(days: &BTreeSet<i32>, span: Span) -> BTreeSet<i32> {
        days.iter().copied().filter(|day| span.contains(Day(*day))).collect()
    }

    proptest! {
        #[test]
        fn a_span_sees_its_members(days in days(), other in days(), span in span()) {
            let (set, members) = (set(&days), inside(&days, span));
            let found: Vec<_> = set.days(span).map(|day| day.0).collect();
            prop_assert_eq!(&found, &members.iter().copied().collect::<Vec<_>>());
            prop_assert_eq!(set.count(span), members.len() as i64);
            prop_assert_eq!(set.any(span), !members.is_empty());
            prop_assert_eq!(set.only(span).last().map(|day| day.0), members.last().copied());
            prop_assert_eq!(set.contains(span.from), days.contains(&span.from.0));
            let both = members.intersection(&other).count() as i64;
            prop_assert_eq!(set.count_both(&self::set(&other), span), both);
            prop_assert_eq!(set.count_both(&DaySet::default(), span), 0);
        }

        #[test]
        fn a_span_changes_its_members(days in days(), other in days(), span in span()) {
            let (first, second) = (set(&days), set(&other));
            prop_assert_eq!(first.only(span), set(&inside(&days, span)));
            let mut more = first.clone();
            more.insert_all(&second, span);
            prop_assert_eq!(more, set(&(&days | &inside(&other, span))));
            let mut less = first;
            less.remove_all(span);
            prop_assert_eq!(less, set(&(&days - &inside(&days, span))));
        }

        #[test]
        fn bits_are_days_from_the_first(first in -90..260, bits in 0_i64..1 << 31) {
            let mut set = DaySet::within(HISTORY);
            set.insert_bits(Day(first), bits);
            for number in 0..31 {
                let day = Day(first + number);
                let member = bits >> number & 1 == 1 && HISTORY.contains(day);
                prop_assert_eq!(set.any(HISTORY.both(Span::new(day, day))), member);
            }
        }
    }
}
