//! Characters that nobody sees: they make two names look like one, or turn a line around.

use unicode_normalization::char::is_combining_mark;

/// Format characters (zero width, bidirectional, tags), line separators and letters that are drawn
/// as nothing. Vietnamese needs none of them.
#[must_use]
pub const fn is_hidden(character: char) -> bool {
    matches!(
        character,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{2800}'
            | '\u{3164}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e00ff}'
    )
}

/// Whether there is anything to see: not only spaces, accents without a letter and variants.
#[must_use]
pub fn is_visible(text: &str) -> bool {
    let is_variant = |c| matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}');
    text.chars().any(|c| {
        !c.is_whitespace()
            && !c.is_control()
            && !is_hidden(c)
            && !is_combining_mark(c)
            && !is_variant(c)
    })
}
