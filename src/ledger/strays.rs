//! Transfers that were told of a number before it was registered: they are of no account, and what
//! comes for the account later must still be compared with them, whoever tells it. The number stands
//! beside them (`strays`), so that the register knows for which accounts there are any, and until when
//! one may be told again; all others are spared the look.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::store::rows::Rows;
use super::store::{heads, reading, strays as stored};
use super::transfers::Stored;
use super::work::Work;
use crate::db::{DbConnection, Outcome};
use crate::feeds::Reported;
use crate::primitives::UnixMs;
use crate::primitives::ids::{AccountId, BoardId};
use crate::registry;
use crate::registry::directory::Directory;

pub use super::store::strays::unnamed_boards;

/// Those from before the numbers were kept that one transaction reads.
pub const AT_ONCE: i64 = 300;

/// A transfer of no account that may be an account's.
#[derive(Debug)]
pub(super) struct Stray {
    pub transfer_id: i64,
    pub sender: Box<str>,
}

/// Notes the numbers of a report that leads to no account.
pub(super) fn note<'i>(work: &Work<'i>, rows: &mut Rows<'i>) {
    let sighted = work.sighted;
    if work.account_id.is_some() {
        return;
    }
    for number in numbers(&sighted.reported) {
        rows.stray(work.item.board_id, number, sighted.transfer_id);
    }
}

/// As they are registered: in upper case.
pub(super) fn numbers(reported: &Reported) -> BTreeSet<Cow<'_, str>> {
    let told = [reported.account_number.as_deref(), reported.virtual_account.as_deref()];
    let told = told.into_iter().flatten().filter(|number| !number.is_empty());
    told.map(|number| {
        if number.bytes().any(|byte| byte.is_ascii_lowercase()) {
            Cow::Owned(number.to_ascii_uppercase())
        } else {
            Cow::Borrowed(number)
        }
    })
    .collect()
}

/// Strays of an account's numbers that occurred between two instants; `amounts`: only of these.
pub(super) fn of_account(
    connection: &mut DbConnection,
    (board_id, account_id): (BoardId, AccountId),
    between: (UnixMs, UnixMs),
    amounts: Option<&BTreeSet<i64>>,
) -> Outcome<Vec<Stray>> {
    let ids = stored::between(connection, (board_id, account_id), between, amounts)?;
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    // Few batches meet one: the lane's own directory need not be handed down.
    let directory = Directory::load(connection, board_id)?;
    let transfers = reading::these(connection, board_id, &ids)?;
    let mut said = reading::reported(connection, board_id, &transfers)?;
    let of_account = transfers.into_iter().filter_map(|transfer| {
        let told = said.remove(&transfer.id)?;
        let mut accounts = accounts(&directory, &told);
        let is_its = accounts.any(|id| id == account_id);
        is_its.then(|| Stray { transfer_id: transfer.id.0, sender: told.sender().into() })
    });
    Ok(of_account.collect())
}

/// The accounts that a transfer of none may be of by now.
pub(super) fn may_be_of(
    connection: &mut DbConnection,
    board_id: BoardId,
    transfer: &Stored,
) -> Outcome<BTreeSet<AccountId>> {
    let said = reading::reported(connection, board_id, std::slice::from_ref(transfer))?;
    let Some(told) = said.get(&transfer.id) else { return Ok(BTreeSet::new()) };
    let directory = Directory::load(connection, board_id)?;
    Ok(accounts(&directory, told).collect())
}

fn accounts<'d>(
    directory: &'d Directory,
    told: &'d Reported,
) -> impl Iterator<Item = AccountId> + 'd {
    let numbers = [told.account_number.as_deref(), told.virtual_account.as_deref()];
    directory.having(told.bin.as_deref(), numbers)
}

/// Reads the numbers of some strays from before they were kept; tells whether any are left. Those whose
/// bodies are erased can be compared with nothing.
///
/// # Errors
/// Those of the database.
pub fn name_some(connection: &mut DbConnection, board_id: BoardId) -> Outcome<bool> {
    heads::lock(connection, &[board_id.0])?;
    let ids = stored::unnamed(connection, board_id, AT_ONCE)?;
    let transfers = reading::these(connection, board_id, &ids)?;
    let said = reading::reported(connection, board_id, &transfers)?;
    let named = said
        .iter()
        .flat_map(|(id, told)| numbers(told).into_iter().map(|number| (number.into_owned(), id.0)));
    let named: Vec<_> = named.collect();
    stored::name(connection, board_id, &ids, &named)?;
    if !ids.is_empty() {
        registry::store::touch(connection, board_id)?;
    }
    Ok(ids.len() as i64 == AT_ONCE)
}
