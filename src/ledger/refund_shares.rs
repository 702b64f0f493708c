//! Which request is given back to: of what a refund is, where only some of a stall's payment was for a request, or
//! it was for several.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::class::Class;
use super::matching::Line;
use super::payback::{may_go_back, taking, whose};
use super::refunds::RefundRow;
use super::transfers::Stored;
use crate::db::{DbConnection, Outcome};
use crate::primitives::Vnd;
use crate::primitives::ids::{BoardId, OccupancyId, RequestId};
use crate::requests;

/// What requests ask for.
pub(super) type Asked = HashMap<RequestId, Vnd>;

/// A refund, and what of it is for which request, in đồng; `None`: for none.
pub(super) struct Share<'r> {
    pub link: &'r RefundRow,
    pub parts: Vec<(Option<RequestId>, i64)>,
}

impl Share<'_> {
    pub fn of_request(&self, id: RequestId) -> i64 {
        let its = self.parts.iter().filter(|(request_id, _)| *request_id == Some(id));
        its.map(|(_, amount)| amount).sum()
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
    Ok(rows.into_iter().map(|row| (row.id, row.amount)).collect())
}

/// The refunds of a transfer that a stall takes and that hold, in their order, each with what it is of.
pub(super) fn of<'r>(
    original: &Stored,
    stall: OccupancyId,
    given: &'r [RefundRow],
    asked: &Asked,
) -> Vec<Share<'r>> {
    let is_of_it = |one: &&RefundRow| {
        let holds = one.original_id == original.id && one.undone_at.is_none();
        holds && whose(&original.lines, one.occupancy_id) == Some(stall)
    };
    let given: Vec<_> = given.iter().filter(is_of_it).collect();
    let of_stall = original.lines.iter().filter(|line| line.occupancy_id == Some(stall));
    let of_stall: Vec<Line> = of_stall.copied().collect();
    let order = order(&of_stall, given.iter().map(|one| one.amount.get()).sum(), asked);
    let mut to = 0_i64;
    let share = |link: &'r RefundRow| {
        let from = to;
        to = to.saturating_add(link.amount.get());
        let mut end = 0_i64;
        let parts = order.iter().filter_map(|(id, part)| {
            let begin = end;
            end = end.saturating_add(*part);
            let both = to.min(end) - from.max(begin);
            (both > 0).then_some((*id, both))
        });
        Share { link, parts: parts.collect() }
    };
    given.into_iter().map(share).collect()
}

/// What goes back first to last. It is the request's that all of the part paid, or that paid as much as goes back.
/// Else what is more than a request asked for goes first, then what is for none, then what the sole request
/// has. Of several nobody has said whose it is, as long as some is left: it is for none, then.
fn order(of_stall: &[Line], back: i64, asked: &Asked) -> Vec<(Option<RequestId>, i64)> {
    let ids = ids(of_stall);
    let kept = |line: &&Line| may_go_back(line.class) && line.class != Class::Refund;
    let whole = sums(of_stall.iter().filter(kept));
    let alike = whole.iter().find(|(_, amount)| **amount == back).map(|(id, _)| *id);
    let sole = ids.first().copied().filter(|_| ids.len() == 1);
    if let Some(id) = sole.or(alike) {
        return vec![(id, i64::MAX)];
    }
    let mut left = sums(taking(of_stall));
    let is_whole = left.values().sum::<i64>() == back;
    let none = left.remove(&None).unwrap_or_default();
    let mut order = Vec::new();
    for (id, amount) in &mut left {
        let asked = id.and_then(|id| asked.get(&id)).map_or(i64::MAX, |asked| asked.get());
        let more = amount.saturating_sub(asked).max(0);
        *amount -= more;
        order.push((*id, more));
    }
    order.push((None, none));
    if is_whole || left.len() == 1 {
        order.extend(left);
    }
    order.push((None, i64::MAX));
    order
}

/// Unclassified money met a request a thousand times off, and paid nothing.
fn paid(line: &Line) -> Option<RequestId> {
    line.request_id.filter(|_| line.class != Class::Unclassified)
}

fn ids(lines: &[Line]) -> BTreeSet<Option<RequestId>> {
    lines.iter().map(paid).collect()
}

fn sums<'l>(lines: impl Iterator<Item = &'l Line>) -> BTreeMap<Option<RequestId>, i64> {
    let mut sums = BTreeMap::new();
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

    /// What of it is of each request; 0: of none. Each was asked for 50.
    fn back(lines: &[Line], back: i64) -> Vec<(i64, i64)> {
        let asked = [1, 2].map(|id| (RequestId(id), Vnd::new(50))).into_iter().collect();
        let (mut left, mut parts) = (back, BTreeMap::new());
        for (id, part) in order(lines, back, &asked) {
            let part = part.min(left);
            left -= part;
            *parts.entry(id.map_or(0, |id| id.0)).or_default() += part;
        }
        assert_eq!(left, 0);
        parts.into_iter().filter(|(_, part)| *part > 0).collect()
    }

    #[test]
    fn of_one_request_goes_what_is_more_then_what_is_for_none() {
        let lines = [line(Class::Sale, 1, 70), line(Class::DebtRepayment, 0, 30)];
        assert_eq!(back(&lines, 10), [(1, 10)]);
        assert_eq!(back(&lines, 25), [(0, 5), (1, 20)]);
        assert_eq!(back(&lines, 60), [(0, 30), (1, 30)]);
        assert_eq!(back(&lines, 100), [(0, 30), (1, 70)]);
    }

    #[test]
    fn the_part_that_is_as_large_goes_back() {
        let lines = [line(Class::Sale, 1, 70), line(Class::Personal, 0, 30)];
        assert_eq!(back(&lines, 30), [(0, 30)]);
        assert_eq!(back(&lines, 70), [(1, 70)]);
        // Money taken in trade is what goes back else.
        assert_eq!(back(&lines, 60), [(1, 60)]);
    }

    #[test]
    fn of_several_nobody_knows_whose_it_is_until_nothing_is_left() {
        let lines = [line(Class::Sale, 1, 60), line(Class::Sale, 2, 40), line(Class::Sale, 0, 5)];
        assert_eq!(back(&lines, 10), [(1, 10)]);
        assert_eq!(back(&lines, 30), [(0, 20), (1, 10)]);
        assert_eq!(back(&lines, 105), [(0, 5), (1, 60), (2, 40)]);
    }

    #[test]
    fn all_is_the_requests_that_the_whole_part_paid() {
        assert_eq!(back(&[line(Class::Sale, 1, 70), line(Class::Refund, 1, 20)], 60), [(1, 60)]);
        assert_eq!(back(&[line(Class::Unclassified, 1, 70)], 60), [(0, 60)]);
        assert_eq!(back(&[], 60), [(0, 60)]);
    }
}
