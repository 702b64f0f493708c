//! Why a believed body could not be read. The raw delivery is kept, the provider gets its success
//! reply, and the delivery can be replayed once the connector is mended.

use std::borrow::Cow;
use std::fmt;

/// A field at fault and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undecodable {
    /// The field as the provider writes it, with its path: `transferAmount`, `data.amount`;
    /// `body` for the whole.
    pub field: Cow<'static, str>,
    pub because: UndecodableBecause,
}

/// What is wrong with a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UndecodableBecause {
    NotJson,
    NotAnObject,
    TooManyFields,
    /// JSON allows it, but two readers of one body could then read different amounts.
    DuplicateField,
    Missing,
    WrongType,
    TooLong,
    /// A NUL, which no database text can hold, or a control character where none belongs.
    ForbiddenCharacter,
    NotAnIdentifier,
    NotAnAmount,
    NotPositive,
    TooLarge,
    NotATime,
    /// A readable time outside 2000–2099.
    TimeOutOfRange,
    UnknownDirection,
    NotAnAccount,
    NotABin,
    /// Another currency than VND.
    WrongCurrency,
    /// A row of a statement that names itself a sum or a balance and may be a transfer.
    LooksLikeASum,
    /// A phone's notice that no template reads.
    UnknownText,
    /// The configuration is another provider's.
    MisconfiguredFeed,
}

impl UndecodableBecause {
    pub const ALL: [Self; 21] = [
        Self::NotJson,
        Self::NotAnObject,
        Self::TooManyFields,
        Self::DuplicateField,
        Self::Missing,
        Self::WrongType,
        Self::TooLong,
        Self::ForbiddenCharacter,
        Self::NotAnIdentifier,
        Self::NotAnAmount,
        Self::NotPositive,
        Self::TooLarge,
        Self::NotATime,
        Self::TimeOutOfRange,
        Self::UnknownDirection,
        Self::NotAnAccount,
        Self::NotABin,
        Self::WrongCurrency,
        Self::LooksLikeASum,
        Self::UnknownText,
        Self::MisconfiguredFeed,
    ];

    /// Kebab-case key of the text in both languages; also what is stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotJson => "not-json",
            Self::NotAnObject => "not-an-object",
            Self::TooManyFields => "too-many-fields",
            Self::DuplicateField => "duplicate-field",
            Self::Missing => "missing",
            Self::WrongType => "wrong-type",
            Self::TooLong => "too-long",
            Self::ForbiddenCharacter => "forbidden-character",
            Self::NotAnIdentifier => "not-an-identifier",
            Self::NotAnAmount => "not-an-amount",
            Self::NotPositive => "not-positive",
            Self::TooLarge => "too-large",
            Self::NotATime => "not-a-time",
            Self::TimeOutOfRange => "time-out-of-range",
            Self::UnknownDirection => "unknown-direction",
            Self::NotAnAccount => "not-an-account",
            Self::NotABin => "not-a-bin",
            Self::WrongCurrency => "wrong-currency",
            Self::LooksLikeASum => "looks-like-a-sum",
            Self::UnknownText => "unknown-text",
            Self::MisconfiguredFeed => "misconfigured-feed",
        }
    }

    /// Reads a stored code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|because| because.code() == code)
    }
}

impl Undecodable {
    #[must_use]
    pub fn new(field: impl Into<Cow<'static, str>>, because: UndecodableBecause) -> Self {
        Self { field: field.into(), because }
    }
}

impl fmt::Display for Undecodable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.because.code())
    }
}

impl std::error::Error for Undecodable {}
