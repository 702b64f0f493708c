//! The boards of a batch: their locks, and the numbers of their events.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Integer};

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
#[derive(Clone, Copy, Debug, Queryable, QueryableByName)]
pub struct Head {
    #[diesel(sql_type = BigInt)]
    pub board_id: i64,
    #[diesel(sql_type = BigInt)]
    pub event_seq: i64,
    #[diesel(sql_type = BigInt)]
    pub registry_version: i64,
    #[diesel(sql_type = BigInt)]
    pub indexed_seq: i64,
    #[diesel(sql_type = Integer)]
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
            let heads = board_ids
                .iter()
                .filter_map(|id| board_heads::table.find(*id).first(inner).optional().transpose());
            Ok(heads.collect::<QueryResult<_>>()?)
        }
        DbConnection::Postgres(inner) => Ok(diesel::sql_query(
            "SELECT board_id, event_seq, registry_version, indexed_seq, last_rolled_month
             FROM board_heads WHERE board_id = ANY($1) ORDER BY board_id FOR UPDATE",
        )
        .bind::<Array<BigInt>, _>(board_ids)
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
