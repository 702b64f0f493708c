//! Spreadsheets, by way of calamine.

use std::io::Cursor;
use std::panic::catch_unwind;

use calamine::{Data, DataRef, Reader, SheetType, Xls, Xlsx};

use super::grid::{Grid, Kind};
use super::sheets::{self, Table};
use super::{guard, refused};
use crate::primitives::Refusal;

/// Days from 1900's zero to 1904's.
const SHIFT_1904: i32 = 1_462;
/// A spreadsheet keeps every number in binary with 53 digits, so only integers of 15 decimal
/// digits are surely the ones that were meant.
const EXACT_DIGITS: usize = 15;

type Book<'b> = Cursor<&'b [u8]>;

pub(super) fn xlsx(bytes: &[u8]) -> Result<Table, Refusal> {
    in_xlsx(bytes, sheets::join)
}

pub(super) fn xls(bytes: &[u8]) -> Result<Table, Refusal> {
    in_xls(bytes, sheets::join)
}

/// The first sheet that holds anything.
pub(super) fn first_of_xlsx(bytes: &[u8]) -> Result<Grid, Refusal> {
    in_xlsx(bytes, first)
}

/// [`first_of_xlsx`] of the older format.
pub(super) fn first_of_xls(bytes: &[u8]) -> Result<Grid, Refusal> {
    in_xls(bytes, first)
}

/// Reads a sheet by its name; of what is kept already, it is given the last.
type Reading<'r> = &'r mut dyn FnMut(&str, Option<&Grid>) -> Result<Grid, Refusal>;

fn first(names: Vec<String>, read: Reading<'_>) -> Result<Grid, Refusal> {
    for name in names {
        let grid = read(&name, None)?;
        if !grid.is_empty() {
            return Ok(grid);
        }
    }
    Err(refused("statement-empty"))
}

fn in_xlsx<T>(
    bytes: &[u8],
    of: fn(Vec<String>, Reading<'_>) -> Result<T, Refusal>,
) -> Result<T, Refusal> {
    guard::archive(bytes)?;
    quietly(|| {
        let mut book: Xlsx<Book<'_>> = Xlsx::new(Cursor::new(bytes)).map_err(|_| unreadable())?;
        let shift = if book.has_1904_epoch() { SHIFT_1904 } else { 0 };
        let names = names(&book);
        of(names, &mut |name, beside| {
            // Cell by cell: a range would have room for every cell up to the farthest one.
            let mut cells = book.worksheet_cells_reader(name).map_err(|_| unreadable())?;
            let mut grid = Grid::counted_from(shift).beside(beside);
            while let Some(cell) = cells.next_cell().map_err(|_| unreadable())? {
                let (row, column) = cell.get_position();
                put(&mut grid, row, column, cell.get_value())?;
            }
            Ok(grid)
        })
    })
}

fn in_xls<T>(
    bytes: &[u8],
    of: fn(Vec<String>, Reading<'_>) -> Result<T, Refusal>,
) -> Result<T, Refusal> {
    guard::compound_file(bytes)?;
    quietly(|| {
        let mut book: Xls<Book<'_>> = Xls::new(Cursor::new(bytes)).map_err(|_| unreadable())?;
        let shift = if book.has_1904_epoch() { SHIFT_1904 } else { 0 };
        let names = names(&book);
        of(names, &mut |name, beside| {
            let range = book.worksheet_range(name).map_err(|_| unreadable())?;
            let mut grid = Grid::counted_from(shift).beside(beside);
            let Some((top, left)) = range.start() else { return Ok(grid) };
            for (row, column, value) in range.used_cells() {
                put(&mut grid, top + row as u32, left + column as u32, &borrowed(value))?;
            }
            Ok(grid)
        })
    })
}

/// Sheets of cells, in their order; not those that are one chart.
fn names<R: std::io::Read + std::io::Seek>(book: &impl Reader<R>) -> Vec<String> {
    let sheets = book.sheets_metadata().iter();
    sheets.filter(|one| one.typ == SheetType::WorkSheet).map(|one| one.name.clone()).collect()
}

fn put(grid: &mut Grid, row: u32, column: u32, value: &DataRef<'_>) -> Result<(), Refusal> {
    let (row, column) = (row.saturating_add(1), column as usize);
    match value {
        DataRef::String(text) | DataRef::DateTimeIso(text) => {
            grid.push(row, column, Kind::Text, text)
        }
        DataRef::SharedString(text) => grid.push(row, column, Kind::Text, text),
        DataRef::Int(number) => grid.push(row, column, Kind::Number, &number.to_string()),
        DataRef::Float(number) => grid.push(row, column, Kind::Number, &decimal(&number)),
        DataRef::DateTime(serial) => grid.push(row, column, Kind::Date, &decimal(&serial.as_f64())),
        DataRef::DurationIso(text) => grid.push(row, column, Kind::Text, text),
        // What a spreadsheet has made of a text is not the text, and not nothing either.
        DataRef::Bool(is) => grid.push(row, column, Kind::Text, if *is { "TRUE" } else { "FALSE" }),
        DataRef::Error(error) => grid.push(row, column, Kind::Text, &error.to_string()),
        DataRef::Empty => Ok(()),
    }
}

/// The one place where a number of a spreadsheet, which its file keeps in binary, becomes decimal
/// digits. Rust writes the shortest digits that are exactly this number and never an exponent; they
/// are money only if they are an integer of at most 15 digits, which binary keeps exactly.
fn decimal(number: &impl std::fmt::Display) -> String {
    let text = number.to_string();
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let is_integer = !text.contains('.');
    // `~` is no part of any number: whoever reads it as one refuses it.
    if is_integer && digits > EXACT_DIGITS { format!("~{text}") } else { text }
}

fn borrowed(value: &Data) -> DataRef<'_> {
    match value {
        Data::Int(number) => DataRef::Int(*number),
        Data::Float(number) => DataRef::Float(*number),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => {
            DataRef::SharedString(text)
        }
        Data::DateTime(serial) => DataRef::DateTime(*serial),
        Data::Bool(is) => DataRef::Bool(*is),
        Data::Error(error) => DataRef::Error(error.clone()),
        Data::Empty => DataRef::Empty,
    }
}

/// calamine meets hostile files with errors, mostly: should it panic, that is one more error.
fn quietly<T>(
    read: impl FnOnce() -> Result<T, Refusal> + std::panic::UnwindSafe,
) -> Result<T, Refusal> {
    catch_unwind(read).unwrap_or_else(|_| Err(unreadable()))
}

fn unreadable() -> Refusal {
    refused("statement-unreadable")
}
