//! The mask of a symbol: the one of eight with the fewest penalties (ISO 18004, 7.8.3).
//!
//! The choice is that of `qrcode` itself, module by module; it takes a fifth of the time, because
//! nothing is allocated for each module that is looked at.

use qrcode::Color;
use qrcode::canvas::{Canvas, MaskPattern};

const PATTERNS: [MaskPattern; 8] = [
    MaskPattern::Checkerboard,
    MaskPattern::HorizontalLines,
    MaskPattern::VerticalLines,
    MaskPattern::DiagonalLines,
    MaskPattern::LargeCheckerboard,
    MaskPattern::Fields,
    MaskPattern::Diamonds,
    MaskPattern::Meadow,
];
/// From so many modules of one colour in a line on, each counts.
const LONG_RUN: usize = 5;
/// Light modules beside what looks like a finder pattern.
const LIGHT: usize = 4;
const FINDER: u16 = 0b101_1101;

/// The modules row by row under the best mask, `true` is black; the first of equals wins.
pub(super) fn best(canvas: &Canvas, width: usize) -> Vec<bool> {
    let masked = PATTERNS.into_iter().map(|pattern| {
        let mut canvas = canvas.clone();
        canvas.apply_mask(pattern);
        canvas.into_colors().into_iter().map(|color| color == Color::Dark).collect::<Vec<_>>()
    });
    masked.min_by_key(|dark| penalties(dark, width)).unwrap_or_default()
}

fn penalties(dark: &[bool], width: usize) -> usize {
    let columns: Vec<bool> =
        (0..width).flat_map(|x| dark.iter().skip(x).step_by(width)).copied().collect();
    let lines = || dark.chunks_exact(width).chain(columns.chunks_exact(width));
    let along: usize = lines().map(|line| long_runs(line) + finders(line)).sum();
    along + blocks(dark, width) + imbalance(dark)
}

fn long_runs(line: &[bool]) -> usize {
    let runs = line.chunk_by(|one, next| one == next).map(<[bool]>::len);
    runs.filter(|run| *run >= LONG_RUN).map(|run| run - 2).sum()
}

/// 40 for each finder pattern with four light modules, or the edge, on a side.
fn finders(line: &[bool]) -> usize {
    // Four modules, the seven that may be a pattern, four modules.
    let mut seen = 0_u16;
    let padded = line.iter().chain(&[false; LIGHT]);
    let found = padded.filter(|dark| {
        seen = seen << 1 | u16::from(**dark);
        let (before, pattern, after) = (seen >> 11 & 0xF, seen >> LIGHT & 0x7F, seen & 0xF);
        pattern == FINDER && (before == 0 || after == 0)
    });
    found.count() * 40
}

/// 3 for each square of four in one colour.
fn blocks(dark: &[bool], width: usize) -> usize {
    let below = dark.chunks_exact(width).skip(1);
    let squares = dark.chunks_exact(width).zip(below).flat_map(|(row, next)| {
        row.windows(2).zip(next.windows(2)).filter(|(upper, lower)| {
            matches!((upper, lower), ([a, b], [c, d]) if a == b && b == c && c == d)
        })
    });
    squares.count() * 3
}

/// 1 for each half percent of black modules above or below half.
fn imbalance(dark: &[bool]) -> usize {
    let black = dark.iter().filter(|dark| **dark).count();
    (black * 200 / dark.len().max(1)).abs_diff(100)
}
