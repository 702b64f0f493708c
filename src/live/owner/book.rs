//! The stall's money as its vendor sees it: a day with its list, and the week.

use std::cmp::Ordering;
use std::collections::HashMap;

use serde::Serialize;

use super::split::CLASSES;
use crate::access::Act;
use crate::db::{DbConnection, Outcome};
use crate::feeds::{Direction, Precision};
use crate::ledger::announced::announced;
use crate::ledger::beyond::{self, Beyond};
use crate::ledger::class_suggestions;
use crate::ledger::matching::Line;
use crate::ledger::totals::DayDelta;
use crate::ledger::transfers::Stored;
use crate::ledger::{Class, stall};
use crate::live::Hearer;
use crate::live::announcement::{Kind, wall_clock};
use crate::primitives::ids::{OccupancyId, RequestId, TransferId};
use crate::primitives::time::MS_PER_HOUR;
use crate::primitives::{Day, Vnd};
use crate::registry::boards;
use crate::requests::{self, RequestRow, RequestState};

/// Days that are shown back.
const WEEK: i32 = 7;
/// Receipts of a day's list; a stall that has more sees the newest.
const LISTED: usize = 200;
/// Times that the stall's transfers are read on for a day's list.
const READS: usize = 6;

/// A day of a stall.
#[derive(Debug, Serialize)]
pub struct DayBook {
    pub day: Day,
    pub today: Day,
    /// Money that came, without what was given back, the market's fees and tests: `1.250.000 đ`.
    pub received: String,
    pub received_vnd: Vnd,
    pub count: i64,
    /// What it was, most first; what was given back below zero.
    pub classes: Vec<ClassSum>,
    /// Of it, what is to be given back, as far as nobody has said what it was.
    pub beyond: Option<String>,
    /// Payments that are too small to be receipts; they stand in no class.
    pub small: Option<String>,
    /// Newest first.
    pub receipts: Vec<Receipt>,
    /// There are more than are listed.
    pub is_cut: bool,
    /// Today first.
    pub week: Vec<DaySum>,
}

#[derive(Debug, Serialize)]
pub struct ClassSum {
    pub class: Class,
    pub amount: String,
    pub count: i64,
}

#[derive(Debug, Serialize)]
pub struct DaySum {
    pub day: Day,
    pub amount: String,
    pub count: i64,
}

/// Money that came to the stall, or the stall's part of it.
#[derive(Debug, Serialize)]
pub struct Receipt {
    pub id: TransferId,
    /// `09:15`.
    pub time: String,
    pub amount: String,
    pub amount_vnd: Vnd,
    pub payer: Option<String>,
    pub parts: Vec<Part>,
    /// When a person decided what it was; absent where rules did.
    pub decided: Option<String>,
    /// It is to be given back, all or in part, and counts as what rules took it for until the vendor
    /// says more: `overpaid`, `duplicate`, `after_cancel`. Or it paid a code that had expired: `late`.
    pub mark: Option<Kind>,
    /// As much of it as is too much: `5.000 đ`.
    pub beyond: Option<String>,
    /// The part of it that was more than was asked, also once it was said what it was.
    pub surplus: Option<String>,
    /// What refunds that the board has recorded gave back of it: `5.000 đ`.
    pub given_back: Option<String>,
    /// What a rule of the stall proposes that it was; it counts as that once the vendor says so.
    pub proposed: Option<Proposal>,
}

/// A class that a rule proposes; the vendor takes it, or another.
#[derive(Debug, Serialize)]
pub struct Proposal {
    pub class: Class,
    /// With its reason, in the words of the page that shows it.
    pub said: String,
    #[serde(skip)]
    pub why: class_suggestions::Proposed,
}

#[derive(Debug, Serialize)]
pub struct Part {
    pub class: Class,
    pub amount: String,
    /// Too small to be a receipt: the day's sums have it apart from its class. Else absent.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_small: bool,
}

/// A day of the stall; one outside of the last week becomes its nearest day.
pub fn day(
    connection: &mut DbConnection,
    act: &Act,
    hearer: &Hearer,
    asked: Option<Day>,
) -> Outcome<DayBook> {
    let (board_id, occupancy_id) = (hearer.board_id, hearer.occupancy_id);
    let today = boards::today(connection, act)?;
    let first = today.plus(1 - WEEK);
    let day = asked.unwrap_or(today).clamp(first, today);
    let days = stall::days(connection, board_id, occupancy_id, (first, today))?;
    let sum = |day: Day| days.get(&day).map_or((Vnd::ZERO, 0), received);
    let week = (0..WEEK).map(|back| today.plus(-back)).map(|day| {
        let (amount, count) = sum(day);
        DaySum { day, amount: amount.to_string(), count }
    });
    let (received_vnd, counted) = sum(day);
    let (stored, is_cut) = of_day(connection, hearer, day)?;
    // A receipt of two classes came once.
    let came = stored.iter().filter(|one| has_come(one, occupancy_id)).count();
    let count = if is_cut { counted } else { i64::try_from(came).unwrap_or(counted) };
    // What a bank tells by the date alone stands at the date's beginning, before the board's day begins.
    let since = day.start(0).plus_ms(-MS_PER_HOUR);
    let beyond = beyond::of_stall(connection, board_id, occupancy_id, since, act.at)?;
    let beyond: Vec<_> = beyond.into_iter().filter(|one| one.day == day).collect();
    let small = days.get(&day).map(|delta| delta.small_amount).filter(|vnd| *vnd != 0);
    let (receipts, odd) = receipts(connection, hearer, stored, &beyond)?;
    Ok(DayBook {
        day,
        today,
        received: received_vnd.to_string(),
        received_vnd,
        count,
        classes: days.get(&day).map(classes).unwrap_or_default(),
        small: small.map(|vnd| Vnd::new(vnd).to_string()),
        receipts,
        beyond: total(beyond.iter().map(|one| one.amount).chain(odd)),
        is_cut,
        week: week.collect(),
    })
}

/// Money that came, with its count: of all classes of money in, less what was given back.
fn received(delta: &DayDelta) -> (Vnd, i64) {
    let (mut amount, mut count) = (delta.small_amount, delta.small_count);
    for class in Class::ALL {
        let (of_class, vnd) = delta.of_class(class);
        match class {
            Class::Fee | Class::Test | Class::Supplier => {}
            class if class.is_returned() => amount = amount.saturating_sub(vnd),
            _ => {
                amount = amount.saturating_add(vnd);
                count += of_class;
            }
        }
    }
    (Vnd::new(amount), count)
}

fn classes(delta: &DayDelta) -> Vec<ClassSum> {
    let sums = Class::ALL.into_iter().map(|class| (class, delta.of_class(class)));
    let mut sums: Vec<_> = sums.filter(|(_, (count, vnd))| *count != 0 || *vnd != 0).collect();
    sums.sort_by_key(|(_, (_, vnd))| std::cmp::Reverse(*vnd));
    let shown = |(class, (count, vnd)): (Class, (i64, i64))| {
        let vnd = if class.is_returned() { vnd.saturating_neg() } else { vnd };
        ClassSum { class, amount: Vnd::new(vnd).to_string(), count }
    };
    sums.into_iter().map(shown).collect()
}

/// The stall's money in of a day, newest first, and whether that is not all. What was recorded
/// before the day began cannot be of it, but for an hour by which clocks may differ.
fn of_day(
    connection: &mut DbConnection,
    hearer: &Hearer,
    day: Day,
) -> Outcome<(Vec<Stored>, bool)> {
    let start = day.start(boards::day_start_minute(connection, hearer.board_id)?);
    let start = start.plus_ms(-MS_PER_HOUR);
    let (mut found, mut before) = (Vec::new(), None);
    for _ in 0..READS {
        let read = stall::newest(connection, hearer.board_id, hearer.occupancy_id, before)?;
        let Some(last) = read.last() else { return Ok((found, false)) };
        before = Some(last.id);
        let is_past = last.recorded_at < start;
        found.extend(
            read.into_iter().filter(|one| one.day == day && one.direction == Direction::In),
        );
        if found.len() > LISTED {
            found.truncate(LISTED);
            return Ok((found, true));
        }
        if is_past {
            return Ok((found, false));
        }
    }
    Ok((found, true))
}

/// Receipts as they are shown, and what is too much of those that met a request a thousand times off: no sales yet,
/// so it is beyond no sum but the day's.
fn receipts(
    connection: &mut DbConnection,
    hearer: &Hearer,
    stored: Vec<Stored>,
    beyond: &[Beyond],
) -> Outcome<(Vec<Receipt>, Vec<Vnd>)> {
    let ids: Vec<_> = stored.iter().map(|one| one.id).collect();
    let told = if hearer.shows_payer {
        announced(connection, hearer.board_id, &ids, true)?
    } else {
        Vec::new()
    };
    let given_back = stall::given_back(connection, hearer.board_id, hearer.occupancy_id, &stored)?;
    let asked = asked(connection, hearer, &stored)?;
    let mut proposed =
        class_suggestions::of_stored(connection, hearer.board_id, hearer.occupancy_id, &stored)?;
    let mut surplus = HashMap::new();
    for row in asked.iter().filter(|row| may_be_more(row)) {
        surplus.extend(beyond::surplus(connection, hearer.board_id, row)?);
    }
    let mut all_odd = Vec::new();
    let mut receipt = |one: Stored| {
        let payer = told.iter().find(|told| told.id == one.id);
        let payer = payer.and_then(|told| told.payer_name.clone());
        let found = beyond.iter().find(|beyond| beyond.transfer_id == one.id);
        let receipt = receipt(&one, hearer.occupancy_id, payer);
        let odd = odd(&one, hearer, &asked);
        let is_less = odd == Some(Kind::Thousandfold);
        let odd_vnd = odd.and_then(|_| surplus.get(&one.id)).copied().filter(|_| !is_less);
        all_odd.extend(odd_vnd);
        let surplus = surplus.get(&one.id).filter(|more| **more < receipt.amount_vnd);
        let surplus = surplus.filter(|_| may_be_parted(&one, hearer));
        // Nothing is to be handed over for what went back.
        let is_kept = mine(&one, hearer).any(|line| line.class != Class::Refund)
            && given_back.get(&one.id).is_none_or(|back| *back < receipt.amount_vnd);
        let late = (is_kept && is_late(&one, hearer, &asked)).then_some(Kind::Late);
        Receipt {
            mark: found.map(|found| mark(found.state)).or(odd).or(late),
            beyond: found.map(|found| found.amount).or(odd_vnd).map(|vnd| vnd.to_string()),
            surplus: surplus.map(ToString::to_string),
            given_back: given_back.get(&one.id).map(ToString::to_string),
            proposed: proposed.remove(&one.id).and_then(Proposal::of),
            ..receipt
        }
    };
    let receipts = stored.into_iter().map(&mut receipt).collect();
    Ok((receipts, all_odd))
}

/// A receipt as a form shows it.
#[derive(Clone, Debug)]
pub struct Shown {
    /// What is said of it is said of this.
    pub version: String,
    /// What of it is more than was asked, where it is not all of it: so much of it goes back.
    pub surplus: Option<Vnd>,
}

/// Receipts as they are now.
///
/// # Errors
/// `not-found`.
pub fn shown(
    connection: &mut DbConnection,
    hearer: &Hearer,
    ids: &[TransferId],
) -> Outcome<HashMap<TransferId, Shown>> {
    let mut found = HashMap::new();
    for id in ids {
        let one = stall::one(connection, hearer.board_id, *id)?;
        let version = stall::version(connection, hearer.board_id, &one)?;
        let whole = receipt(&one, hearer.occupancy_id, None).amount_vnd;
        let (stored, mut surplus) = ([one], None);
        for row in asked(connection, hearer, &stored)?.iter().filter(|row| may_be_more(row)) {
            let more = beyond::surplus(connection, hearer.board_id, row)?;
            let mut its = more.into_iter().filter(|(of, more)| of == id && *more < whole);
            surplus = surplus.or(its.next().map(|(_, more)| more));
            surplus = surplus.filter(|_| stored.iter().all(|one| may_be_parted(one, hearer)));
        }
        found.insert(*id, Shown { version, surplus });
    }
    Ok(found)
}

impl Proposal {
    /// None of what a vendor's page has no button for.
    pub fn of(why: class_suggestions::Proposed) -> Option<Self> {
        let is_vendors = CLASSES.contains(&why.class);
        is_vendors.then(|| Self { class: why.class, said: String::new(), why })
    }
}

/// The stall's lines of a transfer.
fn mine<'s>(one: &'s Stored, hearer: &Hearer) -> impl Iterator<Item = &'s Line> + use<'s> {
    let occupancy_id = Some(hearer.occupancy_id);
    one.lines.iter().filter(move |line| line.occupancy_id == occupancy_id)
}

fn request_of(one: &Stored, hearer: &Hearer) -> Option<RequestId> {
    mine(one, hearer).find_map(|line| line.request_id)
}

/// Whether a part of a receipt can be said to be something else: of which of several requests it would be
/// nobody knows.
fn may_be_parted(one: &Stored, hearer: &Hearer) -> bool {
    let first = request_of(one, hearer);
    mine(one, hearer).all(|line| line.request_id.is_none() || line.request_id == first)
}

/// The requests that receipts met.
fn asked(
    connection: &mut DbConnection,
    hearer: &Hearer,
    stored: &[Stored],
) -> Outcome<Vec<RequestRow>> {
    let ids: Vec<_> = stored.iter().filter_map(|one| request_of(one, hearer)).collect();
    requests::by_ids(connection, hearer.board_id, &ids)
}

/// Whether more may have come than was asked, be it given back by now.
fn may_be_more(row: &RequestRow) -> bool {
    let came = row.received.get().saturating_add(row.given_back.get());
    came > row.amount.get() || row.cancelled_at.is_some() || row.is_thousandfold()
}

/// What a receipt is called that met a request a thousand times off and that nobody has judged.
fn odd(one: &Stored, hearer: &Hearer, asked: &[RequestRow]) -> Option<Kind> {
    let line = mine(one, hearer)
        .find(|line| line.class == Class::Unclassified && line.request_id.is_some())?;
    let row = asked.iter().find(|row| Some(row.id) == line.request_id)?;
    Some(match line.amount.cmp(&row.amount) {
        _ if row.cancelled_at.is_some() => Kind::AfterCancel,
        Ordering::Greater => Kind::ThousandfoldMore,
        Ordering::Less | Ordering::Equal => Kind::Thousandfold,
    })
}

/// Whether it paid a request after its expiry.
fn is_late(one: &Stored, hearer: &Hearer, asked: &[RequestRow]) -> bool {
    let id = request_of(one, hearer);
    let row = asked.iter().find(|row| Some(row.id) == id);
    row.is_some_and(|row| row.is_late() && row.is_over(one.occurred_at, one.occurred_precision))
}

/// What a receipt is called whose request received more than it asked for.
const fn mark(state: RequestState) -> Kind {
    match state {
        RequestState::Duplicate => Kind::Duplicate,
        RequestState::Cancelled => Kind::AfterCancel,
        _ => Kind::Overpaid,
    }
}

pub(super) fn total(beyond: impl Iterator<Item = Vnd>) -> Option<String> {
    let sum = beyond.map(Vnd::get).fold(0_i64, i64::saturating_add);
    (sum > 0).then(|| Vnd::new(sum).to_string())
}

/// Whether it is money that counts as come, whatever a part of it was.
fn has_come(stored: &Stored, occupancy_id: OccupancyId) -> bool {
    let mut mine = stored.lines.iter().filter(|line| line.occupancy_id == Some(occupancy_id));
    mine.any(|line| {
        let is_aside = matches!(line.class, Class::Fee | Class::Test | Class::Supplier);
        !is_aside && !line.class.is_returned()
    })
}

/// A transfer as its vendor sees it: the parts of the own stall.
pub(super) fn receipt(
    stored: &Stored,
    occupancy_id: OccupancyId,
    payer: Option<String>,
) -> Receipt {
    let mine = || stored.lines.iter().filter(|line| line.occupancy_id == Some(occupancy_id));
    let amount = Vnd::new(mine().map(|line| line.amount.get()).sum());
    let at = match stored.occurred_precision {
        Precision::Day => stored.recorded_at,
        Precision::Second | Precision::Minute => stored.occurred_at,
    };
    let parts = mine().map(|line| Part {
        class: line.class,
        amount: line.amount.to_string(),
        is_small: line.class.is_business() && line.amount < stored.minimum_receipt,
    });
    Receipt {
        id: stored.id,
        time: wall_clock(at),
        amount: amount.to_string(),
        amount_vnd: amount,
        payer,
        parts: parts.collect(),
        decided: stored.decided.by.map(|_| wall_clock(stored.decided_at)),
        mark: None,
        beyond: None,
        surplus: None,
        given_back: None,
        proposed: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_is_all_but_fees_tests_and_what_went_back() {
        let mut delta = DayDelta::default();
        let marks =
            crate::events::Marks { is_small: false, is_named: false, is_wrong_amount: false };
        for (class, vnd) in [
            (Class::Sale, 100_000),
            (Class::Unclassified, 50_000),
            (Class::CashOut, 30_000),
            (Class::Fee, 7_000),
            (Class::Test, 1_000),
            (Class::Refund, 20_000),
        ] {
            delta.add(class, Vnd::new(vnd), marks, 1);
        }
        delta.small_amount = 500;
        delta.small_count = 1;
        assert_eq!(received(&delta), (Vnd::new(160_500), 4));
    }
}
