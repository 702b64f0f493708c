//! The accounts that a feed reports: what makes their stalls measurable. Dated, so that what was
//! measured stays measured when a feed gives an account up; and one feed at a time, so that it is
//! clear which one answers for a day. What another one sends all the same is not counted twice.

use super::feeds::{Feed, show};
use super::store::accounts::{self as rows, New};
use super::store::feeds::{self as feed_rows, FeedRow};
use crate::access::{Act, Permission};
use crate::db::{DbConnection, Outcome};
use crate::feeds::FeedConfig;
use crate::primitives::ids::{AccountId, FeedId};
use crate::primitives::{Day, Refusal};
use crate::registry::{self, boards};

const ACCOUNTS_AT_ONCE: usize = 200;

/// Says that the feed reports these accounts too, from the board's present day on, all of them or
/// none. One that it reports already stays as it is.
///
/// # Errors
/// `empty-list`, `list-too-long`, an unknown account (`account_ids`); `feed-disabled`,
/// `feed-account-in-other-feed`.
pub fn attach_all(
    connection: &mut DbConnection,
    act: &Act,
    id: FeedId,
    account_ids: &[AccountId],
) -> Outcome<Feed> {
    act.require(Permission::FeedsWrite)?;
    if account_ids.is_empty() {
        return Err(Refusal::invalid("account_ids", "empty-list").into());
    }
    if account_ids.len() > ACCOUNTS_AT_ONCE {
        let refusal = Refusal::invalid("account_ids", "list-too-long");
        return Err(refusal.with("max", ACCOUNTS_AT_ONCE).into());
    }
    let row = feed_rows::find(connection, act.board_id(), id)?;
    if row.disabled_at.is_some() {
        return Err(Refusal::conflict("feed-disabled").into());
    }
    attach(connection, act, &row, account_ids)?;
    show(connection, act, row)
}

/// [`attach_all`] for one.
pub fn attach_account(
    connection: &mut DbConnection,
    act: &Act,
    id: FeedId,
    account_id: AccountId,
) -> Outcome<Feed> {
    attach_all(connection, act, id, &[account_id])
}

/// Says that the feed does not report the account any more; yesterday was the last whole day.
/// Of a disabled feed: that it will not be taken up again with it.
pub fn detach_account(
    connection: &mut DbConnection,
    act: &Act,
    id: FeedId,
    account_id: AccountId,
) -> Outcome<Feed> {
    act.require(Permission::FeedsWrite)?;
    let row = feed_rows::find(connection, act.board_id(), id)?;
    let last = last_whole_day(connection, act)?;
    let board_id = act.board_id();
    let reported = rows::end(connection, board_id, id, Some(account_id), last, false)?;
    let waited = rows::unpause(connection, board_id, id, Some(account_id))?;
    if !reported && !waited {
        return Err(Refusal::not_found("account").into());
    }
    registry::store::touch(connection, board_id)?;
    show(connection, act, row)
}

/// Frees the accounts of a feed that is being disabled for others.
pub(super) fn pause(connection: &mut DbConnection, act: &Act, id: FeedId) -> Outcome<()> {
    let last = last_whole_day(connection, act)?;
    rows::end(connection, act.board_id(), id, None, last, true)?;
    registry::store::touch(connection, act.board_id())
}

/// Takes the accounts of a feed that was disabled up again, all or none.
pub(super) fn resume(connection: &mut DbConnection, act: &Act, row: &FeedRow) -> Outcome<()> {
    let waiting = rows::paused(connection, act.board_id(), row.id)?;
    rows::unpause(connection, act.board_id(), row.id, None)?;
    attach(connection, act, row, &waiting)
}

pub(super) fn attach(
    connection: &mut DbConnection,
    act: &Act,
    row: &FeedRow,
    account_ids: &[AccountId],
) -> Outcome<()> {
    let board_id = act.board_id();
    // Locks the board's head: what is free now stays free until it is taken here.
    registry::store::touch(connection, board_id)?;
    let source = FeedConfig::parse(row.provider, &row.config)?.source();
    let from = boards::today(connection, act)?;
    for account_id in account_ids {
        registry::accounts::require(connection, act, *account_id, "account_ids")?;
        match rows::reporter(connection, board_id, *account_id, &source)? {
            Some(feed_id) if feed_id == row.id => {}
            Some(other) => {
                let refusal = Refusal::conflict("feed-account-in-other-feed").on("account_ids");
                return Err(refusal.with("account", account_id).with("feed", other).into());
            }
            None => {
                let (id, feed_id, account_id) = (act.new_id(), row.id, *account_id);
                let word = rows::last_memo_word(connection, board_id, feed_id, account_id)?;
                let memo_word = word.as_deref();
                let new = New { id, feed_id, account_id, source: &source, from, memo_word };
                rows::insert(connection, board_id, new)?;
            }
        }
    }
    Ok(())
}

/// Today is reported in part only.
fn last_whole_day(connection: &mut DbConnection, act: &Act) -> Outcome<Day> {
    Ok(boards::today(connection, act)?.plus(-1))
}
