//! A span of days, both ends included, perhaps without an end.

use crate::primitives::{Day, Refusal};

/// 2099-12-31. Later days are slips of the finger; no end is said by none.
const LAST_DAY: Day = Day(47_481);

/// `from..=to`; no `to` means until further notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    pub from: Day,
    pub to: Option<Day>,
}

impl Period {
    /// # Errors
    /// `period-reversed` on `to_day`; `day-too-far` on either.
    pub fn new(from: Day, to: Option<Day>) -> Result<Self, Refusal> {
        for (field, day) in [("from_day", Some(from)), ("to_day", to)] {
            if day.is_some_and(|day| day > LAST_DAY) {
                return Err(Refusal::invalid(field, "day-too-far").with("max", LAST_DAY));
            }
        }
        if to.is_some_and(|to| to < from) {
            let refusal = Refusal::invalid("to_day", "period-reversed");
            return Err(refusal.with("from_day", from));
        }
        Ok(Self { from, to })
    }

    #[must_use]
    pub fn contains(self, day: Day) -> bool {
        self.from <= day && self.to.is_none_or(|to| day <= to)
    }

    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        self.to.is_none_or(|to| other.from <= to) && other.to.is_none_or(|to| self.from <= to)
    }

    /// Whether it begins on a day of `outer` and does not name an end after that of `outer`. An
    /// open end fits: where the outer period ends, this one does.
    #[must_use]
    pub fn fits_into(self, outer: Self) -> bool {
        outer.contains(self.from)
            && outer.to.is_none_or(|outer_to| self.to.is_none_or(|to| to <= outer_to))
    }

    /// The days of both, if there are any.
    #[must_use]
    pub fn both(self, other: Self) -> Option<Self> {
        let to = match (self.to, other.to) {
            (Some(one), Some(two)) => Some(one.min(two)),
            (one, two) => one.or(two),
        };
        let from = self.from.max(other.from);
        to.is_none_or(|to| from <= to).then_some(Self { from, to })
    }
}
