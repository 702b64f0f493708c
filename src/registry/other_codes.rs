//! Codes of other schemes that a vendor has: MoMo's and VNPAY's for merchants, a wallet's link. It
//! cannot be read from them whom they pay, so they lead to no account: nothing that is paid to them
//! is ever seen, and their stall is not called measurable. Registered they are no strangers in a
//! check, and the report knows of them.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::check::{found, text};
use super::codes::{self, Revocation, code_day};
use super::existing_codes::MAX_PAYLOAD;
use super::store::{self, other_codes as rows};
use super::{Page, PageRequest, code_verdicts};
use crate::access::{Act, Permission};
use crate::db::{DbConnection, Outcome};
use crate::primitives::ids::{OccupancyId, OtherCodeId};
use crate::primitives::{Refusal, UnixMs};
use crate::vietqr::{self, Mode, Scheme, Verdict, WalletLink};

const NAME_CHARS: usize = 120;
const LABEL_CHARS: usize = 40;

/// A code of another scheme that hangs on a stall.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct OtherCode {
    pub id: OtherCodeId,
    pub occupancy_id: OccupancyId,
    /// Whose code it is: what it says itself, e.g. `MoMo`, or what was printed on it.
    pub scheme: String,
    /// The text of the symbol.
    pub payload: String,
    /// Whom the payer's app shows, as the vendor confirmed it.
    pub holder_name: String,
    pub confirmed_by: String,
    #[schema(value_type = String, format = DateTime)]
    pub registered_at: UnixMs,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub revoked_at: Option<UnixMs>,
    pub revoked_because: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOtherCode {
    pub occupancy_id: OccupancyId,
    /// The text of the symbol, as it was scanned.
    pub payload: String,
    /// The name that is printed on it, 1–40 characters; needed where the code does not say it.
    pub scheme: Option<String>,
    /// Whom the payer's app shows: 1–120 characters.
    pub holder_name: String,
    /// The vendor said that this is the right one.
    pub holder_name_confirmed: bool,
    /// Who asked the vendor: 1–120 characters.
    pub confirmed_by: String,
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OtherCodeFilter {
    pub occupancy_id: Option<OccupancyId>,
    /// Only codes that are not revoked, or only revoked ones.
    pub live: Option<bool>,
}

/// # Errors
/// `not-found` (occupancy_id), `occupancy-ended`; on `payload`: `text-length`,
/// `text-control-character`, `code-unreadable`, `code-checksum-wrong`, `code-is-vietqr`,
/// `code-not-payment`, `code-has-amount` (what is paid once is no stall's), `other-code-exists`, `code-of-other-stall`; `scheme-unknown` (scheme),
/// `holder-name-unconfirmed` (holder_name_confirmed).
pub fn register(connection: &mut DbConnection, act: &Act, new: NewOtherCode) -> Outcome<OtherCode> {
    act.require(Permission::CodesWrite)?;
    let board_id = act.board_id();
    store::touch(connection, board_id)?;
    let payload = text("payload", &new.payload, MAX_PAYLOAD)?;
    let told = scheme(&payload)?;
    let (occupancy, _) = code_day(connection, act, new.occupancy_id)?;
    let named = new.scheme.map(|name| text("scheme", &name, LABEL_CHARS)).transpose()?;
    let Some(scheme) = told.or(named) else {
        return Err(Refusal::invalid("scheme", "scheme-unknown").into());
    };
    let holder_name = text("holder_name", &new.holder_name, NAME_CHARS)?;
    if !new.holder_name_confirmed {
        return Err(Refusal::invalid("holder_name_confirmed", "holder-name-unconfirmed").into());
    }
    if let Some(known) = rows::with_payload(connection, board_id, &payload)?
        && known.revoked_at.is_none()
    {
        // A stranger's code at this stall, as a check calls it.
        let is_here = known.occupancy_id == occupancy.id;
        let code = if is_here { "other-code-exists" } else { "code-of-other-stall" };
        let refusal = Refusal::conflict(code).on("payload");
        let stall = codes::stall_code(connection, act, known.occupancy_id)?;
        return Err(refusal.with("code", known.id).with("stall", stall).into());
    }
    let code = OtherCode {
        id: OtherCodeId(act.new_id()),
        occupancy_id: occupancy.id,
        scheme,
        payload,
        holder_name,
        confirmed_by: text("confirmed_by", &new.confirmed_by, NAME_CHARS)?,
        registered_at: act.at,
        revoked_at: None,
        revoked_because: None,
    };
    rows::insert(connection, board_id, &code)?;
    Ok(code)
}

/// What the code says it is, if it says so; a VietQR has a place of its own.
fn scheme(payload: &str) -> Result<Option<String>, Refusal> {
    let refuse = |code| Err(Refusal::invalid("payload", code));
    let reading = vietqr::read(payload);
    let Some(scheme) = reading.payload.scheme_of(payload) else {
        if code_verdicts::is_not_payment(payload) {
            return refuse("code-not-payment");
        }
        return match WalletLink::of(payload) {
            Some(link) if link.is_paid_once => refuse("code-has-amount"),
            link => Ok(link.map(|link| link.scheme.label().to_owned())),
        };
    };
    if reading.verdict(Mode::Lenient) == Verdict::Reject {
        return Err(match reading.into_transfer(Mode::Lenient) {
            Err(refusal) => refusal,
            Ok(_) => Refusal::invalid("payload", "code-checksum-wrong"),
        });
    }
    if reading.payload.amount.is_some() {
        return refuse("code-has-amount");
    }
    match scheme {
        Scheme::VietQr => refuse("code-is-vietqr"),
        Scheme::Generic => Ok(None),
        other => Ok(Some(other.label().to_owned())),
    }
}

pub fn get(connection: &mut DbConnection, act: &Act, id: OtherCodeId) -> Outcome<OtherCode> {
    act.require(Permission::RegistryRead)?;
    Ok(found(rows::find(connection, act.board_id(), id)?, "other_code")?)
}

pub fn list(
    connection: &mut DbConnection,
    act: &Act,
    filter: &OtherCodeFilter,
    page: PageRequest,
) -> Outcome<Page<OtherCode>> {
    act.require(Permission::RegistryRead)?;
    let codes = rows::page(connection, act.board_id(), filter, page)?;
    Ok(page.page(codes, |code| code.id.0))
}

/// It is taken down.
///
/// # Errors
/// `code-revoked` when it already is.
pub fn revoke(
    connection: &mut DbConnection,
    act: &Act,
    id: OtherCodeId,
    revocation: Revocation,
) -> Outcome<OtherCode> {
    act.require(Permission::CodesWrite)?;
    store::touch(connection, act.board_id())?;
    let mut code = found(rows::find(connection, act.board_id(), id)?, "other_code")?;
    if let Some(revoked_at) = code.revoked_at {
        return Err(Refusal::conflict("code-revoked").with("revoked_at", revoked_at).into());
    }
    code.revoked_at = Some(act.at);
    code.revoked_because = Some(text("because", &revocation.because, codes::REASON_CHARS)?);
    rows::update_revocation(connection, act.board_id(), &code)?;
    Ok(code)
}
