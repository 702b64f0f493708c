//! Signed timestamps: seconds since 1970 as decimal text, within a tolerance of the arrival.

use super::RefusedBecause;
use crate::primitives::UnixMs;
use crate::primitives::time::MS_PER_SECOND;

/// Reads a timestamp header: 1–11 digits, nothing else (a sign or blank would be signed as well,
/// but no sender writes one).
pub(super) fn parse_seconds(text: &str) -> Result<i64, RefusedBecause> {
    if text.is_empty() || text.len() > 11 || !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(RefusedBecause::MalformedTimestamp);
    }
    text.parse().map_err(|_| RefusedBecause::MalformedTimestamp)
}

/// Compares with the instant of arrival; the tolerance itself is still accepted.
pub(super) fn expect_fresh(
    signed_at_s: i64,
    now: UnixMs,
    tolerance_s: u32,
) -> Result<(), RefusedBecause> {
    let allowed_ms = i64::from(tolerance_s) * MS_PER_SECOND;
    let age_ms = now.get().saturating_sub(signed_at_s.saturating_mul(MS_PER_SECOND));
    if age_ms > allowed_ms {
        return Err(RefusedBecause::StaleTimestamp);
    }
    if age_ms < -allowed_ms {
        return Err(RefusedBecause::FutureTimestamp);
    }
    Ok(())
}
