//! Statement files of banks and wallets: CSV, XLSX and XLS with any columns in any order.
//!
//! [`open`] makes a table of the file and finds its heading and what stands around it; then
//! [`Opened::read`] turns the rows below into transfers, by the columns that it recognised or by a
//! [`Mapping`] that a person made for this layout. What a person must decide is asked
//! ([`Ask`]), never guessed: a wrong guess would be a thousand times too much on each row.
//!
//! Pure like the whole room. Files come from anywhere: sizes, rows, columns and what an archive
//! unpacks to are bounded before anything is read, and nothing here panics.

mod amounts;
mod columns;
mod csv;
mod dates;
mod encoding;
mod excel;
mod garbled;
mod grid;
mod guard;
mod heading;
mod layout;
mod plain;
mod preamble;
mod rows;
mod sheets;
mod sums;
mod words;

pub use layout::{AmountFormat, Ask, DateOrder, Mapping};
pub use plain::{PlainCell, PlainRow, plain};
pub use preamble::{Said, is_same_account};
pub use rows::{Row, Rows, Unreadable};

use sheets::Table;

use crate::primitives::Refusal;

/// Larger files are not read; 100,000 rows of a bank are about 15 MB as CSV and 6 MB as XLSX.
pub const MAX_FILE_BYTES: usize = 20 << 20;
/// Rows of a table at most.
pub const MAX_ROWS: usize = 200_000;
/// Columns at most; banks use up to 20.
pub const MAX_COLUMNS: usize = 64;

/// What kind of file it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Csv,
    Xlsx,
    Xls,
}

impl Format {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Xls => "xls",
        }
    }
}

/// A file whose table was found.
#[derive(Debug)]
pub struct Opened {
    table: Table,
    pub format: Format,
    /// What the lines above and below the table say.
    pub said: Said,
    /// Sheets with dates and amounts that are no part of the table: what they tell is not read.
    pub unread_sheets: Vec<String>,
}

/// Opens a file: its kind is told by its first bytes, not by its name.
///
/// # Errors
/// On `file`: `statement-empty`, `statement-too-large`, `statement-is-a-page`,
/// `statement-format-unknown`, `statement-unreadable`, `statement-too-many-rows`,
/// `statement-too-many-columns`, `statement-unpacks-too-large`, `statement-old-font`,
/// `statement-garbled`, `statement-no-table`.
pub fn open(bytes: &[u8]) -> Result<Opened, Refusal> {
    if bytes.is_empty() {
        return Err(refused("statement-empty"));
    }
    if bytes.len() > MAX_FILE_BYTES {
        return Err(refused("statement-too-large").with("max", MAX_FILE_BYTES >> 20));
    }
    let (format, mut table) = if bytes.starts_with(b"PK\x03\x04") {
        (Format::Xlsx, excel::xlsx(bytes)?)
    } else if bytes.starts_with(guard::COMPOUND_FILE) {
        (Format::Xls, excel::xls(bytes)?)
    } else {
        (Format::Csv, Table::of(csv::read(bytes)?)?)
    };
    let said = std::mem::take(&mut table.said);
    let unread_sheets = std::mem::take(&mut table.unread);
    Ok(Opened { table, format, said, unread_sheets })
}

impl Opened {
    /// A name for the layout: equal for files with the same headings in the same columns.
    #[must_use]
    pub fn layout(&self) -> String {
        layout::fingerprint(&self.table.heading.texts)
    }

    /// The headings, left to right, as they stand there.
    #[must_use]
    pub fn headings(&self) -> &[String] {
        &self.table.heading.texts
    }

    /// What the cells of each column look like, a digit as `9` and a letter as `a`: enough to tell
    /// dates from amounts, and nobody's data.
    #[must_use]
    pub fn shapes(&self) -> Vec<String> {
        layout::shapes(&self.table.grid, &self.table.heading)
    }

    /// Reads the rows, by a mapping where a person made one.
    ///
    /// # Errors
    /// What a person must say first.
    pub fn read(&self, mapping: Option<&Mapping>) -> Result<Rows, Vec<Ask>> {
        rows::read(&self.table.grid, &self.table.heading, mapping)
    }
}

/// A refusal of the whole file.
fn refused(code: &'static str) -> Refusal {
    // Named here once; tidy looks for each code's text by its maker.
    Refusal::invalid("file", code)
}
