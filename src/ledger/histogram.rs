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

/// Counts of receipts by bucket, ascending; no count is zero or less.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Histogram(Vec<(Bucket, i64)>);

impl Histogram {
    /// Reads a day's log; what is no entry is passed over, a removal without its receipt is
    /// nothing.
    #[must_use]
    pub fn from_log(log: &str) -> Self {
        let mut counts = Self::default();
        let mut bytes = log.bytes();
        let mut sign = 1;
        while let Some(byte) = bytes.next() {
            if char::from(byte) == REMOVAL {
                sign = -1;
                continue;
            }
            if let Some(bucket) = bytes.next().and_then(|exponent| Bucket::read(byte, exponent)) {
                counts.add(bucket, sign);
            }
            sign = 1;
        }
        counts.0.retain(|(_, count)| *count > 0);
        counts
    }

    /// Reads [`Self::packed`]; what is no bucket is passed over.
    #[must_use]
    pub fn from_packed(text: &str) -> Self {
        let mut counts = Self::default();
        let mut rest = text;
        // `;` is a mantissa too: only the one after an entry's two characters ends a count.
        while let Some((head, tail)) = rest.split_at_checked(2) {
            let (count, next) = tail.split_once(';').unwrap_or((tail, ""));
            if let ([mantissa, exponent], Ok(count @ 1..)) = (head.as_bytes(), count.parse())
                && let Some(bucket) = Bucket::read(*mantissa, *exponent)
            {
                counts.add(bucket, count);
            }
            rest = next;
        }
        counts
    }

    /// The form in `month_totals`.
    #[must_use]
    pub fn packed(&self) -> String {
        let mut text = String::with_capacity(self.0.len() * 5);
        for (bucket, count) in &self.0 {
            text.extend(bucket.text());
            text.push_str(&count.to_string());
            text.push(';');
        }
        text
    }

    pub fn merge(&mut self, other: &Self) {
        for (bucket, count) in &other.0 {
            self.add(*bucket, *count);
        }
    }

    #[must_use]
    pub fn count(&self) -> i64 {
        self.0.iter().fold(0, |total, (_, count)| total.saturating_add(*count))
    }

    /// The bucket of the lower median, as its least amount; `None` without receipts.
    #[must_use]
    pub fn median(&self) -> Option<Vnd> {
        let rank = (self.count() + 1) / 2;
        let mut seen = 0_i64;
        self.0.iter().find_map(|(bucket, count)| {
            seen = seen.saturating_add(*count);
            (seen >= rank).then(|| bucket.amount())
        })
    }

    fn add(&mut self, bucket: Bucket, count: i64) {
        match self.0.binary_search_by_key(&bucket, |(known, _)| *known) {
            Ok(place) => {
                if let Some((_, known)) = self.0.get_mut(place) {
                    *known = known.saturating_add(count);
                }
            }
            Err(place) => self.0.insert(place, (bucket, count)),
        }
    }
}
