//! A set document, written as PDF, PNG or SVG.

use png::{BitDepth, ColorType, DeflateCompression, Encoder, Filter, PixelDimensions, Unit};
use typst::foundations::{Datetime, Smart};
use typst::utils::Scalar;
use typst_layout::{Page, PagedDocument};
use typst_pdf::{PdfOptions, Timestamp};
use typst_render::RenderOptions;
use typst_svg::SvgOptions;

use super::layout::words;
use super::paper::Paper;
use crate::db::{Fault, Outcome};
use crate::primitives::Day;

/// Vietnam ahead of UTC.
const OFFSET_MINUTES: i32 = 7 * 60;
const POINTS_AN_INCH: f64 = 72.0;
/// A page with more cards than that is not described for screen readers: each would add a tenth
/// to the file.
const DESCRIBED: usize = 50;

words!(
    /// The kind of a file.
    Kind { Pdf = "pdf", Png = "png", Svg = "svg" }
);

impl Kind {
    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Png => "image/png",
            Self::Svg => "image/svg+xml",
        }
    }
}

/// Pages that are set.
pub struct Printed {
    document: PagedDocument,
    /// Names the document in the PDF.
    identity: String,
    issued_day: Day,
    is_described: bool,
    small: Option<String>,
}

impl Printed {
    pub(super) fn new(
        document: PagedDocument,
        paper: &dyn Paper,
        small: Option<String>,
    ) -> Outcome<Self> {
        Ok(Self {
            document,
            identity: hex::encode(paper.digest()?),
            issued_day: paper.issued_day(),
            is_described: paper.pieces() <= DESCRIBED,
            small,
        })
    }

    /// A text on it that is too small to be read.
    #[must_use]
    pub fn small(&self) -> Option<&str> {
        self.small.as_deref()
    }

    /// With the pages of a next part of the same paper.
    pub(super) fn with(mut self, next: Self, paper: &dyn Paper) -> Outcome<Self> {
        let info = self.document.info_mut().clone();
        let pages = self.document.pages().iter().chain(next.document.pages()).cloned().collect();
        Self::new(PagedDocument::new(pages, info), paper, self.small.take().or(next.small))
    }

    /// Its pages, text by text with their places.
    #[must_use]
    pub fn pages(&self) -> &[Page] {
        self.document.pages()
    }

    /// Writes the file; of several pages, PNG and SVG show the first.
    pub fn write(&self, kind: Kind, dpi: u16) -> Outcome<Vec<u8>> {
        match kind {
            Kind::Pdf => self.pdf(),
            Kind::Png => self.png(dpi),
            Kind::Svg => self.svg().map(String::into_bytes),
        }
    }

    /// Vector paths and text that can be selected, with the glyphs that are used.
    pub fn pdf(&self) -> Outcome<Vec<u8>> {
        let options = PdfOptions {
            ident: Smart::Custom(self.identity.clone()),
            creator: Smart::Custom(Some("cho40".to_owned())),
            timestamp: timestamp(self.issued_day),
            tagged: self.is_described,
            ..PdfOptions::default()
        };
        let written = typst_pdf::pdf(&self.document, &options);
        if !self.is_described {
            // What the writing of many cards has left behind.
            comemo::evict(0);
        }
        written.map_err(|errors| {
            let told = errors.first().map(|error| error.message.to_string());
            Fault::broken(told.unwrap_or_else(|| "the PDF cannot be written".to_owned()))
        })
    }

    /// Of the first page; black and white only where nothing is coloured.
    pub fn png(&self, dpi: u16) -> Outcome<Vec<u8>> {
        #[expect(clippy::float_arithmetic, reason = "dots and points, no money")]
        let pixel_per_pt = Scalar::new(f64::from(dpi) / POINTS_AN_INCH);
        let options = RenderOptions { pixel_per_pt, render_bleed: false };
        let picture = typst_render::render(self.first()?, &options);
        encode(picture.data(), picture.width(), picture.height(), dpi).map_err(Fault::broken)
    }

    /// Of the first page.
    pub fn svg(&self) -> Outcome<String> {
        let options = SvgOptions { render_bleed: false, pretty: false };
        Ok(typst_svg::svg(self.first()?, &options))
    }

    fn first(&self) -> Outcome<&Page> {
        self.pages().first().ok_or_else(|| Fault::broken("a document without pages"))
    }
}

/// The beginning of a day in Vietnam.
fn timestamp(day: Day) -> Option<Timestamp> {
    let text = day.to_string();
    let mut parts = text.split('-');
    let year = parts.next()?.parse().ok()?;
    let (month, day) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let midnight = Datetime::from_ymd_hms(year, month, day, 0, 0, 0)?;
    Timestamp::new_local(midnight, OFFSET_MINUTES)
}

/// Pixels of four bytes, none of them seen through.
fn encode(pixels: &[u8], width: u32, height: u32, dpi: u16) -> Result<Vec<u8>, png::EncodingError> {
    let pixels = pixels.as_chunks::<4>().0;
    let is_gray = pixels.iter().all(|[r, g, b, _]| r == g && g == b);
    let bytes: Vec<u8> = if is_gray {
        pixels.iter().map(|[r, ..]| *r).collect()
    } else {
        let colours: Vec<[u8; 3]> = pixels.iter().map(|[r, g, b, _]| [*r, *g, *b]).collect();
        colours.into_flattened()
    };
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, width, height);
    encoder.set_color(if is_gray { ColorType::Grayscale } else { ColorType::Rgb });
    encoder.set_depth(BitDepth::Eight);
    // Letters and modules are alike from line to line: trying the other filters and looking longer
    // takes twice the time and saves a twentieth.
    encoder.set_filter(Filter::Up);
    encoder.set_deflate_compression(DeflateCompression::Level(3));
    // Dots a metre: 10,000 / 254 of those an inch.
    let ppu = (u32::from(dpi) * 10_000 + 127) / 254;
    encoder.set_pixel_dims(Some(PixelDimensions { xppu: ppu, yppu: ppu, unit: Unit::Meter }));
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&bytes)?;
    writer.finish()?;
    Ok(file)
}
