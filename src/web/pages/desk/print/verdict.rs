//! What a code that was seen on a stall is, in plain words.

use super::super::super::Words;
use crate::registry::code_verdicts::{CodeVerdict, SeenCode};

/// A code of a photo; the remarks are told already.
pub(in super::super) struct Seen {
    /// Bank and number, or whose code it is, and the name in it.
    pub what: String,
    pub verdict: String,
    pub remarks: Vec<String>,
    pub is_right: bool,
    /// It is not to be paid: a stranger's, or nobody knows whose.
    pub is_bad: bool,
}

pub(in super::super) fn seen(words: Words, one: &SeenCode) -> Seen {
    let code = &one.code;
    let bank = code.bank.or(code.scheme);
    let wallet = code.wallet.filter(|wallet| Some(*wallet) != bank);
    let parts = [wallet, bank, code.number.as_deref(), code.name.as_deref()];
    let mut what = parts.into_iter().flatten().collect::<Vec<_>>().join(", ");
    if what.is_empty() {
        what = words.say("desk-found-no-name");
    }
    let word = one.result.as_str().replace('_', "-");
    let remarks = one.remarks.iter().map(|remark| {
        let text = words.0.text(&format!("remark-{}", remark.code.as_str()), &[]);
        text.unwrap_or_default()
    });
    Seen {
        what,
        verdict: words.say(&format!("desk-found-{word}")),
        remarks: remarks.collect(),
        is_right: one.result == CodeVerdict::Right,
        is_bad: matches!(one.result, CodeVerdict::WrongAccount | CodeVerdict::Unknown),
    }
}
