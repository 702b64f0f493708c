//! How a market's cards look: its colour, and its logo.

use std::io::Cursor;
use std::panic::catch_unwind;

use image::{
    DynamicImage, GrayAlphaImage, ImageDecoder as _, ImageFormat, ImageReader, Limits, LumaA,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::layout::{Style, words};
use super::store::looks as store;
use crate::access::{Act, Permission};
use crate::db::{DbConnection, Outcome};
use crate::primitives::ids::MarketId;
use crate::primitives::{Refusal, input};
use crate::registry::markets;
use crate::vietqr;

/// A calm green, as dark as white letters need.
const ACCENT: &str = "#0b6b4f";
/// A logo's file.
pub const MAX_LOGO_BYTES: usize = 256 << 10;
/// A logo's shorter and longer side.
const LOGO_SIDES: std::ops::RangeInclusive<u32> = 32..=2_000;
/// What decoding a logo may take: eight bytes a pixel, and as much again on the way there.
const DECODER_BYTES: u64 = 64 << 20;
/// A logo's shade below which it is black where there is no colour, of 255.
const DARK: u8 = 150;
/// Ten times the contrast that WCAG 2.2 (1.4.3) asks of text: 4.5 to 1.
const LEAST_CONTRAST_TENTHS: u64 = 45;

words!(
    /// What a logo's file is.
    LogoKind { Png = "png", Jpeg = "jpeg" }
);

/// A market's own picture on its cards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Logo {
    pub kind: LogoKind,
    pub width_px: u32,
    pub height_px: u32,
    #[serde(skip)]
    pub bytes: Vec<u8>,
}

/// How a market's cards look.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Look {
    /// `#rrggbb`
    pub accent_colour: String,
    pub logo: Option<Logo>,
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LookChange {
    /// `#rrggbb`, at least 4.5 times as dark as white paper.
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "input::present")]
    pub accent_colour: Option<String>,
}

impl Default for Look {
    fn default() -> Self {
        Self { accent_colour: ACCENT.to_owned(), logo: None }
    }
}

impl Look {
    /// As it is printed in a style: its logo has no colours where nothing has.
    pub(super) fn in_style(self, style: Style) -> Self {
        match style {
            Style::Colour => self,
            Style::Mono | Style::Contrast => Self { logo: self.logo.map(Logo::in_black), ..self },
        }
    }

    /// The logo's file, if a template names it.
    pub(super) fn file(&self, name: &str) -> Option<Vec<u8>> {
        let logo = self.logo.as_ref().filter(|logo| logo.file() == name)?;
        Some(logo.bytes.clone())
    }

    pub(super) fn logo_bytes(&self) -> &[u8] {
        self.logo.as_ref().map(|logo| logo.bytes.as_slice()).unwrap_or_default()
    }
}

impl Logo {
    /// Judges a file: PNG or JPEG, known by its content, that can be drawn.
    ///
    /// # Errors
    /// On `logo`: `logo-too-large` (bytes), `logo-format`, `logo-sides`, `picture-broken`,
    /// `logo-has-code`.
    pub fn read(bytes: Vec<u8>) -> Result<Self, Refusal> {
        if bytes.len() > MAX_LOGO_BYTES {
            let refusal = Refusal::invalid("logo", "logo-too-large");
            return Err(refusal.with("max", MAX_LOGO_BYTES >> 10));
        }
        // The libraries promise no more than to be memory-safe on what is no picture.
        let judged = catch_unwind(|| judge(&bytes)).unwrap_or_else(|_| Err(broken()))?;
        let (kind, width_px, height_px) = judged;
        // A payer's app would find it on the card beside the stall's own.
        let photo = vietqr::scan_picture(&bytes).map_err(|refusal| refusal.on("logo"))?;
        if !photo.texts.is_empty() || photo.is_crowded {
            return Err(Refusal::invalid("logo", "logo-has-code"));
        }
        Ok(Self { kind, width_px, height_px, bytes })
    }

    /// Black alone, without greys: for printers that would draw them as dots.
    #[must_use]
    pub(super) fn in_black(self) -> Self {
        let black = |bytes: &[u8]| {
            let picture = image::load_from_memory(bytes).ok()?.into_luma_alpha8();
            let (width, height) = picture.dimensions();
            let black = GrayAlphaImage::from_fn(width, height, |x, y| {
                let [shade, opaque] = picture.get_pixel(x, y).0;
                let is_dark = shade < DARK && opaque > DARK;
                LumaA([0, if is_dark { u8::MAX } else { 0 }])
            });
            let mut file = Cursor::new(Vec::new());
            black.write_to(&mut file, ImageFormat::Png).ok()?;
            Some(file.into_inner())
        };
        match catch_unwind(|| black(&self.bytes)).ok().flatten() {
            Some(bytes) => Self { kind: LogoKind::Png, bytes, ..self },
            None => self,
        }
    }

    /// Its name among the templates' files.
    pub(super) const fn file(&self) -> &'static str {
        match self.kind {
            LogoKind::Png => "logo.png",
            LogoKind::Jpeg => "logo.jpg",
        }
    }
}

fn judge(bytes: &[u8]) -> Result<(LogoKind, u32, u32), Refusal> {
    let reader =
        ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|_| broken())?;
    let kind = match reader.format() {
        Some(ImageFormat::Png) => LogoKind::Png,
        Some(ImageFormat::Jpeg) => LogoKind::Jpeg,
        _ => return Err(Refusal::invalid("logo", "logo-format")),
    };
    let mut decoder = reader.into_decoder().map_err(|_| broken())?;
    let (width, height) = decoder.dimensions();
    if !LOGO_SIDES.contains(&width) || !LOGO_SIDES.contains(&height) {
        let refusal = Refusal::invalid("logo", "logo-sides");
        return Err(refusal.with("min", LOGO_SIDES.start()).with("max", LOGO_SIDES.end()));
    }
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(DECODER_BYTES);
    decoder.set_limits(limits).map_err(|_| broken())?;
    DynamicImage::from_decoder(decoder).map_err(|_| broken())?;
    Ok((kind, width, height))
}

fn broken() -> Refusal {
    Refusal::invalid("logo", "picture-broken")
}

pub fn get(connection: &mut DbConnection, act: &Act, market_id: MarketId) -> Outcome<Look> {
    let market = markets::get(connection, act, market_id)?;
    Ok(store::find(connection, act.board_id(), market.id)?.unwrap_or_default())
}

/// # Errors
/// `colour-malformed`, `colour-too-light` (accent_colour).
pub fn change(
    connection: &mut DbConnection,
    act: &Act,
    market_id: MarketId,
    change: LookChange,
) -> Outcome<Look> {
    act.require(Permission::RegistryWrite)?;
    let mut look = require(connection, act, market_id)?;
    if let Some(colour) = change.accent_colour {
        look.accent_colour = check_colour("accent_colour", &colour)?;
    }
    store::put(connection, act.board_id(), market_id, &look)?;
    Ok(look)
}

/// Takes a market's logo, or takes it away.
pub fn set_logo(
    connection: &mut DbConnection,
    act: &Act,
    market_id: MarketId,
    logo: Option<Logo>,
) -> Outcome<Look> {
    act.require(Permission::RegistryWrite)?;
    let look = Look { logo, ..require(connection, act, market_id)? };
    store::put(connection, act.board_id(), market_id, &look)?;
    Ok(look)
}

/// What a caller needs to be told that a logo can be taken, before its file is read.
pub fn permit(connection: &mut DbConnection, act: &Act, market_id: MarketId) -> Outcome<()> {
    act.require(Permission::RegistryWrite)?;
    require(connection, act, market_id).map(drop)
}

/// A writing caller need not be a reading one.
pub(super) fn require(
    connection: &mut DbConnection,
    act: &Act,
    market_id: MarketId,
) -> Outcome<Look> {
    markets::require(connection, act, market_id)?;
    Ok(store::find(connection, act.board_id(), market_id)?.unwrap_or_default())
}

/// A colour that can be read on white paper, and white on it.
fn check_colour(field: &'static str, text: &str) -> Result<String, Refusal> {
    let malformed = || Refusal::invalid(field, "colour-malformed");
    let colour = text.trim().to_ascii_lowercase();
    let digits = colour.strip_prefix('#').ok_or_else(malformed)?;
    let channels = hex::decode(digits).map_err(|_| malformed())?;
    let [red, green, blue] = channels.as_slice() else { return Err(malformed()) };
    let tenths = contrast_tenths(*red, *green, *blue);
    if tenths < LEAST_CONTRAST_TENTHS {
        return Err(Refusal::invalid(field, "colour-too-light"));
    }
    Ok(colour)
}

/// Ten times the contrast with white (WCAG 2.2: relative luminance of sRGB), cut off.
#[expect(clippy::float_arithmetic, reason = "light, no money")]
fn contrast_tenths(red: u8, green: u8, blue: u8) -> u64 {
    let light = |channel: u8| {
        let part = f64::from(channel) / 255.0;
        if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    };
    let luminance = 0.2126 * light(red) + 0.7152 * light(green) + 0.0722 * light(blue);
    (10.0 * 1.05 / (luminance + 0.05)) as u64
}

#[cfg(test)]
mod tests {
    use super::contrast_tenths;

    #[test]
    fn contrasts_are_those_of_the_standard() {
        assert_eq!(contrast_tenths(0, 0, 0), 210);
        assert_eq!(contrast_tenths(255, 255, 255), 10);
        // The lightest grey that passes, and the next.
        assert_eq!(
            (contrast_tenths(0x76, 0x76, 0x76), contrast_tenths(0x77, 0x77, 0x77)),
            (45, 44)
        );
    }
}
