//! Symbols in pictures that a phone took: several in one, in uneven light, seen at an angle.
//!
//! The finder keeps at most 32 finder patterns and 8 symbols of a picture, so that none, whatever it
//! shows, takes more than a few passes over its pixels. Symbols that are read are therefore covered,
//! and what is left is looked at again, some times; where nothing is read any more, each three patterns
//! that could be a symbol are looked at alone. A picture that shows more than that, or a symbol that was
//! not read, says so.
//! Symbols in light on dark are looked for too: many phones read them.

use std::borrow::Cow;
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use image::imageops::{FilterType, crop_imm, resize, thumbnail};
use image::{DynamicImage, GrayImage, ImageDecoder as _, ImageFormat, ImageReader, Limits, Luma};

use quircs::{Capstone, Point, Quirc};

use super::jpeg;
use super::trios::{Trio, trios};
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
/// And so many pixels, over which the ground of a dark sticker is taken for what is light there: wider
/// would take in the bright wall beside it.
const NEAR_LIGHT: u32 = 20;
/// Percent of the mean around it below which a pixel is dark.
const DARK_PERCENT: u64 = 88;
/// So much darker it must be near by, or the grain of a dark place would be dark and light.
const GRAIN: u64 = 12;

/// What the finder keeps of a picture.
const FINDER_PATTERNS: usize = 32;
const SYMBOLS: usize = 8;
const REGIONS: usize = 65_534;
/// Finder patterns of a symbol.
const PATTERNS_OF_ONE: usize = 3;
/// Times that a picture is looked at, with what was read covered.
const LOOKS: usize = 6;
/// Threes of patterns that are looked at alone, at one look.
const TRIOS: usize = 24;
/// And so many times the picture's pixels, in all.
const TRIOS_PIXELS: u64 = 2;
/// Places are kept in so many parts of the picture's sides, the same in all its sizes.
const PARTS: i64 = 10_000;

/// What was read off a picture.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Photo {
    /// The texts of its symbols, each once.
    pub texts: Vec<String>,
    /// It shows more than is looked at, or what looks like a symbol and was not read: there may be other
    /// symbols in it.
    pub is_crowded: bool,
}

type Corners = [Point; 4];

/// What the looks at a picture have found together; places in [`PARTS`].
#[derive(Debug, Default)]
struct Seen {
    texts: Vec<String>,
    is_full: bool,
    read: Vec<Corners>,
    /// The middles of the patterns of what could be a symbol, and was not read at that look.
    unread: Vec<[Point; 3]>,
}

/// The symbols in a JPEG or PNG picture; none where no symbol can be read.
///
/// # Errors
/// On `picture`: `picture-format` (not JPEG or PNG), `picture-too-large` (more than
/// [`MAX_PIXELS`]), `picture-broken`.
pub fn scan_picture(bytes: &[u8]) -> Result<Photo, Refusal> {
    // The libraries promise no more than to be memory-safe on what is no picture.
    let read = catch_unwind(|| grey(bytes)).unwrap_or_else(|_| Err(broken()))?;
    let (picture, brightest) = read;
    let mut seen = Seen::default();
    let longest = picture.width().max(picture.height());
    for side in SIDES {
        if longest > side {
            let scaled = |length: u32| (length * side / longest).max(1);
            look(
                &thumbnail(&picture, scaled(picture.width()), scaled(picture.height())),
                &mut seen,
            );
        } else if side == u32::MAX || longest > side / 2 {
            // As it is, once.
            look(&picture, &mut seen);
            if side != u32::MAX {
                break;
            }
        }
    }
    if longest <= DOUBLED {
        let (width, height) = (2 * picture.width(), 2 * picture.height());
        look(&resize(&picture, width, height, FilterType::Triangle), &mut seen);
    }
    if let Some(brightest) = brightest {
        look(&brightest, &mut seen);
    }
    let is_crowded = seen.is_full || seen.has_unread();
    Ok(Photo { texts: seen.texts, is_crowded })
}

/// Shades of grey, transparent places white; and of a coloured picture, as large as it is first looked at,
/// how bright the brightest of its colours is: black on deep blue or red is black on black to the eye's
/// grey.
fn grey(bytes: &[u8]) -> Result<(GrayImage, Option<GrayImage>), Refusal> {
    let reader =
        ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|_| broken())?;
    match reader.format() {
        // The library takes what has come of it, and grey for the rest.
        Some(ImageFormat::Jpeg) if !jpeg::is_whole(bytes) => return Err(broken()),
        Some(ImageFormat::Jpeg | ImageFormat::Png) => {}
        _ => return Err(Refusal::invalid("picture", "picture-format")),
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
    let brightest = picture.color().has_color().then(|| brightest(&picture));
    if !picture.color().has_alpha() {
        return Ok((picture.into_luma8(), brightest));
    }
    let picture = picture.into_luma_alpha8();
    let white_behind = GrayImage::from_fn(picture.width(), picture.height(), |x, y| {
        let [shade, opaque] = picture.get_pixel(x, y).0.map(u32::from);
        Luma([((shade * opaque + 255 * (255 - opaque)) / 255) as u8])
    });
    Ok((white_behind, brightest))
}

fn brightest(picture: &DynamicImage) -> GrayImage {
    let [side, ..] = SIDES;
    let longest = picture.width().max(picture.height());
    let small = if longest > side { picture.thumbnail(side, side) } else { picture.clone() };
    let small = small.into_rgba8();
    GrayImage::from_fn(small.width(), small.height(), |x, y| {
        let [red, green, blue, opaque] = small.get_pixel(x, y).0;
        Luma([red.max(green).max(blue).max(255 - opaque)])
    })
}

fn broken() -> Refusal {
    Refusal::invalid("picture", "picture-broken")
}

/// Adds what is found in a picture, and in its dark and light after the light of each place, also
/// turned over.
fn look(picture: &GrayImage, seen: &mut Seen) {
    let light = Light::of(picture);
    let reach = (picture.width().max(picture.height()) / EVEN_LIGHT).max(4);
    let evened = [
        light.evened(reach, 0, false),
        light.evened(reach, 0, true),
        light.evened(NEAR_LIGHT, GRAIN, false),
    ];
    for picture in std::iter::once(picture).chain(&evened) {
        // What made the finder fail was not looked at.
        let is_full = catch_unwind(AssertUnwindSafe(|| find(picture, seen))).unwrap_or(true);
        seen.is_full |= is_full;
    }
}

/// Adds a picture's symbols; whether there may be more than are looked at.
fn find(picture: &GrayImage, seen: &mut Seen) -> bool {
    let mut rest = Cow::Borrowed(picture);
    for _ in 0..LOOKS {
        let (mut read, finder) = read(&rest, &mut seen.texts);
        let is_full = finder.num_capstones() >= FINDER_PATTERNS
            || finder.count() >= SYMBOLS
            || finder.num_regions() >= REGIONS;
        let is_left = |one: &Capstone| !read.iter().any(|corners| is_within(corners, one.center));
        let left: Vec<_> = finder.capstones.iter().copied().filter(is_left).collect();
        if read.is_empty() {
            read = read_alone(&rest, &left, seen);
        }
        seen.read.extend(read.iter().map(|corners| corners.map(|at| in_parts(picture, at))));
        if read.is_empty() {
            let middles = |trio: Trio| middles(picture, &left, &trio);
            seen.unread.extend(trios(&left).iter().copied().map(middles));
            return is_full;
        }
        if !is_full && left.len() < PATTERNS_OF_ONE {
            return false;
        }
        for corners in &read {
            cover(rest.to_mut(), corners);
        }
    }
    true
}

/// Adds the texts of the symbols that the finder puts together; their corners.
fn read(picture: &GrayImage, texts: &mut Vec<String>) -> (Vec<Corners>, Quirc) {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let mut finder = Quirc::default();
    let mut read = Vec::new();
    for symbol in finder.identify(width, height, picture.as_raw()).flatten() {
        let Ok(data) = symbol.decode() else { continue };
        read.push(symbol.corners);
        if let Ok(text) = String::from_utf8(data.payload)
            && !texts.contains(&text)
        {
            texts.push(text);
        }
    }
    (read, finder)
}

/// Looks at each three patterns that could be a symbol with all other patterns covered; at none that was read
/// before, in another size of the picture.
fn read_alone(picture: &GrayImage, patterns: &[Capstone], seen: &mut Seen) -> Vec<Corners> {
    let mut read: Vec<Corners> = Vec::new();
    let mut pixels = TRIOS_PIXELS * u64::from(picture.width()) * u64::from(picture.height());
    for trio in trios(patterns).into_iter().take(TRIOS) {
        let is_in = |at: &Point| read.iter().any(|corners| is_within(corners, *at));
        if trio.patterns.iter().any(|place| is_in(&middle(patterns, *place)))
            || seen.has_read(&middles(picture, patterns, &trio))
        {
            continue;
        }
        let (mut window, from) = window(picture, &trio);
        let Some(rest) = pixels.checked_sub(window.as_raw().len() as u64) else { break };
        pixels = rest;
        let moved =
            |at: Point, sign: i32| Point { x: at.x + sign * from.x, y: at.y + sign * from.y };
        for (place, pattern) in patterns.iter().enumerate() {
            if !trio.patterns.contains(&place) {
                cover(&mut window, &pattern.corners.map(|at| moved(at, -1)));
            }
        }
        let (found, _) = self::read(&window, &mut seen.texts);
        read.extend(found.iter().map(|corners| corners.map(|at| moved(at, 1))));
    }
    read
}

/// What a symbol with these patterns covers, and where it begins.
fn window(picture: &GrayImage, trio: &Trio) -> (GrayImage, Point) {
    let (left, top, right, bottom) = trio.reach;
    let (width, height) = (i64::from(picture.width()), i64::from(picture.height()));
    let (left, top) = (left.clamp(0, width), top.clamp(0, height));
    let (right, bottom) = (right.clamp(left, width), bottom.clamp(top, height));
    let size = ((right - left) as u32, (bottom - top) as u32);
    let part = crop_imm(picture, left as u32, top as u32, size.0, size.1).to_image();
    (part, Point { x: left as i32, y: top as i32 })
}

fn middle(patterns: &[Capstone], place: usize) -> Point {
    patterns.get(place).map_or_else(Point::default, |pattern| pattern.center)
}

fn middles(picture: &GrayImage, patterns: &[Capstone], trio: &Trio) -> [Point; 3] {
    trio.patterns.map(|place| in_parts(picture, middle(patterns, place)))
}

fn in_parts(picture: &GrayImage, at: Point) -> Point {
    let part = |at: i32, of: u32| (i64::from(at) * PARTS / i64::from(of.max(1))) as i32;
    Point { x: part(at.x, picture.width()), y: part(at.y, picture.height()) }
}

impl Seen {
    /// Whether something that could be a symbol was read at no look: none of its patterns is one of a
    /// symbol that was.
    fn has_unread(&self) -> bool {
        self.unread.iter().any(|patterns| !self.has_read(patterns))
    }

    fn has_read(&self, patterns: &[Point; 3]) -> bool {
        let is_read = |at: &Point| self.read.iter().any(|corners| is_within(corners, *at));
        patterns.iter().any(is_read)
    }
}

/// Whether a place lies within four corners, which follow each other around it.
fn is_within(corners: &Corners, at: Point) -> bool {
    let (u, v) = (i64::from(at.x), i64::from(at.y));
    let corners = corners.map(|point| (i64::from(point.x), i64::from(point.y)));
    let mut next = corners;
    next.rotate_left(1);
    let mut sides = corners
        .iter()
        .zip(&next)
        .map(|(from, to)| (to.0 - from.0) * (v - from.1) - (to.1 - from.1) * (u - from.0));
    sides.clone().all(|side| side >= 0) || sides.all(|side| side <= 0)
}

/// Makes white what lies within four corners.
fn cover(picture: &mut GrayImage, corners: &Corners) {
    let (width, height) = (picture.width() as i32, picture.height() as i32);
    let reach = |of: fn(&Point) -> i32, limit: i32| {
        let (least, most) = corners
            .iter()
            .map(of)
            .fold((limit, 0), |(least, most), at| (least.min(at), most.max(at)));
        least.max(0)..most.saturating_add(1).min(limit)
    };
    let (columns, rows) = (reach(|point| point.x, width), reach(|point| point.y, height));
    for y in rows {
        for x in columns.clone() {
            if is_within(corners, Point { x, y }) {
                picture.put_pixel(x as u32, y as u32, Luma([255]));
            }
        }
    }
}

/// A picture with the sums of its shades, which tell the mean of any part of it at once.
struct Light<'p> {
    picture: &'p GrayImage,
    /// For each corner between pixels the sum of all shades above and left of it; at most 255 ×
    /// [`MAX_PIXELS`], which 32 bits hold.
    sums: Vec<u32>,
}

impl<'p> Light<'p> {
    fn of(picture: &'p GrayImage) -> Self {
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
        Self { picture, sums }
    }

    fn sum(&self, x: u32, y: u32) -> u64 {
        let place = (y * (self.picture.width() + 1) + x) as usize;
        self.sums.get(place).copied().map_or(0, u64::from)
    }

    /// Black where a pixel is darker than the mean of what is around it, by `grain` at least, else
    /// white; `is_turned` of the picture's negative, in which a symbol in light on dark is one in dark
    /// on light.
    fn evened(&self, reach: u32, grain: u64, is_turned: bool) -> GrayImage {
        let (width, height) = self.picture.dimensions();
        GrayImage::from_fn(width, height, |x, y| {
            let (left, top) = (x.saturating_sub(reach), y.saturating_sub(reach));
            let (right, bottom) = ((x + reach + 1).min(width), (y + reach + 1).min(height));
            let area = u64::from(right - left) * u64::from(bottom - top);
            let around = self.sum(right, bottom) + self.sum(left, top)
                - self.sum(left, bottom)
                - self.sum(right, top);
            let around = if is_turned { 255 * area - around } else { around };
            let shade = u64::from(self.picture.get_pixel(x, y).0[0]);
            let shade = if is_turned { 255 - shade } else { shade };
            let is_dark =
                shade * area * 100 < around * DARK_PERCENT && (shade + grain) * area <= around;
            Luma([if is_dark { 0 } else { 255 }])
        })
    }
}
