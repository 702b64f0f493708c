//! Accounts whose links were changed, until the ledger has decided their transfers again.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer};

use crate::access::Act;
use crate::db::schema::link_changes as table;
use crate::db::{DbConnection, Outcome};
use crate::primitives::Day;
use crate::primitives::ids::{AccountId, ActorId, BoardId, TransferId};

/// A change that waits to be followed.
#[derive(Clone, Debug)]
pub struct LinkChange {
    pub account_id: AccountId,
    /// The first day on which it makes a difference.
    pub from_day: Day,
    /// All transfers up to this one are decided.
    pub after: TransferId,
    /// The board's last event before the change: later transfers were decided by the new links.
    pub event_seq: i64,
    /// Whose change was the last one.
    pub changed_by: ActorId,
}

/// Notes that an account's links are others from a day on. Of several changes the first day counts,
/// and what was decided in between is decided again.
pub fn note(
    connection: &mut DbConnection,
    act: &Act,
    account_id: AccountId,
    from_day: Day,
) -> Outcome<()> {
    diesel::sql_query(
        "INSERT INTO link_changes (board_id, account_id, from_day, after_transfer_id, event_seq,
           changed_by, changed_at_ms)
         SELECT board_id, $1, $2, 0, event_seq, $3, $4 FROM board_heads WHERE board_id = $5
         ON CONFLICT (board_id, account_id) DO UPDATE SET
           from_day = CASE WHEN excluded.from_day < link_changes.from_day
             THEN excluded.from_day ELSE link_changes.from_day END,
           after_transfer_id = 0, event_seq = excluded.event_seq,
           changed_by = excluded.changed_by, changed_at_ms = excluded.changed_at_ms",
    )
    .bind::<BigInt, _>(account_id.0)
    .bind::<Integer, _>(from_day.0)
    .bind::<BigInt, _>(act.scope.actor.0)
    .bind::<BigInt, _>(act.at.0)
    .bind::<BigInt, _>(act.board_id().0)
    .execute(connection)?;
    Ok(())
}

/// Boards whose changes wait.
pub fn boards(connection: &mut DbConnection) -> Outcome<Vec<BoardId>> {
    let ids = table::table.select(table::board_id).distinct().order(table::board_id);
    Ok(ids.load::<i64>(connection)?.into_iter().map(BoardId).collect())
}

/// The changes of a board, at most so many.
pub fn waiting(
    connection: &mut DbConnection,
    board_id: BoardId,
    at_most: i64,
) -> Outcome<Vec<LinkChange>> {
    let rows: Vec<(i64, i32, i64, i64, i64)> = table::table
        .filter(table::board_id.eq(board_id.0))
        .order(table::account_id)
        .limit(at_most)
        .select((
            table::account_id,
            table::from_day,
            table::after_transfer_id,
            table::event_seq,
            table::changed_by,
        ))
        .load(connection)?;
    let change = |(account_id, from_day, after, event_seq, changed_by)| LinkChange {
        account_id: AccountId(account_id),
        from_day: Day(from_day),
        after: TransferId(after),
        event_seq,
        changed_by: ActorId(changed_by),
    };
    Ok(rows.into_iter().map(change).collect())
}

/// The transfers up to this one are decided.
pub fn advance(
    connection: &mut DbConnection,
    board_id: BoardId,
    account_id: AccountId,
    after: TransferId,
) -> Outcome<()> {
    diesel::update(table::table.find((board_id.0, account_id.0)))
        .set(table::after_transfer_id.eq(after.0))
        .execute(connection)?;
    Ok(())
}

/// All transfers are decided.
pub fn finish(
    connection: &mut DbConnection,
    board_id: BoardId,
    account_id: AccountId,
) -> Outcome<()> {
    diesel::delete(table::table.find((board_id.0, account_id.0))).execute(connection)?;
    Ok(())
}
