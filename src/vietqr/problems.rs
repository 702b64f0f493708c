//! What is wrong with a code: faults refuse it, warnings accept it with a remark. Positions are in
//! characters from 0; a path names objects from the outside in, e.g. `38-01`.

use std::fmt;

use super::tlv::TlvError;

/// Ids from the outside in, e.g. 38, 01.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Path(&'static [u8], u8);

impl Path {
    pub(super) const fn top(id: u8) -> Self {
        Self(&[], id)
    }

    pub(super) const fn within(outer: &'static [u8], id: u8) -> Self {
        Self(outer, id)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|id| write!(f, "{id:02}-"))?;
        write!(f, "{:02}", self.1)
    }
}

/// Why a code is refused. The text begins with a stable kebab-case word.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("tlv: {0}")]
    Structure(TlvError),
    /// A template that is not consumed to its last character: NAPAS's erratum, among others.
    #[error("tlv-in-{path}: {error}")]
    Template { path: Path, error: TlvError },
    #[error("duplicate: object {path} at {at} stands twice")]
    Duplicate { path: Path, at: usize },
    #[error("format-indicator-not-first: the payload does not begin with object 00")]
    FormatIndicatorNotFirst,
    #[error(
        "crc-missing: no object 63 of four hexadecimal digits ends the payload; the last object is at {at}"
    )]
    CrcMissing { at: usize },
    #[error("crc: the checksum at {at} is {found}, the content gives {expected}")]
    Crc { at: usize, expected: String, found: String },
    #[error("missing: object {path} does not stand in the template at {at}")]
    Missing { path: Path, at: usize },
    #[error("bin: the BIN at {at} is not six digits")]
    Bin { at: usize },
    #[error("account: the account at {at} is not 1 to 19 letters and digits")]
    Account { at: usize },
    /// Seen from several generators: 38-02 written inside 38-01. Apps read such codes differently.
    #[error("service-inside-account: the service at {at} stands inside 38-01 instead of 38-02")]
    ServiceInsideAccount { at: usize },
}

impl Fault {
    /// Where in the payload, in characters from 0.
    #[must_use]
    pub const fn at(&self) -> usize {
        match self {
            Self::Structure(error) | Self::Template { error, .. } => error.at(),
            Self::FormatIndicatorNotFirst => 0,
            Self::Duplicate { at, .. }
            | Self::CrcMissing { at }
            | Self::Crc { at, .. }
            | Self::Missing { at, .. }
            | Self::Bin { at }
            | Self::Account { at }
            | Self::ServiceInsideAccount { at } => *at,
        }
    }
}

/// What a real code does against the rules and is accepted with. The text begins with a stable
/// kebab-case word.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Warning {
    /// MB and MoMo write it so.
    #[error("crc-lower-case: the checksum is not in upper case")]
    CrcLowerCase,
    #[error("format-indicator: object 00 is {0:?}, not 01")]
    FormatIndicator(String),
    /// Techcombank writes `8300 8400`.
    #[error("zero-length: object {0} is empty")]
    ZeroLength(Path),
    #[error("static-with-amount: initiation 11 stands beside an amount")]
    StaticWithAmount,
    #[error("dynamic-without-amount: initiation 12 stands without an amount")]
    DynamicWithoutAmount,
    #[error("initiation: object 01 {}, it should be 11 or 12", said(.0.as_deref()))]
    Initiation(Option<String>),
    #[error("amount-form: the amount {0:?} is not a positive whole number")]
    AmountForm(String),
    #[error("currency: object 53 {}, it should be 704", said(.0.as_deref()))]
    Currency(Option<String>),
    #[error("country: object 58 {}, it should be VN", said(.0.as_deref()))]
    Country(Option<String>),
    #[error("service: object 38-02 {}, it should be a known service", said(.0.as_deref()))]
    Service(Option<String>),
    #[error("merchant-field-missing: QRPUSH demands object {0}")]
    MerchantFieldMissing(Path),
    #[error("too-long: object {path} has {length} characters, more than {limit}")]
    TooLong { path: Path, length: usize, limit: usize },
    #[error("not-ascii: object {0} holds more than ASCII")]
    NotAscii(Path),
    /// Object 15 of TPBank: a card scheme's account beside the VietQR.
    #[error("card-scheme: object {0} belongs to a card scheme")]
    CardScheme(Path),
    /// `80` holding `046` (MoMo), `87` holding `CLASSIC` (TPBank).
    #[error("not-a-template: unreserved object {0} is not TLV")]
    NotATemplate(Path),
    #[error("vnpay-in-38: VNPAY's identifier stands in template 38")]
    VnPayIn38,
}

/// What an object holds, for a sentence.
fn said(value: Option<&str>) -> String {
    value.map_or_else(|| "is absent".to_owned(), |value| format!("is {value:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remarks_are_for_people() {
        let currency =
            |value: Option<&str>| Warning::Currency(value.map(str::to_owned)).to_string();
        assert_eq!(currency(Some("840")), "currency: object 53 is \"840\", it should be 704");
        assert_eq!(currency(None), "currency: object 53 is absent, it should be 704");
        let path = Path::within(&[38, 1], 0);
        let missing = Fault::Missing { path, at: 17 };
        assert!(missing.to_string().contains("38-01-00") && missing.to_string().contains("at 17"));
        assert!(Fault::CrcMissing { at: 94 }.to_string().contains("at 94"));
    }
}
