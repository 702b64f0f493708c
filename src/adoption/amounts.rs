//! Tiền nhận: amounts, where they may be shown.

use serde::Serialize;
use utoipa::ToSchema;

use super::cell::Sums;
use crate::ledger::histogram::Histogram;
use crate::primitives::Vnd;

/// Why amounts are not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Hidden {
    /// The vendor has not agreed to show them.
    NoConsent,
    /// Sums over several stalls are shown for whole calendar months alone: of two windows that
    /// differ by a day, the difference would be that day, and perhaps few stalls sold on it.
    NotWholeMonths,
    /// Sums are told of the market and its sections alone; those of other groups that cut across them
    /// would give away what lies between.
    AcrossSections,
    /// Fewer than five stalls received money.
    FewStalls,
    /// One stall has over 70 % of the value.
    OneDominates,
    /// Another hidden cell could be computed from it.
    Derivable,
    /// Only the high figure is hidden: what it adds is of fewer than five stalls, or of one alone
    /// for over 70 %, or lies on an account of several stalls, or would give away such a cell.
    UnclearOfFew,
}

/// Tiền nhận (money received; not turnover, which includes cash) of the measurable occupancies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Amounts {
    /// Business receipts less refunds and reversals, without anything unclassified.
    #[schema(value_type = Option<i64>)]
    pub received_low_vnd: Option<Vnd>,
    /// The same with everything unclassified or unassigned.
    #[schema(value_type = Option<i64>)]
    pub received_high_vnd: Option<Vnd>,
    /// Median receipt, to two significant digits; of several stalls only if none has over 70 % of
    /// the receipts.
    #[schema(value_type = Option<i64>)]
    pub median_vnd: Option<Vnd>,
    /// Why all of it is hidden, or the high figure.
    pub hidden_because: Option<Hidden>,
    /// The same in words.
    pub hidden_because_vi: Option<&'static str>,
}

impl Amounts {
    pub(super) fn hidden(because: Hidden) -> Self {
        Self::of(&Sums { hidden: Some(because), ..Sums::default() })
    }

    pub(super) fn of(sums: &Sums) -> Self {
        Self {
            received_low_vnd: sums.low_vnd.map(Vnd::new),
            received_high_vnd: sums.high_vnd.map(Vnd::new),
            median_vnd: sums.receipts.as_ref().and_then(Histogram::median),
            hidden_because: sums.hidden,
            hidden_because_vi: sums.hidden.map(Hidden::label_vi),
        }
    }
}
