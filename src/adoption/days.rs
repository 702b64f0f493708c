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

    pub fn insert(&mut self, day: Day) {
        if let Some((word, bit)) = self.place(day)
            && let Some(word) = self.words.get_mut(word)
        {
            *word |= bit;
        }
    }

    pub fn remove(&mut self, day: Day) {
        if let Some((word, bit)) = self.place(day)
            && let Some(word) = self.words.get_mut(word)
        {
            *word &= !bit;
        }
    }

    /// Inserts day `first_day` + n for every bit n.
    pub fn insert_bits(&mut self, first_day: Day, bits: i64) {
        let mut rest = bits;
        while rest > 0 {
            self.insert(first_day.plus(rest.trailing_zeros() as i32));
            rest &= rest - 1;
        }
    }

    #[must_use]
    pub fn contains(&self, day: Day) -> bool {
        self.place(day)
            .and_then(|(word, bit)| self.words.get(word).map(|word| word & bit != 0))
            .unwrap_or(false)
    }

    pub fn days(&self, span: Span) -> impl Iterator<Item = Day> {
        span.days().filter(|day| self.contains(*day))
    }

    #[must_use]
    pub fn count(&self, span: Span) -> i64 {
        self.days(span).count() as i64
    }

    #[must_use]
    pub fn any(&self, span: Span) -> bool {
        self.days(span).next().is_some()
    }

    fn place(&self, day: Day) -> Option<(usize, u64)> {
        let offset = usize::try_from(day.0.checked_sub(self.first)?).ok()?;
        Some((offset / 64, 1 << (offset % 64)))
    }
}
