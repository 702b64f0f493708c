//! Amounts of columns. Whether `1.234` has thousands or decimals is decided by all amounts of the
//! file together: a statement is written by one machine.

use super::grid::{Kind, Value};
use super::layout::AmountFormat;
use crate::feeds::{MAX_AMOUNT, UndecodableBecause as Because};

/// How the amounts of a file are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Written {
    pub(super) format: AmountFormat,
    /// Zeros behind the point at most.
    decimals: usize,
}

impl Written {
    /// As a person says. Where the file writes both ways, `45,000` must not become 45 đồng.
    pub(super) const fn said(format: AmountFormat) -> Self {
        Self { format, decimals: USUAL }
    }
}

/// Đồng are written with two decimals or none.
const USUAL: usize = 2;
const ANY: usize = 9;

/// What the amounts of a file can be read as: cells that only dots, and only commas between the
/// thousands explain.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Formats {
    /// With the usual decimals.
    usual: (usize, usize),
    /// With any number of zeros behind the point.
    any: (usize, usize),
    /// The same of those that are not explained with the usual decimals.
    only_any: (usize, usize),
    sizes: Sizes,
}

/// What tells that a spreadsheet program took texts for numbers: where it reads points the other
/// way, `50.000` becomes 50 and `1.500` becomes 1.5, while `1.234.567` stays a text.
#[derive(Clone, Copy, Debug, Default)]
struct Sizes {
    all: usize,
    /// Below 1,000, and so without a point between thousands.
    small: usize,
    /// Such ones that are a spreadsheet's numbers.
    small_numbers: usize,
    /// Below 1,000 with decimals that are not zeros.
    broken: usize,
    /// Texts with a point between thousands.
    grouped: usize,
    /// Texts with zeros behind the point.
    with_zeros: usize,
}

impl Sizes {
    fn see(&mut self, cell: Value<'_>, digits: &str) {
        let points = digits.bytes().filter(|byte| !byte.is_ascii_digit()).count();
        let (whole, rest) = digits.split_once(['.', ',']).unwrap_or((digits, ""));
        let is_zero = digits.bytes().all(|byte| !byte.is_ascii_digit() || byte == b'0');
        if is_zero || cell.kind == Kind::Date {
            return;
        }
        self.all += 1;
        let is_number = cell.kind == Kind::Number;
        let last = digits.rsplit(['.', ',']).next().unwrap_or_default();
        if points == 0 && digits.len() <= 3 {
            self.small += 1;
            self.small_numbers += usize::from(is_number);
        } else if points == 1 && whole.len() <= 3 && rest.len() <= if is_number { 3 } else { 2 } {
            let is_broken = rest.bytes().any(|byte| byte != b'0');
            self.broken += usize::from(is_broken);
            self.with_zeros += usize::from(!is_broken);
        } else if points > 0 && !is_number {
            self.grouped += 1;
            self.with_zeros += usize::from(last.len() <= 2 && last.bytes().all(|b| b == b'0'));
        }
    }

    /// Đồng have no decimals, and hardly anything is paid with less than a thousand.
    const fn are_converted(&self) -> bool {
        self.broken > 0 && self.with_zeros == 0
            || self.small_numbers > 0 && self.grouped > 0
            || self.all > 2 && self.small == self.all
    }
}

impl Formats {
    pub(super) fn see(&mut self, cell: Value<'_>) {
        let Some((_, digits)) = bare(cell.text) else { return };
        self.sizes.see(cell, &digits);
        if cell.kind != Kind::Text {
            return;
        }
        let fits = |decimals| {
            let is = |format| whole(&digits, Written { format, decimals }).is_some();
            (is(AmountFormat::Dots), is(AmountFormat::Commas))
        };
        let add = |to: &mut (usize, usize), fits: (bool, bool)| {
            to.0 += usize::from(fits == (true, false));
            to.1 += usize::from(fits == (false, true));
        };
        let (usual, any) = (fits(USUAL), fits(ANY));
        add(&mut self.usual, usual);
        add(&mut self.any, any);
        if usual == (false, false) {
            add(&mut self.only_any, any);
        }
    }

    /// Whether a spreadsheet program has changed amounts when it saved the file.
    pub(super) const fn are_converted(&self) -> bool {
        self.sizes.are_converted()
    }

    /// The only format that the cells allow, with the usual decimals; `None` where they allow both
    /// or contradict each other.
    pub(super) const fn only(&self) -> Option<AmountFormat> {
        match self.usual {
            (1.., 0) => Some(AmountFormat::Dots),
            (0, 1..) => Some(AmountFormat::Commas),
            _ => None,
        }
    }

    /// How the file writes amounts; `None` where its cells contradict each other. Three digits
    /// behind a single point are thousands, unless the file itself shows three decimals
    /// (`50000.000`).
    pub(super) const fn decide(&self) -> Option<Written> {
        let (format, decimals) = match (self.only_any, self.any, self.usual) {
            ((1.., 0), (_, 0), _) => (AmountFormat::Dots, ANY),
            ((0, 1..), (0, _), _) => (AmountFormat::Commas, ANY),
            (_, _, (1.., 1..)) => return None,
            (_, _, (0, 1..)) => (AmountFormat::Commas, USUAL),
            _ => (AmountFormat::Dots, USUAL),
        };
        Some(Written { format, decimals })
    }
}

/// Whether a cell may be an amount.
pub(super) fn is_one(cell: Value<'_>) -> bool {
    cell.kind == Kind::Number || cell.kind == Kind::Text && bare(cell.text).is_some()
}

/// Whether a spreadsheet has rounded the digits of a long number: `~` stands before them
/// ([`super::excel`]), or it wrote them as `1.23457E+15`.
pub(super) fn is_rounded(cell: Value<'_>) -> bool {
    let is_scientific = cell.text.split_once(['E', 'e']).is_some_and(|(digits, exponent)| {
        let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let (whole, rest) = digits.split_once(['.', ',']).unwrap_or((digits, "0"));
        let exponent = exponent.strip_prefix('+');
        whole.len() == 1 && is_digits(whole) && is_digits(rest) && exponent.is_some_and(is_digits)
    });
    match cell.kind {
        Kind::Number => cell.text.contains(['~', '.']),
        Kind::Text => is_scientific,
        Kind::Date => true,
    }
}

/// An amount with its sign; `None` for nothing, a dash or zero.
pub(super) fn read(cell: Value<'_>, written: Written) -> Result<Option<i64>, Because> {
    let (negative, digits) = match cell.kind {
        Kind::Date => return Err(Because::WrongType),
        Kind::Number => match cell.text.strip_prefix('-') {
            Some(digits) => (true, digits.to_owned()),
            None => (false, cell.text.to_owned()),
        },
        Kind::Text if ["-", "–", "—"].contains(&cell.text) => return Ok(None),
        Kind::Text => bare(cell.text).ok_or(Because::NotAnAmount)?,
    };
    // `0123456789` is an account or a telephone.
    if let [b'0', second, ..] = digits.as_bytes()
        && second.is_ascii_digit()
    {
        return Err(Because::NotAnAmount);
    }
    let amount = match cell.kind {
        Kind::Number if digits.bytes().all(|byte| byte.is_ascii_digit()) => digits.parse().ok(),
        Kind::Number => None,
        _ => whole(&digits, written),
    };
    let amount: i64 = amount.ok_or(Because::NotAnAmount)?;
    if amount > MAX_AMOUNT.get() {
        return Err(Because::TooLarge);
    }
    Ok(Some(if negative { -amount } else { amount }).filter(|amount| *amount != 0))
}

/// The digits and points of an amount, and whether it is negative: sign in front or behind, or
/// brackets; with or without the currency.
fn bare(text: &str) -> Option<(bool, String)> {
    let mut text = text.trim();
    for currency in ["VND", "VNĐ", "vnd", "vnđ", "đồng", "đ", "₫", "Đ"] {
        text = text.strip_suffix(currency).unwrap_or(text);
        text = text.strip_prefix(currency).unwrap_or(text).trim();
    }
    let mut negative = false;
    if let Some(inside) = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        (negative, text) = (true, inside.trim());
    }
    for (sign, is_minus) in [('+', false), ('-', true), ('\u{2212}', true)] {
        let rest = text.strip_prefix(sign).or_else(|| text.strip_suffix(sign));
        if let Some(rest) = rest {
            (negative, text) = (negative != is_minus, rest.trim());
            break;
        }
    }
    for currency in ["VND", "VNĐ", "đ", "₫"] {
        text = text.strip_suffix(currency).unwrap_or(text).trim();
    }
    let is_blank = |c: char| c.is_whitespace() || c == '\'';
    let digits: String = text.chars().filter(|c| !is_blank(*c)).collect();
    let is_number = digits.len() <= 32
        && digits.bytes().next().is_some_and(|byte| byte.is_ascii_digit())
        && digits.bytes().all(|byte| byte.is_ascii_digit() || b".,".contains(&byte));
    is_number.then_some((negative, digits))
}

/// The whole đồng of digits with points, if they are grouped and their decimals are zeros as
/// `written` says.
fn whole(digits: &str, written: Written) -> Option<i64> {
    let (group, point) = match written.format {
        AmountFormat::Dots => ('.', ','),
        AmountFormat::Commas => (',', '.'),
    };
    let (whole, fraction) = match digits.split_once(point) {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (digits, None),
    };
    let is_fraction = |text: &str| {
        (1..=written.decimals).contains(&text.len()) && text.bytes().all(|byte| byte == b'0')
    };
    if !fraction.is_none_or(is_fraction) {
        return None;
    }
    let mut groups = whole.split(group);
    let first = groups.next()?;
    let rest: Vec<&str> = groups.collect();
    let is_grouped = rest.is_empty()
        || (1..=3).contains(&first.len()) && rest.iter().all(|group| group.len() == 3);
    let plain: String = whole.chars().filter(char::is_ascii_digit).collect();
    is_grouped.then(|| plain.parse().ok()).flatten()
}
