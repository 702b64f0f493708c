//! Signed timestamps as decimal text, within a tolerance of the arrival.

use super::RefusedBecause;
use crate::primitives::UnixMs;
use crate::primitives::time::MS_PER_SECOND;

/// Reads seconds since 1970: 1–11 digits, nothing else (a sign or blank would be signed as well,
/// but no sender writes one).
pub(super) fn parse_seconds(text: &str) -> Result<UnixMs, RefusedBecause> {
    Ok(UnixMs(parse(text, 11)?.saturating_mul(MS_PER_SECOND)))
}

/// Reads milliseconds since 1970: 1–14 digits.
pub(super) fn parse_milliseconds(text: &str) -> Result<UnixMs, RefusedBecause> {
    parse(text, 14).map(UnixMs)
}

fn parse(text: &str, max_digits: usize) -> Result<i64, RefusedBecause> {
    let is_digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !is_digits || text.len() > max_digits {
        return Err(RefusedBecause::MalformedTimestamp);
    }
    text.parse().map_err(|_| RefusedBecause::MalformedTimestamp)
}

/// Compares with the instant of arrival; the tolerance itself is still accepted.
pub(super) fn expect_fresh(
    signed_at: UnixMs,
    now: UnixMs,
    tolerance_s: u32,
) -> Result<(), RefusedBecause> {
    let allowed_ms = i64::from(tolerance_s) * MS_PER_SECOND;
    let age_ms = now.get().saturating_sub(signed_at.get());
    if age_ms > allowed_ms {
        return Err(RefusedBecause::StaleTimestamp);
    }
    if age_ms < -allowed_ms {
        return Err(RefusedBecause::FutureTimestamp);
    }
    Ok(())
}
