//! Rows of `cash_answers`.

use std::collections::BTreeMap;

use diesel::prelude::*;

use crate::adoption::cash::{Answer, AnswerKind};
use crate::adoption::days::Span;
use crate::db::schema::cash_answers::{self as table, table as rows};
use crate::db::{DbConnection, Outcome};
use crate::primitives::ids::{BoardId, ListenerId, OccupancyId};
use crate::primitives::{Day, UnixMs, Vnd};

/// The answer that counts, with its number.
pub fn latest(
    connection: &mut DbConnection,
    board_id: BoardId,
    occupancy_id: OccupancyId,
    day: Day,
) -> Outcome<Option<(i32, Answer)>> {
    type Row = (i32, AnswerKind, Option<i64>, Option<i64>, i64);
    let found: Option<Row> = rows
        .filter(table::board_id.eq(board_id.0))
        .filter(table::occupancy_id.eq(occupancy_id.0))
        .filter(table::day.eq(day.0))
        .order(table::seq.desc())
        .select((
            table::seq,
            table::kind,
            table::cash_vnd,
            table::transfer_vnd,
            table::answered_at_ms,
        ))
        .first(connection)
        .optional()?;
    Ok(found.map(|(seq, kind, cash, transfer, at)| {
        let (cash_vnd, transfer_vnd) = (cash.map(Vnd::new), transfer.map(Vnd::new));
        (seq, Answer { kind, cash_vnd, transfer_vnd, answered_at: UnixMs(at) })
    }))
}

/// Stall, day and kind of every answer within a window, those of a day in the order in which they
/// were given.
pub fn within(
    connection: &mut DbConnection,
    board_id: BoardId,
    window: Span,
) -> Outcome<Vec<(i64, Day, AnswerKind)>> {
    let found: Vec<(i64, i32, AnswerKind)> = rows
        .filter(table::board_id.eq(board_id.0))
        .filter(table::day.between(window.from.0, window.to.0))
        .order((table::occupancy_id, table::day, table::seq))
        .select((table::occupancy_id, table::day, table::kind))
        .load(connection)?;
    Ok(found.into_iter().map(|(stall, day, kind)| (stall, Day(day), kind)).collect())
}

/// The answers that count of a stall, by day.
pub fn of_days(
    connection: &mut DbConnection,
    board_id: BoardId,
    occupancy_id: OccupancyId,
    (from, to): (Day, Day),
) -> Outcome<BTreeMap<Day, Answer>> {
    type Row = (i32, AnswerKind, Option<i64>, Option<i64>, i64);
    let found: Vec<Row> = rows
        .filter(table::board_id.eq(board_id.0))
        .filter(table::occupancy_id.eq(occupancy_id.0))
        .filter(table::day.between(from.0, to.0))
        .order((table::day, table::seq))
        .select((
            table::day,
            table::kind,
            table::cash_vnd,
            table::transfer_vnd,
            table::answered_at_ms,
        ))
        .load(connection)?;
    let answer = |(day, kind, cash, transfer, at): Row| {
        let (cash_vnd, transfer_vnd) = (cash.map(Vnd::new), transfer.map(Vnd::new));
        (Day(day), Answer { kind, cash_vnd, transfer_vnd, answered_at: UnixMs(at) })
    };
    // Of a day's answers the last one stays.
    Ok(found.into_iter().map(answer).collect())
}

pub fn insert(
    connection: &mut DbConnection,
    board_id: BoardId,
    (occupancy_id, day, seq): (OccupancyId, Day, i32),
    by: ListenerId,
    answer: &Answer,
) -> Outcome<()> {
    diesel::insert_into(rows)
        .values((
            table::board_id.eq(board_id.0),
            table::occupancy_id.eq(occupancy_id.0),
            table::day.eq(day.0),
            table::seq.eq(seq),
            table::kind.eq(answer.kind),
            table::cash_vnd.eq(answer.cash_vnd.map(Vnd::get)),
            table::transfer_vnd.eq(answer.transfer_vnd.map(Vnd::get)),
            table::answered_by.eq(by.0),
            table::answered_at_ms.eq(answer.answered_at.0),
        ))
        .execute(connection)?;
    Ok(())
}
