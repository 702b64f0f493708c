//! Times as providers write them. Vietnam's wall clock without an offset is UTC+7.

use super::{Precision, UndecodableBecause};
use crate::primitives::time::{MS_PER_HOUR, MS_PER_SECOND, VIETNAM_OFFSET_MS};
use crate::primitives::{Day, UnixMs};

/// 2000-01-01 and 2100-01-01 in Vietnam: outside them stands a default value, not a transfer.
const EARLIEST: Day = Day(10_957);
const LATEST: Day = Day(47_482);

type Read = Result<(UnixMs, Precision), UndecodableBecause>;

/// Vietnam's wall clock: `2026-09-10 19:27:00`, also with `T`, without seconds, or a date alone.
pub(super) fn wall_clock(text: &str) -> Read {
    let text = text.trim();
    // The shape is checked here, because the parser behind it would drop an offset unseen.
    let precision = match text.len() {
        19 if has_shape(text, "0000-00-00 00:00:00") => Precision::Second,
        16 if has_shape(text, "0000-00-00 00:00") => Precision::Minute,
        _ => return date(text),
    };
    let instant = UnixMs::from_vietnam_wall_clock(text).ok_or(UndecodableBecause::NotATime)?;
    plausible(instant, precision)
}

/// RFC 3339 with an offset, or a date alone.
pub(super) fn rfc3339_or_date(text: &str) -> Read {
    let text = text.trim();
    if text.len() == 10 {
        return date(text);
    }
    let date_and_time = text.get(..19).is_some_and(|t| has_shape(t, "0000-00-00 00:00:00"));
    // An annotation such as `[Asia/Ho_Chi_Minh]` is not RFC 3339.
    if !date_and_time || text.len() > 35 || text.contains('[') {
        return Err(UndecodableBecause::NotATime);
    }
    let instant = UnixMs::from_rfc3339(text).ok_or(UndecodableBecause::NotATime)?;
    plausible(instant, Precision::Second)
}

/// Vietnam's wall clock, or RFC 3339 where an offset is given.
pub(super) fn wall_clock_or_rfc3339(text: &str) -> Read {
    if text.trim().len() > 19 { rfc3339_or_date(text) } else { wall_clock(text) }
}

/// Seconds (10 digits) or milliseconds (13 digits) since 1970, to the second.
///
/// VietQR.vn takes them from a clock that shows Vietnam's time as if it were UTC, in some of its
/// versions, so that they lie 7 hours ahead (O). Nothing is reported before it happens, and it
/// pushes for ten minutes at most: a time that is more than an hour ahead of its arrival is such.
pub(super) fn epoch(digits: &str, received_at: UnixMs) -> Read {
    let unit_ms = match digits.len() {
        10 => MS_PER_SECOND,
        13 => 1,
        _ => return Err(UndecodableBecause::NotATime),
    };
    let count: i64 = digits.parse().map_err(|_| UndecodableBecause::NotATime)?;
    let mut ms = count.saturating_mul(unit_ms);
    ms -= ms.rem_euclid(MS_PER_SECOND);
    if ms.saturating_sub(received_at.get()) > MS_PER_HOUR {
        ms -= VIETNAM_OFFSET_MS;
    }
    plausible(UnixMs(ms), Precision::Second)
}

/// Vietnam's wall clock in digits alone: `20250908213421`.
pub(super) fn wall_clock_digits(text: &str) -> Read {
    if !has_shape(text, "00000000000000") {
        return Err(UndecodableBecause::NotATime);
    }
    let part = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
    wall_clock(&format!(
        "{}-{}-{} {}:{}:{}",
        part(0, 4),
        part(4, 6),
        part(6, 8),
        part(8, 10),
        part(10, 12),
        part(12, 14)
    ))
}

/// Vietnam's wall clock, also without anything between date and time: `2024-05-1701:53`.
pub(super) fn wall_clock_run_together(text: &str) -> Read {
    if has_shape(text, "0000-00-0000:00") || has_shape(text, "0000-00-0000:00:00") {
        let (date, time) = text.split_at(10);
        return wall_clock(&format!("{date} {time}"));
    }
    wall_clock(text)
}

fn date(text: &str) -> Read {
    if !has_shape(text, "0000-00-00") {
        return Err(UndecodableBecause::NotATime);
    }
    let day = Day::parse(text).ok_or(UndecodableBecause::NotATime)?;
    plausible(day.start(0), Precision::Day)
}

fn plausible(instant: UnixMs, precision: Precision) -> Read {
    if (EARLIEST.start(0)..LATEST.start(0)).contains(&instant) {
        Ok((instant, precision))
    } else {
        Err(UndecodableBecause::TimeOutOfRange)
    }
}

/// `0` stands for a digit, a blank for a blank or `T`, anything else for itself.
fn has_shape(text: &str, shape: &str) -> bool {
    text.len() == shape.len()
        && text.bytes().zip(shape.bytes()).all(|(byte, expected)| match expected {
            b'0' => byte.is_ascii_digit(),
            b' ' => matches!(byte, b' ' | b'T'),
            other => byte == other,
        })
}
