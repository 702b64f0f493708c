//! Reports of several senders that seem to be of one transfer: a person looks at both and says
//! whether they are.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::deliveries::{Delivery, both, reported};
use super::store::deliveries as rows;
use super::{prepare, replay};
use crate::access::{Act, Permission, SecretKey};
use crate::db::{Batch, DbConnection, Outcome};
use crate::feeds::{Headers, Reported};
use crate::ledger::LedgerWriter;
use crate::ledger::item::{Content, Item};
use crate::ledger::pairs::{self, Pair, Verdict};
use crate::primitives::ids::{PairId, TransferId};
use crate::primitives::{Refusal, UnixMs};
use crate::registry::{Page, PageRequest};

/// Two reports that seem to be of one transfer. It is counted once, unless they are separated.
#[derive(Debug, Serialize, ToSchema)]
pub struct SuspectedPair {
    pub id: PairId,
    /// The transfer that the first report became.
    pub transfer_id: TransferId,
    #[schema(value_type = String, format = DateTime)]
    pub recorded_at: UnixMs,
    /// Absent: it waits for a person.
    pub verdict: Option<Verdict>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub resolved_at: Option<UnixMs>,
    /// The transfer that the other report became when they were separated.
    pub own_transfer_id: Option<TransferId>,
    /// Webhook and list of one provider, which agree in all that they tell: nobody needs to look.
    pub certain: bool,
    pub first: Option<Delivery>,
    pub other: Option<Delivery>,
}

/// A pair with what both reports tell, for whoever sees amounts.
#[derive(Debug)]
pub struct ReadPair {
    pub pair: SuspectedPair,
    /// The first, and the other one; absent where it is not kept.
    pub said: [Option<Reported>; 2],
}

/// What was said of a pair.
#[derive(Debug, Serialize, ToSchema)]
pub struct Judged {
    pub id: PairId,
    pub verdict: Verdict,
    pub transfer_id: TransferId,
    /// The transfer that the other report has become.
    pub own_transfer_id: Option<TransferId>,
}

/// Which pairs.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PairFilter {
    /// Only those that wait for a person, or only the others.
    pub waiting: Option<bool>,
    /// Those that one provider told by webhook and list, which are left out otherwise.
    #[serde(default)]
    pub certain: bool,
}

/// Pairs, newest first.
pub fn list(
    connection: &mut DbConnection,
    act: &Act,
    filter: &PairFilter,
    page: PageRequest,
) -> Outcome<Page<SuspectedPair>> {
    act.require(Permission::FeedsRead)?;
    let found = pairs::page(connection, act.board_id(), filter.waiting, filter.certain, page)?;
    let page = page.page(found, |pair| pair.id.0);
    let items = show(connection, act, page.items)?;
    Ok(Page { items, next_cursor: page.next_cursor })
}

/// As [`list`], with what both reports tell.
pub fn list_read(
    connection: &mut DbConnection,
    act: &Act,
    filter: &PairFilter,
    page: PageRequest,
) -> Outcome<Page<ReadPair>> {
    act.require(Permission::FeedsRead)?;
    let found = pairs::page(connection, act.board_id(), filter.waiting, filter.certain, page)?;
    let page = page.page(found, |pair| pair.id.0);
    let places: Vec<_> = page.items.iter().map(places).collect();
    let mut told = HashMap::new();
    if act.scope.permissions.contains(Permission::AmountsRead) {
        let ids: Vec<i64> = places.iter().flatten().map(|(id, _)| *id).collect();
        told = reported(connection, act, &ids)?;
    }
    let said = |(id, item): (i64, i32)| told.get(&id)?.get(usize::try_from(item).ok()?).cloned();
    let shown = show(connection, act, page.items)?;
    let read = |(pair, of): (SuspectedPair, [(i64, i32); 2])| ReadPair { pair, said: of.map(said) };
    let items = shown.into_iter().zip(places).map(read).collect();
    Ok(Page { items, next_cursor: page.next_cursor })
}

/// Delivery and place of both reports.
const fn places(pair: &Pair) -> [(i64, i32); 2] {
    [(pair.first_delivery.0, pair.first_item), (pair.delivery_id.0, pair.item)]
}

pub fn get(connection: &mut DbConnection, act: &Act, id: PairId) -> Outcome<SuspectedPair> {
    act.require(Permission::FeedsRead)?;
    let pair = pairs::get(connection, act.board_id(), id)?;
    let shown = show(connection, act, vec![pair])?.pop();
    shown.ok_or_else(|| Refusal::not_found("suspected_pair").into())
}

fn show(connection: &mut DbConnection, act: &Act, pairs: Vec<Pair>) -> Outcome<Vec<SuspectedPair>> {
    let ids: Vec<_> =
        pairs.iter().map(|pair| [pair.first_delivery.0, pair.delivery_id.0]).collect();
    let deliveries = both(connection, act, &ids)?;
    let shown = |(pair, [first, other]): (Pair, [Option<Delivery>; 2])| SuspectedPair {
        id: pair.id,
        transfer_id: pair.transfer_id,
        recorded_at: pair.recorded_at,
        verdict: pair.verdict,
        resolved_at: pair.resolved_at,
        own_transfer_id: pair.own_transfer_id,
        certain: pair.is_certain,
        first,
        other,
    };
    Ok(pairs.into_iter().zip(deliveries).map(shown).collect())
}

/// Says that both reports are of one transfer. Repeating does nothing.
///
/// # Errors
/// `not-found`; `pair-separated`.
pub fn confirm(connection: &mut DbConnection, act: &Act, id: PairId) -> Outcome<Judged> {
    act.require(Permission::TransfersAssign)?;
    let pair = pairs::lock(connection, act.board_id(), id)?;
    match pair.verdict {
        Some(Verdict::Same) => {}
        Some(Verdict::Different) => return Err(Refusal::conflict("pair-separated").into()),
        None => pairs::confirm(connection, act, &pair)?,
    }
    let (transfer_id, own_transfer_id) = (pair.transfer_id, None);
    Ok(Judged { id, verdict: Verdict::Same, transfer_id, own_transfer_id })
}

/// Says that the other report is of a transfer of its own, which is then recorded by the rules of
/// today; also where it was confirmed before. What it told of the first transfer is undone, unless
/// a person has placed that since. Repeating does nothing.
///
/// # Errors
/// `not-found`; `delivery-body-gone`; `delivery-reads-differently`.
pub fn separate(
    connection: &mut DbConnection,
    act: &Act,
    key: &SecretKey,
    id: PairId,
) -> Outcome<Judged> {
    act.require(Permission::TransfersAssign)?;
    let pair = pairs::lock(connection, act.board_id(), id)?;
    let own_transfer_id = match pair.own_transfer_id {
        Some(own) => own,
        None => record_alone(connection, act, key, &pair)?,
    };
    let (transfer_id, own_transfer_id) = (pair.transfer_id, Some(own_transfer_id));
    Ok(Judged { id, verdict: Verdict::Different, transfer_id, own_transfer_id })
}

/// Takes the other report in again, as a delivery of its own like a replay.
fn record_alone(
    connection: &mut DbConnection,
    act: &Act,
    key: &SecretKey,
    pair: &Pair,
) -> Outcome<TransferId> {
    let row = rows::find(connection, act.board_id(), pair.delivery_id)?;
    let row = row.ok_or_else(|| Refusal::conflict("delivery-body-gone"))?;
    let body = row.body.ok_or_else(|| Refusal::conflict("delivery-body-gone"))?;
    let feed = replay::feed(connection, act, key, pair.feed_id)?;
    let headers = Headers::from_stored_json(&row.headers).unwrap_or_default();
    let decoded = feed.connector.decode(&feed.config, &body, row.received_at).ok();
    let item = prepare::item(&feed, key, &|| act.new_id(), act.at, &headers, body, decoded);
    let own =
        own_transfer(&item, pair).ok_or_else(|| Refusal::conflict("delivery-reads-differently"))?;
    pairs::part(connection, act, pair)?;
    let item = Item { stands_alone: true, ..item };
    LedgerWriter::default().apply(connection, &[item])?;
    pairs::separated(connection, act, pair, own)?;
    Ok(own)
}

/// The id that the pair's report will have as a transfer, if it still reads as it did.
fn own_transfer(item: &Item, pair: &Pair) -> Option<TransferId> {
    let Content::Transfers(all) = &item.content else { return None };
    let own = all.get(usize::try_from(pair.item).ok()?)?;
    let is_same = own.namespace == pair.namespace && own.reported.provider_id == pair.provider_id;
    is_same.then_some(TransferId(own.transfer_id))
}
