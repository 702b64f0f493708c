//! Symbols as pictures (ISO 18004): black modules on white with a quiet zone of four on every side,
//! and nothing inside the symbol, no logo either.

use std::fmt;
use std::str::FromStr;

use qrcode::canvas::Canvas;
use qrcode::{EcLevel, QrResult, Version, bits, ec};
use sha2::{Digest, Sha256};

use super::{mask, png, svg};
use crate::primitives::Refusal;

/// White modules around the symbol.
pub const QUIET_ZONE: usize = 4;
/// Largest picture of a module; a symbol of 185 modules is then 5,920 px wide.
pub const MAX_MODULE_PX: u8 = 32;
/// Bytes of SHA-256 in an ETag.
const ETAG_BYTES: usize = 16;

/// How much of the symbol may be unreadable: L 7 %, M 15 %, Q 25 %, H 30 %.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Level {
    L,
    /// On paper.
    #[default]
    M,
    /// Outdoors.
    Q,
    H,
}

impl FromStr for Level {
    type Err = UnknownLevel;

    fn from_str(text: &str) -> Result<Self, UnknownLevel> {
        match text {
            "L" | "l" => Ok(Self::L),
            "M" | "m" => Ok(Self::M),
            "Q" | "q" => Ok(Self::Q),
            "H" | "h" => Ok(Self::H),
            _ => Err(UnknownLevel),
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::L => "L",
            Self::M => "M",
            Self::Q => "Q",
            Self::H => "H",
        })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected L, M, Q or H")]
pub struct UnknownLevel;

/// In what a symbol is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// 1-bit grayscale; each module is this many pixels wide, 1..=[`MAX_MODULE_PX`].
    Png { module_px: u8 },
    /// One path in a viewBox of modules; it has no size of its own.
    Svg,
}

impl Format {
    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Png { .. } => "image/png",
            Self::Svg => "image/svg+xml",
        }
    }
}

/// A drawn symbol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    pub bytes: Vec<u8>,
    /// A strong entity tag as the header wants it, quotes included (RFC 9110, 8.8.3).
    pub etag: String,
}

/// The modules of a symbol, without the quiet zone.
#[derive(Clone, Debug)]
pub struct Matrix {
    width: usize,
    dark: Vec<bool>,
    version: i16,
}

impl Matrix {
    /// The smallest symbol that holds the payload, with optimal segmentation: an upper-case payload
    /// is mostly alphanumeric, and larger modules scan faster on weak cameras.
    ///
    /// # Errors
    /// `image-too-much-text` on the field `payload`.
    pub fn new(payload: &str, level: Level) -> Result<Self, Refusal> {
        let level = match level {
            Level::L => EcLevel::L,
            Level::M => EcLevel::M,
            Level::Q => EcLevel::Q,
            Level::H => EcLevel::H,
        };
        Self::encode(payload, level).map_err(|_| Refusal::invalid("payload", "image-too-much-text"))
    }

    fn encode(payload: &str, level: EcLevel) -> QrResult<Self> {
        let bits = bits::encode_auto(payload.as_bytes(), level)?;
        let size = bits.version();
        let (data, correction) = ec::construct_codewords(&bits.into_bytes(), size, level)?;
        let mut canvas = Canvas::new(size, level);
        canvas.draw_all_functional_patterns();
        canvas.draw_data(&data, &correction);
        let width = size.width() as usize;
        let (Version::Normal(version) | Version::Micro(version)) = size;
        Ok(Self { width, dark: mask::best(&canvas, width), version })
    }

    /// Modules on a side; 33 for version 4.
    #[must_use]
    pub const fn width(&self) -> usize {
        self.width
    }

    /// 1..=40 (ISO 18004).
    #[must_use]
    pub const fn version(&self) -> i16 {
        self.version
    }

    /// The rows from top to bottom; `true` is black.
    pub fn rows(&self) -> impl Iterator<Item = &[bool]> {
        self.dark.chunks_exact(self.width)
    }
}

/// Draws a payload's symbol.
///
/// # Errors
/// `image-too-much-text` (payload), `module-px-out-of-range` (module_px).
pub fn draw(payload: &str, level: Level, format: Format) -> Result<Image, Refusal> {
    let matrix = Matrix::new(payload, level)?;
    let bytes = match format {
        Format::Svg => svg::draw(&matrix).into_bytes(),
        Format::Png { module_px } if (1..=MAX_MODULE_PX).contains(&module_px) => {
            png::draw(&matrix, usize::from(module_px))?
        }
        Format::Png { .. } => {
            let refusal = Refusal::invalid("module_px", "module-px-out-of-range");
            return Err(refusal.with("limit", MAX_MODULE_PX));
        }
    };
    let digest = Sha256::digest(&bytes);
    let etag = format!("\"{}\"", hex::encode(digest.get(..ETAG_BYTES).unwrap_or(&digest)));
    Ok(Image { bytes, etag })
}
