//! The ways in which providers connect, as they are chosen at the desk: which configuration each is, whose
//! secret it takes, and what is entered where at the provider (docs/feeds/ says the same at length).

use serde_json::{Map, Value};

use super::super::super::Words;
use crate::feeds::Provider;
use crate::intake::feeds::Feed;

/// Who makes the secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comes {
    /// We do, and it is entered at the provider.
    FromUs,
    /// The provider does, and it is entered here.
    FromThem,
    /// Each phone gets its own by pairing.
    ByPairing,
}

/// One way.
#[derive(Debug)]
pub(super) struct Way {
    /// In addresses and texts.
    pub key: &'static str,
    pub provider: Provider,
    /// The field of the configuration that makes it this way, and its word.
    field: Option<(&'static str, &'static str)>,
    /// It logs in with a name that we give it.
    pub has_user: bool,
    pub secret: Comes,
    /// Ends of the keys of what is done at the provider, in order.
    steps: &'static [&'static str],
}

const fn way(
    key: &'static str,
    provider: Provider,
    field: Option<(&'static str, &'static str)>,
    secret: Comes,
    steps: &'static [&'static str],
) -> Way {
    Way { key, provider, field, has_user: false, secret, steps }
}

const fn by_token(key: &'static str, provider: Provider, steps: &'static [&'static str]) -> Way {
    let way = way(key, provider, Some((AUTHENTICATION, "token")), Comes::FromUs, steps);
    Way { has_user: true, ..way }
}

const AUTHENTICATION: &str = "authentication";

/// The realistic ones first.
static WAYS: [Way; 14] = {
    use Comes::{ByPairing, FromThem, FromUs};
    use Provider::{Casso, Mbbank, Payos, Phone, Sepay, SepayBankHub, StandardWebhooks, VietqrVn};
    [
        way("phone", Phone, None, ByPairing, &["phone-1", "phone-2"]),
        way(
            "sepay-hmac",
            Sepay,
            Some((AUTHENTICATION, "hmac")),
            FromUs,
            &["sepay-1", "sepay-2", "sepay-hmac-3", "sepay-4"],
        ),
        way(
            "sepay-key",
            Sepay,
            Some((AUTHENTICATION, "api_key")),
            FromUs,
            &["sepay-1", "sepay-2", "sepay-key-3", "sepay-4"],
        ),
        way(
            "casso-v2",
            Casso,
            Some(("version", "v2")),
            FromThem,
            &["casso-v2-1", "casso-2", "casso-v2-3", "casso-4"],
        ),
        way(
            "casso-v1",
            Casso,
            Some(("version", "v1")),
            FromUs,
            &["casso-v1-1", "casso-2", "casso-v1-3", "casso-4"],
        ),
        by_token("vietqr-token", VietqrVn, &["vietqr-1", "vietqr-2"]),
        way(
            "vietqr-agency",
            VietqrVn,
            Some((AUTHENTICATION, "signature")),
            FromUs,
            &["vietqr-agency-1"],
        ),
        way(
            "bank-hub",
            SepayBankHub,
            Some((AUTHENTICATION, "secret_key")),
            FromThem,
            &["bank-hub-1", "bank-hub-2"],
        ),
        way(
            "bank-hub-key",
            SepayBankHub,
            Some((AUTHENTICATION, "api_key")),
            FromThem,
            &["bank-hub-1", "bank-hub-2"],
        ),
        by_token("mb-token", Mbbank, &["mb-1"]),
        way("mb-bearer", Mbbank, Some((AUTHENTICATION, "bearer")), FromUs, &["mb-1"]),
        way(
            "mb-checksum",
            Mbbank,
            Some((AUTHENTICATION, "checksum")),
            FromThem,
            &["mb-checksum-1", "mb-checksum-2"],
        ),
        way("payos", Payos, None, FromThem, &["payos-1", "payos-2"]),
        way("standard", StandardWebhooks, None, FromUs, &["standard-1"]),
    ]
};

pub(super) fn all() -> impl Iterator<Item = &'static Way> {
    WAYS.iter()
}

pub(super) fn of(key: &str) -> Option<&'static Way> {
    all().find(|way| way.key == key)
}

/// The way of a feed; none for one that is not offered at the desk.
pub(super) fn of_feed(feed: &Feed) -> Option<&'static Way> {
    let config = config(feed);
    let is = |way: &&Way| {
        way.field.is_none_or(|(name, word)| config.get(name).and_then(Value::as_str) == Some(word))
    };
    all().filter(|way| way.provider.as_str() == feed.provider).find(is)
}

fn config(feed: &Feed) -> Map<String, Value> {
    serde_json::from_str(feed.config.get()).unwrap_or_default()
}

impl Way {
    pub(super) fn name(&self, words: Words) -> String {
        words.say(&format!("desk-way-{}", self.key))
    }

    /// What it is for, in a sentence.
    pub(super) fn lead(&self, words: Words) -> String {
        let provider = self.provider.as_str().replace('_', "-");
        words.say(&format!("desk-provider-{provider}-lead"))
    }

    /// The feed's configuration, as JSON.
    pub(super) fn config(&self, username: String, merchant: String) -> String {
        let mut config = Map::new();
        if let Some((name, word)) = self.field {
            config.insert(name.to_owned(), word.into());
        }
        if self.has_user {
            config.insert("username".to_owned(), username.into());
        }
        if !merchant.is_empty() {
            config.insert("merchant".to_owned(), merchant.into());
        }
        Value::Object(config).to_string()
    }

    /// What is done at the provider, in order.
    pub(super) fn steps(&self, words: Words) -> Vec<String> {
        let step = |end: &&str| words.say(&format!("desk-step-{end}"));
        self.steps.iter().map(step).collect()
    }

    /// Labels, as the provider's own form has them where it is known, and values to be entered there.
    pub(super) fn pastes(&self, words: Words, feed: &Feed, base: &str) -> Vec<(String, String)> {
        let hook = format!("{base}{}", feed.hook_path);
        let said = |label: &str, value: String| (words.say(label), value);
        let user = config(feed).get("username").and_then(Value::as_str).unwrap_or("").to_owned();
        let user = said("desk-paste-username", user);
        match (self.provider, self.has_user) {
            (Provider::Phone, _) => Vec::new(),
            (Provider::VietqrVn, true) => vec![
                said("desk-paste-base", base.to_owned()),
                said("desk-paste-suffix", feed.hook_path.trim_start_matches('/').to_owned()),
                user,
            ],
            (Provider::Mbbank, true) => vec![
                said("desk-paste-token", format!("{hook}/api/token_generate")),
                said("desk-paste-report", format!("{hook}/bank/api/transaction-sync")),
                user,
            ],
            _ => vec![said("desk-paste-url", hook)],
        }
    }
}
