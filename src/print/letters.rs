//! Letters that the program's font has. One that it lacks would be an empty place on the paper, and a
//! name of such letters an empty name: so nothing is printed with it, and it is said which.

use std::collections::{BTreeMap, HashSet};
use std::sync::LazyLock;

use typst::layout::Abs;
use typst::text::{Font, FontVariations, is_default_ignorable};

use super::press;
use crate::primitives::Refusal;

/// Stands for a letter that cannot be printed, where a name is only to be recognised.
const LACKING: char = '?';

/// What all of its weights have.
static LETTERS: LazyLock<HashSet<u32>> = LazyLock::new(|| {
    let of = |font: Font| font.info().coverage.iter().collect::<HashSet<u32>>();
    let common = |one: HashSet<u32>, other: HashSet<u32>| &one & &other;
    press::fonts().into_iter().map(of).reduce(common).unwrap_or_default()
});

/// `letters.json`: of each letter, its width in thousandths of an em, in the widest of the weights.
/// Templates add them up where a text is sure to fit, since typst's measuring sets a text in full.
static WIDTHS: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let fonts = press::fonts().into_iter().map(|font| {
        let variant = font.info().variant;
        font.instantiate(variant, Abs::pt(10.0), &FontVariations::default())
    });
    let mut widths = BTreeMap::<char, u32>::new();
    for font in fonts {
        let units_per_em = u32::from(font.ttf().units_per_em());
        for letter in LETTERS.iter().filter_map(|letter| char::from_u32(*letter)) {
            let glyph = font.ttf().glyph_index(letter);
            let units = glyph.and_then(|glyph| font.ttf().glyph_hor_advance(glyph));
            // A mark on the letter before it is measured.
            if let Some(units) = units.filter(|units| *units > 0) {
                let width = (u32::from(units) * 1_000).div_ceil(units_per_em);
                let widest = widths.entry(letter).or_default();
                *widest = width.max(*widest);
            }
        }
    }
    serde_json::to_vec(&widths).unwrap_or_else(|_| b"{}".to_vec())
});

pub(super) fn widths() -> Vec<u8> {
    WIDTHS.clone()
}

fn is_there(letter: char) -> bool {
    letter.is_whitespace() || is_default_ignorable(letter) || LETTERS.contains(&u32::from(letter))
}

/// What of a text cannot be printed, each letter once. The text is NFC.
#[must_use]
pub fn lacking(text: &str) -> Vec<char> {
    let mut found = Vec::new();
    for letter in text.chars().filter(|letter| !is_there(*letter)) {
        if !found.contains(&letter) {
            found.push(letter);
        }
    }
    found
}

/// Whether texts of a stall, or of a market, can be printed: (field of the register, text).
///
/// # Errors
/// `print-letters` on the field, with `letters`, `text` and whose it is (`of`).
pub fn check(of: &str, texts: &[(&'static str, &str)]) -> Result<(), Refusal> {
    for (field, text) in texts {
        let letters = lacking(text);
        if !letters.is_empty() {
            let letters: Vec<String> = letters.into_iter().map(String::from).collect();
            let refusal = Refusal::conflict("print-letters").on(*field).with("of", of);
            return Err(refusal.with("text", text).with("letters", letters.join(" ")));
        }
    }
    Ok(())
}

/// A text with a sign for each letter that cannot be printed.
#[must_use]
pub fn legible(text: &str) -> String {
    text.chars().map(|letter| if is_there(letter) { letter } else { LACKING }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vietnamese_can_be_printed_and_other_scripts_are_named() {
        assert!(lacking("Nguyễn Thị Ánh – Sạp B-12 (Đỗ)").is_empty());
        assert_eq!(lacking("陳大文 😀 陳"), ['陳', '大', '文', '😀']);
        assert_eq!(legible("Bà ថាច់ 2"), "Bà ???? 2");
        let refused = check("Z", &[("stall", "Z"), ("vendor", "Lý 大")]).unwrap_err();
        assert_eq!((refused.code, refused.field.as_deref()), ("print-letters", Some("vendor")));
        assert!(refused.to_string().contains("letters=大"), "{refused}");
    }
}
