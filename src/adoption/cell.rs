//! What a group of stalls received in some days, and what of it may be told.

use std::collections::HashSet;

use super::amounts::Hidden;
use super::facts::{Facts, Occupancy};
use super::suppression::{self, Part};
use crate::ledger::histogram::Histogram;

/// One stall in a cell.
#[derive(Clone, Copy, Debug)]
struct Share {
    low_vnd: i64,
    /// What is unclassified, or unassigned on its accounts.
    unclear_vnd: i64,
    receipts: i64,
    published: bool,
}

/// The stalls of a group, in the window of the facts.
#[derive(Debug, Default)]
pub struct Cell {
    shares: Vec<Share>,
    /// None if their median would be one stall's for the most part.
    receipts: Option<Histogram>,
    /// Unassigned money lies on an account that other occupancies have too: it belongs to no cell
    /// alone, so what cells have of it cannot be added up, and differences would tell it.
    entangled: bool,
}

/// What is told of a cell, or of several months' cells added up.
#[derive(Clone, Debug, Default)]
pub struct Sums {
    pub low_vnd: Option<i64>,
    pub high_vnd: Option<i64>,
    /// For the median.
    pub receipts: Option<Histogram>,
    pub hidden: Option<Hidden>,
}

impl Cell {
    pub fn of(facts: &Facts, stalls: &[&Occupancy]) -> Self {
        let mut cell = Self::default();
        let mut receipts = Histogram::default();
        let mut counted = HashSet::new();
        for stall in stalls {
            let sums = &stall.activity.sums;
            let mut unclear_vnd = sums.unclassified_vnd;
            for account in &stall.linked {
                let loose_vnd = facts.loose_vnd(*account);
                cell.entangled |= loose_vnd > 0 && facts.shared.contains(account);
                if counted.insert(*account) {
                    unclear_vnd = unclear_vnd.saturating_add(loose_vnd);
                }
            }
            cell.shares.push(Share {
                low_vnd: sums.received_vnd(),
                unclear_vnd,
                receipts: sums.receipts,
                published: stall.shares_amounts,
            });
            receipts.merge(&stall.activity.histogram);
        }
        cell.receipts = Some(receipts);
        cell
    }

    /// Everything, to those who may see it.
    pub fn open(self) -> Sums {
        self.told(None, None)
    }

    /// With the reasons against its low and its high sum.
    fn told(self, low: Option<Hidden>, high: Option<Hidden>) -> Sums {
        if low.is_some() {
            return Sums { hidden: low, ..Sums::default() };
        }
        let sum =
            |of: fn(&Share) -> i64| self.shares.iter().map(of).fold(0_i64, i64::saturating_add);
        let low_vnd = sum(|share| share.low_vnd);
        Sums {
            low_vnd: Some(low_vnd),
            high_vnd: high.is_none().then(|| low_vnd.saturating_add(sum(|one| one.unclear_vnd))),
            receipts: self.receipts,
            hidden: high,
        }
    }

    fn parts(&self, value: fn(&Share) -> i64) -> Vec<Part> {
        let part = |share: &Share| Part { value: value(share), published: share.published };
        self.shares.iter().map(part).collect()
    }

    fn low_parts(&self) -> Vec<Part> {
        self.parts(|share| share.low_vnd)
    }

    /// High less low: who sees both sees this.
    fn unclear_parts(&self) -> Vec<Part> {
        self.parts(|share| share.unclear_vnd)
    }

    fn against_low(&self) -> Option<Hidden> {
        suppression::alone(&self.low_parts())
    }

    fn against_high(&self, against_low: Option<Hidden>) -> Option<Hidden> {
        let few = self.entangled || suppression::of_secret(&self.unclear_parts()).is_some();
        against_low.or_else(|| few.then_some(Hidden::UnclearOfFew))
    }

    /// A median cannot be subtracted, but that of a cell with one stall's receipts for the most
    /// part is that stall's.
    fn guarded(mut self) -> Self {
        if suppression::alone(&self.parts(|share| share.receipts)).is_some() {
            self.receipts = None;
        }
        self
    }
}

/// A cell that no other one is a part of.
pub fn tell_alone(cell: Cell) -> Sums {
    let low = cell.against_low();
    let high = cell.against_high(low);
    cell.guarded().told(low, high)
}

/// A market's cell and those of the sections that make it up.
pub fn tell_parts(market: Cell, sections: Vec<Cell>) -> (Sums, Vec<Sums>) {
    let low_of_market = market.against_low();
    let mut lows: Vec<_> = sections.iter().map(Cell::against_low).collect();
    if low_of_market.is_none() {
        lows = suppression::complement(&parts_of(&sections, Cell::low_parts), lows);
    }
    let high_of_market = market.against_high(low_of_market);
    let mut highs: Vec<_> =
        sections.iter().zip(&lows).map(|(cell, low)| cell.against_high(*low)).collect();
    if high_of_market.is_none() {
        highs = suppression::complement(&parts_of(&sections, Cell::unclear_parts), highs);
    }
    let told =
        sections.into_iter().zip(lows).zip(highs).map(|((cell, low), high)| {
            cell.guarded().told(low, high.map(|_| Hidden::UnclearOfFew))
        });
    let told = told.collect();
    (market.guarded().told(low_of_market, high_of_market), told)
}

fn parts_of(sections: &[Cell], parts: fn(&Cell) -> Vec<Part>) -> Vec<Vec<Part>> {
    sections.iter().map(parts).collect()
}

impl Sums {
    /// What two months tell together: nothing that one of them hides.
    #[must_use]
    pub fn and(self, other: &Self) -> Self {
        let both = |one: Option<i64>, other: Option<i64>| Some(one?.saturating_add(other?));
        let hides = |sums: &Self| sums.hidden.filter(|_| sums.low_vnd.is_none());
        Self {
            low_vnd: both(self.low_vnd, other.low_vnd),
            high_vnd: both(self.high_vnd, other.high_vnd),
            hidden: hides(&self).or(hides(other)).or(self.hidden).or(other.hidden),
            receipts: self.receipts.zip(other.receipts.as_ref()).map(|(mut receipts, more)| {
                receipts.merge(more);
                receipts
            }),
        }
    }
}
