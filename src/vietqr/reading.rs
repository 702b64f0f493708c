//! What was read out of a code: borrowed from the payload's text.

use super::banks::{self, Bank};
use super::problems::{Fault, Warning};
use super::scheme::{Scheme, Wallet};
use super::tlv::{self, Object};
use crate::primitives::{Refusal, Vnd};

/// How a VietQR code asks to be paid (object 38-02).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Service<'a> {
    /// `QRIBFTTA`: transfer to an account.
    Account,
    /// `QRIBFTTC`: transfer to a card.
    Card,
    /// `QRPUSH`: merchant payment; the merchant id is issued by an acquirer.
    Push,
    /// `QRCASH`: cash withdrawal at a machine.
    Cash,
    Other(&'a str),
}

impl<'a> Service<'a> {
    #[must_use]
    pub fn parse(code: &'a str) -> Self {
        match code {
            "QRIBFTTA" => Self::Account,
            "QRIBFTTC" => Self::Card,
            "QRPUSH" => Self::Push,
            "QRCASH" => Self::Cash,
            other => Self::Other(other),
        }
    }

    #[must_use]
    pub const fn code(self) -> &'a str {
        match self {
            Self::Account => "QRIBFTTA",
            Self::Card => "QRIBFTTC",
            Self::Push => "QRPUSH",
            Self::Cash => "QRCASH",
            Self::Other(other) => other,
        }
    }

    /// A transfer straight into the payee's account or card.
    #[must_use]
    pub const fn is_transfer(self) -> bool {
        matches!(self, Self::Account | Self::Card)
    }
}

/// The fields of a code, as far as it could be read; empty objects count as absent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payload<'a> {
    /// Every object in its order, also unknown and empty ones.
    pub objects: Vec<Object<'a>>,
    pub scheme: Scheme,
    /// The wallet app that issued it, where it is a wallet's VietQR.
    pub wallet: Option<Wallet>,
    /// 01: `11` static, `12` dynamic.
    pub initiation: Option<&'a str>,
    /// 38-01-00, VietQR only.
    pub bin: Option<&'a str>,
    /// 38-01-01 of a VietQR; the merchant number of a VNPAY code.
    pub account: Option<&'a str>,
    /// 38-02, VietQR only.
    pub service: Option<Service<'a>>,
    /// 53, numeric ISO 4217.
    pub currency: Option<&'a str>,
    /// 54, the text as it stands: foreign schemes write decimals.
    pub amount: Option<&'a str>,
    /// 58, ISO 3166.
    pub country: Option<&'a str>,
    /// 59; apps show the name that the bank has for the account instead.
    pub name: Option<&'a str>,
    /// 62-01.
    pub bill: Option<&'a str>,
    /// 62-08, the only field that reaches the transfer's memo.
    pub purpose: Option<&'a str>,
}

impl Payload<'_> {
    /// The scheme, unless the text that was read does not even begin like a code of EMVCo (object
    /// 00, the version of the format).
    #[must_use]
    pub fn scheme_of(&self, text: &str) -> Option<Scheme> {
        (self.scheme != Scheme::Generic || text.starts_with("000201")).then_some(self.scheme)
    }

    /// The bank of [`Payload::bin`], if the directory knows it.
    #[must_use]
    pub fn bank(&self) -> Option<&'static Bank> {
        self.bin.and_then(banks::by_bin)
    }

    /// The amount in đồng; `None` where there is none, where it is not a positive whole number, or
    /// where the currency is another one. Look at [`Payload::amount`] to tell these apart.
    #[must_use]
    pub fn amount_vnd(&self) -> Option<Vnd> {
        let dong = self.amount.filter(|_| self.currency == Some("704"));
        dong.and_then(Vnd::from_decimal_text).filter(|amount| amount.is_positive())
    }

    /// The payload's text again: the same string that was read, for every code whose structure
    /// could be read.
    ///
    /// # Errors
    /// When an object was changed to hold more than 99 characters.
    pub fn encode(&self) -> Result<String, tlv::TooLong> {
        tlv::write(&self.objects)
    }
}

/// How a code is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    Accept,
    AcceptWithWarning,
    Reject,
}

impl Verdict {
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::AcceptWithWarning => "accept_with_warning",
            Self::Reject => "reject",
        }
    }
}

/// Whether warnings are forgiven.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Warnings refuse, as faults do.
    Strict,
    /// Real codes of real banks pass with their warnings.
    #[default]
    Lenient,
}

/// A code with everything that was found wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading<'a> {
    pub payload: Payload<'a>,
    pub faults: Vec<Fault>,
    pub warnings: Vec<Warning>,
}

impl<'a> Reading<'a> {
    #[must_use]
    pub fn verdict(&self, mode: Mode) -> Verdict {
        match (self.faults.is_empty(), self.warnings.is_empty(), mode) {
            (false, _, _) | (_, false, Mode::Strict) => Verdict::Reject,
            (true, true, _) => Verdict::Accept,
            (true, false, Mode::Lenient) => Verdict::AcceptWithWarning,
        }
    }

    /// Whether it is an accepted VietQR code for a transfer in đồng.
    #[must_use]
    pub fn is_payable_vietqr(&self, mode: Mode) -> bool {
        self.verdict(mode) != Verdict::Reject
            && self.payload.scheme == Scheme::VietQr
            && self.payload.currency == Some("704")
            && self.payload.service.is_some_and(Service::is_transfer)
    }

    /// The payload, where a VietQR transfer code is expected.
    ///
    /// # Errors
    /// `code-checksum-wrong`, `code-unreadable` with its `position` (from 1), `code-other-scheme`
    /// naming the scheme in both languages, `code-not-transfer`, and in strict mode
    /// `code-irregular`; all on the field `payload`.
    pub fn into_transfer(self, mode: Mode) -> Result<Payload<'a>, Refusal> {
        let refuse = |code| Err(Refusal::invalid("payload", code));
        if let Some(fault) = self.faults.iter().find(|fault| !matches!(fault, Fault::Crc { .. })) {
            let unreadable = Refusal::invalid("payload", "code-unreadable");
            return Err(unreadable.with("position", fault.at() + 1));
        }
        if !self.faults.is_empty() {
            return refuse("code-checksum-wrong");
        }
        if self.payload.scheme != Scheme::VietQr {
            let other = Refusal::invalid("payload", "code-other-scheme");
            let scheme = self.payload.scheme;
            return Err(other
                .with("scheme_vi", scheme.name_vi())
                .with("scheme_en", scheme.name_en()));
        }
        if !self.is_payable_vietqr(Mode::Lenient) {
            return refuse("code-not-transfer");
        }
        if self.verdict(mode) == Verdict::Reject {
            return refuse("code-irregular");
        }
        Ok(self.payload)
    }
}
