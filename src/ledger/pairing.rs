//! Reports of several senders that may be of one transfer: order feed and account feed of one
//! account, or an old feed that still sends beside the new one.
//!
//! Where an account is known to be reported by one sender, nothing of this is done. Else a new
//! report is compared with the transfers of the account that another sender reported, those of the
//! same batch too. What fits is taken for the same money: it is not counted again, and a person
//! looks.
//!
//! One provider may tell its transfers in two ways, by webhook and by a list with ids of its own.
//! Both then tell the same time, reference and balance, and each tells every transfer once: where
//! all of it agrees, the two are one with certainty, one to one, and nobody needs to look. Two
//! references that differ are two transfers.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::item::{Recorded, Sighted, company, references};
use super::matching::{Decision, Unassigned};
use super::replace::{Replacement, replace};
use super::statement;
use super::store::index::{self, Unindexed};
use super::store::pairs::{self, APART_MS, Asked};
use super::store::sightings::Seen;
use super::store::{heads, reading};
use super::work::Work;
use crate::db::{DbConnection, Outcome};
use crate::feeds::{Direction, Precision};
use crate::primitives::ids::{AccountId, BoardId, PairId, TransferId};
use crate::primitives::time::MS_PER_MINUTE;
use crate::primitives::{Day, UnixMs, Vnd};
use crate::registry;
use crate::registry::directory::Directory;
use crate::requests;
use crate::vietqr::Reference;

/// A transfer that a report may be of.
#[derive(Clone, Debug)]
struct Candidate {
    transfer_id: i64,
    occurred_at: UnixMs,
    precision: Precision,
    bank_reference: Option<String>,
    balance: Option<Vnd>,
    memo: String,
    /// Its report can be read, so that what it does not tell is known to be missing.
    is_whole: bool,
    /// The same company told it in its other way.
    is_own: bool,
    /// References of ours that it names: in the memo, or by its order.
    names: Vec<Reference>,
    /// When it was recorded, where a statement told it first.
    statement_at: Option<UnixMs>,
}

impl Candidate {
    fn of(work: &Work<'_>, names: &[Reference]) -> Self {
        let reported = &work.sighted.reported;
        Self {
            transfer_id: work.sighted.transfer_id,
            occurred_at: reported.occurred_at,
            precision: reported.precision,
            bank_reference: reported.bank_reference.clone(),
            balance: reported.balance,
            memo: reported.memo.clone(),
            is_whole: true,
            is_own: false,
            names: names.to_vec(),
            statement_at: statement::recorded_at(
                work.item.evidence.as_str(),
                work.item.received_at,
            ),
        }
    }

    /// Times agree as far as both tell them, and what they name does not exclude one another.
    fn may_be(&self, other: &Self) -> bool {
        let is_dated = self.precision == Precision::Day || other.precision == Precision::Day;
        let fits = if is_dated {
            self.occurred_at.day(0) == other.occurred_at.day(0)
        } else if other.is_own {
            self.is_of_one_time(other)
        } else {
            self.distance_ms(other) <= APART_MS.unsigned_abs()
        };
        let agree = self.names.iter().any(|name| other.names.contains(name));
        let differs =
            other.is_own && (self.tells_other_reference(other) || self.differs_in_balance(other));
        // What comes after a statement is not in it.
        let is_in_statement = other
            .statement_at
            .is_none_or(|at| self.precision == Precision::Day || self.occurred_at <= at);
        fits && is_in_statement
            && !differs
            && (agree || self.names.is_empty() || other.names.is_empty())
    }

    /// Equal to the second, or to the minute where one of them tells no more.
    fn is_of_one_time(&self, other: &Self) -> bool {
        let minute = |at: UnixMs| at.0.div_euclid(MS_PER_MINUTE);
        if self.precision == Precision::Second && other.precision == Precision::Second {
            self.occurred_at == other.occurred_at
        } else {
            minute(self.occurred_at) == minute(other.occurred_at)
        }
    }

    fn tells_other_reference(&self, other: &Self) -> bool {
        let (Some(one), Some(two)) = (&self.bank_reference, &other.bank_reference) else {
            return false;
        };
        !one.eq_ignore_ascii_case(two)
    }

    fn differs_in_balance(&self, other: &Self) -> bool {
        matches!((self.balance, other.balance), (Some(one), Some(two)) if one != two)
    }

    /// Of a pair that [`Self::may_be`] one: the company's two reports tell the same. A date alone
    /// needs the bank's reference too.
    fn is_certainly(&self, other: &Self) -> bool {
        let is_dated = self.precision == Precision::Day || other.precision == Precision::Day;
        let same_reference = match (&self.bank_reference, &other.bank_reference) {
            (Some(one), Some(two)) => one.eq_ignore_ascii_case(two),
            (None, None) => !is_dated,
            _ => false,
        };
        other.is_own && other.is_whole && same_reference
    }

    const fn distance_ms(&self, other: &Self) -> u64 {
        self.occurred_at.0.abs_diff(other.occurred_at.0)
    }

    /// What is certain, then the company's own; the bank's own reference decides, then the memo, the
    /// time, and which came first.
    fn best<'c>(&self, others: impl Iterator<Item = &'c Self>) -> Option<&'c Self> {
        others.filter(|other| self.may_be(other)).min_by_key(|other| {
            let differs =
                self.bank_reference.is_none() || self.bank_reference != other.bank_reference;
            let is_others = (!self.is_certainly(other), !other.is_own);
            // Memos are each company's own words.
            let is_reworded = other.is_own && self.memo != other.memo;
            (is_others, differs, is_reworded, self.distance_ms(other), other.transfer_id)
        })
    }
}

/// A transfer of this batch on an account that several senders report.
struct Recent<'i> {
    key: Key,
    sender: &'i str,
    company: &'i str,
    candidate: Candidate,
}

/// What must be equal: board, account, direction, amount.
type Key = (BoardId, AccountId, Direction, Vnd);

/// A report that may know more than the one that was first.
struct Second {
    board_id: BoardId,
    pair_id: PairId,
    transfer_id: TransferId,
    decision: Decision,
    at: UnixMs,
}

impl Second {
    fn of(new: &pairs::New<'_>, decision: &Decision) -> Self {
        Self {
            board_id: new.board_id,
            pair_id: PairId(new.id),
            transfer_id: TransferId(new.transfer_id),
            decision: *decision,
            at: new.recorded_at,
        }
    }
}

/// The pair of a report and the transfer that it seems to be of.
fn new_pair<'i>(
    work: &Work<'i>,
    transfer_id: i64,
    decision: &Decision,
    day: Day,
) -> pairs::New<'i> {
    let (item, sighted) = (work.item, work.sighted);
    pairs::New {
        board_id: item.board_id,
        id: sighted.transfer_id,
        transfer_id,
        sender: sighted.sender(),
        namespace: &sighted.namespace,
        provider_id: &sighted.reported.provider_id,
        feed_id: item.feed_id,
        delivery_id: item.delivery_id,
        item: work.place,
        occurred_at: sighted.reported.occurred_at,
        precision: sighted.reported.precision,
        day,
        is_matched: decision.unassigned.is_none(),
        is_certain: false,
        is_settled: false,
        recorded_at: item.received_at,
    }
}

/// What a batch knows of such reports.
#[derive(Default)]
pub struct Pairing<'i> {
    recent: Vec<Recent<'i>>,
    /// Transfers of this batch with the senders that have reported them too.
    taken: HashSet<(i64, &'i str)>,
    unindexed: HashMap<BoardId, Unindexed>,
    seconds: Vec<Second>,
    /// Rows of statements that are reports of known transfers.
    planned: Vec<pairs::New<'i>>,
}

impl<'i> Pairing<'i> {
    /// Notes senders that an account was not known for, and what was read from lists. Every lane
    /// learns of the senders, because the register's version moves.
    pub fn hear(connection: &mut DbConnection, work: &mut [Work<'i>]) -> Outcome<Self> {
        let mut heard: BTreeMap<(BoardId, AccountId), BTreeSet<&str>> = BTreeMap::new();
        let is_new =
            |work: &&Work<'_>| work.is_new_sender && work.keeps && work.seen == Seen::Created;
        for work in work.iter().filter(is_new) {
            let (item, sender) = (work.item, work.sighted.sender());
            let Some(account_id) = work.account_id else { continue };
            if heard.entry((item.board_id, account_id)).or_default().insert(sender) {
                let (board_id, feed_id, at) = (item.board_id, item.feed_id, item.received_at);
                pairs::hear(connection, board_id, account_id, sender, feed_id, at)?;
            }
        }
        let of_lists = work.iter().filter(|work| work.sighted.is_listed());
        let mut deliveries: Vec<_> =
            of_lists.map(|work| (work.item.board_id, work.item.delivery_id)).collect();
        deliveries.dedup();
        if !deliveries.is_empty() {
            pairs::listed(connection, &deliveries)?;
        }
        for board_id in heard.keys().map(|(board_id, _)| *board_id).collect::<BTreeSet<_>>() {
            registry::store::touch(connection, board_id)?;
        }
        for work in work.iter_mut().filter(|_| !heard.is_empty()) {
            let Some(account_id) = work.account_id else { continue };
            let heard = heard.get(&(work.item.board_id, account_id));
            let own = work.sighted.sender();
            work.is_shared |= heard.is_some_and(|all| all.iter().any(|sender| *sender != own));
        }
        Ok(Self::default())
    }

    /// Links a report to the transfer that it seems to be of, or certainly is; tells whether there is
    /// one. Else its own transfer is remembered. `ordered`: the request of its order.
    pub fn pair(
        &mut self,
        connection: &mut DbConnection,
        work: &Work<'i>,
        directory: &Directory,
        ordered: Option<Reference>,
        decision: &Decision,
        day: Day,
    ) -> Outcome<Option<Recorded>> {
        let Some(account_id) = work.account_id else { return Ok(None) };
        let (item, sighted, sender) = (work.item, work.sighted, work.sighted.sender());
        if let Some(planned) = sighted.planned {
            let linked = planned.link.map(|link| self.follow(work, link, decision, day));
            return Ok(linked.map(|()| Recorded::Suspected));
        }
        let company = sighted.company();
        let reported = &sighted.reported;
        let key = (item.board_id, account_id, reported.direction, reported.amount);
        let names: Vec<_> = sighted.references.iter().copied().chain(ordered).collect();
        let report = Candidate::of(work, &names);
        let mut candidates = self.kept(connection, key, &report, sighted, directory)?;
        let of_batch = self.recent.iter().filter(|recent| {
            let id = recent.candidate.transfer_id;
            recent.key == key && recent.sender != sender && !self.taken.contains(&(id, sender))
        });
        candidates.extend(of_batch.map(|recent| {
            let is_own = recent.company == company;
            Candidate { is_own, ..recent.candidate.clone() }
        }));
        let Some(first) = report.best(candidates.iter()) else {
            self.recent.push(Recent { key, sender, company, candidate: report });
            return Ok(None);
        };
        let is_certain = report.is_certainly(first);
        let new = new_pair(work, first.transfer_id, decision, day);
        let is_settled = is_certain || first.statement_at.is_some();
        let new = pairs::New { is_certain, is_settled, ..new };
        pairs::insert(connection, &new)?;
        self.taken.insert((first.transfer_id, sender));
        if reported.direction == Direction::In {
            self.seconds.push(Second::of(&new, decision));
        }
        Ok(Some(if is_certain { Recorded::Duplicate } else { Recorded::Suspected }))
    }

    /// Links a statement's row to the transfer that it is known to be of.
    fn follow(&mut self, work: &Work<'i>, link: statement::Link, decision: &Decision, day: Day) {
        let new = new_pair(work, link.transfer_id, decision, day);
        let new = pairs::New { is_settled: link.is_certain, ..new };
        let incoming = work.sighted.reported.direction == Direction::In;
        // Whether it still knows more is asked again when all is written.
        if incoming && decision.rule.knows_more_than(link.rule.as_str()) {
            self.seconds.push(Second::of(&new, decision));
        }
        self.planned.push(new);
    }

    /// Candidates among the transfers that were recorded before this batch.
    fn kept(
        &mut self,
        connection: &mut DbConnection,
        (board_id, account_id, direction, amount): Key,
        report: &Candidate,
        sighted: &Sighted,
        directory: &Directory,
    ) -> Outcome<Vec<Candidate>> {
        let tail = match self.unindexed.entry(board_id) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => place.insert(index::unindexed(connection, board_id)?),
        };
        let tail = tail.get(&(account_id, amount)).map_or(&[][..], Vec::as_slice);
        let (sender, of) = (sighted.sender(), sighted.company());
        let senders = directory.senders_of(account_id);
        let is_two_ways =
            sighted.is_listed() || senders.iter().any(|one| &**one != sender && company(one) == of);
        let own_feeds: Vec<i64> = directory.feeds_of(of).map(|id| id.0).collect();
        let (occurred_at, precision) = (report.occurred_at, report.precision);
        let of_company = is_two_ways.then_some(sighted.is_listed());
        let mut asked = Asked {
            board_id,
            account_id,
            direction,
            amount,
            occurred_at,
            precision,
            sender,
            of_company,
        };
        let mut own = Vec::new();
        if is_two_ways {
            let ids = pairs::fitting(connection, &asked, &own_feeds, tail)?;
            own = candidates(connection, board_id, &ids, true)?;
            let alone = senders.iter().all(|one| company(one) == of);
            if alone || own.iter().any(|one| report.may_be(one) && report.is_certainly(one)) {
                return Ok(own);
            }
            asked.of_company = None;
        }
        let ids = pairs::fitting(connection, &asked, &own_feeds, tail)?;
        own.append(&mut candidates(connection, board_id, &ids, false)?);
        Ok(own)
    }

    /// Where a second report names the order, request or stall that the first one could not, the
    /// transfer is attributed by it. Called when the batch is written.
    pub fn attribute_again(self, connection: &mut DbConnection) -> Outcome<()> {
        pairs::insert_planned(connection, &self.planned)?;
        for second in self.seconds {
            let Second { board_id, pair_id, transfer_id, decision, at } = second;
            let stored = reading::transfer(connection, board_id, transfer_id)?;
            if !decision.rule.knows_more_than(&stored.rule) {
                continue;
            }
            let mut heads = heads::lock(connection, &[board_id.0])?;
            let again = Replacement {
                stored: &stored,
                lines: vec![decision.line],
                rule: decision.rule,
                waits_because: Unassigned::TakenBack,
                decided_by: None,
            };
            replace(connection, board_id, &mut heads, &[again], at)?;
            pairs::attributed(connection, board_id, pair_id, Some(stored.seq + 1))?;
        }
        Ok(())
    }
}

/// Transfers as candidates, with what their reports said.
fn candidates(
    connection: &mut DbConnection,
    board_id: BoardId,
    ids: &[i64],
    is_own: bool,
) -> Outcome<Vec<Candidate>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let stored = reading::these(connection, board_id, ids)?;
    let mut said = reading::reported(connection, board_id, &stored)?;
    let mut candidates = Vec::with_capacity(stored.len());
    for transfer in stored {
        // Where the body was erased, only the request that it met tells what it named.
        let said = said.remove(&transfer.id);
        let mut names = said.as_ref().map(references).unwrap_or_default();
        for id in transfer.lines.iter().filter_map(|line| line.request_id) {
            names.extend(requests::by_id(connection, board_id, id)?.map(|row| row.reference));
        }
        let is_whole = said.is_some();
        let (bank_reference, balance, memo) =
            said.map(|said| (said.bank_reference, said.balance, said.memo)).unwrap_or_default();
        candidates.push(Candidate {
            transfer_id: transfer.id.0,
            occurred_at: transfer.occurred_at,
            precision: transfer.occurred_precision,
            bank_reference,
            balance,
            memo,
            is_whole,
            is_own,
            names,
            statement_at: statement::recorded_at(&transfer.evidence, transfer.recorded_at),
        });
    }
    Ok(candidates)
}
