//! A feed's configuration: one shape per provider, every unknown or wrong field refused by name.
//! Secrets are no part of it. [`FeedConfig::parse`] is the only way in, so that nothing unchecked
//! becomes part of a namespace.

use serde::{Deserialize, Serialize};

use super::config_fields::{TOKEN_LIFETIME_S, TOLERANCE_S, merchant, one_of, seconds, username};
use super::fields::Object;
use super::{FeedKind, Headers, Provider, UndecodableBecause, connector};
use crate::primitives::Refusal;

/// The configuration of one feed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum FeedConfig {
    Sepay(SepayConfig),
    StandardWebhooks(StandardWebhooksConfig),
    Payos(PayosConfig),
    Casso(CassoConfig),
    VietqrVn(VietqrVnConfig),
    SepayBankHub(SepayBankHubConfig),
    Mbbank(MbbankConfig),
    Phone(PhoneConfig),
    Statement(StatementConfig),
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

/// Which of Casso's two webhook integrations; they differ in proof and in shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CassoVersion {
    /// The key in `Secure-Token`, several transactions in one call.
    V1,
    /// A signature in `X-Casso-Signature`, one transaction in one call.
    V2,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CassoConfig {
    /// There is no default.
    pub version: CassoVersion,
    /// Tells apart several Casso businesses; part of the namespace, may be empty.
    pub merchant: String,
    /// Seconds between the signature's time and the arrival; V2 only.
    pub tolerance_s: u32,
}

/// The tokens that a feed gives out, for providers that ask for one before they report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TokenConfig {
    /// The password is the feed's secret.
    pub username: String,
    pub token_lifetime_s: u32,
}

/// How VietQR.vn proves that it is VietQR.vn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VietqrVnAuthentication {
    /// It fetches a token with name and password, and shows it: a merchant's connection.
    Token,
    /// It signs the body: an agency's connection.
    Signature,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct VietqrVnConfig {
    /// There is no default.
    pub authentication: VietqrVnAuthentication,
    /// Tells apart several connections; part of the namespace, may be empty.
    pub merchant: String,
    /// With `token` only.
    #[serde(flatten)]
    pub token: Option<TokenConfig>,
}

/// How SePay's Bank Hub proves that it is SePay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SepayBankHubAuthentication {
    /// `X-Secret-Key: K`.
    SecretKey,
    /// `Authorization: Apikey K`.
    ApiKey,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SepayBankHubConfig {
    /// There is no default.
    pub authentication: SepayBankHubAuthentication,
    /// Tells apart several Bank Hub merchants; part of the namespace, may be empty.
    pub merchant: String,
}

/// What was agreed with MB; its interfaces are not published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MbbankAuthentication {
    /// Open API: MB fetches a token with name and password, and shows it.
    Token,
    /// Open API: MB always shows the same bearer token, which is the feed's secret.
    Bearer,
    /// MMS notices, with an MD5 over some fields and the access key.
    Checksum,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MbbankConfig {
    /// There is no default.
    pub authentication: MbbankAuthentication,
    /// Tells apart several contracts; part of the namespace, may be empty.
    pub merchant: String,
    /// With `token` only.
    #[serde(flatten)]
    pub token: Option<TokenConfig>,
}

/// Each phone has its own secret, so there is nothing to choose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PhoneConfig {
    /// Tells apart several phone feeds; part of the namespace, may be empty.
    pub merchant: String,
}

/// Made with the feed by the first import, never by hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StatementConfig {
    /// The account's id; part of the namespace, since banks number per account.
    pub merchant: String,
}

impl FeedConfig {
    /// Reads and checks a configuration as sent to the API or stored by [`Self::to_json`].
    ///
    /// # Errors
    /// Kind `Invalid` with the field (`config.authentication`) and one of the codes
    /// `feed-config-not-an-object`, `feed-config-unknown-field`, `feed-config-missing`,
    /// `feed-config-wrong-type`, `feed-config-not-one-of` (`allowed`), `feed-config-out-of-range`
    /// (`min`, `max`), `feed-config-bad-merchant` (`max`), `feed-config-bad-username` (`max`).
    pub fn parse(provider: Provider, json: &str) -> Result<Self, Refusal> {
        let object = Object::from_body(json.as_bytes()).map_err(|error| {
            let code = match error.because {
                UndecodableBecause::DuplicateField => "feed-config-duplicate-field",
                _ => "feed-config-not-an-object",
            };
            Refusal::invalid("config", code)
        })?;
        if let Some(unknown) = object.keys().find(|key| !known_fields(provider).contains(key)) {
            let shown: String = unknown.chars().take(64).collect();
            return Err(Refusal::invalid(format!("config.{shown}"), "feed-config-unknown-field"));
        }
        let merchant = merchant(&object)?;
        Ok(match provider {
            Provider::Sepay => Self::Sepay(SepayConfig {
                authentication: one_of(
                    &object,
                    "authentication",
                    "api_key, hmac, none_accepted_by_operator",
                )?,
                merchant,
                tolerance_s: seconds(&object, "tolerance_s", TOLERANCE_S)?,
            }),
            Provider::StandardWebhooks => Self::StandardWebhooks(StandardWebhooksConfig {
                merchant,
                tolerance_s: seconds(&object, "tolerance_s", TOLERANCE_S)?,
            }),
            Provider::Payos => Self::Payos(PayosConfig { merchant }),
            Provider::Casso => Self::Casso(CassoConfig {
                version: one_of(&object, "version", "v1, v2")?,
                merchant,
                tolerance_s: seconds(&object, "tolerance_s", TOLERANCE_S)?,
            }),
            Provider::VietqrVn => {
                let authentication = one_of(&object, "authentication", "token, signature")?;
                let by_token = authentication == VietqrVnAuthentication::Token;
                let token = TokenConfig::parse(&object, by_token)?;
                Self::VietqrVn(VietqrVnConfig { authentication, merchant, token })
            }
            Provider::SepayBankHub => Self::SepayBankHub(SepayBankHubConfig {
                authentication: one_of(&object, "authentication", "secret_key, api_key")?,
                merchant,
            }),
            Provider::Mbbank => {
                let authentication = one_of(&object, "authentication", "token, bearer, checksum")?;
                let by_token = authentication == MbbankAuthentication::Token;
                let token = TokenConfig::parse(&object, by_token)?;
                Self::Mbbank(MbbankConfig { authentication, merchant, token })
            }
            Provider::Phone => Self::Phone(PhoneConfig { merchant }),
            Provider::Statement => Self::Statement(StatementConfig { merchant }),
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
            Self::Casso(_) => Provider::Casso,
            Self::VietqrVn(_) => Provider::VietqrVn,
            Self::SepayBankHub(_) => Provider::SepayBankHub,
            Self::Mbbank(_) => Provider::Mbbank,
            Self::Phone(_) => Provider::Phone,
            Self::Statement(_) => Provider::Statement,
        }
    }

    #[must_use]
    pub fn merchant(&self) -> &str {
        match self {
            Self::Sepay(config) => &config.merchant,
            Self::StandardWebhooks(config) => &config.merchant,
            Self::Payos(config) => &config.merchant,
            Self::Casso(config) => &config.merchant,
            Self::VietqrVn(config) => &config.merchant,
            Self::SepayBankHub(config) => &config.merchant,
            Self::Mbbank(config) => &config.merchant,
            Self::Phone(config) => &config.merchant,
            Self::Statement(config) => &config.merchant,
        }
    }

    /// What of an account this feed reports; one feed at a time may report the same of it. Account
    /// feeds all report any transfer, whoever sends it. Order feeds report the orders of their merchant.
    #[must_use]
    pub fn source(&self) -> String {
        match connector(self.provider()).kind() {
            // A statement proves its days by itself, beside whoever else reports the account.
            _ if self.provider() == Provider::Statement => self.sender(),
            FeedKind::Account => "account".to_owned(),
            FeedKind::Order => self.sender(),
        }
    }

    /// Whose reports these are, as [`super::Reported::sender`] of its webhooks: `provider:merchant`,
    /// with the integration behind it where Casso's is the first.
    #[must_use]
    pub fn sender(&self) -> String {
        let company = format!("{}:{}", self.provider(), self.merchant());
        let Self::Casso(CassoConfig { version: CassoVersion::V1, .. }) = self else {
            return company;
        };
        super::casso::v1_sender(&company)
    }

    /// Whether a request for a token names the feed's user, whatever its password.
    #[must_use]
    pub fn names_user(&self, headers: &Headers) -> bool {
        let token = match self {
            Self::VietqrVn(config) => config.token.as_ref(),
            Self::Mbbank(config) => config.token.as_ref(),
            _ => None,
        };
        token.is_some_and(|token| super::tokens::is_of_user(token, headers))
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

impl TokenConfig {
    /// A feed that gives out no tokens has no use for these fields.
    fn parse(object: &Object<'_>, gives_out: bool) -> Result<Option<Self>, Refusal> {
        if gives_out {
            let token_lifetime_s = seconds(object, "token_lifetime_s", TOKEN_LIFETIME_S)?;
            return Ok(Some(Self { username: username(object)?, token_lifetime_s }));
        }
        match ["username", "token_lifetime_s"].into_iter().find(|name| object.raw(name).is_some()) {
            Some(name) => {
                Err(Refusal::invalid(format!("config.{name}"), "feed-config-unknown-field"))
            }
            None => Ok(None),
        }
    }
}

fn known_fields(provider: Provider) -> &'static [&'static str] {
    match provider {
        Provider::Sepay => &["authentication", "merchant", "tolerance_s"],
        Provider::StandardWebhooks => &["merchant", "tolerance_s"],
        Provider::Payos | Provider::Phone | Provider::Statement => &["merchant"],
        Provider::Casso => &["version", "merchant", "tolerance_s"],
        Provider::VietqrVn | Provider::Mbbank => {
            &["authentication", "merchant", "username", "token_lifetime_s"]
        }
        Provider::SepayBankHub => &["authentication", "merchant"],
    }
}
