//! Statements beside what was told before of the same days, by other senders and by statements.
//!
//! A file tells each transfer once. So its rows are linked, all together and one to one, with what
//! was told before ([`super::likeness`] says what may be one, [`super::one_to_one`] which is taken
//! for which), before the first is taken in. On a whole day of the file each transfer that was told
//! must be one of its rows; where one is left over, the statement and the others contradict each
//! other, and a person looks at that day. On a whole day of an earlier statement each row of the
//! file must be one of that statement's.

use std::collections::{HashMap, HashSet};

use super::item::references;
use super::likeness::{LATE_DAYS, Likeness, Other, Telling};
use super::matching::Rule;
use super::one_to_one::{self, Before};
use super::store::told::{self, Told};
use super::store::{heads, reading};
use crate::db::{DbConnection, Outcome};
use crate::events::{self, Event};
use crate::feeds::{Direction, Reported};
use crate::primitives::ids::{AccountId, BoardId};
use crate::primitives::{Day, UnixMs, Vnd};
use crate::requests;

pub use super::store::told::{Known, is_told};

/// Transfers whose deliveries are read at once.
const READ: usize = 500;

/// What was found of a row before it is taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Planned {
    /// `None`: nobody has told it.
    pub link: Option<Link>,
}

/// The transfer of which a row is another report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    pub transfer_id: i64,
    /// What attributes it, as far as it was known then.
    pub rule: Rule,
    pub likeness: Likeness,
    /// No person needs to look.
    pub is_certain: bool,
    /// A statement of the account has told it before.
    pub is_row: bool,
}

/// Direction and amount: what is never different.
type Key = (Direction, Vnd);

/// Days, both ends included.
pub type Span = (Day, Day);

/// What was told before of a statement's days.
#[derive(Debug, Default)]
pub struct Others {
    /// By their ids, so that deliveries are read one after another.
    told: Vec<Told>,
    keys: HashSet<Key>,
    /// Whole days of earlier statements.
    whole: Vec<Span>,
    /// The board's last event that was looked at.
    seen_seq: i64,
}

/// A row as far as it is compared.
#[derive(Clone, Debug)]
pub struct Asked {
    pub id: String,
    pub direction: Direction,
    pub amount: Vnd,
    pub telling: Telling,
}

impl Asked {
    #[must_use]
    pub fn of(reported: &Reported) -> Self {
        Self {
            id: reported.provider_id.clone(),
            direction: reported.direction,
            amount: reported.amount,
            telling: telling(reported),
        }
    }
}

/// What a report tells, as it is compared.
#[must_use]
pub fn telling(reported: &Reported) -> Telling {
    let when = (reported.occurred_at, reported.precision);
    let reference = reported.bank_reference.as_deref();
    Telling::new(when, reference, &reported.memo, references(reported))
}

impl Others {
    /// Reads what was told of an account's days and of those around them, but what the file's
    /// known rows tell.
    pub fn load(
        connection: &mut DbConnection,
        board_id: BoardId,
        account_id: AccountId,
        sender: &str,
        (first, last): Span,
        known: &Known,
    ) -> Outcome<Self> {
        let seen_seq = told::last_event(connection, board_id)?;
        let days = (first.plus(-LATE_DAYS), last.plus(LATE_DAYS));
        let told = told::of_account(connection, board_id, account_id, sender, days, known)?;
        let keys = told.iter().map(|told| (told.direction, told.amount)).collect();
        let whole = told::whole_days(connection, board_id, account_id, days)?;
        Ok(Self { told, keys, whole, seen_seq })
    }

    /// Nobody has told anything until now.
    pub fn none(connection: &mut DbConnection, board_id: BoardId) -> Outcome<Self> {
        let seen_seq = told::last_event(connection, board_id)?;
        Ok(Self { seen_seq, ..Self::default() })
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.told.is_empty()
    }

    /// Whether a row may be one of them.
    #[must_use]
    pub fn may_hold(&self, direction: Direction, amount: Vnd) -> bool {
        self.keys.contains(&(direction, amount))
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

    /// Links the file's rows that are not known to them, by the rows' ids. `whole`: the days that
    /// the file tells whole.
    pub fn link(
        mut self,
        connection: &mut DbConnection,
        board_id: BoardId,
        rows: Vec<Asked>,
        whole: &[Span],
    ) -> Outcome<(HashMap<String, Link>, Self)> {
        let mut by_key: HashMap<Key, (Vec<Asked>, Vec<Told>)> = HashMap::new();
        for row in rows {
            by_key.entry((row.direction, row.amount)).or_default().0.push(row);
        }
        let mut told = std::mem::take(&mut self.told);
        told.retain(|told| by_key.contains_key(&(told.direction, told.amount)));
        complete(connection, board_id, &mut told)?;
        for told in told {
            if let Some((_, all)) = by_key.get_mut(&(told.direction, told.amount)) {
                all.push(told);
            }
        }
        let days = Whole { file: whole, earlier: &self.whole };
        let mut links = HashMap::new();
        for (mut rows, mut told) in by_key.into_values().filter(|(_, told)| !told.is_empty()) {
            links.extend(link_equal(&mut rows, &mut told, &days));
        }
        Ok((links, self))
    }
}

/// Adds what stands in the deliveries alone.
fn complete(connection: &mut DbConnection, board_id: BoardId, all: &mut [Told]) -> Outcome<()> {
    for part in all.chunks_mut(READ) {
        let ids: Vec<i64> = part.iter().map(|told| told.transfer_id).collect();
        let stored = reading::these(connection, board_id, &ids)?;
        let said = reading::reported(connection, board_id, &stored)?;
        let stored: HashMap<i64, _> = stored.iter().map(|one| (one.id.0, one)).collect();
        for told in part {
            let Some(stored) = stored.get(&told.transfer_id) else { continue };
            told.rule = Rule::parse(&stored.rule);
            if let Some(said) = said.get(&stored.id) {
                // By the transfer's row: a body may be read in another way than it was.
                let when = (told.telling.occurred_at, told.precision);
                let reference = said.bank_reference.as_deref();
                told.telling = Telling::new(when, reference, &said.memo, references(said));
            }
            for id in stored.lines.iter().filter_map(|line| line.request_id) {
                let request = requests::by_id(connection, board_id, id)?;
                told.telling.names.extend(request.map(|row| row.reference));
            }
        }
    }
    Ok(())
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

/// Whole days of the file, and of the statements before it.
struct Whole<'d> {
    file: &'d [Span],
    earlier: &'d [Span],
}

#[must_use]
pub fn holds(days: &[Span], day: i32) -> bool {
    days.iter().any(|(from, to)| (from.0..=to.0).contains(&day))
}

/// Links rows and tellings of one direction and amount, one to one.
fn link_equal(rows: &mut [Asked], told: &mut [Told], days: &Whole<'_>) -> Vec<(String, Link)> {
    forget_common(rows.iter_mut().map(|row| &mut row.telling));
    forget_common(told.iter_mut().map(|told| &mut told.telling));
    let tellings: Vec<&Telling> = rows.iter().map(|row| &row.telling).collect();
    let before = |told: &Told| {
        let day = told.telling.day();
        let is_whole = holds(days.file, day) || holds(days.earlier, day);
        (told.is_row, is_whole, told.held)
    };
    let before: Vec<Before<'_>> = told
        .iter()
        .map(|told| {
            let (is_row, is_whole, held) = before(told);
            Before { other: Other { telling: &told.telling, is_row, is_whole }, held }
        })
        .collect();
    let linked = one_to_one::link(&tellings, &before);
    let rows_linked: HashSet<usize> = linked.iter().map(|(row, ..)| *row).collect();
    let told_linked: HashSet<usize> = linked.iter().map(|(_, told, _)| *told).collect();
    // Days on which one is left over.
    let rows_left: HashSet<i32> = days_left(tellings.iter().copied(), &rows_linked);
    let told_left: HashSet<i32> = days_left(told.iter().map(|one| &one.telling), &told_linked);
    let mut links = Vec::with_capacity(linked.len());
    for (row, place, likeness) in linked {
        let (Some(row), Some(told)) = (rows.get(row), told.get(place)) else { continue };
        let (row_day, told_day) = (row.telling.day(), told.telling.day());
        let in_file = holds(days.file, told_day) && !told_left.contains(&told_day);
        let in_earlier =
            told.is_row && holds(days.earlier, row_day) && !rows_left.contains(&row_day);
        let link = Link {
            transfer_id: told.transfer_id,
            rule: told.rule,
            likeness,
            is_certain: likeness.is_certain(in_file || in_earlier),
            is_row: told.is_row,
        };
        links.push((row.id.clone(), link));
    }
    links
}

fn days_left<'t>(all: impl Iterator<Item = &'t Telling>, linked: &HashSet<usize>) -> HashSet<i32> {
    let left = all.enumerate().filter(|(place, _)| !linked.contains(place));
    left.map(|(_, telling)| telling.day()).collect()
}

/// A reference that several bear, as those of one batch do, tells none from another.
fn forget_common<'t>(all: impl Iterator<Item = &'t mut Telling>) {
    let mut first: HashMap<String, &'t mut Telling> = HashMap::new();
    for telling in all {
        let Some(reference) = telling.own_reference().map(str::to_owned) else { continue };
        if let Some(first) = first.get_mut(&reference) {
            first.share_reference();
            telling.share_reference();
        } else {
            first.insert(reference, telling);
        }
    }
}
