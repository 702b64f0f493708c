//! A stall's own money, for whoever may see its amounts: the caller has seen to that.

use std::collections::BTreeMap;

use super::store::{reading, stall_days};
use super::totals::DayDelta;
use super::transfers::{Filter, Stored};
use crate::db::{DbConnection, Outcome};
use crate::primitives::Day;
use crate::primitives::ids::{BoardId, OccupancyId, TransferId};
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
