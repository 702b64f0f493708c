//! Registering the sticker that a vendor already has. From then on it is a code like ours: it is
//! checked, revoked and replaced.

use serde::Deserialize;
use utoipa::ToSchema;

use super::accounts;
use super::boards;
use super::check;
use super::codes::{Code, CodeSource, code_day};
use super::store::accounts::bank_name;
use super::store::{self, codes as rows, links as link_store, numbers as number_store};
use crate::access::{Act, Permission};
use crate::db::{DbConnection, Outcome};
use crate::primitives::Refusal;
use crate::primitives::ids::{CodeId, OccupancyId};
use crate::vietqr::{self, Mode, Payload, Scheme, Service, Verdict};

/// EMVCo's limit for a whole code.
pub const MAX_PAYLOAD: usize = 512;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExistingCode {
    pub occupancy_id: OccupancyId,
    /// The text of the symbol, as it was scanned.
    pub payload: String,
}

/// # Errors
/// `not-found` (occupancy_id), `occupancy-ended`; on `payload`: `text-length`, `text-control-character`, those of
/// [`vietqr::Reading::into_transfer`], `code-has-amount`, `code-account-unknown` with the number
/// that it pays, `code-account-not-linked` with the account that it pays, `code-exists`.
pub fn register(connection: &mut DbConnection, act: &Act, existing: ExistingCode) -> Outcome<Code> {
    act.require(Permission::CodesWrite)?;
    let board_id = act.board_id();
    store::touch(connection, board_id)?;
    let text = check::text("payload", &existing.payload, MAX_PAYLOAD)?;
    let payload = payable(&text)?;
    if payload.amount.is_some() {
        return Err(Refusal::invalid("payload", "code-has-amount").into());
    }
    let (bin, number) = (payload.bin.unwrap_or_default(), payload.account.unwrap_or_default());
    let Some(number) = number_store::find_by_number(connection, board_id, bin, number)? else {
        let refusal = Refusal::invalid("payload", "code-account-unknown");
        return Err(refusal.with("bank", bank_name(bin)).with("number", number).into());
    };
    let (occupancy, day) = code_day(connection, act, existing.occupancy_id)?;
    let account = accounts::require(connection, act, number.account_id, "payload")?;
    if !link_store::accounts_of(connection, board_id, occupancy.id, day)?.contains(&account.id) {
        let refusal = Refusal::conflict("code-account-not-linked").on("payload");
        return Err(refusal.with("account", account.id).with("holder", account.holder_name).into());
    }
    accounts::refuse_closed(&account)?;
    refuse_known(connection, act, &text, &payload)?;
    let code = Code {
        id: CodeId(act.new_id()),
        occupancy_id: occupancy.id,
        account_id: account.id,
        number_id: number.id,
        source: CodeSource::Existing,
        reference: None,
        check_code: vietqr::check_code(&text),
        payload: text,
        issued_at: act.at,
        revoked_at: None,
        revoked_because: None,
        replaces_code_id: None,
        bank: bank_name(&number.bin),
        bin: number.bin,
        number: number.number,
        holder_name: account.holder_name,
    };
    rows::insert(connection, board_id, &code)?;
    Ok(code)
}

/// A VietQR that pays somebody: a transfer, or an acquirer's merchant payment.
fn payable(text: &str) -> Result<Payload<'_>, Refusal> {
    let reading = vietqr::read(text);
    let is_merchant = reading.payload.scheme == Scheme::VietQr
        && reading.payload.service == Some(Service::Push)
        && reading.verdict(Mode::Lenient) != Verdict::Reject;
    if is_merchant { Ok(reading.payload) } else { reading.into_transfer(Mode::Lenient) }
}

/// A card of ours is not somebody's own sticker, and one sticker is registered once.
fn refuse_known(
    connection: &mut DbConnection,
    act: &Act,
    text: &str,
    payload: &Payload<'_>,
) -> Outcome<()> {
    let board_id = act.board_id();
    let today = boards::today(connection, act)?;
    let mut known = rows::live_with_payload(connection, board_id, text, today)?;
    for reference in vietqr::scan(payload.purpose.unwrap_or_default()) {
        known = known.or(rows::with_reference(connection, board_id, reference)?);
    }
    match known {
        Some(code) => Err(Refusal::conflict("code-exists").on("payload").with("code", code).into()),
        None => Ok(()),
    }
}
