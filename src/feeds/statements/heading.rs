//! The row that names the columns. Above it stand a logo, an address, the account; below it the
//! transfers, then totals. Some banks put the heading into two rows, the second in English or below
//! a common one.

use super::columns::{self, Role};
use super::grid::Grid;
use super::words;

/// Rows from the top that may be the heading.
const LOOKED_AT: usize = 80;

/// Where the table begins, and what its columns are called.
#[derive(Debug)]
pub(super) struct Heading {
    /// Place of the heading's first row in the grid.
    pub(super) place: usize,
    /// Place of the first row below it.
    pub(super) below: usize,
    /// By column.
    pub(super) texts: Vec<String>,
    pub(super) roles: Vec<(Role, usize)>,
}

impl Heading {
    fn at(grid: &Grid, place: usize, height: usize) -> Self {
        let mut texts = Vec::new();
        for row in place..place + height {
            for cell in grid.cells(row) {
                if texts.len() <= cell.column {
                    texts.resize(cell.column + 1, String::new());
                }
                if let Some(text) = texts.get_mut(cell.column) {
                    if !text.is_empty() {
                        text.push(' ');
                    }
                    text.push_str(cell.text);
                }
            }
        }
        let roles = columns::assign(&texts);
        Self { place, below: place + height, texts, roles }
    }

    /// Whether a row of the grid says the heading again, at the top of a page.
    pub(super) fn is_repeated_by(&self, grid: &Grid, place: usize) -> bool {
        let mut cells = grid.cells(place).peekable();
        cells.peek().is_some()
            && cells.all(|cell| {
                let own = self.texts.get(cell.column).map_or("", String::as_str);
                !own.is_empty() && words::has(&words::folded(own), &words::folded(cell.text))
            })
    }
}

/// The heading; where none is recognised, the row that looks most like one, for a person to map.
pub(super) fn find(grid: &Grid) -> Option<Heading> {
    recognised(grid).or_else(|| likely(grid))
}

/// The heading whose columns are known best.
pub(super) fn recognised(grid: &Grid) -> Option<Heading> {
    let mut best: Option<Heading> = None;
    for place in 0..grid.len().min(LOOKED_AT) {
        // A sentence about the account names a column or two by chance.
        if grid.cells(place).take(3).count() < 3 {
            continue;
        }
        for height in [1, 2] {
            // What stands above may be a line about the account.
            if height == 2 && !(continues(grid, place) && continues(grid, place + 1)) {
                continue;
            }
            let heading = Heading::at(grid, place, height);
            let is_better = best.as_ref().is_none_or(|best| best.roles.len() < heading.roles.len());
            if columns::suffice(&heading.roles) && is_better {
                best = Some(heading);
            }
        }
    }
    // An English row below is part of the heading, though it adds nothing.
    best.map(|heading| {
        if heading.below == heading.place + 1 && continues(grid, heading.below) {
            return Heading { below: heading.below + 1, ..heading };
        }
        heading
    })
}

/// Whether a row may be one of a heading's two: known words alone.
fn continues(grid: &Grid, place: usize) -> bool {
    let mut cells = grid.cells(place).peekable();
    let has_digits = |text: &str| text.bytes().any(|byte| byte.is_ascii_digit());
    cells.peek().is_some()
        && cells.clone().all(|cell| !has_digits(cell.text))
        && cells.all(|cell| columns::role_of(cell.text).is_some())
}

/// The first row of at least three words above a row with as many cells, one of them with digits.
fn likely(grid: &Grid) -> Option<Heading> {
    let is_words = |text: &str| !text.bytes().any(|byte| byte.is_ascii_digit());
    let looks = |place: &usize| {
        let count = grid.cells(*place).count();
        count >= 3
            && grid.cells(*place).all(|cell| is_words(cell.text))
            && grid.cells(place + 1).count() >= 3
            && grid.cells(place + 1).any(|cell| !is_words(cell.text))
    };
    (0..grid.len().min(LOOKED_AT)).find(looks).map(|place| Heading::at(grid, place, 1))
}
