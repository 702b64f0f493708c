//! Two reports of one id that contradict each other. The first was counted; a person says which of
//! them is right.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::corrected::{correct, count_both};
use super::deliveries::{Delivery, both, reported};
use super::store::conflicts::{self as rows, ConflictRow};
use crate::access::{Act, Permission, SecretKey};
use crate::db::{DbConnection, Outcome};
use crate::feeds::Reported;
use crate::ledger::lock_board;
use crate::primitives::ids::{ActorId, ConflictId, MarketId, StallId, TransferId};
use crate::primitives::{Refusal, UnixMs};
use crate::registry::{Page, PageRequest, check};
use crate::text_enum;

/// A note in one sentence or two.
const NOTE_CHARS: usize = 300;

text_enum!(
    /// Which of two reports is right.
    RightReport {
        /// The one that was counted.
        First = "first",
        /// The one that came later.
        Other = "other",
        /// They tell two transfers, to which the provider gave one id.
        Both = "both",
    }
);

text_enum!(
    /// What two reports of one id say differently.
    Differs {
        Direction = "direction",
        Amount = "amount",
        Account = "account",
        OccurredAt = "occurred_at",
        Memo = "memo",
    }
);

impl Differs {
    /// It changes whose money it is, or how much.
    const fn is_money(self) -> bool {
        matches!(self, Self::Direction | Self::Amount | Self::Account)
    }
}

text_enum!(
    /// What two reports that contradict each other mean for the books.
    ConflictReason {
        /// Amount, direction or account differ: what was counted may be wrong.
        Money = "money",
        /// Only time or memo differ.
        Details = "details",
        /// All is the same, told again later than its provider repeats anything: a very late
        /// repetition, or a second payment of the same amount under one id.
        ToldAgain = "told_again",
        /// A body is no longer kept, so that they cannot be compared.
        Unknown = "unknown",
    }
);

/// Two reports of one transfer that contradict each other; the first one was counted.
#[derive(Debug, Serialize, ToSchema)]
pub struct SightingConflict {
    pub id: ConflictId,
    /// The id that both have at the provider.
    pub provider_id: String,
    pub transfer_id: Option<TransferId>,
    pub reason: ConflictReason,
    /// What they say differently, as far as both bodies are kept.
    pub differs: Vec<Differs>,
    /// The reason, in the caller's language.
    pub detail: String,
    /// What to do, in the caller's language.
    pub next_step: String,
    pub first: Option<Delivery>,
    pub other: Option<Delivery>,
    /// Absent: it waits for a person.
    pub verdict: Option<ConflictVerdict>,
    /// The later report was right, and the books follow it: `transfer_id` is set aside as `test`.
    pub corrected: bool,
    /// The transfer that counts in its place, or beside it where both are right; absent where another
    /// sender had told it already.
    pub own_transfer_id: Option<TransferId>,
}

/// What a person said.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ConflictVerdict {
    pub right: RightReport,
    /// The key.
    pub decided_by: ActorId,
    #[schema(value_type = String, format = DateTime)]
    pub decided_at: UnixMs,
    /// A person's words: for keys with `amounts.read`, and for the key that wrote them.
    pub note: Option<String>,
}

/// A contradiction with what both reports tell, for whoever sees amounts.
#[derive(Debug)]
pub struct ReadConflict {
    pub conflict: SightingConflict,
    /// The first, and the later one; absent where it is not kept.
    pub said: [Option<Reported>; 2],
}

/// Which contradictions.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ConflictFilter {
    /// Those whose counted transfer belongs to a stall of the market now.
    pub market_id: Option<MarketId>,
    pub stall_id: Option<StallId>,
    /// `true`: those that somebody has judged; else those that wait.
    #[serde(default)]
    pub reviewed: bool,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewConflictVerdict {
    pub right: RightReport,
    /// 1–300 characters.
    pub note: Option<String>,
    /// Replaces an earlier verdict.
    #[serde(default)]
    pub again: bool,
}

/// Contradictions, newest first; the texts are left to the caller's language.
pub fn list(
    connection: &mut DbConnection,
    act: &Act,
    filter: &ConflictFilter,
    page: PageRequest,
) -> Outcome<Page<SightingConflict>> {
    let Page { items, next_cursor } = list_read(connection, act, filter, page)?;
    let items = items.into_iter().map(|read| read.conflict).collect();
    Ok(Page { items, next_cursor })
}

/// As [`list`], with what both reports tell.
pub fn list_read(
    connection: &mut DbConnection,
    act: &Act,
    filter: &ConflictFilter,
    page: PageRequest,
) -> Outcome<Page<ReadConflict>> {
    act.require(Permission::FeedsRead)?;
    let found = rows::page(connection, act.board_id(), filter, page)?;
    let page = page.page(found, |conflict| conflict.id);
    let items = show(connection, act, page.items)?;
    Ok(Page { items, next_cursor: page.next_cursor })
}

pub fn get(connection: &mut DbConnection, act: &Act, id: ConflictId) -> Outcome<SightingConflict> {
    act.require(Permission::FeedsRead)?;
    let row = check::found(rows::find(connection, act.board_id(), id)?, "sighting_conflict")?;
    let shown = show(connection, act, vec![row])?.pop().map(|read| read.conflict);
    Ok(check::found(shown, "sighting_conflict")?)
}

/// Says which report is right. If it is the later one, and it tells other money, the books follow it:
/// what was counted is set aside, and the right report becomes a transfer. If both are, the later one
/// becomes a transfer beside the first. Needs `feeds.read` too.
///
/// # Errors
/// `text-length`, `text-control-character`, `text-hidden-character` (note); `not-found`;
/// `already-reviewed`, `conflict-corrected`, `conflict-counted-both`, `conflict-has-refunds`,
/// `delivery-body-gone`, `delivery-reads-differently`.
pub fn decide(
    connection: &mut DbConnection,
    act: &Act,
    key: &SecretKey,
    id: ConflictId,
    new: NewConflictVerdict,
) -> Outcome<SightingConflict> {
    act.require(Permission::TransfersAssign)?;
    let note = new.note.map(|note| check::text("note", &note, NOTE_CHARS)).transpose()?;
    // Of two people the second finds it decided.
    lock_board(connection, act.board_id())?;
    let before = get(connection, act, id)?;
    let is_money = before.reason == ConflictReason::Money;
    if before.corrected {
        return Err(Refusal::conflict("conflict-corrected").into());
    }
    if before.verdict.as_ref().is_some_and(|verdict| verdict.right == RightReport::Both) {
        return Err(Refusal::conflict("conflict-counted-both").into());
    }
    if let Some(before) = before.verdict.filter(|_| !new.again) {
        let refusal = Refusal::conflict("already-reviewed");
        return Err(refusal.with("reviewed_at", before.decided_at).into());
    }
    rows::decide(connection, act, id, new.right, note.as_deref())?;
    let row = check::found(rows::find(connection, act.board_id(), id)?, "sighting_conflict")?;
    match new.right {
        RightReport::Other if is_money => correct(connection, act, key, &row, note)?,
        RightReport::Both => count_both(connection, act, key, &row)?,
        RightReport::First | RightReport::Other => {}
    }
    get(connection, act, id)
}

fn show(
    connection: &mut DbConnection,
    act: &Act,
    rows: Vec<ConflictRow>,
) -> Outcome<Vec<ReadConflict>> {
    let ids: Vec<_> = rows.iter().map(|row| [row.first_delivery, row.other_delivery]).collect();
    let shown = both(connection, act, &ids)?;
    let told = reported(connection, act, ids.as_flattened())?;
    let sees_all = act.scope.permissions.contains(Permission::AmountsRead);
    let own = act.scope.actor;
    let mut conflicts = Vec::with_capacity(rows.len());
    for (row, [first, other]) in rows.into_iter().zip(shown) {
        let said = |delivery: i64| {
            let all = told.get(&delivery)?;
            all.iter()
                .find(|one| one.provider_id == row.provider_id && one.namespace() == row.namespace)
        };
        let (one, next) = (said(row.first_delivery), said(row.other_delivery));
        let pair = one.zip(next);
        let (reason, differs) = pair.map_or((ConflictReason::Unknown, Vec::new()), compare);
        let said = [one, next].map(|one| one.cloned().filter(|_| sees_all));
        let verdict = match (row.verdict, row.decided_by, row.decided_at_ms) {
            (Some(right), Some(by), Some(at)) => Some(ConflictVerdict {
                right,
                decided_by: ActorId(by),
                decided_at: UnixMs(at),
                note: row.note.filter(|_| sees_all || by == own.0),
            }),
            _ => None,
        };
        let conflict = SightingConflict {
            id: ConflictId(row.id),
            provider_id: row.provider_id,
            transfer_id: row.transfer_id.map(TransferId),
            reason,
            differs,
            detail: String::new(),
            next_step: String::new(),
            first,
            other,
            verdict,
            corrected: row.is_corrected,
            own_transfer_id: row.own_transfer_id.map(TransferId),
        };
        conflicts.push(ReadConflict { conflict, said });
    }
    Ok(conflicts)
}

/// By the fields that must not change, as in [`Reported::fingerprint`].
fn compare((first, other): (&Reported, &Reported)) -> (ConflictReason, Vec<Differs>) {
    let numbers = |one: &Reported| (one.account_number.clone(), one.virtual_account.clone());
    let all = [
        (Differs::Direction, first.direction != other.direction),
        (Differs::Amount, first.amount != other.amount),
        (Differs::Account, numbers(first) != numbers(other)),
        (Differs::OccurredAt, first.occurred_at != other.occurred_at),
        (Differs::Memo, first.memo != other.memo),
    ];
    let differs: Vec<_> =
        all.into_iter().filter(|(_, is_other)| *is_other).map(|(what, _)| what).collect();
    let reason = if differs.iter().any(|what| what.is_money()) {
        ConflictReason::Money
    } else if first.fingerprint() == other.fingerprint() {
        ConflictReason::ToldAgain
    } else {
        ConflictReason::Details
    };
    (reason, differs)
}
