//! What a report is compared with: transfers that it may be of.

use std::collections::{HashMap, HashSet};

use super::item::references;
use super::likeness::{self, LATE_DAYS, Likeness, Other, Telling};
use super::statement;
use super::store::fitting::Told;
use super::store::reading;
use super::work::Work;
use crate::db::{DbConnection, Outcome};
use crate::feeds::Precision;
use crate::primitives::ids::{BoardId, TransferId};
use crate::primitives::time::{MS_PER_DAY, MS_PER_MINUTE};
use crate::primitives::{UnixMs, Vnd};
use crate::requests;
use crate::vietqr::Reference;

/// Bank times that tell the minute are taken for one up to this distance.
const APART_MS: i64 = 5 * MS_PER_MINUTE;
/// Of reports that name one request, which is paid once: clocks and time zones go wrong by hours, and
/// a payment that is taken for a second one would be given back.
const OF_ONE_REQUEST_MS: i64 = MS_PER_DAY;
/// Transfers that one report is compared with in all that they tell, the nearest first. Where more
/// fit, it is not taken for a transfer of its own: a person looks.
pub const COMPARED: usize = 2_000;

/// A transfer that a report may be of.
#[derive(Clone, Debug)]
pub struct Candidate {
    pub transfer_id: i64,
    pub occurred_at: UnixMs,
    pub precision: Precision,
    pub bank_reference: Option<String>,
    pub balance: Option<Vnd>,
    pub memo: String,
    /// Its report can be read, so that what it does not tell is known to be missing.
    pub is_whole: bool,
    /// The same company told it in its other way.
    pub is_own: bool,
    /// In a way that may name it by another reference of the bank.
    pub is_renamed: bool,
    /// References of ours that it names: in the memo, or by its order.
    pub names: Vec<Reference>,
    /// When it was recorded, where a statement told it first.
    pub statement_at: Option<UnixMs>,
    /// How well another report of the sender agrees with it that waits for a person.
    pub held: Option<Likeness>,
    /// Statements tell the report's day whole.
    pub is_whole_day: bool,
    /// What the rules of statements compare.
    pub telling: Telling,
}

impl Candidate {
    pub fn of(work: &Work<'_>, names: &[Reference]) -> Self {
        let reported = &work.sighted.reported;
        let mut telling = statement::telling(reported);
        telling.names = names.to_vec();
        Self {
            transfer_id: work.sighted.transfer_id,
            occurred_at: reported.occurred_at,
            precision: reported.precision,
            bank_reference: reported.bank_reference.clone(),
            balance: reported.balance,
            memo: reported.memo.clone(),
            is_whole: true,
            is_own: false,
            is_renamed: false,
            names: names.to_vec(),
            statement_at: statement::recorded_at(
                work.item.evidence.as_str(),
                work.item.received_at,
            ),
            held: None,
            is_whole_day: false,
            telling,
        }
    }

    /// How it agrees with a transfer that a statement told first. What comes after a statement is
    /// not in it.
    pub fn likeness(&self, row: &Self) -> Option<Likeness> {
        let is_later = |at: UnixMs| self.precision != Precision::Day && self.occurred_at > at;
        if row.statement_at.is_none_or(is_later) {
            return None;
        }
        let other = Other { telling: &self.telling, is_row: false, is_whole: row.is_whole_day };
        likeness::likeness(&row.telling, other).filter(|how| how.beats(row.held))
    }

    /// Times agree as far as both tell them, and what they name does not exclude one another.
    pub fn may_be(&self, other: &Self) -> bool {
        if other.statement_at.is_some() {
            return self.likeness(other).is_some();
        }
        let is_dated = self.precision == Precision::Day || other.precision == Precision::Day;
        let fits = if is_dated {
            self.occurred_at.day(0) == other.occurred_at.day(0)
        } else if other.is_own {
            self.is_of_one_time(other)
        } else {
            let shares = |name: &Reference| !name.is_static() && other.names.contains(name);
            let shares_request = self.names.iter().any(shares);
            let apart = if shares_request { OF_ONE_REQUEST_MS } else { APART_MS };
            self.distance_ms(other) <= apart.unsigned_abs()
        };
        let agree = self.names.iter().any(|name| other.names.contains(name));
        let is_other =
            self.tells_other_reference(other) && !other.is_renamed && !self.is_worded_alike(other);
        let differs = other.is_own && (is_other || self.differs_in_balance(other));
        fits && !differs && (agree || self.names.is_empty() || other.names.is_empty())
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

    /// In the same second and in the same words: whatever their references, a person looks, since no
    /// provider says that both its ways tell the same ones.
    fn is_worded_alike(&self, other: &Self) -> bool {
        let is_exact = |one: &Self| one.precision == Precision::Second;
        is_exact(self) && is_exact(other) && self.memo == other.memo
    }

    pub fn tells_other_reference(&self, other: &Self) -> bool {
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
    pub fn is_certainly(&self, other: &Self) -> bool {
        let is_dated = self.precision == Precision::Day || other.precision == Precision::Day;
        let same_reference = match (&self.bank_reference, &other.bank_reference) {
            (Some(one), Some(two)) => one.eq_ignore_ascii_case(two),
            (None, None) => !is_dated,
            _ => false,
        };
        other.is_own && other.is_whole && same_reference
    }

    pub const fn distance_ms(&self, other: &Self) -> u64 {
        self.occurred_at.0.abs_diff(other.occurred_at.0)
    }

    /// What is certain, then the company's own; then a statement's row that is surely it, the bank's
    /// own reference, how well a row agrees, the memo, the time, and which came first.
    pub fn best<'c>(&self, others: impl Iterator<Item = &'c Self>) -> Option<&'c Self> {
        others.filter(|other| self.may_be(other)).min_by_key(|other| {
            let differs =
                self.bank_reference.is_none() || self.bank_reference != other.bank_reference;
            let is_doubtful = other.is_own && self.tells_other_reference(other);
            let is_others = (!self.is_certainly(other), is_doubtful, !other.is_own);
            // Others' reports are near in time.
            let how = self.likeness(other).unwrap_or(Likeness::Near);
            let nuance = match other.statement_at {
                Some(_) => self.telling.nuance(&other.telling),
                // Memos are each company's own words.
                None => (false, other.is_own && self.memo != other.memo, self.distance_ms(other)),
            };
            (is_others, how > Likeness::Moment, differs, how, nuance, other.transfer_id)
        })
    }

    /// Whether no person needs to look at a report that is taken for a statement's row. `others`:
    /// all that it was compared with.
    pub fn is_settled_by(&self, row: &Self, others: &[Self]) -> bool {
        let Some(how) = self.likeness(row) else { return false };
        let mut rest = others.iter().filter(|other| other.transfer_id != row.transfer_id);
        let day = row.telling.day();
        // It may as well be a row of the next day.
        let is_another_s = how == Likeness::Dated
            && rest.any(|other| {
                other.telling.day() != day && self.likeness(other) == Some(Likeness::Midnight)
            });
        how.is_certain(row.is_whole_day) && !is_another_s
    }
}

/// The least and the greatest time that fits a report's. `is_own`: of what its company told in its
/// other way, whose times are the same. `names_request`: it may name one.
pub fn window(
    (at, precision): (UnixMs, Precision),
    is_own: bool,
    names_request: bool,
) -> (UnixMs, UnixMs) {
    let midnight = at.day(0).start(0);
    let minute = at.plus_ms(-at.0.rem_euclid(MS_PER_MINUTE));
    match (precision, is_own) {
        (Precision::Day, _) => (midnight, midnight.plus_ms(MS_PER_DAY - 1)),
        // The other way may tell the minute alone.
        (Precision::Second, true) => (minute, at),
        (Precision::Minute, true) => (minute, minute.plus_ms(MS_PER_MINUTE - 1)),
        _ => {
            let apart = if names_request { OF_ONE_REQUEST_MS } else { APART_MS };
            (at.plus_ms(-apart), at.plus_ms(apart))
        }
    }
}

/// Whether a statement's row can be the report's by its day. `far`: days away, and not only around
/// midnight.
pub fn is_of_day(row_at: UnixMs, report: &Candidate, far: bool) -> bool {
    let days = (row_at.day(0).0 - report.telling.day()).abs();
    let is_near = days == 0 || days == 1 && likeness::is_near_midnight(&report.telling);
    if far { !is_near && days <= LATE_DAYS } else { is_near }
}

/// Transfers whose reports were read once in a batch.
#[derive(Default)]
pub struct Candidates {
    read: HashMap<i64, Candidate>,
}

impl Candidates {
    /// What the reports of transfers said.
    pub fn of(
        &mut self,
        connection: &mut DbConnection,
        board_id: BoardId,
        all: &[&Told],
        is_own: bool,
    ) -> Outcome<Vec<Candidate>> {
        let ids: HashSet<i64> = all.iter().map(|told| told.transfer_id).collect();
        let new: Vec<i64> = ids.into_iter().filter(|id| !self.read.contains_key(id)).collect();
        for candidate in read(connection, board_id, &new)? {
            self.read.insert(candidate.transfer_id, candidate);
        }
        let known = all.iter().filter_map(|told| self.read.get(&told.transfer_id));
        Ok(known.map(|known| Candidate { is_own, ..known.clone() }).collect())
    }
}

/// Those of some transfers of one amount and direction that may be the same money as another one,
/// whoever told them first.
pub fn like(
    connection: &mut DbConnection,
    board_id: BoardId,
    own: TransferId,
    others: &[i64],
) -> Outcome<Vec<TransferId>> {
    if others.is_empty() {
        return Ok(Vec::new());
    }
    let all = read(connection, board_id, &[others, &[own.0]].concat())?;
    let Some(own) = all.iter().find(|one| one.transfer_id == own.0) else { return Ok(Vec::new()) };
    // A statement's row is compared as such, whichever of them it is.
    let is_like = |other: &Candidate| {
        if own.statement_at.is_some() { other.may_be(own) } else { own.may_be(other) }
    };
    let others = all.iter().filter(|one| one.transfer_id != own.transfer_id && is_like(one));
    Ok(others.map(|one| TransferId(one.transfer_id)).collect())
}

fn read(connection: &mut DbConnection, board_id: BoardId, ids: &[i64]) -> Outcome<Vec<Candidate>> {
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
        let when = (transfer.occurred_at, transfer.occurred_precision);
        let telling = Telling::new(when, bank_reference.as_deref(), &memo, names.clone());
        candidates.push(Candidate {
            transfer_id: transfer.id.0,
            occurred_at: transfer.occurred_at,
            precision: transfer.occurred_precision,
            bank_reference,
            balance,
            memo,
            is_whole,
            is_own: false,
            is_renamed: false,
            names,
            statement_at: statement::recorded_at(&transfer.evidence, transfer.recorded_at),
            held: None,
            is_whole_day: false,
            telling,
        });
    }
    Ok(candidates)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> (UnixMs, Precision) {
        let (full, precision) = match text.len() {
            10 => (format!("{text} 00:00:00"), Precision::Day),
            _ => (text.to_owned(), Precision::Second),
        };
        (UnixMs::from_vietnam_wall_clock(&full).unwrap(), precision)
    }

    /// What a company told in its other way.
    fn own(when: &str, reference: &str, memo: &str) -> Candidate {
        let (occurred_at, precision) = at(when);
        Candidate {
            transfer_id: 1,
            occurred_at,
            precision,
            bank_reference: Some(reference.to_owned()).filter(|text| !text.is_empty()),
            balance: None,
            memo: memo.to_owned(),
            is_whole: true,
            is_own: true,
            is_renamed: false,
            names: Vec::new(),
            statement_at: None,
            held: None,
            is_whole_day: false,
            telling: Telling::new((occurred_at, precision), None, memo, Vec::new()),
        }
    }

    const NOON: &str = "2026-11-03 12:00:00";

    #[test]
    fn two_balances_are_of_two_transfers() {
        let with =
            |vnd: Option<i64>| Candidate { balance: vnd.map(Vnd::new), ..own(NOON, "7", "x") };
        assert!(with(Some(1)).may_be(&with(Some(1))) && with(Some(1)).may_be(&with(None)));
        assert!(!with(Some(1)).may_be(&with(Some(2))));
        let others = Candidate { is_own: false, ..with(Some(2)) };
        assert!(with(Some(1)).may_be(&others), "another company may count the balance otherwise");
    }

    #[test]
    fn two_references_are_two_transfers_but_where_all_else_is_equal_or_names_differ() {
        let report = own(NOON, "7", "tra tien");
        assert!(report.may_be(&own(NOON, "7", "khac")));
        assert!(!report.may_be(&own(NOON, "8", "khac")));
        assert!(report.may_be(&own(NOON, "8", "tra tien")), "second and words agree");
        let dated = own("2026-11-03", "8", "tra tien");
        assert!(!report.may_be(&dated), "a date alone is no second");
        assert!(report.may_be(&Candidate { is_renamed: true, ..dated }));
    }

    #[test]
    fn what_cannot_be_read_any_more_is_certain_of_nothing() {
        let report = own(NOON, "7", "x");
        let other = own(NOON, "7", "x");
        assert!(report.is_certainly(&other));
        assert!(!report.is_certainly(&Candidate { is_whole: false, ..other.clone() }));
        assert!(!report.is_certainly(&Candidate { is_own: false, ..other }));
        assert!(!report.is_certainly(&own(NOON, "8", "x")));
    }

    #[test]
    fn a_dated_row_settles_nothing_beside_one_of_the_next_day() {
        let row = |id, day: &str| Candidate {
            transfer_id: id,
            is_own: false,
            is_whole_day: true,
            statement_at: Some(at("2026-11-20 12:00:00").0),
            ..own(day, "", "x")
        };
        let report = own("2026-11-03 23:30:00", "", "khac");
        let (today, tomorrow) = (row(1, "2026-11-03"), row(2, "2026-11-04"));
        assert!(report.is_settled_by(&today, std::slice::from_ref(&today)));
        assert!(!report.is_settled_by(&today, &[today.clone(), tomorrow]));
    }
}
