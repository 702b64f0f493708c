//! Taking a request back.

use super::show::show_one;
use super::store;
use super::types::Request;
use crate::access::{Act, Permission};
use crate::db::{DbConnection, Outcome};
use crate::primitives::Refusal;
use crate::primitives::ids::RequestId;
use crate::registry::check::found;

/// # Errors
/// `request-cancelled` when it already is, `request-paid` when money has come.
pub fn cancel(connection: &mut DbConnection, act: &Act, id: RequestId) -> Outcome<Request> {
    act.require(Permission::RequestsWrite)?;
    // Judged by the update itself: a payment may arrive in another process at this moment.
    let is_cancelled = store::cancel(connection, act.board_id(), id, act.at)?;
    let (row, to) = found(store::find(connection, act.board_id(), id)?, "request")?;
    if is_cancelled {
        return show_one(connection, act, row, to);
    }
    match row.cancelled_at {
        Some(cancelled_at) => {
            let refusal = Refusal::conflict("request-cancelled");
            Err(refusal.with("cancelled_at", cancelled_at).into())
        }
        // How much is not said: amounts are the vendor's.
        None => Err(Refusal::conflict("request-paid").into()),
    }
}
