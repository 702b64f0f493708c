//! Locking a month: its lines stay.

use super::assemble;
use super::month::{Book, check_month, lockable_from};
use super::store as rows;
use crate::access::{Act, Permission};
use crate::db::{DbConnection, Outcome};
use crate::ledger::lock_board;
use crate::primitives::ids::OccupancyId;
use crate::primitives::{Month, Refusal};
use crate::registry::{boards, occupancies};

/// Locks a month that is over, with what its book says now.
///
/// # Errors
/// `book-month-out-of-range` (month), `book-too-early`, `book-locked-already`.
pub fn lock(
    connection: &mut DbConnection,
    act: &Act,
    occupancy_id: OccupancyId,
    month: Month,
) -> Outcome<Book> {
    act.require(Permission::AmountsRead)?;
    let board_id = act.board_id();
    let occupancy = occupancies::require(connection, act, occupancy_id, "occupancy_id")?;
    let today = boards::today(connection, act)?;
    check_month(&occupancy, today, month)?;
    let from = lockable_from(month);
    if today < from {
        return Err(Refusal::conflict("book-too-early").with("day", from.on_paper()).into());
    }
    // Nothing is decided between what is read and what is written.
    lock_board(connection, board_id)?;
    if rows::content(connection, board_id, occupancy_id, month)?.is_some() {
        return Err(Refusal::conflict("book-locked-already").into());
    }
    let mut drawn = assemble::draw(connection, act, &occupancy, month, today)?;
    drawn.book.locked_at = Some(act.at);
    rows::insert(connection, act, occupancy_id, &drawn)?;
    Ok(drawn.book)
}
