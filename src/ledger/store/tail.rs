//! The newest part of the days' totals and receipts: what the events after `board_heads.indexed_seq`
//! tell of them.
//!
//! A batch of deliveries meets as many stalls, whose rows of the day lie on as many pages; to write
//! each would cost more than all else. The batch writes its events, in its own transaction, and
//! whoever reads totals adds up the rows and this tail: nothing is ever missing or counted twice.
//! [`fold`] moves the tail into the rows, thousands of events at a time.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::{receipts, totals};
use crate::db::rows::Writes;
use crate::db::schema::board_heads;
use crate::db::{DbConnection, Outcome};
use crate::events::{self, Event, Numbered};
use crate::ledger::class::Class;
use crate::ledger::histogram;
use crate::ledger::totals::{DayDelta, DayKey};
use crate::primitives::ids::BoardId;

/// What is to be added to rows of `day_totals` and `receipt_logs`.
#[derive(Debug, Default)]
pub struct Tail {
    pub days: BTreeMap<DayKey, DayDelta>,
    pub receipts: BTreeMap<DayKey, String>,
}

impl Tail {
    /// The whole tail of a board; to be called in the snapshot in which the rows are read.
    pub fn load(connection: &mut DbConnection, board_id: BoardId) -> Outcome<Self> {
        let indexed_seq: i64 = board_heads::table
            .find(board_id.0)
            .select(board_heads::indexed_seq)
            .first(connection)?;
        let events = events::after(connection, board_id, indexed_seq, usize::MAX)?;
        Ok(Self::of(board_id, &events))
    }

    fn of(board_id: BoardId, events: &[Numbered]) -> Self {
        let mut tail = Self::default();
        for one in events {
            let Event::TransferRecorded {
                account_id, occupancy_id, amount, class, day, marks, ..
            } = &one.event
            else {
                continue;
            };
            // No other words are written.
            let class = Class::parse(class).unwrap_or(Class::Unclassified);
            let key = DayKey {
                board_id,
                day: *day,
                occupancy_id: occupancy_id.map_or(0, |id| id.0),
                account_id: account_id.map_or(0, |id| id.0),
            };
            tail.days.entry(key).or_default().add(class, *amount, *marks, 1);
            if class.is_business() && !marks.is_small {
                *tail.receipts.entry(key).or_default() += &histogram::entry(*amount);
            }
        }
        tail
    }
}

/// Adds what these events tell to the rows.
pub fn fold(connection: &mut DbConnection, board_id: BoardId, events: &[Numbered]) -> Outcome<()> {
    let tail = Tail::of(board_id, events);
    let mut writes = Writes::default();
    totals::add_days(connection, &mut writes, &tail.days);
    receipts::add(&mut writes, &tail.receipts);
    writes.run(connection)
}
