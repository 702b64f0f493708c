//! Which feed reports which account, by days.

use diesel::prelude::*;

use crate::db::schema::feed_accounts::{self, dsl as row};
use crate::db::{DbConnection, Outcome};
use crate::primitives::Day;
use crate::primitives::ids::{AccountId, BoardId, FeedId};
use crate::registry::PageRequest;

/// The feed that reports `source` of an account now.
pub fn reporter(
    connection: &mut DbConnection,
    board_id: BoardId,
    account_id: AccountId,
    source: &str,
) -> Outcome<Option<FeedId>> {
    let feed_id: Option<i64> = row::feed_accounts
        .filter(row::board_id.eq(board_id.0))
        .filter(row::account_id.eq(account_id.0))
        .filter(row::source.eq(source))
        .filter(row::to_day.is_null())
        .select(row::feed_id)
        .first(connection)
        .optional()?;
    Ok(feed_id.map(FeedId))
}

/// An account that a feed begins to report.
#[derive(Clone, Copy, Debug)]
pub struct New<'a> {
    pub id: i64,
    pub feed_id: FeedId,
    pub account_id: AccountId,
    pub source: &'a str,
    pub from: Day,
    pub memo_word: Option<&'a str>,
}

pub fn insert(connection: &mut DbConnection, board_id: BoardId, new: New<'_>) -> Outcome<()> {
    diesel::insert_into(feed_accounts::table)
        .values((
            row::board_id.eq(board_id.0),
            row::id.eq(new.id),
            row::feed_id.eq(new.feed_id.0),
            row::account_id.eq(new.account_id.0),
            row::source.eq(new.source),
            row::from_day.eq(new.from.0),
            row::memo_word.eq(new.memo_word),
        ))
        .execute(connection)?;
    Ok(())
}

/// Ends what a feed reports now, of one account or of all; it may be `paused`, to be taken up
/// again. Tells whether there was anything.
pub fn end(
    connection: &mut DbConnection,
    board_id: BoardId,
    feed_id: FeedId,
    account_id: Option<AccountId>,
    last: Day,
    paused: bool,
) -> Outcome<bool> {
    let live = row::feed_accounts
        .filter(row::board_id.eq(board_id.0))
        .filter(row::feed_id.eq(feed_id.0))
        .filter(row::to_day.is_null());
    let ended = (row::to_day.eq(last.0), row::is_paused.eq(paused));
    let count = match account_id {
        Some(id) => {
            let rows = live.filter(row::account_id.eq(id.0));
            diesel::update(rows).set(ended).execute(connection)?
        }
        None => diesel::update(live).set(ended).execute(connection)?,
    };
    Ok(count > 0)
}

/// Accounts that a feed reports now.
pub fn live(
    connection: &mut DbConnection,
    board_id: BoardId,
    feed_id: FeedId,
) -> Outcome<Vec<AccountId>> {
    let ids: Vec<i64> = row::feed_accounts
        .filter(row::board_id.eq(board_id.0))
        .filter(row::feed_id.eq(feed_id.0))
        .filter(row::to_day.is_null())
        .order(row::account_id)
        .select(row::account_id)
        .load(connection)?;
    Ok(ids.into_iter().map(AccountId).collect())
}

/// Accounts that a feed reports now, and since when.
pub fn page(
    connection: &mut DbConnection,
    board_id: BoardId,
    feed_id: FeedId,
    page: PageRequest,
) -> Outcome<Vec<(AccountId, Day)>> {
    let rows: Vec<(i64, i32)> = row::feed_accounts
        .filter(row::board_id.eq(board_id.0))
        .filter(row::feed_id.eq(feed_id.0))
        .filter(row::to_day.is_null())
        .filter(row::account_id.gt(page.floor()))
        .order(row::account_id)
        .limit(page.rows())
        .select((row::account_id, row::from_day))
        .load(connection)?;
    Ok(rows.into_iter().map(|(id, from)| (AccountId(id), Day(from))).collect())
}

/// Since when a feed reports an account, and the account's word.
pub fn find(
    connection: &mut DbConnection,
    board_id: BoardId,
    feed_id: FeedId,
    account_id: AccountId,
) -> Outcome<Option<(Day, Option<String>)>> {
    let found: Option<(i32, Option<String>)> = row::feed_accounts
        .filter(row::board_id.eq(board_id.0))
        .filter(row::feed_id.eq(feed_id.0))
        .filter(row::account_id.eq(account_id.0))
        .filter(row::to_day.is_null())
        .select((row::from_day, row::memo_word))
        .first(connection)
        .optional()?;
    Ok(found.map(|(from, word)| (Day(from), word)))
}

/// The word of an account when a feed reported it last.
pub fn last_memo_word(
    connection: &mut DbConnection,
    board_id: BoardId,
    feed_id: FeedId,
    account_id: AccountId,
) -> Outcome<Option<String>> {
    let word: Option<Option<String>> = row::feed_accounts
        .filter(row::board_id.eq(board_id.0))
        .filter(row::feed_id.eq(feed_id.0))
        .filter(row::account_id.eq(account_id.0))
        .order(row::id.desc())
        .select(row::memo_word)
        .first(connection)
        .optional()?;
    Ok(word.flatten())
}

pub fn set_memo_word(
    connection: &mut DbConnection,
    board_id: BoardId,
    feed_id: FeedId,
    account_id: AccountId,
    word: Option<&str>,
) -> Outcome<()> {
    let live = row::feed_accounts
        .filter(row::board_id.eq(board_id.0))
        .filter(row::feed_id.eq(feed_id.0))
        .filter(row::account_id.eq(account_id.0))
        .filter(row::to_day.is_null());
    diesel::update(live).set(row::memo_word.eq(word)).execute(connection)?;
    Ok(())
}

/// Accounts that wait for a disabled feed.
pub fn paused(
    connection: &mut DbConnection,
    board_id: BoardId,
    feed_id: FeedId,
) -> Outcome<Vec<AccountId>> {
    let ids: Vec<i64> = row::feed_accounts
        .filter(row::board_id.eq(board_id.0))
        .filter(row::feed_id.eq(feed_id.0))
        .filter(row::is_paused.eq(true))
        .order(row::account_id)
        .select(row::account_id)
        .load(connection)?;
    Ok(ids.into_iter().map(AccountId).collect())
}

/// Accounts wait no more, one or all. Tells whether any did.
pub fn unpause(
    connection: &mut DbConnection,
    board_id: BoardId,
    feed_id: FeedId,
    account_id: Option<AccountId>,
) -> Outcome<bool> {
    let waiting = row::feed_accounts
        .filter(row::board_id.eq(board_id.0))
        .filter(row::feed_id.eq(feed_id.0))
        .filter(row::is_paused.eq(true));
    let count = match account_id {
        Some(id) => {
            let rows = waiting.filter(row::account_id.eq(id.0));
            diesel::update(rows).set(row::is_paused.eq(false)).execute(connection)?
        }
        None => diesel::update(waiting).set(row::is_paused.eq(false)).execute(connection)?,
    };
    Ok(count > 0)
}
