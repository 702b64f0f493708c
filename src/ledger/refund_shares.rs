//! Which request is given back to: of what a refund is, where only some of a stall's payment was for a request, or
//! it was for several.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::class::Class;
use super::matching::Line;
use super::payback::{may_go_back, taking, whose};
use super::refunds::RefundRow;
use super::taken_off::{Back, in_turn};
use super::transfers::Stored;
use crate::db::{DbConnection, Outcome};
use crate::primitives::ids::{BoardId, OccupancyId, RequestId};
use crate::primitives::{UnixMs, Vnd};
use crate::requests;

/// What requests ask for, and since when they were taken back.
pub(super) type Asked = HashMap<RequestId, (Vnd, Option<UnixMs>)>;

/// Of what money is, in đồng; `None`: of no request.
type Parts = BTreeMap<Option<RequestId>, i64>;

/// A refund, and what of it is for which request, in đồng; `None`: for none.
pub(super) struct Taken<'r> {
    pub link: &'r RefundRow,
    pub parts: Parts,
}

impl Taken<'_> {
    pub fn of_request(&self, id: RequestId) -> i64 {
        self.parts.get(&Some(id)).copied().unwrap_or_default()
    }
}

/// What was asked by the requests of transfers that are for more than one thing.
pub(super) fn asked(
    connection: &mut DbConnection,
    board_id: BoardId,
    originals: &[Stored],
) -> Outcome<Asked> {
    let several = originals.iter().map(|one| ids(&one.lines)).filter(|ids| ids.len() > 1);
    let several: Vec<_> = several.flatten().flatten().collect();
    if several.is_empty() {
        return Ok(Asked::new());
    }
    let rows = requests::by_ids(connection, board_id, &several)?;
    Ok(rows.into_iter().map(|row| (row.id, (row.amount, row.cancelled_at))).collect())
}

/// The refunds of a transfer that a stall takes and that hold, in their order, each with what it is of. `given` has
/// those that were undone too: each takes what the ones before it left that held when it was recorded, so that one
/// that is undone later moves nothing of another.
pub(super) fn of<'r>(
    original: &Stored,
    stall: OccupancyId,
    given: &'r [RefundRow],
    asked: &Asked,
) -> Vec<Taken<'r>> {
    let is_of_it = |one: &&RefundRow| {
        one.original_id == original.id && whose(&original.lines, one.occupancy_id) == Some(stall)
    };
    let given: Vec<_> = given.iter().filter(is_of_it).collect();
    let of_stall = original.lines.iter().filter(|line| line.occupancy_id == Some(stall));
    let of_stall: Vec<Line> = of_stall.copied().collect();
    let refunds: Vec<Back> = given.iter().map(|link| Back::from(*link)).collect();
    let shares = given.iter().zip(deal(&of_stall, &refunds, asked));
    let held = shares.filter(|(link, _)| link.undone_at.is_none());
    held.map(|(link, parts)| Taken { link, parts }).collect()
}

/// What each refund takes of a stall's lines.
fn deal(of_stall: &[Line], refunds: &[Back], asked: &Asked) -> Vec<Parts> {
    let ids = ids(of_stall);
    if let Some(id) = ids.first().filter(|_| ids.len() == 1) {
        return refunds.iter().map(|back| Parts::from([(*id, back.amount.get())])).collect();
    }
    let kept = |line: &&Line| may_go_back(line.class) && line.class != Class::Refund;
    let (kept, trade) = (sums(of_stall.iter().filter(kept)), sums(taking(of_stall)));
    let held = refunds.iter().filter(|back| back.undone_at.is_none());
    let held: i64 = held.map(|back| back.amount.get()).sum();
    let is_whole = held == trade.values().sum::<i64>();
    if is_whole && ids.iter().flatten().count() > 1 {
        return each_its_own(trade, refunds);
    }
    // Of money of no request, what was taken in trade goes back first.
    let none = |sums: &Parts| sums.get(&None).copied().unwrap_or_default();
    let own = none(&kept) - none(&trade);
    in_turn(refunds, |back, before: Vec<&Parts>| {
        let mut left = kept.clone();
        for (id, part) in before.into_iter().flatten() {
            *left.entry(*id).or_default() -= part;
        }
        off(back.amount.get(), &left, own, |id| match asked.get(&id) {
            Some((_, Some(cancelled_at))) if *cancelled_at <= back.linked_at => 0,
            asked => asked.map_or(i64::MAX, |(amount, _)| amount.get()),
        })
    })
}

/// Nothing is left: what each part was went back, in whichever order.
fn each_its_own(mut left: Parts, refunds: &[Back]) -> Vec<Parts> {
    let mut all = Vec::new();
    for back in refunds {
        let (mut amount, mut taken) = (back.amount.get(), Parts::new());
        for (id, part) in left.iter_mut().filter(|_| back.undone_at.is_none()) {
            let now = amount.min(*part);
            (amount, *part) = (amount - now, *part - now);
            put(&mut taken, *id, now);
        }
        all.push(taken);
    }
    all
}

/// What a refund takes of what is left: the part that is as large. Else what is more than a request asked for,
/// then what is for none, then what the sole request has. Of several nobody has said whose it is: it is for
/// none, then.
fn off(amount: i64, left: &Parts, own: i64, asked: impl Fn(RequestId) -> i64) -> Parts {
    if let Some((id, _)) = left.iter().find(|(_, part)| **part == amount) {
        return Parts::from([(*id, amount)]);
    }
    let requests = || left.iter().filter_map(|(id, part)| Some(((*id)?, *part)));
    let more = requests().map(|(id, part)| (Some(id), part.saturating_sub(asked(id))));
    let none = left.get(&None).copied().unwrap_or_default() - own;
    let mut order: Vec<_> = more.chain([(None, none)]).collect();
    if requests().count() == 1 {
        let rest = |(id, part): (_, i64)| (Some(id), part - part.saturating_sub(asked(id)).max(0));
        order.extend(requests().map(rest));
    }
    let (mut amount, mut taken) = (amount, Parts::new());
    for (id, part) in order.into_iter().chain([(None, i64::MAX)]) {
        let now = amount.min(part).max(0);
        amount -= now;
        put(&mut taken, id, now);
    }
    taken
}

fn put(parts: &mut Parts, id: Option<RequestId>, amount: i64) {
    if amount > 0 {
        *parts.entry(id).or_default() += amount;
    }
}

/// Unclassified money met a request a thousand times off, and paid nothing.
fn paid(line: &Line) -> Option<RequestId> {
    line.request_id.filter(|_| line.class != Class::Unclassified)
}

fn ids(lines: &[Line]) -> BTreeSet<Option<RequestId>> {
    lines.iter().map(paid).collect()
}

fn sums<'l>(lines: impl Iterator<Item = &'l Line>) -> Parts {
    let mut sums = Parts::new();
    for line in lines {
        *sums.entry(paid(line)).or_default() += line.amount.get();
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    const STALL: Option<OccupancyId> = Some(OccupancyId(1));

    fn line(class: Class, request: i64, amount: i64) -> Line {
        let request_id = Some(RequestId(request)).filter(|_| request > 0);
        let amount = Vnd::new(amount);
        Line { occupancy_id: STALL, code_id: None, request_id, class, amount }
    }

    /// What refunds that were recorded one after the other, and undone then, are of, by request; 0: of none. Each
    /// request was for 50, and the third is taken back at 3.
    fn back<const N: usize>(
        lines: &[Line],
        refunds: [(i64, Option<i64>); N],
    ) -> [Vec<(i64, i64)>; N] {
        let asked = |id| (RequestId(id), (Vnd::new(50), Some(UnixMs(3)).filter(|_| id == 3)));
        let mut at = 0;
        let refunds = refunds.map(|(amount, undone)| {
            at += 1;
            let (linked_at, undone_at) = (UnixMs(at), undone.map(UnixMs));
            Back { amount: Vnd::new(amount), linked_at, undone_at }
        });
        let taken = deal(lines, &refunds, &[1, 2, 3].map(asked).into());
        for (back, parts) in refunds.iter().zip(&taken) {
            assert!(parts.is_empty() || parts.values().sum::<i64>() == back.amount.get());
        }
        let mut taken = taken.into_iter();
        let of = |(id, part): (Option<RequestId>, i64)| (id.map_or(0, |id| id.0), part);
        refunds.map(|_| taken.next().unwrap().into_iter().map(of).collect())
    }

    fn one(lines: &[Line], amount: i64) -> Vec<(i64, i64)> {
        let [parts] = back(lines, [(amount, None)]);
        parts
    }

    #[test]
    fn of_one_request_goes_what_is_more_then_what_is_for_none() {
        let lines = [line(Class::Sale, 1, 70), line(Class::DebtRepayment, 0, 30)];
        assert_eq!(one(&lines, 10), [(1, 10)]);
        assert_eq!(one(&lines, 25), [(0, 5), (1, 20)]);
        assert_eq!(one(&lines, 60), [(0, 30), (1, 30)]);
        assert_eq!(one(&lines, 100), [(0, 30), (1, 70)]);
        // After it was taken back all of it is more.
        let third = [line(Class::Sale, 3, 70), line(Class::DebtRepayment, 0, 40)];
        let due = [vec![(0, 5), (3, 20)], vec![(0, 25)], vec![(3, 45)]];
        assert_eq!(back(&third, [(25, None), (25, None), (45, None)]), due);
    }

    #[test]
    fn what_went_back_is_not_of_something_else_by_what_comes_later() {
        let lines = [line(Class::Sale, 1, 60), line(Class::Sale, 0, 40)];
        // Together as much as what is for none.
        assert_eq!(back(&lines, [(10, None), (30, None)]), [vec![(1, 10)], vec![(0, 30)]]);
        assert_eq!(back(&lines, [(40, None), (5, None)]), [vec![(0, 40)], vec![(1, 5)]]);
        let all = back(&lines, [(35, None), (5, Some(3)), (10, None)]);
        assert_eq!(all, [vec![(0, 25), (1, 10)], vec![(0, 5)], vec![(0, 10)]]);
    }

    #[test]
    fn the_part_that_is_as_large_goes_back() {
        let lines = [line(Class::Sale, 1, 70), line(Class::Personal, 0, 30)];
        assert_eq!(one(&lines, 30), [(0, 30)]);
        assert_eq!(one(&lines, 70), [(1, 70)]);
        // Money taken in trade is what goes back else.
        assert_eq!(one(&lines, 60), [(1, 60)]);
    }

    #[test]
    fn of_several_nobody_knows_whose_it_is_until_nothing_is_left() {
        let lines = [line(Class::Sale, 1, 60), line(Class::Sale, 2, 40), line(Class::Sale, 0, 5)];
        assert_eq!(one(&lines, 10), [(1, 10)]);
        assert_eq!(one(&lines, 30), [(0, 20), (1, 10)]);
        assert_eq!(one(&lines, 105), [(0, 5), (1, 60), (2, 40)]);
        let due = [vec![(0, 5), (1, 25)], vec![(1, 35), (2, 40)]];
        assert_eq!(back(&lines, [(30, None), (75, None)]), due);
    }

    #[test]
    fn all_is_the_requests_that_the_whole_part_paid() {
        assert_eq!(one(&[line(Class::Sale, 1, 70), line(Class::Refund, 1, 20)], 60), [(1, 60)]);
        assert_eq!(one(&[line(Class::Unclassified, 1, 70)], 60), [(0, 60)]);
        assert_eq!(one(&[], 60), [(0, 60)]);
    }
}
