//! A reported transfer on its way through a batch.

use std::collections::{HashMap, HashSet};

use super::item::{Item, Sighted};
use super::likeness::LATE_DAYS;
use super::matching::Decision;
use super::statement::Link;
use super::store::rows::Transfer;
use super::store::sightings::{self, Seen};
use crate::db::{DbConnection, Outcome};
use crate::feeds::Reported;
use crate::primitives::Day;
use crate::primitives::id;
use crate::primitives::ids::{AccountId, NumberId};
use crate::primitives::time::MS_PER_DAY;
use crate::registry::directory::Directory;
use crate::requests::Effect;

/// A reported transfer on its way: which item, which place in it.
pub struct Work<'i> {
    pub item: &'i Item,
    /// Index of the item in the batch.
    pub at: usize,
    pub place: i32,
    pub sighted: &'i Sighted,
    pub account_id: Option<AccountId>,
    /// The number of the account that received the money.
    pub number_id: Option<NumberId>,
    pub keeps: bool,
    pub seen: Seen,
    /// The first report of its sender on the account.
    pub is_new_sender: bool,
    /// Another sender reports the account too, or told of its number before it led there.
    pub is_shared: bool,
    /// Of no account, though a number of it is registered, and the register does not know of any such.
    pub is_new_stray: bool,
}

impl<'i> Work<'i> {
    /// Asks the register who else reports the account.
    pub fn compare_senders(&mut self, directory: &Directory) {
        let own = self.sighted.sender.as_str();
        let senders = self.account_id.map_or(&[][..], |id| directory.senders_of(id));
        self.is_new_sender =
            self.account_id.is_some() && !senders.iter().any(|sender| **sender == *own);
        self.is_shared = self.link().is_some()
            || !senders.iter().all(|sender| **sender == *own)
            || self.account_id.is_some_and(|id| self.may_be_stray(directory, id));
        let said = &self.sighted.reported;
        let numbers = [said.account_number.as_deref(), said.virtual_account.as_deref()];
        self.is_new_stray = self.account_id.is_none()
            && directory.having(said.bin.as_deref(), numbers).any(|id| {
                let newest = directory.newest_stray(id).map(id::at_of);
                newest.is_none_or(|at| at.day(0) < self.item.received_at.day(0))
            });
    }

    /// Whether it may be what was told of the account's number before it was registered. A bank books
    /// some days later than it happened; what is later than that cannot be of any.
    fn may_be_stray(&self, directory: &Directory, account_id: AccountId) -> bool {
        let late = i64::from(LATE_DAYS + 2) * MS_PER_DAY;
        let until = directory.newest_stray(account_id).map(|id| id::at_of(id).plus_ms(late));
        until.is_some_and(|until| self.sighted.reported.occurred_at <= until)
    }

    /// The transfer that a statement's row is known to be of.
    pub fn link(&self) -> Option<Link> {
        self.sighted.planned?.link
    }

    pub fn sighting(&self) -> sightings::New<'i> {
        let transfer_id = self.link().map_or(self.sighted.transfer_id, |link| link.transfer_id);
        sightings::New {
            board_id: self.item.board_id.0,
            namespace: &self.sighted.namespace,
            provider_id: &self.sighted.reported.provider_id,
            feed_id: self.item.feed_id.0,
            delivery_id: self.item.delivery_id,
            item: self.place,
            transfer_id: self.keeps.then_some(transfer_id),
            digest: self.sighted.digest,
            reported: &self.sighted.reported,
            // No transfer will have the id that was meant for one.
            conflict_id: self.sighted.transfer_id,
        }
    }

    pub fn transfer(&self, day: Day, decision: &Decision, directory: &Directory) -> Transfer {
        let reported = &self.sighted.reported;
        Transfer {
            line: decision.line,
            rule: decision.rule,
            minimum_receipt: directory.minimum_receipt,
            wrong_amount: decision.effect.is_some_and(Effect::is_wrong_amount),
            payer_key: self.sighted.payer.map(|payer| payer.now),
            board_id: self.item.board_id,
            id: self.sighted.transfer_id,
            account_id: self.account_id,
            feed_id: self.item.feed_id,
            delivery_id: self.item.delivery_id,
            item: self.place,
            direction: reported.direction,
            amount: reported.amount,
            occurred_at: reported.occurred_at,
            precision: reported.precision,
            day,
            recorded_at: self.item.received_at,
            evidence: self.item.evidence,
            fingerprint: self.sighted.fingerprint,
        }
    }
}

/// Records the sightings and learns which are new. Within a batch the first of a key counts.
pub fn see(connection: &mut DbConnection, work: &mut [Work<'_>]) -> Outcome<()> {
    let mut firsts: HashMap<(i64, &str, &str), &Reported> = HashMap::new();
    let mut new = Vec::with_capacity(work.len());
    let mut later = Vec::new();
    for (index, work) in work.iter().enumerate() {
        let sighted = work.sighted;
        let provider_id = sighted.reported.provider_id.as_str();
        let key = (work.item.board_id.0, sighted.namespace.as_str(), provider_id);
        if let Some(first) = firsts.get(&key) {
            later.push((index, *first));
            continue;
        }
        firsts.insert(key, &sighted.reported);
        new.push((index, work.sighting()));
    }
    let (indexes, sightings): (Vec<_>, Vec<_>) = new.into_iter().unzip();
    let fates = sightings::record(connection, &sightings)?;
    // A repetition inside the batch meets the row that was just written or was there before.
    let mut repeated = Vec::with_capacity(later.len());
    for (index, first) in later {
        if let Some(work) = work.get(index) {
            let fate = sightings::repeated(connection, &work.sighting(), Some(first))?;
            repeated.push((index, fate));
        }
    }
    for (index, fate) in indexes.into_iter().zip(fates).chain(repeated) {
        if let Some(work) = work.get_mut(index) {
            work.seen = fate;
        }
    }
    Ok(())
}

/// Whether every report can be decided by the register alone, and touches no row that is there: no
/// request is named, no other sender reports the account, none is told twice.
pub fn only_adds(work: &[Work<'_>]) -> bool {
    let mut keys = HashSet::with_capacity(work.len());
    work.iter().all(|work| {
        let sighted = work.sighted;
        !work.is_new_sender
            && !work.is_new_stray
            && !work.is_shared
            && !sighted.is_listed()
            && sighted.planned.is_none()
            && sighted.reported.order.is_none()
            && sighted.references.iter().all(|reference| reference.is_static())
            && keys.insert((sighted.namespace.as_str(), sighted.reported.provider_id.as_str()))
    })
}
