//! What the codes in a photo are, before one of them is registered or checked: the account to fill
//! in, or the code of ours. Nothing is kept.

use serde::Serialize;
use utoipa::ToSchema;

use super::numbers::ReceivingNumber;
use super::other_codes::OtherCode;
use super::store::{codes as rows, numbers as number_store, other_codes as other_store};
use super::{boards, code_verdicts, existing_codes};
use crate::access::{Act, Permission};
use crate::db::{DbConnection, Outcome};
use crate::primitives::Vnd;
use crate::primitives::ids::{AccountId, CodeId, OtherCodeId};
use crate::text_enum;
use crate::vietqr::{self, Mode, Payload, Reading, Scheme, Verdict, Wallet, WalletLink};

/// A code in a picture. Fields are absent where it does not tell them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FoundCode {
    /// The text of its symbol, as `POST /existing-codes` and `POST /code-checks` take it.
    pub payload: String,
    /// `accept`, `accept_with_warning` or `reject`.
    pub verdict: &'static str,
    /// Whose code it is, e.g. `VietQR` or `MoMo`; absent where it is no payment code.
    pub scheme: Option<&'static str>,
    /// The wallet that issued a VietQR, as it or its account's number tells: `MoMo`, `ZaloPay`, `ShopeePay`.
    pub wallet: Option<&'static str>,
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
    /// The code of another scheme that it is, revoked or not.
    pub other_code_id: Option<OtherCodeId>,
    /// Where a vendor's own code is registered: `existing_code` (`POST /existing-codes`),
    /// `other_code` (`POST /other-codes`); absent where it is registered, or cannot be.
    pub register_as: Option<RegisterAs>,
}

text_enum!(RegisterAs { ExistingCode = "existing_code", OtherCode = "other_code" });

impl FoundCode {
    /// What its text says. Whose it is must be looked up.
    pub(super) fn read(text: &str, reading: &Reading<'_>) -> Self {
        let payload = &reading.payload;
        let wallet = WalletLink::payee(text);
        let number = payload.account.or(wallet.map(|(number, _)| number));
        let name = payload.name.or(wallet.and_then(|(_, name)| name));
        Self {
            payload: text.to_owned(),
            verdict: reading.verdict(Mode::Lenient).label(),
            scheme: scheme_of(text, payload).map(Scheme::label),
            wallet: payload.wallet.map(Wallet::label),
            bin: payload.bin.map(str::to_owned),
            bank: payload.bank().map(|bank| bank.short_name.as_ref()),
            number: number.map(str::to_owned),
            amount_vnd: payload.amount_vnd(),
            name: name.map(str::to_owned),
            account_id: None,
            code_id: None,
            other_code_id: None,
            register_as: None,
        }
    }
}

/// What of a code is registered on this board.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// The number that it pays.
    pub number: Option<ReceivingNumber>,
    /// The code that it is, revoked or not.
    pub code_id: Option<CodeId>,
    /// The code of another scheme that it is, revoked or not.
    pub other: Option<OtherCode>,
    /// It bears the reference of a code of ours, and pays somebody else: a copy with another payee.
    pub is_copied: bool,
}

impl Known {
    const fn is_registered(&self) -> bool {
        self.code_id.is_some() || self.other.is_some()
    }
}

impl RegisterAs {
    fn of(text: &str, reading: &Reading<'_>) -> Option<Self> {
        if existing_codes::payable(text).is_ok_and(|payload| payload.amount.is_none()) {
            return Some(Self::ExistingCode);
        }
        let is_broken = reading.verdict(Mode::Lenient) == Verdict::Reject;
        match reading.payload.scheme_of(text) {
            Some(Scheme::VietQr) => None,
            Some(_) => (!is_broken).then_some(Self::OtherCode),
            None => {
                let is_none = code_verdicts::is_not_payment(text)
                    || WalletLink::of(text).is_some_and(|link| link.is_paid_once);
                (!is_none).then_some(Self::OtherCode)
            }
        }
    }
}

/// Whose code a text is, as far as it says.
pub(super) fn scheme_of(text: &str, payload: &Payload<'_>) -> Option<Scheme> {
    payload.scheme_of(text).or_else(|| WalletLink::of(text).map(|link| link.scheme))
}

/// A reference alone makes no code ours: whoever copies it is still paid themselves.
pub(super) fn known(
    connection: &mut DbConnection,
    act: &Act,
    text: &str,
    payload: &Payload<'_>,
) -> Outcome<Known> {
    // What PostgreSQL cannot hold is no code or account of ours.
    if text.contains('\0') {
        return Ok(Known::default());
    }
    let board_id = act.board_id();
    let today = boards::today(connection, act)?;
    let mut known = Known {
        code_id: match rows::live_with_payload(connection, board_id, text, today)? {
            Some(live) => Some(live),
            None => rows::latest_with_payload(connection, board_id, text)?,
        },
        other: other_store::with_payload(connection, board_id, text)?,
        ..Known::default()
    };
    let (Some(bin), Some(number)) = (payload.bin, payload.account) else { return Ok(known) };
    known.number = number_store::find_by_number(connection, board_id, bin, number)?;
    for reference in vietqr::scan(payload.purpose.unwrap_or_default()) {
        let Some(id) = rows::with_reference(connection, board_id, reference)? else { continue };
        let Some(code) = rows::find(connection, board_id, id, act.at)? else { continue };
        if code.bin == bin && code.number.eq_ignore_ascii_case(number) {
            known.code_id = known.code_id.or(Some(id));
        } else {
            known.is_copied = true;
        }
    }
    Ok(known)
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
    let reading = vietqr::read(text);
    let known = known(connection, act, text, &reading.payload)?;
    let register_as = if known.is_registered() { None } else { RegisterAs::of(text, &reading) };
    Ok(FoundCode {
        account_id: known.number.map(|number| number.account_id),
        code_id: known.code_id,
        other_code_id: known.other.map(|code| code.id),
        register_as,
        ..FoundCode::read(text, &reading)
    })
}
