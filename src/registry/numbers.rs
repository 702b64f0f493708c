//! Receiving numbers: every number under which a bank reports money of an account: the main one,
//! virtual accounts, merchant and terminal ids.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::check::{self, found};
use super::store::{self, accounts as account_store, numbers as rows};
use super::{Page, PageRequest, accounts};
use crate::access::{Act, Permission};
use crate::db::{DbConnection, Outcome};
use crate::primitives::Refusal;
use crate::primitives::ids::{AccountId, NumberId};
use crate::text_enum;

text_enum!(NumberKind {
    Main = "main",
    /// Given by the bank or an aggregator; money to it lands on the main account.
    Virtual = "virtual",
    /// Given by an acquirer to a shop.
    Merchant = "merchant",
    /// Given by an acquirer to one counter of a shop.
    Terminal = "terminal",
});

impl NumberKind {
    /// Whether a bank app can transfer to it.
    #[must_use]
    pub const fn takes_transfers(self) -> bool {
        matches!(self, Self::Main | Self::Virtual)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReceivingNumber {
    pub id: NumberId,
    pub account_id: AccountId,
    /// Six digits; a virtual account may lie at another bank than its account.
    pub bin: String,
    pub kind: NumberKind,
    pub number: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewReceivingNumber {
    pub account_id: AccountId,
    /// That of the account, if absent.
    pub bin: Option<String>,
    /// Any but `main`: that one is made with the account.
    pub kind: NumberKind,
    /// 1–19 letters and digits, kept in upper case.
    pub number: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReceivingNumberChange {
    pub number: String,
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ReceivingNumberFilter {
    pub account_id: Option<AccountId>,
    /// Finds the account behind a number.
    pub number: Option<String>,
}

/// # Errors
/// `not-found` (account_id), `account-closed`, `main-number-exists`, `unknown-bin`,
/// `account-malformed` (number), `number-taken`.
pub fn create(
    connection: &mut DbConnection,
    act: &Act,
    new: NewReceivingNumber,
) -> Outcome<ReceivingNumber> {
    act.require(Permission::RegistryWrite)?;
    store::touch(connection, act.board_id())?;
    let account = accounts::require(connection, act, new.account_id, "account_id")?;
    accounts::refuse_closed(&account)?;
    if new.kind == NumberKind::Main {
        return Err(Refusal::conflict("main-number-exists").on("kind").into());
    }
    let bin = new.bin.unwrap_or(account.bin);
    let number = ReceivingNumber {
        id: NumberId(act.new_id()),
        account_id: account.id,
        bin: check::bin("bin", &bin)?.bin.clone(),
        kind: new.kind,
        number: check::number("number", &new.number)?,
    };
    refuse_taken(connection, act, &number.bin, &number.number)?;
    rows::insert(connection, act.board_id(), &number)?;
    Ok(number)
}

pub fn get(connection: &mut DbConnection, act: &Act, id: NumberId) -> Outcome<ReceivingNumber> {
    act.require(Permission::RegistryRead)?;
    Ok(found(rows::find(connection, act.board_id(), id)?, "number")?)
}

pub fn list(
    connection: &mut DbConnection,
    act: &Act,
    filter: &ReceivingNumberFilter,
    page: PageRequest,
) -> Outcome<Page<ReceivingNumber>> {
    act.require(Permission::RegistryRead)?;
    let number =
        filter.number.as_ref().map(|number| check::number("number", number)).transpose()?;
    let filter = ReceivingNumberFilter { number, ..*filter };
    let numbers = rows::page(connection, act.board_id(), &filter, page)?;
    Ok(page.page(numbers, |number| number.id.0))
}

/// Corrects a mistyped number, as long as no code or request was issued to it.
///
/// # Errors
/// `number-in-use`, `account-malformed` (number), `number-taken`.
pub fn change(
    connection: &mut DbConnection,
    act: &Act,
    id: NumberId,
    change: ReceivingNumberChange,
) -> Outcome<ReceivingNumber> {
    act.require(Permission::RegistryWrite)?;
    store::touch(connection, act.board_id())?;
    let mut number = found(rows::find(connection, act.board_id(), id)?, "number")?;
    let new = check::number("number", &change.number)?;
    if new == number.number {
        return Ok(number);
    }
    if rows::is_issued(connection, act.board_id(), id)? {
        return Err(Refusal::conflict("number-in-use").on("number").into());
    }
    refuse_taken(connection, act, &number.bin, &new)?;
    number.number = new;
    rows::update_number(connection, act.board_id(), &number)?;
    Ok(number)
}

/// One number of one bank leads to one account.
///
/// # Errors
/// `number-taken` on `number`, with the account that has it.
pub(super) fn refuse_taken(
    connection: &mut DbConnection,
    act: &Act,
    bin: &str,
    number: &str,
) -> Outcome<()> {
    let Some(taken) = rows::find_by_number(connection, act.board_id(), bin, number)? else {
        return Ok(());
    };
    let account = account_store::find(connection, act.board_id(), taken.account_id)?;
    let holder = account.map_or_else(String::new, |account| account.holder_name);
    Err(Refusal::conflict("number-taken")
        .on("number")
        .with("account", taken.account_id)
        .with("holder", holder)
        .into())
}
