//! Texts of notices: one form for all, and what they may hold.

use unicode_normalization::UnicodeNormalization;

use super::words::{ACCOUNT_WORDS, ADVERTISING_WORDS, IN_WORDS, OUT_WORDS, SECRET_WORDS};
use crate::primitives::fold;

/// A bank's notice is a few hundred characters; nothing longer is read.
pub const MAX_TEXT_CHARS: usize = 2_000;
/// In place of each digit of a balance.
pub(super) const MASK: char = '#';

/// The form in which texts are compared: composed letters, single blanks, no control or unseen
/// characters, and no braces, which mark the fields of a pattern.
#[must_use]
pub fn normalised(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    // Before letters are composed: an unseen character between them would keep them apart.
    for c in text.chars().filter(|c| !is_unseen(*c)).nfc() {
        let c = match c {
            '{' => '(',
            '}' => ')',
            // Minus signs of typesetters.
            '\u{2212}' | '\u{2013}' => '-',
            c if c.is_whitespace() => ' ',
            c => c,
        };
        if c != ' ' || !(out.is_empty() || out.ends_with(' ')) {
            out.push(c);
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// Characters without a picture: control characters, soft hyphens, and what joins letters or
/// turns their direction. Apps put them in or leave them out, and words could hide behind them.
fn is_unseen(c: char) -> bool {
    c.is_control() && !c.is_whitespace()
        || matches!(
            c,
            '\u{ad}'
                | '\u{34f}'
                | '\u{61c}'
                | '\u{115f}'
                | '\u{1160}'
                | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200f}'
                | '\u{202a}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{fe00}'..='\u{fe0f}'
                | '\u{feff}'
        )
}

/// For looking words up: no diacritics, lower case.
pub(super) fn folded(text: &str) -> String {
    fold::without_diacritics(text).to_lowercase()
}

/// What a text that no template reads is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// It may hold a one-time password or another secret: it is kept nowhere, not even in a log.
    Secret,
    /// It tells of a sum, and is surely neither of the next two: a person may mark it.
    MoneyIn,
    /// It tells of money out, which is nobody's business.
    MoneyOut,
    /// Without a sum, a balance alone, advertising, a reminder.
    NoTransfer,
}

/// Words that stand before a balance, folded.
const BALANCE_WORDS: [&str; 7] =
    ["so du", "sodu", "sd", "balance", "kha dung", "bal", "so tien hien tai"];
/// Words between a balance word and its number, folded.
const FILLER_WORDS: [&str; 14] = [
    "kha",
    "dung",
    "cuoi",
    "hien",
    "tai",
    "moi",
    "con",
    "lai",
    "la",
    "is",
    "vnd",
    "sau",
    "available",
    "current",
];
/// A bare number right behind a balance word is one from this length on.
const BARE_BALANCE_DIGITS: usize = 4;
/// A heading of notices about transfers, which is no balance.
const CHANGE_HEADING: &str = "bien dong so du";
/// Words right before a sum that say that it came or went, folded.
const CREDIT_WORDS: [&str; 4] = ["tang", "nhan", "nhan duoc", "ghi co"];
const DEBIT_WORDS: [&str; 4] = ["giam", "ghi no", "tru", "rut"];
const CURRENCY_WORDS: [&str; 10] =
    ["vnd", "dong", "d", "vnđ", "₫", "k", "nghin", "ngan", "trieu", "tr"];

/// Judges a normalised text that no template reads.
#[must_use]
pub fn sort(text: &str) -> Sort {
    if speaks_of_secrets(text) {
        return Sort::Secret;
    }
    let folded = folded(text);
    let sums = sums(&folded);
    let mut moved = sums.iter().filter(|sum| !sum.is_balance);
    let Some(first) = moved.next() else { return Sort::NoTransfer };
    if first.sign == Some('-') {
        return Sort::MoneyOut;
    }
    let is_signed = first.sign == Some('+') || moved.any(|sum| sum.sign == Some('+'));
    let says = |words: &[&str]| words.iter().any(|word| has_word(&folded, word));
    if is_signed || says(&ACCOUNT_WORDS) {
        Sort::MoneyIn
    } else if says(&ADVERTISING_WORDS) {
        Sort::NoTransfer
    } else if says(&OUT_WORDS) && !says(&IN_WORDS) {
        Sort::MoneyOut
    } else {
        // A sum that nothing explains may be a payment in words that we do not know.
        Sort::MoneyIn
    }
}

/// Whether a text may hold a one-time password or another secret.
#[must_use]
pub fn speaks_of_secrets(text: &str) -> bool {
    let folded = folded(text);
    // Banks prefix it: sOTP, eOTP, SmartOTP.
    let mut otps = folded.match_indices("otp").filter_map(|(at, otp)| folded.get(at + otp.len()..));
    otps.any(|after| !after.starts_with(char::is_alphabetic))
        || SECRET_WORDS.iter().any(|word| has_word(&folded, word))
}

/// The text with its balances masked, as far as they can be told without a template.
#[must_use]
pub fn without_balances(text: &str) -> String {
    // Folding keeps no places; each letter folded alone does.
    let letters: Vec<char> = text.chars().collect();
    let folded: String = letters.iter().map(|c| fold_letter(*c)).collect();
    let mut masked = letters;
    for sum in sums(&folded).iter().filter(|sum| sum.is_balance) {
        let from = folded.get(..sum.from).map_or(0, |before| before.chars().count());
        let count = folded.get(sum.from..sum.to).map_or(0, |digits| digits.chars().count());
        for c in masked.iter_mut().skip(from).take(count).filter(|c| c.is_ascii_digit()) {
            *c = MASK;
        }
    }
    masked.into_iter().collect()
}

/// The text with every number of four to eight digits masked that stands alone: what a
/// one-time password looks like. References of ours have letters.
#[must_use]
pub fn without_codes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_inclusive(|c: char| !c.is_alphanumeric()) {
        let digits = word.trim_end_matches(|c: char| !c.is_alphanumeric());
        let is_code =
            (4..=8).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
        if is_code {
            out.extend(word.chars().map(|c| if c.is_ascii_digit() { MASK } else { c }));
        } else {
            out.push_str(word);
        }
    }
    out
}

/// One folded letter for one letter, so that places stay.
fn fold_letter(c: char) -> char {
    let folded = fold::without_diacritics(c.encode_utf8(&mut [0; 4]));
    let mut lower = folded.chars().flat_map(char::to_lowercase);
    match (lower.next(), lower.next()) {
        (Some(only), None) => only,
        _ => c,
    }
}

/// A number that seems to be a sum of money.
struct Sum {
    from: usize,
    to: usize,
    sign: Option<char>,
    is_balance: bool,
}

/// The sums of a folded text: numbers in groups of three, or before a currency.
fn sums(folded: &str) -> Vec<Sum> {
    let bytes = folded.as_bytes();
    let (mut found, mut at, mut told_until) = (Vec::new(), 0, 0);
    while let Some(offset) =
        bytes.get(at..).and_then(|rest| rest.iter().position(u8::is_ascii_digit))
    {
        let from = at + offset;
        let run = bytes.get(from..).unwrap_or_default();
        let is_part = |b: &u8| b.is_ascii_digit() || matches!(b, b'.' | b',' | b'#');
        let mut to = from + run.iter().position(|b| !is_part(b)).unwrap_or(run.len());
        while to > from && bytes.get(to - 1).is_some_and(|b| matches!(b, b'.' | b',')) {
            to -= 1;
        }
        at = to.max(from + 1);
        let (before, digits) = (folded.get(..from), folded.get(from..to));
        let (Some(before), Some(digits), Some(after)) = (before, digits, folded.get(to..)) else {
            continue;
        };
        let context = folded.get(told_until..from).unwrap_or_default();
        let context = context.replace(CHANGE_HEADING, "");
        let is_right_behind = is_right_behind_balance_word(&context);
        let spaced = if is_right_behind { spaced_groups(after) } else { 0 };
        let bare = before.strip_suffix("vnd").unwrap_or(before);
        let is_inside_word = bare.ends_with(|c: char| c.is_alphanumeric());
        let is_bare_balance = is_right_behind
            && digits.bytes().filter(u8::is_ascii_digit).count() + spaced >= BARE_BALANCE_DIGITS;
        let is_sum = !is_inside_word && (is_grouped(digits) || is_before_currency(after));
        if !is_sum && !is_bare_balance {
            continue;
        }
        to += spaced;
        at = to;
        let after = folded.get(to..).unwrap_or_default();
        let sign = sign_of(before, after);
        // A sum with a sign has moved, whatever stands before it.
        let is_balance =
            sign.is_none() && BALANCE_WORDS.iter().any(|word| has_word(&context, word));
        found.push(Sum { from, to, sign, is_balance });
        told_until = to;
    }
    found
}

/// Whether a balance word has just been said, with nothing behind it that names another number:
/// `so du cuoi la: `, also without a blank, `sd`, but not `so du tk `.
fn is_right_behind_balance_word(context: &str) -> bool {
    let ends = BALANCE_WORDS.iter().flat_map(|word| {
        context.match_indices(word).filter_map(|(at, word)| {
            let before = context.get(..at)?;
            (!before.ends_with(char::is_alphabetic)).then_some(at + word.len())
        })
    });
    let Some(between) = ends.max().and_then(|end| context.get(end..)) else { return false };
    let mut words = between.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty());
    !between.contains(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-'))
        && words.all(|word| FILLER_WORDS.contains(&word))
}

/// Bytes of further groups of three digits behind blanks: ` 250 000`.
fn spaced_groups(after: &str) -> usize {
    let mut rest = after.as_bytes();
    while let [b' ', one, two, three, more @ ..] = rest {
        let is_group = [one, two, three].into_iter().all(u8::is_ascii_digit);
        if !is_group || more.first().is_some_and(u8::is_ascii_alphanumeric) {
            break;
        }
        rest = more;
    }
    after.len() - rest.len()
}

/// `50.000` and `1,250,000`, but neither `10.15` nor `2026`.
fn is_grouped(digits: &str) -> bool {
    let mut groups = digits.split(['.', ',']);
    let first = groups.next().unwrap_or_default();
    let rest: Vec<_> = groups.collect();
    (1..=3).contains(&first.len())
        && !rest.is_empty()
        && rest.iter().enumerate().all(|(place, group)| {
            group.len() == 3 || place + 1 == rest.len() && place > 0 && matches!(*group, "0" | "00")
        })
}

fn is_before_currency(after: &str) -> bool {
    let after = after.trim_start();
    CURRENCY_WORDS.iter().any(|word| {
        after.strip_prefix(word).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
    })
}

/// The sign right before a sum, also with a blank, a bracket or the currency between, or the word
/// that stands for it. A dash between blanks is none where the sum is said to have come.
fn sign_of(before: &str, after: &str) -> Option<char> {
    let near = before.trim_end_matches([' ', ')', '(', ':']);
    let near = near.strip_suffix("vnd").unwrap_or(near).trim_end();
    let ends_with = |word: &&str| {
        near.strip_suffix(*word).is_some_and(|rest| !rest.ends_with(char::is_alphanumeric))
    };
    if CREDIT_WORDS.iter().any(ends_with) || is_dash_of_credit(before, after) {
        return Some('+');
    }
    if DEBIT_WORDS.iter().any(ends_with) {
        return Some('-');
    }
    near.chars().next_back().filter(|c| matches!(c, '+' | '-'))
}

fn is_dash_of_credit(before: &str, after: &str) -> bool {
    let after = after.trim_start();
    let currency = CURRENCY_WORDS.iter().filter_map(|word| after.strip_prefix(word));
    let words = currency.min_by_key(|rest| rest.len()).unwrap_or(after).trim_start();
    before.ends_with(" - ")
        && CREDIT_WORDS
            .iter()
            .filter_map(|word| words.strip_prefix(word))
            .any(|rest| !rest.starts_with(char::is_alphanumeric))
}

/// Whether a word stands in a folded text with nothing of a word around it.
fn has_word(folded: &str, word: &str) -> bool {
    folded.match_indices(word).any(|(at, _)| {
        let before = folded.get(..at).unwrap_or_default();
        let after = folded.get(at + word.len()..).unwrap_or_default();
        !before.ends_with(char::is_alphabetic) && !after.starts_with(char::is_alphabetic)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_have_one_form() {
        assert_eq!(normalised(" TK\u{a0}1\n\t so\u{302}\u{301} {x}\u{200b}  "), "TK 1 số (x)");
        let hidden = "TK\u{ad} s\u{2060}o\u{200b}\u{302}\u{2066}\u{301}\u{202e} O\u{200d}TP\u{fe0f} \u{2069}x";
        assert_eq!(normalised(hidden), "TK số OTP x");
        assert_eq!(sort(&normalised("Ma O\u{ad}TP 482913, TK 1 +50,000VND")), Sort::Secret);
    }

    #[test]
    fn texts_are_sorted() {
        for (text, expected) in [
            ("Ma OTP cua Quy khach la 482913, hieu luc 3 phut", Sort::Secret),
            ("Mã xác thực giao dịch -50,000VND tại TK 123: 482913", Sort::Secret),
            ("482913 la ma de xac thuc giao dich 50,000VND tu TK 123", Sort::Secret),
            ("sOTP: 482913 GD TK 123 50,000VND", Sort::Secret),
            ("Your code is 482913 for account 123, 50,000VND", Sort::Secret),
            ("TK 0123456789 +50,000VND luc 10:15. SD 1,250,000VND", Sort::MoneyIn),
            ("Bạn vừa nhận 50.000đ từ NGUYEN VAN A", Sort::MoneyIn),
            ("TK 0123456789 -50,000VND luc 10:15. SD 1,250,000VND", Sort::MoneyOut),
            ("Số dư TK 0123456789: 1.250.000 VND", Sort::NoTransfer),
            ("Hoàn đến 50.000đ cho bữa trưa hôm nay!", Sort::NoTransfer),
            ("Cuộc họp lúc 10:15", Sort::NoTransfer),
            ("+ VND 50,000 Tài khoản: 1903", Sort::MoneyIn),
            ("+VND50,000 Tài khoản: 1903", Sort::MoneyIn),
            ("Biến động số dư | TK 0123456789 vừa nhận 50.000đ", Sort::MoneyIn),
            ("Biến động số dư TK 012 tăng 50,000VND. Số dư 1,250,000VND", Sort::MoneyIn),
            ("Biến động số dư TK 012 giảm 50,000VND. Số dư 1,250,000VND", Sort::MoneyOut),
            ("Vietcombank - 50.000đ ghi có", Sort::MoneyIn),
            ("Vietcombank - 50.000đ ghi nợ", Sort::MoneyOut),
            ("NGUYEN VAN A đã chuyển cho bạn 50.000đ. Nội dung: mua rau", Sort::MoneyIn),
            ("Tien vao: 50,000 VND. ND: mua rau", Sort::MoneyIn),
            ("You have received VND 50,000", Sort::MoneyIn),
            ("Thanh toán QR thành công 50.000đ từ khách hàng", Sort::MoneyIn),
            ("CR 91,000 VND A/C 0123", Sort::MoneyIn),
            ("Nạp tiền 91.000₫ vào ví thành công", Sort::MoneyIn),
            ("Tiền về: 91 nghìn đồng", Sort::MoneyIn),
            ("Bạn có một khoản tiền 91K", Sort::MoneyIn),
            ("Bạn đã chuyển 50.000đ cho NGUYEN VAN A", Sort::MoneyOut),
            ("You sent VND 50,000 to NGUYEN VAN A", Sort::MoneyOut),
            ("Giảm giá 50.000đ, chỉ hôm nay", Sort::NoTransfer),
            ("Hóa đơn điện 350.000đ đến hạn ngày 30", Sort::NoTransfer),
        ] {
            assert_eq!(sort(text), expected, "{text}");
        }
    }

    #[test]
    fn balances_are_masked_and_nothing_else() {
        let text = "Số dư: 1.250.000 VND. TK 0123 +50,000VND. SD:3,000đ. ND: đồng 45.000d";
        let masked = "Số dư: #.###.### VND. TK 0123 +50,000VND. SD:#,###đ. ND: đồng 45.000d";
        assert_eq!(without_balances(text), masked);
        for (text, masked) in [
            ("SO DU: 1250000", "SO DU: #######"),
            ("So du:1250000VND", "So du:#######VND"),
            ("SD1250000 ND: x", "SD####### ND: x"),
            ("SD1,250,000VND", "SD#,###,###VND"),
            ("Số dư hiện tại là 1 250 000 VND", "Số dư hiện tại là # ### ### VND"),
            ("Balance 1250000.00", "Balance #######.##"),
            ("SDKD 1250000. So du TK 0123456789", "SDKD 1250000. So du TK 0123456789"),
            ("GD: +50,000VND 24/11/26|SD: 12345", "GD: +50,000VND 24/11/26|SD: #####"),
            ("Biến động số dư: +50,000", "Biến động số dư: +50,000"),
            (
                "Bien dong so du: 50,000VND vao TK 0123456789",
                "Bien dong so du: 50,000VND vao TK 0123456789",
            ),
        ] {
            assert_eq!(without_balances(text), masked);
        }
        assert_eq!(without_codes("otp 482913, CJW012346A 123"), "otp ######, CJW012346A 123");
    }
}
