//! Statements beside what other senders told of the same days.
//!
//! A statement is the bank's own list of everything that moved. So another sender's report of the
//! account, direction, amount and day of a row is a report of that row, and nobody needs to look,
//! as long as there are as many rows as reports: which of equal ones is which changes no sum. Only
//! where others told more than the statement holds, a person looks at what was linked. This is
//! found with all rows of the statement together, before the first is taken in.

use std::collections::{HashMap, HashSet};

use super::item::references;
use super::matching::Rule;
use super::store::told::{self, Told};
use super::store::{heads, reading};
use crate::db::{DbConnection, Outcome};
use crate::events::{self, Event};
use crate::feeds::{Direction, Precision, Reported};
use crate::primitives::ids::{AccountId, BoardId, FeedId};
use crate::primitives::time::MS_PER_HOUR;
use crate::primitives::{Day, UnixMs, Vnd};
use crate::requests;
use crate::vietqr::Reference;

/// A transfer around midnight may stand in the statement under the next day.
const AROUND_MIDNIGHT_MS: u64 = 3 * MS_PER_HOUR as u64;
/// Times that are surely one.
const NEAR_MS: u64 = 5 * 60_000;
/// Pairs of one amount and day that are weighed one against another; more are taken in their order.
const WEIGHED: usize = 1_000_000;

/// What was found of a row before it is taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Planned {
    /// `None`: nobody else has told it.
    pub link: Option<Link>,
}

/// The transfer of which a row is another report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    pub transfer_id: i64,
    /// What attributes it, as far as it was known then.
    pub rule: Rule,
    /// No person needs to look.
    pub is_certain: bool,
}

/// Direction and amount: what is never different.
type Key = (Direction, Vnd);

/// What others told of a statement's days.
#[derive(Debug, Default)]
pub struct Others {
    told: HashMap<Key, Vec<Told>>,
    /// The board's last event that was looked at.
    seen_seq: i64,
}

/// A row as far as it is compared.
#[derive(Clone, Debug)]
pub struct Asked {
    pub id: String,
    pub direction: Direction,
    pub amount: Vnd,
    pub occurred_at: UnixMs,
    pub precision: Precision,
    pub bank_reference: Option<String>,
    /// References of ours in its memo.
    pub names: Vec<Reference>,
}

impl Asked {
    #[must_use]
    pub fn of(reported: &Reported) -> Self {
        Self {
            id: reported.provider_id.clone(),
            direction: reported.direction,
            amount: reported.amount,
            occurred_at: reported.occurred_at,
            precision: reported.precision,
            bank_reference: reported.bank_reference.clone(),
            names: references(reported),
        }
    }
}

impl Others {
    /// Reads what other senders told of an account's days, one day around them too, and no row of
    /// the feed has been linked to yet.
    pub fn load(
        connection: &mut DbConnection,
        board_id: BoardId,
        (account_id, feed_id): (AccountId, FeedId),
        sender: &str,
        (first, last): (Day, Day),
    ) -> Outcome<Self> {
        let seen_seq = told::last_event(connection, board_id)?;
        let days = (first.plus(-1), last.plus(1));
        let mut by_key: HashMap<Key, Vec<Told>> = HashMap::new();
        for told in told::by_others(connection, board_id, account_id, feed_id, sender, days)? {
            by_key.entry((told.direction, told.amount)).or_default().push(told);
        }
        Ok(Self { told: by_key, seen_seq })
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.told.is_empty()
    }

    /// Whether a row may be one of them.
    #[must_use]
    pub fn may_hold(&self, direction: Direction, amount: Vnd) -> bool {
        self.told.contains_key(&(direction, amount))
    }

    /// Whether money came to the account since they were read. The board is locked.
    pub fn is_outdated(
        &self,
        connection: &mut DbConnection,
        board_id: BoardId,
        account_id: AccountId,
    ) -> Outcome<bool> {
        let is_of_account = |event: &Event| matches!(event, Event::TransferRecorded { account_id: Some(id), .. } if *id == account_id);
        if told::last_event(connection, board_id)? == self.seen_seq {
            return Ok(false);
        }
        let since = events::after(connection, board_id, self.seen_seq, usize::MAX)?;
        Ok(since.iter().any(|numbered| is_of_account(&numbered.event)))
    }

    /// What the board has told until now is looked at, or is one's own. The board is locked.
    pub fn catch_up(&mut self, connection: &mut DbConnection, board_id: BoardId) -> Outcome<()> {
        self.seen_seq = told::last_event(connection, board_id)?;
        Ok(())
    }

    /// Links rows to them, by the rows' ids.
    pub fn link(
        mut self,
        connection: &mut DbConnection,
        board_id: BoardId,
        rows: &[Asked],
    ) -> Outcome<(HashMap<String, Link>, Self)> {
        let wanted: HashSet<Key> = rows.iter().map(|row| (row.direction, row.amount)).collect();
        self.told.retain(|key, _| wanted.contains(key));
        self.complete(connection, board_id)?;
        let mut by_key: HashMap<Key, Vec<&Asked>> = HashMap::new();
        for row in rows {
            by_key.entry((row.direction, row.amount)).or_default().push(row);
        }
        let mut links = HashMap::new();
        for (key, rows) in by_key {
            if let Some(told) = self.told.get(&key) {
                let linked = link_equal(&rows, told);
                links.extend(linked.into_iter().map(|(row, link)| (row.id.clone(), link)));
            }
        }
        self.told.clear();
        Ok((links, self))
    }

    /// Adds what stands in the others' deliveries alone.
    fn complete(&mut self, connection: &mut DbConnection, board_id: BoardId) -> Outcome<()> {
        let mut all: Vec<&mut Told> = self.told.values_mut().flatten().collect();
        for part in all.chunks_mut(500) {
            let ids: Vec<i64> = part.iter().map(|told| told.transfer_id).collect();
            let stored = reading::these(connection, board_id, &ids)?;
            let said = reading::reported(connection, board_id, &stored)?;
            for told in part {
                let Some(stored) = stored.iter().find(|one| one.id.0 == told.transfer_id) else {
                    continue;
                };
                told.rule = Rule::parse(&stored.rule);
                if let Some(said) = said.get(&stored.id) {
                    told.names = references(said);
                    told.bank_reference.clone_from(&said.bank_reference);
                }
                for id in stored.lines.iter().filter_map(|line| line.request_id) {
                    let request = requests::by_id(connection, board_id, id)?;
                    told.names.extend(request.map(|row| row.reference));
                }
            }
        }
        Ok(())
    }
}

/// Locks the board until the transaction ends: nobody else's report comes in between.
pub fn lock(connection: &mut DbConnection, board_id: BoardId) -> Outcome<()> {
    heads::lock(connection, &[board_id.0]).map(|_| ())
}

/// When a transfer was recorded, where a statement told it first: nothing later can be of it.
#[must_use]
pub fn recorded_at(evidence: &str, at: UnixMs) -> Option<UnixMs> {
    (evidence == super::item::Evidence::Statement.as_str()).then_some(at)
}

/// How well a row and another's report of the same amount agree, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Agreement {
    Reference,
    Name,
    Time,
    Day,
    Midnight,
}

/// `None`: they are of two transfers.
fn agreement(row: &Asked, told: &Told) -> Option<(Agreement, u64)> {
    let distance = row.occurred_at.0.abs_diff(told.occurred_at.0);
    let days = row.occurred_at.day(0).0.abs_diff(told.occurred_at.day(0).0);
    let shares = row.names.iter().any(|name| told.names.contains(name));
    if days > 1 || !(shares || row.names.is_empty() || told.names.is_empty()) {
        return None;
    }
    let references = (row.bank_reference.as_deref(), told.bank_reference.as_deref());
    if let (Some(one), Some(two)) = references
        && one.eq_ignore_ascii_case(two)
    {
        return Some((Agreement::Reference, distance));
    }
    let is_timed = row.precision != Precision::Day && told.precision != Precision::Day;
    if days == 0 {
        let how = match (shares, is_timed && distance <= NEAR_MS) {
            (true, _) => Agreement::Name,
            (false, true) => Agreement::Time,
            (false, false) => Agreement::Day,
        };
        return Some((how, distance));
    }
    let is_near = match (row.precision, told.precision) {
        (Precision::Day, Precision::Day) => false,
        (Precision::Day, _) => from_day(told.occurred_at, row.occurred_at) <= AROUND_MIDNIGHT_MS,
        (_, Precision::Day) => from_day(row.occurred_at, told.occurred_at) <= AROUND_MIDNIGHT_MS,
        _ => distance <= AROUND_MIDNIGHT_MS,
    };
    is_near.then_some((Agreement::Midnight, distance))
}

/// Milliseconds between an instant and the day that begins at a midnight.
fn from_day(at: UnixMs, midnight: UnixMs) -> u64 {
    let end = midnight.day(0).plus(1).start(0);
    if at < midnight { midnight.0.abs_diff(at.0) } else { at.0.abs_diff(end.0.min(at.0)) }
}

/// Links rows and reports of one direction and amount, one to one.
fn link_equal<'r>(rows: &[&'r Asked], told: &[Told]) -> Vec<(&'r Asked, Link)> {
    let day_of = |at: UnixMs| at.day(0).0;
    let mut of_day: HashMap<i32, (usize, usize)> = HashMap::new();
    for row in rows {
        of_day.entry(day_of(row.occurred_at)).or_default().0 += 1;
    }
    for told in told {
        of_day.entry(day_of(told.occurred_at)).or_default().1 += 1;
    }
    let mut weighed = Vec::new();
    if rows.len().saturating_mul(told.len()) <= WEIGHED {
        for (r, row) in rows.iter().enumerate() {
            for (t, told) in told.iter().enumerate() {
                weighed.extend(agreement(row, told).map(|how| (how, r, t)));
            }
        }
    } else {
        weighed = in_order(rows, told);
    }
    weighed.sort_unstable();
    let (mut rows_taken, mut told_taken) = (HashSet::new(), HashSet::new());
    let mut links = Vec::new();
    for ((how, _), r, t) in weighed {
        let (Some(row), Some(told)) = (rows.get(r), told.get(t)) else { continue };
        if rows_taken.contains(&r) || told_taken.contains(&t) {
            continue;
        }
        rows_taken.insert(r);
        told_taken.insert(t);
        let counts = of_day.get(&day_of(told.occurred_at)).copied().unwrap_or_default();
        let has_room = counts.1 <= counts.0;
        let is_certain = match how {
            Agreement::Reference => true,
            Agreement::Name | Agreement::Time | Agreement::Day => has_room,
            Agreement::Midnight => false,
        };
        let link = Link { transfer_id: told.transfer_id, rule: told.rule, is_certain };
        links.push((*row, link));
    }
    links
}

/// Thousands of one amount: day by day in the order of their times.
fn in_order(rows: &[&Asked], told: &[Told]) -> Vec<((Agreement, u64), usize, usize)> {
    let mut rows_by_day: HashMap<i32, Vec<usize>> = HashMap::new();
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_by_key(|r| rows.get(*r).map(|row| row.occurred_at));
    for r in order {
        let day = rows.get(r).map_or(0, |row| row.occurred_at.day(0).0);
        rows_by_day.entry(day).or_default().push(r);
    }
    let mut order: Vec<usize> = (0..told.len()).collect();
    order.sort_by_key(|t| told.get(*t).map(|told| (told.occurred_at, told.transfer_id)));
    let mut next: HashMap<i32, usize> = HashMap::new();
    let mut found = Vec::new();
    for t in order {
        let Some(one) = told.get(t) else { continue };
        let day = one.occurred_at.day(0).0;
        let place = next.entry(day).or_default();
        let Some(r) = rows_by_day.get(&day).and_then(|rows| rows.get(*place)) else { continue };
        *place += 1;
        found.extend(rows.get(*r).and_then(|row| agreement(row, one)).map(|how| (how, *r, t)));
    }
    found
}
