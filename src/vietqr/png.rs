//! A symbol as PNG: 1-bit grayscale, the smallest form that printers and messengers take unchanged.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use png::{BitDepth, ColorType, Encoder, EncodingError};

use super::image::{Matrix, QUIET_ZONE};
use crate::primitives::Refusal;

/// Rows repeat module by module, which deflate finds at once: higher levels take twice the time
/// and make the picture no smaller.
const COMPRESSION: Compression = Compression::new(3);
/// The first byte of a line: no filter. Deflate finds rows that repeat better without one.
const NO_FILTER: u8 = 0;

/// `module_px` is the width of a module in pixels.
pub(super) fn draw(matrix: &Matrix, module_px: usize) -> Result<Vec<u8>, Refusal> {
    encode(matrix, module_px).map_err(|_| Refusal::invalid("payload", "image-too-much-text"))
}

fn encode(matrix: &Matrix, module_px: usize) -> Result<Vec<u8>, EncodingError> {
    let side = (matrix.width() + 2 * QUIET_ZONE) * module_px;
    // The encoder's own way hands flate2 each line apart, which clears a buffer of 32 KiB for each.
    let mut deflate = ZlibEncoder::new(Vec::new(), COMPRESSION);
    deflate.write_all(&lines(matrix, module_px, side))?;
    let data = deflate.finish()?;
    let mut file = Vec::with_capacity(data.len() + 64);
    let mut encoder = Encoder::new(&mut file, side as u32, side as u32);
    encoder.set_color(ColorType::Grayscale);
    encoder.set_depth(BitDepth::One);
    let mut writer = encoder.write_header()?;
    writer.write_chunk(png::chunk::IDAT, &data)?;
    writer.finish()?;
    Ok(file)
}

/// Lines of eight pixels a byte, the leftmost in the highest bit; 1 is white.
fn lines(matrix: &Matrix, module_px: usize, side: usize) -> Vec<u8> {
    let mut white = vec![0xFF_u8; 1 + side.div_ceil(8)];
    if let Some(filter) = white.first_mut() {
        *filter = NO_FILTER;
    }
    let margin = white.repeat(QUIET_ZONE * module_px);
    let mut lines = Vec::with_capacity(white.len() * side);
    lines.extend_from_slice(&margin);
    for modules in matrix.rows() {
        let mut line = white.clone();
        let dark = modules.iter().enumerate().filter(|(_, dark)| **dark);
        for x in dark.flat_map(|(column, _)| {
            let left = (QUIET_ZONE + column) * module_px;
            left..left + module_px
        }) {
            if let Some(byte) = line.get_mut(1 + x / 8) {
                *byte &= !(0x80 >> (x % 8));
            }
        }
        (0..module_px).for_each(|_| lines.extend_from_slice(&line));
    }
    lines.extend_from_slice(&margin);
    lines
}
