//! Yes, no, or not known: what one occupancy is to one metric.

use super::ratio::{Bounds, Ratio};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Yes,
    /// Unclassified money would make it a yes, or nothing was seen where nothing could be.
    Maybe,
    No,
}

/// What was seen of an occupancy in some days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Receipts {
    Seen,
    /// Only if unclassified or unassigned money is counted.
    Possible,
    Unseen,
}

impl Receipts {
    #[must_use]
    pub const fn of(seen: bool, possible: bool) -> Self {
        match (seen, possible) {
            (true, _) => Self::Seen,
            (false, true) => Self::Possible,
            (false, false) => Self::Unseen,
        }
    }
}

/// An occupancy's part in a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    pub verdict: Verdict,
    /// It belongs to the occupancies whose silence means something.
    pub counted: bool,
}

impl Answer {
    /// Something that receipts prove; without them, silence is a no only where it was `heard`.
    #[must_use]
    pub const fn proven_by(receipts: Receipts, heard: bool, counted: bool) -> Self {
        let verdict = match (receipts, heard) {
            (Receipts::Seen, _) => Verdict::Yes,
            (Receipts::Unseen, true) => Verdict::No,
            _ => Verdict::Maybe,
        };
        Self { verdict, counted }
    }

    /// Something that silence proves, where it means something.
    #[must_use]
    pub const fn proven_by_silence(receipts: Receipts, counted: bool) -> Self {
        let verdict = match (receipts, counted) {
            (Receipts::Seen, _) => Verdict::No,
            (Receipts::Unseen, true) => Verdict::Yes,
            _ => Verdict::Maybe,
        };
        Self { verdict, counted }
    }

    #[must_use]
    pub fn is_known_yes(self) -> bool {
        self.verdict == Verdict::Yes
    }
}

/// Counts answers.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    yes: i64,
    maybe: i64,
    counted: i64,
    all_yes: i64,
    all_maybe: i64,
    all: i64,
}

impl Tally {
    pub fn of(answers: impl Iterator<Item = Option<Answer>>) -> Self {
        let mut tally = Self::default();
        for answer in answers.flatten() {
            let yes = i64::from(answer.verdict == Verdict::Yes);
            let maybe = i64::from(answer.verdict == Verdict::Maybe);
            tally.all += 1;
            tally.all_yes += yes;
            tally.all_maybe += maybe;
            if answer.counted {
                tally.counted += 1;
                tally.yes += yes;
                tally.maybe += maybe;
            }
        }
        tally
    }

    /// Over the occupancies whose silence means something.
    pub fn ratio(self) -> Ratio {
        Ratio::between(self.yes, self.yes + self.maybe, self.counted)
    }

    /// How many of all are counted.
    pub fn known(self) -> Ratio {
        Ratio::exact(self.counted, self.all)
    }

    /// Over all, whatever is known of them.
    pub fn bounds(self) -> Bounds {
        Bounds::new(self.all_yes, self.all_yes + self.all_maybe, self.all)
    }
}
