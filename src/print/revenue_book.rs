//! The revenue book on A4, as the form is laid out.

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::layout::Style;
use super::paper::Paper;
use super::printed::Kind;
use super::sheet::{composed, named};
use crate::book::{Book, words};
use crate::db::{Fault, Outcome};
use crate::primitives::Day;
use crate::primitives::money::thousands;

/// The book of a month as it is printed.
pub struct RevenueBook(pub Book);

#[derive(Serialize)]
struct Data<'b> {
    style: Style,
    title: String,
    vendor: String,
    place: String,
    month: String,
    code: &'b str,
    heading: &'b str,
    source: &'b str,
    status: String,
    rows: Vec<[String; 3]>,
    total: String,
    apart: Vec<words::Apart>,
    note: &'static str,
}

impl RevenueBook {
    /// The name of its files, without their kind.
    #[must_use]
    pub fn stem(&self) -> String {
        let name = self.file_name(Kind::Pdf);
        name.strip_suffix(".pdf").unwrap_or(&name).to_owned()
    }
}

impl Paper for RevenueBook {
    fn template(&self) -> &'static str {
        "book.typ"
    }

    fn data(&self) -> Outcome<Vec<u8>> {
        let Self(book) = self;
        let rows = book
            .lines
            .iter()
            .map(|line| [line.day.on_paper(), words::line(line), thousands(line.amount_vnd.get())]);
        let data = Data {
            style: Style::Mono,
            title: format!("{} {} {}", book.form.code, book.stall, book.month.on_paper()),
            vendor: composed(&book.vendor),
            place: composed(&format!("Sạp {}, {}, {}", book.stall, book.market, book.place)),
            month: book.month.on_paper(),
            code: &book.form.code,
            heading: &book.form.title,
            source: &book.form.source,
            status: words::status(book),
            rows: rows.collect(),
            total: thousands(book.total_vnd.get()),
            apart: words::apart(book),
            note: words::NOTE,
        };
        serde_json::to_vec(&data).map_err(Fault::broken)
    }

    fn file(&self, _: &str) -> Option<Vec<u8>> {
        None
    }

    fn digest(&self) -> Outcome<[u8; 32]> {
        Ok(Sha256::digest(self.data()?).into())
    }

    fn issued_day(&self) -> Day {
        self.0.locked_at.map_or(self.0.as_of, |at| at.day(0))
    }

    fn pieces(&self) -> usize {
        self.0.lines.len()
    }

    fn file_name(&self, kind: Kind) -> String {
        named(&self.0.stall, &format!("so-doanh-thu-{}", self.0.month), kind)
    }
}
