//! Replacing attributions: lines, totals, requests, the queue and the events follow together.

use std::collections::{BTreeMap, BTreeSet};

use super::beyond;
use super::class::Class;
use super::matching::{Line, Rule, Unassigned};
use super::payback;
use super::store::heads::{self, Head};
use super::store::rows::{Attribution, Rows};
use super::store::{paid, proposals, queue, totals as store_totals};
use super::totals::{Counted, Totals};
use super::transfers::Stored;
use crate::db::rows::Writes;
use crate::db::{DbConnection, Outcome};
use crate::events::Event;
use crate::feeds::Direction;
use crate::primitives::ids::{ActorId, BoardId, RequestId};
use crate::primitives::{UnixMs, Vnd};
use crate::requests;

/// A transfer with the lines that replace its present ones.
#[derive(Debug)]
pub struct Replacement<'s> {
    pub stored: &'s Stored,
    pub lines: Vec<Line>,
    pub rule: Rule,
    /// Said in the queue if the lines leave it waiting.
    pub waits_because: Unassigned,
    pub decided: Decided,
    pub says: Says,
}

/// What a decision says the money was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Says {
    /// What all of it was: its vendor's word.
    All,
    /// What became of it otherwise than it stood: not of a request's part that stays as it is.
    Changes,
    /// Where it belongs, or what was given back of it.
    Nothing,
}

/// Who decided a later attribution, and why.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decided {
    /// The person's key; with rules, of who changed the register. `None`: no person had a part.
    pub by: Option<ActorId>,
    /// The key of who had proposed it to that person.
    pub proposed_by: Option<ActorId>,
    /// A person's words; of rules, what made them decide again.
    pub why: Option<String>,
}

impl Decided {
    #[must_use]
    pub const fn by(actor: ActorId, why: Option<String>) -> Self {
        Self { by: Some(actor), proposed_by: None, why }
    }
}

/// Replaces the attributions of transfers, each named once; what was given back of them follows.
/// The board is locked.
pub fn replace(
    connection: &mut DbConnection,
    board_id: BoardId,
    heads: &mut [Head],
    all: &[Replacement<'_>],
    at: UnixMs,
) -> Outcome<()> {
    let (mut rows, mut totals, mut events) = (Rows::default(), Totals::default(), Vec::new());
    for one in all {
        // As it was when it was said.
        beyond::keep_words(connection, board_id, one)?;
        let (transfer_id, seq) = (one.stored.id, one.stored.seq + 1);
        rows.attribution(&Attribution {
            board_id,
            transfer_id: transfer_id.0,
            seq,
            lines: &one.lines,
            rule: one.rule,
            decided: &one.decided,
            recorded_at: at,
        });
        for occupancy_id in one.lines.iter().filter_map(|line| line.occupancy_id) {
            rows.indexed(board_id, occupancy_id.0, transfer_id.0);
        }
        recount(&mut totals, board_id, one);
        events.push(Event::TransferAssigned { transfer_id, seq });
    }
    let mut writes = Writes::default();
    rows.write(&mut writes);
    store_totals::add(connection, &mut writes, heads, &totals)?;
    heads::announce(&mut writes, heads, BTreeMap::from([(board_id.0, events)]), at)?;
    writes.run(connection)?;
    for one in all {
        settle_requests(connection, board_id, one)?;
        proposals::outdate(connection, board_id, one.stored.id, at)?;
        if one.stored.direction == Direction::Out || one.lines.iter().all(is_settled) {
            queue::resolve(connection, board_id, one.stored.id, at)?;
        } else {
            queue::reopen(connection, board_id, one.stored, one.waits_because)?;
        }
    }
    payback::follow(connection, board_id, heads, all, at)
}

/// A line needs nobody any more: it has its stall, or it is known to need none.
fn is_settled(line: &Line) -> bool {
    line.occupancy_id.is_some() || line.class != Class::Unclassified
}

/// Takes the old lines out of the totals and adds the new ones.
fn recount(totals: &mut Totals, board_id: BoardId, one: &Replacement<'_>) {
    let stored = one.stored;
    // A transfer is of a wrong amount once, however many lines keep its request.
    let is_wrong = |lines: &[Line], at: usize| {
        let met =
            |line: &Line| line.request_id.is_some() && line.request_id == stored.wrong_request;
        lines.iter().position(met) == Some(at)
    };
    let counted = |lines: &[Line], at: usize| Counted {
        board_id,
        day: stored.day,
        account_id: stored.account_id,
        direction: stored.direction,
        minimum_receipt: stored.minimum_receipt,
        payer_key: stored.payer_key,
        wrong_amount: is_wrong(lines, at),
    };
    for (lines, sign) in [(&stored.lines, -1), (&one.lines, 1)] {
        for (at, line) in lines.iter().enumerate() {
            totals.add_line(&counted(lines, at), line, sign);
        }
    }
}

/// What a transfer's lines are for a request. An unclassified line met it a thousand times off: it
/// paid nothing. Money in that is a refund came, and its vendor gave it back in cash.
#[derive(Default)]
struct Paid {
    amount_vnd: i64,
    returned_vnd: i64,
    thousandfold: i64,
}

impl Paid {
    fn of(lines: &[Line], id: RequestId) -> Self {
        let mut paid = Self::default();
        for line in lines.iter().filter(|line| line.request_id == Some(id)) {
            match line.class {
                Class::Unclassified => paid.thousandfold += 1,
                _ => paid.amount_vnd += line.amount.get(),
            }
            if line.class == Class::Refund {
                paid.returned_vnd += line.amount.get();
            }
        }
        paid
    }
}

/// Takes the old lines' money off their requests, then puts the new lines' on, each as the one payment
/// that the transfer is; money out is what was given back.
fn settle_requests(
    connection: &mut DbConnection,
    board_id: BoardId,
    one: &Replacement<'_>,
) -> Outcome<()> {
    let stored = one.stored;
    let ids: BTreeSet<_> =
        stored.lines.iter().chain(&one.lines).filter_map(|line| line.request_id).collect();
    for id in ids {
        let Some(before) = requests::by_id(connection, board_id, id)? else { continue };
        let mut row = before.clone();
        let (at, precision) = (stored.occurred_at, stored.occurred_precision);
        let (old, new) = (Paid::of(&stored.lines, id), Paid::of(&one.lines, id));
        if stored.direction == Direction::Out {
            row.give_back(new.amount_vnd - old.amount_vnd);
            row.was_paid = payback::was_paid(connection, board_id, &row)?;
            requests::apply_received(connection, board_id, &row)?;
            continue;
        }
        row.thousandfold_count += new.thousandfold - old.thousandfold;
        if old.returned_vnd > 0 {
            row.give_back(-old.returned_vnd);
        }
        if old.amount_vnd > 0 {
            row.withdraw(Vnd::new(old.amount_vnd), at, precision);
        }
        if new.amount_vnd > 0 {
            row.accept(Vnd::new(new.amount_vnd), at, precision);
        }
        if new.returned_vnd > 0 {
            row.give_back(new.returned_vnd);
        }
        // Money that is gone may have been the last, and what is said anew of an older one is not.
        if row != before {
            row.last_paid_at = paid::last_at(connection, board_id, id)?;
        }
        if row.given_back.is_positive() {
            row.was_paid = payback::was_paid(connection, board_id, &row)?;
        }
        if row != before {
            requests::apply_received(connection, board_id, &row)?;
        }
    }
    Ok(())
}
