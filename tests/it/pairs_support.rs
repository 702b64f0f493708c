#![cfg(test)]
//! Reports of several senders, and what became of them.

use cho40::db::schema::{account_sources, suspected_pairs, transfers as table};
use cho40::db::{Batch, DbConnection, Outcome};
use cho40::feeds::sample::SampleTransfer;
use cho40::feeds::{Decoded, connector};
use cho40::intake::pairs::{self, Judged, PairFilter, SuspectedPair};
use cho40::ledger::LedgerWriter;
use cho40::ledger::item::{Content, Evidence, Item, Sighted, references};
use cho40::ledger::transfers::{self, Filter, Transfer};
use cho40::primitives::Vnd;
use cho40::primitives::ids::PairId;
use cho40::registry::PageRequest;
use cho40::requests::{self, NewRequest, Order, Request, RequestKind, RequestState};
use diesel::prelude::*;

use crate::stage::{Feed, Stage, Stand, transfer};

pub const ACCOUNT: &str = "0123456789";

/// The ledger's item of a report, for batches that a test cuts itself.
pub fn item(feed: &Feed<'_>, sent: &SampleTransfer<'_>) -> Item {
    let act = feed.stage.now();
    let body = sent.signed_request(&feed.config, &feed.secret, act.at).unwrap().body;
    let decoded = connector(feed.config.provider())
        .decode(&feed.config, &body, feed.stage.app.clock.now())
        .unwrap();
    let Decoded::Transfers(all) = decoded else { panic!("no transfers") };
    let sighted = |reported| Sighted {
        transfer_id: act.new_id(),
        namespace: cho40::feeds::Reported::namespace(&reported),
        sender: cho40::feeds::Reported::sender(&reported),
        digest: reported.fingerprint(),
        fingerprint: 0,
        payer: None,
        references: references(&reported),
        planned: None,
        reported,
    };
    Item {
        board_id: act.board_id(),
        feed_id: feed.id,
        delivery_id: act.new_id(),
        received_at: act.at,
        headers: "[]".into(),
        body,
        private_body: None,
        evidence: Evidence::Aggregator,
        stands_alone: false,
        content: Content::Transfers(all.into_iter().map(sighted).collect()),
    }
}

/// Applies items as one batch of a lane, as lanes do: at once where that can be.
pub fn apply(
    connection: &mut DbConnection,
    lane: &mut LedgerWriter,
    items: &[Item],
) -> Outcome<Vec<&'static str>> {
    let replies = match lane.apply_at_once(connection, items)? {
        Some(replies) => replies,
        None => connection.in_transaction(|connection| lane.apply(connection, items))?,
    };
    Ok(replies.into_iter().map(cho40::ledger::Recorded::as_str).collect())
}

/// Sends reports in one batch.
pub fn together(stage: &Stage, sent: &[(&Feed<'_>, SampleTransfer<'_>)]) -> Vec<&'static str> {
    let items: Vec<_> = sent.iter().map(|(feed, sent)| item(feed, sent)).collect();
    stage.write(move |connection, _| {
        let replies = LedgerWriter::default().apply(connection, &items)?;
        Ok(replies.into_iter().map(cho40::ledger::Recorded::as_str).collect())
    })
}

/// A report of the account so many seconds ago.
pub fn paid<'a>(stage: &Stage, id: u64, seconds_ago: i64, memo: &'a str) -> SampleTransfer<'a> {
    let occurred_at = stage.app.clock.now().plus_ms(-seconds_ago * 1_000);
    SampleTransfer { occurred_at, order_code: id, ..transfer(stage, id, ACCOUNT, memo) }
}

/// All transfers, oldest first.
pub fn kept(stage: &Stage) -> Vec<Transfer> {
    stage.read(|connection, act| {
        let page = PageRequest::parse(None, Some(200))?;
        let mut all = transfers::list(connection, act, Filter::default(), page)?.items;
        all.reverse();
        Ok(all)
    })
}

/// Pairs, oldest first.
pub fn pairs_of(stage: &Stage, waiting: Option<bool>) -> Vec<SuspectedPair> {
    stage.read(|connection, act| {
        let filter = PairFilter { waiting, certain: false };
        let mut all = pairs::list(connection, act, &filter, PageRequest::default())?.items;
        all.reverse();
        Ok(all)
    })
}

pub fn confirm(stage: &Stage, id: PairId) -> Outcome<Judged> {
    stage.try_write(move |connection, act| pairs::confirm(connection, act, id))
}

pub fn separate(stage: &Stage, id: PairId) -> Outcome<Judged> {
    let key = stage.app.secret_key.clone();
    stage.try_write(move |connection, act| pairs::separate(connection, act, &key, id))
}

/// Transfers, pairs and observed senders.
pub fn counts(stage: &Stage) -> (i64, i64, i64) {
    stage.read(|connection, _| {
        Ok((
            table::table.count().get_result(connection)?,
            suspected_pairs::table.count().get_result(connection)?,
            account_sources::table.count().get_result(connection)?,
        ))
    })
}

#[track_caller]
pub fn agrees(stage: &Stage) {
    assert!(stage.differences().is_empty(), "{:?}", stage.differences());
    stage.index_transfers();
    assert!(stage.differences().is_empty(), "indexed: {:?}", stage.differences());
}

/// Asks for 45.000 đ, by an order of a feed or by the reference alone.
pub fn ask(stage: &Stage, stand: &Stand, order: Option<(&Feed<'_>, u64)>) -> Request {
    let new = NewRequest {
        occupancy_id: stand.occupancy_id,
        account_id: Some(stand.account_id),
        number_id: None,
        kind: RequestKind::Sale,
        amount_vnd: Vnd::new(45_000),
        purpose: None,
        expires_in_s: None,
        order: order.map(|(feed, code)| Order { feed_id: feed.id, order_code: code.to_string() }),
    };
    stage.write(move |connection, act| requests::create(connection, act, new))
}

pub fn state(stage: &Stage, request: &Request) -> (RequestState, i64) {
    let id = request.id;
    let now = stage.read(|connection, act| requests::get(connection, act, id));
    (now.state, now.received_vnd.unwrap().get())
}
