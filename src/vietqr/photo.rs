//! Symbols in pictures that a phone took: several in one, in uneven light, seen at an angle.
//!
//! The finder keeps at most 32 finder patterns and 8 symbols of a picture, so that none, whatever it
//! shows, takes more than a few passes over its pixels. Symbols that are read are therefore covered,
//! and what is left is looked at again, some times; a picture that shows more than that says so.
//! Symbols in light on dark are looked for too: many phones read them.

use std::borrow::Cow;
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use image::imageops::{FilterType, resize, thumbnail};
use image::{DynamicImage, GrayImage, ImageDecoder as _, ImageFormat, ImageReader, Limits, Luma};

use quircs::{Point, Quirc};

use crate::primitives::Refusal;

/// 12 MP are 4032 × 3024 at most phones.
pub const MAX_PIXELS: u64 = 12_600_000;
/// What decoding may take: four bytes a pixel, and as much again on the way there.
const DECODER_BYTES: u64 = 8 * MAX_PIXELS;
/// Longest sides at which one looks: large symbols are found in the smaller ones, where noise is
/// gone, small ones in the larger ones.
const SIDES: [u32; 3] = [1_600, 800, u32::MAX];
/// A picture that is no longer is looked at doubled, too: modules of less than four pixels, as a
/// chat app leaves them, are found so. No more pixels than in the largest picture.
const DOUBLED: u32 = 1_600;
/// The part of the longest side over which light is taken as even: wider than the core of a finder
/// pattern in a symbol that fills the picture.
const EVEN_LIGHT: u32 = 16;
/// Percent of the mean around it below which a pixel is dark.
const DARK_PERCENT: u64 = 88;

/// What the finder keeps of a picture.
const FINDER_PATTERNS: usize = 32;
const SYMBOLS: usize = 8;
const REGIONS: usize = 65_534;
/// Finder patterns of a symbol.
const PATTERNS_OF_ONE: usize = 3;
/// Times that a picture is looked at, with what was read covered.
const LOOKS: usize = 6;

/// What was read off a picture.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Photo {
    /// The texts of its symbols, each once.
    pub texts: Vec<String>,
    /// It shows more than is looked at: there may be other symbols in it.
    pub is_crowded: bool,
}

/// The symbols in a JPEG or PNG picture; none where no symbol can be read.
///
/// # Errors
/// On `picture`: `picture-format` (not JPEG or PNG), `picture-too-large` (more than
/// [`MAX_PIXELS`]), `picture-broken`.
pub fn scan_picture(bytes: &[u8]) -> Result<Photo, Refusal> {
    // The libraries promise no more than to be memory-safe on what is no picture.
    let picture = catch_unwind(|| grey(bytes)).unwrap_or_else(|_| Err(broken()))?;
    let mut photo = Photo::default();
    let longest = picture.width().max(picture.height());
    for side in SIDES {
        if longest > side {
            let scaled = |length: u32| (length * side / longest).max(1);
            look(
                &thumbnail(&picture, scaled(picture.width()), scaled(picture.height())),
                &mut photo,
            );
        } else if side == u32::MAX || longest > side / 2 {
            // As it is, once.
            look(&picture, &mut photo);
            if side != u32::MAX {
                break;
            }
        }
    }
    if longest <= DOUBLED {
        let (width, height) = (2 * picture.width(), 2 * picture.height());
        look(&resize(&picture, width, height, FilterType::Triangle), &mut photo);
    }
    Ok(photo)
}

/// Shades of grey, transparent places white.
fn grey(bytes: &[u8]) -> Result<GrayImage, Refusal> {
    let reader =
        ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|_| broken())?;
    if !matches!(reader.format(), Some(ImageFormat::Jpeg | ImageFormat::Png)) {
        return Err(Refusal::invalid("picture", "picture-format"));
    }
    let mut decoder = reader.into_decoder().map_err(|_| broken())?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        let refusal = Refusal::invalid("picture", "picture-too-large");
        return Err(refusal.with("max", MAX_PIXELS / 1_000_000));
    }
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(DECODER_BYTES);
    decoder.set_limits(limits).map_err(|_| broken())?;
    let picture = DynamicImage::from_decoder(decoder).map_err(|_| broken())?;
    if !picture.color().has_alpha() {
        return Ok(picture.into_luma8());
    }
    let picture = picture.into_luma_alpha8();
    Ok(GrayImage::from_fn(picture.width(), picture.height(), |x, y| {
        let [shade, opaque] = picture.get_pixel(x, y).0.map(u32::from);
        Luma([((shade * opaque + 255 * (255 - opaque)) / 255) as u8])
    }))
}

fn broken() -> Refusal {
    Refusal::invalid("picture", "picture-broken")
}

/// Adds what is found in a picture, and in its dark and light after the light of each place, also
/// turned over.
fn look(picture: &GrayImage, photo: &mut Photo) {
    let (dark, light) = evened(picture);
    for picture in [picture, &dark, &light] {
        let texts = &mut photo.texts;
        let find = AssertUnwindSafe(|| find(picture, texts));
        // What made the finder fail was not looked at.
        photo.is_crowded |= catch_unwind(find).unwrap_or(true);
    }
}

/// Adds the texts of a picture's symbols; whether there may be more than are looked at.
fn find(picture: &GrayImage, texts: &mut Vec<String>) -> bool {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let mut rest = Cow::Borrowed(picture);
    for _ in 0..LOOKS {
        let mut finder = Quirc::default();
        let mut read = Vec::new();
        for symbol in finder.identify(width, height, rest.as_raw()).flatten() {
            let Ok(data) = symbol.decode() else { continue };
            read.push(symbol.corners);
            if let Ok(text) = String::from_utf8(data.payload)
                && !texts.contains(&text)
            {
                texts.push(text);
            }
        }
        let patterns = finder.num_capstones();
        let is_full = patterns >= FINDER_PATTERNS
            || finder.count() >= SYMBOLS
            || finder.num_regions() >= REGIONS;
        let left = patterns.saturating_sub(PATTERNS_OF_ONE * read.len());
        if read.is_empty() || (!is_full && left < PATTERNS_OF_ONE) {
            return is_full;
        }
        for corners in &read {
            cover(rest.to_mut(), corners);
        }
    }
    true
}

/// Makes white what lies within four corners, which follow each other around it.
fn cover(picture: &mut GrayImage, corners: &[Point; 4]) {
    let (width, height) = (picture.width() as i32, picture.height() as i32);
    let reach = |of: fn(&Point) -> i32, limit: i32| {
        let (least, most) = corners
            .iter()
            .map(of)
            .fold((limit, 0), |(least, most), at| (least.min(at), most.max(at)));
        least.max(0)..most.saturating_add(1).min(limit)
    };
    let (columns, rows) = (reach(|point| point.x, width), reach(|point| point.y, height));
    let corners = corners.map(|point| (i64::from(point.x), i64::from(point.y)));
    let mut next = corners;
    next.rotate_left(1);
    for y in rows {
        for x in columns.clone() {
            let (u, v) = (i64::from(x), i64::from(y));
            let mut sides = corners
                .iter()
                .zip(&next)
                .map(|(from, to)| (to.0 - from.0) * (v - from.1) - (to.1 - from.1) * (u - from.0));
            let is_left = sides.clone().all(|side| side >= 0);
            if is_left || sides.all(|side| side <= 0) {
                picture.put_pixel(x as u32, y as u32, Luma([255]));
            }
        }
    }
}

/// Black where a pixel is darker than the mean around it, else white; and black where it is lighter,
/// as a symbol in light on dark is read.
fn evened(picture: &GrayImage) -> (GrayImage, GrayImage) {
    let (width, height) = picture.dimensions();
    let sums = sums(picture);
    let sum =
        |x: u32, y: u32| sums.get((y * (width + 1) + x) as usize).copied().map_or(0, u64::from);
    let reach = (width.max(height) / EVEN_LIGHT).max(4);
    let mut light = GrayImage::new(width, height);
    let dark = GrayImage::from_fn(width, height, |x, y| {
        let (left, top) = (x.saturating_sub(reach), y.saturating_sub(reach));
        let (right, bottom) = ((x + reach + 1).min(width), (y + reach + 1).min(height));
        let area = u64::from(right - left) * u64::from(bottom - top);
        let around = sum(right, bottom) + sum(left, top) - sum(left, bottom) - sum(right, top);
        let shade = u64::from(picture.get_pixel(x, y).0[0]);
        let is_dark = |shade: u64, around: u64| shade * area * 100 < around * DARK_PERCENT;
        let black = |is_black: bool| Luma([if is_black { 0 } else { 255 }]);
        light.put_pixel(x, y, black(is_dark(255 - shade, 255 * area - around)));
        black(is_dark(shade, around))
    });
    (dark, light)
}

/// For each corner between pixels the sum of all shades above and left of it; at most 255 ×
/// [`MAX_PIXELS`], which 32 bits hold.
fn sums(picture: &GrayImage) -> Vec<u32> {
    let row_length = picture.width() as usize + 1;
    let mut above = vec![0_u32; row_length];
    let mut sums = above.clone();
    sums.reserve(row_length * picture.height() as usize);
    for row in picture.rows() {
        let mut in_row = 0_u32;
        let shades = std::iter::once(0).chain(row.map(|pixel| u32::from(pixel.0[0])));
        for (sum, shade) in above.iter_mut().zip(shades) {
            in_row += shade;
            *sum += in_row;
        }
        sums.extend_from_slice(&above);
    }
    sums
}
