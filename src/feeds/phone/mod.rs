//! Notifications and SMS of banks that an account holder's own phone forwards: an account feed
//! without a bank or aggregator. Facts: what common Android forwarders send (O), see
//! [`notice`]; what the notices say is for each board to confirm (?).
//!
//! - Authenticity: a secret of each phone's own, in `Authorization: Bearer` or `X-Device-Secret`;
//!   never in the address, which servers and proxies write down. Forwarders cannot sign, so TLS
//!   and the secret are the only guards.
//! - A notice means nothing without a [`reading::Template`] of its app. Whoever takes it in reads
//!   it first and keeps what [`reading::Reading::body`] makes of it; only such a body is decoded
//!   into what is counted. A body as it was sent is read by the examples, to try a feed.
//! - Identity: a notice has none; see [`reading::Reading::id`].
//! - `ping` below the hook, or as the text, says that the phone lives. It proves that phone,
//!   forwarder and network were up, not that the bank's app shows every transfer.

pub mod examples;
mod matching;
mod notice;
mod pattern;
mod reading;
mod text;
mod values;
mod words;

use std::borrow::Cow;

use super::fields::Object;
use super::sign::{self, Header};
use super::{
    Believed, Connector, Decoded, FeedConfig, FeedKind, Headers, Incoming, Outcome, Provider,
    RefusedBecause, Reply, Secret, Undecodable, UndecodableBecause, keys, redact, reply,
};
use crate::primitives::{Refusal, UnixMs};

pub use matching::{Fit, fit};
pub use notice::{Notice, Sent, app_key, form_field, read as read_notice};
pub use pattern::{Field, Mark, Part, Pattern};
pub use reading::{Number, Read, Reading, Template, read};
pub use text::{MAX_TEXT_CHARS, Sort, normalised, sort, speaks_of_secrets, without_balances};

pub(super) const DEVICE_SECRET: &str = "x-device-secret";
const PING_PATH: &str = "ping";
/// Ours are longer; shorter ones can be guessed over the network.
const MIN_SECRET_CHARS: usize = 12;

/// The connector.
#[derive(Debug)]
pub struct Phone;

/// The answer to a ping.
#[must_use]
pub fn pong() -> Reply {
    reply::ok(Cow::Borrowed(r#"{"outcome":"pong"}"#))
}

/// The place of the secret that a request carries.
#[must_use]
pub fn device_of(secrets: &[Secret], headers: &Headers) -> Option<usize> {
    let key = Phone.presented_key(headers)?;
    secrets.iter().position(|secret| keys::is_one_of(std::slice::from_ref(secret), key))
}

impl Connector for Phone {
    fn provider(&self) -> Provider {
        Provider::Phone
    }

    fn kind(&self) -> FeedKind {
        FeedKind::Account
    }

    fn names_payers(&self) -> bool {
        false
    }

    fn accept_secret(&self, text: &str) -> Result<Secret, Refusal> {
        Secret::new(text, MIN_SECRET_CHARS)
    }

    fn verify(
        &self,
        config: &FeedConfig,
        secrets: &[Secret],
        incoming: &Incoming<'_>,
        _now: UnixMs,
    ) -> Result<Believed, RefusedBecause> {
        if !matches!(config, FeedConfig::Phone(_)) {
            return Err(RefusedBecause::MisconfiguredFeed);
        }
        let is_ping = incoming.path_tail.trim_matches('/') == PING_PATH;
        if !is_ping && !matches!(incoming.path_tail, "" | "/") {
            return Err(RefusedBecause::UnknownPath);
        }
        if incoming.method != "POST" {
            return Err(RefusedBecause::MethodNotAllowed);
        }
        keys::expect_secrets(secrets)?;
        let headers = incoming.headers;
        match (headers.only(DEVICE_SECRET)?, headers.only("authorization")?) {
            (Some(_), _) => keys::expect_in_header(DEVICE_SECRET, secrets, headers)?,
            (None, Some(header)) => {
                let key = keys::bearer(header).ok_or(RefusedBecause::MalformedAuthorization)?;
                if !keys::is_one_of(secrets, key) {
                    return Err(RefusedBecause::WrongApiKey);
                }
            }
            (None, None) => return Err(RefusedBecause::MissingApiKey),
        }
        Ok(if is_ping { Believed::Question(pong()) } else { Believed::Report })
    }

    fn decode(
        &self,
        config: &FeedConfig,
        body: &[u8],
        received_at: UnixMs,
    ) -> Result<Decoded, Undecodable> {
        let FeedConfig::Phone(config) = config else {
            return Err(Undecodable::new("config", UndecodableBecause::MisconfiguredFeed));
        };
        if let Some(kept) = kept(body) {
            return Ok(Decoded::Transfers(vec![reading::decode(config, &kept)?]));
        }
        let (notice, timeless) = match notice::read(body, received_at)? {
            Sent::Ping => return Ok(Decoded::Test("phone-ping")),
            Sent::Notice(notice) => (notice, None),
            Sent::Timeless(notice, because) => (notice, Some(because)),
        };
        let read = read(examples::templates(), &notice);
        if let Some(because) = timeless.filter(|_| needs_time(&read, &notice)) {
            return Err(because);
        }
        let body = match read {
            Read::Transfer(reading) => by_examples(&notice, &reading),
            read if is_worth_marking(&read, &notice) => {
                return Err(Undecodable::new("text", UndecodableBecause::UnknownText));
            }
            _ => return Ok(Decoded::NotATransfer("phone-no-transfer")),
        };
        let kept = Object::from_body(&body)?;
        Ok(Decoded::Transfers(vec![reading::decode(config, &kept)?]))
    }

    fn private_body(&self, body: &[u8]) -> Vec<u8> {
        let Some(kept) = kept(body) else { return Vec::new() };
        let read = kept.object(reading::READ, "read.").ok().flatten();
        let balance = read.and_then(|read| read.raw("balance_vnd"));
        redact::nulled(body, balance.as_slice()).unwrap_or_default()
    }

    /// 200 with the outcome: forwarders show it in their logs. What cannot be read is named.
    fn reply(&self, _config: &FeedConfig, outcome: &Outcome, _delivery: &str) -> Reply {
        reply::told(outcome)
    }

    fn presented_key<'h>(&self, headers: &'h Headers) -> Option<&'h str> {
        match headers.only(DEVICE_SECRET).ok()? {
            Some(key) => Some(key),
            None => keys::bearer(headers.only("authorization").ok()??),
        }
    }

    fn present_key(&self, config: &FeedConfig, secret: &Secret) -> Option<Header> {
        matches!(config, FeedConfig::Phone(_)).then(|| sign::bearer(secret.expose()))
    }

    fn kept_headers(&self) -> &'static [&'static str] {
        &["content-type", "user-agent"]
    }
}

/// Whether a notice that was not read may wait until a person has marked it.
#[must_use]
pub fn is_worth_marking(read: &Read, notice: &Notice) -> bool {
    match (read, sort(&notice.whole())) {
        (Read::Unknown, sort) => sort == Sort::MoneyIn,
        // It has the form of a transfer's notice, so money in must not be lost to our words.
        (Read::Unclear, sort) => sort != Sort::Secret,
        (Read::Transfer(_) | Read::Secret, _) => false,
    }
}

/// Whether a notice without a time of the phone's cannot be taken in: its words do not tell one
/// payment, or nobody can read them yet, and a repetition would be another one.
#[must_use]
pub fn needs_time(read: &Read, notice: &Notice) -> bool {
    match read {
        Read::Transfer(reading) => reading.needs_instant(),
        Read::Unknown | Read::Unclear | Read::Secret => is_worth_marking(read, notice),
    }
}

/// A body of ours that was read before.
fn kept(body: &[u8]) -> Option<Object<'_>> {
    Object::from_body(body).ok().filter(|body| body.raw(reading::READ).is_some())
}

/// A body read by the examples: its account is what is shown, its digest needs no key.
fn by_examples(notice: &Notice, reading: &Reading) -> Vec<u8> {
    use sha2::{Digest, Sha256};
    let digest =
        Sha256::new_with_prefix("cho40 notice ").chain_update(notice.telling_words()).finalize();
    let digest = digest.first_chunk().map_or(0, |first| i64::from_be_bytes(*first));
    let number = reading.account.as_ref().map(|shown| shown.tail.as_str());
    let id = reading.id(&reading.words(digest, number), notice.told_at);
    reading.body(notice, "", &id, number)
}
