//! Money beyond what was asked: a surplus, a second payment, what came after a request was taken back. It
//! counts as what the request was for, because it came; but it is to be given back, so whoever adds up
//! a stall's sales says how much of it nobody has judged yet.

use std::collections::{BTreeMap, BTreeSet};

use super::class::Class;
use super::matching::Line;
use super::refund_shares::{self, Asked};
use super::refunds::RefundRow;
use super::replace::{Replacement, Says};
use super::store::{paid, reading, refunds, surplus_words};
use super::transfers::Stored;
use crate::db::{DbConnection, Fault, Outcome};
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

/// Keeps what a decision settles of what is beyond the requests that its transfer was for, and stays for: all of
/// it that is too much now and will be, where it says what the money was. It says nothing of what is told, placed
/// there, or not given back any more later; and who gave a part back has not said what the rest of it is. The
/// decision is not written yet.
pub(super) fn keep_words(
    connection: &mut DbConnection,
    board_id: BoardId,
    one: &Replacement<'_>,
) -> Outcome<()> {
    let stored = one.stored;
    let of = |lines: &[Line]| -> BTreeSet<_> {
        lines.iter().filter_map(|line| line.request_id).collect()
    };
    if stored.direction != Direction::In {
        return Ok(());
    }
    let mut words = Vec::new();
    for id in of(&stored.lines).intersection(&of(&one.lines)).copied() {
        let its = |lines: &[Line]| -> Vec<_> {
            let its = lines.iter().filter(|line| line.request_id == Some(id));
            its.map(|line| (line.class, line.amount)).collect()
        };
        let (before, now) = (its(&stored.lines), its(&one.lines));
        if now.iter().any(|(class, _)| *class == Class::Refund) {
            continue;
        }
        let is_said = match one.says {
            Says::All => true,
            Says::Changes => is_another_class(&before, &now),
            Says::Nothing => false,
        };
        let row = requests::by_id(connection, board_id, id)?;
        let row = row.ok_or_else(|| Fault::broken("a line of no request"))?;
        let met = Met::load(connection, board_id, &row)?;
        let settled = if is_said {
            let more = met.more_of(stored.id, &row);
            Some(more.min(met.placing(one).too_much(&row)))
        } else {
            // What is less of it now is less of what was said.
            let word = met.word(stored, &row);
            word.map(|word| word.min(met.placing(one).more_of(stored.id, &row)))
        };
        words.extend(settled.map(|settled| (id, Vnd::new(settled))));
    }
    surplus_words::insert(connection, board_id, (stored.id, stored.seq + 1), &words)
}

/// What was one thing is said to be another: who only places more or less of it at a request has not said so.
fn is_another_class(before: &[(Class, Vnd)], now: &[(Class, Vnd)]) -> bool {
    let sum = |lines: &[(Class, Vnd)], class| -> i64 {
        lines.iter().filter(|(of, _)| *of == class).map(|(_, amount)| amount.get()).sum()
    };
    let more = |class| sum(now, class) - sum(before, class);
    before.iter().any(|(class, _)| more(*class) < 0)
        && now.iter().any(|(class, _)| more(*class) > 0)
}

/// The payments of a request, with what is known of each.
struct Met {
    stored: Vec<Stored>,
    /// What people's words have settled, by attribution.
    words: BTreeMap<(TransferId, i32), Vnd>,
    refunds: Vec<RefundRow>,
    asked: Asked,
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
        let words = surplus_words::of_request(connection, board_id, row.id)?;
        let ids: Vec<i64> = paid::ever(connection, board_id, row.id)?.into_iter().collect();
        let mut stored = reading::these(connection, board_id, &ids)?;
        let is_its = |one: &Stored| one.lines.iter().any(|line| line.request_id == Some(row.id));
        stored.retain(|one| one.direction == Direction::In && is_its(one));
        // The last payments of a request are those that it did not need.
        stored.sort_by_key(|one| std::cmp::Reverse((one.occurred_at, one.id)));
        let refunds = refunds::of_any(connection, board_id, &ids)?;
        let asked = refund_shares::asked(connection, board_id, &stored)?;
        Ok(Self { stored, words, refunds, asked })
    }

    /// What of a payment is for the request, by class.
    fn sum(one: &Stored, id: RequestId, is_of: impl Fn(Class) -> bool) -> i64 {
        let its = one.lines.iter().filter(|line| line.request_id == Some(id) && is_of(line.class));
        its.map(|line| line.amount.get()).fold(0_i64, i64::saturating_add)
    }

    /// What refunds recorded beside a payment have taken off the request.
    fn linked(&self, one: &Stored, row: &RequestRow, is_odd: bool) -> i64 {
        let shares = refund_shares::of(one, row.occupancy_id, &self.refunds, &self.asked);
        let of_it = shares
            .iter()
            .map(|share| if is_odd { share.link.amount.get() } else { share.of_request(row.id) });
        of_it.fold(0_i64, i64::saturating_add)
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
        let mut left = self.too_much(row);
        let mut shares: Vec<Share<'_>> = Vec::new();
        for of in &self.stored {
            let told = Self::sum(of, row.id, |class| class == Class::Refund);
            let settled = self.word(of, row).unwrap_or_default();
            let more = settled.min(self.standing(of, row)).min(left).max(0);
            left -= more;
            shares.push(Share { of, is_odd: false, told, more, owed: 0 });
        }
        // What no word has settled is owed: of the payments that nobody said anything about, if they are so much.
        for is_said in [false, true] {
            for share in shares.iter_mut().filter(|one| self.word(one.of, row).is_some() == is_said)
            {
                let owed = left.min(self.standing(share.of, row) - share.more).max(0);
                left -= owed;
                share.more += owed;
                share.owed = owed;
            }
        }
        shares.extend(self.odd(row));
        shares
    }

    /// How much more came than was asked, without what was a thousand times off.
    fn too_much(&self, row: &RequestRow) -> i64 {
        let came = self.stored.iter().map(|one| self.standing(one, row));
        came.fold(0_i64, i64::saturating_add).saturating_sub(asked(row)).max(0)
    }

    /// As it will be.
    fn placing(mut self, one: &Replacement<'_>) -> Self {
        for stored in self.stored.iter_mut().filter(|stored| stored.id == one.stored.id) {
            stored.lines.clone_from(&one.lines);
        }
        self
    }

    /// How much a payment is beyond the request, settled or not.
    fn more_of(&self, id: TransferId, row: &RequestRow) -> i64 {
        let its = self.shares(row).into_iter().filter(|one| one.of.id == id);
        its.map(|one| one.more).fold(0_i64, i64::saturating_add)
    }

    /// What a person's word about a payment as it is placed now has settled, less what was given back of it after
    /// she had said so: that was too much, and is no more.
    fn word(&self, one: &Stored, row: &RequestRow) -> Option<i64> {
        let settled = self.words.get(&(one.id, one.seq))?.get();
        let shares = refund_shares::of(one, row.occupancy_id, &self.refunds, &self.asked);
        let later = shares.iter().filter(|share| share.link.linked_at > one.decided_at);
        let back = later.map(|share| share.of_request(row.id)).fold(0_i64, i64::saturating_add);
        Some(settled.saturating_sub(back).max(0))
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
}

/// All that comes after a cancel is too much.
fn asked(row: &RequestRow) -> i64 {
    if row.cancelled_at.is_some() { 0 } else { row.amount.get() }
}
