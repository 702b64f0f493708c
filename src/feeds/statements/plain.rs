//! A file's first table as texts: for lists that people write themselves and that are no
//! statements, bounded as those are.

use super::grid::{Grid, Kind};
use super::{MAX_FILE_BYTES, csv, excel, guard, refused};
use crate::primitives::{Day, Refusal};

/// The day that spreadsheets count as 0.
const ZERO: i32 = -25_569;

/// A cell with something in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlainCell {
    /// From 0.
    pub column: usize,
    /// Without blanks around it; a spreadsheet's date is `2026-11-24`.
    pub text: String,
    /// Whether a spreadsheet kept it as a number, so that zeros before it are lost.
    pub is_number: bool,
}

/// A row with something in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlainRow {
    /// From 1, as a spreadsheet shows it.
    pub number: u32,
    pub cells: Vec<PlainCell>,
}

/// The rows of a CSV, XLSX or XLS file; of a workbook, its first sheet that holds anything.
///
/// # Errors
/// Those of [`super::open`] but for `statement-no-table`.
pub fn plain(bytes: &[u8]) -> Result<Vec<PlainRow>, Refusal> {
    if bytes.is_empty() {
        return Err(refused("statement-empty"));
    }
    if bytes.len() > MAX_FILE_BYTES {
        return Err(refused("statement-too-large").with("max", MAX_FILE_BYTES >> 20));
    }
    let grid = if bytes.starts_with(b"PK\x03\x04") {
        excel::first_of_xlsx(bytes)?
    } else if bytes.starts_with(guard::COMPOUND_FILE) {
        excel::first_of_xls(bytes)?
    } else {
        csv::read(bytes)?
    };
    Ok((0..grid.len()).map(|place| row(&grid, place)).collect())
}

fn row(grid: &Grid, place: usize) -> PlainRow {
    let cells = grid.cells(place).map(|cell| PlainCell {
        column: cell.column,
        text: match cell.kind {
            Kind::Date => day(cell.text, grid.serial_shift).unwrap_or_else(|| cell.text.to_owned()),
            Kind::Text | Kind::Number => cell.text.to_owned(),
        },
        is_number: cell.kind == Kind::Number,
    });
    PlainRow { number: grid.number(place), cells: cells.collect() }
}

fn day(serial: &str, shift: i32) -> Option<String> {
    let whole: i32 = serial.split('.').next()?.parse().ok()?;
    Some(Day(whole.checked_add(shift)?.checked_add(ZERO)?).to_string())
}
