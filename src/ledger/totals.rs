//! What a batch adds to the totals, summed up per row before it is written.

use std::collections::{BTreeMap, BTreeSet};

use super::class::Class;
use super::histogram;
use super::latency;
use super::matching::Line;
use crate::events::Marks;
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

impl DayDelta {
    /// Adds a line of so many đồng, or takes it away (`sign` −1).
    pub fn add(&mut self, class: Class, amount: Vnd, marks: Marks, sign: i64) {
        self.wrong_amount_count += sign * i64::from(marks.is_wrong_amount);
        let amount = amount.get() * sign;
        if marks.is_small {
            self.small_count += sign;
            self.small_amount += amount;
            return;
        }
        let class_at = class as usize;
        if let (Some(count), Some(total)) =
            (self.count.get_mut(class_at), self.amount.get_mut(class_at))
        {
            *count += sign;
            *total += amount;
        }
        if class.is_business() {
            self.named_count += sign * i64::from(marks.is_named);
        }
    }

    /// Adds another one.
    pub fn merge(&mut self, more: &Self) {
        for (count, added) in self.count.iter_mut().zip(&more.count) {
            *count += added;
        }
        for (amount, added) in self.amount.iter_mut().zip(&more.amount) {
            *amount = amount.saturating_add(*added);
        }
        self.small_count += more.small_count;
        self.small_amount += more.small_amount;
        self.named_count += more.named_count;
        self.wrong_amount_count += more.wrong_amount_count;
    }

    pub fn of_class(&self, class: Class) -> (i64, i64) {
        let at = class as usize;
        let of = |all: &[i64]| all.get(at).copied().unwrap_or_default();
        (of(&self.count), of(&self.amount))
    }
}

/// Everything that a batch adds, but for what its events tell of the days of incoming money: see
/// `store/tail.rs`.
#[derive(Debug, Default)]
pub struct Totals {
    /// What decisions after the first, and money out, add to the days.
    pub days: BTreeMap<DayKey, DayDelta>,
    /// The same of the days' receipts.
    pub receipt_logs: BTreeMap<DayKey, String>,
    /// Days that are changed, by these or by events.
    pub changed: BTreeSet<(BoardId, Day)>,
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
    /// Adds a line of the rules' own decision on money in, whose event tells the day's totals of it.
    pub fn add_told(&mut self, counted: &Counted, line: &Line) -> Marks {
        self.add_payer(counted, line, 1);
        self.changed.insert((counted.board_id, counted.day));
        counted.marks(line)
    }

    /// Adds a line, or takes it away again (`sign` −1).
    pub fn add_line(&mut self, counted: &Counted, line: &Line, sign: i64) {
        if !is_counted(counted.direction, line.class) {
            return;
        }
        let (key, marks) = (counted.key(line), counted.marks(line));
        self.days.entry(key).or_default().add(line.class, line.amount, marks, sign);
        self.changed.insert((counted.board_id, counted.day));
        self.add_payer(counted, line, sign);
        if line.class.is_business() && !marks.is_small {
            let log = self.receipt_logs.entry(key).or_default();
            if sign < 0 {
                log.push(histogram::REMOVAL);
            }
            log.push_str(&histogram::entry(line.amount));
        }
    }

    fn add_payer(&mut self, counted: &Counted, line: &Line, sign: i64) {
        if let (Some(payer_key), Some(occupancy_id)) = (counted.payer_key, line.occupancy_id)
            && line.class.is_business()
            && !counted.marks(line).is_small
        {
            let key = (counted.board_id, counted.day, occupancy_id.0, payer_key);
            *self.payers.entry(key).or_default() += sign;
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

    fn marks(&self, line: &Line) -> Marks {
        Marks {
            is_small: line.class.is_business() && line.amount < self.minimum_receipt,
            is_named: self.payer_key.is_some(),
            is_wrong_amount: self.wrong_amount,
        }
    }
}

/// Money out counts only where a person said what it was: trade with suppliers, refunds. What is
/// given back out of money in is not in its sale line; reports would subtract it a second time.
fn is_counted(direction: Direction, class: Class) -> bool {
    match direction {
        Direction::In => !class.is_returned(),
        Direction::Out => class == Class::Supplier || class.is_returned(),
    }
}
