//! Which finder patterns of a picture may be those of one symbol.
//!
//! The finder takes for each pattern the two that make the squarest corner with it, also those of other
//! symbols: where several lie beside each other, each turned another way, it joins what does not belong
//! together and reads neither. Here every three that could be a symbol are told, the likeliest first.

use quircs::{Capstone, Point};

/// Modules along a side of a finder pattern (ISO/IEC 18004).
const PATTERN_MODULES: i64 = 7;
/// Between the middles of two patterns of a symbol: 14 modules in version 1, 170 in version 40; some
/// more and less at an angle.
const MODULES: (i64, i64) = (10, 220);

/// What a symbol seen from the side is off.
const LIKELY: i64 = 150;
/// Pixels of a pattern of two pixels a module: grain has smaller ones, and nothing smaller is read.
const LEAST_AREA: i64 = 14 * 14;

/// Three finder patterns, by their places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Trio {
    pub patterns: [usize; 3],
    /// What the symbol covers, with its quiet zone: left, top, right, bottom.
    pub reach: (i64, i64, i64, i64),
    /// How far from a square's corner of three equal patterns, which is 0: hundredths by which the square of one
    /// leg exceeds that of the other, and one pattern's area another's, and four times those of the square of
    /// the corner's cosine.
    off: i64,
}

/// All that look so much like a symbol that, unread, they must be told of; the likeliest first.
pub(super) fn trios(patterns: &[Capstone]) -> Vec<Trio> {
    let mut found = Vec::new();
    for (corner, at) in patterns.iter().enumerate() {
        let others = || patterns.iter().enumerate().filter(|(place, _)| *place != corner);
        for (first, one) in others() {
            for (second, other) in others().filter(|(place, _)| *place > first) {
                let Some((off, reach)) = symbol(at, one, other) else { continue };
                found.push(Trio { patterns: [corner, first, second], reach, off });
            }
        }
    }
    found.sort_by_key(|trio| trio.off);
    found
}

fn between(from: Point, to: Point) -> (i64, i64) {
    (i64::from(to.x) - i64::from(from.x), i64::from(to.y) - i64::from(from.y))
}

/// Twice the area that the pattern's corners span, halved.
fn area(pattern: &Capstone) -> i64 {
    let mut next = pattern.corners;
    next.rotate_left(1);
    let sides = pattern.corners.iter().zip(&next);
    let twice: i64 = sides
        .map(|(from, to)| i64::from(from.x) * i64::from(to.y) - i64::from(to.x) * i64::from(from.y))
        .sum();
    (twice.abs() / 2).max(1)
}

/// How far off a symbol's three patterns these are, and what it covers; `None` where they are none.
fn symbol(
    corner: &Capstone,
    one: &Capstone,
    other: &Capstone,
) -> Option<(i64, (i64, i64, i64, i64))> {
    let (a, b) = (between(corner.center, one.center), between(corner.center, other.center));
    let (along, across) = (a.0 * a.0 + a.1 * a.1, b.0 * b.0 + b.1 * b.1);
    let areas = [corner, one, other].map(area);
    let (least, most) = (areas.iter().min()?, areas.iter().max()?);
    if *least < LEAST_AREA {
        return None;
    }
    let middle = areas.iter().sum::<i64>() / 3;
    // Of the squares: legs in modules are legs over a seventh of a pattern's side.
    let is_far_enough = |leg: i64| {
        let modules = PATTERN_MODULES * PATTERN_MODULES * leg / middle;
        (MODULES.0 * MODULES.0..=MODULES.1 * MODULES.1).contains(&modules)
    };
    if !is_far_enough(along) || !is_far_enough(across) {
        return None;
    }
    let legs = 100 * along.max(across) / along.min(across);
    let sizes = 100 * most / least;
    let dot = a.0 * b.0 + a.1 * b.1;
    // Both legs' squares fit 32 bits, their products 64.
    let cosine = 100 * (dot * dot / along.max(1)) / across.max(1);
    let off = legs - 100 + (sizes - 100) + 4 * cosine;
    if off > LIKELY {
        return None;
    }
    let (x, y) = (i64::from(corner.center.x), i64::from(corner.center.y));
    let columns = [x, x + a.0, x + b.0, x + a.0 + b.0];
    let rows = [y, y + a.1, y + b.1, y + a.1 + b.1];
    // Half a pattern, the quiet zone of four modules, and some for what the angle takes.
    let margin = most.isqrt() + (along.max(across)).isqrt() / 6;
    let ends = |all: [i64; 4]| Some((*all.iter().min()? - margin, *all.iter().max()? + margin));
    let ((left, right), (top, bottom)) = (ends(columns)?, ends(rows)?);
    Some((off, (left, top, right, bottom)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(x: i32, y: i32, side: i32) -> Capstone {
        let half = side / 2;
        let corner = |dx: i32, dy: i32| Point { x: x + dx * half, y: y + dy * half };
        Capstone {
            corners: [corner(-1, -1), corner(1, -1), corner(1, 1), corner(-1, 1)],
            center: Point { x, y },
            ..Capstone::default()
        }
    }

    #[test]
    fn the_squarest_corner_comes_first() {
        // A symbol of 30 modules between its patterns, and a pattern of another one beside it.
        let patterns = [(100, 100), (400, 100), (100, 400), (760, 130)];
        let patterns = patterns.map(|(x, y)| pattern(x, y, 70));
        let found = trios(&patterns);
        assert_eq!(found[0].patterns, [0, 1, 2]);
        let (left, top, right, bottom) = found[0].reach;
        assert!(left <= 30 && top <= 30 && right >= 470 && bottom >= 470, "{found:?}");
    }

    #[test]
    fn what_no_symbol_has_is_none() {
        for others in [
            // In a row, too near, of another size, a leg three times as long.
            [(400, 100, 70), (700, 100, 70)],
            [(170, 100, 70), (100, 170, 70)],
            [(400, 100, 150), (100, 400, 70)],
            [(400, 100, 70), (100, 1_000, 70)],
        ] {
            let [one, other] = others.map(|(x, y, side)| pattern(x, y, side));
            assert_eq!(trios(&[pattern(100, 100, 70), one, other]), []);
        }
    }
}
