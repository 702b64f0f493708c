//! Amounts over several stalls, by calendar months.
//!
//! What is told is a month of a market, of a section, of the wholesale stalls: with the stalls that
//! were measurable in that month, whatever window is asked for. A window of several months tells
//! their sum, and no other window tells one. So all that can be got by adding and subtracting
//! windows are sums of such cells, each of which may be shown; with windows of any days, or with
//! stalls chosen by the window, the difference of two could be one day, or one stall.

use std::collections::{BTreeMap, HashMap};

use super::cell::{self, Cell, Sums};
use super::days::Span;
use super::facts::{Facts, Occupancy, Standing};
use crate::primitives::Month;

/// Whose amounts.
#[derive(Clone, Copy, Debug)]
pub enum Group {
    /// The retail stalls of the market.
    Market,
    Section(i64),
    Wholesale,
}

/// The months of a report, ascending.
#[derive(Debug)]
pub struct Months {
    /// They are the report's window; otherwise there is one, the last whole month before its end.
    pub are_window: bool,
    pub sums: Vec<MonthSums>,
}

/// What may be told of one month.
#[derive(Debug)]
pub struct MonthSums {
    pub window: Span,
    /// Something was measurable in it.
    pub is_known: bool,
    pub has_wholesale: bool,
    market: Sums,
    sections: HashMap<i64, Sums>,
    wholesale: Sums,
}

/// Which months a report on a window tells of, and whether they are the window.
pub fn wanted(window: Span) -> (bool, Vec<Month>) {
    let last = window.to.month();
    let ends = last.last_day() == window.to;
    if ends && window.from.month().first_day() == window.from {
        return (true, window.months().collect());
    }
    (false, vec![if ends { last } else { Month(last.get() - 1) }])
}

impl Months {
    /// Over the window, if it consists of whole months.
    pub fn of_window(&self, group: Group) -> Option<Sums> {
        let mut months = self.sums.iter().filter(|_| self.are_window).map(|one| one.of(group));
        let first = months.next()?.clone();
        Some(months.fold(first, Sums::and))
    }
}

impl MonthSums {
    /// Of facts whose window is the month.
    pub fn new(facts: &Facts, sees_amounts: bool) -> Self {
        let measurable = facts.occupancies.iter().filter(|occupancy| {
            occupancy.standing == Standing::Trading && occupancy.is_measurable(facts.window)
        });
        let (wholesale, retail): (Vec<_>, Vec<_>) = measurable.partition(|one| one.wholesale);
        let mut groups: BTreeMap<i64, Vec<&Occupancy>> = BTreeMap::new();
        for one in &retail {
            groups.entry(one.section_id).or_default().push(one);
        }
        let (ids, sections): (Vec<_>, Vec<_>) =
            groups.iter().map(|(id, stalls)| (*id, Cell::of(facts, stalls))).unzip();
        let has_wholesale = !wholesale.is_empty();
        let is_known = has_wholesale || !retail.is_empty();
        let (market, wholesale) = (Cell::of(facts, &retail), Cell::of(facts, &wholesale));
        let (market, sections, wholesale) = if sees_amounts {
            (market.open(), sections.into_iter().map(Cell::open).collect(), wholesale.open())
        } else {
            let (market, sections) = cell::tell_parts(market, sections);
            (market, sections, cell::tell_alone(wholesale))
        };
        let sections = ids.into_iter().zip(sections).collect();
        Self { window: facts.window, is_known, has_wholesale, market, sections, wholesale }
    }

    /// Whether the section had measurable stalls.
    pub fn has(&self, section_id: i64) -> bool {
        self.sections.contains_key(&section_id)
    }

    /// Nothing is known of a section without measurable stalls.
    pub fn of(&self, group: Group) -> &Sums {
        const NONE: &Sums = &Sums {
            low_vnd: None,
            high_vnd: None,
            receipts: None,
            hidden: Some(super::amounts::Hidden::FewStalls),
        };
        match group {
            Group::Market => &self.market,
            Group::Section(id) => self.sections.get(&id).unwrap_or(NONE),
            Group::Wholesale => &self.wholesale,
        }
    }
}
