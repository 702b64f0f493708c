//! The boards of a batch: their locks, and the numbers of their events.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use diesel::prelude::*;

use crate::db::rows::{Kind, Table, Value, Writes};
use crate::db::schema::board_heads;
use crate::db::{DbConnection, Outcome};
use crate::events::{Event, Pages};
use crate::primitives::ids::BoardId;
use crate::primitives::{Month, UnixMs};

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
    last_rolled_month: i32,
}

impl Head {
    /// Whether the month may be rolled up; the months after it are not.
    #[must_use]
    pub const fn may_be_rolled(&self, month: Month) -> bool {
        month.get() <= self.last_rolled_month
    }
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

/// Lays out the boards' events, numbered on, and their heads. The boards are locked.
pub fn announce(
    writes: &mut Writes<'_>,
    heads: &[Head],
    events: BTreeMap<i64, Vec<Event>>,
    at: UnixMs,
) -> Outcome<()> {
    let (mut pages, mut values) = (Pages::default(), Vec::new());
    for (board_id, events) in events {
        let Some(head) = heads.iter().find(|head| head.board_id == board_id) else { continue };
        let event_seq = pages.append(BoardId(board_id), head.event_seq, at, events)?;
        values.extend([
            Value::Int(board_id),
            Value::Int(event_seq),
            Value::Int(head.registry_version),
        ]);
    }
    pages.write(writes);
    writes.push(&HEADS, values);
    Ok(())
}
