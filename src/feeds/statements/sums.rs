//! Rows that are no transfers: sums, balances, numbers of pages. Most have no date; where one has a
//! date and an amount, it is left out only if every word of it says what it is.

use super::words;

/// How such rows begin, as banks write them.
const PHRASES: [&str; 28] = [
    "so du dau",
    "so du cuoi",
    "du dau",
    "du cuoi",
    "so du ky truoc",
    "so du mang sang",
    "so du chuyen",
    "opening balance",
    "closing balance",
    "beginning balance",
    "ending balance",
    "balance brought forward",
    "balance carried forward",
    "balance b f",
    "balance c f",
    "tong phat sinh",
    "cong phat sinh",
    "tong cong phat sinh",
    "tong so phat sinh",
    "phat sinh trong ky",
    "phat sinh trong ngay",
    "tong ghi no",
    "tong ghi co",
    "total debit",
    "total credit",
    "total transactions",
    "luy ke",
    "tong so giao dich",
];
/// Shorter ones, which memos begin with too.
const SHORT: [&str; 6] = ["tong cong", "tong so", "total", "sub total", "grand total", "so du"];
/// People and companies are called so too: nothing else may stand beside them.
const ALONE: [&str; 5] = ["tong", "cong", "balance", "trang", "page"];
/// Words that a row of a sum is made of, besides numbers.
const WORDS: [&str; 50] = [
    "tong",
    "cong",
    "so",
    "du",
    "dau",
    "cuoi",
    "ky",
    "phat",
    "sinh",
    "trong",
    "ngay",
    "thang",
    "nam",
    "no",
    "co",
    "ghi",
    "tien",
    "opening",
    "closing",
    "beginning",
    "ending",
    "balance",
    "total",
    "debit",
    "credit",
    "amount",
    "transactions",
    "transaction",
    "giao",
    "dich",
    "brought",
    "carried",
    "forward",
    "b",
    "f",
    "c",
    "of",
    "for",
    "the",
    "period",
    "tu",
    "den",
    "vnd",
    "luy",
    "ke",
    "mang",
    "sang",
    "chuyen",
    "truoc",
    "nay",
];

/// What a cell says of its row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sum {
    /// It begins like one; a person's memo may too.
    Perhaps,
    Surely,
}

/// Whether the cell of a row without a date names a sum.
pub(super) fn is_named(text: &str) -> bool {
    let folded = words::folded(text);
    begins(&folded, &PHRASES) || begins(&folded, &SHORT) || stands_alone(&folded)
}

/// What the cell of a row with a date and an amount says; `None`: nothing about a sum.
pub(super) fn weigh(text: &str) -> Option<Sum> {
    let folded = words::folded(text);
    let is_number = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit());
    let says_only = folded.split(' ').all(|word| is_number(word) || WORDS.contains(&word));
    match (begins(&folded, &PHRASES), says_only) {
        (true, true) => Some(Sum::Surely),
        (true, false) => Some(Sum::Perhaps),
        (false, true) if begins(&folded, &SHORT) || stands_alone(&folded) => Some(Sum::Perhaps),
        _ => None,
    }
}

fn stands_alone(folded: &str) -> bool {
    ALONE.contains(&folded.trim_end_matches(|c: char| c.is_ascii_digit() || c == ' '))
}

fn begins(folded: &str, phrases: &[&str]) -> bool {
    phrases.iter().any(|phrase| words::begins(folded, phrase))
}
