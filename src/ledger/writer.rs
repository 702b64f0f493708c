//! The hot path: a batch of verified deliveries becomes sightings, transfers, attributions,
//! request states, totals and events in one transaction.
//!
//! The number of statements grows with the kinds of rows, not with the rows (PostgreSQL), and what
//! matching needs of the registry stays in memory as long as the board's version is the same.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::item::{Content, Item, Recorded};
use super::latency;
use super::matching::{self, Decision, Known, Unassigned};
use super::pairing::Pairing;
use super::payable::{self, Payable};
use super::payback;
use super::store::heads::{self, Head};
use super::store::rows::{Delivery, Rows, Waiting};
use super::store::sightings::{self, Seen};
use super::store::totals as store_totals;
use super::strays;
use super::totals::{Counted, Totals};
use super::work::{self, Work};
use crate::db::rows::Writes;
use crate::db::{Batch, DbConnection, Fault, Outcome};
use crate::events::{Event, Marks};
use crate::feeds::{Direction, Precision, Provider};
use crate::primitives::ids::{BoardId, TransferId};
use crate::primitives::{Day, UnixMs};
use crate::registry::directory::Directory;
use crate::requests::RequestRow;

/// After a batch that could not be written at once, so many are not tried: where another process
/// writes to the board, or a provider sends what is known, most would be decided twice for nothing.
const LONG_WAY_AFTER_A_MISS: u32 = 8;

/// One lane's state: the directories of the boards that it has seen, and their heads as it left
/// them.
#[derive(Default)]
pub struct LedgerWriter {
    directories: HashMap<i64, Arc<Directory>>,
    heads: HashMap<i64, Remembered>,
}

/// A board's head as a lane left it.
struct Remembered {
    head: Head,
    /// Batches that go the long way before one is tried at once again.
    long_way: u32,
}

/// What a batch writes besides sightings.
#[derive(Default)]
struct Batched<'i> {
    rows: Rows<'i>,
    totals: Totals,
    events: BTreeMap<i64, Vec<Event>>,
    requests: Payable,
    pairing: Pairing<'i>,
}

impl Batch for LedgerWriter {
    type Item = Item;
    type Reply = Recorded;

    fn apply(&mut self, connection: &mut DbConnection, items: &[Item]) -> Outcome<Vec<Recorded>> {
        let mut heads = self.lock_boards(connection, items)?;
        let mut work = self.gather(items)?;
        work::see(connection, &mut work)?;
        let requests = Payable::load(
            connection,
            work.iter()
                .filter(|work| work.seen == Seen::Created)
                .map(|work| (work.item.board_id, work.item.feed_id, work.sighted)),
        )?;
        self.settle_orders(&mut work, &requests)?;
        let pairing = Pairing::hear(connection, &mut work)?;
        let mut batched = Batched { requests, pairing, ..Batched::default() };
        let replies = self.lay_out(connection, items, &work, &mut batched)?;
        let Batched { rows, totals, events, requests, pairing } = batched;
        requests.store(connection)?;
        let mut writes = Writes::default();
        rows.write(&mut writes);
        store_totals::add(connection, &mut writes, &heads, &totals)?;
        if let Some(first) = items.first() {
            heads::announce(&mut writes, &mut heads, events, first.received_at)?;
        }
        writes.run(connection)?;
        pairing.attribute_again(connection)?;
        for (board_id, request_id) in requests.given_back() {
            payback::judge_again(connection, board_id, request_id)?;
        }
        for head in heads {
            let known = self.heads.entry(head.board_id);
            let known = known.or_insert(Remembered { head, long_way: 0 });
            *known = Remembered { head, long_way: known.long_way.saturating_sub(1) };
        }
        Ok(replies)
    }

    /// For a batch of one board that only adds, on PostgreSQL, where each message costs more than
    /// its rows. All is decided by what the lane remembers; the statement writes nothing if the
    /// board's head has moved since, or if a sighting is known.
    fn apply_at_once(
        &mut self,
        connection: &mut DbConnection,
        items: &[Item],
    ) -> Outcome<Option<Vec<Recorded>>> {
        let Some(head) = self.remembered(connection, items) else { return Ok(None) };
        let work = self.gather(items)?;
        if !work::only_adds(&work) {
            return Ok(None);
        }
        let mut batched = Batched::default();
        let replies = self.lay_out(connection, items, &work, &mut batched)?;
        let Batched { rows, totals, events, .. } = batched;
        if totals.changed.iter().any(|(_, day)| head.may_be_rolled(*day)) {
            return Ok(None);
        }
        let mut writes = Writes::default();
        sightings::write_unknown(&mut writes, work.iter().map(Work::sighting));
        rows.write(&mut writes);
        store_totals::add(connection, &mut writes, &[head], &totals)?;
        let at = items.first().map_or(UnixMs::default(), |item| item.received_at);
        let events = events.into_values().flatten().collect();
        let (head, gate) = heads::announce_if(&mut writes, head, events, at)?;
        if !writes.run_if(connection, &gate)? {
            self.heads.entry(head.board_id).and_modify(|known| {
                known.long_way = LONG_WAY_AFTER_A_MISS;
            });
            return Ok(None);
        }
        self.heads.insert(head.board_id, Remembered { head, long_way: 0 });
        Ok(Some(replies))
    }
}

impl LedgerWriter {
    fn lock_boards(&mut self, connection: &mut DbConnection, items: &[Item]) -> Outcome<Vec<Head>> {
        let mut board_ids: Vec<_> = items.iter().map(|item| item.board_id.0).collect();
        board_ids.sort_unstable();
        board_ids.dedup();
        let heads = heads::lock(connection, &board_ids)?;
        for head in &heads {
            let known = self.directories.get(&head.board_id);
            if known.is_none_or(|known| known.version != head.registry_version) {
                let directory = Directory::load(connection, BoardId(head.board_id))?;
                self.directories.insert(head.board_id, Arc::new(directory));
            }
        }
        Ok(heads)
    }

    /// The head of the items' only board as this lane left it.
    fn remembered(&self, connection: &DbConnection, items: &[Item]) -> Option<Head> {
        let (first, rest) = items.split_first()?;
        let is_one = rest.iter().all(|item| item.board_id == first.board_id);
        let known = self.heads.get(&first.board_id.0)?;
        let directory = self.directories.get(&first.board_id.0)?;
        let is_usable = is_one
            && known.long_way == 0
            && directory.version == known.head.registry_version
            && matches!(connection, DbConnection::Postgres(_));
        is_usable.then_some(known.head)
    }

    fn directory(&self, board_id: BoardId) -> Outcome<&Directory> {
        self.directories
            .get(&board_id.0)
            .map(Arc::as_ref)
            .ok_or_else(|| Fault::broken(format!("no board {board_id}")))
    }

    /// Decides everything and lays out its rows; replies in the order of the items.
    fn lay_out<'i>(
        &self,
        connection: &mut DbConnection,
        items: &'i [Item],
        work: &[Work<'i>],
        batched: &mut Batched<'i>,
    ) -> Outcome<Vec<Recorded>> {
        let mut replies: Vec<_> = items.iter().map(base_reply).collect();
        for work in work {
            let seen = self.record(connection, work, batched)?;
            if let Some(reply) = replies.get_mut(work.at) {
                *reply = worse_last(*reply, seen);
            }
        }
        self.deliver(items, work, &replies, batched)?;
        Ok(replies)
    }

    /// Lists the reported transfers with their accounts.
    fn gather<'i>(&self, items: &'i [Item]) -> Outcome<Vec<Work<'i>>> {
        let mut work = Vec::with_capacity(items.len());
        for (at, item) in items.iter().enumerate() {
            let Content::Transfers(all) = &item.content else { continue };
            let directory = self.directory(item.board_id)?;
            for (place, sighted) in (0..).zip(all) {
                let reported = &sighted.reported;
                let number = directory.resolve_account(
                    reported.bin.as_deref(),
                    reported.account_number.as_deref(),
                    reported.virtual_account.as_deref(),
                );
                let (account_id, number_id) =
                    number.map(|number| (number.account_id, number.number_id)).unzip();
                let account = account_id.and_then(|id| directory.account(id));
                let keeps_outgoing = account.is_some_and(|account| account.keeps_outgoing);
                let is_heard = account.is_none_or(|account| account.hears(item.feed_id));
                let keeps = is_heard && (reported.direction == Direction::In || keeps_outgoing);
                let mut one = Work {
                    item,
                    at,
                    place,
                    sighted,
                    account_id,
                    number_id,
                    keeps,
                    seen: Seen::Created,
                    is_new_sender: false,
                    is_shared: false,
                    is_new_stray: false,
                };
                one.compare_senders(directory);
                work.push(one);
            }
        }
        Ok(work)
    }

    /// An order that is paid tells the account where its report does not: the request's.
    fn settle_orders(&self, work: &mut [Work<'_>], requests: &Payable) -> Outcome<()> {
        for one in work.iter_mut() {
            if one.account_id.is_some() || one.sighted.reported.order.is_none() {
                continue;
            }
            let (board_id, feed_id) = (one.item.board_id, one.item.feed_id);
            if let [request] = requests.of(board_id, feed_id, one.sighted).as_slice() {
                one.account_id = Some(request.account_id);
                one.compare_senders(self.directory(board_id)?);
            }
        }
        Ok(())
    }

    /// Decides and lays out one transfer's rows.
    fn record<'i>(
        &self,
        connection: &mut DbConnection,
        work: &Work<'i>,
        batched: &mut Batched<'i>,
    ) -> Outcome<Recorded> {
        let (item, sighted) = (work.item, work.sighted);
        match work.seen {
            Seen::Exists => return Ok(Recorded::Duplicate),
            Seen::ExistsWithDifferentFields => return Ok(Recorded::DuplicateWithDifferentFields),
            Seen::Created if !work.keeps => return Ok(Recorded::Recorded),
            Seen::Created => {}
        }
        let directory = self.directory(item.board_id)?;
        let reported = &sighted.reported;
        let day = sighted.day(directory.day_start_minute);
        let incoming = reported.direction == Direction::In;
        let requests = batched.requests.of(item.board_id, item.feed_id, sighted);
        let decision = decide(work, directory, &requests, day);
        if work.is_shared && !item.stands_alone {
            let ordered = requests.first().map(|request| request.reference);
            let known =
                batched.pairing.pair(connection, work, directory, ordered, &decision, day)?;
            if let Some(recorded) = known {
                // The same feed's other report was counted.
                if recorded == Recorded::Suspected {
                    count(work, &decision, directory, batched);
                }
                return Ok(recorded);
            }
        }
        let transfer = work.transfer(day, &decision, directory);
        batched.rows.transfer(&transfer);
        strays::note(work, &mut batched.rows);
        batched.rows.payer(item.board_id, sighted.payer);
        if !incoming {
            let told_of = work.account_id.map(|account_id| Event::MoneyOut {
                transfer_id: TransferId(sighted.transfer_id),
                account_id,
            });
            batched.events.entry(item.board_id.0).or_default().extend(told_of);
            // Of money out there is little, so it is indexed at once.
            let occupancy_id = decision.line.occupancy_id.map(|id| id.0);
            for subject in work.account_id.map(|id| id.0).into_iter().chain(occupancy_id) {
                batched.rows.indexed(item.board_id, subject, sighted.transfer_id);
            }
        }
        if let Some(reason) = decision.unassigned {
            wait(connection, work, day, reason, batched)?;
        }
        let counted = Counted {
            board_id: item.board_id,
            day,
            account_id: work.account_id,
            direction: reported.direction,
            minimum_receipt: transfer.minimum_receipt,
            payer_key: transfer.payer_key,
            wrong_amount: transfer.wrong_amount,
        };
        if incoming {
            let marks = batched.totals.add_told(&counted, &decision.line);
            announce(work, &decision, (day, marks), batched);
        } else {
            batched.totals.add_line(&counted, &decision.line, 1);
        }
        if !item.stands_alone {
            count(work, &decision, directory, batched);
        }
        Ok(if decision.unassigned.is_some() { Recorded::Unmatched } else { Recorded::Recorded })
    }

    /// Lays out the raw deliveries. What a holder did not allow to keep is dropped here, before
    /// anything is stored.
    fn deliver<'i>(
        &self,
        items: &'i [Item],
        work: &[Work<'i>],
        replies: &[Recorded],
        batched: &mut Batched<'i>,
    ) -> Outcome<()> {
        let mut mine = work.iter().peekable();
        for (at, (item, reply)) in items.iter().zip(replies).enumerate() {
            let (mut keeps_any, mut private, mut any) = (false, false, false);
            let directory = self.directory(item.board_id)?;
            while let Some(work) = mine.next_if(|work| work.at == at) {
                any = true;
                keeps_any |= work.keeps && work.seen != Seen::Exists;
                let account = work.account_id.and_then(|id| directory.account(id));
                private |= account.is_none_or(|account| !account.keeps_outgoing);
            }
            let body = match &item.private_body {
                _ if any && !keeps_any => None,
                Some(without) if private => Some(without.as_slice()),
                _ => Some(item.body.as_slice()),
            };
            batched.rows.delivery(&Delivery {
                board_id: item.board_id,
                id: item.delivery_id,
                feed_id: item.feed_id,
                received_at: item.received_at,
                outcome: reply.as_str(),
                headers: &item.headers,
                body,
            });
            let day = item.received_at.day(directory.day_start_minute);
            let delta = batched.totals.feeds.entry((item.board_id, item.feed_id, day)).or_default();
            delta.deliveries += 1;
            delta.duplicates += i64::from(*reply == Recorded::Duplicate);
            delta.undecodable += i64::from(*reply == Recorded::Undecodable);
            delta.last_received = delta.last_received.max(item.received_at);
        }
        Ok(())
    }
}

fn decide(work: &Work<'_>, directory: &Directory, requests: &[&RequestRow], day: Day) -> Decision {
    let reported = &work.sighted.reported;
    let (account_id, number_id) = (work.account_id, work.number_id);
    if reported.direction == Direction::Out {
        return matching::outgoing(reported.amount, account_id, directory, day);
    }
    let is_order_feed = reported.provider == Provider::Payos;
    let known = Known { directory, account_id, number_id, requests, is_order_feed, day };
    matching::decide(reported, &work.sighted.references, &known)
}

/// Adds to the feed's day and to the proof that its bank is heard.
fn count(work: &Work<'_>, decision: &Decision, directory: &Directory, batched: &mut Batched<'_>) {
    let (item, reported) = (work.item, &work.sighted.reported);
    if reported.direction == Direction::Out {
        return;
    }
    let received_day = item.received_at.day(directory.day_start_minute);
    let delta =
        batched.totals.feeds.entry((item.board_id, item.feed_id, received_day)).or_default();
    delta.incoming += 1;
    delta.matched += i64::from(decision.unassigned.is_none());
    if reported.precision != Precision::Day {
        let delay_ms = item.received_at.0.saturating_sub(reported.occurred_at.0);
        if let Some(count) = delta.latency.get_mut(latency::bucket(delay_ms)) {
            *count += 1;
        }
    }
    if let Some(account_id) = work.account_id
        && let Some(account) = directory.account(account_id)
    {
        let day = work.sighted.day(directory.day_start_minute);
        let key = (item.board_id, item.feed_id, account.bin.clone(), day);
        let heard = batched.totals.banks.entry(key).or_insert((account_id, account_id));
        *heard = (heard.0.min(account_id), heard.1.max(account_id));
    }
}

/// Puts a transfer into the queue that a person clears. Where exactly one open request of the
/// account asks for this amount, it is proposed.
fn wait<'i>(
    connection: &mut DbConnection,
    work: &Work<'i>,
    day: Day,
    reason: Unassigned,
    batched: &mut Batched<'i>,
) -> Outcome<()> {
    let (item, reported) = (work.item, &work.sighted.reported);
    let proposed = match work.account_id {
        Some(account_id) if work.sighted.references.is_empty() => {
            payable::propose(connection, item, account_id, reported)?
        }
        _ => None,
    };
    batched.rows.waiting(&Waiting {
        board_id: item.board_id,
        transfer_id: work.sighted.transfer_id,
        account_id: work.account_id,
        feed_id: item.feed_id,
        day,
        reason: reason.as_str(),
        memo: &reported.memo,
        payer_name: reported.payer.as_ref().and_then(|payer| payer.name.as_deref()),
        proposed_request_id: proposed.map(|id| id.0),
        recorded_at: item.received_at,
    });
    Ok(())
}

/// Tells the board's listeners and its totals of money in, and moves the request on.
fn announce(
    work: &Work<'_>,
    decision: &Decision,
    (day, marks): (Day, Marks),
    batched: &mut Batched<'_>,
) {
    let (item, reported) = (work.item, &work.sighted.reported);
    if let (Some(request_id), Some(_)) = (decision.line.request_id, decision.effect) {
        batched.requests.receive(item.board_id, request_id, work.sighted);
    }
    batched.events.entry(item.board_id.0).or_default().push(Event::TransferRecorded {
        transfer_id: TransferId(work.sighted.transfer_id),
        account_id: work.account_id,
        occupancy_id: decision.line.occupancy_id,
        request_id: decision.line.request_id,
        amount: reported.amount,
        class: Cow::Borrowed(decision.line.class.as_str()),
        effect: decision.effect.map(|effect| Cow::Borrowed(effect.as_str())),
        day,
        marks,
    });
}

const fn base_reply(item: &Item) -> Recorded {
    match &item.content {
        Content::Transfers(_) => Recorded::Duplicate,
        Content::Test => Recorded::Test,
        Content::NotATransfer => Recorded::NotATransfer,
        Content::Undecodable => Recorded::Undecodable,
    }
}

/// The fate of a delivery with several transfers: what is new and placed speaks for the whole,
/// then what is new, then what may be known from another sender, then what contradicts.
const fn worse_last(so_far: Recorded, next: Recorded) -> Recorded {
    const fn weight(fate: Recorded) -> u8 {
        match fate {
            Recorded::Recorded => 4,
            Recorded::Unmatched => 3,
            Recorded::Suspected => 2,
            Recorded::DuplicateWithDifferentFields => 1,
            _ => 0,
        }
    }
    if weight(next) > weight(so_far) { next } else { so_far }
}
