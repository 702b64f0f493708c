//! Rows of `boards` and their `board_heads`.

use diesel::prelude::*;

use crate::db::schema::board_heads;
use crate::db::schema::boards::{self as table, table as rows};
use crate::db::{DbConnection, Outcome};
use crate::primitives::ids::BoardId;
use crate::primitives::{UnixMs, Vnd};
use crate::registry::boards::Board;

pub fn find(connection: &mut DbConnection, id: BoardId) -> Outcome<Option<Board>> {
    let row: Option<(BoardId, String, i32, i64, i64)> =
        rows.find(id).first(connection).optional()?;
    Ok(row.map(|(id, name, day_start_minute, minimum_receipt_vnd, created_at_ms)| Board {
        id,
        name,
        day_start_minute,
        minimum_receipt_vnd: Vnd::new(minimum_receipt_vnd),
        created_at: UnixMs(created_at_ms),
    }))
}

pub fn insert(connection: &mut DbConnection, board: &Board) -> Outcome<()> {
    diesel::insert_into(rows)
        .values((
            table::board_id.eq(board.id),
            table::name.eq(&board.name),
            table::day_start_minute.eq(board.day_start_minute),
            table::minimum_receipt_vnd.eq(board.minimum_receipt_vnd.get()),
            table::created_at_ms.eq(board.created_at.0),
        ))
        .execute(connection)?;
    diesel::insert_into(board_heads::table)
        .values((
            board_heads::board_id.eq(board.id),
            board_heads::event_seq.eq(0_i64),
            board_heads::registry_version.eq(0_i64),
        ))
        .execute(connection)?;
    Ok(())
}

pub fn update(connection: &mut DbConnection, board: &Board) -> Outcome<()> {
    diesel::update(rows.find(board.id))
        .set((
            table::name.eq(&board.name),
            table::day_start_minute.eq(board.day_start_minute),
            table::minimum_receipt_vnd.eq(board.minimum_receipt_vnd.get()),
        ))
        .execute(connection)?;
    Ok(())
}

pub fn all_names(connection: &mut DbConnection) -> Outcome<Vec<(BoardId, String)>> {
    Ok(rows.order(table::board_id).select((table::board_id, table::name)).load(connection)?)
}

pub fn all_ids(connection: &mut DbConnection) -> Outcome<Vec<BoardId>> {
    Ok(rows.order(table::board_id).select(table::board_id).load(connection)?)
}
