//! Why a delivery is not believed. Kept with the refused delivery and shown to the operator.

use std::fmt;

/// The reason of a refusal; nothing of the body was trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RefusedBecause {
    MethodNotAllowed,
    /// Something below `/hooks/{feed_id}` that this provider does not use.
    UnknownPath,
    /// The feed has no usable secret; never a reason to let anything pass.
    NoSecretConfigured,
    /// The configuration is another provider's.
    MisconfiguredFeed,
    /// A header that decides about trust was sent twice.
    DoubledHeader,
    /// A header that decides about trust is not visible ASCII.
    MalformedHeader,
    MissingApiKey,
    /// Not of the form `Authorization: <scheme> …` that the provider uses.
    MalformedAuthorization,
    WrongApiKey,
    /// Asks for a token without `Authorization: Basic`.
    MissingCredentials,
    WrongCredentials,
    /// Reports without `Authorization: Bearer`.
    MissingToken,
    /// No token of ours, or made under a secret that has ended.
    WrongToken,
    ExpiredToken,
    MissingSignature,
    MalformedSignature,
    /// Signed, but only under schemes that we do not verify.
    UnsupportedSignature,
    WrongSignature,
    MissingTimestamp,
    MalformedTimestamp,
    /// Signed longer ago than the feed tolerates.
    StaleTimestamp,
    /// Signed further in the future than the feed tolerates.
    FutureTimestamp,
    MissingMessageId,
    MalformedMessageId,
    /// The signature stands inside a body that cannot be read.
    UnreadableBody,
    /// Longer than [`super::MAX_BODY_BYTES`]; it was not read to its end.
    TooLarge,
}

impl RefusedBecause {
    pub const ALL: [Self; 26] = [
        Self::MethodNotAllowed,
        Self::UnknownPath,
        Self::NoSecretConfigured,
        Self::MisconfiguredFeed,
        Self::DoubledHeader,
        Self::MalformedHeader,
        Self::MissingApiKey,
        Self::MalformedAuthorization,
        Self::WrongApiKey,
        Self::MissingCredentials,
        Self::WrongCredentials,
        Self::MissingToken,
        Self::WrongToken,
        Self::ExpiredToken,
        Self::MissingSignature,
        Self::MalformedSignature,
        Self::UnsupportedSignature,
        Self::WrongSignature,
        Self::MissingTimestamp,
        Self::MalformedTimestamp,
        Self::StaleTimestamp,
        Self::FutureTimestamp,
        Self::MissingMessageId,
        Self::MalformedMessageId,
        Self::UnreadableBody,
        Self::TooLarge,
    ];

    /// Kebab-case key of the text in both languages; also what is stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::MethodNotAllowed => "method-not-allowed",
            Self::UnknownPath => "unknown-path",
            Self::NoSecretConfigured => "no-secret-configured",
            Self::MisconfiguredFeed => "misconfigured-feed",
            Self::DoubledHeader => "doubled-header",
            Self::MalformedHeader => "malformed-header",
            Self::MissingApiKey => "missing-api-key",
            Self::MalformedAuthorization => "malformed-authorization",
            Self::WrongApiKey => "wrong-api-key",
            Self::MissingCredentials => "missing-credentials",
            Self::WrongCredentials => "wrong-credentials",
            Self::MissingToken => "missing-token",
            Self::WrongToken => "wrong-token",
            Self::ExpiredToken => "expired-token",
            Self::MissingSignature => "missing-signature",
            Self::MalformedSignature => "malformed-signature",
            Self::UnsupportedSignature => "unsupported-signature",
            Self::WrongSignature => "wrong-signature",
            Self::MissingTimestamp => "missing-timestamp",
            Self::MalformedTimestamp => "malformed-timestamp",
            Self::StaleTimestamp => "stale-timestamp",
            Self::FutureTimestamp => "future-timestamp",
            Self::MissingMessageId => "missing-message-id",
            Self::MalformedMessageId => "malformed-message-id",
            Self::UnreadableBody => "unreadable-body",
            Self::TooLarge => "too-large",
        }
    }

    /// Reads a stored code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }

    /// 405, 404 and 413 for a request that is none of the provider's, else 401.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::MethodNotAllowed => 405,
            Self::UnknownPath => 404,
            Self::TooLarge => 413,
            _ => 401,
        }
    }
}

impl fmt::Display for RefusedBecause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl std::error::Error for RefusedBecause {}
