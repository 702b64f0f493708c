//! SePay Bank Hub notices (IPN): an account feed for platforms that link their merchants' accounts
//! through SePay. Another product than SePay's webhooks, in another shape. Facts: developer.sepay.vn,
//! Bank Hub. (D) stands in its documentation, (?) is unconfirmed.
//!
//! - Authenticity: `X-Secret-Key: K` or `Authorization: Apikey K`; its documentation has shown both
//!   (D). Nothing signs body or time, so TLS and the key are the only guards.
//! - Identity: `transaction_id`, a UUID (D).
//! - `transfer_type` is `credit` or `debit`; `amount` is positive in both (D).
//! - `transaction_date` is Vietnam's wall clock, ISO 8601 or a timestamp (D); `accumulated` is
//!   always 0 today (D).
//! - Answer: 200 `{"success":true}` as JSON (D). Retries are not documented (?).

use super::connector::expect_post_on_hook;
use super::fields::{MAX_ID_CHARS, MAX_REFERENCE_CHARS, Object};
use super::sign::{self, Header};
use super::{
    Believed, Connector, Decoded, Direction, FeedConfig, FeedKind, Headers, Incoming, Outcome,
    Provider, RefusedBecause, Reply, Reported, Secret, SepayBankHubAuthentication,
    SepayBankHubConfig, Undecodable, UndecodableBecause, bin_of_gateway, keys, redact, reply,
    times,
};
use crate::primitives::{Refusal, UnixMs, Vnd};

pub(super) const SECRET_KEY: &str = "x-secret-key";
const BALANCE: &str = "accumulated";
/// Shorter keys can be guessed over the network.
const MIN_SECRET_CHARS: usize = 12;

/// The connector.
#[derive(Debug)]
pub struct SepayBankHub;

impl Connector for SepayBankHub {
    fn provider(&self) -> Provider {
        Provider::SepayBankHub
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
        let FeedConfig::SepayBankHub(config) = config else {
            return Err(RefusedBecause::MisconfiguredFeed);
        };
        expect_post_on_hook(incoming)?;
        let headers = incoming.headers;
        match config.authentication {
            SepayBankHubAuthentication::SecretKey => {
                keys::expect_in_header(SECRET_KEY, secrets, headers)?;
            }
            SepayBankHubAuthentication::ApiKey => keys::expect_api_key(secrets, headers)?,
        }
        Ok(Believed::Report)
    }

    fn decode(
        &self,
        config: &FeedConfig,
        body: &[u8],
        received_at: UnixMs,
    ) -> Result<Decoded, Undecodable> {
        let FeedConfig::SepayBankHub(config) = config else {
            return Err(Undecodable::new("config", UndecodableBecause::MisconfiguredFeed));
        };
        let body = Object::from_body(body)?;
        Ok(Decoded::Transfers(vec![transfer(config, &body, received_at)?]))
    }

    fn private_body(&self, body: &[u8]) -> Vec<u8> {
        redact::without_field(body, BALANCE)
    }

    fn reply(&self, _config: &FeedConfig, outcome: &Outcome, _delivery: &str) -> Reply {
        reply::success_reply(outcome)
    }

    fn presented_key<'h>(&self, headers: &'h Headers) -> Option<&'h str> {
        match headers.only(SECRET_KEY).ok()? {
            Some(key) => Some(key),
            None => keys::api_key(headers.only("authorization").ok()??),
        }
    }

    fn present_key(&self, config: &FeedConfig, secret: &Secret) -> Option<Header> {
        let FeedConfig::SepayBankHub(config) = config else { return None };
        let [header] = sign::sepay_bank_hub(config.authentication, secret);
        Some(header)
    }

    fn kept_headers(&self) -> &'static [&'static str] {
        &["content-type", "user-agent"]
    }
}

fn transfer(
    config: &SepayBankHubConfig,
    body: &Object<'_>,
    received_at: UnixMs,
) -> Result<Reported, Undecodable> {
    let provider_id = body.id("transaction_id")?;
    let kind = body.text("transfer_type", MAX_ID_CHARS)?;
    let direction = match body.required("transfer_type", kind)?.as_str() {
        "credit" => Direction::In,
        "debit" => Direction::Out,
        _ => return Err(body.error("transfer_type", UndecodableBecause::UnknownDirection)),
    };
    let date = body.text_or_digits("transaction_date", MAX_ID_CHARS)?;
    let date = body.required("transaction_date", date)?;
    let is_digits = date.bytes().all(|b| b.is_ascii_digit());
    let read = if is_digits {
        times::epoch(&date, received_at)
    } else {
        times::wall_clock_or_rfc3339(&date)
    };
    let (occurred_at, precision) =
        read.map_err(|because| body.error("transaction_date", because))?;
    let account = body.account("account_number")?;
    let gateway = body.text("gateway", MAX_ID_CHARS)?;
    Ok(Reported {
        provider: Provider::SepayBankHub,
        merchant: config.merchant.clone(),
        id_family: "ipn".to_owned(),
        provider_id,
        direction,
        amount: body.amount("amount")?,
        occurred_at,
        precision,
        bin: gateway.as_deref().and_then(bin_of_gateway).map(str::to_owned),
        account_number: Some(body.required("account_number", account)?),
        virtual_account: body.account("va")?,
        memo: body.memo("content")?.unwrap_or_default(),
        code_hint: body.text("payment_code", MAX_REFERENCE_CHARS)?,
        bank_reference: body.text("reference_code", MAX_REFERENCE_CHARS)?,
        balance: body.balance(BALANCE)?.filter(|balance| *balance != Vnd::ZERO),
        payer: None,
        order: None,
    })
}
