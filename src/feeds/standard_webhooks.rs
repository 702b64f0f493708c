//! Any sender that signs by the Standard Webhooks specification (standardwebhooks.com) and speaks
//! our own payload: an account feed for banks, scripts and other cho40 instances.
//!
//! - Authenticity (D): `webhook-id`, `webhook-timestamp` (seconds), `webhook-signature`, a list of
//!   `version,signature` separated by blanks. `v1` is HMAC-SHA256 over `id.timestamp.body` under
//!   the base64-decoded secret; other versions (`v1a`, …) are ignored. Any one match suffices.
//! - Payload: [`SCHEMA`]. Identity is `transfer_id`, unique per account; `webhook-id` only names
//!   the message.
//! - A body with `"test": true` tries the connection and reports nothing.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::connector::expect_post_on_hook;
use super::fields::{MAX_ID_CHARS, MAX_NAME_CHARS, MAX_REFERENCE_CHARS, Object};
use super::sign::Header;
use super::{
    Believed, Connector, Decoded, Direction, FeedConfig, FeedKind, Headers, Incoming, Outcome,
    Payer, Provider, RefusedBecause, Reply, Reported, Secret, StandardWebhooksConfig, Undecodable,
    UndecodableBecause, freshness, mac, redact, reply, times,
};
use crate::primitives::{Refusal, UnixMs};

/// JSON Schema 2020-12 of the payload, as published.
pub const SCHEMA: &str = include_str!("../../docs/schemas/transfer.v1.json");

pub(super) const MESSAGE_ID: &str = "webhook-id";
pub(super) const TIMESTAMP: &str = "webhook-timestamp";
pub(super) const SIGNATURE: &str = "webhook-signature";
pub(super) const SIGNATURE_PREFIX: &str = "v1,";
const SECRET_PREFIX: &str = "whsec_";
/// Bytes of a secret by the specification.
const SECRET_BYTES: std::ops::RangeInclusive<usize> = 24..=64;
const MAX_MESSAGE_ID_CHARS: usize = 256;
/// A rotation shows two or three; each costs one HMAC per secret at most.
const MAX_SIGNATURES: usize = 16;

/// The connector.
#[derive(Debug)]
pub struct StandardWebhooks;

impl Connector for StandardWebhooks {
    fn provider(&self) -> Provider {
        Provider::StandardWebhooks
    }

    fn kind(&self) -> FeedKind {
        FeedKind::Account
    }

    fn names_payers(&self) -> bool {
        true
    }

    fn accept_secret(&self, text: &str) -> Result<Secret, Refusal> {
        let secret = Secret::new(text, 1)?;
        match key(&secret) {
            Some(_) => Ok(secret),
            None => Err(Refusal::invalid("secret", "feed-secret-not-whsec")
                .with("min", SECRET_BYTES.start())
                .with("max", SECRET_BYTES.end())),
        }
    }

    fn verify(
        &self,
        config: &FeedConfig,
        secrets: &[Secret],
        incoming: &Incoming<'_>,
        now: UnixMs,
    ) -> Result<Believed, RefusedBecause> {
        let FeedConfig::StandardWebhooks(config) = config else {
            return Err(RefusedBecause::MisconfiguredFeed);
        };
        expect_post_on_hook(incoming)?;
        let keys: Vec<Vec<u8>> = secrets.iter().filter_map(key).collect();
        if keys.is_empty() {
            return Err(RefusedBecause::NoSecretConfigured);
        }
        let headers = incoming.headers;
        let signatures = headers.only(SIGNATURE)?.ok_or(RefusedBecause::MissingSignature)?;
        let timestamp = headers.only(TIMESTAMP)?.ok_or(RefusedBecause::MissingTimestamp)?;
        let id = headers.only(MESSAGE_ID)?.ok_or(RefusedBecause::MissingMessageId)?;
        // The dot separates the signed parts, so it cannot stand in the first of them.
        if id.is_empty() || id.len() > MAX_MESSAGE_ID_CHARS || id.contains('.') {
            return Err(RefusedBecause::MalformedMessageId);
        }
        let signed_at = freshness::parse_seconds(timestamp)?;
        let parts: [&[u8]; 5] = [id.as_bytes(), b".", timestamp.as_bytes(), b".", incoming.body];
        let mut matched = false;
        for presented in v1_signatures(signatures)? {
            matched |= mac::any_key_signed(keys.iter().map(Vec::as_slice), &parts, &presented);
        }
        if !matched {
            return Err(RefusedBecause::WrongSignature);
        }
        freshness::expect_fresh(signed_at, now, config.tolerance_s)?;
        Ok(Believed::Report)
    }

    fn decode(
        &self,
        config: &FeedConfig,
        body: &[u8],
        _received_at: UnixMs,
    ) -> Result<Decoded, Undecodable> {
        let FeedConfig::StandardWebhooks(config) = config else {
            return Err(Undecodable::new("config", UndecodableBecause::MisconfiguredFeed));
        };
        let body = Object::from_body(body)?;
        if body.boolean("test")? == Some(true) {
            return Ok(Decoded::Test("standard-webhooks-test"));
        }
        Ok(Decoded::Transfers(vec![transfer(config, &body)?]))
    }

    fn private_body(&self, body: &[u8]) -> Vec<u8> {
        redact::without_field(body, "balance_vnd")
    }

    fn reply(&self, _config: &FeedConfig, outcome: &Outcome, _delivery: &str) -> Reply {
        reply::told(outcome)
    }

    fn presented_key<'h>(&self, _headers: &'h Headers) -> Option<&'h str> {
        None
    }

    fn present_key(&self, _config: &FeedConfig, _secret: &Secret) -> Option<Header> {
        None
    }

    fn kept_headers(&self) -> &'static [&'static str] {
        &[MESSAGE_ID, TIMESTAMP, SIGNATURE, "content-type", "user-agent"]
    }
}

/// The key inside `whsec_…`; the prefix may be missing, as in the specification's test suite.
pub(super) fn key(secret: &Secret) -> Option<Vec<u8>> {
    let text = secret.expose();
    let key = STANDARD.decode(text.strip_prefix(SECRET_PREFIX).unwrap_or(text)).ok()?;
    SECRET_BYTES.contains(&key.len()).then_some(key)
}

/// The `v1` signatures of the header that are well formed.
fn v1_signatures(header: &str) -> Result<Vec<[u8; 32]>, RefusedBecause> {
    let mut v1 = header
        .split(' ')
        .filter_map(|entry| entry.strip_prefix(SIGNATURE_PREFIX))
        .take(MAX_SIGNATURES)
        .peekable();
    if v1.peek().is_none() {
        let versioned = header.split(' ').any(|entry| entry.contains(','));
        return Err(if versioned {
            RefusedBecause::UnsupportedSignature
        } else {
            RefusedBecause::MalformedSignature
        });
    }
    let signatures: Vec<[u8; 32]> =
        v1.filter_map(|text| STANDARD.decode(text).ok()?.try_into().ok()).collect();
    if signatures.is_empty() { Err(RefusedBecause::MalformedSignature) } else { Ok(signatures) }
}

fn transfer(config: &StandardWebhooksConfig, body: &Object<'_>) -> Result<Reported, Undecodable> {
    let provider_id = body.id("transfer_id")?;
    let bin = body.bin("bin")?;
    let bin = body.required("bin", bin)?;
    let account = body.account("account")?;
    let account = body.required("account", account)?;
    let direction = body.text("direction", MAX_ID_CHARS)?;
    let direction = Direction::parse(&body.required("direction", direction)?)
        .ok_or_else(|| body.error("direction", UndecodableBecause::UnknownDirection))?;
    let amount = body.amount("amount_vnd")?;
    let occurred_at = body.text("occurred_at", MAX_ID_CHARS)?;
    let (occurred_at, precision) =
        times::rfc3339_or_date(&body.required("occurred_at", occurred_at)?)
            .map_err(|because| body.error("occurred_at", because))?;
    let memo = body.memo("memo")?;
    Ok(Reported {
        provider: Provider::StandardWebhooks,
        merchant: config.merchant.clone(),
        id_family: format!("{bin}-{account}"),
        provider_id,
        direction,
        amount,
        occurred_at,
        precision,
        bin: Some(bin),
        account_number: Some(account),
        virtual_account: body.account("virtual_account")?,
        memo: body.required("memo", memo)?,
        code_hint: None,
        bank_reference: body.text("reference", MAX_REFERENCE_CHARS)?,
        balance: body.balance("balance_vnd")?,
        payer: payer(body)?,
        order: None,
    })
}

fn payer(body: &Object<'_>) -> Result<Option<Payer>, Undecodable> {
    let Some(payer) = body.object("payer", "payer.")? else {
        return Ok(None);
    };
    let payer = Payer {
        name: payer.text("name", MAX_NAME_CHARS)?,
        bin: payer.bin("bin")?,
        account: payer.account("account")?,
    };
    Ok(Some(payer).filter(|payer| *payer != Payer::default()))
}
