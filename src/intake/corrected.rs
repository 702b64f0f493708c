//! Of two reports that contradict each other the later one was right, or both were: the books follow.

use super::store::conflicts::{self as rows, ConflictRow};
use super::store::deliveries;
use super::{prepare, replay};
use crate::access::{Act, SecretKey};
use crate::db::{Batch, DbConnection, Outcome};
use crate::feeds::Headers;
use crate::ledger::corrected::set_aside;
use crate::ledger::item::{Content, Item, Sighted};
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
    let mut item = other_report(connection, act, key, conflict)?;
    let own = TransferId(own_sighted(&mut item, conflict)?.transfer_id);
    let key = (conflict.namespace.as_str(), conflict.provider_id.as_str());
    let before = set_aside(connection, act, counted, key, why)?;
    let own = take_in(connection, item, own)?;
    rows::correct(connection, act, conflict, before.as_ref(), own)
}

/// Counts the other report beside the first one: two transfers bore one id. It is taken in as of today's
/// rules under an id that follows from what it tells, as a delivery of its own like a replay; a repetition
/// of either report is known as before. Where another sender has told it already, it is counted there. The
/// board is locked.
///
/// # Errors
/// `delivery-body-gone`, `delivery-reads-differently`.
pub(super) fn count_both(
    connection: &mut DbConnection,
    act: &Act,
    key: &SecretKey,
    conflict: &ConflictRow,
) -> Outcome<()> {
    let mut item = other_report(connection, act, key, conflict)?;
    let sighted = own_sighted(&mut item, conflict)?;
    let own = TransferId(sighted.transfer_id);
    sighted.reported.provider_id = apart(&conflict.provider_id, conflict.fields_digest);
    let own = take_in(connection, item, own)?;
    rows::count_both(connection, act, conflict, own)
}

/// The id of a second transfer that was told under the id of a first: two reports of it have one.
pub(super) fn apart(provider_id: &str, digest: i64) -> String {
    format!("{provider_id}~{digest:016x}")
}

/// What the later delivery tells, read anew.
fn other_report(
    connection: &mut DbConnection,
    act: &Act,
    key: &SecretKey,
    conflict: &ConflictRow,
) -> Outcome<Item> {
    let gone = || Refusal::conflict("delivery-body-gone");
    let other = DeliveryId(conflict.other_delivery);
    let row = deliveries::find(connection, act.board_id(), other)?.ok_or_else(gone)?;
    let body = row.body.ok_or_else(gone)?;
    let feed = replay::feed(connection, act, key, row.feed_id)?;
    let headers = Headers::from_stored_json(&row.headers).unwrap_or_default();
    let decoded = feed.connector.decode(&feed.config, &body, row.received_at).ok();
    Ok(prepare::item(&feed, key, &|| act.new_id(), act.at, &headers, body, decoded))
}

/// The report that contradicts, if it still reads as it did.
fn own_sighted<'i>(item: &'i mut Item, conflict: &ConflictRow) -> Outcome<&'i mut Sighted> {
    let differs = || Refusal::conflict("delivery-reads-differently");
    let Content::Transfers(all) = &mut item.content else { return Err(differs().into()) };
    let is_it = |one: &&mut Sighted| {
        one.namespace == conflict.namespace && one.reported.provider_id == conflict.provider_id
    };
    Ok(all.iter_mut().find(is_it).ok_or_else(differs)?)
}

/// Hands the report to the ledger; its transfer, unless another sender had told it.
fn take_in(
    connection: &mut DbConnection,
    item: Item,
    own: TransferId,
) -> Outcome<Option<TransferId>> {
    let replies = LedgerWriter::default().apply(connection, &[item])?;
    let is_counted_elsewhere =
        replies.iter().any(|reply| matches!(reply, Recorded::Suspected | Recorded::Duplicate));
    Ok(Some(own).filter(|_| !is_counted_elsewhere))
}
