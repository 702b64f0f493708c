//! Numbers and days as Vietnamese writes them.

use super::labels::{self, Label};
use super::ratio::Ratio;
use crate::primitives::Day;
use crate::primitives::money::thousands;

pub const NO_DATA: &str = "chưa đủ dữ liệu";

/// `86,0 %–96,0 % (43–48/50)`.
pub fn share(ratio: Ratio) -> String {
    let (Some(low), Some(high)) = (ratio.low_per_mille, ratio.high_per_mille) else {
        return NO_DATA.to_owned();
    };
    let of = range(ratio.numerator, ratio.numerator_high);
    let shares = if low == high { percent(low) } else { percents(low, high) };
    format!("{shares} ({of}/{})", thousands(ratio.denominator))
}

/// `86,0 %–96,0 %`.
pub fn percents(low: i32, high: i32) -> String {
    format!("{}–{}", percent(low), percent(high))
}

/// 667 → `66,7 %`.
pub fn percent(per_mille: i32) -> String {
    format!("{} %", tenths(i64::from(per_mille), ','))
}

/// 94 → `9,4` (or with a dot, for programs).
pub fn tenths(count: i64, decimal: char) -> String {
    let sign = if count < 0 { "-" } else { "" };
    let count = count.unsigned_abs();
    format!("{sign}{}{decimal}{}", count / 10, count % 10)
}

/// 33 → `0,33` (or with a dot, for programs).
pub fn hundredths(count: i64, decimal: char) -> String {
    let sign = if count < 0 { "-" } else { "" };
    let count = count.unsigned_abs();
    format!("{sign}{}{decimal}{:02}", count / 100, count % 100)
}

/// `11.756–12.481`, or one number where both are equal.
pub fn range(low: i64, high: i64) -> String {
    if low == high { thousands(low) } else { format!("{}–{}", thousands(low), thousands(high)) }
}

/// `10/2026`.
pub fn month(day: Day) -> String {
    day.on_paper().split_off("01/".len())
}

/// Whom bounds count: `tính mọi sạp đang bán`, `tính cả 14 sạp đã tạm ngưng 30 ngày trước`.
pub fn counting(base: Label, count: Option<i64>) -> String {
    match count {
        _ if base == labels::TRADING => format!("tính {}", base.vi),
        Some(count) => format!("tính cả {} {}", thousands(count), base.vi),
        None => format!("tính cả {}", base.vi),
    }
}
