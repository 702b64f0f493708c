//! A book as the form lays it out, of a month or a year, for paper and for Excel.

use super::forms::Form;
use super::month::Book;
use super::words;
use super::year::Year;
use crate::primitives::money::thousands;
use crate::primitives::{Day, Month, UnixMs, Vnd};

/// All that a file of a book says.
#[derive(Clone, Debug)]
pub struct Laid {
    pub form: Form,
    pub vendor: String,
    pub stall: String,
    /// Of the business: stall, market, commune and province.
    pub place: String,
    /// `tháng 11/2026`, `năm 2026`
    pub period: String,
    /// `2026-11`, `2026`
    pub name: String,
    pub status: String,
    /// The same on every page, in two words or a date.
    pub state: String,
    pub rows: Vec<Row>,
    pub total_vnd: Vnd,
    pub apart: Vec<Apart>,
    pub note: String,
    /// The file's date.
    pub at: UnixMs,
}

/// A line of the form: columns A, B and 1.
#[derive(Clone, Debug)]
pub struct Row {
    pub when: When,
    pub text: String,
    pub amount_vnd: Vnd,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    Day(Day),
    Month(Month),
}

/// A heading, and the sums or days under it, which are in no total.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Apart {
    pub title: String,
    pub entries: Vec<Entry>,
    pub total_vnd: Option<Vnd>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub when: When,
    pub amount_vnd: Option<Vnd>,
    /// `1 lần`, `5 ngày`; perhaps empty.
    pub note: String,
}

impl When {
    /// `12/10/2026`, `10/2026`
    #[must_use]
    pub fn on_paper(self) -> String {
        match self {
            Self::Day(day) => day.on_paper(),
            Self::Month(month) => month.on_paper(),
        }
    }
}

impl Entry {
    /// `12/10/2026: 50.000 (1 lần)`
    #[must_use]
    pub fn on_paper(&self) -> String {
        let amount = self.amount_vnd.map(|amount| format!(": {}", thousands(amount.get())));
        let note = if self.note.is_empty() { String::new() } else { format!(" ({})", self.note) };
        format!("{}{}{note}", self.when.on_paper(), amount.unwrap_or_default())
    }
}

impl From<&Book> for Laid {
    fn from(book: &Book) -> Self {
        let row = |line: &super::Line| Row {
            when: When::Day(line.day),
            text: words::line(line),
            amount_vnd: line.amount_vnd,
        };
        Self {
            form: book.form.clone(),
            vendor: book.vendor.clone(),
            stall: book.stall.clone(),
            place: place(book),
            period: format!("tháng {}", book.month.on_paper()),
            name: book.month.to_string(),
            status: words::status(book),
            state: words::state(book),
            rows: book.lines.iter().map(row).collect(),
            total_vnd: book.total_vnd,
            apart: words::apart(book),
            note: words::NOTE.to_owned(),
            // The writer would look at the clock.
            at: book.locked_at.unwrap_or(book.as_of.start(0)),
        }
    }
}

impl From<&Year> for Laid {
    fn from(Year { year, last, before }: &Year) -> Self {
        let books: Vec<&Book> = before.iter().chain([last]).collect();
        let total: i64 = books.iter().map(|book| book.total_vnd.get()).sum();
        Self {
            form: last.form.clone(),
            vendor: last.vendor.clone(),
            stall: last.stall.clone(),
            place: place(last),
            period: format!("năm {year}"),
            name: year.to_string(),
            status: words::year_status(&books),
            state: words::year_state(&books),
            rows: books.iter().flat_map(|book| words::sums(book)).collect(),
            total_vnd: Vnd::new(total),
            apart: words::year_apart(&books),
            note: format!("{} {}", words::YEAR_NOTE, words::NOTE),
            at: books
                .iter()
                .filter_map(|book| book.locked_at)
                .fold(last.as_of.start(0), UnixMs::max),
        }
    }
}

fn place(book: &Book) -> String {
    format!("Sạp {}, {}, {}", book.stall, book.market, book.place)
}
