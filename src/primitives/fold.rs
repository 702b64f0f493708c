//! Folding Vietnamese text to ASCII, for payloads, memos and comparisons.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Vietnamese letters without their diacritics, NFC and NFD alike; other non-ASCII characters are
/// kept, so that the caller can refuse them by name. Đ/đ have no decomposition and are mapped here.
#[must_use]
pub fn without_diacritics(text: &str) -> String {
    text.nfd()
        .filter(|c| !is_combining_mark(*c))
        .map(|c| match c {
            'Đ' => 'D',
            'đ' => 'd',
            other => other,
        })
        .collect()
}

/// What bank transfers do to a memo, undone as far as it can be: upper case, only `A–Z0–9`.
#[must_use]
pub fn memo(text: &str) -> String {
    if text.is_ascii() {
        return text
            .bytes()
            .filter(u8::is_ascii_alphanumeric)
            .map(|b| char::from(b.to_ascii_uppercase()))
            .collect();
    }
    without_diacritics(text)
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_uppercase())
        .collect()
}

/// A person's or company's name as bank apps show it: ASCII upper case, single spaces.
/// Two names that fold alike are the same holder.
#[must_use]
pub fn name(text: &str) -> String {
    without_diacritics(text)
        .to_uppercase()
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}
