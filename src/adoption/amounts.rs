//! Tiền nhận: amounts, where they may be shown.

use serde::Serialize;
use utoipa::ToSchema;

use super::facts::Occupancy;
use super::suppression::Part;
use crate::ledger::histogram::Histogram;
use crate::primitives::Vnd;

/// Why amounts are not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Hidden {
    /// The vendor has not agreed to show them.
    NoConsent,
    /// Fewer than five stalls received money.
    FewStalls,
    /// One stall has over 70 % of the value.
    OneDominates,
    /// Another hidden cell could be computed from it.
    Derivable,
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
    /// Median receipt, to two significant digits.
    #[schema(value_type = Option<i64>)]
    pub median_vnd: Option<Vnd>,
    pub hidden_because: Option<Hidden>,
    /// The same in words.
    pub hidden_because_vi: Option<&'static str>,
}

impl Amounts {
    pub const fn hidden(because: Hidden) -> Self {
        Self {
            received_low_vnd: None,
            received_high_vnd: None,
            median_vnd: None,
            hidden_because: Some(because),
            hidden_because_vi: Some(because.label_vi()),
        }
    }

    /// Of occupancies and of the unassigned money on their accounts, in đồng.
    pub fn of<'a>(occupancies: impl Iterator<Item = &'a Occupancy>, unassigned_vnd: i64) -> Self {
        let mut histogram = Histogram::default();
        let (mut low, mut high) = (0_i64, unassigned_vnd);
        for occupancy in occupancies {
            let received = occupancy.activity.sums.received();
            low = low.saturating_add(received.0);
            high = high.saturating_add(received.1);
            histogram.merge(&occupancy.activity.histogram);
        }
        Self {
            received_low_vnd: Some(Vnd::new(low)),
            received_high_vnd: Some(Vnd::new(high)),
            median_vnd: histogram.median(),
            hidden_because: None,
            hidden_because_vi: None,
        }
    }
}

impl Occupancy {
    /// Its part in the value of a cell.
    pub fn part(&self) -> Part {
        let (low, high) = self.activity.sums.received();
        Part { low, high, published: self.shares_amounts }
    }
}
