//! Statements beside what was told before of the same days, by other senders and by statements.
//!
//! A file tells each transfer once. So its rows are linked, all together and one to one, with what
//! was told before ([`super::likeness`] says what may be one, [`super::one_to_one`] which is taken
//! for which), before the first is taken in. On a whole day of the file each transfer that was told
//! must be one of its rows; where one is left over, the statement and the others contradict each
//! other, and a person looks at that day. On a whole day of an earlier statement each row of the
//! file must be one of that statement's.

use std::collections::{HashMap, HashSet};

use super::borne::Borne;
use super::item::references;
use super::likeness::{LATE_DAYS, Likeness, Other, Telling};
use super::matching::Rule;
use super::one_to_one::{self, Before};
use super::store::told::{self, Told};
use super::store::{heads, reading};
use super::strays;
use crate::db::{DbConnection, Outcome};
use crate::events::{self, Event};
use crate::feeds::{Direction, Reported};
use crate::primitives::ids::{AccountId, BoardId};
use crate::primitives::{Day, UnixMs, Vnd};
use crate::requests;

pub use super::store::told::{Known, Scope, is_told};

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
pub type Key = (Direction, Vnd);

/// Days, both ends included.
pub type Span = (Day, Day);

/// What was told before of a statement's days.
#[derive(Debug)]
pub struct Others {
    scope: Scope,
    /// Until they are linked; by their ids, so that deliveries are read one after another.
    told: Vec<Told>,
    /// The ids of all of them.
    ids: HashMap<Key, Vec<i64>>,
    /// The references that they bear. Those that known rows of the file tell are left out: theirs
    /// stand in the file.
    borne: Borne,
    /// What contradicts the first reports of some of them. A row that tells the same is not counted
    /// beside the first.
    contradicting: Vec<Told>,
    /// Whole days of earlier statements.
    whole: Vec<Span>,
    /// The board's last event that was looked at.
    seen_seq: i64,
    compared: usize,
}

/// What a file says beside its rows.
#[derive(Debug, Default)]
pub struct File {
    /// The references that its rows bear, all of them.
    pub borne: Borne,
    /// The days that it tells whole.
    pub whole: Vec<Span>,
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
    pub const fn key(&self) -> Key {
        (self.direction, self.amount)
    }

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
    pub fn load(connection: &mut DbConnection, scope: Scope, known: &Known) -> Outcome<Self> {
        let mut all = Self::none(connection, scope)?;
        let Scope { board_id, account_id, days, .. } = all.scope;
        all.told = told::of_account(connection, &all.scope, known)?;
        let between = (days.0.start(0), days.1.plus(1).start(0));
        let strays = strays::of_account(connection, (board_id, account_id), between, None)?;
        let strays: Vec<i64> = strays.into_iter().map(|stray| stray.transfer_id).collect();
        all.told.append(&mut told::these(connection, &all.scope, &strays, known)?);
        for told in &all.told {
            all.ids.entry(told.key()).or_default().push(told.transfer_id);
        }
        all.contradicting = contradicting(connection, &all.scope)?;
        for told in &all.contradicting {
            all.ids.entry(told.key()).or_default();
        }
        all.whole = told::whole_days(connection, board_id, account_id, days)?;
        Ok(all)
    }

    /// Nobody has told anything until now. `scope`: with the days that the file tells.
    pub fn none(connection: &mut DbConnection, mut scope: Scope) -> Outcome<Self> {
        let seen_seq = told::last_event(connection, scope.board_id)?;
        scope.days = (scope.days.0.plus(-LATE_DAYS), scope.days.1.plus(LATE_DAYS));
        let (told, ids, borne) = (Vec::new(), HashMap::new(), Borne::default());
        let (contradicting, whole) = (Vec::new(), Vec::new());
        Ok(Self { scope, told, ids, borne, contradicting, whole, seen_seq, compared: 0 })
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// Whether a row may be one of them.
    #[must_use]
    pub fn may_hold(&self, key: Key) -> bool {
        self.ids.contains_key(&key)
    }

    /// Rows and tellings that were put side by side until now.
    #[must_use]
    pub const fn compared(&self) -> usize {
        self.compared
    }

    /// Takes up what the account was told of since they were read, money out too. Gives back the
    /// directions and amounts of which rows must be linked again. The board is locked.
    pub fn hear(&mut self, connection: &mut DbConnection) -> Outcome<HashSet<Key>> {
        let (board_id, account) = (self.scope.board_id, self.scope.account_id);
        let last = told::last_event(connection, board_id)?;
        let mut keys = HashSet::new();
        if last == self.seen_seq {
            return Ok(keys);
        }
        let since = events::after(connection, board_id, self.seen_seq, usize::MAX)?;
        self.seen_seq = last;
        let of_account = since.into_iter().filter_map(|numbered| match numbered.event {
            Event::TransferRecorded { transfer_id, account_id: Some(id), .. }
            | Event::MoneyOut { transfer_id, account_id: id } => {
                Some(transfer_id.0).filter(|_| id == account)
            }
            _ => None,
        });
        let ids: Vec<i64> = of_account.collect();
        let mut new = told::these(connection, &self.scope, &ids, &Known::new())?;
        complete(connection, board_id, &mut new)?;
        for told in new {
            let key = told.key();
            self.ids.entry(key).or_default().push(told.transfer_id);
            keys.insert(key);
            // Until now one alone has borne its reference.
            keys.extend(self.borne.add(told.telling.own_reference(), key));
        }
        Ok(keys)
    }

    /// What the board has told until now is looked at, or is one's own. The board is locked.
    pub fn catch_up(&mut self, connection: &mut DbConnection) -> Outcome<()> {
        self.seen_seq = told::last_event(connection, self.scope.board_id)?;
        Ok(())
    }

    /// Links the file's rows that are not known to them, by the rows' ids.
    pub fn link(
        &mut self,
        connection: &mut DbConnection,
        rows: Vec<Asked>,
        file: &File,
    ) -> Outcome<HashMap<String, Link>> {
        let mut told = std::mem::take(&mut self.told);
        // Where the file bears no references, none are compared.
        if file.borne.is_empty() {
            let keys: HashSet<Key> = rows.iter().map(Asked::key).collect();
            told.retain(|told| keys.contains(&told.key()));
        }
        complete(connection, self.scope.board_id, &mut told)?;
        for told in &told {
            self.borne.add(told.telling.own_reference(), told.key());
        }
        Ok(self.side_by_side(rows, told, file))
    }

    /// Links the rows of some directions and amounts again, all that are not known.
    pub fn link_again(
        &mut self,
        connection: &mut DbConnection,
        keys: &HashSet<Key>,
        rows: Vec<Asked>,
        known: &Known,
        file: &File,
    ) -> Outcome<HashMap<String, Link>> {
        let ids = keys.iter().filter_map(|key| self.ids.get(key)).flatten();
        let ids: Vec<i64> = ids.copied().collect();
        let mut told = told::these(connection, &self.scope, &ids, known)?;
        complete(connection, self.scope.board_id, &mut told)?;
        Ok(self.side_by_side(rows, told, file))
    }

    fn side_by_side(
        &mut self,
        rows: Vec<Asked>,
        told: Vec<Told>,
        file: &File,
    ) -> HashMap<String, Link> {
        let mut by_key: HashMap<Key, (Vec<Asked>, Vec<Told>)> = HashMap::new();
        for row in rows {
            by_key.entry(row.key()).or_default().0.push(row);
        }
        for told in told {
            if let Some((_, all)) = by_key.get_mut(&told.key()) {
                all.push(told);
            }
        }
        let days = Whole { file: &file.whole, earlier: &self.whole };
        let (mut links, mut left) = (HashMap::new(), Vec::new());
        for (mut rows, mut told) in by_key.into_values() {
            if told.is_empty() {
                left.push(rows);
                continue;
            }
            self.compared += rows.len() + told.len();
            file.borne.forget_common(rows.iter_mut().map(|row| &mut row.telling));
            self.borne.forget_common(told.iter_mut().map(|told| &mut told.telling));
            links.extend(link_equal(&rows, &told, &days));
            left.push(rows);
        }
        self.beside_contradictions(left, &mut links, &days);
        links
    }

    /// Links rows that are left over and tell what contradicts the first report of a transfer which none
    /// tells: which of the two is right, a person says, and until then it counts once.
    fn beside_contradictions(
        &self,
        rows: Vec<Vec<Asked>>,
        links: &mut HashMap<String, Link>,
        days: &Whole<'_>,
    ) {
        let known: HashSet<i64> = links.values().map(|link| link.transfer_id).collect();
        for mut rows in rows {
            rows.retain(|row| !links.contains_key(&row.id));
            let Some(key) = rows.first().map(Asked::key) else { continue };
            let told = self
                .contradicting
                .iter()
                .filter(|told| told.key() == key && !known.contains(&told.transfer_id));
            let told: Vec<Told> = told.cloned().collect();
            let doubtful = |(id, link)| (id, Link { is_certain: false, ..link });
            links.extend(link_equal(&rows, &told, days).into_iter().map(doubtful));
        }
    }
}

/// What contradicts first reports, as tellings of their transfers: those that tell other money.
fn contradicting(connection: &mut DbConnection, scope: &Scope) -> Outcome<Vec<Told>> {
    let counted = told::contradicting(connection, scope)?;
    let mut found = Vec::new();
    for stored in &counted {
        // Several may contradict one transfer.
        let mut said = reading::reported(connection, scope.board_id, std::slice::from_ref(stored))?;
        let Some(other) = said.remove(&stored.id) else { continue };
        if (other.direction, other.amount) == (stored.direction, stored.amount) {
            continue;
        }
        found.push(Told {
            transfer_id: stored.id.0,
            direction: other.direction,
            amount: other.amount,
            precision: other.precision,
            rule: Rule::parse(&stored.rule),
            is_row: false,
            held: None,
            telling: telling(&other),
        });
    }
    Ok(found)
}

/// References that several transfers of an account bear, on a day, the day before and the next.
pub(super) fn borne_around(
    connection: &mut DbConnection,
    (board_id, account_id): (BoardId, AccountId),
    day: Day,
) -> Outcome<Borne> {
    let days = (day.plus(-1), day.plus(1));
    let scope = Scope { board_id, account_id, sender: String::new(), days };
    let mut told = told::of_account(connection, &scope, &Known::new())?;
    complete(connection, board_id, &mut told)?;
    let mut borne = Borne::default();
    for told in &told {
        borne.add(told.telling.own_reference(), told.key());
    }
    Ok(borne)
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
fn link_equal(rows: &[Asked], told: &[Told], days: &Whole<'_>) -> Vec<(String, Link)> {
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
