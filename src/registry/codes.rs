//! Static codes of stalls: issued by us, or found on the stall ([`super::existing_codes`]). A code
//! is never changed: it is revoked, and another one takes its place.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::check::{found, text};
use super::payee::Payee;
use super::references::{self, Claimant};
use super::store::{self, codes as rows, links as link_store, stalls as stall_store};
use super::{Page, PageRequest, boards, occupancies};
use crate::access::{Act, Permission};
use crate::db::{DbConnection, Outcome};
use crate::primitives::ids::{AccountId, CodeId, NumberId, OccupancyId};
use crate::primitives::{Day, Refusal, UnixMs};
use crate::text_enum;
use crate::vietqr::{self, Reference};

pub(super) const REASON_CHARS: usize = 200;
const CHECK_CODE_CHARS: usize = 4;

text_enum!(CodeSource {
    Issued = "issued",
    /// The vendor's own sticker, kept as it is.
    Existing = "existing",
});

/// A code with the bank and holder that must be shown before it is printed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Code {
    pub id: CodeId,
    pub occupancy_id: OccupancyId,
    pub account_id: AccountId,
    pub number_id: NumberId,
    pub source: CodeSource,
    /// First in the memo of every transfer by this code, e.g. `CJW012346A`.
    #[schema(value_type = Option<String>)]
    pub reference: Option<Reference>,
    /// The text of the symbol, as printed.
    pub payload: String,
    /// Four characters under the symbol, by which people speak of the card.
    pub check_code: String,
    #[schema(value_type = String, format = DateTime)]
    pub issued_at: UnixMs,
    /// At the latest when the vendor's last day at the stall is over, or the account's last day for
    /// that vendor.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub revoked_at: Option<UnixMs>,
    pub revoked_because: Option<String>,
    pub replaces_code_id: Option<CodeId>,
    /// Six digits.
    pub bin: String,
    /// The bank's short name.
    pub bank: String,
    pub number: String,
    pub holder_name: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCode {
    pub occupancy_id: OccupancyId,
    /// The occupancy's only linked account, if absent.
    pub account_id: Option<AccountId>,
    /// The account's main number, if absent; a virtual account of the stall is better.
    pub number_id: Option<NumberId>,
    /// Whether the memo bears a reference: the vendor's choice where the account serves one stall.
    #[serde(default = "yes")]
    pub with_reference: bool,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Replacement {
    /// Why the old code is revoked: 1–200 characters.
    pub because: String,
    pub account_id: Option<AccountId>,
    pub number_id: Option<NumberId>,
    #[serde(default = "yes")]
    pub with_reference: bool,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Revocation {
    /// 1–200 characters.
    pub because: String,
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CodeFilter {
    pub occupancy_id: Option<OccupancyId>,
    pub account_id: Option<AccountId>,
    /// Finds a card by what is printed under its symbol, in either case.
    pub check_code: Option<String>,
    /// Only codes that are not revoked, or only revoked ones. A vendor's last day at the stall
    /// revokes its codes, and so does the end of its link to their account.
    pub live: Option<bool>,
}

const fn yes() -> bool {
    true
}

/// Issues a code to be printed.
///
/// # Errors
/// `not-found` (occupancy_id, account_id, number_id), `occupancy-ended`, `reference-needed`, those
/// of [`Payee::of_occupancy`] and [`Payee::code`].
pub fn issue(connection: &mut DbConnection, act: &Act, new: NewCode) -> Outcome<Code> {
    act.require(Permission::CodesWrite)?;
    store::touch(connection, act.board_id())?;
    issue_after(connection, act, &new, None)
}

/// Revokes a code and issues another for the same occupancy.
///
/// # Errors
/// `code-revoked`, and as [`issue`].
pub fn replace(
    connection: &mut DbConnection,
    act: &Act,
    id: CodeId,
    by: Replacement,
) -> Outcome<Code> {
    let old = revoke(connection, act, id, Revocation { because: by.because })?;
    let new = NewCode {
        occupancy_id: old.occupancy_id,
        account_id: by.account_id,
        number_id: by.number_id,
        with_reference: by.with_reference,
    };
    issue_after(connection, act, &new, Some(old.id))
}

/// Ends a code. Money to it still attributes, flagged; whoever scans the card is told.
///
/// # Errors
/// `code-revoked` when it already is.
pub fn revoke(
    connection: &mut DbConnection,
    act: &Act,
    id: CodeId,
    revocation: Revocation,
) -> Outcome<Code> {
    act.require(Permission::CodesWrite)?;
    store::touch(connection, act.board_id())?;
    let mut code = found(rows::find(connection, act.board_id(), id, act.at)?, "code")?;
    if let Some(revoked_at) = code.revoked_at {
        return Err(Refusal::conflict("code-revoked").with("revoked_at", revoked_at).into());
    }
    code.revoked_at = Some(act.at);
    code.revoked_because = Some(text("because", &revocation.because, REASON_CHARS)?);
    rows::update_revocation(connection, act.board_id(), &code)?;
    Ok(code)
}

pub fn get(connection: &mut DbConnection, act: &Act, id: CodeId) -> Outcome<Code> {
    act.require(Permission::RegistryRead)?;
    Ok(found(rows::find(connection, act.board_id(), id, act.at)?, "code")?)
}

pub fn list(
    connection: &mut DbConnection,
    act: &Act,
    filter: &CodeFilter,
    page: PageRequest,
) -> Outcome<Page<Code>> {
    act.require(Permission::RegistryRead)?;
    let check_code = filter.check_code.as_ref();
    let check_code =
        check_code.map(|code| text("check_code", code, CHECK_CODE_CHARS)).transpose()?;
    let check_code = check_code.map(|code| code.to_ascii_uppercase());
    let filter = CodeFilter { check_code, ..*filter };
    let now = (act.at, boards::today(connection, act)?);
    let codes = rows::page(connection, act.board_id(), &filter, page, now)?;
    Ok(page.page(codes, |code| code.id.0))
}

fn issue_after(
    connection: &mut DbConnection,
    act: &Act,
    new: &NewCode,
    replaces_code_id: Option<CodeId>,
) -> Outcome<Code> {
    let board_id = act.board_id();
    let (occupancy, day) = code_day(connection, act, new.occupancy_id)?;
    let (account_id, number_id) = (new.account_id, new.number_id);
    let payee = Payee::of_occupancy(connection, act, &occupancy, day, account_id, number_id)?;
    let id = CodeId(act.new_id());
    let reference = if new.with_reference {
        Some(references::claim(connection, board_id, Claimant::Code(id), act.at)?)
    } else {
        let served = link_store::served_from(connection, board_id, payee.account.id, day)?;
        if served > 1 {
            let refusal = Refusal::conflict("reference-needed").on("with_reference");
            return Err(refusal.with("stalls", served).into());
        }
        None
    };
    let issued = payee.code(None, reference, "")?;
    let code = Code {
        id,
        occupancy_id: occupancy.id,
        account_id: payee.account.id,
        number_id: payee.number.id,
        source: CodeSource::Issued,
        reference,
        check_code: vietqr::check_code(&issued.payload),
        payload: issued.payload,
        issued_at: act.at,
        revoked_at: None,
        revoked_because: None,
        replaces_code_id,
        bin: payee.number.bin,
        bank: issued.bank.short_name.clone(),
        number: payee.number.number,
        holder_name: payee.account.holder_name,
    };
    rows::insert(connection, board_id, &code)?;
    Ok(code)
}

/// What is painted on the stall of an occupancy.
pub(super) fn stall_code(
    connection: &mut DbConnection,
    act: &Act,
    occupancy_id: OccupancyId,
) -> Outcome<String> {
    let occupancy = occupancies::require(connection, act, occupancy_id, "occupancy_id")?;
    let stall = stall_store::find(connection, act.board_id(), occupancy.stall_id)?;
    Ok(found(stall, "stall")?.code)
}

/// The occupancy that a code is for, and the day whose links count: today, or the first day of a
/// vendor who has yet to come. Cards are printed before.
pub(super) fn code_day(
    connection: &mut DbConnection,
    act: &Act,
    occupancy_id: OccupancyId,
) -> Outcome<(occupancies::Occupancy, Day)> {
    let occupancy = occupancies::require(connection, act, occupancy_id, "occupancy_id")?;
    let day = boards::today(connection, act)?.max(occupancy.from_day);
    if !occupancy.period().contains(day) {
        let refusal = Refusal::conflict("occupancy-ended").on("occupancy_id");
        return Err(refusal.with("to_day", occupancy.to_day.unwrap_or(day)).into());
    }
    Ok((occupancy, day))
}
