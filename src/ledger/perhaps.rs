//! Money that may have been for a request without saying so: whoever paid it must not be told that
//! nothing was seen.

use super::store::{index, reading};
use super::transfers::Stored;
use crate::db::{DbConnection, Outcome};
use crate::feeds::Direction;
use crate::primitives::ids::BoardId;
use crate::requests::RequestRow;

/// Transfers of the account that are looked at; where more came since, one may be among them.
const LOOKED_AT: i64 = 500;
/// A payer's slip, or the bank's way to write thousands.
const THOUSAND: i64 = 1_000;

/// Whether the request's account got its amount, or that a thousand times off, since it was made,
/// and not for another request: without the code, with a wrong letter in it, or still in the queue.
pub fn came_for(
    connection: &mut DbConnection,
    board_id: BoardId,
    request: &RequestRow,
) -> Outcome<bool> {
    let account = request.account_id.0;
    let ids = index::transfers_of(connection, board_id, account, i64::MAX, LOOKED_AT)?;
    let newest = ids.get(..LOOKED_AT as usize).unwrap_or(&ids);
    let stored = reading::these(connection, board_id, newest)?;
    let all_since = stored.len() as i64 == LOOKED_AT
        && stored.last().is_some_and(|oldest| oldest.recorded_at >= request.created_at);
    Ok(all_since || stored.iter().any(|transfer| may_be(transfer, request)))
}

fn may_be(transfer: &Stored, request: &RequestRow) -> bool {
    let (amount, asked) = (transfer.amount.get(), request.amount.get());
    let fits = amount == asked
        || amount.checked_mul(THOUSAND) == Some(asked)
        || asked.checked_mul(THOUSAND) == Some(amount);
    let is_free =
        transfer.lines.iter().any(|line| line.request_id.is_none_or(|id| id == request.id));
    transfer.direction == Direction::In
        && transfer.recorded_at >= request.created_at
        && fits
        && is_free
}
