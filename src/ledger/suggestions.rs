//! Where a waiting transfer may belong, and why it seems so. A suggestion changes nothing: a person
//! decides. It names a stall, never another transfer.

use std::collections::{BTreeSet, HashMap, HashSet};

use serde::Serialize;
use utoipa::ToSchema;

use super::class::Class;
use super::matching::Rule;
use super::store::payer_turns::Turns;
use super::store::queue::{self, Remembered};
use super::transfers::Stored;
use super::unassigned::Waiting;
use crate::db::{DbConnection, Outcome};
use crate::primitives::ids::{AccountId, BoardId, OccupancyId, RequestId};
use crate::primitives::time::MS_PER_DAY;
use crate::primitives::{Said, UnixMs, fold};
use crate::requests::{self, RequestRow};
use crate::text_enum;
use crate::vietqr;

/// Memos are kept so long (`docs/operating.md`); older ones suggest nothing.
const MEMO_MS: i64 = 90 * MS_PER_DAY;
/// Earlier transfers of a payer that must agree.
const AGREEING: usize = 5;
/// Words that banks and wallets put around a memo, and that most payers write.
const COMMON: [&str; 22] = [
    "BANK", "CHUYEN", "CHO", "CK", "CT", "DEN", "GD", "IBFT", "KHOAN", "MBVCB", "MOMO", "NAPAS",
    "ND", "NHAN", "QR", "TAI", "THANH", "TIEN", "TOAN", "TRACE", "TU", "ZALOPAY",
];

text_enum!(
    /// Why a transfer seems to belong there.
    SuggestionReason {
        /// The only open request of the account with this amount in the 15 minutes before.
        OnlyOpenRequest = "only_open_request",
        /// The memo names the request, and the amount is what it still asks for; but the number is not
        /// registered.
        NamedRequest = "named_request",
        /// Whoever paid has paid this stall through this account before, and no other.
        SamePayer = "same_payer",
        /// A person placed a transfer with a similar memo there, within 90 days.
        SimilarMemo = "similar_memo",
    }
);

impl SuggestionReason {
    /// What it says to people.
    #[must_use]
    pub const fn said(self) -> Said {
        match self {
            Self::OnlyOpenRequest => Said {
                vi: "Trong 15 phút trước đó, chỉ có một yêu cầu thanh toán đang mở đúng số tiền này.",
                en: "In the 15 minutes before, one open request alone asked for this amount.",
            },
            Self::NamedRequest => Said {
                vi: "Nội dung có mã của yêu cầu thanh toán này, và đúng số tiền còn thiếu.",
                en: "The memo names this request, and the amount is what it still asks for.",
            },
            Self::SamePayer => Said {
                vi: "Người chuyển này trước đây chỉ trả cho sạp này qua tài khoản này.",
                en: "This payer has paid this stall through this account before, and no other.",
            },
            Self::SimilarMemo => Said {
                vi: "Giao dịch trước có nội dung giống vậy đã được ghi cho sạp này.",
                en: "An earlier transfer with a similar memo was placed at this stall.",
            },
        }
    }
}

/// Where a waiting transfer may belong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Suggestion {
    pub reason: SuggestionReason,
    pub text: Said,
    pub occupancy_id: OccupancyId,
    pub request_id: Option<RequestId>,
    /// As it was before; `unclassified` where that differs.
    pub class: Class,
}

/// A transfer of the queue with what is known of its payer.
#[derive(Debug)]
pub struct Puzzle {
    pub waiting: Waiting,
    pub payer_key: Option<i64>,
}

/// Puts suggestions to the items of a page.
pub fn suggest(
    connection: &mut DbConnection,
    board_id: BoardId,
    puzzles: Vec<Puzzle>,
    at: UnixMs,
) -> Outcome<Vec<Waiting>> {
    let mut payers: HashMap<AccountId, BTreeSet<i64>> = HashMap::new();
    for puzzle in &puzzles {
        if let (Some(account_id), Some(key)) = (puzzle.waiting.account_id, puzzle.payer_key) {
            payers.entry(account_id).or_default().insert(key);
        }
    }
    let mut earlier = Vec::new();
    let marks = puzzles.iter().filter_map(|puzzle| puzzle.payer_key);
    let turns = Turns::of(connection, board_id, marks)?;
    for (account_id, keys) in payers {
        let of_last_year = keys.iter().map(|key| turns.one(*key));
        let keys: Vec<i64> = of_last_year.chain(keys.iter().copied()).collect();
        earlier.extend(queue::of_payers(connection, board_id, account_id, &keys)?);
    }
    let accounts: HashSet<i64> =
        puzzles.iter().filter_map(|puzzle| puzzle.waiting.account_id).map(|id| id.0).collect();
    let accounts: Vec<i64> = accounts.into_iter().collect();
    let placed = queue::placed(connection, board_id, &accounts, at.plus_ms(-MEMO_MS))?;
    puzzles
        .into_iter()
        .map(|Puzzle { mut waiting, payer_key }| {
            let request = by_request(connection, board_id, waiting.proposed_request_id)?;
            let named = by_name(connection, board_id, &waiting)?;
            let payer = payer_key.and_then(|key| by_payer(&waiting, key, &earlier, &turns));
            let memo = by_memo(&waiting, &placed);
            waiting.suggestions = [request, named, payer, memo].into_iter().flatten().collect();
            Ok(waiting)
        })
        .collect()
}

/// The proposed request, unless it was paid or taken back meanwhile.
fn by_request(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: Option<RequestId>,
) -> Outcome<Option<Suggestion>> {
    let Some(id) = id else { return Ok(None) };
    let row = requests::by_id(connection, board_id, id)?;
    let open = row.filter(|row| row.cancelled_at.is_none() && !row.received.is_positive());
    Ok(open.map(|row| of_request(SuggestionReason::OnlyOpenRequest, &row)))
}

fn of_request(reason: SuggestionReason, row: &RequestRow) -> Suggestion {
    suggestion(reason, row.occupancy_id, Some(row.id), Class::of_request(row.kind))
}

/// The request that the memo of a transfer of no account names. The rules need the account.
fn by_name(
    connection: &mut DbConnection,
    board_id: BoardId,
    waiting: &Waiting,
) -> Outcome<Option<Suggestion>> {
    let Some(memo) = waiting.memo.as_deref().filter(|_| waiting.account_id.is_none()) else {
        return Ok(None);
    };
    let mut names = vietqr::scan(memo);
    names.retain(|name| !name.is_static());
    let requests = requests::by_reference(connection, board_id, &names)?;
    let [row] = requests.as_slice() else { return Ok(None) };
    let lacks = row.amount.checked_sub(row.received) == Some(waiting.amount_vnd);
    let is_open = row.cancelled_at.is_none() && lacks;
    Ok(is_open.then(|| of_request(SuggestionReason::NamedRequest, row)))
}

/// The stall that the payer's last transfers into the account went to, if they agree.
fn by_payer(waiting: &Waiting, key: i64, earlier: &[Stored], turns: &Turns) -> Option<Suggestion> {
    let of_payer = earlier.iter().filter(|one| {
        one.payer_key.is_some_and(|other| turns.one(other) == turns.one(key))
            && one.account_id == waiting.account_id
            && one.id != waiting.transfer_id
    });
    let whole: Vec<_> = of_payer.filter_map(sole_line).take(AGREEING).collect();
    let (occupancy_id, class) = agreed(&whole)?;
    Some(suggestion(SuggestionReason::SamePayer, occupancy_id, None, class))
}

/// The stall where a person placed what had the most similar memo.
fn by_memo(waiting: &Waiting, placed: &[(Remembered, Stored)]) -> Option<Suggestion> {
    let words = words(waiting.memo.as_deref()?);
    let similar = |memo: &str| {
        let other = self::words(memo);
        let common = words.intersection(&other).count();
        // At least half of all their words, and two: one word alone may be anybody's.
        let is_similar = common >= 2 && common * 2 >= words.union(&other).count();
        is_similar.then_some(common)
    };
    let of_account = placed.iter().filter(|(remembered, stored)| {
        stored.account_id == waiting.account_id && remembered.transfer_id != waiting.transfer_id
    });
    let found = of_account.filter_map(|(remembered, stored)| {
        let common = similar(&remembered.memo)?;
        let is_by_hand = stored.rule == Rule::Manual.as_str();
        is_by_hand.then_some((common, sole_line(stored)?))
    });
    let all: Vec<_> = found.collect();
    let most = all.iter().map(|(common, _)| *common).max()?;
    let best: Vec<_> = all.into_iter().filter(|one| one.0 == most).map(|one| one.1).collect();
    let (occupancy_id, class) = agreed(&best)?;
    Some(suggestion(SuggestionReason::SimilarMemo, occupancy_id, None, class))
}

/// The stall of a transfer that is all one stall's, and its class where that is one too.
fn sole_line(stored: &Stored) -> Option<(OccupancyId, Class)> {
    let (first, others) = stored.lines.split_first()?;
    let occupancy_id = first.occupancy_id?;
    let is_sole = others.iter().all(|line| line.occupancy_id == Some(occupancy_id));
    let class = if others.is_empty() { first.class } else { Class::Unclassified };
    is_sole.then_some((occupancy_id, class))
}

/// The stall that all name.
fn agreed(all: &[(OccupancyId, Class)]) -> Option<(OccupancyId, Class)> {
    let (first, others) = all.split_first()?;
    let is_one = others.iter().all(|other| other.0 == first.0);
    let is_class = others.iter().all(|other| other.1 == first.1);
    is_one.then_some((first.0, if is_class { first.1 } else { Class::Unclassified }))
}

/// The words of a memo that may tell one payer from another: letters alone, since numbers differ
/// each time.
fn words(memo: &str) -> BTreeSet<String> {
    let folded = fold::without_diacritics(memo).to_ascii_uppercase();
    let is_telling = |word: &&str| {
        word.len() >= 2
            && word.bytes().all(|byte| byte.is_ascii_uppercase())
            && !COMMON.contains(word)
    };
    let split = folded.split(|c: char| !c.is_ascii_alphanumeric());
    split.filter(is_telling).map(str::to_owned).collect()
}

const fn suggestion(
    reason: SuggestionReason,
    occupancy_id: OccupancyId,
    request_id: Option<RequestId>,
    class: Class,
) -> Suggestion {
    Suggestion { reason, text: reason.said(), occupancy_id, request_id, class }
}
