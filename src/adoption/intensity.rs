//! M8: how much a measurable stall is paid with.

use std::collections::{HashMap, HashSet};

use serde::Serialize;
use utoipa::ToSchema;

use super::amounts::Amounts;
use super::facts::Facts;
use super::ratio::{Range, Ratio};
use super::subject::{Subject, are_named};
use super::suppliers::Suppliers;

/// Over the measurable occupancies of a group, in the report's window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Intensity {
    /// How many occupancies it is computed from.
    pub occupancies: i64,
    /// Their trading days added up.
    pub trading_days: i64,
    pub receipts: Range,
    /// Receipts per 100 trading days; null without a trading day.
    pub receipts_per_100_days: Option<Range>,
    /// Trading days with a receipt.
    pub active_days: Ratio,
    /// Of a single occupancy and of windows up to 90 days; null if the feed names too few payers.
    pub payers: Option<Payers>,
    pub amounts: Amounts,
}

impl Intensity {
    /// For people: 94 receipts in 10 trading days are 9,4 a day.
    pub(super) fn receipts_per_10_days(&self) -> Option<Range> {
        per_days(self.receipts, self.trading_days, 10)
    }
}

/// Different payers, as far as the feed names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Payers {
    pub count: i64,
    /// Receipts whose payer is named.
    pub coverage: Ratio,
}

/// What intensity needs besides the group.
#[derive(Debug)]
pub struct Surroundings<'a> {
    pub facts: &'a Facts,
    /// By occupancy; empty for windows over 90 days.
    pub payers: HashMap<i64, i64>,
    pub suppliers: Suppliers,
}

impl Surroundings<'_> {
    /// `None` if nothing in the group is measurable: no data is not zero.
    pub fn intensity(&self, group: &[&Subject<'_>], amounts: Amounts) -> Option<Intensity> {
        let measurable: Vec<_> =
            group.iter().filter(|one| one.is_measurable()).map(|one| one.occupancy).collect();
        let first = measurable.first()?;
        let window = self.facts.window;
        let accounts: HashSet<i64> =
            measurable.iter().flat_map(|occupancy| &occupancy.linked).copied().collect();
        let unassigned = accounts.iter().filter_map(|id| self.facts.unassigned.get(id));
        let loose: i64 =
            unassigned.map(|money| money.sums.receipts + money.sums.unclassified).sum();
        let mut days = (0, 0, 0);
        let mut receipts = Range { low: 0, high: loose };
        for occupancy in &measurable {
            let activity = &occupancy.activity;
            days.0 += occupancy.trading.count(window);
            days.1 += occupancy.trading.count_both(&activity.certain, window);
            days.2 += occupancy.trading.count_both(&activity.possible, window);
            receipts.low += activity.sums.receipts;
            receipts.high += activity.sums.receipts + activity.sums.unclassified;
        }
        let sums = &first.activity.sums;
        let payers = (group.len() == 1 && are_named(sums.named, sums.receipts))
            .then(|| self.payers.get(&first.id))
            .flatten()
            .map(|count| Payers {
                count: *count,
                coverage: Ratio::exact(sums.named, sums.receipts),
            });
        Some(Intensity {
            occupancies: measurable.len() as i64,
            trading_days: days.0,
            receipts,
            receipts_per_100_days: per_days(receipts, days.0, 100),
            active_days: Ratio::between(days.1, days.2, days.0),
            payers,
            amounts,
        })
    }
}

/// Receipts in `unit` of so many trading days, rounded to the nearest.
fn per_days(receipts: Range, days: i64, unit: i64) -> Option<Range> {
    let per = |count: i64| count.saturating_mul(unit).saturating_add(days / 2) / days;
    (days > 0).then(|| Range { low: per(receipts.low), high: per(receipts.high) })
}
