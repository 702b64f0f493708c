//! Accounts that receive a stall's money. An account is made together with its main number; other
//! numbers that lead to it are in [`super::numbers`].

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::check::{self, found, referred, text};
use super::consents::Purpose;
use super::numbers::{self, NumberKind, ReceivingNumber};
use super::store::{self, accounts as rows, codes as code_store, consents as consent_store};
use super::store::{numbers as number_store, verifications as verification_store};
use super::{Page, PageRequest, boards, reach};
use crate::access::{Act, Permission};
use crate::db::{DbConnection, Outcome};
use crate::primitives::ids::{AccountId, NumberId};
use crate::primitives::{Refusal, UnixMs, fold, input};
use crate::text_enum;

const HOLDER_CHARS: usize = 120;

text_enum!(
    /// Whose account it is, by its contract with the bank.
    AccountKind {
        Personal = "personal",
        HouseholdBusiness = "household_business",
        Organisation = "organisation",
        Wallet = "wallet",
        /// A shop under an acquirer's contract; its main number is the merchant id.
        Merchant = "merchant",
    }
);

text_enum!(
    /// Whether anything but the stall's money comes in.
    UseKind { BusinessOnly = "business_only", Mixed = "mixed" }
);

text_enum!(
    /// Who the holder is to the vendor.
    Relation {
        Own = "self",
        Family = "family",
        Employer = "employer",
        Market = "market",
        Other = "other",
    }
);

impl AccountKind {
    /// A person's: what it pays out and what lies in it are nobody's business.
    #[must_use]
    pub const fn is_private(self) -> bool {
        matches!(self, Self::Personal | Self::Wallet)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Account {
    pub id: AccountId,
    /// Six digits.
    pub bin: String,
    /// The bank's short name, for the eye.
    pub bank: String,
    /// The main number.
    pub number: String,
    pub kind: AccountKind,
    pub use_kind: UseKind,
    pub holder_name: String,
    pub relation: Relation,
    /// Whether outgoing transfers and balances are kept: for a private account only with the
    /// holder's consent.
    pub keeps_outgoing: bool,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: UnixMs,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub closed_at: Option<UnixMs>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAccount {
    /// Six digits of the bank directory.
    pub bin: String,
    /// The main number: 1–19 letters and digits; the merchant id of a merchant account.
    pub number: String,
    pub kind: AccountKind,
    pub use_kind: UseKind,
    /// 1–120 characters, as the bank shows it.
    pub holder_name: String,
    pub relation: Relation,
    #[serde(default)]
    pub keeps_outgoing: bool,
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountChange {
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "input::present")]
    pub kind: Option<AccountKind>,
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "input::present")]
    pub use_kind: Option<UseKind>,
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "input::present")]
    pub holder_name: Option<String>,
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "input::present")]
    pub relation: Option<Relation>,
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "input::present")]
    pub keeps_outgoing: Option<bool>,
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AccountFilter {
    pub bin: Option<String>,
    pub kind: Option<AccountKind>,
}

/// # Errors
/// `unknown-bin`, `account-malformed` (number), `number-taken`, `holder-name-unreadable`,
/// `consent-missing` (keeps_outgoing).
pub fn create(connection: &mut DbConnection, act: &Act, new: NewAccount) -> Outcome<Account> {
    act.require_within(Permission::RegistryWrite)?;
    let board_id = act.board_id();
    store::touch(connection, board_id)?;
    let bank = check::bin("bin", &new.bin)?;
    let account = Account {
        id: AccountId(act.new_id()),
        bin: bank.bin.clone(),
        bank: bank.short_name.clone(),
        number: check::number("number", &new.number)?,
        kind: new.kind,
        use_kind: new.use_kind,
        holder_name: check_holder(&new.holder_name)?,
        relation: new.relation,
        keeps_outgoing: new.keeps_outgoing,
        created_at: act.at,
        closed_at: None,
    };
    check_consent(connection, act, &account)?;
    numbers::refuse_taken(connection, act, &account.bin, &account.number)?;
    let main = ReceivingNumber {
        id: NumberId(act.new_id()),
        account_id: account.id,
        bin: account.bin.clone(),
        kind: NumberKind::Main,
        number: account.number.clone(),
    };
    rows::insert(connection, board_id, &account)?;
    number_store::insert(connection, board_id, &main)?;
    Ok(account)
}

pub fn get(connection: &mut DbConnection, act: &Act, id: AccountId) -> Outcome<Account> {
    act.require_within(Permission::RegistryRead)?;
    find(connection, act, id)
}

/// The account, where the caller's sections have to do with it.
fn find(connection: &mut DbConnection, act: &Act, id: AccountId) -> Outcome<Account> {
    let account = found(rows::find(connection, act.board_id(), id)?, "account")?;
    Ok(found(reach::account(connection, act, id)?.then_some(account), "account")?)
}

/// The account that an input field points to.
///
/// # Errors
/// `not-found` on the field.
pub fn require(
    connection: &mut DbConnection,
    act: &Act,
    id: AccountId,
    field: &'static str,
) -> Outcome<Account> {
    let account = referred(rows::find(connection, act.board_id(), id)?, "account", field)?;
    let account = reach::account(connection, act, id)?.then_some(account);
    Ok(referred(account, "account", field)?)
}

pub fn list(
    connection: &mut DbConnection,
    act: &Act,
    filter: &AccountFilter,
    page: PageRequest,
) -> Outcome<Page<Account>> {
    act.require_within(Permission::RegistryRead)?;
    filter.bin.as_ref().map(|bin| check::bin("bin", bin)).transpose()?;
    let accounts = rows::page(connection, act.board_id(), filter, page)?;
    let mut page = page.page(accounts, |account| account.id.0);
    page.retain(|account| reach::account(connection, act, account.id))?;
    Ok(page)
}

/// # Errors
/// `account-closed`, `holder-name-unreadable`, `holder-name-verified`, `consent-missing`.
pub fn change(
    connection: &mut DbConnection,
    act: &Act,
    id: AccountId,
    change: AccountChange,
) -> Outcome<Account> {
    act.require_within(Permission::RegistryWrite)?;
    store::touch(connection, act.board_id())?;
    let mut account = find(connection, act, id)?;
    reach::account_whole(connection, act, id)?;
    refuse_closed(&account)?;
    account.kind = change.kind.unwrap_or(account.kind);
    account.use_kind = change.use_kind.unwrap_or(account.use_kind);
    account.relation = change.relation.unwrap_or(account.relation);
    account.keeps_outgoing = change.keeps_outgoing.unwrap_or(account.keeps_outgoing);
    if let Some(holder_name) = change.holder_name {
        let holder_name = check_holder(&holder_name)?;
        let is_same = fold::name(&holder_name) == fold::name(&account.holder_name);
        if !is_same && verification_store::is_name_verified(connection, act.board_id(), id)? {
            let refusal = Refusal::conflict("holder-name-verified").on("holder_name");
            return Err(refusal.with("holder", &account.holder_name).into());
        }
        account.holder_name = holder_name;
    }
    check_consent(connection, act, &account)?;
    rows::update(connection, act.board_id(), &account)?;
    Ok(account)
}

/// No new code leads to it; what still comes in is recorded.
///
/// # Errors
/// `account-closed`, `account-has-live-codes`: printed cards must be replaced first.
pub fn close(connection: &mut DbConnection, act: &Act, id: AccountId) -> Outcome<Account> {
    act.require_within(Permission::RegistryWrite)?;
    store::touch(connection, act.board_id())?;
    let mut account = find(connection, act, id)?;
    reach::account_whole(connection, act, id)?;
    refuse_closed(&account)?;
    let today = boards::today(connection, act)?;
    if let Some(code_id) = code_store::live_of_account(connection, act.board_id(), id, today)? {
        return Err(Refusal::conflict("account-has-live-codes").with("code", code_id).into());
    }
    account.closed_at = Some(act.at);
    rows::update(connection, act.board_id(), &account)?;
    Ok(account)
}

pub(super) fn refuse_closed(account: &Account) -> Result<(), Refusal> {
    match account.closed_at {
        Some(closed_at) => {
            let refusal = Refusal::conflict("account-closed");
            Err(refusal.with("account", account.id).with("closed_at", closed_at))
        }
        None => Ok(()),
    }
}

/// Names are compared folded, so one that folds to nothing could never be verified.
fn check_holder(holder_name: &str) -> Result<String, Refusal> {
    let holder_name = text("holder_name", holder_name, HOLDER_CHARS)?;
    if fold::name(&holder_name).is_empty() {
        return Err(Refusal::invalid("holder_name", "holder-name-unreadable"));
    }
    Ok(holder_name)
}

fn check_consent(connection: &mut DbConnection, act: &Act, account: &Account) -> Outcome<()> {
    if !account.keeps_outgoing || !account.kind.is_private() {
        return Ok(());
    }
    let (board_id, purpose) = (act.board_id(), Purpose::KeepOutgoing);
    if consent_store::of_account(connection, board_id, account.id, purpose, None)?.is_some() {
        return Ok(());
    }
    let refusal = Refusal::conflict("consent-missing").on("keeps_outgoing");
    Err(refusal.with("purpose", purpose.as_str()).into())
}
