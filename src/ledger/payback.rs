//! The lines of money out that gives money back: they follow their originals from stall to stall.

use std::collections::{BTreeSet, HashMap};
use std::slice::from_ref;

use super::class::Class;
use super::item::Evidence;
use super::matching::{Line, Rule, Unassigned};
use super::refund_shares as shares;
use super::refunds::RefundRow;
use super::replace::{Decided, Replacement, Says, replace};
use super::store::heads::Head;
use super::store::rows::{Rows, Transfer};
use super::store::{fresh, paid, reading, refunds as rows};
use super::transfers::Stored;
use crate::access::Act;
use crate::db::rows::Writes;
use crate::db::{DbConnection, Outcome};
use crate::feeds::{Direction, Precision};
use crate::primitives::ids::{BoardId, FeedId, OccupancyId, RequestId, TransferId};
use crate::primitives::{Day, Refusal, UnixMs, Vnd};
use crate::requests::{self, RequestRow};

/// The stalls that take a refund: those for which a transfer is, or may be, money taken in trade; where
/// it was none, those that kept it as their vendor's own, or handed it out in cash.
pub(super) fn stalls(lines: &[Line]) -> BTreeSet<OccupancyId> {
    let of_stalls: Vec<Line> =
        lines.iter().filter(|line| line.occupancy_id.is_some()).copied().collect();
    taking(&of_stalls).filter_map(|line| line.occupancy_id).collect()
}

/// The lines that a refund is of.
pub(super) fn taking(lines: &[Line]) -> impl Iterator<Item = &Line> {
    let is_trade = |line: &Line| line.class.is_business() || line.class == Class::Unclassified;
    let was_trade = lines.iter().any(is_trade);
    let takes = move |line: &&Line| if was_trade { is_trade(line) } else { is_own(line.class) };
    lines.iter().filter(takes)
}

const fn is_own(class: Class) -> bool {
    matches!(class, Class::Personal | Class::CashOut)
}

/// Whether money in of a class may have been a stall's to give back: not the market's fee, nor a test.
pub(super) const fn may_go_back(class: Class) -> bool {
    class.is_business() || is_own(class) || matches!(class, Class::Unclassified | Class::Refund)
}

pub(super) fn is_declared(stored: &Stored) -> bool {
    stored.evidence == Evidence::Declared.as_str()
}

/// What no refund stands for yet of money out, in đồng.
pub(super) fn free(connection: &mut DbConnection, board_id: BoardId, out: &Stored) -> Outcome<i64> {
    let links = rows::of_outgoing(connection, board_id, out.id)?;
    Ok(links.iter().fold(out.amount.get(), |free, link| free - link.amount.get()))
}

/// What can still be given back of a transfer, in đồng: of all of it, and of the part of the stall
/// whose money it was. `given`: what refunds have given back of it.
pub(super) fn left(original: &Stored, of: Option<OccupancyId>, given: &[RefundRow]) -> i64 {
    let whole = given.iter().fold(original.amount.get(), |left, one| left - one.amount.get());
    let Some(stall) = whose(&original.lines, of) else { return whole };
    let of_it: Vec<Line> =
        original.lines.iter().filter(|line| line.occupancy_id == Some(stall)).copied().collect();
    let taken: i64 = taking(&of_it).map(|line| line.amount.get()).sum();
    let of_stall =
        given.iter().filter(|one| whose(&original.lines, one.occupancy_id) == Some(stall));
    whole.min(of_stall.fold(taken, |left, one| left - one.amount.get()))
}

/// The stall that takes a refund: the one that it names, while it has a part of the transfer, or the only
/// one that may. What a vendor says that her part was does not end what was given back of it.
pub(super) fn whose(lines: &[Line], named: Option<OccupancyId>) -> Option<OccupancyId> {
    let has_part = |id: &OccupancyId| {
        lines.iter().any(|line| line.occupancy_id == Some(*id) && may_go_back(line.class))
    };
    let stalls = stalls(lines);
    let sole = stalls.first().copied().filter(|_| stalls.len() == 1);
    named.filter(has_part).or(sole)
}

/// Those refunds that a stall takes; `originals` has the transfers that they are of.
pub(super) fn of_stall<'r>(
    links: &'r [RefundRow],
    originals: &[Stored],
    occupancy_id: OccupancyId,
) -> Vec<&'r RefundRow> {
    let takes = |link: &&RefundRow| {
        let original = originals.iter().find(|original| original.id == link.original_id);
        original.and_then(|original| whose(&original.lines, link.occupancy_id))
            == Some(occupancy_id)
    };
    links.iter().filter(takes).collect()
}

/// Money out is linked although a refund is declared, of the same transfer, or of the same amount,
/// which it may be: then it would count twice. The person may say that it is another one.
///
/// # Errors
/// `refund-beside-declared` (outgoing_id).
pub(super) fn refuse_beside_declared(
    connection: &mut DbConnection,
    board_id: BoardId,
    out: &Stored,
    given: &[RefundRow],
) -> Outcome<()> {
    if is_declared(out) {
        return Ok(());
    }
    let of_original = given.iter().find(|one| one.is_declared).map(|one| one.id);
    let declared = match of_original {
        None => rows::declared_like(connection, board_id, out)?,
        known => known,
    };
    match declared {
        Some(id) => {
            let refusal = Refusal::conflict("refund-beside-declared").on("outgoing_id");
            Err(refusal.with("refund", id).into())
        }
        None => Ok(()),
    }
}

/// Records money out of the original's account that no report has told of.
///
/// # Errors
/// `refund-in-future`, `refund-before-original` (day).
pub(super) fn declare(
    connection: &mut DbConnection,
    act: &Act,
    original: &Stored,
    amount: Vnd,
    day: Option<Day>,
) -> Outcome<TransferId> {
    let today = act.at.day(fresh::day_start(connection, act.board_id())?);
    let paid_on = day.unwrap_or(today);
    if paid_on > today {
        return Err(Refusal::invalid("day", "refund-in-future").into());
    }
    if paid_on < original.day {
        return Err(Refusal::conflict("refund-before-original").on("day").into());
    }
    let (occurred_at, precision) = match day {
        Some(day) => (day.start(0), Precision::Day),
        None => (act.at, Precision::Second),
    };
    let id = act.new_id();
    let mut laid = Rows::default();
    laid.transfer(&Transfer {
        board_id: act.board_id(),
        id,
        account_id: original.account_id,
        feed_id: FeedId(0),
        delivery_id: 0,
        item: 0,
        direction: Direction::Out,
        amount,
        occurred_at,
        precision,
        day: paid_on,
        recorded_at: act.at,
        evidence: Evidence::Declared,
        fingerprint: 0,
        line: unclassified(amount),
        rule: Rule::None,
        minimum_receipt: original.minimum_receipt,
        wrong_amount: false,
        payer_key: None,
    });
    // Money out is indexed at once.
    if let Some(account_id) = original.account_id {
        laid.indexed(act.board_id(), account_id.0, id);
    }
    let mut writes = Writes::default();
    laid.write(&mut writes);
    writes.run(connection)?;
    Ok(TransferId(id))
}

const fn unclassified(amount: Vnd) -> Line {
    let class = Class::Unclassified;
    Line { occupancy_id: None, code_id: None, request_id: None, class, amount }
}

/// Makes the lines of money out anew from the refunds that it stands for; the rest is unclassified.
/// The board is locked.
pub(super) fn settle(
    connection: &mut DbConnection,
    board_id: BoardId,
    heads: &mut [Head],
    ids: &[TransferId],
    decided: &Decided,
    at: UnixMs,
) -> Outcome<()> {
    for id in ids {
        let stored = reading::transfer(connection, board_id, *id)?;
        let mut lines = Vec::new();
        for link in rows::of_outgoing(connection, board_id, *id)? {
            let original = reading::transfer(connection, board_id, link.original_id)?;
            let occupancy_id = whose(&original.lines, link.occupancy_id);
            if link.occupancy_id.is_none() && occupancy_id.is_some() {
                // From now on it is that stall's, whatever is said of the other parts.
                rows::name_stall(connection, board_id, link.id, occupancy_id)?;
            }
            let given = rows::of_any(connection, board_id, &[link.original_id.0])?;
            let asked = shares::asked(connection, board_id, from_ref(&original))?;
            let its = occupancy_id.map(|stall| shares::of(&original, stall, &given, &asked));
            let its = its.and_then(|all| all.into_iter().find(|one| one.link.id == link.id));
            let none = || [(None, link.amount.get())].into();
            let parts = its.map_or_else(none, |one| one.parts);
            lines.extend(parts.into_iter().map(|(request_id, amount)| {
                let class = link.class;
                Line { occupancy_id, request_id, class, ..unclassified(Vnd::new(amount)) }
            }));
        }
        let rest = free(connection, board_id, &stored)?;
        if rest > 0 {
            lines.push(unclassified(Vnd::new(rest)));
        }
        again(connection, board_id, heads, &stored, lines, decided, at)?;
    }
    Ok(())
}

/// [`settle`] of money out that gave back of a transfer, or did so till now, and of all else that went back of it: for
/// which request that is changes with what is left. The board is locked.
pub(super) fn settle_of(
    connection: &mut DbConnection,
    board_id: BoardId,
    heads: &mut [Head],
    (original_id, out_id): (TransferId, TransferId),
    decided: &Decided,
    at: UnixMs,
) -> Outcome<()> {
    let given = rows::of_originals(connection, board_id, &[original_id.0])?;
    let ids: BTreeSet<_> = given.iter().map(|link| link.outgoing_id).chain([out_id]).collect();
    let ids: Vec<_> = ids.into_iter().collect();
    settle(connection, board_id, heads, &ids, decided, at)
}

/// Lets what was given back of these transfers follow them to the stalls that they belong to now.
/// The board is locked.
pub(super) fn follow(
    connection: &mut DbConnection,
    board_id: BoardId,
    heads: &mut [Head],
    replaced: &[Replacement<'_>],
    at: UnixMs,
) -> Outcome<()> {
    let incoming = || replaced.iter().filter(|one| one.stored.direction == Direction::In);
    let originals: Vec<i64> = incoming().map(|one| one.stored.id.0).collect();
    if originals.is_empty() {
        return Ok(());
    }
    for link in rows::of_originals(connection, board_id, &originals)? {
        let Some(moved) = incoming().find(|one| one.stored.id == link.original_id) else {
            continue;
        };
        settle(connection, board_id, heads, &[link.outgoing_id], &moved.decided, at)?;
    }
    Ok(())
}

/// A person places a transfer so that a stall's part is less than was given back of it, or divides one of
/// which something was given back when no stall was known.
///
/// # Errors
/// `refund-exceeds-original`, `refund-of-no-stall`.
pub(super) fn refuse_less(
    connection: &mut DbConnection,
    board_id: BoardId,
    stored: &Stored,
    lines: &[Line],
) -> Outcome<()> {
    let given = rows::of_originals(connection, board_id, &[stored.id.0])?;
    let kept = || lines.iter().filter(|line| may_go_back(line.class));
    let of_stalls: BTreeSet<_> = kept().filter_map(|line| line.occupancy_id).collect();
    for link in &given {
        let Some(stall) = whose(lines, link.occupancy_id) else {
            if of_stalls.len() > 1 {
                return Err(Refusal::conflict("refund-of-no-stall").with("refund", link.id).into());
            }
            continue;
        };
        let part = kept().filter(|line| line.occupancy_id == Some(stall));
        let part: i64 = part.map(|line| line.amount.get()).sum();
        let of_it = given.iter().filter(|link| whose(lines, link.occupancy_id) == Some(stall));
        let back: i64 = of_it.map(|link| link.amount.get()).sum();
        if back > part {
            let refusal = Refusal::conflict("refund-exceeds-original");
            return Err(refusal.with("left", Vnd::new(part)).into());
        }
    }
    Ok(())
}

/// Money out that refunds stand for is decided by them alone, and what seems to be a declared
/// refund by saying that this was seen.
///
/// # Errors
/// `refund-linked`, `refund-declared`.
pub(super) fn refuse_by_hand(
    connection: &mut DbConnection,
    board_id: BoardId,
    stored: &Stored,
    mut classes: impl Iterator<Item = Class>,
) -> Outcome<()> {
    if stored.direction != Direction::Out {
        return Ok(());
    }
    if is_declared(stored) || !rows::of_outgoing(connection, board_id, stored.id)?.is_empty() {
        return Err(Refusal::conflict("refund-linked").into());
    }
    if classes.any(Class::is_returned)
        && let Some(id) = rows::declared_like(connection, board_id, stored)?
    {
        return Err(Refusal::conflict("refund-declared").with("refund", id).into());
    }
    Ok(())
}

/// Whether all that a request asks for was there, after it had last been left with nothing: whoever had
/// paid is not asked for what was given back, and whoever begins again is asked for all of it. By the
/// bank's times; money given back comes after the money that it gives back.
pub(super) fn was_paid(
    connection: &mut DbConnection,
    board_id: BoardId,
    request: &RequestRow,
) -> Outcome<bool> {
    let payments = paid::payments(connection, board_id, request.id)?;
    let ids: Vec<i64> = payments.iter().map(|one| one.transfer_id).collect();
    let links = rows::of_any(connection, board_id, &ids)?;
    let originals = reading::these(connection, board_id, &ids)?;
    let outgoing: Vec<i64> = links.iter().map(|link| link.outgoing_id.0).collect();
    let seen: HashMap<TransferId, i64> = reading::these(connection, board_id, &outgoing)?
        .into_iter()
        .map(|out| (out.id, out.occurred_at.0))
        .collect();
    let mut moves: Vec<(i64, bool, i64)> =
        payments.iter().map(|one| (one.at_ms, false, one.amount_vnd)).collect();
    // What its vendor gave back in cash went as it came.
    moves.extend(payments.iter().map(|one| (one.at_ms, true, -one.returned_vnd)));
    let asked = shares::asked(connection, board_id, &originals)?;
    for original in &originals {
        let came = payments.iter().find(|one| one.transfer_id == original.id.0);
        let came_ms = came.map_or(0, |one| one.at_ms);
        for share in shares::of(original, request.occupancy_id, &links, &asked) {
            let out_ms = seen.get(&share.link.outgoing_id).copied().unwrap_or(0);
            moves.push((came_ms.max(out_ms), true, -share.of_request(request.id)));
        }
    }
    moves.sort_unstable();
    let (mut left, mut was_paid) = (0_i64, false);
    for (_, _, amount_vnd) in moves {
        left = left.saturating_add(amount_vnd);
        was_paid = left > 0 && (was_paid || left >= request.amount.get());
    }
    Ok(was_paid)
}

/// [`was_paid`] of a request that money was given back of, as it is stored.
pub(super) fn judge_again(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: RequestId,
) -> Outcome<()> {
    let Some(mut row) = requests::by_id(connection, board_id, id)? else { return Ok(()) };
    if row.given_back.is_positive() {
        row.was_paid = was_paid(connection, board_id, &row)?;
        requests::apply_received(connection, board_id, &row)?;
    }
    Ok(())
}

/// What met a request a thousand times off is judged by what was given back of it: whole, it is not for
/// the request any more, and nobody needs to look at the amount; in part, of what was too much, the rest
/// was for the request. The board is locked.
pub(super) fn judge_odd(
    connection: &mut DbConnection,
    board_id: BoardId,
    heads: &mut [Head],
    original: &Stored,
    decided: &Decided,
    at: UnixMs,
) -> Outcome<()> {
    let given = rows::of_originals(connection, board_id, &[original.id.0])?;
    let is_gone = left(original, None, &given) <= 0;
    let mut lines = original.lines.clone();
    for line in lines.iter_mut().filter(|line| line.class == Class::Unclassified) {
        let Some(id) = line.request_id else { continue };
        let Some(row) = requests::by_id(connection, board_id, id)? else { continue };
        if is_gone {
            line.request_id = None;
        } else if line.amount > row.amount {
            line.class = Class::of_request(row.kind);
        }
    }
    again(connection, board_id, heads, original, lines, decided, at)
}

/// A refund is undone of which all had been given back, and which had met a request a thousand times off:
/// it waits at the request again. The board is locked.
pub(super) fn wait_again(
    connection: &mut DbConnection,
    board_id: BoardId,
    heads: &mut [Head],
    original: &Stored,
    decided: &Decided,
    at: UnixMs,
) -> Outcome<()> {
    let mut lines = original.lines.clone();
    if let Some(id) = original.wrong_request
        && lines.iter().all(|line| line.class == Class::Unclassified && line.request_id.is_none())
        && let Some(row) = requests::by_id(connection, board_id, id)?
    {
        let its = lines.iter_mut().find(|line| line.occupancy_id == Some(row.occupancy_id));
        if let Some(line) = its.filter(|line| requests::is_off(row.amount, line.amount)) {
            line.request_id = Some(id);
        }
    }
    again(connection, board_id, heads, original, lines, decided, at)
}

fn again(
    connection: &mut DbConnection,
    board_id: BoardId,
    heads: &mut [Head],
    stored: &Stored,
    lines: Vec<Line>,
    decided: &Decided,
    at: UnixMs,
) -> Outcome<()> {
    if lines == stored.lines {
        return Ok(());
    }
    let (rule, waits_because) = (Rule::Manual, Unassigned::TakenBack);
    let decided = decided.clone();
    let says = Says::Nothing;
    let again = Replacement { stored, lines, rule, waits_because, decided, says };
    replace(connection, board_id, heads, &[again], at)
}
