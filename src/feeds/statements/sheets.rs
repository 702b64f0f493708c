//! The sheets of a workbook. Those with the heading of the statement, of the same account, are one
//! table: banks begin a new sheet for each month, or where one is full. What else holds dates and
//! amounts is named, so that nobody takes its days for told.

use super::grid::{Grid, Kind};
use super::heading::{self, Heading};
use super::preamble::{self, Said};
use super::{amounts, columns, dates, garbled, layout, refused};
use crate::primitives::Refusal;

/// Sheets that are looked at.
const SHEETS: usize = 40;

/// A table with what stands around it.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) grid: Grid,
    pub(super) heading: Heading,
    pub(super) said: Said,
    /// Sheets that are no part of it, though they hold dates and amounts.
    pub(super) unread: Vec<String>,
    /// The sheets that it was read from.
    sheets: Vec<String>,
}

impl Table {
    /// The table of a file that has one.
    pub(super) fn of(grid: Grid) -> Result<Self, Refusal> {
        let heading = heading::find(&grid);
        if heading.as_ref().is_none_or(|heading| !columns::suffice(&heading.roles))
            && let Some(refusal) = garbled::refusal(&grid)
        {
            return Err(refusal);
        }
        let heading = heading.ok_or_else(|| refused("statement-no-table"))?;
        Ok(Self::with(grid, heading, Vec::new()))
    }

    fn with(grid: Grid, heading: Heading, sheets: Vec<String>) -> Self {
        let said = preamble::read(&grid, &heading);
        Self { grid, heading, said, unread: Vec::new(), sheets }
    }

    /// Whether another sheet tells more of the same account in the same columns.
    fn goes_on_in(&self, other: &Self) -> bool {
        let name = |table: &Self| layout::fingerprint(&table.heading.texts);
        name(self) == name(other) && self.said.agrees_with(&other.said)
    }

    fn append(&mut self, other: Self) -> Result<(), Refusal> {
        self.grid.append(&other.grid, other.heading.below)?;
        self.said.join(other.said);
        self.sheets.extend(other.sheets);
        Ok(())
    }
}

/// Reads a sheet by its name, beside what is kept already.
type Reader<'a> = dyn FnMut(&str, Option<&Grid>) -> Result<Grid, Refusal> + 'a;

/// The table of a workbook whose sheets have these names. `read` is given what is kept already.
pub(super) fn join(names: Vec<String>, read: &mut Reader<'_>) -> Result<Table, Refusal> {
    let (mut whole, mut unknown): (Option<Table>, Option<(String, Grid)>) = (None, None);
    let mut unread = Vec::new();
    for (place, name) in names.into_iter().enumerate() {
        if place >= SHEETS {
            unread.push(name);
            continue;
        }
        let beside = whole.as_ref().map(|table| &table.grid);
        let grid = read(&name, beside.or(unknown.as_ref().map(|(_, grid)| grid)))?;
        let Some(heading) = heading::recognised(&grid) else {
            match &unknown {
                None if whole.is_none() && !grid.is_empty() => unknown = Some((name, grid)),
                _ if holds_transfers(&grid) => unread.push(name),
                _ => {}
            }
            continue;
        };
        let table = Table::with(grid, heading, vec![name]);
        if let Some((name, grid)) = unknown.take()
            && holds_transfers(&grid)
        {
            unread.push(name);
        }
        match whole.as_mut() {
            Some(whole) if whole.goes_on_in(&table) => whole.append(table)?,
            // A summary of each day may stand before the transfers: the fuller heading counts.
            Some(whole) if whole.heading.roles.len() >= table.heading.roles.len() => {
                unread.extend(table.sheets);
            }
            _ => {
                unread.extend(whole.take().into_iter().flat_map(|table| table.sheets));
                whole = Some(table);
            }
        }
    }
    let mut table = match (whole, unknown) {
        (Some(table), _) => table,
        (None, Some((_, grid))) => Table::of(grid)?,
        (None, None) => return Err(refused("statement-no-table")),
    };
    table.unread = unread;
    Ok(table)
}

/// Whether some row has a date in one cell and an amount in another.
fn holds_transfers(grid: &Grid) -> bool {
    (0..grid.len()).any(|place| {
        let is_date = |cell| dates::read(cell, None, 0).is_ok();
        let mut cells = grid.cells(place);
        let has_date = cells.any(|cell| cell.kind != Kind::Number && is_date(cell));
        has_date && grid.cells(place).any(|cell| !is_date(cell) && amounts::is_one(cell))
    })
}
