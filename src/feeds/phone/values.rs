//! The values of a notice as banks write them: sums, signs, accounts, times. Each reads one value
//! at the beginning of a text and says how long it is.

use super::super::fields::MAX_AMOUNT;
use super::super::{Direction, Precision, times};
use super::text::MASK;
use crate::primitives::time::{MS_PER_DAY, MS_PER_HOUR};
use crate::primitives::{Day, UnixMs, Vnd};

const MAX_SUM_CHARS: usize = 24;
const MAX_ACCOUNT_CHARS: usize = 34;
/// Fewer digits than these tell nothing about an account.
const MIN_ACCOUNT_DIGITS: usize = 3;

/// Bytes of a sum: digits with dots and commas between them, or a masked balance.
pub fn sum_length(text: &str) -> Option<usize> {
    let is_part = |c: char| c.is_ascii_digit() || matches!(c, '.' | ',' | MASK);
    let run: &str = text.get(..text.find(|c| !is_part(c)).unwrap_or(text.len()))?;
    let run = run.trim_end_matches(['.', ',']);
    let begins = run.starts_with(|c: char| c.is_ascii_digit() || c == MASK);
    (begins && run.len() <= MAX_SUM_CHARS).then_some(run.len())
}

/// Reads a sum in whole đồng: `50000`, `50.000`, `1,250,000`, `1,250,000.00`. Groups that are not
/// of three digits, and a fraction that is not zero, are no sum. Nothing is ever rounded.
pub fn sum(text: &str) -> Option<Vnd> {
    let (whole, fraction) = match text.rsplit_once(['.', ',']) {
        // Another separator stands before, or what follows is too short for a group.
        Some((whole, end)) if matches!(end, "0" | "00") => (whole, Some(end)),
        _ => (text, None),
    };
    let last = text.get(whole.len()..).and_then(|rest| rest.chars().next());
    let mut separators = whole.chars().filter(|c| !c.is_ascii_digit());
    let separator = separators.next();
    let is_mixed = separators.any(|c| Some(c) != separator);
    if is_mixed || fraction.is_some() && separator.is_some() && separator == last {
        return None;
    }
    let mut groups = whole.split(['.', ',']);
    let first = groups.next()?;
    let is_grouped = separator.is_some();
    if is_grouped && !(1..=3).contains(&first.len()) || groups.any(|group| group.len() != 3) {
        return None;
    }
    let digits: String = whole.chars().filter(char::is_ascii_digit).collect();
    Vnd::from_decimal_text(&digits).filter(|sum| *sum <= MAX_AMOUNT)
}

/// Words and signs that say where money went.
const SIGNS: [(&str, Direction); 24] = [
    ("+", Direction::In),
    ("-", Direction::Out),
    ("ghi có", Direction::In),
    ("ghi co", Direction::In),
    ("ghi nợ", Direction::Out),
    ("ghi no", Direction::Out),
    ("tăng", Direction::In),
    ("tang", Direction::In),
    ("giảm", Direction::Out),
    ("giam", Direction::Out),
    ("nhận", Direction::In),
    ("nhan", Direction::In),
    ("chuyển", Direction::Out),
    ("chuyen", Direction::Out),
    ("nạp", Direction::In),
    ("nap", Direction::In),
    ("rút", Direction::Out),
    ("rut", Direction::Out),
    ("credit", Direction::In),
    ("debit", Direction::Out),
    ("cr", Direction::In),
    ("dr", Direction::Out),
    ("có", Direction::In),
    ("nợ", Direction::Out),
];

/// The sign or word at the beginning, with its length in bytes.
pub fn sign(text: &str) -> Option<(usize, Direction)> {
    SIGNS.iter().find_map(|(word, direction)| {
        let head = text.get(..word.len())?;
        let ends = |rest: &str| {
            !word.ends_with(char::is_alphabetic) || !rest.starts_with(char::is_alphabetic)
        };
        (head.to_lowercase() == *word && ends(text.get(word.len()..)?))
            .then_some((word.len(), *direction))
    })
}

/// Bytes of an account as it is shown: letters, digits, and what hides the others.
pub fn account_length(text: &str) -> Option<usize> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '*' | '.' | '-' | '•');
    let run = text.get(..text.find(|c| !is_part(c)).unwrap_or(text.len()))?;
    let run = run.trim_end_matches(['.', '-', '*', '•']);
    let digits = run.bytes().filter(u8::is_ascii_digit).count();
    (digits >= MIN_ACCOUNT_DIGITS && run.chars().count() <= MAX_ACCOUNT_CHARS).then_some(run.len())
}

/// An account as a notice shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// What stands before the hidden part; empty where nothing does.
    pub head: String,
    /// What stands behind it; the whole number where nothing is hidden.
    pub tail: String,
    pub is_masked: bool,
}

impl Shown {
    /// Reads `0123456789`, `***6789`, `0123xxx789`, `19.x.6789`.
    pub fn read(text: &str) -> Self {
        let hides = |c: char| matches!(c, '*' | '.' | '-' | '•' | 'x' | 'X');
        let visible = |text: &str| text.trim_matches(hides).to_ascii_uppercase();
        match (text.find(hides), text.rfind(hides)) {
            (Some(first), Some(last)) => Self {
                head: visible(text.get(..first).unwrap_or_default()),
                tail: visible(text.get(last..).unwrap_or_default()),
                is_masked: true,
            },
            _ => Self { head: String::new(), tail: visible(text), is_masked: false },
        }
    }

    /// Whether a number can be the one that is shown.
    pub fn may_be(&self, number: &str) -> bool {
        let fits = number.len() >= self.head.len() + self.tail.len();
        fits && number.starts_with(&self.head) && number.ends_with(&self.tail)
    }
}

/// A time as a notice tells it: some tell no year, some no date, some no time of day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Told {
    year: Option<i32>,
    month_day: Option<(u8, u8)>,
    hour_minute: Option<(u8, u8)>,
    second: Option<u8>,
}

/// `Y`, `M`, `D`, `h`, `m`, `s` stand for a digit of each.
const DATES: [&str; 8] = [
    "DD/MM/YYYY",
    "DD-MM-YYYY",
    "DD.MM.YYYY",
    "YYYY-MM-DD",
    "YYYY/MM/DD",
    "DD/MM/YY",
    "DD-MM-YY",
    "DD/MM",
];
const CLOCKS: [&str; 4] = ["hh:mm:ss", "hh:mm", "hhhmm", "hhgmm"];
const BETWEEN: [&str; 8] = [" ", ", ", "T", " ngày ", " ngay ", " lúc ", " luc ", " - "];

/// The longest time at the beginning, with its length in bytes.
pub fn time(text: &str) -> Option<(usize, Told)> {
    let date = first_of(text, &DATES, date_of);
    let clock = first_of(text, &CLOCKS, clock_of);
    let (length, told) = date.or(clock)?;
    let rest = text.get(length..)?;
    let both = BETWEEN.iter().find_map(|between| {
        let rest = rest.strip_prefix(between)?;
        let (more, other) = match date {
            Some(_) => first_of(rest, &CLOCKS, clock_of)?,
            None => first_of(rest, &DATES, date_of)?,
        };
        let told = Told {
            year: told.year.or(other.year),
            month_day: told.month_day.or(other.month_day),
            hour_minute: told.hour_minute.or(other.hour_minute),
            second: told.second.or(other.second),
        };
        Some((length + between.len() + more, told))
    });
    Some(both.unwrap_or((length, told)))
}

fn first_of(
    text: &str,
    shapes: &[&str],
    read: fn(&str, &str) -> Option<Told>,
) -> Option<(usize, Told)> {
    shapes.iter().find_map(|shape| {
        let head = text.get(..shape.len())?;
        let goes_on = text.get(shape.len()..)?.starts_with(|c: char| c.is_ascii_digit());
        if goes_on { None } else { read(head, shape).map(|told| (shape.len(), told)) }
    })
}

/// The digits of `text` that stand where `shape` has `letter`; what is no letter must be equal.
fn digits(text: &str, shape: &str, letter: u8) -> Option<u16> {
    let mut number = None;
    for (byte, expected) in text.bytes().zip(shape.bytes()) {
        if expected == letter {
            let digit = u16::from(byte.is_ascii_digit().then(|| byte - b'0')?);
            number = Some(number.unwrap_or(0) * 10 + digit);
        }
    }
    number
}

fn has_marks(text: &str, shape: &str, letters: &[u8]) -> bool {
    text.bytes().zip(shape.bytes()).all(|(byte, expected)| {
        if letters.contains(&expected) { byte.is_ascii_digit() } else { byte == expected }
    })
}

fn date_of(text: &str, shape: &str) -> Option<Told> {
    if !has_marks(text, shape, b"YMD") {
        return None;
    }
    let year = digits(text, shape, b'Y').map(i32::from);
    let year = year.map(|year| if year < 100 { 2_000 + year } else { year });
    let part = |letter| digits(text, shape, letter).and_then(|part| u8::try_from(part).ok());
    let month_day = Some((part(b'M')?, part(b'D')?));
    Some(Told { year, month_day, ..Told::default() })
}

fn clock_of(text: &str, shape: &str) -> Option<Told> {
    // The `h` or `g` in the middle of `10h15` is a mark.
    let (hours, rest) = (text.get(..2)?, text.get(2..)?);
    let (mark, shape_rest) = (shape.get(2..3)?, shape.get(3..)?);
    let rest = rest.strip_prefix(mark)?;
    if !has_marks(hours, "hh", b"h") || !has_marks(rest, shape_rest, b"ms") {
        return None;
    }
    let hour = u8::try_from(digits(hours, "hh", b'h')?).ok()?;
    let minute = u8::try_from(digits(rest, shape_rest, b'm')?).ok()?;
    let second = digits(rest, shape_rest, b's').and_then(|second| u8::try_from(second).ok());
    Some(Told { hour_minute: Some((hour, minute)), second, ..Told::default() })
}

impl Told {
    /// Whether two notices with the same words may still be of two days.
    pub const fn lacks_date(&self) -> bool {
        self.month_day.is_none()
    }

    pub const fn has_seconds(&self) -> bool {
        self.second.is_some() && self.hour_minute.is_some()
    }

    /// The instant; what is not told is taken from when the notice was posted. `None` for a time
    /// that does not exist, lies more than an hour after the notice or 40 days before it: then
    /// something else was read as a time.
    pub fn at(&self, posted_at: UnixMs) -> Option<(UnixMs, Precision)> {
        let posted: String = posted_at.to_string().chars().take(19).collect();
        let day = match (self.month_day, self.year) {
            (Some((month, day)), Some(year)) => format!("{year:04}-{month:02}-{day:02}"),
            (Some((month, day)), None) => {
                let year: i32 = posted.get(..4)?.parse().ok()?;
                let is_last_years = month == 12 && posted.get(5..7) == Some("01");
                format!("{:04}-{month:02}-{day:02}", year - i32::from(is_last_years))
            }
            (None, _) => posted.get(..10)?.to_owned(),
        };
        let (at, precision) = match (self.hour_minute, self.second) {
            (Some((hour, minute)), Some(second)) => {
                times::wall_clock(&format!("{day} {hour:02}:{minute:02}:{second:02}")).ok()?
            }
            (Some((hour, minute)), None) => {
                times::wall_clock(&format!("{day} {hour:02}:{minute:02}")).ok()?
            }
            (None, _) if posted_at.day(0) == Day::parse(&day)? => {
                // The notice itself is more exact than its date.
                return Some((posted_at, Precision::Second));
            }
            (None, _) => times::wall_clock(&day).ok()?,
        };
        // Told before midnight, posted after it.
        let is_yesterdays = self.lacks_date() && at.get() - posted_at.get() > 12 * MS_PER_HOUR;
        let at = if is_yesterdays { at.plus_ms(-MS_PER_DAY) } else { at };
        let after_ms = at.get() - posted_at.get();
        (-40 * MS_PER_DAY..=MS_PER_HOUR).contains(&after_ms).then_some((at, precision))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_read_exactly_or_not_at_all() {
        for (text, expected) in [
            ("50000", Some(50_000)),
            ("50.000", Some(50_000)),
            ("1,250,000", Some(1_250_000)),
            ("1,250,000.00", Some(1_250_000)),
            ("1.250.000,0", Some(1_250_000)),
            ("50000.00", Some(50_000)),
            ("50,00,000", None),
            ("1.250,000", None),
            ("1,250.50", None),
            ("1.250.00", None),
            ("1250.000", None),
            ("", None),
            ("#.###", None),
            ("9999999999999999", None),
        ] {
            assert_eq!(sum(text).map(Vnd::get), expected, "{text}");
        }
        assert_eq!(sum_length("50,000. SD"), Some(6));
        assert_eq!(sum_length("VND"), None);
    }

    #[test]
    fn accounts_are_compared_by_what_is_shown() {
        for (text, number, fits) in [
            ("0123456789", "0123456789", true),
            ("***6789", "0123456789", true),
            ("0123xxx789", "0123456789", true),
            ("0123xxx780", "0123456789", false),
            ("6789", "0123456789", true),
            ("012345***6789", "0123456789", true),
            ("0123456***6789", "0123456789", false),
        ] {
            assert_eq!(Shown::read(text).may_be(number), fits, "{text}");
        }
        assert_eq!(account_length("0123456789|GD"), Some(10));
        assert_eq!(account_length("***6789. "), Some(7));
        assert_eq!(account_length("VND"), None);
    }

    #[test]
    fn times_are_completed_from_the_notice() {
        let posted = UnixMs::from_rfc3339("2026-01-01T00:05:00+07:00").unwrap();
        for (text, expected) in [
            ("31/12/2025 23:59:58", "2025-12-31T23:59:58+07:00"),
            ("23:59 31/12", "2025-12-31T23:59:00+07:00"),
            ("23:59", "2025-12-31T23:59:00+07:00"),
            ("23h59 ngay 31/12/25", "2025-12-31T23:59:00+07:00"),
            ("01/01/2026", "2026-01-01T00:05:00+07:00"),
            ("2026-01-01T00:04", "2026-01-01T00:04:00+07:00"),
        ] {
            let (length, told) = time(text).unwrap();
            assert_eq!(length, text.len(), "{text}");
            let at = told.at(posted).unwrap().0;
            assert_eq!(at, UnixMs::from_rfc3339(expected).unwrap(), "{text}");
        }
        for text in ["32/12/2025 10:00", "05/01/2026 10:00", "01/01/2024"] {
            assert_eq!(time(text).unwrap().1.at(posted), None, "{text}");
        }
        assert!(time("1015").is_none() && time("10:155").is_none());
    }
}
