//! A feed's configuration: one shape per provider, every unknown or wrong field refused by name.
//! Secrets are no part of it. [`FeedConfig::parse`] is the only way in, so that nothing unchecked
//! becomes part of a namespace.

use serde::{Deserialize, Serialize};

use super::fields::Object;
use super::{FeedKind, Provider, UndecodableBecause, connector};
use crate::primitives::Refusal;

pub const DEFAULT_TOLERANCE_S: u32 = 300;
/// Below half a minute, ordinary clocks refuse each other; above an hour, a replay has all day.
const TOLERANCE_S: std::ops::RangeInclusive<u32> = 30..=3_600;
const MAX_MERCHANT_CHARS: usize = 40;

/// The configuration of one feed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum FeedConfig {
    Sepay(SepayConfig),
    StandardWebhooks(StandardWebhooksConfig),
    Payos(PayosConfig),
}

/// How SePay proves that it is SePay; chosen when the webhook is created there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SepayAuthentication {
    ApiKey,
    Hmac,
    /// Anybody who learns the address can report transfers. Only by this very name.
    NoneAcceptedByOperator,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SepayConfig {
    /// There is no default: what is not chosen must not be open.
    pub authentication: SepayAuthentication,
    /// Tells apart several SePay companies of one board; part of the namespace, may be empty.
    pub merchant: String,
    /// Seconds between SePay's timestamp and the arrival.
    pub tolerance_s: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StandardWebhooksConfig {
    /// Tells apart several senders; part of the namespace, may be empty.
    pub merchant: String,
    /// Seconds between `webhook-timestamp` and the arrival.
    pub tolerance_s: u32,
}

/// payOS signs no timestamp, so there is no tolerance to set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PayosConfig {
    /// Tells apart several payOS channels; part of the namespace, may be empty.
    pub merchant: String,
}

impl FeedConfig {
    /// Reads and checks a configuration as sent to the API or stored by [`Self::to_json`].
    ///
    /// # Errors
    /// Kind `Invalid` with the field (`config.authentication`) and one of the codes
    /// `feed-config-not-an-object`, `feed-config-unknown-field`, `feed-config-missing`,
    /// `feed-config-wrong-type`, `feed-config-not-one-of` (`allowed`), `feed-config-out-of-range`
    /// (`min`, `max`), `feed-config-bad-merchant` (`max`).
    pub fn parse(provider: Provider, json: &str) -> Result<Self, Refusal> {
        let object = Object::from_body(json.as_bytes()).map_err(|error| {
            let code = match error.because {
                UndecodableBecause::DuplicateField => "feed-config-duplicate-field",
                _ => "feed-config-not-an-object",
            };
            Refusal::invalid("config", code)
        })?;
        let known: &[&str] = match provider {
            Provider::Sepay => &["authentication", "merchant", "tolerance_s"],
            Provider::StandardWebhooks => &["merchant", "tolerance_s"],
            Provider::Payos => &["merchant"],
        };
        if let Some(unknown) = object.keys().find(|key| !known.contains(key)) {
            let shown: String = unknown.chars().take(64).collect();
            return Err(Refusal::invalid(format!("config.{shown}"), "feed-config-unknown-field"));
        }
        Ok(match provider {
            Provider::Sepay => Self::Sepay(SepayConfig {
                authentication: authentication(&object)?,
                merchant: merchant(&object)?,
                tolerance_s: tolerance_s(&object)?,
            }),
            Provider::StandardWebhooks => Self::StandardWebhooks(StandardWebhooksConfig {
                merchant: merchant(&object)?,
                tolerance_s: tolerance_s(&object)?,
            }),
            Provider::Payos => Self::Payos(PayosConfig { merchant: merchant(&object)? }),
        })
    }

    /// The canonical form to be stored; [`Self::parse`] reads it back.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Text, an enum and an integer always serialise; `{}` would be refused by `parse`.
        serde_json::to_string(self).unwrap_or_else(|_| "{}".to_owned())
    }

    #[must_use]
    pub const fn provider(&self) -> Provider {
        match self {
            Self::Sepay(_) => Provider::Sepay,
            Self::StandardWebhooks(_) => Provider::StandardWebhooks,
            Self::Payos(_) => Provider::Payos,
        }
    }

    #[must_use]
    pub fn merchant(&self) -> &str {
        match self {
            Self::Sepay(config) => &config.merchant,
            Self::StandardWebhooks(config) => &config.merchant,
            Self::Payos(config) => &config.merchant,
        }
    }

    /// What of an account this feed reports; one feed at a time may report the same of it. Account
    /// feeds all report any transfer, whoever sends it. Order feeds report the orders of their merchant.
    #[must_use]
    pub fn source(&self) -> String {
        match connector(self.provider()).kind() {
            FeedKind::Account => "account".to_owned(),
            FeedKind::Order => self.sender(),
        }
    }

    /// Whose reports these are, `provider:merchant`: the beginning of their namespaces. A sender
    /// tells of each transfer under one id, so two ids of one sender are two transfers.
    #[must_use]
    pub fn sender(&self) -> String {
        format!("{}:{}", self.provider(), self.merchant())
    }

    /// Whether deliveries are believed without any proof; such a feed needs no secret.
    #[must_use]
    pub const fn is_unauthenticated(&self) -> bool {
        matches!(
            self,
            Self::Sepay(SepayConfig {
                authentication: SepayAuthentication::NoneAcceptedByOperator,
                ..
            })
        )
    }
}

fn authentication(object: &Object<'_>) -> Result<SepayAuthentication, Refusal> {
    const FIELD: &str = "config.authentication";
    match object.raw("authentication") {
        None => Err(Refusal::invalid(FIELD, "feed-config-missing")),
        Some(json) => serde_json::from_str(json).map_err(|_| {
            Refusal::invalid(FIELD, "feed-config-not-one-of")
                .with("allowed", "api_key, hmac, none_accepted_by_operator")
        }),
    }
}

/// Lower-case letters, digits, `_`, `-`, `.`: a colon would blur the parts of a namespace.
fn merchant(object: &Object<'_>) -> Result<String, Refusal> {
    const FIELD: &str = "config.merchant";
    let Some(json) = object.raw("merchant") else {
        return Ok(String::new());
    };
    let merchant: String = serde_json::from_str(json)
        .map_err(|_| Refusal::invalid(FIELD, "feed-config-wrong-type"))?;
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_-.".contains(&b);
    if merchant.len() > MAX_MERCHANT_CHARS || !merchant.bytes().all(allowed) {
        return Err(
            Refusal::invalid(FIELD, "feed-config-bad-merchant").with("max", MAX_MERCHANT_CHARS)
        );
    }
    Ok(merchant)
}

fn tolerance_s(object: &Object<'_>) -> Result<u32, Refusal> {
    const FIELD: &str = "config.tolerance_s";
    let Some(json) = object.raw("tolerance_s") else {
        return Ok(DEFAULT_TOLERANCE_S);
    };
    let tolerance_s: i64 = serde_json::from_str(json)
        .map_err(|_| Refusal::invalid(FIELD, "feed-config-wrong-type"))?;
    u32::try_from(tolerance_s).ok().filter(|s| TOLERANCE_S.contains(s)).ok_or_else(|| {
        Refusal::invalid(FIELD, "feed-config-out-of-range")
            .with("min", TOLERANCE_S.start())
            .with("max", TOLERANCE_S.end())
    })
}
