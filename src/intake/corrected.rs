//! Of two reports that contradict each other the later one was right: the books follow it.

use super::store::conflicts::{self as rows, ConflictRow};
use super::store::deliveries;
use super::{prepare, replay};
use crate::access::{Act, SecretKey};
use crate::db::{Batch, DbConnection, Outcome};
use crate::feeds::Headers;
use crate::ledger::corrected::set_aside;
use crate::ledger::item::{Content, Item};
use crate::ledger::{LedgerWriter, Recorded};
use crate::primitives::Refusal;
use crate::primitives::ids::{DeliveryId, TransferId};

/// Sets the counted transfer aside, as `test`, and takes the other report in as of today's rules, as a
/// delivery of its own like a replay. Where another sender has told it already, it is counted there. A
/// repetition of either report is then known. The board is locked.
///
/// # Errors
/// `delivery-body-gone`, `delivery-reads-differently`, `conflict-has-refunds`.
pub(super) fn correct(
    connection: &mut DbConnection,
    act: &Act,
    key: &SecretKey,
    conflict: &ConflictRow,
    why: Option<String>,
) -> Outcome<()> {
    let Some(counted) = conflict.transfer_id.map(TransferId) else { return Ok(()) };
    let gone = || Refusal::conflict("delivery-body-gone");
    let other = DeliveryId(conflict.other_delivery);
    let row = deliveries::find(connection, act.board_id(), other)?.ok_or_else(gone)?;
    let body = row.body.ok_or_else(gone)?;
    let feed = replay::feed(connection, act, key, row.feed_id)?;
    let headers = Headers::from_stored_json(&row.headers).unwrap_or_default();
    let decoded = feed.connector.decode(&feed.config, &body, row.received_at).ok();
    let item = prepare::item(&feed, key, &|| act.new_id(), act.at, &headers, body, decoded);
    let own = own_transfer(&item, conflict)
        .ok_or_else(|| Refusal::conflict("delivery-reads-differently"))?;
    let key = (conflict.namespace.as_str(), conflict.provider_id.as_str());
    let before = set_aside(connection, act, counted, key, why)?;
    let replies = LedgerWriter::default().apply(connection, &[item])?;
    let is_counted_elsewhere =
        replies.iter().any(|reply| matches!(reply, Recorded::Suspected | Recorded::Duplicate));
    let own = Some(own).filter(|_| !is_counted_elsewhere);
    rows::correct(connection, act, conflict, before.as_ref(), own)
}

/// The id that the other report will have as a transfer, if it still reads as it did.
fn own_transfer(item: &Item, conflict: &ConflictRow) -> Option<TransferId> {
    let Content::Transfers(all) = &item.content else { return None };
    let is_it =
        |namespace: &str, id: &str| namespace == conflict.namespace && id == conflict.provider_id;
    let own = all.iter().find(|one| is_it(&one.namespace, &one.reported.provider_id))?;
    Some(TransferId(own.transfer_id))
}
