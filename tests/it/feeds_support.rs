//! What the feed tests share: samples, configurations, requests.

#![cfg(test)]

use cho40::feeds::{
    Connector, FeedConfig, Headers, Incoming, Provider, RefusedBecause, Reported, Secret,
    connector, sample::SampleTransfer,
};
use cho40::feeds::{Decoded, Direction, Undecodable};
use cho40::primitives::{UnixMs, Vnd};
use serde_json::Value;

/// 2026-09-10 19:27:01 in Vietnam, the timestamp of the signed SePay sample.
pub const SIGNED_AT_S: i64 = 1_789_043_221;
pub const SEPAY_SECRET: &str = "whsec_0123456789abcdef0123456789abcdef";
pub const STANDARD_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
pub const OTHER_STANDARD_SECRET: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
pub const PAYOS_SECRET: &str = "1a54716c8f0efb2744fb28b6e38b25da7f67a925d98bc1c18bd8faaecadd7675";

pub fn data(path: &str) -> Value {
    let path = format!("{}/tests/data/feeds/{path}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).unwrap()
}

pub fn at_s(seconds: i64) -> UnixMs {
    UnixMs(seconds * 1_000)
}

pub fn config(provider: Provider, json: &str) -> FeedConfig {
    FeedConfig::parse(provider, json).unwrap()
}

pub fn sepay_hmac() -> FeedConfig {
    config(Provider::Sepay, r#"{"authentication":"hmac"}"#)
}

pub fn sepay_api_key() -> FeedConfig {
    config(Provider::Sepay, r#"{"authentication":"api_key"}"#)
}

pub fn standard() -> FeedConfig {
    config(Provider::StandardWebhooks, "{}")
}

pub fn payos() -> FeedConfig {
    config(Provider::Payos, "{}")
}

pub fn secret(config: &FeedConfig, text: &str) -> Secret {
    connector(config.provider()).accept_secret(text).unwrap()
}

/// A configuration and a fitting secret for every way in which a feed can be verified.
pub fn every_signing_feed() -> Vec<(FeedConfig, Secret)> {
    [
        (sepay_hmac(), SEPAY_SECRET),
        (sepay_api_key(), "API_KEY_CUA_BAN"),
        (standard(), STANDARD_SECRET),
        (payos(), PAYOS_SECRET),
    ]
    .map(|(config, text)| {
        let secret = secret(&config, text);
        (config, secret)
    })
    .into()
}

pub fn of(config: &FeedConfig) -> &'static dyn Connector {
    connector(config.provider())
}

pub fn verify(
    config: &FeedConfig,
    secrets: &[Secret],
    headers: &Headers,
    body: &[u8],
    now: UnixMs,
) -> Result<(), RefusedBecause> {
    let incoming = Incoming { method: "POST", path_tail: "", query: "", headers, body };
    of(config).verify(config, secrets, &incoming, now)
}

pub fn decode(config: &FeedConfig, body: &Value) -> Result<Decoded, Undecodable> {
    of(config).decode(config, &serde_json::to_vec(body).unwrap())
}

/// The only transfer of a body.
pub fn one(decoded: Decoded) -> Reported {
    match decoded {
        Decoded::Transfers(transfers) if transfers.len() == 1 => {
            transfers.into_iter().next().unwrap()
        }
        other => panic!("expected one transfer, got {other:?}"),
    }
}

pub fn transfer() -> SampleTransfer<'static> {
    SampleTransfer {
        id: 60_000_001,
        gateway: "MBBank",
        bin: "970422",
        account: "0123456789",
        virtual_account: None,
        direction: Direction::In,
        amount: Vnd::new(45_000),
        occurred_at: at_s(SIGNED_AT_S - 1),
        memo: "CJW012346A tien rau",
        reference: "FT26253000000001",
        payer_name: Some("NGUYEN VAN A"),
        order_code: 4_711,
    }
}

/// The body that the feed's provider would send for [`transfer`], as JSON to be altered.
pub fn body(config: &FeedConfig) -> Value {
    let transfer = transfer();
    let body = match config {
        FeedConfig::Sepay(_) => transfer.sepay_body(),
        FeedConfig::StandardWebhooks(_) => transfer.standard_webhooks_body(),
        FeedConfig::Payos(_) => transfer.payos_body(&secret(config, PAYOS_SECRET)),
    };
    serde_json::from_slice(&body.unwrap()).unwrap()
}
