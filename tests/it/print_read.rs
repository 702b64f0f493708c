//! Every code on every layout is read back: from pictures as they are printed, and from PDF as an
//! independent program draws it.

use std::collections::BTreeSet;
use std::sync::Arc;

use cho40::print::{Layout, Printed, Sheet, Style};
use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_syntax::Pdf;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{RenderCache, RenderSettings};

use crate::print_support::{longest, market, read_all, read_pixels, set, shortest};

const SINGLE: [Layout; 4] = [Layout::A5, Layout::A6, Layout::Sticker, Layout::Picture];
/// With their columns and rows.
const SEVERAL: [(Layout, usize, usize); 3] =
    [(Layout::A5OnA4, 2, 1), (Layout::A6OnA4, 2, 2), (Layout::StickerOnA4, 3, 4)];

#[test]
fn every_code_is_read_at_300_dots_an_inch() {
    for layout in SINGLE {
        is_read("longest", &longest(layout, Style::Colour), 300);
        is_read("shortest", &shortest(layout, Style::Contrast), 300);
    }
}

#[test]
fn every_code_is_read_at_150_dots_an_inch() {
    for (layout, style) in SINGLE.iter().flat_map(|l| Style::ALL.iter().map(move |s| (*l, *s))) {
        is_read("longest", &longest(layout, style), 150);
        is_read("shortest", &shortest(layout, style), 150);
    }
}

fn is_read(name: &str, sheet: &Sheet, dpi: u16) {
    let read = read_all(&set(name, sheet).png(dpi).unwrap());
    let payloads = [sheet.cards[0].payload.clone()];
    assert_eq!(read, payloads, "{name} {:?} {:?} {dpi}", sheet.layout, sheet.style);
}

#[test]
fn every_code_of_a_full_page_is_read() {
    for (layout, columns, rows) in SEVERAL {
        let full = longest(layout, Style::Mono);
        let page = set("full", &full);
        let same = vec![full.cards[0].payload.clone(); columns * rows];
        for dpi in [300, 150] {
            let page = page.png(dpi).unwrap();
            assert_eq!(read_apart(&page, columns, rows), same, "{layout:?} {dpi}");
        }
    }
}

#[test]
fn stalls_stand_on_a_page_in_their_order() {
    for (layout, columns, rows) in SEVERAL {
        let mut some = market(columns * rows, layout, Style::Colour);
        some.cover.clear();
        let page = set("some", &some).png(150).unwrap();
        let in_order: Vec<_> = some.cards.iter().map(|card| card.payload.clone()).collect();
        assert_eq!(read_apart(&page, columns, rows), in_order, "{layout:?}");
    }
}

/// The codes of a page's pieces, each cut out: the reader takes corners of neighbours for one
/// symbol's.
fn read_apart(page: &[u8], columns: usize, rows: usize) -> Vec<String> {
    let page = image::load_from_memory(page).unwrap().into_luma8();
    let (width, height) = (page.width() as usize / columns, page.height() as usize / rows);
    let shade = |x: usize, y: usize| page.get_pixel(x as u32, y as u32).0[0];
    apart(width, height, columns, rows, shade)
}

fn apart(
    width: usize,
    height: usize,
    columns: usize,
    rows: usize,
    shade: impl Fn(usize, usize) -> u8,
) -> Vec<String> {
    let places = (0..rows).flat_map(|row| (0..columns).map(move |column| (column, row)));
    let piece = |(column, row)| {
        read_pixels(width, height, |x, y| shade(column * width + x, row * height + y))
    };
    places.flat_map(piece).collect()
}

fn payloads(sheet: &Sheet) -> BTreeSet<String> {
    sheet.cards.iter().map(|card| card.payload.clone()).collect()
}

#[test]
fn every_code_of_a_pdf_is_read() {
    let singles = SINGLE.map(|layout| (layout, 1, 1));
    for (layout, columns, rows) in singles.into_iter().chain(SEVERAL) {
        let sheet = market(14, layout, Style::Colour);
        let mut read = BTreeSet::new();
        for (width, height, pixels) in drawn(&set("market", &sheet)) {
            let shade = |x, y| pixels[y * width + x];
            read.extend(apart(width / columns, height / rows, columns, rows, shade));
        }
        assert_eq!(read, payloads(&sheet), "{layout:?}");
    }
}

/// The pages of a PDF at 150 dots an inch, in shades of grey.
fn drawn(printed: &Printed) -> Vec<(usize, usize, Vec<u8>)> {
    let pdf = Pdf::new(printed.pdf().unwrap()).unwrap();
    let cache = RenderCache::new();
    let settings =
        InterpreterSettings { font_resolver: Arc::new(|_| None), ..InterpreterSettings::default() };
    // 150 dots for 72 points.
    let scale = 2.083_333;
    let how =
        RenderSettings { x_scale: scale, y_scale: scale, bg_color: WHITE, ..Default::default() };
    let pages = pdf.pages();
    let draw = |page| {
        let picture = hayro::render(page, &cache, &settings, &how);
        let shades = picture.data().iter().map(|pixel| pixel.g).collect();
        (usize::from(picture.width()), usize::from(picture.height()), shades)
    };
    pages.iter().map(draw).collect()
}
