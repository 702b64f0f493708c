//! Deciding again what the rules decided by links that have been changed since: a vendor who was
//! registered late, or whose end was. What a person decided stays, and so does what a second report
//! of a transfer has told, which a person judges with its pair.
//!
//! The register notes each change with its first day, in its own transaction. [`step`] works the
//! changes off, so many transfers in a transaction; it can end at any point and goes on there.

use std::collections::{HashMap, HashSet};

use super::item::references;
use super::matching::{self, Decision, Known, Line, Rule, Unassigned};
use super::replace::{Decided, Replacement, Says, replace};
use super::store::{fresh, heads, index, queue, reading};
use super::transfers::Stored;
use crate::db::{DbConnection, Outcome};
use crate::feeds::{Direction, Provider, Reported};
use crate::primitives::UnixMs;
use crate::primitives::ids::{BoardId, TransferId};
use crate::registry::directory::Directory;
use crate::registry::store::link_changes::{self, LinkChange};
use crate::requests::{self, RequestRow};

pub use crate::registry::store::link_changes::boards;

/// Transfers that one transaction decides again: some 50 ms on the lane that hooks wait for.
pub const AT_ONCE: usize = 300;
/// Changes that one transaction looks at: of most accounts, nothing has come since their day.
const CHANGES: i64 = 100;
/// What an attribution says that follows a change of links.
const WHY: &str = "links_changed";

/// Works off the next part of a board's changed links, at most so many transfers; tells whether
/// anything is left.
pub fn step(
    connection: &mut DbConnection,
    board_id: BoardId,
    at_once: usize,
    at: UnixMs,
) -> Outcome<bool> {
    let mut heads = heads::lock(connection, &[board_id.0])?;
    let Some(indexed_seq) = heads.first().map(|head| head.indexed_seq) else { return Ok(false) };
    let changes = link_changes::waiting(connection, board_id, CHANGES)?;
    let mut left = at_once;
    let mut directory = None;
    for change in &changes {
        // What came before the change must be found in the index.
        if change.event_seq > indexed_seq {
            index::catch_up(connection, board_id)?;
            return Ok(true);
        }
        let day_start = fresh::day_start(connection, board_id)?;
        let since = index::floor_at(change.from_day.start(day_start)).max(change.after.0);
        let ids = fresh::of_account(connection, board_id, change.account_id, since, left)?;
        if let Some(last) = ids.last() {
            if directory.is_none() {
                directory = Some(Directory::load(connection, board_id)?);
            }
            if let Some(directory) = &directory {
                let again = Again { board_id, directory, change, at };
                again.decide(connection, &mut heads, &ids)?;
            }
            if ids.len() == left {
                link_changes::advance(connection, board_id, change.account_id, TransferId(*last))?;
                return Ok(true);
            }
            left -= ids.len();
        }
        link_changes::finish(connection, board_id, change.account_id)?;
    }
    Ok(!changes.is_empty() && changes.len() == usize::try_from(CHANGES).unwrap_or_default())
}

/// What some transfers of an account are decided by.
struct Again<'a> {
    board_id: BoardId,
    directory: &'a Directory,
    change: &'a LinkChange,
    at: UnixMs,
}

/// What is known of the transfers besides themselves.
struct Memory {
    reported: HashMap<TransferId, Reported>,
    /// Why they wait.
    reasons: HashMap<TransferId, String>,
    requests: Vec<RequestRow>,
}

impl Again<'_> {
    fn decide(
        &self,
        connection: &mut DbConnection,
        heads: &mut [heads::Head],
        ids: &[i64],
    ) -> Outcome<()> {
        let (board_id, change) = (self.board_id, self.change);
        let told_again = fresh::told_again(connection, board_id, ids)?;
        let mut stored = reading::these(connection, board_id, ids)?;
        stored.retain(|one| {
            one.day >= change.from_day
                && one.account_id == Some(change.account_id)
                && Rule::parse(&one.rule) != Rule::Manual
                && !told_again.contains(&(one.id, one.seq))
        });
        let memory = self.remember(connection, &stored)?;
        let mut all = Vec::new();
        for one in &stored {
            let Some(decision) = self.redecided(one, &memory) else { continue };
            let reason = decision.unassigned.unwrap_or(Unassigned::NoOccupancy);
            if one.lines == [decision.line] && one.rule == decision.rule.as_str() {
                if decision.unassigned.is_some() {
                    queue::explain(connection, board_id, one.id, reason)?;
                }
                continue;
            }
            all.push(Replacement {
                stored: one,
                lines: vec![decision.line],
                rule: decision.rule,
                waits_because: reason,
                decided: Decided::by(change.changed_by, Some(WHY.to_owned())),
                says: Says::Nothing,
            });
        }
        replace(connection, board_id, heads, &all, self.at)
    }

    fn remember(&self, connection: &mut DbConnection, stored: &[Stored]) -> Outcome<Memory> {
        let board_id = self.board_id;
        let ids: Vec<i64> = stored.iter().map(|one| one.id.0).collect();
        let reported = reading::reported(connection, board_id, stored)?;
        let mut named: HashSet<_> = reported.values().flat_map(references).collect();
        named.retain(|reference| !reference.is_static());
        let named: Vec<_> = named.into_iter().collect();
        let mut requests = requests::by_reference(connection, board_id, &named)?;
        for id in stored.iter().flat_map(|one| &one.lines).filter_map(|line| line.request_id) {
            if !requests.iter().any(|known| known.id == id) {
                requests.extend(requests::by_id(connection, board_id, id)?);
            }
        }
        Ok(Memory { reported, reasons: queue::reasons(connection, board_id, &ids)?, requests })
    }

    /// What the rules make of a transfer by the present links; `None`: these have no say in it.
    fn redecided(&self, stored: &Stored, memory: &Memory) -> Option<Decision> {
        let [line] = stored.lines.as_slice() else { return None };
        let (rule, day) = (Rule::parse(&stored.rule), stored.day);
        if stored.direction == Direction::Out {
            let (amount, account_id) = (stored.amount, stored.account_id);
            return Some(matching::outgoing(amount, account_id, self.directory, day));
        }
        if rule.is_named() {
            return self.remarked(stored, line, rule, memory);
        }
        let has_left = |id| self.directory.has_ended(self.change.account_id, id, day);
        if rule == Rule::VirtualAccount && !line.occupancy_id.is_some_and(has_left) {
            return None;
        }
        let reason = memory.reasons.get(&stored.id).map(String::as_str);
        let by_memo = [Unassigned::SeveralReferences, Unassigned::UnknownOrder];
        if by_memo.iter().any(|one| reason == Some(one.as_str())) {
            return None;
        }
        let decision = self.by_rules(stored, memory);
        let is_kept = decision.line.request_id.is_some()
            // The account's use has changed since, not its links.
            || (line.occupancy_id.is_some()
                && line.occupancy_id == decision.line.occupancy_id
                && rule.is_of_account()
                && decision.rule.is_of_account());
        (!is_kept).then_some(decision)
    }

    fn by_rules(&self, stored: &Stored, memory: &Memory) -> Decision {
        let account_id = self.change.account_id;
        let reported = memory.reported.get(&stored.id);
        let number = reported.and_then(|reported| {
            self.directory.resolve_account(
                reported.bin.as_deref(),
                reported.account_number.as_deref(),
                reported.virtual_account.as_deref(),
            )
        });
        let requests: Vec<_> = memory.requests.iter().collect();
        let known = Known {
            directory: self.directory,
            account_id: Some(account_id),
            number_id: number.map(|number| number.number_id),
            requests: &requests,
            is_order_feed: reported.is_some_and(|told| told.provider == Provider::Payos),
            day: stored.day,
        };
        match reported {
            Some(reported) => matching::decide(reported, &references(reported), &known),
            // Its report is erased.
            None => matching::by_account(stored.amount, account_id, &known),
        }
    }

    /// The stall of a code or request stays; whether its vendor had left is said anew.
    fn remarked(
        &self,
        stored: &Stored,
        line: &Line,
        rule: Rule,
        memory: &Memory,
    ) -> Option<Decision> {
        let occupancy_id = line.occupancy_id?;
        let account_id = self.change.account_id;
        let has_ended = self.directory.has_ended(account_id, occupancy_id, stored.day);
        let order = || {
            let request = memory.requests.iter().find(|known| Some(known.id) == line.request_id);
            request.and_then(|request| request.order.as_ref())
        };
        let rule = match (rule, has_ended) {
            (Rule::Order | Rule::Request | Rule::Reference, true) => Rule::EndedOccupancy,
            (Rule::EndedOccupancy, false) if line.request_id.is_none() => Rule::Reference,
            (Rule::EndedOccupancy, false) => match order() {
                Some(order) if order.feed_id == stored.feed_id => Rule::Order,
                _ => Rule::Request,
            },
            _ => return None,
        };
        Some(Decision { line: *line, rule, unassigned: None, effect: None })
    }
}
