//! Checks of the code on a stall (kiểm tra mã): what is scanned there against what is registered.
//! Reading the printed check code is not enough: a sticker over the symbol leaves it intact.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::check::{found, referred, text};
use super::codes::Code;
use super::existing_codes::MAX_PAYLOAD;
use super::store::{code_checks as store, codes as code_store, numbers as number_store};
use super::{Page, PageRequest};
use crate::access::{Act, Permission};
use crate::db::{DbConnection, Outcome};
use crate::primitives::ids::{CheckId, CodeId};
use crate::primitives::{Refusal, UnixMs};
use crate::text_enum;
use crate::vietqr;

const NAME_CHARS: usize = 120;

text_enum!(CheckResult {
    Right = "right",
    /// It pays somebody else: visit the stall the same day.
    WrongAccount = "wrong_account",
    /// It pays the same account, but is another code.
    OtherCode = "other_code",
    Unreadable = "unreadable",
});

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CodeCheck {
    pub id: CheckId,
    pub code_id: CodeId,
    pub result: CheckResult,
    pub scanned_payload: Option<String>,
    pub checked_by: String,
    #[schema(value_type = String, format = DateTime)]
    pub checked_at: UnixMs,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCodeCheck {
    /// The code that should be on the stall.
    pub code_id: CodeId,
    /// The text of the symbol on the stall; absent when nothing could be read.
    pub scanned_payload: Option<String>,
    /// Who did it: 1–120 characters.
    pub checked_by: String,
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CodeCheckFilter {
    pub code_id: Option<CodeId>,
    pub result: Option<CheckResult>,
}

/// # Errors
/// `not-found` (code_id), `text-length` (scanned_payload, checked_by).
pub fn create(connection: &mut DbConnection, act: &Act, new: NewCodeCheck) -> Outcome<CodeCheck> {
    act.require(Permission::CodesWrite)?;
    let code = code_store::find(connection, act.board_id(), new.code_id, act.at)?;
    let code = referred(code, "code", "code_id")?;
    let scanned_payload = new.scanned_payload.map(|text| text.trim().to_owned());
    if scanned_payload.as_ref().is_some_and(|text| text.chars().count() > MAX_PAYLOAD) {
        let refusal = Refusal::invalid("scanned_payload", "text-length");
        return Err(refusal.with("max", MAX_PAYLOAD).into());
    }
    // What PostgreSQL cannot keep was not read off a symbol of ours.
    let scanned_payload = scanned_payload.filter(|text| !text.is_empty() && !text.contains('\0'));
    let check = CodeCheck {
        id: CheckId(act.new_id()),
        code_id: code.id,
        result: compare(connection, act, &code, scanned_payload.as_deref())?,
        scanned_payload,
        checked_by: text("checked_by", &new.checked_by, NAME_CHARS)?,
        checked_at: act.at,
    };
    store::insert(connection, act.board_id(), &check)?;
    Ok(check)
}

pub fn get(connection: &mut DbConnection, act: &Act, id: CheckId) -> Outcome<CodeCheck> {
    act.require(Permission::RegistryRead)?;
    Ok(found(store::find(connection, act.board_id(), id)?, "code_check")?)
}

pub fn list(
    connection: &mut DbConnection,
    act: &Act,
    filter: &CodeCheckFilter,
    page: PageRequest,
) -> Outcome<Page<CodeCheck>> {
    act.require(Permission::RegistryRead)?;
    let checks = store::page(connection, act.board_id(), filter, page)?;
    Ok(page.page(checks, |check| check.id.0))
}

fn compare(
    connection: &mut DbConnection,
    act: &Act,
    code: &Code,
    scanned: Option<&str>,
) -> Outcome<CheckResult> {
    let Some(scanned) = scanned else { return Ok(CheckResult::Unreadable) };
    if scanned == code.payload {
        return Ok(CheckResult::Right);
    }
    let reading = vietqr::read(scanned);
    if !reading.faults.is_empty() {
        return Ok(CheckResult::Unreadable);
    }
    let (Some(bin), Some(number)) = (reading.payload.bin, reading.payload.account) else {
        return Ok(CheckResult::WrongAccount);
    };
    let number = number_store::find_by_number(connection, act.board_id(), bin, number)?;
    let is_same = number.is_some_and(|number| number.account_id == code.account_id);
    Ok(if is_same { CheckResult::OtherCode } else { CheckResult::WrongAccount })
}
