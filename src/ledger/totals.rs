//! What a batch adds to the totals, summed up per row before it is written.

use std::collections::BTreeMap;

use super::class::Class;
use super::histogram;
use super::latency;
use super::matching::Line;
use crate::feeds::Direction;
use crate::primitives::ids::{AccountId, BoardId, FeedId};
use crate::primitives::{Day, UnixMs, Vnd};

/// A row of `day_totals`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DayKey {
    pub board_id: BoardId,
    pub day: Day,
    /// 0: no stall yet.
    pub occupancy_id: i64,
    /// 0: a number that is not registered.
    pub account_id: i64,
}

/// What is added to a row of `day_totals`; negative when a class is changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DayDelta {
    pub count: [i64; Class::ALL.len()],
    pub amount: [i64; Class::ALL.len()],
    pub small_count: i64,
    pub small_amount: i64,
    pub named_count: i64,
    pub wrong_amount_count: i64,
}

/// What is added to a row of `feed_days`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FeedDelta {
    pub deliveries: i64,
    pub duplicates: i64,
    pub undecodable: i64,
    pub incoming: i64,
    pub matched: i64,
    pub latency: [i64; latency::BUCKETS],
    pub last_received: UnixMs,
}

/// Everything that a batch adds.
#[derive(Debug, Default)]
pub struct Totals {
    pub days: BTreeMap<DayKey, DayDelta>,
    /// What decisions after the first add to the days' receipts: the first one's own are told by
    /// its event.
    pub receipt_logs: BTreeMap<DayKey, String>,
    pub feeds: BTreeMap<(BoardId, FeedId, Day), FeedDelta>,
    pub banks: BTreeMap<BankKey, Heard>,
    /// Receipts of each payer.
    pub payers: BTreeMap<PayerKey, i64>,
}

/// A row of `feed_bank_days`: board, feed, bank, day.
pub type BankKey = (BoardId, FeedId, String, Day);
/// The least and the greatest account that was heard of.
pub type Heard = (AccountId, AccountId);
/// A row of `payer_days`: board, day, occupancy, payer.
pub type PayerKey = (BoardId, Day, i64, i64);

/// One line of a transfer as the totals see it.
#[derive(Clone, Copy, Debug)]
pub struct Counted {
    pub board_id: BoardId,
    pub day: Day,
    pub account_id: Option<AccountId>,
    pub direction: Direction,
    pub minimum_receipt: Vnd,
    /// Keyed hash of the payer, where the feed names one.
    pub payer_key: Option<i64>,
    /// It met a request of another amount.
    pub wrong_amount: bool,
}

impl Totals {
    /// Adds a line, or takes it away again (`sign` −1); tells whether it is a receipt.
    pub fn add_line(&mut self, counted: &Counted, line: &Line, sign: i64) -> bool {
        if !is_counted(counted.direction, line.class) {
            return false;
        }
        let delta = self.days.entry(counted.key(line)).or_default();
        let amount = line.amount.get() * sign;
        let is_small = line.class.is_business() && line.amount < counted.minimum_receipt;
        delta.wrong_amount_count += sign * i64::from(counted.wrong_amount);
        if is_small {
            delta.small_count += sign;
            delta.small_amount += amount;
        } else {
            let class = line.class as usize;
            if let (Some(count), Some(total)) =
                (delta.count.get_mut(class), delta.amount.get_mut(class))
            {
                *count += sign;
                *total += amount;
            }
            if line.class.is_business() {
                delta.named_count += sign * i64::from(counted.payer_key.is_some());
                if let (Some(payer_key), Some(occupancy_id)) =
                    (counted.payer_key, line.occupancy_id)
                {
                    let key = (counted.board_id, counted.day, occupancy_id.0, payer_key);
                    *self.payers.entry(key).or_default() += sign;
                }
            }
        }
        line.class.is_business() && !is_small
    }

    /// [`Self::add_line`] of a decision after the first, with the receipts of its day.
    pub fn replace_line(&mut self, counted: &Counted, line: &Line, sign: i64) {
        if self.add_line(counted, line, sign) {
            let log = self.receipt_logs.entry(counted.key(line)).or_default();
            if sign < 0 {
                log.push(histogram::REMOVAL);
            }
            log.push_str(&histogram::entry(line.amount));
        }
    }
}

impl Counted {
    fn key(&self, line: &Line) -> DayKey {
        DayKey {
            board_id: self.board_id,
            day: self.day,
            occupancy_id: line.occupancy_id.map_or(0, |id| id.0),
            account_id: self.account_id.map_or(0, |id| id.0),
        }
    }
}

/// Money out counts only where a person said what it was: trade with suppliers, refunds. What is
/// given back out of money in is not in its sale line; reports would subtract it a second time.
fn is_counted(direction: Direction, class: Class) -> bool {
    match direction {
        Direction::In => !matches!(class, Class::Refund | Class::Reversal),
        Direction::Out => matches!(class, Class::Supplier | Class::Refund | Class::Reversal),
    }
}
