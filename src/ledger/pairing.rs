//! Reports of several senders that may be of one transfer: order feed and account feed of one
//! account, or an old feed that still sends beside the new one.
//!
//! Where an account is known to be reported by one sender, nothing of this is done. Else a new
//! report is compared with the transfers of the account that another sender reported, those of the
//! same batch too. What fits is taken for the same money: it is not counted again, and a person
//! looks. Times fit within five minutes; of reports that name one request, within a day.
//!
//! One provider may tell its transfers in two ways, by webhook and by a list with ids of its own.
//! Both then tell the same time, reference and balance, and each tells every transfer once: where
//! all of it agrees, the two are one with certainty, one to one, and nobody needs to look. Two
//! references that differ are two transfers, unless second and memo are the same: a person looks.
//! Casso's two integrations are two such ways, whose references may differ: there they exclude nothing.
//!
//! What a statement told first is compared by the rules of statements ([`super::likeness`]).
//!
//! The transfers are looked for once for all reports of a batch on an account, and each that fits is
//! read once. A report that too many fit to be compared with is suspected too, never counted again.

use std::cmp::Reverse;
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::borne::Borne;
use super::candidates::{COMPARED, Candidate, Candidates, is_of_day, window};
use super::item::{Recorded, Sighted};
use super::likeness::{self, LATE_DAYS, Likeness};
use super::matching::{Decision, Unassigned};
use super::replace::{Decided, Replacement, Says, replace};
use super::statement;
use super::store::fitting::{self, Told, Wanted};
use super::store::index::{self, Unindexed};
use super::store::sightings::Seen;
use super::store::{heads, pairs, reading, told as told_rows};
use super::strays;
use super::ways::Ways;
use super::work::Work;
use crate::db::{DbConnection, Outcome};
use crate::feeds::{Direction, Precision, may_name_otherwise};
use crate::primitives::ids::{AccountId, BoardId, PairId, TransferId};
use crate::primitives::time::MS_PER_DAY;
use crate::primitives::{Day, UnixMs, Vnd};
use crate::registry;
use crate::registry::directory::Directory;
use crate::vietqr::Reference;

/// A transfer of this batch on an account that several senders report.
struct Recent<'i> {
    key: Key,
    sender: &'i str,
    company: &'i str,
    candidate: Candidate,
}

/// What must be equal: board, account, direction, amount.
type Key = (BoardId, AccountId, Direction, Vnd);

/// How a transfer is kept from further reports of a sender; what keeps it from more is greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Hold {
    Free,
    /// From those that agree no better than one that waits for a person.
    By(Reverse<Likeness>),
    Taken,
}

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
        account_id: work.account_id.unwrap_or(AccountId(0)),
        sender: &sighted.sender,
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
        likeness: None,
        is_settled: false,
        recorded_at: item.received_at,
    }
}

/// What a batch knows of such reports.
#[derive(Default)]
pub struct Pairing<'i> {
    recent: Vec<Recent<'i>>,
    /// Transfers with the senders that have reported them too in this batch; how well, where it
    /// waits for a person beside a statement's row.
    taken: HashMap<(i64, &'i str), Option<Likeness>>,
    unindexed: HashMap<BoardId, Unindexed>,
    /// What its reports ask for, of each account, and what was found.
    wanted: HashMap<(BoardId, AccountId), Wanted>,
    told: HashMap<(BoardId, AccountId), Vec<Told>>,
    /// Who told of the account's numbers before they led to it.
    strangers: HashMap<(BoardId, AccountId), Vec<Box<str>>>,
    /// Whole days of the accounts' statements.
    whole: HashMap<(BoardId, AccountId), Vec<statement::Span>>,
    candidates: Candidates,
    /// Bank references that its reports tell, in capitals, with their senders.
    references: HashSet<(&'i str, String)>,
    /// Those that a sender's reports of an account bear, and the account's transfers around a day.
    borne: HashMap<(AccountId, &'i str), Borne>,
    borne_around: HashMap<(AccountId, Day), Borne>,
    seconds: Vec<Second>,
    /// Rows of statements that are reports of known transfers.
    planned: Vec<pairs::New<'i>>,
}

impl<'i> Pairing<'i> {
    /// Notes senders that an account was not known for, and what was read from lists. Every lane
    /// learns of the senders, because the register's version moves.
    pub fn hear(connection: &mut DbConnection, work: &mut [Work<'i>]) -> Outcome<Self> {
        let mut heard: BTreeMap<(BoardId, AccountId), BTreeSet<String>> = BTreeMap::new();
        let is_new =
            |work: &&Work<'_>| work.is_new_sender && work.keeps && work.seen == Seen::Created;
        for work in work.iter().filter(is_new) {
            let (item, sender) = (work.item, &*work.sighted.sender);
            let Some(account_id) = work.account_id else { continue };
            let (board_id, feed_id, at) = (item.board_id, item.feed_id, item.received_at);
            let senders = heard.entry((board_id, account_id)).or_default();
            if senders.insert(sender.to_owned()) {
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
        // What comes for its number later must be compared with it.
        let strays = work.iter().filter(|work| work.is_new_stray && work.seen == Seen::Created);
        let strays = strays.map(|work| work.item.board_id);
        let of_heard = heard.keys().map(|(board_id, _)| *board_id);
        for board_id in of_heard.chain(strays).collect::<BTreeSet<_>>() {
            registry::store::touch(connection, board_id)?;
        }
        for work in work.iter_mut().filter(|_| !heard.is_empty()) {
            let Some(account_id) = work.account_id else { continue };
            let heard = heard.get(&(work.item.board_id, account_id));
            let own = &*work.sighted.sender;
            work.is_shared |= heard.is_some_and(|all| all.iter().any(|sender| *sender != own));
        }
        let mut all = Self::default();
        let is_compared = |work: &&Work<'_>| {
            work.is_shared && work.keeps && work.seen == Seen::Created && !work.item.stands_alone
        };
        work.iter().filter(is_compared).for_each(|work| all.want(work));
        Ok(all)
    }

    /// Notes what a report will be compared with.
    fn want(&mut self, work: &Work<'i>) {
        let Some(account_id) = work.account_id.filter(|_| work.sighted.planned.is_none()) else {
            return;
        };
        let reported = &work.sighted.reported;
        if let Some(reference) = &reported.bank_reference {
            self.references.insert((&work.sighted.sender, reference.to_ascii_uppercase()));
        }
        let borne = self.borne.entry((account_id, &*work.sighted.sender)).or_default();
        let own = likeness::own_reference(reported.bank_reference.as_deref());
        borne.add(own.as_deref(), (reported.direction, reported.amount));
        let when = (reported.occurred_at, reported.precision);
        let names_request = reported.order.is_some()
            || work.sighted.references.iter().any(|reference| !reference.is_static());
        let (from, to) = window(when, false, names_request);
        let wanted = self.wanted.entry((work.item.board_id, account_id));
        let wanted = wanted.or_insert_with(|| Wanted { amounts: BTreeSet::new(), from, to });
        wanted.amounts.insert(reported.amount.get());
        (wanted.from, wanted.to) = (wanted.from.min(from), wanted.to.max(to));
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
        let (item, sighted, sender) = (work.item, work.sighted, &*work.sighted.sender);
        if let Some(planned) = sighted.planned {
            return Ok(planned.link.map(|link| self.follow(work, link, decision, day)));
        }
        let company = sighted.company();
        let reported = &sighted.reported;
        let key = (item.board_id, account_id, reported.direction, reported.amount);
        let names: Vec<_> = sighted.references.iter().copied().chain(ordered).collect();
        let mut report = Candidate::of(work, &names);
        let (mut candidates, mut is_cut) =
            self.kept(connection, key, &report, sighted, directory)?;
        if self.is_common(connection, key, &report, &candidates, sender)? {
            report.telling.share_reference();
            (candidates, is_cut) = self.kept(connection, key, &report, sighted, directory)?;
        }
        let of_batch = self.recent.iter().filter(|recent| {
            let id = recent.candidate.transfer_id;
            recent.key == key && recent.sender != sender && !self.taken.contains_key(&(id, sender))
        });
        candidates.extend(of_batch.map(|recent| {
            let is_own = recent.company == company;
            let is_renamed = may_name_otherwise(recent.sender, sender);
            Candidate { is_own, is_renamed, ..recent.candidate.clone() }
        }));
        // Another report of the batch tells their references.
        candidates.retain(|one| !self.is_another_s(&report, one, sender));
        // Where not all were compared, nobody may say that it is none of them.
        let nearest = || candidates.first().filter(|_| is_cut);
        let Some(first) = report.best(candidates.iter()).or_else(nearest) else {
            self.recent.push(Recent { key, sender, company, candidate: report });
            return Ok(None);
        };
        let is_certain = report.is_certainly(first);
        let new = new_pair(work, first.transfer_id, decision, day);
        let is_settled = is_certain || report.is_settled_by(first, &candidates);
        let how = report.likeness(first).unwrap_or(Likeness::Day);
        let likeness = first.statement_at.map(|_| how);
        let new = pairs::New { is_certain, likeness, is_settled, ..new };
        pairs::insert(connection, &new)?;
        let held = likeness.filter(|_| !is_settled);
        self.taken.insert((first.transfer_id, sender), held);
        if reported.direction == Direction::In {
            self.seconds.push(Second::of(&new, decision));
        }
        Ok(Some(if is_certain { Recorded::Duplicate } else { Recorded::Suspected }))
    }

    /// Links a statement's row to the transfer that it is known to be of. What an earlier statement
    /// told too is no second report of the feed.
    fn follow(
        &mut self,
        work: &Work<'i>,
        link: statement::Link,
        decision: &Decision,
        day: Day,
    ) -> Recorded {
        let new = new_pair(work, link.transfer_id, decision, day);
        let (is_settled, is_certain) = (link.is_certain, link.is_certain && link.is_row);
        let likeness = Some(link.likeness);
        let new = pairs::New { is_certain, likeness, is_settled, ..new };
        let incoming = work.sighted.reported.direction == Direction::In;
        // Whether it still knows more is asked again when all is written.
        if incoming && decision.rule.knows_more_than(link.rule.as_str()) {
            self.seconds.push(Second::of(&new, decision));
        }
        self.planned.push(new);
        if is_certain { Recorded::Duplicate } else { Recorded::Suspected }
    }

    /// How a transfer is kept from a sender's further reports.
    fn hold(&self, told: &Told, sender: &'i str) -> Hold {
        let before = told.senders.iter().filter(|one| one.sender == sender).map(|one| one.held);
        let now = self.taken.get(&(told.transfer_id, sender)).copied();
        let hold =
            |held: Option<Likeness>| held.map_or(Hold::Taken, |held| Hold::By(Reverse(held)));
        before.chain(now).map(hold).max().unwrap_or(Hold::Free)
    }

    /// Whether a company's other report tells another reference, which stands in this batch too.
    fn is_another_s(&self, report: &Candidate, one: &Candidate, sender: &'i str) -> bool {
        let reference = one.bank_reference.as_ref().filter(|_| one.is_own);
        report.tells_other_reference(one)
            && reference.is_some_and(|reference| {
                self.references.contains(&(sender, reference.to_ascii_uppercase()))
            })
    }

    /// Whether a report is taken for a statement's row by a reference that others bear too, of
    /// whatever amount.
    fn is_common(
        &mut self,
        connection: &mut DbConnection,
        (board_id, account_id, ..): Key,
        report: &Candidate,
        candidates: &[Candidate],
        sender: &'i str,
    ) -> Outcome<bool> {
        let is_by_reference = |one| report.likeness(one) == Some(Likeness::Reference);
        if !candidates.iter().any(is_by_reference) {
            return Ok(false);
        }
        let of_batch = self.borne.get(&(account_id, sender));
        if of_batch.is_some_and(|borne| borne.is_common(&report.telling)) {
            return Ok(true);
        }
        let day = report.occurred_at.day(0);
        let around = match self.borne_around.entry((account_id, day)) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => {
                place.insert(statement::borne_around(connection, (board_id, account_id), day)?)
            }
        };
        Ok(around.is_common(&report.telling))
    }

    /// Candidates among the transfers that were recorded before this batch, the nearest in time
    /// first; tells whether there are more than were compared.
    fn kept(
        &mut self,
        connection: &mut DbConnection,
        key: Key,
        report: &Candidate,
        sighted: &Sighted,
        directory: &Directory,
    ) -> Outcome<(Vec<Candidate>, bool)> {
        let (board_id, account_id, ..) = key;
        self.look(connection, board_id, account_id)?;
        let told = self.told.get(&(board_id, account_id)).map_or(&[][..], Vec::as_slice);
        let sender = sighted.sender.as_str();
        let ways = Ways::of(sighted, directory);
        let strangers = self.strangers.get(&(board_id, account_id));
        let senders =
            directory.senders_of(account_id).iter().chain(strangers.into_iter().flatten());
        let senders: Vec<&str> = senders.map(|sender| &**sender).collect();
        let whole = self.whole.get(&(board_id, account_id)).map_or(&[][..], Vec::as_slice);
        let is_whole_day = statement::holds(whole, report.occurred_at.day(0).0);
        let mut found = Candidates::default();
        std::mem::swap(&mut found, &mut self.candidates);
        let mut compare = |is_own: bool, far: bool| -> Outcome<_> {
            let fit = told.iter().filter(|one| fits(one, key, report, is_own, far));
            let fit = fit.filter(|one| ways.takes(one, is_own));
            let mut fit: Vec<_> = fit
                .map(|one| (one, self.hold(one, sender)))
                .filter(|(_, hold)| *hold != Hold::Taken)
                .collect();
            let distance = |one: &Told| one.occurred_at.0.abs_diff(report.occurred_at.0);
            fit.sort_by_key(|(one, _)| (distance(one), one.transfer_id));
            let is_cut = fit.len() > COMPARED;
            fit.truncate(COMPARED);
            let known: HashMap<i64, _> =
                fit.iter().map(|(one, hold)| (one.transfer_id, (*one, *hold))).collect();
            let fit: Vec<&Told> = fit.into_iter().map(|(one, _)| one).collect();
            let mut all = found.of(connection, board_id, &fit, is_own)?;
            for one in &mut all {
                if let Some((told, hold)) = known.get(&one.transfer_id) {
                    one.held = match hold {
                        Hold::By(Reverse(held)) => Some(*held),
                        _ => None,
                    };
                    one.is_renamed = ways.is_renamed(told);
                }
                one.is_whole_day = is_whole_day;
            }
            Ok((all, is_cut))
        };
        let mut all = Vec::new();
        let mut is_cut = false;
        let mut is_alone = false;
        if ways.are_two(&senders) {
            (all, is_cut) = compare(true, false)?;
            is_alone = ways.are_all(&senders)
                || all.iter().any(|one| report.may_be(one) && report.is_certainly(one));
        }
        if !is_alone {
            let (others, is_cut_too) = compare(false, false)?;
            all.extend(others);
            is_cut |= is_cut_too;
            let best = report.best(all.iter());
            if best.is_none_or(|best| !report.is_settled_by(best, &all)) {
                all.extend(compare(false, true)?.0);
            }
        }
        self.candidates = found;
        Ok((all, is_cut))
    }

    /// Looks for the account's transfers, once in a batch.
    fn look(
        &mut self,
        connection: &mut DbConnection,
        board_id: BoardId,
        account_id: AccountId,
    ) -> Outcome<()> {
        let key = (board_id, account_id);
        let Some(wanted) = self.wanted.get(&key).filter(|_| !self.told.contains_key(&key)) else {
            return Ok(());
        };
        // What came after all statements is in none of them.
        let last = fitting::last_statement(connection, board_id, account_id)?;
        let mut wanted = wanted.clone();
        if last.is_some_and(|last| wanted.from <= last) {
            let late = i64::from(LATE_DAYS) * MS_PER_DAY;
            (wanted.from, wanted.to) = (wanted.from.plus_ms(-late), wanted.to.plus_ms(late));
            let days = (wanted.from.day(0), wanted.to.day(0));
            let whole = told_rows::whole_days(connection, board_id, account_id, days)?;
            self.whole.insert(key, whole);
        }
        let tail = match self.unindexed.entry(board_id) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => place.insert(index::unindexed(connection, board_id)?),
        };
        let of_amount = |amount: &i64| tail.get(&(account_id, Vnd::new(*amount)));
        let tail: Vec<i64> =
            wanted.amounts.iter().filter_map(of_amount).flatten().copied().collect();
        let between = (wanted.from.day(0).start(0), wanted.to);
        let strays = strays::of_account(connection, key, between, Some(&wanted.amounts))?;
        let strangers = strays.iter().map(|stray| stray.sender.clone()).collect::<BTreeSet<_>>();
        self.strangers.insert(key, strangers.into_iter().collect());
        let strays = strays.iter().map(|stray| stray.transfer_id).collect();
        let besides = [tail, strays].concat();
        let told = fitting::told(connection, board_id, account_id, &wanted, &besides)?;
        self.told.insert(key, told);
        Ok(())
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
                decided: Decided::default(),
                says: Says::Nothing,
            };
            replace(connection, board_id, &mut heads, &[again], at)?;
            pairs::attributed(connection, board_id, pair_id, Some(stored.seq + 1))?;
        }
        Ok(())
    }
}

/// What is different can never be the same, and the times as far as both tell them. `far`: days
/// away, where a statement told it first.
fn fits(
    told: &Told,
    (_, _, direction, amount): Key,
    report: &Candidate,
    is_own: bool,
    far: bool,
) -> bool {
    if told.direction != direction || told.amount != amount {
        return false;
    }
    if told.statement_at.is_some() {
        return is_of_day(told.occurred_at, report, far);
    }
    let names_request = report.names.iter().any(|name| !name.is_static());
    let (from, to) = window((report.occurred_at, report.precision), is_own, names_request);
    let midnight = report.occurred_at.day(0).start(0);
    let is_only_dated = told.precision == Precision::Day && told.occurred_at == midnight;
    !far && (is_only_dated || (from..=to).contains(&told.occurred_at))
}
