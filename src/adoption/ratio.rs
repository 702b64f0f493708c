//! Shares as integers. A share over nothing is no share, not zero.

use serde::Serialize;
use utoipa::ToSchema;

/// A share; where unclassified money could change it, the bounds lie apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Ratio {
    /// Without anything unclassified.
    pub numerator: i64,
    /// With everything unclassified.
    pub numerator_high: i64,
    pub denominator: i64,
    /// Of `numerator`, rounded to the nearest; null if the denominator is 0: not enough data.
    pub per_mille: Option<i32>,
    /// Of `numerator`.
    pub low_per_mille: Option<i32>,
    /// Of `numerator_high`.
    pub high_per_mille: Option<i32>,
}

/// Between what is known and what is possible, over all, measurable or not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Bounds {
    /// Known to be so.
    pub low: i64,
    /// Known, or not known not to be so.
    pub high: i64,
    pub denominator: i64,
    pub low_per_mille: Option<i32>,
    pub high_per_mille: Option<i32>,
}

/// A count that unclassified money could raise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Range {
    pub low: i64,
    pub high: i64,
}

impl Ratio {
    #[must_use]
    pub fn exact(numerator: i64, denominator: i64) -> Self {
        Self::between(numerator, numerator, denominator)
    }

    /// `numerator` is the least; `most` counts what unclassified money could add.
    #[must_use]
    pub fn between(numerator: i64, most: i64, denominator: i64) -> Self {
        let low = per_mille(numerator, denominator);
        let high = per_mille(most, denominator);
        Self {
            numerator,
            numerator_high: most,
            denominator,
            per_mille: low,
            low_per_mille: low,
            high_per_mille: high,
        }
    }
}

impl Bounds {
    #[must_use]
    pub fn new(low: i64, high: i64, denominator: i64) -> Self {
        Self {
            low,
            high,
            denominator,
            low_per_mille: per_mille(low, denominator),
            high_per_mille: per_mille(high, denominator),
        }
    }
}

/// `None` over nothing.
fn per_mille(numerator: i64, denominator: i64) -> Option<i32> {
    if denominator <= 0 {
        return None;
    }
    let (numerator, denominator) = (i128::from(numerator), i128::from(denominator));
    i32::try_from((numerator * 1_000 + denominator / 2).div_euclid(denominator)).ok()
}
