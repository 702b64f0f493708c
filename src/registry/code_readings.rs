//! What the codes in a photo are, before one of them is registered or checked: the account to fill
//! in, or the code of ours. Nothing is kept.

use serde::Serialize;
use utoipa::ToSchema;

use super::boards;
use super::store::{codes as rows, numbers as number_store};
use crate::access::{Act, Permission};
use crate::db::{DbConnection, Outcome};
use crate::primitives::Vnd;
use crate::primitives::ids::{AccountId, CodeId};
use crate::vietqr::{self, Mode, Scheme};

/// A code in a picture. Fields are absent where it does not tell them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FoundCode {
    /// The text of its symbol, as `POST /existing-codes` and `POST /code-checks` take it.
    pub payload: String,
    /// `accept`, `accept_with_warning` or `reject`.
    pub verdict: &'static str,
    /// Whose code it is, e.g. `VietQR` or `MoMo`; absent where it is no payment code.
    pub scheme: Option<&'static str>,
    /// Six digits.
    pub bin: Option<String>,
    pub bank: Option<&'static str>,
    pub number: Option<String>,
    #[schema(value_type = Option<i64>)]
    pub amount_vnd: Option<Vnd>,
    /// The name in the code; the bank's app shows the one that counts.
    pub name: Option<String>,
    /// The account of this board that it pays.
    pub account_id: Option<AccountId>,
    /// The code of this board that it is, revoked or not.
    pub code_id: Option<CodeId>,
}

/// Codes are checked on the spot by whoever may check codes.
///
/// # Errors
/// `forbidden`.
pub fn permit(_: &mut DbConnection, act: &Act) -> Outcome<()> {
    act.require(Permission::CodesWrite)
}

/// What each text of a symbol is, in their order.
pub fn of_texts(
    connection: &mut DbConnection,
    act: &Act,
    texts: &[String],
) -> Outcome<Vec<FoundCode>> {
    permit(connection, act)?;
    texts.iter().map(|text| of_text(connection, act, text)).collect()
}

fn of_text(connection: &mut DbConnection, act: &Act, text: &str) -> Outcome<FoundCode> {
    let board_id = act.board_id();
    let today = boards::today(connection, act)?;
    let reading = vietqr::read(text);
    let payload = &reading.payload;
    // What PostgreSQL cannot hold is no code or account of ours.
    let may_be_ours = !text.contains('\0');
    let number = match (payload.bin, payload.account) {
        (Some(bin), Some(number)) if may_be_ours => {
            number_store::find_by_number(connection, board_id, bin, number)?
        }
        _ => None,
    };
    let mut code_id = None;
    if may_be_ours {
        code_id = rows::live_with_payload(connection, board_id, text, today)?;
        for reference in vietqr::scan(payload.purpose.unwrap_or_default()) {
            code_id = code_id.or(rows::with_reference(connection, board_id, reference)?);
        }
    }
    Ok(FoundCode {
        payload: text.to_owned(),
        verdict: reading.verdict(Mode::Lenient).label(),
        scheme: payload.scheme_of(text).map(Scheme::label),
        bin: payload.bin.map(str::to_owned),
        bank: payload.bank().map(|bank| bank.short_name.as_ref()),
        number: payload.account.map(str::to_owned),
        amount_vnd: payload.amount_vnd(),
        name: payload.name.map(str::to_owned),
        account_id: number.map(|number| number.account_id),
        code_id,
    })
}
