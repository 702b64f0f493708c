//! Amounts as people type and say them at a stall: `50.000`, `50k`, `1tr2`, `50 nghìn`.

use super::{Refusal, Vnd};

/// Longer than any amount with its unit; what is longer is no amount.
const LONGEST: usize = 40;

/// A unit, as written without marks.
const UNITS: [(&[&str], i64); 3] = [
    (&["k", "n", "ng", "nghin", "ngan"], 1_000),
    (&["tr", "trieu", "cu"], 1_000_000),
    (&["ty", "ti"], 1_000_000_000),
];

/// Reads an amount. A dot or comma before three digits groups thousands; before one or two digits
/// of an amount with a unit it is a decimal sign. Digits after the unit continue it: `1tr2` is
/// 1.200.000, `1tr250` 1.250.000, `2 tỷ 5` 2.500.000.000, and so do smaller units: `1 triệu 200 nghìn`. The sign of the đồng may follow.
///
/// # Errors
/// `amount-not-readable` on `field`, also where it would not be a whole number of đồng.
pub fn amount(field: &'static str, text: &str) -> Result<Vnd, Refusal> {
    let refused = || Refusal::invalid(field, "amount-not-readable");
    if text.len() > LONGEST {
        return Err(refused());
    }
    let folded = super::fold::without_diacritics(text).to_lowercase();
    let compact: String = folded.chars().filter(|c| !c.is_whitespace()).collect();
    let bare = ["vnd", "dong", "d", "₫"].iter().find_map(|sign| compact.strip_suffix(sign));
    read(bare.unwrap_or(&compact)).ok_or_else(refused)
}

fn read(text: &str) -> Option<Vnd> {
    let Some(start) = text.find(|c: char| c.is_ascii_alphabetic()) else {
        return grouped(text).map(Vnd::new);
    };
    let (number, rest) = text.split_at_checked(start)?;
    let end = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
    let (unit, after) = rest.split_at_checked(end)?;
    let scale = UNITS.iter().find_map(|(names, scale)| names.contains(&unit).then_some(*scale))?;
    let whole = match number.split_once(['.', ',']) {
        Some((before, decimals)) if decimals.len() < 3 => {
            if !after.is_empty() {
                return None;
            }
            return sum(digits(before)?, scale, decimals);
        }
        _ => grouped(number)?,
    };
    if after.is_empty() {
        return whole.checked_mul(scale).map(Vnd::new);
    }
    if after.bytes().all(|byte| byte.is_ascii_digit()) {
        return sum(whole, scale, after);
    }
    // 1 triệu 200 nghìn: smaller units follow.
    let rest = read(after).filter(|rest| rest.get() < scale)?;
    whole.checked_mul(scale).map(Vnd::new)?.checked_add(rest)
}

/// `whole` units and the decimals after them, which must come to whole đồng.
fn sum(whole: i64, scale: i64, decimals: &str) -> Option<Vnd> {
    let places = u32::try_from(decimals.len()).ok().filter(|places| (1..=9).contains(places))?;
    let part = digits(decimals)?.checked_mul(scale)?;
    let divisor = 10_i64.pow(places);
    let total = whole.checked_mul(scale)?.checked_add(part / divisor)?;
    (part % divisor == 0).then_some(Vnd::new(total))
}

/// Digits, grouped by threes with one sign throughout or not grouped at all.
fn grouped(text: &str) -> Option<i64> {
    let Some(sign) = text.chars().find(|c| !c.is_ascii_digit()) else { return digits(text) };
    if !matches!(sign, '.' | ',') {
        return None;
    }
    let mut groups = text.split(sign);
    let first = groups.next().filter(|first| (1..=3).contains(&first.len()))?;
    let mut joined = first.to_owned();
    for group in groups {
        if group.len() != 3 {
            return None;
        }
        joined.push_str(group);
    }
    digits(&joined)
}

fn digits(text: &str) -> Option<i64> {
    let all = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    all.then(|| text.parse().ok()).flatten()
}
