//! Which transfers an occupancy or an account has.
//!
//! The hook does not write this index: its rows lie at random places, and each would cost a batch
//! one more page on disk. [`catch_up`] fills it from the events that the batch writes anyway, and
//! what it has not come to yet is read from those. The days' totals come by the same way.

use std::collections::HashMap;
use std::sync::LazyLock;

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::{heads, tail};
use crate::db::rows::{Kind, Table, Value};
use crate::db::schema::board_heads;
use crate::db::{DbConnection, Outcome};
use crate::events::{self, Event};
use crate::primitives::ids::{AccountId, BoardId};
use crate::primitives::time::MS_PER_HOUR;
use crate::primitives::{UnixMs, Vnd, id};

/// Events that one transaction indexes: some 20 ms on the lane that hooks wait for.
pub const AT_ONCE: usize = 2_000;

pub static INDEX: LazyLock<Table> = LazyLock::new(|| {
    let columns = [("board_id", Kind::Int), ("subject_id", Kind::Int), ("transfer_id", Kind::Int)];
    let suffix = "ON CONFLICT (board_id, subject_id, transfer_id) DO NOTHING";
    Table::new("transfer_index", &columns, suffix)
});

/// (subject, transfer): the occupancy and the account of an incoming transfer.
fn subjects(event: &Event) -> impl Iterator<Item = (i64, i64)> {
    let (transfer_id, subjects) = match event {
        Event::TransferRecorded { transfer_id, account_id, occupancy_id, .. } => {
            (transfer_id.0, [account_id.map(|id| id.0), occupancy_id.map(|id| id.0)])
        }
        // Whoever assigns, or records money out, writes the index at once.
        Event::TransferAssigned { transfer_id, .. } | Event::MoneyOut { transfer_id, .. } => {
            (transfer_id.0, [None, None])
        }
        Event::CodeChecked { .. } => (0, [None, None]),
    };
    subjects.into_iter().flatten().map(move |subject| (subject, transfer_id))
}

/// A transfer may be recorded so long before its own time: clocks differ.
const SLACK_MS: i64 = MS_PER_HOUR;

/// The least id that a transfer of this time or later can have.
pub fn floor_at(occurred_at: UnixMs) -> i64 {
    id::floor_of(occurred_at.plus_ms(-SLACK_MS))
}

/// Indexes the next events of a board; returns how many are left.
pub fn catch_up(connection: &mut DbConnection, board_id: BoardId) -> Outcome<u64> {
    let heads = heads::lock(connection, &[board_id.0])?;
    let Some(head) = heads.first().filter(|head| head.indexed_seq < head.event_seq) else {
        return Ok(0);
    };
    let events = events::after(connection, board_id, head.indexed_seq, AT_ONCE)?;
    let Some(last) = events.last().map(|numbered| numbered.seq) else { return Ok(0) };
    let mut rows: Vec<_> = events.iter().flat_map(|one| subjects(&one.event)).collect();
    rows.sort_unstable();
    let values: Vec<_> = rows
        .into_iter()
        .flat_map(|(subject, transfer)| [board_id.0, subject, transfer].map(Value::Int))
        .collect();
    INDEX.insert(connection, &values)?;
    tail::fold(connection, board_id, &events)?;
    diesel::update(board_heads::table.find(board_id.0))
        .set(board_heads::indexed_seq.eq(last))
        .execute(connection)?;
    Ok(head.event_seq.saturating_sub(last).unsigned_abs())
}

/// Boards with events that are not indexed.
pub fn behind(connection: &mut DbConnection) -> Outcome<Vec<BoardId>> {
    let ids: Vec<i64> = board_heads::table
        .filter(board_heads::indexed_seq.lt(board_heads::event_seq))
        .order(board_heads::board_id)
        .select(board_heads::board_id)
        .load(connection)?;
    Ok(ids.into_iter().map(BoardId).collect())
}

/// Events of a board that are not indexed.
pub fn waiting(connection: &mut DbConnection, board_id: BoardId) -> Outcome<u64> {
    let (event_seq, indexed_seq): (i64, i64) = board_heads::table
        .find(board_id.0)
        .select((board_heads::event_seq, board_heads::indexed_seq))
        .get_result(connection)?;
    Ok(event_seq.saturating_sub(indexed_seq).unsigned_abs())
}

/// Transfers, by account and amount.
pub type Unindexed = HashMap<(AccountId, Vnd), Vec<i64>>;

/// Incoming transfers that the index has not come to. Where these are many, a part is indexed now,
/// which would be done in a moment anyway.
pub fn unindexed(connection: &mut DbConnection, board_id: BoardId) -> Outcome<Unindexed> {
    if waiting(connection, board_id)? > AT_ONCE as u64 {
        catch_up(connection, board_id)?;
    }
    let indexed_seq: i64 =
        board_heads::table.find(board_id.0).select(board_heads::indexed_seq).first(connection)?;
    let mut found = Unindexed::new();
    for numbered in events::after(connection, board_id, indexed_seq, usize::MAX)? {
        if let Event::TransferRecorded { transfer_id, account_id: Some(id), amount, .. } =
            numbered.event
        {
            found.entry((id, amount)).or_default().push(transfer_id.0);
        }
    }
    Ok(found)
}

/// The first transfer of a subject that the index has not come to.
pub fn first_unindexed(
    connection: &mut DbConnection,
    board_id: BoardId,
    subject_id: i64,
) -> Outcome<Option<i64>> {
    let indexed_seq: i64 =
        board_heads::table.find(board_id.0).select(board_heads::indexed_seq).first(connection)?;
    let tail = events::after(connection, board_id, indexed_seq, usize::MAX)?;
    let of_tail = tail.iter().flat_map(|one| subjects(&one.event));
    Ok(of_tail.filter(|(subject, _)| *subject == subject_id).map(|(_, id)| id).min())
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = BigInt)]
    transfer_id: i64,
}

/// A subject's transfers below an id, greatest first: at most `limit` of the index and all that it
/// has not come to yet. A transfer that was moved from the subject since may be among them.
pub fn transfers_of(
    connection: &mut DbConnection,
    board_id: BoardId,
    subject_id: i64,
    before: i64,
    limit: i64,
) -> Outcome<Vec<i64>> {
    // The tail first: what moves into the index meanwhile is found twice, not missed.
    let indexed_seq: i64 =
        board_heads::table.find(board_id.0).select(board_heads::indexed_seq).first(connection)?;
    let tail = events::after(connection, board_id, indexed_seq, usize::MAX)?;
    let mut ids: Vec<i64> = tail
        .iter()
        .flat_map(|one| subjects(&one.event))
        .filter(|(subject, transfer)| *subject == subject_id && *transfer < before)
        .map(|(_, transfer)| transfer)
        .collect();
    // An index row of a replaced attribution is passed over here, so that a page is not short.
    let found: Vec<Found> = diesel::sql_query(
        "SELECT i.transfer_id FROM transfer_index i
         WHERE i.board_id = $1 AND i.subject_id = $2 AND i.transfer_id < $3
           AND (NOT EXISTS (SELECT 1 FROM attribution_lines l
               WHERE l.board_id = i.board_id AND l.transfer_id = i.transfer_id)
             OR EXISTS (SELECT 1 FROM transfers t WHERE t.board_id = i.board_id
               AND t.id = i.transfer_id AND t.account_id = i.subject_id)
             OR EXISTS (SELECT 1 FROM attribution_lines l
               WHERE l.board_id = i.board_id AND l.transfer_id = i.transfer_id
                 AND l.occupancy_id = i.subject_id AND NOT EXISTS (
                   SELECT 1 FROM attribution_lines n WHERE n.board_id = l.board_id
                     AND n.transfer_id = l.transfer_id AND n.seq > l.seq)))
         ORDER BY i.transfer_id DESC LIMIT $4",
    )
    .bind::<BigInt, _>(board_id.0)
    .bind::<BigInt, _>(subject_id)
    .bind::<BigInt, _>(before)
    .bind::<BigInt, _>(limit)
    .load(connection)?;
    ids.extend(found.into_iter().map(|found| found.transfer_id));
    ids.sort_unstable_by(|a, b| b.cmp(a));
    ids.dedup();
    Ok(ids)
}
