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
    /// As a person says.
    pub(super) const fn said(format: AmountFormat) -> Self {
        Self { format, decimals: ANY }
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
}

impl Formats {
    pub(super) fn see(&mut self, cell: Value<'_>) {
        if cell.kind != Kind::Text {
            return;
        }
        let Some((_, digits)) = bare(cell.text) else { return };
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
