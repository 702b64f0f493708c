//! The text of a PDF can be selected: another program reads it by the file's own tables.

use std::sync::Arc;

use cho40::print::{Layout, Style};
use hayro::hayro_interpret::font::Glyph;
use hayro::hayro_interpret::hayro_cmap::BfString;
use hayro::hayro_interpret::{
    BlendMode, ClipPath, Context, Device, GlyphDrawMode, Image, InterpreterCache,
    InterpreterSettings, Paint, PathDrawMode, SoftMask, interpret_page,
};
use hayro::hayro_syntax::Pdf;
use hayro::vello_cpu::kurbo::{Affine, BezPath, Rect};

use crate::print_support::{longest, market, sample, set};

/// What is copied out of a page.
#[derive(Default)]
struct Copied(String);

impl Device<'_> for Copied {
    fn set_soft_mask(&mut self, _: Option<SoftMask<'_>>) {}
    fn set_blend_mode(&mut self, _: BlendMode) {}
    fn draw_path(&mut self, _: &BezPath, _: Affine, _: &Paint<'_>, _: &PathDrawMode) {}
    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'_>>, _: BlendMode) {}
    fn draw_glyph(
        &mut self,
        glyph: &Glyph<'_>,
        _: Affine,
        _: Affine,
        _: &Paint<'_>,
        _: &GlyphDrawMode,
    ) {
        match glyph.as_unicode().expect("a letter that cannot be copied") {
            BfString::Char(letter) => self.0.push(letter),
            BfString::String(letters) => self.0.push_str(&letters),
        }
    }
    fn draw_image(&mut self, _: Image<'_, '_>, _: Affine) {}
    fn pop_clip_path(&mut self) {}
    fn pop_transparency_group(&mut self) {}
}

/// The texts of a file's pages, without spaces.
pub fn copied(file: Vec<u8>) -> Vec<String> {
    let pdf = Pdf::new(file).unwrap();
    let settings =
        InterpreterSettings { font_resolver: Arc::new(|_| None), ..InterpreterSettings::default() };
    let text = |page| {
        let (cache, mut copied) = (InterpreterCache::new(), Copied::default());
        let all = Rect::new(0.0, 0.0, 10_000.0, 10_000.0);
        let xref = pdf.xref();
        let mut context = Context::new(Affine::IDENTITY, all, &cache, xref, settings.clone());
        interpret_page(page, &mut context, &mut copied);
        copied.0.split_whitespace().collect()
    };
    pdf.pages().iter().map(text).collect()
}

#[test]
fn what_a_card_says_can_be_copied() {
    for layout in [Layout::A5, Layout::A6, Layout::Sticker, Layout::Picture] {
        for sheet in [sample(layout, Style::Colour), longest(layout, Style::Mono)] {
            let [text] = &copied(set("copied", &sheet).pdf().unwrap())[..] else { panic!("pages") };
            let card = &sheet.cards[0];
            let line = "Quét mã · Xem đúng tên · Nhập số tiền";
            // The number in one piece, without the gaps that are seen between its groups.
            for words in [&*card.vendor, &card.holder, &card.account, &card.check_code, line] {
                let dense: String = words.split_whitespace().collect();
                assert!(text.contains(&dense), "{layout:?}: no {words} in {text}");
            }
        }
    }
}

#[test]
fn the_list_can_be_copied_too() {
    let pages = copied(set("list", &market(30, Layout::A6OnA4, Style::Colour)).pdf().unwrap());
    assert_eq!(pages.len(), 1 + 8);
    assert!(pages[0].contains("Danhsáchphátthẻ") && pages[0].contains("A-30NguyễnThịMẫu"));
    assert!(pages[8].contains("A-29") && pages[8].contains("A-30"), "{}", pages[8]);
}
