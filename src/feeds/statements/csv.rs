//! CSV after RFC 4180, with `,`, `;`, tab or `|` between the cells: the one that makes a table.

use super::grid::{Grid, Kind, trimmed};
use super::{encoding, refused};
use crate::primitives::Refusal;

const DELIMITERS: [char; 4] = [',', ';', '\t', '|'];
/// A quoted cell is no longer: memos have up to a thousand characters.
const MAX_QUOTED_BYTES: usize = 16 << 10;
/// Bytes that are read a second time at most, for quotes that turned out to begin no cell.
const MAX_STRAY_BYTES: usize = 32 << 20;
/// Rows by which the delimiter is chosen.
const LOOKED_AT: usize = 200;

pub(super) fn read(bytes: &[u8]) -> Result<Grid, Refusal> {
    let text = encoding::text(bytes)?;
    let mut text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let head = text.trim_start().get(..5).unwrap_or_default().to_ascii_lowercase();
    if head.starts_with("%pdf") || head.starts_with('{') {
        return Err(refused("statement-format-unknown"));
    }
    // Some banks name a web page .xls.
    if head.starts_with('<') {
        return Err(refused("statement-is-a-page"));
    }
    let mut delimiter = None;
    // Excel's own line, which says what stands between the cells.
    if let Some((said, rest)) = text.split_once('\n')
        && let Some(said) = said.strip_prefix("sep=")
    {
        (delimiter, text) = (said.chars().next(), rest);
    }
    let mut grid = Grid::of_text();
    let delimiter = delimiter.unwrap_or_else(|| choose(text));
    grid.reserve(text.len(), text.matches([delimiter, '\n']).count() + 1);
    let whole = parse(text, delimiter, usize::MAX, |number, column, cell| {
        grid.push(number, column, Kind::Text, plain(cell))
    })?;
    if !whole || grid.is_empty() {
        return Err(refused("statement-unreadable"));
    }
    Ok(grid)
}

/// `="0123"` is how a CSV tells Excel that digits are text.
fn plain(cell: &str) -> &str {
    let cell = trimmed(cell);
    cell.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"')).unwrap_or(cell)
}

/// The delimiter with the most rows of one and the same width.
fn choose(text: &str) -> char {
    let score = |delimiter: char| {
        let (mut widths, mut row) = (vec![0_usize; 66], (0, 0));
        // What goes wrong here goes wrong again when it counts.
        let _ = parse(text, delimiter, LOOKED_AT, |number, column, _| {
            if number != row.0 {
                add(&mut widths, row.1);
                row = (number, 0);
            }
            row.1 = row.1.max(column + 1);
            Ok(())
        });
        add(&mut widths, row.1);
        let rows_of = |width: usize| widths.get(width).copied().unwrap_or(0);
        (3..66).map(|width| (rows_of(width), width)).max().unwrap_or_default()
    };
    let best = DELIMITERS.into_iter().max_by_key(|delimiter| score(*delimiter));
    best.unwrap_or(',')
}

fn add(widths: &mut [usize], width: usize) {
    let last = widths.len().saturating_sub(1);
    if let Some(count) = widths.get_mut(width.min(last)) {
        *count += 1;
    }
}

/// Hands over the cells of at most `rows` rows; false if a quote was never closed.
fn parse(
    text: &str,
    delimiter: char,
    rows: usize,
    mut take: impl FnMut(u32, usize, &str) -> Result<(), Refusal>,
) -> Result<bool, Refusal> {
    let (mut number, mut column, mut left) = (1_u32, 0_usize, MAX_STRAY_BYTES);
    let mut rest = text;
    while !rest.is_empty() {
        if number as usize > rows {
            return Ok(true);
        }
        let (cell, after) = match rest.strip_prefix('"').map(|inside| quoted(inside, delimiter)) {
            Some(Quoted::Cell(cell, after)) => (cell, after),
            Some(Quoted::Cut) => return Ok(false),
            // The quote is part of the memo.
            stray => {
                if let Some(Quoted::Stray(bytes)) = stray {
                    left = left.saturating_sub(bytes);
                }
                if left == 0 {
                    return Ok(false);
                }
                let end = rest.find([delimiter, '\n', '\r']).unwrap_or(rest.len());
                let (cell, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
                (cell.to_owned(), after)
            }
        };
        take(number, column, &cell)?;
        if let Some(after) = after.strip_prefix(delimiter) {
            (rest, column) = (after, column + 1);
        } else {
            rest = after
                .strip_prefix("\r\n")
                .or_else(|| after.strip_prefix(['\n', '\r']))
                .unwrap_or("");
            (number, column) = (number.saturating_add(1), 0);
        }
    }
    Ok(true)
}

/// What begins with a quote.
enum Quoted<'t> {
    /// The cell, and what follows it.
    Cell(String, &'t str),
    /// It does not close where a cell can end, or only behind other cells: nobody doubled it. With
    /// the bytes that were looked at.
    Stray(usize),
    /// The file ends within it.
    Cut,
}

/// A quoted cell; a doubled quote stands for one, and so does one that no cell can end with.
fn quoted(inside: &str, delimiter: char) -> Quoted<'_> {
    let (mut cell, mut at, mut is_loose) = (String::new(), 0, false);
    let rest = |at: usize| inside.get(at..).unwrap_or_default();
    while let Some(found) = rest(at).find('"').filter(|found| at + found <= MAX_QUOTED_BYTES) {
        let (before, after) = (rest(at).get(..found).unwrap_or_default(), at + found + 1);
        cell.push_str(before);
        at = after;
        if rest(after).starts_with('"') {
            cell.push('"');
            at += 1;
        } else if is_end(rest(after).trim_start_matches(' '), delimiter) {
            if holds_rows(&cell, delimiter) || is_loose && holds_cells(&cell, delimiter) {
                return Quoted::Stray(after);
            }
            return Quoted::Cell(cell, rest(after).trim_start_matches(' '));
        } else {
            cell.push('"');
            is_loose = true;
        }
    }
    // Without another row behind it, it is the last one, and broken off.
    let window = inside.get(..inside.floor_char_boundary(2 * MAX_QUOTED_BYTES)).unwrap_or_default();
    if holds_rows(window, delimiter) { Quoted::Stray(window.len()) } else { Quoted::Cut }
}

fn is_end(after: &str, delimiter: char) -> bool {
    after.is_empty() || after.starts_with([delimiter, '\n', '\r'])
}

/// Whether another quoted cell begins within.
fn holds_cells(text: &str, delimiter: char) -> bool {
    text.match_indices(delimiter).any(|(at, cut)| {
        text.get(at + cut.len()..).unwrap_or_default().trim_start_matches(' ').starts_with('"')
    })
}

/// Whether the text goes from one row of a table to another: lines of a memo have no such cells.
fn holds_rows(text: &str, delimiter: char) -> bool {
    text.contains(['\n', '\r']) && text.matches(delimiter).nth(1).is_some()
}
