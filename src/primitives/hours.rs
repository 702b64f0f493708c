//! The hours of a day in which a market is taken to trade: signs of life are asked for in these.

use super::time::{MS_PER_DAY, MS_PER_HOUR};
use super::{Day, UnixMs};

/// No market is open longer than this, counted backwards from an instant.
const LONGEST_DAYS: i32 = 400;

/// The trading hours of a board. Nobody registers them: a day market sells between 5 and 19
/// o'clock, and where a board's day begins later than midnight, as at a night market, every hour
/// counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hours {
    day_start_minute: i32,
    from_ms: i64,
    to_ms: i64,
}

impl Hours {
    #[must_use]
    pub const fn of(day_start_minute: i32) -> Self {
        let (from_ms, to_ms) = match day_start_minute {
            0 => (5 * MS_PER_HOUR, 19 * MS_PER_HOUR),
            _ => (0, MS_PER_DAY),
        };
        Self { day_start_minute, from_ms, to_ms }
    }

    /// How long they last on each day.
    #[must_use]
    pub const fn ms_a_day(self) -> i64 {
        self.to_ms - self.from_ms
    }

    /// The board's day of an instant.
    #[must_use]
    pub const fn day(self, at: UnixMs) -> Day {
        at.day(self.day_start_minute)
    }

    /// Their beginning and end on a day.
    #[must_use]
    pub const fn on(self, day: Day) -> (UnixMs, UnixMs) {
        let start = day.start(self.day_start_minute);
        (start.plus_ms(self.from_ms), start.plus_ms(self.to_ms))
    }

    /// Trading hours between two instants, in ms.
    #[must_use]
    pub fn between(self, from: UnixMs, to: UnixMs) -> i64 {
        let last = self.day(to);
        let first = self.day(from).max(last.plus(-LONGEST_DAYS));
        (first.0..=last.0)
            .map(|day| {
                let (opens, closes) = self.on(Day(day));
                (closes.min(to).0 - opens.max(from).0).max(0)
            })
            .sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nights_are_no_trading_hours_of_a_day_market() {
        let hours = Hours::of(0);
        let at = |text| UnixMs::from_rfc3339(text).unwrap();
        let (evening, morning) = (at("2026-11-23T18:00:00+07:00"), at("2026-11-24T06:30:00+07:00"));
        assert_eq!(hours.between(evening, morning), 150 * 60_000);
        assert_eq!(hours.between(morning, evening), 0);
        assert_eq!(Hours::of(240).between(evening, morning), 750 * 60_000);
    }
}
