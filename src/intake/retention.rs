//! Memos, payers and bodies are erased after a time of the operator's choice, but what somebody still
//! has to decide by: that stays until it is settled, and is an alarm meanwhile. Transfers, their lines
//! and totals hold nothing of them, so the books stay as they are.

use std::collections::HashSet;

use super::store::retention as rows;
use crate::db::{DbConnection, Outcome};
use crate::primitives::UnixMs;
use crate::primitives::id::floor_of;
use crate::primitives::ids::BoardId;

/// Deliveries that one transaction looks at: hooks come in between.
const AT_ONCE: usize = 500;

/// Deliveries that somebody still has to decide by, however old.
pub fn needed(connection: &mut DbConnection, board_id: BoardId) -> Outcome<Vec<i64>> {
    rows::needed(connection, board_id, i64::MAX)
}

/// Erases what came before an instant, some way at a time; `true` while there is more.
pub fn step(connection: &mut DbConnection, board_id: BoardId, before: UnixMs) -> Outcome<bool> {
    let floor = floor_of(before);
    let needed: HashSet<i64> = rows::needed(connection, board_id, floor)?.into_iter().collect();
    let passed = rows::passed(connection, board_id, floor, AT_ONCE)?;
    let (keep, mut erase): (Vec<i64>, Vec<i64>) =
        passed.iter().partition(|delivery| needed.contains(delivery));
    let kept = rows::kept(connection, board_id)?;
    erase.extend(kept.iter().filter(|delivery| !needed.contains(delivery)));
    rows::erase(connection, board_id, &erase)?;
    rows::keep(connection, board_id, &keep)?;
    if let Some(last) = passed.last() {
        rows::move_to(connection, board_id, *last)?;
    }
    if passed.len() == AT_ONCE {
        return Ok(true);
    }
    rows::forget_queue(connection, board_id, before)?;
    rows::forget_refused(connection, board_id, before)?;
    Ok(false)
}
