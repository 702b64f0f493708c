//! Texts whose letters are not Unicode: old Vietnamese fonts, and what is left where a program read a
//! file in another encoding. Looked at only where no heading is recognised, so that nobody is asked to
//! map columns whose names cannot be read.

use super::grid::Grid;
use super::refused;
use crate::primitives::Refusal;

/// Rows from the top that are looked at.
const LOOKED_AT: usize = 80;
/// Words of headings as the font's bytes look, in lower case: `ngày`, `số tiền`, `số dư`, `nội dung`,
/// `ghi nợ`, `ghi có`, `thời gian`.
const TCVN3: [&str; 7] = ["ngµy", "sè t", "sè d", "néi dung", "ghi nî", "ghi cã", "thêi gian"];
const VNI: [&str; 7] = ["ngaøy", "soá t", "soá d", "noäi dung", "ghi nôï", "ghi coù", "thôøi gian"];
/// UTF-8 that was read as windows-1252: the first two bytes of most Vietnamese letters, and of `đ`.
const READ_WRONGLY: [&str; 4] = ["á»", "áº", "ä‘", "ngã\u{a0}y"];
/// Letters that an encoding without them has replaced.
const LOST: [&str; 4] = ["ng?y", "s? ti", "n?i dung", "\u{fffd}"];

/// Says what a table's letters are where they are not Unicode.
pub(super) fn refusal(grid: &Grid) -> Option<Refusal> {
    let rows = 0..grid.len().min(LOOKED_AT);
    let text = rows.flat_map(|place| grid.cells(place)).map(|cell| cell.text);
    let text = text.collect::<Vec<_>>().join("\n").to_lowercase();
    let holds = |signs: &[&str]| signs.iter().any(|sign| text.contains(sign));
    if holds(&READ_WRONGLY) || holds(&LOST) {
        return Some(refused("statement-garbled"));
    }
    let font = [("TCVN3 (ABC)", TCVN3), ("VNI", VNI)].into_iter().find(|(_, signs)| holds(signs));
    font.map(|(font, _)| refused("statement-old-font").with("font", font))
}
