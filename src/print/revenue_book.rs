//! The revenue book on A4, as the form is laid out.

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::layout::Style;
use super::letters::legible;
use super::paper::Paper;
use super::printed::Kind;
use super::sheet::{composed, named};
use crate::book::{Entry, Laid};
use crate::db::{Fault, Outcome};
use crate::primitives::money::thousands;
use crate::primitives::{Day, Vnd};

/// The book of a month or year as it is printed.
pub struct RevenueBook(pub Laid);

#[derive(Serialize)]
struct Data<'b> {
    style: Style,
    title: String,
    vendor: String,
    place: String,
    period: &'b str,
    code: &'b str,
    heading: &'b str,
    source: &'b str,
    status: &'b str,
    state: &'b str,
    rows: Vec<[String; 3]>,
    total: String,
    apart: Vec<Apart<'b>>,
    note: &'b str,
}

#[derive(Serialize)]
struct Apart<'b> {
    title: &'b str,
    entries: Vec<String>,
    total: Option<String>,
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
        let money = |amount: Vnd| thousands(amount.get());
        let rows = book
            .rows
            .iter()
            .map(|row| [row.when.on_paper(), row.text.clone(), money(row.amount_vnd)]);
        let apart = book.apart.iter().map(|apart| Apart {
            title: &apart.title,
            entries: apart.entries.iter().map(Entry::on_paper).collect(),
            total: apart.total_vnd.map(money),
        });
        let data = Data {
            style: Style::Mono,
            title: format!("{} {} {}", book.form.code, book.stall, book.period),
            vendor: legible(&composed(&book.vendor)),
            place: legible(&composed(&book.place)),
            period: &book.period,
            code: &book.form.code,
            heading: &book.form.title,
            source: &book.form.source,
            status: &book.status,
            state: &book.state,
            rows: rows.collect(),
            total: money(book.total_vnd),
            apart: apart.collect(),
            note: &book.note,
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
        self.0.at.day(0)
    }

    fn pieces(&self) -> usize {
        self.0.rows.len()
    }

    fn file_name(&self, kind: Kind) -> String {
        named(&self.0.stall, &format!("so-doanh-thu-{}", self.0.name), kind)
    }
}
