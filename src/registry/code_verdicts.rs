//! What a code that was seen on a stall is to that stall. First comes where its money goes, then
//! whether it is the code that should hang there.

use serde::de::IntoDeserializer;
use serde::de::value::Error;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::code_readings::{self, FoundCode, Known};
use super::codes::Code;
use super::numbers::ReceivingNumberFilter;
use super::occupancies::Occupancy;
use super::other_codes::OtherCode;
use super::store::occupancies as occupancy_store;
use super::store::{codes as code_store, links as link_store, numbers as number_store};
use super::{PageRequest, Period, boards};
use crate::access::Act;
use crate::db::{DbConnection, Outcome};
use crate::primitives::ids::{AccountId, StallId};
use crate::text_enum;
use crate::vietqr::{self, Fault, Reading, Scheme, WalletLink};

text_enum!(CodeVerdict {
    /// A registered code of the stall, letter by letter.
    Right = "right",
    /// It pays an account of the stall, and is not registered as its code.
    OtherCode = "other_code",
    /// A revoked code of ours that still pays the stall, or hangs where nobody trades.
    Revoked = "revoked",
    /// Nobody registered it, and it does not say whom it pays: another scheme, an address, a code
    /// that is broken.
    Unknown = "unknown",
    /// It pays somebody else.
    WrongAccount = "wrong_account",
    /// Certainly no code to pay with: a wireless network, a visiting card.
    NotPayment = "not_payment",
});

text_enum!(Remark {
    /// A number of the stall, and another bank: that number is a stranger's there.
    OtherBank = "other-bank",
    /// The account is registered, and not linked to this stall.
    OtherAccount = "other-account",
    /// Issued for this stall, and its account has ceased to receive the stall's money.
    AccountLeft = "account-left",
    /// It bears the reference of a code of ours and pays somebody else.
    CopiedReference = "copied-reference",
    /// Issued for another stall.
    OtherStall = "other-stall",
    /// A code of ours that was revoked.
    RevokedCard = "revoked-card",
    /// The code of one payment request.
    RequestCode = "request-code",
    /// Whoever scans it is given an amount.
    AmountSet = "amount-set",
    /// Altered or copied in part.
    ChecksumWrong = "checksum-wrong",
    /// It begins like a payment code and is none.
    Malformed = "malformed",
    /// Not VietQR.
    OtherScheme = "other-scheme",
});

/// Beginnings, in upper case, of what is no code to pay with. A web address may be one.
const NOT_PAYMENT: [&str; 6] = ["WIFI:", "BEGIN:VCARD", "MECARD:", "MAILTO:", "TEL:", "GEO:"];

impl CodeVerdict {
    /// The worse, the greater; `None` for what does not count beside others.
    pub(super) const fn gravity(self) -> Option<u8> {
        match self {
            Self::NotPayment => None,
            Self::Right => Some(0),
            Self::OtherCode => Some(1),
            Self::Revoked => Some(2),
            Self::Unknown => Some(3),
            Self::WrongAccount => Some(4),
        }
    }
}

impl Remark {
    /// From the stored form; a word that this version does not know says nothing.
    pub(super) fn parse(word: &str) -> Option<Self> {
        Self::deserialize(IntoDeserializer::<Error>::into_deserializer(word)).ok()
    }
}

/// A code that was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SeenCode {
    #[serde(flatten)]
    pub code: FoundCode,
    pub result: CodeVerdict,
    pub remarks: Vec<Remarked>,
}

/// Something to know about a code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Remarked {
    pub code: Remark,
    /// In the caller's language.
    pub detail: String,
}

impl From<Remark> for Remarked {
    fn from(code: Remark) -> Self {
        Self { code, detail: String::new() }
    }
}

/// What should be found on a stall.
#[derive(Debug)]
pub(super) struct Expected {
    pub occupancy: Option<Occupancy>,
    /// The live codes of the vendor at the stall.
    pub codes: Vec<Code>,
    /// The accounts that the stall is paid on.
    accounts: Vec<AccountId>,
}

impl Expected {
    /// Of the vendor who trades there today, or the next one: cards hang before the first day.
    pub fn of_stall(connection: &mut DbConnection, act: &Act, stall_id: StallId) -> Outcome<Self> {
        let board_id = act.board_id();
        let today = boards::today(connection, act)?;
        let now = Period { from: today, to: Some(today) };
        let mut id = occupancy_store::overlapping(connection, board_id, stall_id, now, None)?;
        if id.is_none() {
            let coming = Period { from: today, to: None };
            id = occupancy_store::overlapping(connection, board_id, stall_id, coming, None)?;
        }
        let Some(id) = id else {
            return Ok(Self { occupancy: None, codes: Vec::new(), accounts: Vec::new() });
        };
        let occupancy = occupancy_store::find(connection, board_id, id)?;
        let day = occupancy.as_ref().map_or(today, |of| today.max(of.from_day));
        Ok(Self {
            occupancy,
            codes: code_store::live_of_occupancy(connection, board_id, id, act.at)?,
            accounts: link_store::accounts_of(connection, board_id, id, day)?,
        })
    }

    /// What a text is here.
    pub fn judge(&self, connection: &mut DbConnection, act: &Act, text: &str) -> Outcome<SeenCode> {
        let reading = vietqr::read(text);
        let found = FoundCode::read(text, &reading);
        // Where the money goes comes first: a relative may have taken a lent account back.
        let is_right =
            |code: &&Code| code.payload == text && self.accounts.contains(&code.account_id);
        if let Some(code) = self.codes.iter().find(is_right) {
            let (account_id, code_id) = (Some(code.account_id), Some(code.id));
            let code = FoundCode { account_id, code_id, ..found };
            return Ok(SeenCode { code, result: CodeVerdict::Right, remarks: Vec::new() });
        }
        let known = code_readings::known(connection, act, text, &reading.payload)?;
        if let Some(other) = &known.other {
            return Ok(self.judge_other(other, found));
        }
        let code = match known.code_id {
            Some(id) => code_store::find(connection, act.board_id(), id, act.at)?,
            None => None,
        };
        let is_payee = |id| self.accounts.contains(&id);
        let is_paid = known.number.as_ref().is_some_and(|number| is_payee(number.account_id));
        let is_ours = known.number.is_some() || code.is_some() || known.is_copied;
        let result = match self.verdict(text, &reading, is_paid, code.as_ref()) {
            // Nobody has registered yet whom this vendor is paid by: it may be the vendor's own.
            CodeVerdict::WrongAccount
                if self.occupancy.is_some() && self.accounts.is_empty() && !is_ours =>
            {
                CodeVerdict::Unknown
            }
            result => result,
        };
        let mut remarks = says(text, &reading);
        remarks.extend(self.belongs(&known, is_paid, code.as_ref()));
        if result == CodeVerdict::WrongAccount && self.has_number(connection, act, &reading)? {
            remarks.push(Remark::OtherBank);
        }
        let code = FoundCode {
            account_id: known.number.map(|number| number.account_id),
            code_id: known.code_id,
            ..found
        };
        Ok(SeenCode { code, result, remarks: remarks.into_iter().map(Remarked::from).collect() })
    }

    /// A registered code of another scheme: whose it is is known by whose stall it hangs on.
    fn judge_other(&self, other: &OtherCode, found: FoundCode) -> SeenCode {
        let is_here = self.occupancy.as_ref().is_some_and(|here| here.id == other.occupancy_id);
        let (result, remark) = match (other.revoked_at, is_here) {
            (Some(_), _) => (CodeVerdict::Revoked, Some(Remark::RevokedCard)),
            (None, true) => (CodeVerdict::Right, None),
            (None, false) => (CodeVerdict::WrongAccount, Some(Remark::OtherStall)),
        };
        let code = FoundCode { other_code_id: Some(other.id), ..found };
        SeenCode { code, result, remarks: remark.into_iter().map(Remarked::from).collect() }
    }

    fn verdict(
        &self,
        text: &str,
        reading: &Reading<'_>,
        is_paid: bool,
        code: Option<&Code>,
    ) -> CodeVerdict {
        let payload = &reading.payload;
        let is_revoked = code.is_some_and(|code| code.revoked_at.is_some());
        if payload.bin.is_none() || payload.account.is_none() {
            let is_none = is_not_payment(text);
            return if is_none { CodeVerdict::NotPayment } else { CodeVerdict::Unknown };
        }
        match (is_paid, is_revoked) {
            // Whoever altered it, it is not to be paid.
            (true, _) if !reading.faults.is_empty() => CodeVerdict::Unknown,
            (true, true) => CodeVerdict::Revoked,
            (true, false) => CodeVerdict::OtherCode,
            (false, true) if self.occupancy.is_none() => CodeVerdict::Revoked,
            (false, _) => CodeVerdict::WrongAccount,
        }
    }

    fn belongs(&self, known: &Known, is_paid: bool, code: Option<&Code>) -> Vec<Remark> {
        let occupancy_id = self.occupancy.as_ref().map(|occupancy| occupancy.id);
        let is_revoked = code.is_some_and(|code| code.revoked_at.is_some());
        let of_other = code.is_some_and(|code| Some(code.occupancy_id) != occupancy_id);
        let is_strange = known.number.is_some() && !is_paid;
        let has_left = is_strange && code.is_some() && !of_other;
        [
            (is_strange && !has_left, Remark::OtherAccount),
            (has_left, Remark::AccountLeft),
            (known.is_copied, Remark::CopiedReference),
            (of_other, Remark::OtherStall),
            (is_revoked, Remark::RevokedCard),
        ]
        .into_iter()
        .filter_map(|(holds, remark)| holds.then_some(remark))
        .collect()
    }

    /// Whether the number is one of the stall's, at whatever bank.
    fn has_number(
        &self,
        connection: &mut DbConnection,
        act: &Act,
        reading: &Reading<'_>,
    ) -> Outcome<bool> {
        let Some(number) = reading.payload.account else { return Ok(false) };
        let filter =
            ReceivingNumberFilter { account_id: None, number: Some(number.to_ascii_uppercase()) };
        let page = PageRequest::default();
        let same = number_store::page(connection, act.board_id(), &filter, page)?;
        Ok(same.iter().any(|number| self.accounts.contains(&number.account_id)))
    }
}

/// Whether it is certain that nobody pays with a code.
pub(super) fn is_not_payment(text: &str) -> bool {
    let start = text.trim_start().to_ascii_uppercase();
    NOT_PAYMENT.iter().any(|other| start.starts_with(other))
}

/// What a code says of itself.
fn says(text: &str, reading: &Reading<'_>) -> Vec<Remark> {
    let is_checksum = |fault: &Fault| matches!(fault, Fault::Crc { .. });
    let payload = &reading.payload;
    let scheme = payload.scheme_of(text);
    let mut references = vietqr::scan(payload.purpose.unwrap_or_default()).into_iter();
    let is_malformed = scheme.is_some() && reading.faults.iter().any(|fault| !is_checksum(fault));
    let link = WalletLink::of(text);
    let is_other =
        link.is_some() || scheme.is_some_and(|of| !matches!(of, Scheme::VietQr | Scheme::Generic));
    let has_amount = payload.amount.is_some() || link.is_some_and(|link| link.is_paid_once);
    [
        (references.any(|reference| !reference.is_static()), Remark::RequestCode),
        (has_amount, Remark::AmountSet),
        (reading.faults.iter().any(is_checksum), Remark::ChecksumWrong),
        (is_malformed, Remark::Malformed),
        (is_other, Remark::OtherScheme),
    ]
    .into_iter()
    .filter_map(|(holds, remark)| holds.then_some(remark))
    .collect()
}
