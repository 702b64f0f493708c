//! Transfers that were told of a number before it was registered: they are of no account, and what
//! comes for the account later must still be compared with them. The number stands in their report.

use std::collections::{BTreeMap, BTreeSet};

use super::store::{fitting, reading};
use super::transfers::Stored;
use crate::db::{DbConnection, Outcome};
use crate::feeds::Reported;
use crate::primitives::UnixMs;
use crate::primitives::ids::{AccountId, BoardId, FeedId};
use crate::registry::directory::Directory;

/// Strays of an account's numbers that occurred between two instants; `amounts`: only of these.
pub(super) fn of_account(
    connection: &mut DbConnection,
    of: (BoardId, AccountId),
    between: (UnixMs, UnixMs),
    amounts: Option<&BTreeSet<i64>>,
) -> Outcome<Vec<i64>> {
    let all = found(connection, of, between, amounts)?;
    Ok(all.into_iter().map(|(stored, _)| stored.id.0).collect())
}

/// Who has told of the account's strays since an instant, each with its feed.
pub(super) fn senders(
    connection: &mut DbConnection,
    of: (BoardId, AccountId),
    since: UnixMs,
) -> Outcome<BTreeMap<String, FeedId>> {
    let all = found(connection, of, (since, UnixMs(i64::MAX)), None)?;
    Ok(all.into_iter().map(|(stored, told)| (told.sender(), stored.feed_id)).collect())
}

fn found(
    connection: &mut DbConnection,
    (board_id, account_id): (BoardId, AccountId),
    between: (UnixMs, UnixMs),
    amounts: Option<&BTreeSet<i64>>,
) -> Outcome<Vec<(Stored, Reported)>> {
    let ids = fitting::without_account(connection, board_id, between, amounts)?;
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    // Few batches meet one: the lane's own directory need not be handed down.
    let directory = Directory::load(connection, board_id)?;
    let stored = reading::these(connection, board_id, &ids)?;
    let mut said = reading::reported(connection, board_id, &stored)?;
    let of_account = stored.into_iter().filter_map(|stored| {
        let told = said.remove(&stored.id)?;
        let number = directory.resolve_account(
            told.bin.as_deref(),
            told.account_number.as_deref(),
            told.virtual_account.as_deref(),
        )?;
        (number.account_id == account_id).then_some((stored, told))
    });
    Ok(of_account.collect())
}
