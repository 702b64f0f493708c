//! What is rolled up: whole months, and the thirds of each month.
//!
//! A window seldom begins with a month, and the running month is no whole one; with thirds, a report
//! reads at most ten days one by one at either end of its window, instead of a month's.

use crate::primitives::{Day, Month};

/// First days of a month's second and last third; the last one is as long as the month lets it be.
const THIRDS: [i32; 2] = [10, 20];

/// Days that are one row of an occupancy and account: a month's, its first ten, its second ten, or
/// the rest of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Piece {
    from: Day,
    to: Day,
}

impl Piece {
    #[must_use]
    pub fn whole(month: Month) -> Self {
        Self { from: month.first_day(), to: month.last_day() }
    }

    /// In their order; together they are the month.
    #[must_use]
    pub fn thirds(month: Month) -> [Self; 3] {
        let Self { from, to } = Self::whole(month);
        let [second, last] = THIRDS.map(|days| from.plus(days));
        [
            Self { from, to: second.plus(-1) },
            Self { from: second, to: last.plus(-1) },
            Self { from: last, to },
        ]
    }

    /// The month and its thirds.
    pub fn of_month(month: Month) -> impl Iterator<Item = Self> {
        std::iter::once(Self::whole(month)).chain(Self::thirds(month))
    }

    /// Those that a day is in.
    pub fn holding(day: Day) -> impl Iterator<Item = Self> {
        Self::of_month(day.month()).filter(move |piece| piece.contains(day))
    }

    /// As it is kept; `None` for days that are no piece.
    #[must_use]
    pub fn read(from: Day, to: Day) -> Option<Self> {
        Self::of_month(from.month()).find(|piece| (piece.from, piece.to) == (from, to))
    }

    #[must_use]
    pub const fn from(self) -> Day {
        self.from
    }

    #[must_use]
    pub const fn to(self) -> Day {
        self.to
    }

    #[must_use]
    pub fn contains(self, day: Day) -> bool {
        self.from <= day && day <= self.to
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thirds_make_up_each_month() {
        for month in (2023 * 12..2029 * 12).map(Month) {
            let mut day = month.first_day();
            for third in Piece::thirds(month) {
                assert_eq!(third.from(), day);
                day = third.to().plus(1);
                assert!((8..=11).contains(&(day.0 - third.from().0)));
            }
            assert_eq!(day, month.next().first_day());
        }
    }

    #[test]
    fn a_day_is_in_its_month_and_one_third() {
        let first = Month(2024 * 12 + 1).first_day();
        for day in (0..29).map(|number| first.plus(number)) {
            let found: Vec<_> = Piece::holding(day).collect();
            assert_eq!(found.len(), 2);
            assert!(found.iter().all(|piece| piece.contains(day)));
            assert_eq!(found.first(), Some(&Piece::whole(first.month())));
        }
    }

    #[test]
    fn other_days_are_no_piece() {
        let month = Month(2026 * 12);
        for piece in Piece::of_month(month) {
            assert_eq!(Piece::read(piece.from(), piece.to()), Some(piece));
            assert_eq!(Piece::read(piece.from(), piece.to().plus(1)), None);
            assert_eq!(Piece::read(piece.from().plus(1), piece.to()), None);
        }
    }
}
