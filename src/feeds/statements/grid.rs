//! A table in memory: the text of all cells in one piece, so that a hundred thousand rows cost
//! about what their file does.

use super::{MAX_COLUMNS, MAX_ROWS, refused};
use crate::primitives::Refusal;

/// Longer cells are cut; a memo that long is unreadable anyway ([`crate::feeds::MAX_MEMO_CHARS`]).
const MAX_CELL_BYTES: usize = 4_096;
/// The text of all cells.
const MAX_TEXT_BYTES: usize = 64 << 20;
/// Cells with something in them; 200,000 rows of 15 columns.
const MAX_CELLS: usize = 3_000_000;

/// What a cell is in its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    /// A number of a spreadsheet, in plain decimal digits.
    Number,
    /// A spreadsheet's date: its serial number, in plain decimal digits.
    Date,
}

/// Its text ends where that of the next one begins. Eight bytes: there are millions of them.
#[derive(Debug)]
struct Cell {
    start: u32,
    column: u8,
    kind: Kind,
}

const _: () = assert!(size_of::<Cell>() == 8 && MAX_COLUMNS <= 256);

#[derive(Debug)]
struct Line {
    /// From 1, as a spreadsheet shows it.
    number: u32,
    first_cell: u32,
}

/// Rows of cells; empty cells and rows are not kept.
#[derive(Debug, Default)]
pub(super) struct Grid {
    text: String,
    cells: Vec<Cell>,
    lines: Vec<Line>,
    /// Days between a serial number's zero and that of 1900, where the file counts from 1904.
    pub(super) serial_shift: i32,
    /// Cells are told apart by a character, which may stand in one of them by mistake.
    pub(super) is_delimited: bool,
    /// Cells and bytes of text that are in memory already, in another table of the file.
    taken: (usize, usize),
}

/// A cell with something in it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Value<'g> {
    pub(super) column: usize,
    pub(super) kind: Kind,
    /// Without blanks around it; never empty.
    pub(super) text: &'g str,
}

impl Grid {
    /// An empty one for cells that stand between a character.
    pub(super) fn of_text() -> Self {
        Self { is_delimited: true, ..Self::default() }
    }

    /// An empty one whose serial numbers begin so many days after 1900's.
    pub(super) fn counted_from(serial_shift: i32) -> Self {
        Self { serial_shift, ..Self::default() }
    }

    /// Makes room at once: what grows by doubling is in memory twice while it does.
    pub(super) fn reserve(&mut self, bytes: usize, cells: usize) {
        self.text.reserve_exact(bytes.min(MAX_TEXT_BYTES));
        self.cells.reserve_exact(cells.min(MAX_CELLS));
    }

    /// Leaves room for another table of the file, so that both together stay within the bounds.
    pub(super) fn beside(mut self, other: Option<&Self>) -> Self {
        self.taken = other.map_or((0, 0), |other| (other.cells.len(), other.text.len()));
        self
    }

    /// Adds the rows of another table from a place on; they are counted on behind the last one.
    pub(super) fn append(&mut self, other: &Self, from: usize) -> Result<(), Refusal> {
        let last = self.lines.last().map_or(0, |line| line.number);
        for place in from..other.len() {
            let number = last.saturating_add(other.number(place));
            for cell in other.cells(place) {
                self.push(number, cell.column, cell.kind, cell.text)?;
            }
        }
        Ok(())
    }

    /// Adds a cell; rows come in ascending order. `number` counts from 1, `column` from 0.
    pub(super) fn push(
        &mut self,
        number: u32,
        column: usize,
        kind: Kind,
        text: &str,
    ) -> Result<(), Refusal> {
        let text = trimmed(text);
        if text.is_empty() {
            return Ok(());
        }
        if column >= MAX_COLUMNS {
            return Err(refused("statement-too-many-columns").with("max", MAX_COLUMNS));
        }
        match self.lines.last().map(|line| line.number) {
            Some(last) if last > number => return Err(refused("statement-unreadable")),
            Some(last) if last == number => {}
            _ if self.lines.len() >= MAX_ROWS => {
                return Err(refused("statement-too-many-rows").with("max", MAX_ROWS));
            }
            _ => self.lines.push(Line { number, first_cell: self.cells.len() as u32 }),
        }
        let start = self.text.len() as u32;
        // Line ends inside a cell, and NUL, which no database text can hold.
        let clean = |c: char| if c.is_control() { ' ' } else { c };
        self.text.extend(cut(text).chars().map(clean));
        let (cells, bytes) = self.taken;
        if self.text.len() + bytes > MAX_TEXT_BYTES || self.cells.len() + cells >= MAX_CELLS {
            return Err(refused("statement-unpacks-too-large"));
        }
        self.cells.push(Cell { start, column: column as u8, kind });
        Ok(())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    pub(super) const fn len(&self) -> usize {
        self.lines.len()
    }

    /// The number that a spreadsheet shows beside the row at a place.
    pub(super) fn number(&self, place: usize) -> u32 {
        self.lines.get(place).map_or(0, |line| line.number)
    }

    /// The cells of the row at a place, in their order.
    pub(super) fn cells(&self, place: usize) -> impl Iterator<Item = Value<'_>> + Clone {
        let first = self.lines.get(place).map_or(0, |line| line.first_cell as usize);
        let end = self.lines.get(place + 1).map_or(self.cells.len(), |l| l.first_cell as usize);
        let cells = self.cells.get(first..end).unwrap_or_default().iter();
        cells.zip(first + 1..).map(move |(cell, next)| {
            let end = self.cells.get(next).map_or(self.text.len(), |next| next.start as usize);
            Value {
                column: usize::from(cell.column),
                kind: cell.kind,
                text: self.text.get(cell.start as usize..end).unwrap_or_default(),
            }
        })
    }

    pub(super) fn cell(&self, place: usize, column: usize) -> Option<Value<'_>> {
        self.cells(place).find(|cell| cell.column == column)
    }
}

/// Without the blanks that banks put around texts, unbreakable ones too.
pub(super) fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || c.is_control() || c == '\u{feff}')
}

fn cut(text: &str) -> &str {
    let mut end = text.len().min(MAX_CELL_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}
