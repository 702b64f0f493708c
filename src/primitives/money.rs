//! Vietnamese đồng. The đồng has no subunit in use, so an amount is an integer.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A whole number of đồng; negative only in differences and reversals.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Vnd(i64);

/// NAPAS 247 carries single transfers below this amount; a code at or above it is never issued.
pub const NAPAS_247_LIMIT: Vnd = Vnd(500_000_000);

impl Vnd {
    pub const ZERO: Self = Self(0);

    #[must_use]
    pub const fn new(dong: i64) -> Self {
        Self(dong)
    }

    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }

    #[must_use]
    pub const fn is_positive(self) -> bool {
        self.0 > 0
    }

    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// Reads the forms that bank feeds use: `45000`, `18067000.00`. A fraction other than zero,
    /// a sign, a space or any other character is refused, never rounded; so is `45.000`, which in
    /// Vietnam is forty-five thousand and elsewhere forty-five.
    #[must_use]
    pub fn from_decimal_text(text: &str) -> Option<Self> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        if whole.is_empty()
            || !whole.bytes().all(|b| b.is_ascii_digit())
            || !fraction.bytes().all(|b| b == b'0')
            || (fraction.is_empty() && text.contains('.'))
            || (whole.len() <= 3 && fraction.len() == 3)
        {
            return None;
        }
        whole.parse().ok().map(Self)
    }

    /// The amount to two significant digits (rounded down): the bucket under which a receipt is
    /// counted for medians, e.g. 47.500 → 47.000.
    #[must_use]
    pub fn two_significant_digits(self) -> Self {
        let mut scale = 1_i64;
        let mut digits = self.0.saturating_abs();
        while digits >= 100 {
            digits /= 10;
            scale = scale.saturating_mul(10);
        }
        Self(digits.saturating_mul(scale) * self.0.signum())
    }
}

impl fmt::Display for Vnd {
    /// `50.000 đ`: dots between thousands, the sign after, no decimals.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} đ", thousands(self.0))
    }
}

/// `11.756`: dots between thousands.
#[must_use]
pub fn thousands(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if number < 0 {
        grouped.push('-');
    }
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push('.');
        }
        grouped.push(digit);
    }
    grouped
}

impl std::iter::Sum for Vnd {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        Self(amounts.fold(0, |total, amount| total.saturating_add(amount.0)))
    }
}
