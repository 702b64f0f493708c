//! SePay webhooks (my.sepay.vn): an account feed. Facts: developer.sepay.vn, SePay Webhooks.
//! (D) stands in its documentation, (O) was seen in independent integrations, (?) is unconfirmed.
//!
//! - Authenticity: `Authorization: Apikey K` (D); or `X-SePay-Signature: sha256=<hex>` with
//!   `X-SePay-Timestamp`, HMAC-SHA256 over `{timestamp}.{raw body}` (D); or none, which passes only
//!   if the operator named it. `whsec_…` secrets are used whole, as text (O).
//! - Identity: `id`, an integer or a string (O), stable over retries and manual replays (D).
//! - Outgoing transfers arrive at the same address (D) and are reported as outgoing.
//! - `transactionDate` is Vietnam's wall clock; `code` is often null or wrong, so the memo is
//!   `content`; `accumulated` is 0 where SePay does not know the balance (O).
//! - Answer: 200 `{"success":true}` within 30 s; seven more attempts within 33 minutes (D).
//! - Unconfirmed (?): whether a retry is signed afresh, and what "Gửi thử" (test send) contains;
//!   no test event is therefore recognised, and an id of 0 is undecodable instead of credited.
//! - What polling reads ([`super::sepay_list`]) is kept and read here too.

use super::connector::expect_post_on_hook;
use super::fields::{MAX_ID_CHARS, MAX_REFERENCE_CHARS, Object};
use super::sign::{self, Header};
use super::{
    Believed, Connector, Decoded, Direction, FeedConfig, FeedKind, Headers, Incoming, Outcome,
    Provider, RefusedBecause, Reply, Reported, Secret, SepayAuthentication, SepayConfig,
    Undecodable, UndecodableBecause, bin_of_gateway, freshness, keys, mac, redact, reply,
    sepay_list, times,
};
use crate::primitives::{Refusal, UnixMs, Vnd};

pub(super) const TIMESTAMP: &str = "x-sepay-timestamp";
pub(super) const SIGNATURE: &str = "x-sepay-signature";
pub(super) const SIGNATURE_PREFIX: &str = "sha256=";
/// API keys are chosen by the operator; shorter ones can be guessed over the network.
const MIN_SECRET_CHARS: usize = 12;

/// The connector.
#[derive(Debug)]
pub struct Sepay;

impl Connector for Sepay {
    fn provider(&self) -> Provider {
        Provider::Sepay
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
        now: UnixMs,
    ) -> Result<Believed, RefusedBecause> {
        let FeedConfig::Sepay(config) = config else {
            return Err(RefusedBecause::MisconfiguredFeed);
        };
        expect_post_on_hook(incoming)?;
        match config.authentication {
            SepayAuthentication::NoneAcceptedByOperator => {}
            SepayAuthentication::ApiKey => keys::expect_api_key(secrets, incoming.headers)?,
            SepayAuthentication::Hmac => verify_hmac(config, secrets, incoming, now)?,
        }
        Ok(Believed::Report)
    }

    fn decode(
        &self,
        config: &FeedConfig,
        body: &[u8],
        _received_at: UnixMs,
    ) -> Result<Decoded, Undecodable> {
        let FeedConfig::Sepay(config) = config else {
            return Err(Undecodable::new("config", UndecodableBecause::MisconfiguredFeed));
        };
        let body = Object::from_body(body)?;
        if let Some(listed) = sepay_list::decode(config, &body)? {
            return Ok(listed);
        }
        Ok(Decoded::Transfers(vec![transfer(config, &body)?]))
    }

    fn private_body(&self, body: &[u8]) -> Vec<u8> {
        // Read once: this is on the hook's way.
        let Ok(object) = Object::from_body(body) else { return Vec::new() };
        sepay_list::private_body(body, &object).unwrap_or_else(|| {
            redact::nulled(body, object.raw("accumulated").as_slice()).unwrap_or_default()
        })
    }

    fn reply(&self, _config: &FeedConfig, outcome: &Outcome, _delivery: &str) -> Reply {
        reply::success_reply(outcome)
    }

    fn presented_key<'h>(&self, headers: &'h Headers) -> Option<&'h str> {
        keys::api_key(headers.only("authorization").ok()??)
    }

    fn present_key(&self, _config: &FeedConfig, secret: &Secret) -> Option<Header> {
        let [header] = sign::sepay_api_key(secret);
        Some(header)
    }

    fn kept_headers(&self) -> &'static [&'static str] {
        &[TIMESTAMP, SIGNATURE, "content-type", "user-agent"]
    }
}

fn verify_hmac(
    config: &SepayConfig,
    secrets: &[Secret],
    incoming: &Incoming<'_>,
    now: UnixMs,
) -> Result<(), RefusedBecause> {
    keys::expect_secrets(secrets)?;
    let headers = incoming.headers;
    let signature = headers.only(SIGNATURE)?.ok_or(RefusedBecause::MissingSignature)?;
    let timestamp = headers.only(TIMESTAMP)?.ok_or(RefusedBecause::MissingTimestamp)?;
    let presented = signature
        .strip_prefix(SIGNATURE_PREFIX)
        .and_then(mac::from_hex)
        .ok_or(RefusedBecause::MalformedSignature)?;
    let signed_at = freshness::parse_seconds(timestamp)?;
    let parts: [&[u8]; 3] = [timestamp.as_bytes(), b".", incoming.body];
    if !mac::any_key_signed(secrets.iter().map(Secret::bytes), &parts, &presented) {
        return Err(RefusedBecause::WrongSignature);
    }
    // After the signature: only SePay's own clock is worth a remark about clocks.
    freshness::expect_fresh(signed_at, now, config.tolerance_s)
}

fn transfer(config: &SepayConfig, body: &Object<'_>) -> Result<Reported, Undecodable> {
    let provider_id = body.id("id")?;
    if provider_id.bytes().all(|b| b == b'0') {
        return Err(body.error("id", UndecodableBecause::NotAnIdentifier));
    }
    let direction = body.text("transferType", MAX_ID_CHARS)?;
    let direction = Direction::parse(&body.required("transferType", direction)?)
        .ok_or_else(|| body.error("transferType", UndecodableBecause::UnknownDirection))?;
    let date = body.text("transactionDate", MAX_ID_CHARS)?;
    let (occurred_at, precision) = times::wall_clock(&body.required("transactionDate", date)?)
        .map_err(|because| body.error("transactionDate", because))?;
    let account = body.account("accountNumber")?;
    let gateway = body.text("gateway", MAX_ID_CHARS)?;
    Ok(Reported {
        provider: Provider::Sepay,
        merchant: config.merchant.clone(),
        id_family: sepay_list::WEBHOOK_FAMILY.to_owned(),
        provider_id,
        direction,
        amount: body.amount("transferAmount")?,
        occurred_at,
        precision,
        bin: gateway.as_deref().and_then(bin_of_gateway).map(str::to_owned),
        account_number: Some(body.required("accountNumber", account)?),
        virtual_account: body.account("subAccount")?,
        memo: body.memo("content")?.unwrap_or_default(),
        code_hint: body.text("code", MAX_REFERENCE_CHARS)?,
        bank_reference: body.text("referenceCode", MAX_REFERENCE_CHARS)?,
        balance: body.balance("accumulated")?.filter(|balance| *balance != Vnd::ZERO),
        payer: None,
        order: None,
    })
}
