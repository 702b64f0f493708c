//! That notices of a feed went unread, and how many.

use diesel::prelude::*;

use crate::db::schema::phone_texts_lost as table;
use crate::db::{DbConnection, Outcome, columns};
use crate::intake::store::deliveries::DismissalRow;
use crate::primitives::UnixMs;
use crate::primitives::ids::{BoardId, FeedId};

/// A row of `phone_texts_lost`.
#[derive(Clone, Debug)]
pub struct LostRow {
    pub feed_id: FeedId,
    pub count: i64,
    pub first_received_at: UnixMs,
    pub last_received_at: UnixMs,
    /// Who knows that no money was in them.
    pub dismissed: Option<DismissalRow>,
}

type Raw = ((i64, i64, i64, i64), (Option<i64>, Option<i64>, Option<String>));

columns! {
    const COUNTED = table { feed_id, lost_count, first_received_at_ms, last_received_at_ms };
}

columns! {
    const DISMISSED = table { dismissed_by, dismissed_at_ms, dismissed_why };
}

fn read(((feed_id, count, first, last), dismissed): Raw) -> LostRow {
    LostRow {
        feed_id: FeedId(feed_id),
        count,
        first_received_at: UnixMs(first),
        last_received_at: UnixMs(last),
        dismissed: DismissalRow::of(dismissed),
    }
}

/// One more. After a dismissal it is counted anew.
pub fn note(
    connection: &mut DbConnection,
    board_id: BoardId,
    feed_id: FeedId,
    received_at: UnixMs,
) -> Outcome<()> {
    let before = find(connection, board_id, feed_id)?.filter(|row| row.dismissed.is_none());
    let first = before.as_ref().map_or(received_at, |row| row.first_received_at.min(received_at));
    let last = before.as_ref().map_or(received_at, |row| row.last_received_at.max(received_at));
    let count = before.map_or(1, |row| row.count + 1);
    diesel::delete(table::table.find((board_id.0, feed_id.0))).execute(connection)?;
    diesel::insert_into(table::table)
        .values((
            table::board_id.eq(board_id.0),
            table::feed_id.eq(feed_id.0),
            table::lost_count.eq(count),
            table::first_received_at_ms.eq(first.0),
            table::last_received_at_ms.eq(last.0),
        ))
        .execute(connection)?;
    Ok(())
}

/// Of the feeds that lost some; the oldest feed first.
pub fn all(connection: &mut DbConnection, board_id: BoardId) -> Outcome<Vec<LostRow>> {
    let rows: Vec<Raw> = table::table
        .filter(table::board_id.eq(board_id.0))
        .order(table::feed_id)
        .select((COUNTED, DISMISSED))
        .load(connection)?;
    Ok(rows.into_iter().map(read).collect())
}

pub fn find(
    connection: &mut DbConnection,
    board_id: BoardId,
    feed_id: FeedId,
) -> Outcome<Option<LostRow>> {
    let row: Option<Raw> = table::table
        .find((board_id.0, feed_id.0))
        .select((COUNTED, DISMISSED))
        .first(connection)
        .optional()?;
    Ok(row.map(read))
}

/// Somebody knows that no money was in them that is not counted.
pub fn dismiss(
    connection: &mut DbConnection,
    board_id: BoardId,
    feed_id: FeedId,
    dismissal: &DismissalRow,
) -> Outcome<()> {
    diesel::update(table::table.find((board_id.0, feed_id.0)))
        .set((
            table::dismissed_by.eq(dismissal.by.0),
            table::dismissed_at_ms.eq(dismissal.at.0),
            table::dismissed_why.eq(&dismissal.why),
        ))
        .execute(connection)?;
    Ok(())
}

/// Whether one of the feeds lost a text that came since then.
pub fn is_any_since(
    connection: &mut DbConnection,
    board_id: BoardId,
    feeds: &[i64],
    since: UnixMs,
) -> Outcome<bool> {
    let lost = table::table
        .filter(table::board_id.eq(board_id.0))
        .filter(table::feed_id.eq_any(feeds))
        .filter(table::last_received_at_ms.ge(since.0))
        .filter(table::dismissed_at_ms.is_null());
    Ok(diesel::select(diesel::dsl::exists(lost)).get_result(connection)?)
}
