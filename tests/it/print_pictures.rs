//! Every layout as a coarse picture of letters, so that a change of a template is seen in review.

use std::fmt::Write as _;

use cho40::print::forms::Form;
use cho40::print::{Layout, Paper, Style, samples};

use crate::print_support::{longest, market, sample, set};

/// From white to black.
const SHADES: [char; 6] = [' ', '.', ':', '+', '#', '@'];
/// Dots an inch, of which a letter stands for 3 × 6.
const DPI: u16 = 36;

/// A page, darkness by darkness.
fn coarse(png: &[u8]) -> String {
    let picture = image::load_from_memory(png).unwrap().into_luma8();
    let mut text = String::new();
    for row in 0..picture.height().div_ceil(6) {
        let mut line = String::new();
        for column in 0..picture.width().div_ceil(3) {
            let spots = (0..18).map(|n| (3 * column + n % 3, 6 * row + n / 3));
            let inside = spots.filter(|(x, y)| *x < picture.width() && *y < picture.height());
            let shades = inside.map(|(x, y)| u32::from(picture.get_pixel(x, y).0[0]));
            let shades: Vec<u32> = shades.collect();
            let dark = 255 - shades.iter().sum::<u32>() / shades.len() as u32;
            // A hair's breadth of grey is no letter.
            line.push(SHADES[((dark + 12) * 6 / 268) as usize]);
        }
        writeln!(text, "{}", line.trim_end()).unwrap();
    }
    text
}

#[test]
fn every_layout_looks_as_it_did() {
    let mut all = String::new();
    for layout in Layout::ALL {
        let page = set("coarse", &sample(*layout, Style::Colour)).png(DPI).unwrap();
        writeln!(all, "{}\n{}", layout.as_str(), coarse(&page)).unwrap();
    }
    insta::assert_snapshot!("layouts", all);
}

#[test]
fn every_style_looks_as_it_did() {
    let mut all = String::new();
    for style in Style::ALL {
        let page = set("coarse", &longest(Layout::A6, *style)).png(DPI).unwrap();
        writeln!(all, "{}\n{}", style.as_str(), coarse(&page)).unwrap();
    }
    let list = set("coarse", &market(60, Layout::A6, Style::Mono)).png(DPI).unwrap();
    writeln!(all, "list\n{}", coarse(&list)).unwrap();
    insta::assert_snapshot!("styles", all);
}

/// The first pages of all papers but cards.
#[test]
fn every_other_paper_looks_as_it_did() {
    fn draw(all: &mut String, name: &str, paper: &(impl Paper + Sync)) {
        let page = set("coarse", paper).png(DPI).unwrap();
        writeln!(all, "{name}\n{}", coarse(&page)).unwrap();
    }
    let mut all = String::new();
    draw(&mut all, "list", &samples::list(Layout::A6, Style::Colour).unwrap());
    draw(&mut all, "visits", &samples::visits(Style::Mono));
    draw(&mut all, "book", &samples::book().unwrap());
    draw(&mut all, "slip", &samples::slip());
    draw(&mut all, "consent", &samples::form(Form::Consent));
    draw(&mut all, "first_visit", &samples::form(Form::FirstVisit));
    insta::assert_snapshot!("papers", all);
}
