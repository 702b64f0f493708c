//! Dates of a column. Which of the first two numbers is the month is decided by the whole column.

use super::grid::{Kind, Value};
use super::layout::DateOrder;
use crate::feeds::{Precision, UndecodableBecause as Because};
use crate::primitives::UnixMs;
use crate::primitives::time::{MS_PER_DAY, MS_PER_SECOND};
use crate::primitives::{Day, time::VIETNAM_OFFSET_MS};

/// 1970-01-01 as a spreadsheet's serial number.
const EPOCH_SERIAL: i64 = 25_569;
/// 2000-01-01 and 2100-01-01: outside them stands a default value, not a transfer.
const EARLIEST: Day = Day(10_957);
const LATEST: Day = Day(47_482);
const SECONDS_PER_DAY: i64 = 86_400;

/// A date as it stands there: three numbers in the file's order, and the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Parts {
    numbers: [u32; 3],
    /// The year is known by its four digits.
    year_first: bool,
    /// The month was written as a word, so the numbers are day, month, year.
    named_month: bool,
    seconds: Option<i64>,
    has_seconds: bool,
}

/// What a cell tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Told {
    Written(Parts),
    /// Days and seconds since 1970 on Vietnam's clock.
    Serial(i64, Option<i64>),
}

/// Which orders a column's dates allow.
#[derive(Clone, Copy, Debug)]
pub(super) struct Orders {
    day_first: bool,
    month_first: bool,
    /// Some date was not written year first.
    matters: bool,
    serials: Serials,
}

/// Dates that are a spreadsheet's own.
#[derive(Clone, Copy, Debug, Default)]
struct Serials {
    /// Days of the month up to the 12th, each one bit.
    days: u32,
    months: u32,
    /// Some day is later in its month.
    has_late: bool,
}

impl Default for Orders {
    fn default() -> Self {
        Self { day_first: true, month_first: true, matters: false, serials: Serials::default() }
    }
}

impl Orders {
    pub(super) fn see(&mut self, told: &Told) {
        if let Told::Written(parts) = told
            && !parts.year_first
            && !parts.named_month
        {
            let [first, second, _] = parts.numbers;
            let day_first = first <= 31 && second <= 12;
            let month_first = first <= 12 && second <= 31;
            // What is a date in neither order says nothing of the others; its row is not read.
            if day_first || month_first {
                self.matters = true;
                self.day_first &= day_first;
                self.month_first &= month_first;
            }
        }
        if let Told::Serial(day, _) = told
            && let Ok(day) = i32::try_from(*day)
        {
            let (month, day) = (Day(day).month().get().rem_euclid(12), Day(day).day_of_month());
            self.serials.days |= 1 << day;
            self.serials.months |= 1 << month;
            self.serials.has_late |= day > 12;
        }
    }

    /// Whether a spreadsheet program that puts the month first has saved the file again. It turns
    /// the 5th of November into the 11th of May, and leaves the 25th a text.
    pub(super) const fn are_converted(&self) -> bool {
        let Serials { days, months, has_late } = self.serials;
        let is_one_day = days.is_power_of_two() && !has_late;
        days > 0 && self.matters || is_one_day && months.count_ones() > 2
    }

    /// The only order that fits; `None` where both do, or neither.
    pub(super) const fn only(self) -> Option<DateOrder> {
        match (self.matters, self.day_first, self.month_first) {
            (false, ..) => Some(DateOrder::YearMonthDay),
            (true, true, false) => Some(DateOrder::DayMonthYear),
            (true, false, true) => Some(DateOrder::MonthDayYear),
            _ => None,
        }
    }

    pub(super) const fn allow_day_first(self) -> bool {
        self.day_first
    }
}

/// Reads a date with or without a time. `time` is the cell of the hour's own column.
pub(super) fn read(
    cell: Value<'_>,
    time: Option<Value<'_>>,
    serial_shift: i32,
) -> Result<Told, Because> {
    // `20261125` as a number is a date that was written so.
    let is_written = cell.kind == Kind::Number && cell.text.len() == 8;
    if cell.kind != Kind::Text && !is_written {
        let (day, seconds) = serial(cell.text).ok_or(Because::NotATime)?;
        let seconds = seconds.or_else(|| time.and_then(time_alone).map(|(seconds, _)| seconds));
        return Ok(Told::Serial(day + i64::from(serial_shift), seconds));
    }
    let mut parts = written(cell.text).ok_or(Because::NotATime)?;
    if let (None, Some((seconds, has_seconds))) = (parts.seconds, time.and_then(time_alone)) {
        (parts.seconds, parts.has_seconds) = (Some(seconds), has_seconds);
    }
    Ok(Told::Written(parts))
}

impl Told {
    /// Whether it tells more than a date; midnight sharp does not.
    pub(super) fn has_time(&self) -> bool {
        let (Self::Written(Parts { seconds, .. }) | Self::Serial(_, seconds)) = self;
        seconds.is_some_and(|seconds| seconds != 0)
    }

    /// The instant. `timed`: the column tells times, so that midnight is one.
    pub(super) fn instant(
        &self,
        order: DateOrder,
        timed: bool,
    ) -> Result<(UnixMs, Precision), Because> {
        let (day, seconds, precision) = match self {
            Self::Serial(day, seconds) => (*day, *seconds, Precision::Second),
            Self::Written(parts) => {
                let precision =
                    if parts.has_seconds { Precision::Second } else { Precision::Minute };
                (i64::from(parts.day(order)?.0), parts.seconds, precision)
            }
        };
        let day = i32::try_from(day).map_err(|_| Because::TimeOutOfRange)?;
        if !(EARLIEST..LATEST).contains(&Day(day)) {
            return Err(Because::TimeOutOfRange);
        }
        let midnight = UnixMs(i64::from(day) * MS_PER_DAY - VIETNAM_OFFSET_MS);
        Ok(match seconds.filter(|_| timed) {
            Some(seconds) => (midnight.plus_ms(seconds * MS_PER_SECOND), precision),
            None => (midnight, Precision::Day),
        })
    }
}

impl Parts {
    fn day(&self, order: DateOrder) -> Result<Day, Because> {
        let [first, second, third] = self.numbers;
        let (year, month, day) = if self.year_first {
            (first, second, third)
        } else if order == DateOrder::MonthDayYear && !self.named_month {
            (third, first, second)
        } else {
            (third, second, first)
        };
        let year = if year < 100 { year + 2_000 } else { year };
        Day::parse(&format!("{year:04}-{month:02}-{day:02}")).ok_or(Because::NotATime)
    }
}

/// The day since 1970 and the seconds of a serial number in decimal digits.
fn serial(text: &str) -> Option<(i64, Option<i64>)> {
    let (days, fraction) = text.split_once('.').unwrap_or((text, ""));
    let days: i64 = days.parse().ok().filter(|days| (1..100_000).contains(days))?;
    let digits = fraction.get(..fraction.len().min(15))?;
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let scale = 10_i128.pow(digits.len() as u32);
    let part: i128 = if digits.is_empty() { 0 } else { digits.parse().ok()? };
    // To the nearest second: the file keeps a fraction of a day in binary.
    let seconds = (part * i128::from(SECONDS_PER_DAY) * 2 + scale) / (scale * 2);
    let seconds = i64::try_from(seconds).ok()?;
    let days = days - EPOCH_SERIAL + seconds / SECONDS_PER_DAY;
    Some((days, (!digits.is_empty()).then_some(seconds % SECONDS_PER_DAY)))
}

/// A time of day in a cell of its own: seconds, and whether seconds were told.
fn time_alone(cell: Value<'_>) -> Option<(i64, bool)> {
    if cell.kind != Kind::Text {
        let with_day = format!("1.{}", cell.text.split_once('.')?.1);
        return serial(&with_day)?.1.map(|seconds| (seconds, true));
    }
    let mut words = cell.text.split_whitespace();
    let (seconds, told) = clock(words.next()?)?;
    let seconds = words.next().map_or(Some(seconds), |word| half_day(word, seconds))?;
    Some((seconds, told))
}

/// `10:20`, `10:20:30`, `10:20:30.5`.
fn clock(text: &str) -> Option<(i64, bool)> {
    let mut parts = text.split(':');
    let (hour, minute) = (number(parts.next()?, 24)?, number(parts.next()?, 60)?);
    let second = parts.next().map(|second| second.split('.').next().unwrap_or_default());
    let seconds = second.map_or(Some(0), |second| number(second, 60))?;
    if parts.next().is_some() {
        return None;
    }
    Some((hour * 3_600 + minute * 60 + seconds, second.is_some()))
}

fn number(text: &str, below: i64) -> Option<i64> {
    if text.is_empty() || text.len() > 2 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok().filter(|number| *number < below)
}

/// Noon and midnight as English and Vietnamese Windows write them.
fn half_day(word: &str, seconds: i64) -> Option<i64> {
    let hour = seconds / 3_600;
    match word.to_ascii_uppercase().as_str() {
        "AM" | "SA" if hour <= 12 => Some(seconds % 43_200),
        "PM" | "CH" if hour <= 12 => Some(seconds % 43_200 + 43_200),
        "PM" | "CH" => Some(seconds),
        _ => None,
    }
}

fn written(text: &str) -> Option<Parts> {
    let text = text.get(..text.len().min(64))?.strip_suffix("+07:00").unwrap_or(text);
    // `2026-11-25T10:20:30`
    let bytes = text.as_bytes();
    let text = match bytes.get(10) {
        Some(b'T') if bytes.get(9).is_some_and(u8::is_ascii_digit) => text.replacen('T', " ", 1),
        _ => text.to_owned(),
    };
    let (mut date, mut time) = (None, None);
    let mut words: Vec<&str> = text.split([' ', ',', '\u{a0}']).filter(|w| !w.is_empty()).collect();
    // `25 Nov 2026`, `25-Nov-2026`
    let joined;
    if let [day, month, year, ..] = words.as_slice()
        && month_of(month).is_some()
    {
        joined = format!("{day}-{month}-{year}");
        words.splice(..3, [joined.as_str()]);
    }
    for word in words {
        if word.contains(':') {
            if time.is_some() {
                return None;
            }
            time = Some(clock(word)?);
        } else if word == "-" || word == "|" {
        } else if let Some((seconds, told)) = time
            && word.len() == 2
            && word.bytes().all(|byte| byte.is_ascii_alphabetic())
        {
            time = Some((half_day(word, seconds)?, told));
        } else {
            if date.is_some() {
                return None;
            }
            date = Some(calendar(word)?);
        }
    }
    let (numbers, year_first, named_month) = date?;
    let (seconds, has_seconds) = time.unzip();
    Some(Parts {
        numbers,
        year_first,
        named_month,
        seconds,
        has_seconds: has_seconds.unwrap_or(false),
    })
}

/// `25/11/2026`, `2026-11-25`, `25.11.26`, `25-Nov-2026`, `20261125`.
fn calendar(word: &str) -> Option<([u32; 3], bool, bool)> {
    if word.len() == 8 && word.bytes().all(|byte| byte.is_ascii_digit()) {
        let part = |from, to| word.get(from..to)?.parse().ok();
        return Some(([part(0, 4)?, part(4, 6)?, part(6, 8)?], true, false));
    }
    let parts: Vec<&str> = word.split(['/', '-', '.']).collect();
    let [first, second, third] = parts.as_slice() else { return None };
    let digits = |text: &str| {
        let is_number = matches!(text.len(), 1 | 2 | 4) && text.bytes().all(|b| b.is_ascii_digit());
        is_number.then(|| text.parse().ok()).flatten()
    };
    let named = month_of(second);
    let month = named.or_else(|| digits(second))?;
    let numbers = [digits(first)?, month, digits(third)?];
    let year_first = first.len() == 4;
    let has_year = year_first != (third.len() == 4) || (!year_first && third.len() == 2);
    has_year.then_some((numbers, year_first, named.is_some()))
}

fn month_of(word: &str) -> Option<u32> {
    const MONTHS: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let lower = word.to_ascii_lowercase();
    let head = lower.get(..3).filter(|_| lower.bytes().all(|byte| byte.is_ascii_alphabetic()))?;
    MONTHS.iter().position(|month| *month == head).map(|place| place as u32 + 1)
}

/// The dates in a line of text, in their order, day first unless the year is.
pub(super) fn all_in(text: &str) -> Vec<Day> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || "/-.".contains(c)));
    words
        .filter(|word| word.len() >= 8)
        .filter_map(|word| {
            let (numbers, year_first, named_month) = calendar(word.trim_matches(['.', '-']))?;
            let parts =
                Parts { numbers, year_first, named_month, seconds: None, has_seconds: false };
            parts.day(DateOrder::DayMonthYear).ok()
        })
        .filter(|day| (EARLIEST..LATEST).contains(day))
        .collect()
}
