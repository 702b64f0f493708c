//! Taking in later what could not be read when it arrived.

use serde::Serialize;
use utoipa::ToSchema;

use super::book::{self, LiveFeed};
use super::deliveries::{DeliveryOutcome, Unreadable};
use super::prepare;
use super::store::deliveries as rows;
use super::store::feeds as feed_rows;
use crate::access::{Act, Permission, SecretKey};
use crate::db::{Batch, DbConnection, Fault, Outcome};
use crate::feeds::{Decoded, Headers, Undecodable};
use crate::ledger::LedgerWriter;
use crate::primitives::Refusal;
use crate::primitives::ids::{DeliveryId, FeedId};

/// What became of a delivery that was looked at again.
#[derive(Debug, Serialize, ToSchema)]
pub struct TakenIn {
    /// As of a delivery, or `refused`.
    pub outcome: String,
    /// Where it is kept; absent while it is refused.
    pub delivery_id: Option<DeliveryId>,
    /// The check that fails, e.g. `wrong-signature`.
    pub refused_because: Option<String>,
    /// What that means, in the caller's language.
    pub detail: Option<String>,
    pub unreadable: Option<Unreadable>,
}

impl TakenIn {
    pub(super) fn as_it_is(outcome: &str, delivery_id: DeliveryId) -> Self {
        let (outcome, delivery_id) = (outcome.to_owned(), Some(delivery_id));
        Self { outcome, delivery_id, refused_because: None, detail: None, unreadable: None }
    }
}

/// Reads an undecodable delivery again, dismissed or not, and takes it in as of now. Another one is
/// answered as it is, so that repeating does nothing.
///
/// # Errors
/// `not-found`; `delivery-body-gone`.
pub fn replay(
    connection: &mut DbConnection,
    act: &Act,
    key: &SecretKey,
    id: DeliveryId,
) -> Outcome<TakenIn> {
    act.require(Permission::FeedsWrite)?;
    let board_id = act.board_id();
    let unknown = || Refusal::not_found("delivery");
    let row = rows::find(connection, board_id, id)?.ok_or_else(unknown)?;
    if let Some(became) = rows::became(connection, board_id, id)? {
        let now = rows::find(connection, board_id, became)?.ok_or_else(unknown)?;
        return Ok(TakenIn::as_it_is(&now.outcome, became));
    }
    let unread = [DeliveryOutcome::Undecodable, DeliveryOutcome::Dismissed];
    if !unread.iter().any(|outcome| outcome.as_str() == row.outcome) {
        return Ok(TakenIn::as_it_is(&row.outcome, id));
    }
    let body = row.body.ok_or_else(|| Refusal::conflict("delivery-body-gone"))?;
    let feed = feed(connection, act, key, row.feed_id)?;
    let decoded = match feed.connector.decode(&feed.config, &body, row.received_at) {
        Ok(decoded) => decoded,
        Err(error) => {
            let unreadable = Some(error.into());
            return Ok(TakenIn { unreadable, ..TakenIn::as_it_is(&row.outcome, id) });
        }
    };
    let headers = Headers::from_stored_json(&row.headers).unwrap_or_default();
    let taken = take_in(connection, act, key, &feed, &headers, body, Ok(decoded))?;
    if let Some(became) = taken.delivery_id {
        let replayed = DeliveryOutcome::Replayed.as_str();
        rows::replace(connection, board_id, id, became, replayed)?;
    }
    Ok(taken)
}

/// The feed with its secrets, disabled or not.
pub(super) fn feed(
    connection: &mut DbConnection,
    act: &Act,
    key: &SecretKey,
    id: FeedId,
) -> Outcome<LiveFeed> {
    let row = feed_rows::find(connection, act.board_id(), id)?;
    book::open(connection, key, act.board_id(), row, act.at)
}

/// Hands a believed delivery to the ledger, inside the open transaction of the board's lane. It is
/// a delivery of its own, so that it can never be taken for the one that it comes from.
pub(super) fn take_in(
    connection: &mut DbConnection,
    act: &Act,
    key: &SecretKey,
    feed: &LiveFeed,
    headers: &Headers,
    body: Vec<u8>,
    decoded: Result<Decoded, Undecodable>,
) -> Outcome<TakenIn> {
    let (decoded, unreadable) = match decoded {
        Ok(decoded) => (Some(decoded), None),
        Err(error) => (None, Some(error.into())),
    };
    let item = prepare::item(feed, key, &|| act.new_id(), act.at, headers, body, decoded);
    let delivery_id = DeliveryId(item.delivery_id);
    let replies = LedgerWriter::default().apply(connection, &[item])?;
    let recorded = replies.first().ok_or_else(|| Fault::broken("the ledger gave no answer"))?;
    Ok(TakenIn { unreadable, ..TakenIn::as_it_is(recorded.as_str(), delivery_id) })
}
