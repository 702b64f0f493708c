//! Registering the sticker that a vendor already has. From then on it is a code like ours: it is
//! checked, revoked and replaced. Where the account is not yet the stall's, the same call makes it
//! so, with the holder's name that the bank's app shows and the vendor confirms.

use serde::Deserialize;
use utoipa::ToSchema;

use super::accounts::{self, Account, AccountKind, NewAccount, Relation, UseKind};
use super::check;
use super::code_readings::known;
use super::codes::{Code, CodeSource, code_day, stall_code};
use super::links::{self, NewAccountLink};
use super::numbers::ReceivingNumber;
use super::occupancies::Occupancy;
use super::store::accounts::bank_name;
use super::store::{self, codes as rows, links as link_store, numbers as number_store};
use super::verifications::{self, Method, NewVerification};
use crate::access::{Act, Permission};
use crate::db::{DbConnection, Outcome};
use crate::primitives::ids::{CodeId, OccupancyId};
use crate::primitives::{Day, Refusal};
use crate::vietqr::{self, Mode, Payload, Scheme, Service, Verdict, Wallet};

/// EMVCo's limit for a whole code.
pub const MAX_PAYLOAD: usize = 512;
const NAME_CHARS: usize = 120;
/// Viettel Money and VNPT Money.
const WALLET_BINS: [&str; 2] = ["971005", "971011"];

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExistingCode {
    pub occupancy_id: OccupancyId,
    /// The text of the symbol, as it was scanned.
    pub payload: String,
    /// The holder as the bank's app shows them, 1–120 characters. With it an account that is not
    /// yet registered or linked is, and its holder counts as shown; needs `registry.write` too.
    pub holder_name: Option<String>,
    /// The vendor said that this is the holder.
    #[serde(default)]
    pub holder_name_confirmed: bool,
    /// Who asked the vendor: 1–120 characters, with `holder_name`.
    pub confirmed_by: Option<String>,
    /// Of an account that is not registered: what the code suggests, if absent.
    pub kind: Option<AccountKind>,
    /// `mixed`, if absent.
    pub use_kind: Option<UseKind>,
    /// `self`, if absent.
    pub relation: Option<Relation>,
    /// The account is another stall's too, as a family shares one.
    #[serde(default)]
    pub shared: bool,
}

/// What the vendor confirmed.
struct Confirmed {
    holder_name: String,
    by: String,
}

/// # Errors
/// `not-found` (occupancy_id), `occupancy-ended`; on `payload`: `text-length`,
/// `text-control-character`, those of [`vietqr::Reading::into_transfer`], `code-has-amount`,
/// `code-exists`, `code-of-other-stall`, `code-retired`. Without a `holder_name`:
/// `code-account-unknown` with the number that it pays, `code-account-not-linked` with the account.
/// With one: `holder-name-unconfirmed` (holder_name_confirmed), `confirmer-missing` (confirmed_by),
/// `holder-name-differs` (holder_name), `code-account-of-other-stall` (shared), and those of
/// [`accounts::create`] and [`links::create`].
pub fn register(connection: &mut DbConnection, act: &Act, existing: ExistingCode) -> Outcome<Code> {
    act.require(Permission::CodesWrite)?;
    let board_id = act.board_id();
    store::touch(connection, board_id)?;
    let text = check::text("payload", &existing.payload, MAX_PAYLOAD)?;
    let payload = payable(&text)?;
    if payload.amount.is_some() {
        return Err(Refusal::invalid("payload", "code-has-amount").into());
    }
    let confirmed = confirmed(&existing)?;
    let (bin, number) = (payload.bin.unwrap_or_default(), payload.account.unwrap_or_default());
    let mut found = number_store::find_by_number(connection, board_id, bin, number)?;
    if found.is_none() && confirmed.is_none() {
        let refusal = Refusal::invalid("payload", "code-account-unknown");
        return Err(refusal.with("bank", bank_name(bin)).with("number", number).into());
    }
    let (occupancy, day) = code_day(connection, act, existing.occupancy_id)?;
    refuse_known(connection, act, &text, &payload, &occupancy)?;
    if let (None, Some(confirmed)) = (&found, &confirmed) {
        open(connection, act, &existing, &payload, confirmed)?;
        found = number_store::find_by_number(connection, board_id, bin, number)?;
    }
    let number = check::referred(found, "number", "payload")?;
    let account = accounts::require(connection, act, number.account_id, "payload")?;
    accounts::refuse_closed(&account).map_err(|refusal| refusal.on("payload"))?;
    join(connection, act, &existing, &account, (&occupancy, day), confirmed)?;
    let code = found_code(act, &occupancy, account, number, text);
    rows::insert(connection, board_id, &code)?;
    Ok(code)
}

fn found_code(
    act: &Act,
    occupancy: &Occupancy,
    account: Account,
    number: ReceivingNumber,
    payload: String,
) -> Code {
    Code {
        id: CodeId(act.new_id()),
        occupancy_id: occupancy.id,
        account_id: account.id,
        number_id: number.id,
        source: CodeSource::Existing,
        reference: None,
        check_code: vietqr::check_code(&payload),
        payload,
        issued_at: act.at,
        revoked_at: None,
        revoked_because: None,
        replaces_code_id: None,
        bank: bank_name(&number.bin),
        bin: number.bin,
        number: number.number,
        holder_name: account.holder_name,
    }
}

fn confirmed(existing: &ExistingCode) -> Result<Option<Confirmed>, Refusal> {
    let Some(holder_name) = &existing.holder_name else { return Ok(None) };
    let holder_name = check::text("holder_name", holder_name, NAME_CHARS)?;
    if !existing.holder_name_confirmed {
        return Err(Refusal::invalid("holder_name_confirmed", "holder-name-unconfirmed"));
    }
    let Some(by) = &existing.confirmed_by else {
        return Err(Refusal::invalid("confirmed_by", "confirmer-missing"));
    };
    Ok(Some(Confirmed { holder_name, by: check::text("confirmed_by", by, NAME_CHARS)? }))
}

/// Registers the account that a code pays.
fn open(
    connection: &mut DbConnection,
    act: &Act,
    existing: &ExistingCode,
    payload: &Payload<'_>,
    confirmed: &Confirmed,
) -> Outcome<()> {
    let bin = payload.bin.unwrap_or_default();
    let suggested = match payload.wallet {
        _ if payload.service == Some(Service::Push) => AccountKind::Merchant,
        Some(Wallet::MoMo | Wallet::ZaloPay | Wallet::ShopeePay) => AccountKind::Wallet,
        None if WALLET_BINS.contains(&bin) => AccountKind::Wallet,
        None => AccountKind::Personal,
    };
    let new = NewAccount {
        bin: bin.to_owned(),
        number: payload.account.unwrap_or_default().to_owned(),
        kind: existing.kind.unwrap_or(suggested),
        use_kind: existing.use_kind.unwrap_or(UseKind::Mixed),
        holder_name: confirmed.holder_name.clone(),
        relation: existing.relation.unwrap_or(Relation::Own),
        keeps_outgoing: false,
    };
    accounts::create(connection, act, new)?;
    Ok(())
}

/// Makes the account the stall's, unless it is already, and records the name that was shown.
fn join(
    connection: &mut DbConnection,
    act: &Act,
    existing: &ExistingCode,
    account: &Account,
    (occupancy, day): (&Occupancy, Day),
    confirmed: Option<Confirmed>,
) -> Outcome<()> {
    let board_id = act.board_id();
    let linked = link_store::accounts_of(connection, board_id, occupancy.id, day)?;
    let is_linked = linked.contains(&account.id);
    let Some(Confirmed { holder_name, by }) = confirmed else {
        if is_linked {
            return Ok(());
        }
        let refusal = Refusal::conflict("code-account-not-linked").on("payload");
        return Err(refusal
            .with("account", account.id)
            .with("holder", &account.holder_name)
            .into());
    };
    if !verifications::is_same_holder(account.kind, &account.holder_name, &holder_name) {
        let refusal = Refusal::conflict("holder-name-differs").on("holder_name");
        return Err(refusal.with("holder", &account.holder_name).into());
    }
    if !is_linked {
        let stalls = link_store::stalls_served(connection, board_id, account.id, day)?;
        if !stalls.is_empty() && !existing.shared {
            let refusal = Refusal::conflict("code-account-of-other-stall").on("shared");
            let refusal = refusal.with("stalls", stalls.join(", "));
            return Err(refusal.with("holder", &account.holder_name).into());
        }
        let link = NewAccountLink {
            occupancy_id: occupancy.id,
            account_id: account.id,
            from_day: day,
            to_day: None,
        };
        links::create(connection, act, link)?;
    }
    let shown = NewVerification {
        account_id: account.id,
        method: Method::NameShown,
        shown_name: Some(holder_name),
        passed: None,
        verified_by: by,
    };
    verifications::create(connection, act, shown)?;
    Ok(())
}

/// A VietQR that pays somebody: a transfer, or an acquirer's merchant payment.
pub(super) fn payable(text: &str) -> Result<Payload<'_>, Refusal> {
    let reading = vietqr::read(text);
    let is_merchant = reading.payload.scheme == Scheme::VietQr
        && reading.payload.service == Some(Service::Push)
        && reading.verdict(Mode::Lenient) != Verdict::Reject;
    if is_merchant { Ok(reading.payload) } else { reading.into_transfer(Mode::Lenient) }
}

/// A card of ours is not somebody's own sticker, and one sticker is registered once at a time.
fn refuse_known(
    connection: &mut DbConnection,
    act: &Act,
    text: &str,
    payload: &Payload<'_>,
    occupancy: &Occupancy,
) -> Outcome<()> {
    let board_id = act.board_id();
    let mut id = known(connection, act, text, payload)?.code_id;
    for reference in vietqr::scan(payload.purpose.unwrap_or_default()) {
        id = id.or(rows::with_reference(connection, board_id, reference)?);
    }
    let Some(id) = id else { return Ok(()) };
    let code = check::found(rows::find(connection, board_id, id, act.at)?, "code")?;
    let refuse = |code| Err(Refusal::conflict(code).on("payload").with("code", id));
    match code.revoked_at {
        // A vendor's own sticker may hang again.
        Some(_) if code.source == CodeSource::Existing => Ok(()),
        Some(revoked_at) => {
            Ok(refuse("code-retired").map_err(|refusal| refusal.with("revoked_at", revoked_at))?)
        }
        None if code.occupancy_id == occupancy.id => Ok(refuse("code-exists")?),
        None => {
            let stall = stall_code(connection, act, code.occupancy_id)?;
            Ok(refuse("code-of-other-stall").map_err(|refusal| refusal.with("stall", stall))?)
        }
    }
}
