//! Text files as banks write them: UTF-8 with or without its mark, UTF-16, and windows-1258.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE, WINDOWS_1258};
use unicode_normalization::UnicodeNormalization as _;

use super::refused;
use crate::primitives::Refusal;

/// Of the first bytes, how many must be zero for a text without a mark to be UTF-16.
const LOOKED_AT: usize = 400;

/// The text of a file: its own bytes where they are UTF-8, because a second copy of a large file is its
/// size again.
pub(super) fn text(bytes: &[u8]) -> Result<Cow<'_, str>, Refusal> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let (text, malformed) =
            encoding.decode_without_bom_handling(bytes.get(mark..).unwrap_or_default());
        return if malformed { Err(refused("statement-unreadable")) } else { Ok(text) };
    }
    if let Some(encoding) = utf_16(bytes) {
        let (text, malformed) = encoding.decode_without_bom_handling(bytes);
        return if malformed { Err(refused("statement-unreadable")) } else { Ok(text) };
    }
    if bytes.contains(&0) {
        return Err(refused("statement-format-unknown"));
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok(Cow::Borrowed(text));
    }
    // Its tone marks stand behind the letters.
    Ok(Cow::Owned(WINDOWS_1258.decode_without_bom_handling(bytes).0.nfc().collect()))
}

/// UTF-16 without a mark: in a table most bytes of one half are zero.
fn utf_16(bytes: &[u8]) -> Option<&'static Encoding> {
    let zeros = |odd: usize| {
        let half = bytes.iter().take(LOOKED_AT).skip(odd).step_by(2);
        (half.clone().filter(|byte| **byte == 0).count() * 2, half.count())
    };
    let [(even_zeros, evens), (odd_zeros, odds)] = [zeros(0), zeros(1)];
    match (even_zeros > evens, odd_zeros > odds) {
        (false, true) => Some(UTF_16LE),
        (true, false) => Some(UTF_16BE),
        _ => None,
    }
}
