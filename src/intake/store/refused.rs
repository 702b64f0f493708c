//! The ring of refused deliveries of each feed.

use diesel::prelude::*;

use crate::db::schema::refused_deliveries::{self as table, dsl as row};
use crate::db::{DbConnection, Outcome};
use crate::primitives::UnixMs;
use crate::primitives::ids::{BoardId, FeedId};

use super::deliveries::DismissalRow;

/// A delivery that was refused.
#[derive(Clone, Debug)]
pub struct RefusedRow {
    pub received_at: UnixMs,
    pub reason: String,
    pub headers: String,
    /// Fingerprint of the key that was sent in clear.
    pub presented_key: Option<i64>,
    pub body: Vec<u8>,
    pub is_truncated: bool,
    /// It tells of money in; of a refused password, its user is the feed's.
    pub is_money: bool,
    pub dismissed: Option<DismissalRow>,
}

/// The reason of a password that was refused: its body says nothing.
const WRONG_PASSWORD: &str = "wrong-credentials";

/// Keeps refused deliveries of a feed, oldest first, and at most `keep` of those that tell of money and
/// as many of the others: so nobody drives out money with what is none.
pub fn keep(
    connection: &mut DbConnection,
    board_id: BoardId,
    feed_id: FeedId,
    keep: i64,
    refused: &[RefusedRow],
) -> Outcome<()> {
    let of_feed = row::board_id.eq(board_id.0).and(row::feed_id.eq(feed_id.0));
    let last: Option<i64> =
        table::table.filter(of_feed).select(diesel::dsl::max(row::number)).first(connection)?;
    let mut number = last.unwrap_or(0);
    for one in refused {
        number += 1;
        diesel::insert_into(table::table)
            .values((
                row::board_id.eq(board_id.0),
                row::feed_id.eq(feed_id.0),
                row::number.eq(number),
                row::received_at_ms.eq(one.received_at.0),
                row::reason.eq(&one.reason),
                row::headers.eq(&one.headers),
                row::presented_key.eq(one.presented_key),
                row::body.eq(&one.body),
                row::is_truncated.eq(one.is_truncated),
                row::is_money.eq(one.is_money),
            ))
            .execute(connection)?;
    }
    for is_money in [true, false] {
        let of_kind = of_feed.and(row::is_money.eq(is_money));
        let newest_old: Option<i64> = table::table
            .filter(of_kind)
            .order(row::number.desc())
            .offset(keep)
            .limit(1)
            .select(row::number)
            .first(connection)
            .optional()?;
        let Some(newest_old) = newest_old else { continue };
        let old = table::table.filter(of_kind).filter(row::number.le(newest_old));
        diesel::delete(old).execute(connection)?;
    }
    Ok(())
}

type Raw = (
    (i64, i64, String, String, Option<i64>, Vec<u8>, bool),
    (bool, Option<i64>, Option<i64>, Option<String>),
);

/// The columns of a [`Raw`]: a macro, because their type would say it all twice.
macro_rules! columns {
    () => {
        (
            (
                row::number,
                row::received_at_ms,
                row::reason,
                row::headers,
                row::presented_key,
                row::body,
                row::is_truncated,
            ),
            (row::is_money, row::dismissed_by, row::dismissed_at_ms, row::why),
        )
    };
}

fn read((of, became): Raw) -> (i64, RefusedRow) {
    let (number, at, reason, headers, presented_key, body, is_truncated) = of;
    let (is_money, by, dismissed_at, why) = became;
    let dismissed = DismissalRow::of((by, dismissed_at, why));
    let received_at = UnixMs(at);
    let row = RefusedRow {
        received_at,
        reason,
        headers,
        presented_key,
        body,
        is_truncated,
        is_money,
        dismissed,
    };
    (number, row)
}

/// Refused deliveries of a feed with numbers below one, newest first.
pub fn page(
    connection: &mut DbConnection,
    board_id: BoardId,
    feed_id: FeedId,
    below: i64,
    limit: i64,
) -> Outcome<Vec<(i64, RefusedRow)>> {
    let rows: Vec<Raw> = table::table
        .filter(row::board_id.eq(board_id.0))
        .filter(row::feed_id.eq(feed_id.0))
        .filter(row::number.lt(below))
        .order(row::number.desc())
        .limit(limit)
        .select(columns!())
        .load(connection)?;
    Ok(rows.into_iter().map(read).collect())
}

/// What nobody has settled of a feed's refused deliveries.
#[derive(Clone, Copy, Debug)]
pub struct Unsettled {
    pub feed_id: FeedId,
    /// They tell of money in. Of the others, what has been accepted since settles them.
    pub is_money: bool,
    pub oldest: UnixMs,
    pub newest: UnixMs,
}

/// Of each feed that is not disabled, of those that tell of money and of the others.
pub fn unsettled(connection: &mut DbConnection, board_id: BoardId) -> Outcome<Vec<Unsettled>> {
    use crate::db::schema::feeds as f;
    let mut found = Vec::new();
    for is_money in [true, false] {
        let told = row::is_money.eq(true).and(row::reason.ne(WRONG_PASSWORD));
        let query = table::table
            .inner_join(f::table.on(f::board_id.eq(row::board_id).and(f::id.eq(row::feed_id))))
            .filter(row::board_id.eq(board_id.0))
            .filter(f::disabled_at_ms.is_null())
            .filter(row::dismissed_at_ms.is_null())
            .filter(told.eq(is_money))
            .group_by(row::feed_id)
            .order(row::feed_id)
            .select((
                row::feed_id,
                diesel::dsl::min(row::received_at_ms),
                diesel::dsl::max(row::received_at_ms),
            ));
        let rows: Vec<(i64, Option<i64>, Option<i64>)> = query.load(connection)?;
        found.extend(rows.into_iter().filter_map(|(id, oldest, newest)| {
            let (oldest, newest) = (UnixMs(oldest?), UnixMs(newest?));
            Some(Unsettled { feed_id: FeedId(id), is_money, oldest, newest })
        }));
    }
    Ok(found)
}

/// When the oldest came that is newer than an instant, tells of no money and is not settled.
pub fn oldest_after(
    connection: &mut DbConnection,
    board_id: BoardId,
    feed_id: FeedId,
    after: UnixMs,
) -> Outcome<Option<UnixMs>> {
    let told = row::is_money.eq(true).and(row::reason.ne(WRONG_PASSWORD));
    let oldest: Option<i64> = table::table
        .filter(row::board_id.eq(board_id.0))
        .filter(row::feed_id.eq(feed_id.0))
        .filter(row::dismissed_at_ms.is_null())
        .filter(told.eq(false))
        .filter(row::received_at_ms.gt(after.0))
        .select(diesel::dsl::min(row::received_at_ms))
        .first(connection)?;
    Ok(oldest.map(UnixMs))
}

/// Those that tell of money, or of whoever knows the feed's user, came since then and are not settled,
/// newest first.
pub fn money_since(
    connection: &mut DbConnection,
    board_id: BoardId,
    feed_id: FeedId,
    since: UnixMs,
) -> Outcome<Vec<RefusedRow>> {
    let rows: Vec<Raw> = table::table
        .filter(row::board_id.eq(board_id.0))
        .filter(row::feed_id.eq(feed_id.0))
        .filter(row::is_money.eq(true))
        .filter(row::dismissed_at_ms.is_null())
        .filter(row::received_at_ms.ge(since.0))
        .order(row::number.desc())
        .select(columns!())
        .load(connection)?;
    Ok(rows.into_iter().map(|raw| read(raw).1).collect())
}

impl RefusedRow {
    #[must_use]
    pub fn is_password(&self) -> bool {
        self.reason == WRONG_PASSWORD
    }
}

/// Keeps what somebody said of a refused delivery, or of all up to it that nobody has settled.
pub fn dismiss(
    connection: &mut DbConnection,
    board_id: BoardId,
    feed_id: FeedId,
    (number, and_before): (i64, bool),
    dismissal: &DismissalRow,
) -> Outcome<()> {
    let from = if and_before { 0 } else { number };
    let these = table::table
        .filter(row::board_id.eq(board_id.0))
        .filter(row::feed_id.eq(feed_id.0))
        .filter(row::number.between(from, number))
        .filter(row::dismissed_at_ms.is_null());
    diesel::update(these)
        .set((
            row::dismissed_by.eq(dismissal.by.0),
            row::dismissed_at_ms.eq(dismissal.at.0),
            row::why.eq(&dismissal.why),
        ))
        .execute(connection)?;
    Ok(())
}

pub fn find(
    connection: &mut DbConnection,
    board_id: BoardId,
    feed_id: FeedId,
    number: i64,
) -> Outcome<Option<RefusedRow>> {
    let found: Option<Raw> = table::table
        .find((board_id.0, feed_id.0, number))
        .select(columns!())
        .first(connection)
        .optional()?;
    Ok(found.map(|raw| read(raw).1))
}

pub fn remove(
    connection: &mut DbConnection,
    board_id: BoardId,
    feed_id: FeedId,
    number: i64,
) -> Outcome<()> {
    diesel::delete(table::table.find((board_id.0, feed_id.0, number))).execute(connection)?;
    Ok(())
}
