//! Locking the boards of a batch.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt};

use crate::db::schema::board_heads;
use crate::db::{DbConnection, Outcome};
use crate::primitives::ids::BoardId;

/// A board's head row, locked until the transaction ends.
#[derive(Clone, Copy, Debug, QueryableByName)]
pub struct Head {
    #[diesel(sql_type = BigInt)]
    pub board_id: i64,
    #[diesel(sql_type = BigInt)]
    pub event_seq: i64,
    #[diesel(sql_type = BigInt)]
    pub registry_version: i64,
}

/// Locks the heads in sorted order, so that lanes and processes cannot wait for each other in a
/// ring. SQLite holds its one write lock already.
pub fn lock(connection: &mut DbConnection, board_ids: &[i64]) -> Outcome<Vec<Head>> {
    match connection {
        DbConnection::Sqlite(inner) => {
            let rows: Vec<(i64, i64, i64)> = board_heads::table
                .filter(board_heads::board_id.eq_any(board_ids))
                .order(board_heads::board_id)
                .load(inner)?;
            Ok(rows
                .into_iter()
                .map(|(board_id, event_seq, registry_version)| Head {
                    board_id,
                    event_seq,
                    registry_version,
                })
                .collect())
        }
        DbConnection::Postgres(inner) => Ok(diesel::sql_query(
            "SELECT board_id, event_seq, registry_version FROM board_heads
             WHERE board_id = ANY($1) ORDER BY board_id FOR UPDATE",
        )
        .bind::<Array<BigInt>, _>(board_ids)
        .load(inner)?),
    }
}

/// Stores the last event number of a board.
pub fn store_event_seq(
    connection: &mut DbConnection,
    board_id: BoardId,
    event_seq: i64,
) -> Outcome<()> {
    diesel::update(board_heads::table.find(board_id.0))
        .set(board_heads::event_seq.eq(event_seq))
        .execute(connection)?;
    Ok(())
}
