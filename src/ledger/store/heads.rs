//! The boards of a batch: their locks, and the numbers of their events.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use diesel::prelude::*;

use crate::db::rows::{Gate, Kind, Table, Value, Writes};
use crate::db::schema::board_heads;
use crate::db::{DbConnection, Outcome};
use crate::events::{Event, Pages};
use crate::primitives::ids::BoardId;
use crate::primitives::{Day, UnixMs};

/// Only the number of the last event is written: the row is there.
static HEADS: LazyLock<Table> = LazyLock::new(|| {
    let columns =
        [("board_id", Kind::Int), ("event_seq", Kind::Int), ("registry_version", Kind::Int)];
    let suffix = "ON CONFLICT (board_id) DO UPDATE SET event_seq = excluded.event_seq";
    Table::new("board_heads", &columns, suffix)
});

/// A board's head row, locked until the transaction ends.
#[derive(Clone, Copy, Debug, Queryable)]
pub struct Head {
    pub board_id: i64,
    pub event_seq: i64,
    pub registry_version: i64,
    pub indexed_seq: i64,
    last_rolled_day: i32,
}

impl Head {
    /// Whether the day may be rolled up; the days after it are not.
    #[must_use]
    pub const fn may_be_rolled(&self, day: Day) -> bool {
        day.0 <= self.last_rolled_day
    }
}

/// Until the transaction ends, nobody else writes to the board.
pub fn lock_board(connection: &mut DbConnection, board_id: BoardId) -> Outcome<()> {
    lock(connection, &[board_id.0]).map(|_| ())
}

/// Locks the heads in sorted order, so that lanes and processes cannot wait for each other in a
/// ring. SQLite holds its one write lock already.
pub fn lock(connection: &mut DbConnection, board_ids: &[i64]) -> Outcome<Vec<Head>> {
    match connection {
        DbConnection::Sqlite(inner) => {
            // One by one: a list of ids would be another statement for each length.
            let heads = board_ids.iter().filter_map(|id| {
                board_heads::table.find(*id).get_result(inner).optional().transpose()
            });
            Ok(heads.collect::<QueryResult<_>>()?)
        }
        DbConnection::Postgres(inner) => Ok(board_heads::table
            .filter(board_heads::board_id.eq_any(board_ids))
            .order(board_heads::board_id)
            .for_update()
            .load(inner)?),
    }
}

/// Lays out the boards' events, numbered on, and moves their heads on. The boards are locked.
pub fn announce(
    writes: &mut Writes<'_>,
    heads: &mut [Head],
    events: BTreeMap<i64, Vec<Event>>,
    at: UnixMs,
) -> Outcome<()> {
    let (mut pages, mut values) = (Pages::default(), Vec::new());
    for (board_id, events) in events {
        let Some(head) = heads.iter_mut().find(|head| head.board_id == board_id) else { continue };
        head.event_seq = pages.append(BoardId(board_id), head.event_seq, at, events)?;
        values.extend([head.board_id, head.event_seq, head.registry_version].map(Value::Int));
    }
    pages.write(writes);
    writes.push(&HEADS, values);
    Ok(())
}

/// Lays out one board's events, numbered on from a head that is remembered, not locked. Returns the
/// head after them, and what opens only if the board's is still the remembered one: then nothing
/// that the batch was decided by has changed.
pub fn announce_if(
    writes: &mut Writes<'_>,
    head: Head,
    events: Vec<Event>,
    at: UnixMs,
) -> Outcome<(Head, Gate)> {
    let mut pages = Pages::default();
    let event_seq = pages.append(BoardId(head.board_id), head.event_seq, at, events)?;
    pages.write(writes);
    let gate = Gate {
        update: "UPDATE board_heads SET event_seq = ? WHERE board_id = ? AND event_seq = ? \
                 AND registry_version = ? AND last_rolled_day = ?",
        binds: vec![
            event_seq,
            head.board_id,
            head.event_seq,
            head.registry_version,
            i64::from(head.last_rolled_day),
        ],
    };
    Ok((Head { event_seq, ..head }, gate))
}
