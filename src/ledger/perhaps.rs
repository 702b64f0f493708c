//! Money that may have been for a request without saying so: whoever paid it must not be told that
//! nothing was seen.

use std::collections::BTreeSet;

use super::item::references;
use super::store::queue::{self, Placeless};
use super::store::{index, reading, strays};
use super::transfers::Stored;
use crate::db::{DbConnection, Outcome};
use crate::feeds::{Direction, Reported};
use crate::primitives::ids::{AccountId, BoardId};
use crate::primitives::{UnixMs, Vnd, id};
use crate::registry::store::codes;
use crate::requests::{self, RequestRow};
use crate::vietqr::{self, Reference};

/// Transfers of the account, or of the queue, that are looked at; where more came since, one may be
/// among them.
const LOOKED_AT: i64 = 500;
/// A payer's slip, or the bank's way to write thousands.
const THOUSAND: i64 = 1_000;

/// Whether money came since the request was made that may have been for it, and not for another one:
/// its account got the amount, or that a thousand times off, without the code or with a wrong letter
/// in it; or the queue holds its reference, or the amount on a number that nobody knows; or such money
/// stands at its stall by now, since a person or a second report brought it there.
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
    if all_since || stored.iter().any(|transfer| may_be(transfer, request)) {
        return Ok(true);
    }
    let floor = id::floor_of(request.created_at);
    let strays = strays::since(connection, board_id, floor, LOOKED_AT)?;
    let is_at_stall = |stray: &Stored| {
        stray.lines.iter().any(|line| line.occupancy_id == Some(request.occupancy_id))
    };
    let stray = reading::these(connection, board_id, &strays)?;
    if strays.len() as i64 == LOOKED_AT
        || stray.iter().any(|stray| is_at_stall(stray) && may_be(stray, request))
    {
        return Ok(true);
    }
    let placeless = queue::since(connection, board_id, request.created_at, LOOKED_AT)?;
    let may_be_one = |one: &Placeless| {
        names(one).contains(&request.reference)
            || one.account_id.is_none() && fits(one.amount, request.amount)
    };
    Ok(placeless.len() as i64 == LOOKED_AT || placeless.iter().any(may_be_one))
}

/// Whether the queue holds money since then that names a code or a request of the account, on a
/// number that nobody knows: its bank or its number was told wrongly.
pub fn came_to(
    connection: &mut DbConnection,
    board_id: BoardId,
    account_id: AccountId,
    since: UnixMs,
) -> Outcome<bool> {
    let placeless = queue::since(connection, board_id, since, LOOKED_AT)?;
    let nowhere = placeless.iter().filter(|one| one.account_id.is_none());
    let named: BTreeSet<Reference> = nowhere.flat_map(names).collect();
    let (printed, asked): (Vec<_>, Vec<_>) = named.into_iter().partition(|name| name.is_static());
    let requests = requests::by_reference(connection, board_id, &asked)?;
    if requests.iter().any(|request| request.account_id == account_id) {
        return Ok(true);
    }
    for reference in printed {
        let Some(id) = codes::with_reference(connection, board_id, reference)? else { continue };
        let code = codes::find(connection, board_id, id, since)?;
        if code.is_some_and(|code| code.account_id == account_id) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether a report may be of money for a request: it has its code, or the amount, or that a thousand
/// times off.
#[must_use]
pub fn may_pay(told: &Reported, request: &RequestRow) -> bool {
    references(told).contains(&request.reference) || fits(told.amount, request.amount)
}

fn names(one: &Placeless) -> Vec<Reference> {
    one.memo.as_deref().map(vietqr::scan).unwrap_or_default()
}

fn may_be(transfer: &Stored, request: &RequestRow) -> bool {
    let is_free =
        transfer.lines.iter().any(|line| line.request_id.is_none_or(|id| id == request.id));
    transfer.direction == Direction::In
        && transfer.recorded_at >= request.created_at
        && fits(transfer.amount, request.amount)
        && is_free
}

fn fits(amount: Vnd, asked: Vnd) -> bool {
    let (amount, asked) = (amount.get(), asked.get());
    amount == asked
        || amount.checked_mul(THOUSAND) == Some(asked)
        || asked.checked_mul(THOUSAND) == Some(amount)
}
