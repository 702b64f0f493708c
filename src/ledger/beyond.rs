//! Money beyond what was asked: a surplus, a second payment, what came after a request was taken back. It
//! counts as what the request was for, because it came; but it is to be given back, so whoever adds up
//! a stall's sales says how much of it nobody has judged yet.

use std::collections::BTreeSet;

use super::class::Class;
use super::payback;
use super::refunds::RefundRow;
use super::store::paid::Was;
use super::store::{paid, reading, refunds};
use super::transfers::Stored;
use crate::db::{DbConnection, Outcome};
use crate::feeds::Direction;
use crate::primitives::ids::{BoardId, OccupancyId, RequestId, TransferId};
use crate::primitives::{Day, UnixMs, Vnd};
use crate::requests::{self, RequestRow, RequestState};

/// A payment that goes beyond its request, whole or in part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Beyond {
    pub transfer_id: TransferId,
    pub day: Day,
    /// By the bank's clock.
    pub at: UnixMs,
    /// `overpaid`, `duplicate` or `cancelled`.
    pub state: RequestState,
    /// As much of it as is too much.
    pub amount: Vnd,
    /// The transfer is more than that.
    pub is_part: bool,
}

/// What came to a stall beyond what it asked for, by requests that were paid since an instant, as far as
/// no person has said what it was, and less what was given back.
pub fn of_stall(
    connection: &mut DbConnection,
    board_id: BoardId,
    occupancy_id: OccupancyId,
    since: UnixMs,
    now: UnixMs,
) -> Outcome<Vec<Beyond>> {
    let mut all = Vec::new();
    for row in requests::beyond(connection, board_id, occupancy_id, since)? {
        let state = requests::state_of(&row, now);
        let met = Met::load(connection, board_id, &row)?;
        for share in met.shares(&row).into_iter().filter(|one| one.owed > 0 && !one.is_odd) {
            let of = share.of;
            all.push(Beyond {
                transfer_id: of.id,
                day: of.day,
                at: of.occurred_at,
                state,
                amount: Vnd::new(share.owed),
                is_part: share.owed < of.amount.get(),
            });
        }
    }
    Ok(all)
}

/// What goes back of each payment of a request to which more came than was asked: what is still too much of it,
/// and what its vendor has said that she gave back, so that who says it again says the same. Of a payment a
/// thousand times too much that nobody has judged, all but what was asked.
pub fn surplus(
    connection: &mut DbConnection,
    board_id: BoardId,
    row: &RequestRow,
) -> Outcome<Vec<(TransferId, Vnd)>> {
    let met = Met::load(connection, board_id, row)?;
    let shares = met.shares(row);
    let is_more = shares.iter().map(|one| one.more + one.told).sum::<i64>() > met.lacking(row);
    let goes = shares.iter().map(|one| (one.of.id, Vnd::new(one.more + one.told)));
    Ok(goes.filter(|(_, back)| is_more && back.is_positive()).collect())
}

/// How much of what came beyond a request nobody has said what it was: what the payer is still owed.
pub fn owed(connection: &mut DbConnection, board_id: BoardId, row: &RequestRow) -> Outcome<Owed> {
    let met = Met::load(connection, board_id, row)?;
    let sum = |is_odd: bool| {
        let all = met.shares(row).into_iter().filter(|one| one.is_odd == is_odd);
        Vnd::new(all.map(|one| one.owed).fold(0_i64, i64::saturating_add))
    };
    Ok(Owed { unjudged: sum(false), odd: sum(true) })
}

/// What a payer is owed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owed {
    /// Of what counts as come for the request.
    pub unjudged: Vnd,
    /// Of what met it a thousand times off.
    pub odd: Vnd,
}

/// The payments of a request, with what is known of each.
struct Met {
    stored: Vec<Stored>,
    /// What was for the request under each attribution.
    were: Vec<Was>,
    /// Those that were undone too.
    refunds: Vec<RefundRow>,
}

/// What goes back of a payment, in đồng.
struct Share<'m> {
    of: &'m Stored,
    /// It met the request a thousand times off, and nobody has judged it.
    is_odd: bool,
    /// What its vendor said that she gave back.
    told: i64,
    /// What is still too much.
    more: i64,
    /// Of that, what nobody has said what it was.
    owed: i64,
}

impl Met {
    fn load(connection: &mut DbConnection, board_id: BoardId, row: &RequestRow) -> Outcome<Self> {
        let were = paid::attributions(connection, board_id, row.id)?;
        let ids: BTreeSet<i64> = were.iter().map(|was| was.transfer_id).collect();
        let ids: Vec<i64> = ids.into_iter().collect();
        let mut stored = reading::these(connection, board_id, &ids)?;
        let is_its = |one: &Stored| one.lines.iter().any(|line| line.request_id == Some(row.id));
        stored.retain(|one| one.direction == Direction::In && is_its(one));
        // The last payments of a request are those that it did not need.
        stored.sort_by_key(|one| std::cmp::Reverse((one.occurred_at, one.id)));
        let refunds = refunds::of_any(connection, board_id, &ids)?;
        Ok(Self { stored, were, refunds })
    }

    /// What of a payment is for the request, by class.
    fn sum(one: &Stored, id: RequestId, is_of: impl Fn(Class) -> bool) -> i64 {
        let its = one.lines.iter().filter(|line| line.request_id == Some(id) && is_of(line.class));
        its.map(|line| line.amount.get()).fold(0_i64, i64::saturating_add)
    }

    /// What refunds recorded beside a payment have taken off the request.
    fn linked(&self, one: &Stored, row: &RequestRow, is_odd: bool) -> i64 {
        let stall = Some(row.occupancy_id);
        if !is_odd && payback::request_of(one, stall) != Some(row.id) {
            return 0;
        }
        let held = self.refunds.iter().filter(|link| link.undone_at.is_none());
        let of_one = held.filter(|link| link.original_id == one.id);
        let of_stall = of_one.filter(|link| payback::whose(&one.lines, link.occupancy_id) == stall);
        of_stall.map(|link| link.amount.get()).fold(0_i64, i64::saturating_add)
    }

    /// What is left of a payment that counts as come for the request.
    fn standing(&self, one: &Stored, row: &RequestRow) -> i64 {
        let kept =
            Self::sum(one, row.id, |class| !matches!(class, Class::Unclassified | Class::Refund));
        let back = if kept == 0 { 0 } else { self.linked(one, row, false) };
        kept.saturating_sub(back)
    }

    /// What has not come of what was asked.
    fn lacking(&self, row: &RequestRow) -> i64 {
        let came = self.stored.iter().map(|one| self.standing(one, row));
        asked(row).saturating_sub(came.fold(0_i64, i64::saturating_add)).max(0)
    }

    fn shares(&self, row: &RequestRow) -> Vec<Share<'_>> {
        let mut left = self.more(row, |_| true);
        let mut shares: Vec<Share<'_>> = Vec::new();
        for of in &self.stored {
            let told = Self::sum(of, row.id, |class| class == Class::Refund);
            let more = self.settled(of, row).min(left);
            left -= more;
            shares.push(Share { of, is_odd: false, told, more, owed: 0 });
        }
        // What came after all that was said is owed, whichever payment that makes the last one.
        for is_judged in [false, true] {
            for share in shares.iter_mut().filter(|one| self.is_judged(one.of) == is_judged) {
                let owed = left.min(self.standing(share.of, row) - share.more).max(0);
                left -= owed;
                share.more += owed;
                share.owed = owed;
            }
        }
        shares.extend(self.odd(row));
        shares
    }

    /// How much some of the payments are more than what was asked.
    fn more(&self, row: &RequestRow, is_of: impl Fn(&Stored) -> bool) -> i64 {
        let came = self.stored.iter().filter(|one| is_of(one)).map(|one| self.standing(one, row));
        came.fold(0_i64, i64::saturating_add).saturating_sub(asked(row)).max(0)
    }

    /// What a person's word about a payment has settled: what of it was too much among those that had come for
    /// the request by then. It says nothing of what is told, or placed there, later.
    fn settled(&self, one: &Stored, row: &RequestRow) -> i64 {
        if !self.is_judged(one) {
            return 0;
        }
        let had_come = |other: &Stored| {
            let mut were = self.were.iter().filter(|was| was.transfer_id == other.id.0);
            were.any(|was| was.at <= one.decided_at)
        };
        let mut left = self.more(row, had_come);
        let newer = self.stored.iter().take_while(|other| other.id != one.id);
        for other in newer.filter(|other| had_come(other)) {
            left -= self.standing(other, row);
        }
        left.min(self.standing(one, row)).max(0)
    }

    /// Of what was a thousand times too much, the first makes up for what is lacking. After a cancel all of
    /// it is too much, whatever the amount.
    fn odd(&self, row: &RequestRow) -> Vec<Share<'_>> {
        let mut lacking = self.lacking(row);
        let mut shares = Vec::new();
        for of in self.stored.iter().rev() {
            let odd = Self::sum(of, row.id, |class| class == Class::Unclassified);
            if odd > asked(row) {
                let back = self.linked(of, row, true);
                let more = odd.saturating_sub(back).saturating_sub(lacking).max(0);
                shares.push(Share { of, is_odd: true, told: 0, more, owed: more });
                lacking = 0;
            }
        }
        shares
    }

    /// Whether a person said what a payment was when it was the request's already. Who only said for which
    /// request money was, or recorded a refund of a part of what was a thousand times too much, has not said
    /// what the rest of it is; nor has who gave a part back.
    fn is_judged(&self, one: &Stored) -> bool {
        let gave_part = one.lines.iter().any(|line| line.class == Class::Refund);
        if one.decided.by.is_none() || gave_part {
            return false;
        }
        // Also those that were undone: they were decided by, and not by what was said.
        let has_refund = self.refunds.iter().any(|refund| refund.original_id == one.id);
        self.were.iter().any(|was| {
            let is_before = was.transfer_id == one.id.0 && was.seq < one.seq;
            is_before && (was.has_paid || !has_refund)
        })
    }
}

/// All that comes after a cancel is too much.
fn asked(row: &RequestRow) -> i64 {
    if row.cancelled_at.is_some() { 0 } else { row.amount.get() }
}
