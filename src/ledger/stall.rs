//! A stall's own money, for whoever may see its amounts: the caller has seen to that.

use std::collections::{BTreeMap, BTreeSet};

use super::class::Class;
use super::payback;
pub use super::store::paid::Odd;
use super::store::{paid, reading, refunds, stall_days, stall_history};
use super::taken_off::{Back, taken_off};
use super::totals::DayDelta;
use super::transfers::{Filter, Stored};
use crate::db::{DbConnection, Outcome};
use crate::feeds::Direction;
use crate::primitives::ids::{BoardId, OccupancyId, RefundId, RequestId, TransferId};
use crate::primitives::{Day, UnixMs, Vnd};
use crate::registry::PageRequest;

/// 200 transfers that touch a stall and one more, newest first, those before the given one.
pub fn newest(
    connection: &mut DbConnection,
    board_id: BoardId,
    occupancy_id: OccupancyId,
    before: Option<TransferId>,
) -> Outcome<Vec<Stored>> {
    let page = PageRequest::longest(before.map(|id| id.0));
    let filter = Filter { occupancy_id: Some(occupancy_id), ..Filter::default() };
    reading::transfers(connection, board_id, filter, page)
}

/// A transfer with its present lines.
///
/// # Errors
/// `not-found`.
pub fn one(connection: &mut DbConnection, board_id: BoardId, id: TransferId) -> Outcome<Stored> {
    reading::transfer(connection, board_id, id)
}

/// What a receipt is shown with: it changes with whatever is decided, or given back, of the receipt or of
/// another payment of its requests.
pub fn version(connection: &mut DbConnection, board_id: BoardId, of: &Stored) -> Outcome<String> {
    let mut ids = BTreeSet::from([of.id.0]);
    for id in of.lines.iter().filter_map(|line| line.request_id) {
        ids.extend(paid::ever(connection, board_id, id)?);
    }
    let ids: Vec<i64> = ids.into_iter().collect();
    let decided = reading::these(connection, board_id, &ids)?;
    let decided: i64 = decided.iter().map(|one| i64::from(one.seq)).sum();
    let refunds = refunds::of_any(connection, board_id, &ids)?;
    let undone = refunds.iter().filter(|one| one.undone_at.is_some()).count();
    Ok(format!("{decided}.{}", refunds.len() + undone))
}

/// What came for a request a thousand times off, where nobody has judged it yet.
pub fn thousandfold(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: RequestId,
) -> Outcome<Option<Odd>> {
    paid::thousandfold(connection, board_id, id)
}

/// What refunds beside a stall's receipts have given back of each.
pub fn given_back(
    connection: &mut DbConnection,
    board_id: BoardId,
    occupancy_id: OccupancyId,
    stored: &[Stored],
) -> Outcome<BTreeMap<TransferId, Vnd>> {
    let ids: Vec<i64> = stored.iter().map(|one| one.id.0).collect();
    let links = refunds::of_originals(connection, board_id, &ids)?;
    let mut given: BTreeMap<TransferId, Vnd> = BTreeMap::new();
    for one in payback::of_stall(&links, stored, occupancy_id) {
        let sum = given.entry(one.original_id).or_insert(Vnd::ZERO);
        *sum = Vnd::new(sum.get().saturating_add(one.amount.get()));
    }
    Ok(given)
}

/// What refunds recorded beside a stall's receipts took off them, by class of the money that they were of;
/// each with the day of that money. `days`: when the money went out.
pub fn taken_back(
    connection: &mut DbConnection,
    board_id: BoardId,
    occupancy_id: OccupancyId,
    days: (Day, Day),
) -> Outcome<Vec<(Day, Class, i64)>> {
    let links = refunds::of_days(connection, board_id, occupancy_id, days)?;
    let ids: Vec<i64> = links.iter().map(|link| link.original_id.0).collect();
    let originals = reading::these(connection, board_id, &ids)?;
    let ids: Vec<i64> = links.iter().map(|link| link.outgoing_id.0).collect();
    let outgoing = reading::these(connection, board_id, &ids)?;
    let ids: Vec<i64> = originals.iter().map(|of| of.id.0).collect();
    // Those of other days have taken their part, too.
    let all = refunds::of_any(connection, board_id, &ids)?;
    let is_off = |id: TransferId| {
        let out = outgoing.iter().find(|out| out.id == id);
        let mut of_out = out.into_iter().flat_map(|out| &out.lines);
        of_out.any(|one| one.occupancy_id == Some(occupancy_id) && one.class.is_returned())
    };
    let all = payback::of_stall(&all, &originals, occupancy_id);
    let mut taken = Vec::new();
    for of in &originals {
        let its: Vec<_> = all.iter().filter(|link| link.original_id == of.id).collect();
        let backs: Vec<Back> = its.iter().map(|link| Back::from(**link)).collect();
        let mine = of.lines.iter().filter(|line| line.occupancy_id == Some(occupancy_id));
        let parts: Vec<_> = mine.map(|line| (line.class, line.amount)).collect();
        for (link, off) in its.into_iter().zip(taken_off(&backs, &parts)) {
            let is_asked = links.iter().any(|asked| asked.id == link.id);
            if is_asked && is_off(link.outgoing_id) {
                taken.extend(off.into_iter().map(|(class, amount)| (of.day, class, amount)));
            }
        }
    }
    Ok(taken)
}

/// What a stall's days add up to, from one day to another; days without money are left out.
pub fn days(
    connection: &mut DbConnection,
    board_id: BoardId,
    occupancy_id: OccupancyId,
    (from, to): (Day, Day),
) -> Outcome<BTreeMap<Day, DayDelta>> {
    connection
        .in_snapshot(|connection| stall_days::load(connection, board_id, occupancy_id, (from, to)))
}

/// A transfer that is, or once was, a stall's, with every decision on it.
#[derive(Clone, Debug)]
pub struct Told {
    pub id: TransferId,
    pub direction: Direction,
    pub day: Day,
    /// By the bank's clock, or ours where the bank tells a date alone.
    pub at: UnixMs,
    /// In order; the last one counts.
    pub decisions: Vec<Decision>,
    /// Refunds: of money in, what was given back of it; of money out, what it gave back.
    pub ties: Vec<Tie>,
}

/// A refund, with the transfer at its other end.
#[derive(Clone, Debug)]
pub struct Tie {
    pub id: RefundId,
    /// All refunds of the money in, in order, and which of them it is.
    pub all: Vec<Back>,
    pub place: usize,
    /// The other transfer's day and decisions.
    pub day: Day,
    pub decisions: Vec<Decision>,
}

impl Tie {
    /// Whether it held at an instant, and was linked before it.
    #[must_use]
    pub fn holds(&self, at: UnixMs) -> bool {
        self.all.get(self.place).is_some_and(|one| one.holds(at))
    }

    #[must_use]
    pub fn linked_at(&self) -> UnixMs {
        self.all.get(self.place).map_or(UnixMs(0), |one| one.linked_at)
    }

    /// What it takes off money in with these parts, in đồng by class.
    #[must_use]
    pub fn taken_off(&self, parts: &[(Class, Vnd)]) -> Vec<(Class, i64)> {
        taken_off(&self.all, parts).into_iter().nth(self.place).unwrap_or_default()
    }
}

/// What was decided of a transfer, as far as it concerns one stall.
#[derive(Clone, Debug)]
pub struct Decision {
    pub seq: i32,
    pub at: UnixMs,
    /// The stall's lines; none where it became another's.
    pub parts: Vec<(Class, Vnd)>,
}

/// All that was decided of a stall's transfers of these days, and of those of earlier days on which
/// anything was recorded or decided since an instant; in the order in which they were recorded.
pub fn history(
    connection: &mut DbConnection,
    board_id: BoardId,
    occupancy_id: OccupancyId,
    days: (Day, Day),
    since: UnixMs,
) -> Outcome<Vec<Told>> {
    stall_history::load(connection, board_id, occupancy_id, days, since)
}
