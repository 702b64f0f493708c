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

/// A text by its words and numbers, as people sort what is numbered: `A-2` before `A-10`, and `A2`
/// beside `a-2`. Each part is a word, lower case without diacritics or signs, and the number after it.
#[must_use]
pub fn natural(text: &str) -> Vec<(String, u64)> {
    let text = without_diacritics(text).to_lowercase();
    let characters: Vec<char> = text.chars().collect();
    let mut parts: Vec<(String, u64)> = Vec::new();
    let mut word = String::new();
    for run in characters.chunk_by(|a, b| a.is_ascii_digit() == b.is_ascii_digit()) {
        if run.iter().all(char::is_ascii_digit) {
            let number = run.iter().collect::<String>().parse().unwrap_or(u64::MAX);
            parts.push((std::mem::take(&mut word), number));
        } else {
            word = run.iter().filter(|c| c.is_alphanumeric()).collect();
        }
    }
    if !word.is_empty() {
        parts.push((word, 0));
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::natural;

    #[test]
    fn what_is_numbered_is_sorted_as_people_count() {
        let mut codes = ["B-1", "A-10", "Đ2", "A2", "a-1b", "A-1", "12", "A", "2", "Á 3", "A-2b"];
        codes.sort_by_key(|code| natural(code));
        assert_eq!(
            codes,
            ["2", "12", "A", "A-1", "a-1b", "A2", "A-2b", "Á 3", "A-10", "B-1", "Đ2"]
        );
        assert_eq!(natural("A12"), natural("a-12"));
        assert_eq!(natural("A-99999999999999999999"), [("a".to_owned(), u64::MAX)]);
    }
}
