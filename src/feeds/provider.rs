//! The providers that have a connector, by the names used in the API, the database and namespaces.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A source of transfer reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Provider {
    Sepay,
    StandardWebhooks,
    Payos,
    Casso,
    VietqrVn,
    SepayBankHub,
    Mbbank,
    Phone,
    /// Files of the bank that a person imports.
    Statement,
}

/// What a feed can see; decides whether a printed static code can be measured by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeedKind {
    /// Any transfer of an account.
    Account,
    /// Only orders that were created through the provider's own API; matched by order code.
    Order,
}

impl Provider {
    /// Those that send to a hook, and whose feeds are made by hand.
    pub const ALL: [Self; 8] = [
        Self::Sepay,
        Self::StandardWebhooks,
        Self::Payos,
        Self::Casso,
        Self::VietqrVn,
        Self::SepayBankHub,
        Self::Mbbank,
        Self::Phone,
    ];

    /// The stored name; part of every namespace, so it never changes.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sepay => "sepay",
            Self::StandardWebhooks => "standard_webhooks",
            Self::Payos => "payos",
            Self::Casso => "casso",
            Self::VietqrVn => "vietqr_vn",
            Self::SepayBankHub => "sepay_bank_hub",
            Self::Mbbank => "mbbank",
            Self::Phone => "phone",
            Self::Statement => "statement",
        }
    }

    /// Whether the time of a transfer is the bank's. Two files of one bank tell a time and a date
    /// alone.
    #[must_use]
    pub const fn reports_bank_time(self) -> bool {
        !self.tells_its_hearing() && !matches!(self, Self::Statement)
    }

    /// Whether the time of a transfer is that of the provider's own hearing: VietQR.vn's two versions
    /// tell two times of one transfer (O); MB's open API is the same protocol.
    #[must_use]
    pub const fn tells_its_hearing(self) -> bool {
        matches!(self, Self::VietqrVn | Self::Mbbank)
    }

    /// Any provider by its stored name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let all = Self::ALL.into_iter().chain([Self::Statement]);
        all.into_iter().find(|provider| provider.as_str() == text)
    }

    /// One of [`Self::ALL`] by its name.
    #[must_use]
    pub fn with_hook(text: &str) -> Option<Self> {
        Self::parse(text).filter(|provider| Self::ALL.contains(provider))
    }
}

impl FeedKind {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Order => "order",
        }
    }
}

impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Provider {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Provider {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| de::Error::custom("unknown provider"))
    }
}
