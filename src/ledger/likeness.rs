//! When a row of a statement and another telling are of one transfer: the rules, whichever of them
//! came first, and for two statements alike.
//!
//! Account, direction and amount are equal before anything is asked here. Equal payments are usual
//! at a stall, so what is certain is only what cannot be of two: one reference of the bank, or one
//! second. On a whole day, which a statement tells from its beginning to its end, the other's
//! transfer must be one of its rows: there the time need not be exact, and which of equal rows it is
//! changes no sum. All else that may be one is counted once and waits for a person. Counting twice
//! by mistake would go unseen in the totals.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use crate::feeds::Precision;
use crate::primitives::time::{MS_PER_DAY, MS_PER_HOUR, MS_PER_MINUTE};
use crate::primitives::{UnixMs, fold};
use crate::text_enum;
use crate::vietqr::Reference;

/// Two clocks of one moment.
const NEAR_MS: u64 = 5 * MS_PER_MINUTE.unsigned_abs();
/// The moment of paying and that of booking.
const CLOSE_MS: u64 = 30 * MS_PER_MINUTE.unsigned_abs();
/// A transfer around midnight may stand in the statement under the next day.
const AROUND_MIDNIGHT_MS: u64 = 3 * MS_PER_HOUR.unsigned_abs();
/// A bank books after a weekend or a holiday what was paid before it.
pub const LATE_DAYS: i32 = 4;
/// Shorter references, and those with fewer digits, are counters or words.
const REFERENCE_CHARS: usize = 6;
const REFERENCE_DIGITS: usize = 4;
/// A number of so many digits is the bank's for one transfer; a code of ours never has them.
const NUMBER_DIGITS: usize = 8;
/// A spreadsheet keeps so many digits of a number.
const KEPT_DIGITS: usize = 15;

text_enum!(
    /// How a row and another telling agree, best first.
    Likeness {
        /// The bank's own reference, on one day or the next.
        Reference = "reference",
        /// One second.
        Moment = "moment",
        /// Five minutes apart at most.
        Near = "near",
        /// Half an hour apart at most.
        Close = "close",
        /// One day, of which one of them tells no more.
        Dated = "dated",
        /// On two days, three hours apart at most.
        Midnight = "midnight",
        /// One day, more than half an hour apart.
        Day = "day",
        /// Some days apart, with one reference or memo.
        Late = "late",
    }
);

impl Likeness {
    /// The best is the least.
    const fn rank(self) -> u8 {
        self as u8
    }

    /// No person needs to look. `is_whole`: a statement tells the day from its beginning to its
    /// end, and has a row for each that others told.
    #[must_use]
    pub const fn is_certain(self, is_whole: bool) -> bool {
        match self {
            Self::Reference | Self::Moment => true,
            Self::Near | Self::Close | Self::Dated => is_whole,
            Self::Midnight | Self::Day | Self::Late => false,
        }
    }

    /// One that waits for a person keeps its transfer from those that agree with it no better.
    #[must_use]
    pub fn beats(self, held: Option<Self>) -> bool {
        held.is_none_or(|held| self < held)
    }
}

impl PartialOrd for Likeness {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Likeness {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.rank().cmp(&other.rank())
    }
}

/// What is compared of a telling, besides account, direction and amount.
#[derive(Clone, Debug, Default)]
pub struct Telling {
    pub occurred_at: UnixMs,
    /// `None`: only the day.
    exact: Option<Precision>,
    /// The bank's, without blanks and leading zeros.
    reference: Option<Box<str>>,
    /// Several bear the reference: it still contradicts others, and tells none from another.
    is_common: bool,
    /// Digest of the memo as banks leave it; `None`: there is none.
    memo: Option<u64>,
    /// The memo bears a number as banks give each transfer.
    has_number: bool,
    /// References of ours that it names.
    pub names: Vec<Reference>,
}

impl Telling {
    #[must_use]
    pub fn new(
        (occurred_at, precision): (UnixMs, Precision),
        bank_reference: Option<&str>,
        memo: &str,
        names: Vec<Reference>,
    ) -> Self {
        let reference = trimmed(bank_reference);
        let memo = fold::memo(memo);
        let has_number =
            memo.split(|c: char| !c.is_ascii_digit()).any(|digits| digits.len() >= NUMBER_DIGITS);
        let digest = |text: &str| {
            let mut hasher = DefaultHasher::new();
            text.hash(&mut hasher);
            hasher.finish()
        };
        Self {
            occurred_at,
            exact: Some(precision).filter(|precision| *precision != Precision::Day),
            reference: Some(reference).filter(|text| !text.is_empty()).map(String::into_boxed_str),
            is_common: false,
            memo: Some(memo.as_str()).filter(|memo| !memo.is_empty()).map(digest),
            has_number,
            names,
        }
    }

    /// The day of the calendar.
    #[must_use]
    pub fn day(&self) -> i32 {
        self.occurred_at.day(0).0
    }

    #[must_use]
    pub const fn is_dated(&self) -> bool {
        self.exact.is_none()
    }

    /// The second, where it is told.
    #[must_use]
    pub fn second(&self) -> Option<UnixMs> {
        Some(self.occurred_at).filter(|_| self.exact == Some(Precision::Second))
    }

    /// The bank's reference, where it is one of this transfer alone and not a counter or a word.
    #[must_use]
    pub fn own_reference(&self) -> Option<&str> {
        self.reference.as_deref().filter(|_| !self.is_common).filter(|text| is_own(text))
    }

    /// Several bear its reference.
    pub fn share_reference(&mut self) {
        self.is_common = true;
    }

    #[must_use]
    pub const fn memo(&self) -> Option<u64> {
        self.memo
    }

    #[must_use]
    pub const fn distance_ms(&self, other: &Self) -> u64 {
        self.occurred_at.0.abs_diff(other.occurred_at.0)
    }

    #[must_use]
    pub fn shares_name(&self, other: &Self) -> bool {
        self.names.iter().any(|name| other.names.contains(name))
    }

    /// Both tell a reference, and not the same. A spreadsheet rounds long ones.
    #[must_use]
    pub fn contradicts(&self, other: &Self) -> bool {
        match (&self.reference, &other.reference) {
            (Some(one), Some(two)) => one != two && !is_rounded(one, two) && !is_rounded(two, one),
            _ => false,
        }
    }

    /// How well it agrees beside its likeness, best first.
    #[must_use]
    pub fn nuance(&self, other: &Self) -> (bool, bool, u64) {
        let is_reworded = self.memo.is_none() || self.memo != other.memo;
        (self.contradicts(other), is_reworded, self.distance_ms(other))
    }
}

/// A reference of the bank, without what banks and spreadsheets change of it.
fn trimmed(bank_reference: Option<&str>) -> String {
    let reference = bank_reference.map(fold::memo).unwrap_or_default();
    reference.trim_start_matches('0').to_owned()
}

fn is_own(reference: &str) -> bool {
    let digits = reference.bytes().filter(u8::is_ascii_digit).count();
    reference.len() >= REFERENCE_CHARS && digits >= REFERENCE_DIGITS
}

/// [`Telling::own_reference`] of what tells this reference.
#[must_use]
pub fn own_reference(bank_reference: Option<&str>) -> Option<String> {
    Some(trimmed(bank_reference)).filter(|reference| is_own(reference))
}

/// Whether a number is what a spreadsheet leaves of another.
fn is_rounded(rounded: &str, whole: &str) -> bool {
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (Some(kept), Some(of)) = (rounded.get(..KEPT_DIGITS), whole.get(..KEPT_DIGITS)) else {
        return false;
    };
    let is_cut = rounded.bytes().skip(KEPT_DIGITS).all(|byte| byte == b'0');
    let is_next = match (kept.parse::<u64>(), of.parse::<u64>()) {
        (Ok(kept), Ok(of)) => kept == of || kept == of + 1,
        _ => false,
    };
    rounded.len() == whole.len() && is_number(whole) && is_cut && is_next
}

/// The other side of a comparison.
#[derive(Clone, Copy, Debug)]
pub struct Other<'t> {
    pub telling: &'t Telling,
    /// It is a row of a statement too.
    pub is_row: bool,
    /// Statements tell its day whole.
    pub is_whole: bool,
}

/// How a row of a statement and another telling agree; `None`: they are of two transfers.
#[must_use]
pub fn likeness(row: &Telling, other: Other<'_>) -> Option<Likeness> {
    let told = other.telling;
    let shares = row.shares_name(told);
    if !(shares || row.names.is_empty() || told.names.is_empty()) {
        return None;
    }
    let days = row.day() - told.day();
    let has_reference =
        row.own_reference().is_some_and(|reference| told.own_reference() == Some(reference));
    match days.abs() {
        0 | 1 if has_reference => Some(Likeness::Reference),
        0 => on_one_day(row, told, other.is_row),
        1 if is_around_midnight(row, told) => Some(Likeness::Midnight),
        1..=LATE_DAYS => {
            // A bank books later than it happened, and each statement by the same day.
            let has_memo = row.memo.is_some() && row.memo == told.memo;
            let is_booked = days > 0 && has_memo && (row.has_number || other.is_whole);
            (has_reference || is_booked && !other.is_row).then_some(Likeness::Late)
        }
        _ => None,
    }
}

fn on_one_day(row: &Telling, told: &Telling, is_row: bool) -> Option<Likeness> {
    if row.is_dated() || told.is_dated() {
        return Some(Likeness::Dated);
    }
    let distance = row.distance_ms(told);
    let is_moment = row.second().is_some() && row.second() == told.second();
    if is_moment && !row.contradicts(told) {
        return Some(Likeness::Moment);
    }
    Some(if distance <= NEAR_MS {
        Likeness::Near
    } else if is_row {
        // One bank does not tell two times of one transfer.
        return None;
    } else if distance <= CLOSE_MS {
        Likeness::Close
    } else {
        Likeness::Day
    })
}

/// Of two that are on neighbouring days.
fn is_around_midnight(one: &Telling, two: &Telling) -> bool {
    match (one.is_dated(), two.is_dated()) {
        (true, true) => false,
        (true, false) => from_day(two.occurred_at, one.occurred_at) <= AROUND_MIDNIGHT_MS,
        (false, true) => from_day(one.occurred_at, two.occurred_at) <= AROUND_MIDNIGHT_MS,
        (false, false) => one.distance_ms(two) <= AROUND_MIDNIGHT_MS,
    }
}

/// Milliseconds between an instant and the day that begins at a midnight.
fn from_day(at: UnixMs, midnight: UnixMs) -> u64 {
    let end = midnight.0 + MS_PER_DAY;
    if at < midnight { midnight.0.abs_diff(at.0) } else { at.0.abs_diff(end.min(at.0)) }
}

/// Whether a telling may be of a neighbouring day's row.
#[must_use]
pub fn is_near_midnight(told: &Telling) -> bool {
    let since = told.occurred_at.0.abs_diff(told.occurred_at.day(0).start(0).0);
    let day = MS_PER_DAY.unsigned_abs();
    !told.is_dated() && (since <= AROUND_MIDNIGHT_MS || since >= day - AROUND_MIDNIGHT_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Telling {
        of(text, None, "")
    }

    fn of(text: &str, reference: Option<&str>, memo: &str) -> Telling {
        let (full, precision) = match text.len() {
            10 => (format!("{text} 00:00:00"), Precision::Day),
            16 => (format!("{text}:00"), Precision::Minute),
            _ => (text.to_owned(), Precision::Second),
        };
        let occurred_at = UnixMs::from_vietnam_wall_clock(&full).unwrap();
        Telling::new((occurred_at, precision), reference, memo, Vec::new())
    }

    fn alike(row: &Telling, told: &Telling) -> Option<Likeness> {
        likeness(row, Other { telling: told, is_row: false, is_whole: false })
    }

    #[test]
    fn the_nearer_the_better() {
        let row = at("2026-11-03 09:00:00");
        for (told, expected) in [
            ("2026-11-03 09:00:00", Some(Likeness::Moment)),
            ("2026-11-03 09:00", Some(Likeness::Near)),
            ("2026-11-03 09:05:00", Some(Likeness::Near)),
            ("2026-11-03 09:05:01", Some(Likeness::Close)),
            ("2026-11-03 08:30:00", Some(Likeness::Close)),
            ("2026-11-03 08:29:59", Some(Likeness::Day)),
            ("2026-11-03", Some(Likeness::Dated)),
            ("2026-11-03 23:00:00", Some(Likeness::Day)),
            ("2026-11-04 09:00:00", None),
            ("2026-11-04", None),
        ] {
            assert_eq!(alike(&row, &at(told)), expected, "{told}");
        }
        let late = at("2026-11-04 23:30:00");
        assert_eq!(alike(&at("2026-11-05"), &late), Some(Likeness::Midnight));
        assert_eq!(alike(&at("2026-11-05 01:00:00"), &late), Some(Likeness::Midnight));
        assert_eq!(alike(&at("2026-11-06"), &late), None);
    }

    #[test]
    fn only_a_whole_day_makes_certain_what_is_not_exact() {
        use Likeness::{Close, Dated, Day, Late, Midnight, Moment, Near, Reference};
        for (how, alone, whole) in [
            (Reference, true, true),
            (Moment, true, true),
            (Near, false, true),
            (Close, false, true),
            (Dated, false, true),
            (Midnight, false, false),
            (Day, false, false),
            (Late, false, false),
        ] {
            assert_eq!((how.is_certain(false), how.is_certain(true)), (alone, whole), "{how:?}");
        }
        assert!(Near.beats(None) && Near.beats(Some(Close)));
        assert!(!Near.beats(Some(Near)) && !Close.beats(Some(Near)));
    }

    #[test]
    fn two_times_of_one_bank_are_two_transfers() {
        let (morning, evening) = (at("2026-11-03 08:00:00"), at("2026-11-03 17:00:00"));
        let other = Other { telling: &evening, is_row: true, is_whole: true };
        assert_eq!(likeness(&morning, other), None);
    }

    #[test]
    fn a_reference_counts_if_it_is_of_one_transfer() {
        let row = |text: &str| of("2026-11-03 09:00:00", Some(text), "");
        let told = |text: &str| of("2026-11-04 15:00:00", Some(text), "");
        assert_eq!(
            alike(&row("FT26308000077"), &told("ft-26308000077")),
            Some(Likeness::Reference)
        );
        assert_eq!(alike(&row("0012345678"), &told("12345678")), Some(Likeness::Reference));
        assert_eq!(alike(&row("7"), &told("7")), None, "a counter");
        assert_eq!(alike(&row("CHUYENTIEN"), &told("CHUYENTIEN")), None, "a word");
        assert_eq!(alike(&row("QUAY123"), &told("QUAY123")), None, "a terminal");
        let week = of("2026-11-07", Some("FT26308000077"), "");
        assert_eq!(alike(&week, &row("FT26308000077")), Some(Likeness::Late));
    }

    #[test]
    fn a_spreadsheet_rounds_long_references() {
        let of = |text: &str| of("2026-11-03 09:00:00", Some(text), "");
        assert_eq!(alike(&of("1234567890123456"), &of("1234567890123460")), Some(Likeness::Moment));
        assert_eq!(alike(&of("1234567890123456"), &of("1234567890123457")), Some(Likeness::Near));
    }

    #[test]
    fn what_is_booked_later_is_known_by_its_words() {
        let told = |memo| of("2026-11-07 20:00:00", None, memo);
        let row = |memo| of("2026-11-09", None, memo);
        let memo = "MBVCB.1234567890.tra tien ca";
        assert_eq!(alike(&row(memo), &told(memo)), Some(Likeness::Late));
        assert_eq!(alike(&row("tra tien ca"), &told("tra tien ca")), None);
        // Nothing is booked before it is paid, and each statement books it on one day.
        let earlier = of("2026-11-05", None, memo);
        assert_eq!(alike(&earlier, &told(memo)), None);
        let other = told(memo);
        let other = Other { telling: &other, is_row: true, is_whole: false };
        assert_eq!(likeness(&row(memo), other), None);
        let told = told("tra tien ca");
        let missing = Other { telling: &told, is_row: false, is_whole: true };
        assert_eq!(likeness(&row("tra tien ca"), missing), Some(Likeness::Late));
        assert_eq!(likeness(&row("tra tien rau"), missing), None);
    }
}
