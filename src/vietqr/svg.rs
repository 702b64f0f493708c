//! A symbol as SVG: one path of horizontal runs on a white rectangle, one unit a module. It names
//! no size: the page that holds it does, in millimetres.

use std::fmt::Write as _;

use super::image::{Matrix, QUIET_ZONE};

pub(super) fn draw(matrix: &Matrix) -> String {
    let side = matrix.width() + 2 * QUIET_ZONE;
    let path = path(matrix);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" \
         shape-rendering=\"crispEdges\"><rect width=\"{side}\" height=\"{side}\" fill=\"#fff\"/>\
         <path d=\"{path}\" fill=\"#000\"/></svg>"
    )
}

/// `Mx yhLv1h-Lz` for every run of L black modules whose upper left corner is (x, y).
fn path(matrix: &Matrix) -> String {
    let mut path = String::new();
    for (row, modules) in matrix.rows().enumerate() {
        let mut column = 0;
        for run in modules.chunk_by(|left, right| left == right) {
            if run.first() == Some(&true) {
                let (x, y, length) = (column + QUIET_ZONE, row + QUIET_ZONE, run.len());
                // Writing to a String cannot fail.
                let _ = write!(path, "M{x} {y}h{length}v1h-{length}z");
            }
            column += run.len();
        }
    }
    path
}
