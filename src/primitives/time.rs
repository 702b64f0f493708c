//! Instants and Vietnamese days. Vietnam keeps UTC+7 all year, so no time-zone database is needed.

use std::fmt;

use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};
use jiff::{Span, Timestamp};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::input;

pub const MS_PER_SECOND: i64 = 1_000;
pub const MS_PER_MINUTE: i64 = 60 * MS_PER_SECOND;
pub const MS_PER_HOUR: i64 = 60 * MS_PER_MINUTE;
pub const MS_PER_DAY: i64 = 24 * MS_PER_HOUR;
/// Asia/Ho_Chi_Minh ahead of UTC.
pub const VIETNAM_OFFSET_MS: i64 = 7 * MS_PER_HOUR;

/// Milliseconds since 1970-01-01T00:00:00Z; written as RFC 3339 with Vietnam's offset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixMs(pub i64);

impl UnixMs {
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }

    #[must_use]
    pub const fn plus_ms(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// The Vietnamese calendar day, for a board whose days begin `day_start_minute` after midnight.
    #[must_use]
    pub const fn day(self, day_start_minute: i32) -> Day {
        let local = self
            .0
            .saturating_add(VIETNAM_OFFSET_MS)
            .saturating_sub(day_start_minute as i64 * MS_PER_MINUTE);
        Day(local.div_euclid(MS_PER_DAY) as i32)
    }

    /// Reads RFC 3339 with an offset, e.g. `2026-09-10T19:27:00+07:00`.
    #[must_use]
    pub fn from_rfc3339(text: &str) -> Option<Self> {
        let instant: Timestamp = text.parse().ok()?;
        Some(Self(instant.as_millisecond()))
    }

    /// Vietnam's wall clock for a sentence: `01:13 ngày 26/11/2026`, where `on` is `ngày`.
    #[must_use]
    pub fn in_words(self, on: &str) -> String {
        let Ok(instant) = Timestamp::from_millisecond(self.0) else { return self.0.to_string() };
        let local = instant.to_zoned_datetime(TimeZone::fixed(Offset::constant(7)));
        format!("{} {on} {}", local.strftime("%H:%M"), local.strftime("%d/%m/%Y"))
    }

    /// The full minute that it is, or the next one: of a time that is told in minutes and must have come.
    #[must_use]
    pub const fn up_to_minute(self) -> Self {
        let into = self.0.rem_euclid(MS_PER_MINUTE);
        if into == 0 { self } else { self.plus_ms(MS_PER_MINUTE - into) }
    }

    /// Reads Vietnam's wall clock without an offset: `2026-09-10 19:27:00`, also with `T`.
    #[must_use]
    pub fn from_vietnam_wall_clock(text: &str) -> Option<Self> {
        let civil: jiff::civil::DateTime = text.trim().parse().ok()?;
        let instant = Offset::constant(7).to_timestamp(civil).ok()?;
        Some(Self(instant.as_millisecond()))
    }
}

impl fmt::Display for UnixMs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Ok(instant) = Timestamp::from_millisecond(self.0) else {
            return write!(f, "{}", self.0);
        };
        let local = instant.to_zoned_datetime(TimeZone::fixed(Offset::constant(7)));
        write!(f, "{}", local.strftime("%Y-%m-%dT%H:%M:%S%.f%:z"))
    }
}

impl Serialize for UnixMs {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for UnixMs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        input::word(deserializer, "an instant as RFC 3339 with an offset", Self::from_rfc3339)
    }
}

/// A Vietnamese day, counted from 1970-01-01; written `2026-11-24`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i32);

impl Day {
    #[must_use]
    pub const fn get(self) -> i32 {
        self.0
    }

    #[must_use]
    pub const fn plus(self, days: i32) -> Self {
        Self(self.0.saturating_add(days))
    }

    /// The instant at which this day begins for a board with the given start minute.
    #[must_use]
    pub const fn start(self, day_start_minute: i32) -> UnixMs {
        UnixMs(
            self.0 as i64 * MS_PER_DAY - VIETNAM_OFFSET_MS
                + day_start_minute as i64 * MS_PER_MINUTE,
        )
    }

    /// 1 = Monday … 7 = Sunday (ISO 8601).
    #[must_use]
    pub const fn iso_weekday(self) -> u8 {
        // 1970-01-01 was a Thursday.
        ((self.0.rem_euclid(7) + 3) % 7 + 1) as u8
    }

    #[must_use]
    pub fn month(self) -> Month {
        let date = self.date();
        Month(i32::from(date.year()) * 12 + i32::from(date.month()) - 1)
    }

    /// As people write a day: `24/11/2026`.
    #[must_use]
    pub fn on_paper(self) -> String {
        let date = self.date();
        format!("{:02}/{:02}/{:04}", date.day(), date.month(), date.year())
    }

    /// 1–31.
    #[must_use]
    pub fn day_of_month(self) -> u8 {
        self.date().day().unsigned_abs()
    }

    #[must_use]
    pub fn from_date(date: Date) -> Self {
        let epoch = Date::constant(1970, 1, 1);
        let days = date.since(epoch).map_or(0, |span| span.get_days());
        Self(days)
    }

    /// Reads `2026-11-24` and no other form of ISO 8601.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let date: Date = text.parse().ok()?;
        (text.len() == 10 && date.to_string() == text).then(|| Self::from_date(date))
    }

    /// Days outside of jiff's calendar (years -9999 to 9999) become its first or last one.
    fn date(self) -> Date {
        let epoch = Date::constant(1970, 1, 1);
        let beyond = if self.0 < 0 { Date::MIN } else { Date::MAX };
        let span = Span::new().try_days(self.0);
        span.and_then(|span| epoch.checked_add(span)).unwrap_or(beyond)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.date())
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        input::word(deserializer, "a date as YYYY-MM-DD", Self::parse)
    }
}

/// A calendar month, counted as year × 12 + (month − 1); written `2026-11`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(pub i32);

impl Month {
    #[must_use]
    pub const fn get(self) -> i32 {
        self.0
    }

    #[must_use]
    pub fn first_day(self) -> Day {
        let year = self.0.div_euclid(12).clamp(1, 9_999);
        let month = self.0.rem_euclid(12) + 1;
        Date::new(year as i16, month as i8, 1).map_or(Day(0), Day::from_date)
    }

    #[must_use]
    pub fn last_day(self) -> Day {
        Day::from_date(self.first_day().date().last_of_month())
    }

    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// Reads `2026-11`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        (text.len() == 7).then(|| Day::parse(&format!("{text}-01")))?.map(Day::month)
    }

    /// As people write it: `11/2026`.
    #[must_use]
    pub fn on_paper(self) -> String {
        self.to_string().split('-').rev().collect::<Vec<_>>().join("/")
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.0.div_euclid(12), self.0.rem_euclid(12) + 1)
    }
}

impl Serialize for Month {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Month {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        input::word(deserializer, "a month as YYYY-MM", Self::parse)
    }
}
