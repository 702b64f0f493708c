//! What was heard and counts for nothing: while one of it may be the money that somebody waits for,
//! nobody may say that it was not seen.

use crate::access::Act;
use crate::db::{DbConnection, Outcome};
use crate::feeds::{Decoded, Direction, FeedConfig, Provider, Reported, connector};
use crate::intake::store::phone::{lost, texts};
use crate::intake::store::refused::{self, RefusedRow};
use crate::intake::store::{conflicts, deliveries, feeds as feed_rows, pulse as rows};
use crate::ledger::perhaps;
use crate::primitives::UnixMs;
use crate::primitives::ids::{AccountId, FeedId};
use crate::requests::RequestRow;

/// Whether a feed that tells of the account, also one that was switched off it, told something since then that could not be read,
/// contradicts an earlier report, is a phone's text that no template reads, or was refused and may be
/// this money.
pub(super) fn of_account(
    connection: &mut DbConnection,
    act: &Act,
    account_id: AccountId,
    since: UnixMs,
    request: Option<&RequestRow>,
) -> Outcome<bool> {
    let board_id = act.board_id();
    let feeds = rows::tellers(connection, board_id, account_id)?;
    for feed_id in &feeds {
        let refused = refused::money_since(connection, board_id, *feed_id, since)?;
        if may_be(connection, act, (*feed_id, account_id), &refused, request)? {
            return Ok(true);
        }
    }
    let feeds: Vec<i64> = feeds.iter().map(|id| id.0).collect();
    Ok(deliveries::is_unread_since(connection, board_id, &feeds, since)?
        || texts::is_any_since(connection, board_id, &feeds, since)?
        || lost::is_any_since(connection, board_id, &feeds, since)?
        || conflicts::is_any_since(connection, board_id, &feeds, since)?)
}

/// Whether what was refused may be money for the account, and for the request: anybody may post to a
/// hook, and who does must not make a stall know nothing. What tells money to the account, of the
/// request's amount or with its code, may be the provider's with an old key; so may a wrong password of
/// the feed's own user, until something is accepted.
fn may_be(
    connection: &mut DbConnection,
    act: &Act,
    (feed_id, account_id): (FeedId, AccountId),
    refused: &[RefusedRow],
    request: Option<&RequestRow>,
) -> Outcome<bool> {
    if refused.is_empty() {
        return Ok(false);
    }
    let board_id = act.board_id();
    let accepted = rows::last_accepted(connection, board_id, feed_id)?.unwrap_or(UnixMs(0));
    let feed = feed_rows::find(connection, board_id, feed_id)?;
    let config = FeedConfig::parse(feed.provider, &feed.config)?;
    let numbers = rows::numbers(connection, board_id, &[account_id.0])?;
    let is_its = |told: &Reported| {
        let said = [told.account_number.as_deref(), told.virtual_account.as_deref()];
        let mut said = said.into_iter().flatten().peekable();
        // A phone tells only a part of it.
        feed.provider == Provider::Phone
            || said.peek().is_none()
            || said.any(|said| numbers.iter().any(|(_, one)| one.eq_ignore_ascii_case(said)))
    };
    let may_pay = |told: &Reported| {
        told.direction == Direction::In
            && is_its(told)
            && request.is_none_or(|request| perhaps::may_pay(told, request))
    };
    Ok(refused.iter().any(|row| {
        if row.is_password() {
            return row.received_at > accepted;
        }
        match connector(feed.provider).decode(&config, &row.body, row.received_at) {
            Ok(Decoded::Transfers(all)) => all.iter().any(may_pay),
            // It was cut, or the feed reads otherwise by now.
            _ => true,
        }
    }))
}
