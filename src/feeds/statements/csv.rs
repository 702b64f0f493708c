//! CSV after RFC 4180, with `,`, `;`, tab or `|` between the cells: the one that makes a table.

use super::grid::{Grid, Kind, trimmed};
use super::{encoding, refused};
use crate::primitives::Refusal;

const DELIMITERS: [char; 4] = [',', ';', '\t', '|'];
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
    let (mut number, mut column) = (1_u32, 0_usize);
    let mut rest = text;
    while !rest.is_empty() {
        if number as usize > rows {
            return Ok(true);
        }
        let (cell, after) = if let Some(inside) = rest.strip_prefix('"') {
            let Some((cell, after)) = quoted(inside, delimiter) else { return Ok(false) };
            (cell, after)
        } else {
            let end = rest.find([delimiter, '\n', '\r']).unwrap_or(rest.len());
            let (cell, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
            (cell.to_owned(), after)
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

/// A quoted cell and what follows it; a doubled quote stands for one.
fn quoted(inside: &str, delimiter: char) -> Option<(String, &str)> {
    let (mut cell, mut rest) = (String::new(), inside);
    loop {
        let (before, after) = rest.split_once('"')?;
        cell.push_str(before);
        if let Some(after) = after.strip_prefix('"') {
            cell.push('"');
            rest = after;
            continue;
        }
        // What stands between the quote and the delimiter belongs to the cell.
        let end = after.find([delimiter, '\n', '\r']).unwrap_or(after.len());
        let (tail, after) = after.split_at_checked(end).unwrap_or((after, ""));
        cell.push_str(tail);
        return Some((cell, after));
    }
}
