//! What was heard and counts for nothing: while one of it may be the money that somebody waits for,
//! nobody may say that it was not seen.

use crate::access::Act;
use crate::db::{DbConnection, Outcome};
use crate::intake::store::phone::texts;
use crate::intake::store::{conflicts, deliveries, pulse as rows, refused};
use crate::primitives::UnixMs;
use crate::primitives::ids::AccountId;

/// Whether a feed that reports the account told something since then that could not be read, was
/// refused, contradicts an earlier report, or is a phone's text that no template reads.
pub(super) fn of_account(
    connection: &mut DbConnection,
    act: &Act,
    account_id: AccountId,
    since: UnixMs,
) -> Outcome<bool> {
    let board_id = act.board_id();
    let feeds = rows::reporters(connection, board_id, account_id)?;
    for feed_id in &feeds {
        if refused::is_any_since(connection, board_id, *feed_id, since)? {
            return Ok(true);
        }
    }
    let feeds: Vec<i64> = feeds.iter().map(|id| id.0).collect();
    Ok(deliveries::is_unread_since(connection, board_id, &feeds, since)?
        || texts::is_any_since(connection, board_id, &feeds, since)?
        || conflicts::is_any_since(connection, board_id, &feeds, since)?)
}
