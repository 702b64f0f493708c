//! What columns are called. Banks change their headings, so phrases are looked for inside of them;
//! the longest that fits decides, in Vietnamese with or without tone marks, or in English.

use super::words;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Role {
    Date,
    /// The hour, where it has a column of its own.
    Time,
    Reference,
    /// Money out.
    Debit,
    /// Money in.
    Credit,
    /// Money in either direction, told by its sign or by [`Role::Kind`].
    Amount,
    Kind,
    Balance,
    Memo,
    PayerName,
    PayerAccount,
    /// Whether it succeeded, in exports of wallets.
    Status,
    /// Known, and of no use here: a value date, a branch, a fee.
    Other,
}

/// Phrases of each role, folded ([`words::folded`]).
const PHRASES: [(Role, &[&str]); 13] = [
    (
        Role::Date,
        &[
            "ngay giao dich",
            "thoi gian giao dich",
            "ngay gio giao dich",
            "ngay gd",
            "ngay",
            "thoi gian",
            "ngay gio",
            "ngay thang",
            "ngay phat sinh",
            "thoi diem giao dich",
            "transaction date",
            "trans date",
            "tran date",
            "txn date",
            "date",
            "date time",
            "transaction time",
            "ngay gio gd",
            "thoi gian gd",
            "ngay thuc hien",
        ],
    ),
    (Role::Time, &["gio", "gio giao dich", "time", "gio gd"]),
    (
        Role::Reference,
        &[
            "so tham chieu",
            "ma tham chieu",
            "so but toan",
            "ma giao dich",
            "so giao dich",
            "ma gd",
            "so gd",
            "so chung tu",
            "so ct",
            "reference",
            "reference no",
            "reference number",
            "ref no",
            "ref",
            "transaction id",
            "transaction no",
            "transaction number",
            "trans id",
            "trace",
            "doc no",
            "so ref",
            "ma but toan",
            "but toan",
            "tham chieu",
        ],
    ),
    (
        Role::Debit,
        &[
            "ghi no",
            "phat sinh no",
            "so tien ghi no",
            "so tien no",
            "debit",
            "debit amount",
            "withdrawal",
            "withdraw",
            "tien ra",
            "so tien ra",
            "rut ra",
            "so tien rut",
            "chi ra",
            "so tien chi",
            "money out",
            "no debit",
            "ps no",
            "no tktt",
            "tien chi",
            "phat sinh giam",
            "so tien giam",
        ],
    ),
    (
        Role::Credit,
        &[
            "ghi co",
            "phat sinh co",
            "so tien ghi co",
            "so tien co",
            "credit",
            "credit amount",
            "deposit",
            "tien vao",
            "so tien vao",
            "gui vao",
            "so tien gui",
            "thu vao",
            "so tien thu",
            "money in",
            "co credit",
            "ps co",
            "co tktt",
            "tien thu",
            "phat sinh tang",
            "so tien tang",
        ],
    ),
    (
        Role::Amount,
        &[
            "so tien",
            "so tien giao dich",
            "so tien gd",
            "amount",
            "transaction amount",
            "gia tri",
            "gia tri giao dich",
            "so tien vnd",
            "phat sinh",
            "so tien phat sinh",
        ],
    ),
    (
        Role::Kind,
        &[
            "loai giao dich",
            "loai gd",
            "loai",
            "dr cr",
            "cr dr",
            "d c",
            "no co",
            "ghi no co",
            "debit credit",
            "thu chi",
            "type",
            "transaction type",
            "chieu",
            "chieu giao dich",
            "kieu giao dich",
            "ghi no ghi co",
            "dau",
        ],
    ),
    (
        Role::Balance,
        &[
            "so du",
            "so du sau giao dich",
            "so du cuoi",
            "balance",
            "running balance",
            "so du luy ke",
            "so du kha dung",
            "so du tai khoan",
            "available balance",
            "so du cuoi ky",
            "closing balance",
            "so du vi",
        ],
    ),
    (
        Role::Memo,
        &[
            "noi dung",
            "dien giai",
            "mo ta",
            "noi dung chi tiet",
            "noi dung giao dich",
            "noi dung chuyen khoan",
            "noi dung thanh toan",
            "chi tiet giao dich",
            "description",
            "transaction description",
            "details",
            "detail",
            "transaction details",
            "remark",
            "remarks",
            "narrative",
            "ghi chu",
            "loi nhan",
            "message",
            "mo ta giao dich",
            "note",
            "dien giai giao dich",
            "transaction detail",
            "particulars",
            "transactions in detail",
        ],
    ),
    (
        Role::PayerName,
        &[
            "ten doi tac",
            "doi tac",
            "nguoi chuyen",
            "ten nguoi chuyen",
            "nguoi gui",
            "ten nguoi gui",
            "ten tai khoan doi ung",
            "ten tk doi ung",
            "ten don vi doi ung",
            "ten doi ung",
            "remitter name",
            "remitter",
            "counterparty",
            "counterparty name",
            "offset name",
            "corresponsive name",
            "ben doi tac",
            "nguoi gui nguoi nhan",
            "don vi thu huong don vi chuyen",
            "ten nguoi chuyen nguoi nhan",
            "doi tuong",
            "sender",
            "nguoi chuyen nguoi nhan",
            "ten tai khoan doi tac",
        ],
    ),
    (
        Role::PayerAccount,
        &[
            "tai khoan doi ung",
            "so tai khoan doi ung",
            "tk doi ung",
            "so tk doi ung",
            "tai khoan doi tac",
            "so tai khoan doi tac",
            "tk doi tac",
            "remitter account",
            "offset account",
            "corresponsive account",
            "counterparty account",
            "account number of counterparty",
            "tai khoan nguoi chuyen",
            "so tai khoan nguoi chuyen",
            "tai khoan chuyen",
            "tai khoan gui",
            "tai khoan chuyen tai khoan nhan",
        ],
    ),
    (Role::Status, &["trang thai", "trang thai giao dich", "status", "ket qua"]),
    (
        Role::Other,
        &[
            "ngay hieu luc",
            "ngay gia tri",
            "value date",
            "effective date",
            "ngay hach toan",
            "ngay ghi so",
            "posting date",
            "ngay ket so",
            "booking date",
            "ngan hang doi ung",
            "ngan hang doi tac",
            "remitter bank",
            "corresponsive bank",
            "counterparty bank",
            "chi nhanh",
            "phi",
            "phi giao dich",
            "fee",
            "thue",
            "vat",
            "stt",
            "so thu tu",
            "loai tien",
            "currency",
            "tien te",
            "so du dau",
            "opening balance",
            "kenh giao dich",
            "channel",
            "ngan hang",
            "bank",
            "teller",
            "so tien bang chu",
            "ma ngan hang",
            // Numbers of accounts, not amounts.
            "tai khoan ghi no",
            "tai khoan ghi co",
            "tai khoan no",
            "tai khoan co",
            "tk ghi no",
            "tk ghi co",
            "tk no",
            "tk co",
            "debit account",
            "credit account",
        ],
    ),
];

/// The role that a heading names, and how many letters say so.
pub(super) fn role_of(heading: &str) -> Option<(Role, usize)> {
    let folded = words::folded(heading);
    if let Some(role) = by_tone(heading) {
        return Some((role, folded.len()));
    }
    let fits = |(role, phrases): &(Role, &[&str])| {
        let longest = phrases.iter().filter(|phrase| words::has(&folded, phrase));
        longest.map(|phrase| phrase.len()).max().map(|length| (*role, length))
    };
    // Of two equally long ones the first of the list counts.
    let best = PHRASES.iter().rev().filter_map(fits).max_by_key(|(_, length)| *length)?;
    // `Amount (Debit)`, `Phát sinh trong kỳ Nợ`: the side counts, however short its word.
    let side = side_of(&folded).filter(|_| best.0 == Role::Amount);
    Some(side.map_or(best, |side| (side, folded.len())))
}

/// The side of the account that a heading of amounts names.
fn side_of(folded: &str) -> Option<Role> {
    let last = folded.rsplit(' ').next();
    let names = |wanted: Role, word: &str| {
        let phrases = PHRASES.iter().filter(|(role, _)| *role == wanted);
        let says = phrases.flat_map(|(_, phrases)| *phrases).any(|said| words::has(folded, said));
        says || last == Some(word)
    };
    match (names(Role::Debit, "no"), names(Role::Credit, "co")) {
        (true, false) => Some(Role::Debit),
        (false, true) => Some(Role::Credit),
        _ => None,
    }
}

/// `Nợ` and `Có` alone are debit and credit; without their marks `No` is a number and `Co` nothing.
fn by_tone(heading: &str) -> Option<Role> {
    let lower = heading.to_lowercase();
    let lower: String = unicode_normalization::UnicodeNormalization::nfc(lower.as_str()).collect();
    let mut words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let (first, second) = (words.next()?, words.next());
    let is_alone = second.is_none_or(|word| ["debit", "credit", "vnd", "vnđ"].contains(&word));
    match first {
        "nợ" if is_alone => Some(Role::Debit),
        "có" if is_alone => Some(Role::Credit),
        "thu" if second.is_none() => Some(Role::Credit),
        "chi" if second.is_none() => Some(Role::Debit),
        _ => None,
    }
}

/// The columns by their roles, each role once: the heading that says it at the greatest length,
/// then the first.
pub(super) fn assign(headings: &[String]) -> Vec<(Role, usize)> {
    let mut found: Vec<(Role, usize, usize)> = Vec::new();
    for (column, heading) in headings.iter().enumerate() {
        let Some((role, length)) = role_of(heading).filter(|(role, _)| *role != Role::Other) else {
            continue;
        };
        match found.iter_mut().find(|(known, ..)| *known == role) {
            Some(known) if known.2 < length => *known = (role, column, length),
            Some(_) => {}
            None => found.push((role, column, length)),
        }
    }
    found.into_iter().map(|(role, column, _)| (role, column)).collect()
}

/// Whether two headings say as clearly that they hold the same amounts.
pub(super) fn are_tied(headings: &[String]) -> bool {
    let said: Vec<_> = headings
        .iter()
        .filter_map(|heading| role_of(heading))
        .filter(|(role, _)| matches!(role, Role::Debit | Role::Credit | Role::Amount))
        .collect();
    said.iter().any(|(role, length)| {
        let most = said.iter().filter(|(other, _)| other == role).map(|(_, length)| *length).max();
        most == Some(*length) && said.iter().filter(|other| **other == (*role, *length)).count() > 1
    })
}

/// Whether the headings are enough to read transfers by.
pub(super) fn suffice(roles: &[(Role, usize)]) -> bool {
    let has = |wanted: Role| roles.iter().any(|(role, _)| *role == wanted);
    has(Role::Date) && (has(Role::Credit) || has(Role::Debit) || has(Role::Amount))
}

/// An amount beside one side alone may hold that side, the other one or both.
pub(super) fn are_half(roles: &[(Role, usize)]) -> bool {
    let has = |wanted: Role| roles.iter().any(|(role, _)| *role == wanted);
    has(Role::Amount) && has(Role::Debit) != has(Role::Credit)
}
