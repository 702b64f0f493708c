//! Receipts in two significant digits: enough for a median, too coarse to tell a customer.
//!
//! A day's receipts are a log of two ASCII characters each, so that a receipt is appended without
//! reading what is there: the mantissa 10–99 as `!`…`z`, then the exponent of ten as `0`…`9`,
//! `a`…. [`REMOVAL`] before an entry takes one such receipt away again. A whole month is packed as
//! entries in ascending order, each followed by its count and `;`.

use crate::primitives::Vnd;

/// Before an entry: a reclassified receipt is no longer one.
pub const REMOVAL: char = '~';

const LEAST_MANTISSA: u16 = 10;
const MANTISSAS: u16 = 90;
/// `!`, the character of mantissa 10.
const FIRST_CHARACTER: u8 = b'!';
/// An `i64` has at most 19 digits, so the exponent stays below this.
const EXPONENTS: u16 = 18;
const BUCKETS: usize = (EXPONENTS * MANTISSAS) as usize;
/// Nine groups of seven bits are an `i64` that is not negative.
const NUMBER_BYTES: usize = 9;

/// The entry of one receipt; amounts below 10 đ count as 10 đ.
#[must_use]
pub fn entry(amount: Vnd) -> String {
    Bucket::of(amount).text().iter().collect()
}

/// A range of amounts that share two digits and a magnitude: exponent × 90 + mantissa − 10, so
/// that buckets are ordered as amounts are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Bucket(u16);

impl Bucket {
    fn of(amount: Vnd) -> Self {
        let mut mantissa = amount.get().max(i64::from(LEAST_MANTISSA));
        let mut exponent = 0;
        while mantissa >= 100 {
            mantissa /= 10;
            exponent += 1;
        }
        Self(exponent * MANTISSAS + mantissa as u16 - LEAST_MANTISSA)
    }

    /// `None` for two characters that are no entry.
    fn read(mantissa: u8, exponent: u8) -> Option<Self> {
        let mantissa = u16::from(mantissa.checked_sub(FIRST_CHARACTER)?);
        let exponent = match exponent {
            b'0'..=b'9' => u16::from(exponent - b'0'),
            b'a'..=b'z' => u16::from(exponent - b'a') + 10,
            _ => return None,
        };
        (mantissa < MANTISSAS && exponent < EXPONENTS)
            .then_some(Self(exponent * MANTISSAS + mantissa))
    }

    fn text(self) -> [char; 2] {
        let (exponent, mantissa) = ((self.0 / MANTISSAS) as u8, (self.0 % MANTISSAS) as u8);
        let exponent = if exponent < 10 { b'0' + exponent } else { b'a' + exponent - 10 };
        [char::from(FIRST_CHARACTER + mantissa), char::from(exponent)]
    }

    /// The least amount of the bucket.
    fn amount(self) -> Vnd {
        let scale = 10_i64.saturating_pow(u32::from(self.0 / MANTISSAS));
        Vnd::new(i64::from(self.0 % MANTISSAS + LEAST_MANTISSA).saturating_mul(scale))
    }
}

/// Counts of receipts by bucket.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Histogram {
    /// The bucket of the first count.
    first: usize,
    /// Neither the first nor the last is zero, and none is less.
    counts: Vec<i64>,
}

impl Histogram {
    /// Reads a day's log; what is no entry is passed over, a removal without its receipt is
    /// nothing.
    #[must_use]
    pub fn from_log(log: &str) -> Self {
        let mut found = Self::default();
        found.add_log(log);
        found
    }

    /// The same as merging what [`Self::from_log`] reads.
    pub fn merge_log(&mut self, log: &str) {
        if log.contains(REMOVAL) {
            self.merge(&Self::from_log(log));
        } else {
            self.add_log(log);
        }
    }

    fn add_log(&mut self, log: &str) {
        let mut bytes = log.bytes();
        let mut removed = false;
        let mut sign = 1;
        while let Some(byte) = bytes.next() {
            if char::from(byte) == REMOVAL {
                (sign, removed) = (-1, true);
                continue;
            }
            if let Some(bucket) = bytes.next().and_then(|exponent| Bucket::read(byte, exponent)) {
                self.add(usize::from(bucket.0), sign);
            }
            sign = 1;
        }
        if removed {
            self.trim();
        }
    }

    /// Reads [`Self::packed`].
    #[must_use]
    pub fn from_packed(bytes: &[u8]) -> Self {
        let mut found = Self::default();
        found.merge_packed(bytes);
        found
    }

    /// The same as merging what [`Self::from_packed`] reads; what is malformed ends the reading.
    pub fn merge_packed(&mut self, bytes: &[u8]) {
        let Some((first, mut rest)) = bytes.split_first_chunk() else { return };
        let mut place = usize::from(u16::from_be_bytes(*first));
        while place < BUCKETS
            && let Some((number, next)) = read_number(rest)
        {
            rest = next;
            if number > 0 {
                self.add(place, number);
                place += 1;
            } else if let Some((zeros, next)) = read_number(rest) {
                rest = next;
                place = place.saturating_add(zeros as usize);
            }
        }
    }

    /// The form in `rolled_totals`: the first bucket in two bytes, then the counts from there on;
    /// zero stands for as many empty buckets as the next number says. Numbers are little-endian
    /// in groups of seven bits. Its length hardly depends on how many receipts there were.
    #[must_use]
    pub fn packed(&self) -> Vec<u8> {
        if self.counts.is_empty() {
            return Vec::new();
        }
        let mut bytes = Vec::with_capacity(self.counts.len() + 2);
        bytes.extend((self.first as u16).to_be_bytes());
        for run in self.counts.chunk_by(|one, next| *one == 0 && *next == 0) {
            match run {
                [0, ..] => {
                    bytes.push(0);
                    push_number(&mut bytes, run.len() as u64);
                }
                _ => run.iter().for_each(|count| push_number(&mut bytes, *count as u64)),
            }
        }
        bytes
    }

    pub fn merge(&mut self, other: &Self) {
        let Some(last) = other.counts.len().checked_sub(1) else { return };
        self.reach(other.first);
        self.reach(other.first + last);
        let counts = self.counts.get_mut(other.first - self.first..).unwrap_or_default();
        for (count, more) in counts.iter_mut().zip(&other.counts) {
            *count = count.saturating_add(*more);
        }
    }

    #[must_use]
    pub fn count(&self) -> i64 {
        self.counts.iter().fold(0, |total, count| total.saturating_add(*count))
    }

    /// The bucket of the lower median, as its least amount; `None` without receipts.
    #[must_use]
    pub fn median(&self) -> Option<Vnd> {
        let rank = (self.count() + 1) / 2;
        let mut seen = 0_i64;
        let place = self.counts.iter().position(|count| {
            seen = seen.saturating_add(*count);
            seen >= rank
        });
        place.map(|place| Bucket((self.first + place) as u16).amount())
    }

    fn add(&mut self, bucket: usize, count: i64) {
        if bucket < self.first || bucket >= self.first + self.counts.len() {
            self.reach(bucket);
        }
        if let Some(known) = self.counts.get_mut(bucket - self.first) {
            *known = known.saturating_add(count);
        }
    }

    /// Makes room for a bucket, in which something must be counted then.
    fn reach(&mut self, bucket: usize) {
        if self.counts.is_empty() {
            self.first = bucket;
        }
        if bucket < self.first {
            self.counts.splice(..0, std::iter::repeat_n(0, self.first - bucket));
            self.first = bucket;
        }
        if bucket - self.first >= self.counts.len() {
            self.counts.resize(bucket - self.first + 1, 0);
        }
    }

    /// Removals may leave too few of a bucket, or none at the ends.
    fn trim(&mut self) {
        self.counts.iter_mut().for_each(|count| *count = (*count).max(0));
        let counted = |count: &i64| *count > 0;
        let end = self.counts.iter().rposition(counted).map_or(0, |last| last + 1);
        self.counts.truncate(end);
        let start = self.counts.iter().position(counted).unwrap_or(0);
        self.counts.drain(..start);
        self.first = if end == 0 { 0 } else { self.first + start };
    }
}

/// The number at the beginning, and what follows it.
fn read_number(bytes: &[u8]) -> Option<(i64, &[u8])> {
    let mut number = 0_i64;
    for (place, byte) in bytes.iter().enumerate().take(NUMBER_BYTES) {
        number |= i64::from(byte & 0x7F) << (7 * place);
        if byte & 0x80 == 0 {
            return bytes.get(place + 1..).map(|rest| (number, rest));
        }
    }
    None
}

fn push_number(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}
