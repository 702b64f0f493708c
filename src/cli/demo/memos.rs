//! What becomes of a memo between the payer's phone and the feed.

use super::dice::Dice;
use super::words::{Memos, Wrapper};
use crate::primitives::{UnixMs, fold};

/// Vietcombank cuts memos into lines of this length.
const LINE: usize = 35;
/// Stands before the reference where the bank shows its feeds no other transfers.
const SEVQR: &str = "SEVQR ";

/// What a payer writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Says<'r> {
    /// The reference of the scanned code.
    Reference(&'r str),
    /// The same, typed by hand with a wrong symbol.
    Mistyped(&'r str),
    Nothing,
    Personal,
    Outgoing,
}

/// Who sends what to whom.
pub struct Envelope<'e> {
    pub says: Says<'e>,
    /// BIN of the receiving bank.
    pub bin: &'e str,
    pub after_sevqr: bool,
    pub account: &'e str,
    pub holder: &'e str,
    pub payer: &'e str,
    pub occurred_at: UnixMs,
}

/// The memo as the feed reports it.
pub fn wrapped(memos: &Memos, envelope: &Envelope<'_>, dice: &mut Dice) -> String {
    let payer = fold::name(envelope.payer);
    let text = written(memos, envelope, &payer, dice);
    let fits = |wrapper: &&Wrapper| {
        wrapper.banks.is_empty() || wrapper.banks.iter().any(|bin| bin == envelope.bin)
    };
    let fitting: Vec<&Wrapper> = memos.wrappers.iter().filter(fits).collect();
    let Some(wrapper) = dice.pick(&fitting) else { return text };
    let mut memo = filled(&wrapper.pattern, envelope, &payer, &text, dice);
    if wrapper.cut {
        memo = cut(&memo, if dice.chance(500) { " " } else { "" });
    }
    if dice.chance(250) {
        memo = memo.to_ascii_uppercase();
    }
    if dice.chance(80) {
        memo.retain(|c| c != ' ');
    }
    memo
}

fn written(memos: &Memos, envelope: &Envelope<'_>, payer: &str, dice: &mut Dice) -> String {
    let reference = match envelope.says {
        Says::Reference(reference) => reference.to_owned(),
        Says::Mistyped(reference) => mistyped(reference, dice),
        Says::Nothing => return dice.word(&memos.plain).replace("{payer}", payer),
        Says::Personal => return dice.word(&memos.personal).replace("{payer}", payer),
        Says::Outgoing => return dice.word(&memos.outgoing).to_owned(),
    };
    let word = if envelope.after_sevqr { SEVQR } else { "" };
    let mut text = format!("{word}{reference}");
    if dice.chance(400) {
        text = format!("{text} {}", dice.word(&memos.notes));
    }
    if dice.chance(100) { text.to_ascii_lowercase() } else { text }
}

/// The last symbol becomes another one, so the check symbols no longer fit.
fn mistyped(reference: &str, dice: &mut Dice) -> String {
    let mut text = reference.to_owned();
    let last = text.pop();
    let others = ['2', '3', '7', 'X'];
    let other = dice.pick(&others).copied().filter(|other| Some(*other) != last);
    text.push(other.unwrap_or('9'));
    text
}

/// Puts names and numbers into a pattern; a word in braces that is none of ours stays as it is.
fn filled(
    pattern: &str,
    envelope: &Envelope<'_>,
    payer: &str,
    text: &str,
    dice: &mut Dice,
) -> String {
    let number = dice.digits(12);
    let mut memo = String::with_capacity(pattern.len() + text.len() + 64);
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once('{') {
        memo.push_str(before);
        let Some((word, after)) = after.split_once('}') else { break };
        match word {
            "text" => memo.push_str(text),
            "payer" => memo.push_str(payer),
            "holder" => memo.push_str(envelope.holder),
            "to" => memo.push_str(envelope.account),
            "from" => memo.push_str(&dice.digits(10)),
            "n" => memo.push_str(&number),
            "time" => memo.push_str(&bank_time(envelope.occurred_at)),
            other => memo.push_str(&random_part(other, dice)),
        }
        rest = after;
    }
    memo.push_str(rest);
    memo
}

/// `d6`: six digits; `x8`: eight letters and digits.
fn random_part(word: &str, dice: &mut Dice) -> String {
    let count = word.get(1..).and_then(|count| count.parse().ok()).unwrap_or_default();
    if word.starts_with('d') { dice.digits(count) } else { dice.letters_and_digits(count) }
}

/// `061225-16:07:43`
fn bank_time(at: UnixMs) -> String {
    let text = at.to_string();
    let part = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
    format!("{}{}{}-{}", part(8, 10), part(5, 7), part(2, 4), part(11, 19))
}

fn cut(memo: &str, joint: &str) -> String {
    let lines: Vec<&str> =
        memo.as_bytes().chunks(LINE).filter_map(|line| std::str::from_utf8(line).ok()).collect();
    lines.join(joint)
}

#[cfg(test)]
mod tests {
    use super::super::words::Words;
    use super::*;
    use crate::vietqr;

    #[test]
    fn a_reference_survives_every_wrapper_and_a_mistyped_one_never_passes() {
        let words = Words::load().unwrap();
        let mut dice = Dice::new(1, "memos", 0);
        let bins = words.memos.wrappers.iter().flat_map(|wrapper| wrapper.banks.clone());
        let bins: Vec<String> = bins.chain([String::from("971005")]).collect();
        for round in 0..200 {
            for bin in &bins {
                let mut envelope = Envelope {
                    says: Says::Reference("CJW012346A"),
                    bin,
                    after_sevqr: bin == "970415",
                    account: "0011012345678",
                    holder: "NGUYEN THI LAI",
                    payer: "Trần Văn Tèo",
                    occurred_at: UnixMs(1_795_496_400_000),
                };
                let memo = wrapped(&words.memos, &envelope, &mut dice);
                let found: Vec<_> = vietqr::scan(&memo).iter().map(ToString::to_string).collect();
                assert_eq!(found, ["CJW012346A"], "{round} {memo}");
                assert!(memo.is_ascii() && !memo.contains(['{', '}']), "{memo}");
                envelope.says = Says::Mistyped("CJW012346A");
                let memo = wrapped(&words.memos, &envelope, &mut dice);
                assert!(vietqr::scan(&memo).is_empty(), "{memo}");
            }
        }
    }
}
