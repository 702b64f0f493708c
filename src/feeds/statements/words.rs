//! Words of headings and lines, told apart without tone marks and case.

use crate::primitives::fold;

/// `Ngày giao dịch / Transaction date` → `ngay giao dich transaction date`.
pub(super) fn folded(text: &str) -> String {
    let plain = fold::without_diacritics(text).to_lowercase();
    let words = plain.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

/// Whether a phrase stands in a folded text as whole words.
pub(super) fn has(folded: &str, phrase: &str) -> bool {
    folded.match_indices(phrase).any(|(at, _)| {
        let before = at.checked_sub(1).and_then(|at| folded.as_bytes().get(at));
        let after = folded.as_bytes().get(at + phrase.len());
        [before, after].into_iter().all(|byte| byte.is_none_or(|byte| *byte == b' '))
    })
}

/// Whether a folded text begins with a phrase, as whole words.
pub(super) fn begins(folded: &str, phrase: &str) -> bool {
    folded.strip_prefix(phrase).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
}
