//! Which feed answers for which account now.

use diesel::prelude::*;

use crate::db::schema::{account_sources, accounts, feed_accounts, feeds, receiving_numbers};
use crate::db::{DbConnection, Outcome};
use crate::primitives::ids::{AccountId, BoardId, FeedId};
use crate::primitives::{Day, UnixMs};

/// An account that a live feed reports.
#[derive(Clone, Debug, Queryable)]
pub struct ReportedRow {
    pub feed_id: i64,
    pub provider: String,
    pub config: String,
    pub account_id: i64,
    pub bin: String,
    from_day: i32,
    pub feed_made_at_ms: i64,
}

impl ReportedRow {
    pub const fn first_day(&self) -> Day {
        Day(self.from_day)
    }
}

/// Accounts that feeds report now, by feed, bank and account.
pub fn reported(
    connection: &mut DbConnection,
    board_id: BoardId,
    feed_id: Option<FeedId>,
) -> Outcome<Vec<ReportedRow>> {
    use {accounts as a, feed_accounts as r, feeds as f};
    let mut query = r::table
        .inner_join(f::table.on(f::board_id.eq(r::board_id).and(f::id.eq(r::feed_id))))
        .inner_join(a::table.on(a::board_id.eq(r::board_id).and(a::id.eq(r::account_id))))
        .filter(r::board_id.eq(board_id.0))
        .filter(r::to_day.is_null())
        .filter(f::disabled_at_ms.is_null())
        .order((r::feed_id, a::bin, r::account_id))
        .select((
            r::feed_id,
            f::provider,
            f::config,
            r::account_id,
            a::bin,
            r::from_day,
            f::created_at_ms,
        ))
        .into_boxed();
    if let Some(feed_id) = feed_id {
        query = query.filter(r::feed_id.eq(feed_id.0));
    }
    Ok(query.load(connection)?)
}

/// The feeds that report an account now.
pub fn reporters(
    connection: &mut DbConnection,
    board_id: BoardId,
    account_id: AccountId,
) -> Outcome<Vec<FeedId>> {
    use feed_accounts as r;
    let ids: Vec<i64> = r::table
        .filter(r::board_id.eq(board_id.0))
        .filter(r::account_id.eq(account_id.0))
        .filter(r::to_day.is_null())
        .order(r::feed_id)
        .select(r::feed_id)
        .load(connection)?;
    Ok(ids.into_iter().map(FeedId).collect())
}

/// The feeds that tell of an account: those that report it now, and others that were heard of it and may
/// still send.
pub fn tellers(
    connection: &mut DbConnection,
    board_id: BoardId,
    account_id: AccountId,
) -> Outcome<Vec<FeedId>> {
    use {account_sources as s, feed_accounts as r, feeds as f};
    let attached: Vec<i64> = r::table
        .filter(r::board_id.eq(board_id.0))
        .filter(r::account_id.eq(account_id.0))
        .select(r::feed_id)
        .load(connection)?;
    let heard: Vec<i64> = s::table
        .filter(s::board_id.eq(board_id.0))
        .filter(s::account_id.eq(account_id.0))
        .select(s::feed_id)
        .load(connection)?;
    let live: Vec<i64> = f::table
        .filter(f::board_id.eq(board_id.0))
        .filter(f::id.eq_any([attached, heard].concat()))
        .filter(f::disabled_at_ms.is_null())
        .order(f::id)
        .select(f::id)
        .load(connection)?;
    Ok(live.into_iter().map(FeedId).collect())
}

/// The numbers of accounts: (account, number).
pub fn numbers(
    connection: &mut DbConnection,
    board_id: BoardId,
    accounts: &[i64],
) -> Outcome<Vec<(i64, String)>> {
    use receiving_numbers as n;
    Ok(n::table
        .filter(n::board_id.eq(board_id.0))
        .filter(n::account_id.eq_any(accounts))
        .select((n::account_id, n::number))
        .load(connection)?)
}

/// When the feed last told something that was believed.
pub fn last_accepted(
    connection: &mut DbConnection,
    board_id: BoardId,
    feed_id: FeedId,
) -> Outcome<Option<UnixMs>> {
    use crate::db::schema::feed_days as d;
    let last: Option<i64> = d::table
        .filter(d::board_id.eq(board_id.0))
        .filter(d::feed_id.eq(feed_id.0))
        .select(diesel::dsl::max(d::last_received_at_ms))
        .first(connection)?;
    Ok(last.map(UnixMs))
}
