//! What a transfer is worth in a book.

use super::month::ApartKind;
use crate::feeds::Direction;
use crate::ledger::Class;
use crate::ledger::stall::{Decision, Tie, Told};
use crate::primitives::{UnixMs, Vnd};

type Parts = [(Class, Vnd)];

/// What a decision makes of a transfer, in đồng. What is given back of a deposit, a debt or money that
/// nobody has classed lessens that, since it never was in the turnover.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Worth {
    pub sold: i64,
    pub given_back: i64,
    pub unclassified: i64,
    pub debt: i64,
    pub deposit: i64,
}

impl Worth {
    /// Of money in, what was handed back out of it is no part of its sale. `at`: what money out gave
    /// back counts as what it was taken for then.
    pub(super) fn of(told: &Told, decision: &Decision, at: UnixMs) -> Self {
        match told.direction {
            Direction::In => Self::taken(&decision.parts),
            Direction::Out => Self::returned(told, decision, at),
        }
    }

    fn taken(parts: &Parts) -> Self {
        let mut worth = Self::default();
        for (class, amount) in parts {
            let sum = match class {
                Class::Sale => &mut worth.sold,
                Class::DebtRepayment => &mut worth.debt,
                Class::Deposit => &mut worth.deposit,
                Class::Unclassified => &mut worth.unclassified,
                _ => continue,
            };
            *sum = sum.saturating_add(amount.get());
        }
        worth
    }

    fn returned(told: &Told, decision: &Decision, at: UnixMs) -> Self {
        let returned = decision.parts.iter().filter(|(class, _)| class.is_returned());
        let mut left: i64 = returned.map(|(_, amount)| amount.get()).sum();
        let mut worth = Self::default();
        for tie in told.ties.iter().filter(|tie| tie.holds(decision.at)) {
            let then = tie.decisions.iter().rev().find(|one| one.at <= at);
            let then = then.or(tie.decisions.first()).map_or(&[][..], |one| &one.parts);
            let mut taken = tie.taken_off(then);
            for (_, amount) in &mut taken {
                *amount = left.min(*amount);
                left -= *amount;
            }
            worth = worth.plus(Self::back(taken));
        }
        // A person said that it was given back, and not of what.
        Self { given_back: worth.given_back.saturating_add(left), ..worth }
    }

    /// What a refund takes off money in with these parts.
    pub(super) fn taken_off(tie: &Tie, parts: &Parts) -> Self {
        Self::back(tie.taken_off(parts))
    }

    fn back(all: Vec<(Class, i64)>) -> Self {
        let mut worth = Self::default();
        for (class, taken) in all {
            match class {
                Class::Sale => worth.given_back += taken,
                Class::Unclassified => worth.unclassified -= taken,
                Class::DebtRepayment => worth.debt -= taken,
                Class::Deposit => worth.deposit -= taken,
                // It was in no sum of the book.
                _ => {}
            }
        }
        worth
    }

    pub(super) const fn plus(self, other: Self) -> Self {
        Self {
            sold: self.sold.saturating_add(other.sold),
            given_back: self.given_back.saturating_add(other.given_back),
            unclassified: self.unclassified.saturating_add(other.unclassified),
            debt: self.debt.saturating_add(other.debt),
            deposit: self.deposit.saturating_add(other.deposit),
        }
    }

    pub(super) const fn turnover(self) -> i64 {
        self.sold - self.given_back
    }

    pub(super) const fn apart(self) -> [(ApartKind, i64); 3] {
        [
            (ApartKind::Unclassified, self.unclassified),
            (ApartKind::Debts, self.debt),
            (ApartKind::Deposits, self.deposit),
        ]
    }

    /// Money that a feed told, as a vendor would tell it.
    pub(super) const fn is_told(self) -> bool {
        self.sold > 0 || self.unclassified > 0
    }
}
