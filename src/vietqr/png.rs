//! A symbol as PNG: 1-bit grayscale, the smallest form that printers and messengers take unchanged.

use png::{BitDepth, ColorType, Encoder, EncodingError, Filter};

use super::image::{Matrix, QUIET_ZONE};
use crate::primitives::Refusal;

/// `module_px` is the width of a module in pixels.
pub(super) fn draw(matrix: &Matrix, module_px: usize) -> Result<Vec<u8>, Refusal> {
    encode(matrix, module_px).map_err(|_| Refusal::invalid("payload", "image-too-much-text"))
}

fn encode(matrix: &Matrix, module_px: usize) -> Result<Vec<u8>, EncodingError> {
    let side = (matrix.width() + 2 * QUIET_ZONE) * module_px;
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, side as u32, side as u32);
    encoder.set_color(ColorType::Grayscale);
    encoder.set_depth(BitDepth::One);
    // Rows repeat module by module: deflate finds that better without a filter.
    encoder.set_filter(Filter::NoFilter);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&pixels(matrix, module_px, side))?;
    writer.finish()?;
    Ok(file)
}

/// Rows of eight pixels a byte, the leftmost in the highest bit; 1 is white.
fn pixels(matrix: &Matrix, module_px: usize, side: usize) -> Vec<u8> {
    let row_bytes = side.div_ceil(8);
    let margin = vec![0xFF_u8; row_bytes * QUIET_ZONE * module_px];
    let mut pixels = Vec::with_capacity(row_bytes * side);
    pixels.extend_from_slice(&margin);
    for modules in matrix.rows() {
        let mut row = vec![0xFF_u8; row_bytes];
        let dark = modules.iter().enumerate().filter(|(_, dark)| **dark);
        for x in dark.flat_map(|(column, _)| {
            let left = (QUIET_ZONE + column) * module_px;
            left..left + module_px
        }) {
            if let Some(byte) = row.get_mut(x / 8) {
                *byte &= !(0x80 >> (x % 8));
            }
        }
        (0..module_px).for_each(|_| pixels.extend_from_slice(&row));
    }
    pixels.extend_from_slice(&margin);
    pixels
}
