//! What stands around the table: whose statement it is, of which days, printed when, in which
//! currency.

use super::columns::Role;
use super::grid::Grid;
use super::heading::Heading;
use super::{dates, words};
use crate::primitives::Day;

/// Rows below the table that are looked at.
const FOOTER: usize = 30;
const ACCOUNT_LABELS: [&str; 14] = [
    "so tai khoan",
    "tai khoan",
    "account number",
    "account no",
    "account",
    "stk",
    "so tk",
    "ac no",
    "a c no",
    "a c",
    "so vi",
    "tai khoan thanh toan",
    "so dien thoai",
    "wallet",
];
const PRINTED_LABELS: [&str; 14] = [
    "ngay in",
    "ngay xuat",
    "ngay lap",
    "thoi gian in",
    "thoi gian xuat",
    "in luc",
    "printed",
    "print date",
    "printed on",
    "exported",
    "export date",
    "report date",
    "ngay tao",
    "ngay ket xuat",
];
/// Digits of an account number at least.
const ACCOUNT_DIGITS: usize = 6;

/// What the lines around the table say, as far as they say it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// Numbers behind the word account, as they stand there without blanks; digits may be hidden
    /// by `*` or `x`.
    pub accounts: Vec<String>,
    /// First and last day of the statement.
    pub period: Option<(Day, Day)>,
    /// The day on which the file was made: it cannot know of that day's end.
    pub printed: Option<Day>,
    /// Another currency than đồng.
    pub foreign_currency: Option<String>,
}

pub(super) fn read(grid: &Grid, heading: &Heading) -> Said {
    let mut said = Said::default();
    let mut from = None;
    let last = grid.len();
    let footer = last.saturating_sub(FOOTER).max(heading.below)..last;
    for place in (0..heading.place).chain(footer) {
        let is_above = place < heading.place;
        // A transfer's memo may speak of days that something was made on.
        if !is_above && is_transfer(grid, heading, place) {
            continue;
        }
        let line = grid.cells(place).map(|cell| cell.text).collect::<Vec<_>>().join(" ");
        let folded = words::folded(&line);
        let dates = dates::all_in(&line);
        if is_above {
            accounts(grid, place, &mut said.accounts);
            currency(&folded, &mut said.foreign_currency);
        }
        let has = |label: &str| words::has(&folded, label);
        if PRINTED_LABELS.iter().any(|label| has(label)) {
            said.printed = said.printed.or_else(|| dates.first().copied());
            continue;
        }
        if !is_above || said.period.is_some() {
            continue;
        }
        let begins = ["tu ngay", "from", "tu"].iter().any(|label| has(label));
        let ends = ["den ngay", "den", "to", "toi ngay"].iter().any(|label| has(label));
        let is_period = ["ky sao ke", "period", "thoi gian", "giai doan", "khoang thoi gian"];
        match dates.as_slice() {
            [first, .., last] if begins || ends || is_period.iter().any(|label| has(label)) => {
                said.period = Some((*first, *last)).filter(|(first, last)| first <= last);
            }
            [day] if begins && !ends => from = Some(*day),
            [day] if ends => {
                said.period = from.map(|from| (from, *day)).filter(|(from, to)| from <= to);
            }
            _ => {}
        }
    }
    said
}

/// Whether a row below the heading has a date where transfers have theirs.
fn is_transfer(grid: &Grid, heading: &Heading, place: usize) -> bool {
    let column = heading.roles.iter().find(|(role, _)| *role == Role::Date);
    let cell = column.and_then(|(_, column)| grid.cell(place, *column));
    cell.is_some_and(|cell| dates::read(cell, None, 0).is_ok())
}

impl Said {
    /// Whether two sheets may be of one account.
    pub(super) fn agrees_with(&self, other: &Self) -> bool {
        let is_shared = self.accounts.iter().any(|number| other.accounts.contains(number));
        let is_silent = self.accounts.is_empty() || other.accounts.is_empty();
        (is_shared || is_silent) && self.foreign_currency == other.foreign_currency
    }

    /// What two sheets of one account say together. Days between their periods are nobody's.
    pub(super) fn join(&mut self, other: Self) {
        self.period = match (self.period, other.period) {
            (Some((from, to)), Some((first, last))) => {
                let is_whole = first <= to.plus(1) && from <= last.plus(1);
                is_whole.then_some((from.min(first), to.max(last)))
            }
            (one, two) => one.or(two),
        };
        self.printed = [self.printed, other.printed].into_iter().flatten().min();
        let new = other.accounts.into_iter().filter(|number| !self.accounts.contains(number));
        let new: Vec<_> = new.collect();
        self.accounts.extend(new);
    }
}

/// The number behind a label, in the same cell or in the ones right of it.
fn accounts(grid: &Grid, place: usize, found: &mut Vec<String>) {
    let mut is_labelled = false;
    for cell in grid.cells(place) {
        let (label, value) = match cell.text.split_once(':') {
            Some((label, value)) => (label, value),
            None => (cell.text, ""),
        };
        let folded = words::folded(label);
        let names = ACCOUNT_LABELS.iter().any(|label| words::has(&folded, label));
        let candidate = if is_labelled && !names {
            cell.text
        } else if value.trim().is_empty() {
            // `Số tài khoản 0123456789`
            label
        } else {
            value
        };
        is_labelled |= names;
        if is_labelled && let Some(number) = account_number(candidate) {
            if !found.contains(&number) {
                found.push(number);
            }
            is_labelled = false;
        }
    }
}

/// The first run of digits, also in groups, that is long enough for an account.
fn account_number(text: &str) -> Option<String> {
    let is_hidden = |c: char| matches!(c, '*' | 'x' | 'X');
    let is_part = |c: char| c.is_ascii_digit() || is_hidden(c);
    let mut number = String::new();
    for word in text.split(|c: char| c.is_whitespace() || "-.,/()".contains(c)) {
        let is_digits = !word.is_empty() && word.chars().all(is_part);
        if is_digits {
            number.push_str(word);
        } else if word.len() >= ACCOUNT_DIGITS
            && word.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && word.bytes().filter(u8::is_ascii_digit).count() >= ACCOUNT_DIGITS
        {
            return Some(word.to_ascii_uppercase());
        } else if is_account(&number) {
            break;
        } else {
            number.clear();
        }
    }
    is_account(&number).then(|| number.replace(is_hidden, "*"))
}

fn is_account(number: &str) -> bool {
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    // Hidden digits leave at least the last three or four.
    (ACCOUNT_DIGITS..=24).contains(&number.len()) && digits >= 3
}

/// Whether a number of the file, with digits hidden or not, may be this account.
#[must_use]
pub fn is_same_account(said: &str, number: &str) -> bool {
    if !said.contains('*') {
        return said.eq_ignore_ascii_case(number);
    }
    let first: String = said.chars().take_while(|c| *c != '*').collect();
    let last: Vec<char> = said.chars().rev().take_while(|c| *c != '*').collect();
    let last: String = last.into_iter().rev().collect();
    number.len() > first.len() + last.len() && number.starts_with(&first) && number.ends_with(&last)
}

fn currency(folded: &str, found: &mut Option<String>) {
    let labels = ["loai tien", "currency", "tien te", "don vi tien", "ccy"];
    if found.is_some() || !labels.iter().any(|label| words::has(folded, label)) {
        return;
    }
    let foreign = ["usd", "eur", "jpy", "gbp", "aud", "cny", "krw", "sgd"];
    if words::has(folded, "vnd") {
        return;
    }
    let name = foreign.iter().find(|name| words::has(folded, name));
    *found = name.map(|name| name.to_uppercase());
}
