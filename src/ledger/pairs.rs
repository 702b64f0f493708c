//! Reports that seem to be of a transfer that is known already: what a person says of them.

use super::matching::{Rule, Unassigned};
use super::replace::{Decided, Replacement, Says, replace};
use super::store::{heads, paid, pairs as rows, reading};
use crate::access::Act;
use crate::db::{DbConnection, Outcome};
use crate::primitives::ids::{BoardId, DeliveryId, FeedId, PairId, RequestId, TransferId};
use crate::primitives::{Refusal, UnixMs};
use crate::registry::PageRequest;
use crate::registry::store::link_changes;
use crate::text_enum;

text_enum!(
    /// What a person said of two reports.
    Verdict {
        /// They are of one transfer.
        Same = "same",
        /// Each is of a transfer of its own.
        Different = "different",
    }
);

/// A report of a transfer that another sender had reported, as far as can be told.
#[derive(Clone, Debug)]
pub struct Pair {
    pub id: PairId,
    pub transfer_id: TransferId,
    pub first_delivery: DeliveryId,
    /// Its place in that delivery.
    pub first_item: i32,
    pub namespace: String,
    pub provider_id: String,
    pub feed_id: FeedId,
    pub delivery_id: DeliveryId,
    pub item: i32,
    /// The attribution that the transfer has got because this report knew more.
    pub attribution_seq: Option<i32>,
    pub recorded_at: UnixMs,
    pub verdict: Option<Verdict>,
    pub resolved_at: Option<UnixMs>,
    /// The transfer that this report has become.
    pub own_transfer_id: Option<TransferId>,
    /// Both reports are of one provider, and agree in all that they tell.
    pub is_certain: bool,
}

/// A page of pairs, newest first; only those that wait for a person, or only the others; those that
/// were certain at once, or the others.
pub fn page(
    connection: &mut DbConnection,
    board_id: BoardId,
    waiting: Option<bool>,
    certain: bool,
    page: PageRequest,
) -> Outcome<Vec<Pair>> {
    rows::page(connection, board_id, waiting, certain, page)
}

/// Pairs that wait for a person, of what paid a request.
pub fn waiting_of_request(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: RequestId,
) -> Outcome<Vec<PairId>> {
    let payments = paid::payments(connection, board_id, id)?;
    let ids: Vec<i64> = payments.iter().map(|one| one.transfer_id).collect();
    rows::waiting_of(connection, board_id, &ids)
}

pub fn get(connection: &mut DbConnection, board_id: BoardId, id: PairId) -> Outcome<Pair> {
    let pair = rows::find(connection, board_id, id)?;
    pair.ok_or_else(|| Refusal::not_found("suspected_pair").into())
}

/// The pair, not to be changed by anybody else until the transaction ends.
pub fn lock(connection: &mut DbConnection, board_id: BoardId, id: PairId) -> Outcome<Pair> {
    heads::lock(connection, &[board_id.0])?;
    get(connection, board_id, id)
}

/// Keeps that both reports are of one transfer. The pair is locked.
pub fn confirm(connection: &mut DbConnection, act: &Act, pair: &Pair) -> Outcome<()> {
    rows::resolve(connection, act.board_id(), pair.id, act.scope.actor, act.at, None)
}

/// Undoes what the report told of the transfer, and forgets its sighting: it can then be recorded
/// as a transfer of its own, to be told by [`separated`]. The pair is locked.
pub fn part(connection: &mut DbConnection, act: &Act, pair: &Pair) -> Outcome<()> {
    let board_id = act.board_id();
    let stored = reading::transfer(connection, board_id, pair.transfer_id)?;
    if pair.attribution_seq == Some(stored.seq) {
        // Nobody has decided since.
        let (id, seq) = (pair.transfer_id, stored.seq - 1);
        let before = reading::as_of(connection, board_id, id, seq)?;
        let mut heads = heads::lock(connection, &[board_id.0])?;
        let back = Replacement {
            stored: &stored,
            rule: Rule::parse(&before.rule),
            lines: before.lines,
            waits_because: Unassigned::TakenBack,
            decided: Decided::by(act.scope.actor, None),
            says: Says::Nothing,
        };
        replace(connection, board_id, &mut heads, &[back], act.at)?;
        // The account's links may be others since.
        if let Some(account_id) = stored.account_id {
            link_changes::note(connection, act, account_id, stored.day)?;
        }
    }
    rows::forget_sighting(connection, board_id, pair)
}

/// Keeps that the report was of another transfer, and which it has become.
pub fn separated(
    connection: &mut DbConnection,
    act: &Act,
    pair: &Pair,
    own: TransferId,
) -> Outcome<()> {
    rows::resolve(connection, act.board_id(), pair.id, act.scope.actor, act.at, Some(own))
}
