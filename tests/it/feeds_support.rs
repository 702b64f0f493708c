//! What the feed tests share: samples, configurations, requests.

#![cfg(test)]

use cho40::feeds::sample::SampleTransfer;
use cho40::feeds::{
    Believed, CassoVersion, Connector, Decoded, Direction, FeedConfig, Headers, Incoming,
    MbbankAuthentication, Provider, RefusedBecause, Reported, Secret, Undecodable, connector,
};
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

pub fn casso(version: &str) -> FeedConfig {
    config(Provider::Casso, &format!(r#"{{"version":"{version}"}}"#))
}

pub fn vietqr_vn() -> FeedConfig {
    config(Provider::VietqrVn, r#"{"authentication":"token","username":"vietqr-user"}"#)
}

pub fn vietqr_vn_agency() -> FeedConfig {
    config(Provider::VietqrVn, r#"{"authentication":"signature"}"#)
}

pub fn bank_hub(authentication: &str) -> FeedConfig {
    config(Provider::SepayBankHub, &format!(r#"{{"authentication":"{authentication}"}}"#))
}

pub fn mbbank_token() -> FeedConfig {
    config(Provider::Mbbank, r#"{"authentication":"token","username":"mb"}"#)
}

pub fn mbbank(authentication: &str) -> FeedConfig {
    config(Provider::Mbbank, &format!(r#"{{"authentication":"{authentication}"}}"#))
}

pub fn phone() -> FeedConfig {
    config(Provider::Phone, "{}")
}

pub fn secret(config: &FeedConfig, text: &str) -> Secret {
    connector(config.provider()).accept_secret(text).unwrap()
}

/// A configuration of every way in which a feed can be verified.
pub fn every_config() -> Vec<FeedConfig> {
    vec![
        sepay_hmac(),
        sepay_api_key(),
        standard(),
        payos(),
        casso("v1"),
        casso("v2"),
        vietqr_vn(),
        vietqr_vn_agency(),
        bank_hub("secret_key"),
        bank_hub("api_key"),
        mbbank_token(),
        mbbank("bearer"),
        mbbank("checksum"),
        phone(),
    ]
}

/// The same, each with a fitting secret.
pub fn every_signing_feed() -> Vec<(FeedConfig, Secret)> {
    let with_secret = |config: FeedConfig| {
        let text = match config {
            FeedConfig::StandardWebhooks(_) => STANDARD_SECRET,
            FeedConfig::Payos(_) => PAYOS_SECRET,
            _ => SEPAY_SECRET,
        };
        let secret = secret(&config, text);
        (config, secret)
    };
    every_config().into_iter().map(with_secret).collect()
}

/// Whether a request's proof is a key in clear, or a token: nothing that may be stored.
pub fn is_by_key(config: &FeedConfig) -> bool {
    let (provider, json) = (config.provider(), config.to_json());
    match provider {
        Provider::Sepay => json.contains("api_key"),
        Provider::Casso => json.contains("v1"),
        Provider::SepayBankHub | Provider::Phone => true,
        Provider::VietqrVn | Provider::Mbbank => {
            json.contains("\"token\"") || json.contains("bearer")
        }
        Provider::StandardWebhooks | Provider::Payos | Provider::Statement => false,
    }
}

pub fn of(config: &FeedConfig) -> &'static dyn Connector {
    connector(config.provider())
}

/// Verifies a `POST` on the hook itself, which is a report for every provider.
pub fn verify(
    config: &FeedConfig,
    secrets: &[Secret],
    headers: &Headers,
    body: &[u8],
    now: UnixMs,
) -> Result<(), RefusedBecause> {
    let incoming = Incoming { method: "POST", path_tail: "", query: "", headers, body };
    let believed = of(config).verify(config, secrets, &incoming, now)?;
    assert_eq!(believed, Believed::Report);
    Ok(())
}

/// Decodes a body that arrives when it was signed.
pub fn decode_bytes(config: &FeedConfig, body: &[u8]) -> Result<Decoded, Undecodable> {
    of(config).decode(config, body, at_s(SIGNED_AT_S))
}

pub fn decode(config: &FeedConfig, body: &Value) -> Result<Decoded, Undecodable> {
    decode_bytes(config, &serde_json::to_vec(body).unwrap())
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
        FeedConfig::Statement(_) => unreachable!("nobody sends statements"),
        FeedConfig::Sepay(_) => transfer.sepay_body(),
        FeedConfig::StandardWebhooks(_) => transfer.standard_webhooks_body(),
        FeedConfig::Payos(_) => transfer.payos_body(&secret(config, PAYOS_SECRET)),
        FeedConfig::Casso(casso) => match casso.version {
            CassoVersion::V1 => transfer.casso_v1_body(),
            CassoVersion::V2 => transfer.casso_v2_body(),
        },
        FeedConfig::VietqrVn(vietqr) => match vietqr.token {
            Some(_) => transfer.bank_sync_body(),
            None => transfer.vietqr_vn_agency_body(&secret(config, SEPAY_SECRET)),
        },
        FeedConfig::SepayBankHub(_) => transfer.sepay_bank_hub_body(),
        FeedConfig::Mbbank(mb) if mb.authentication == MbbankAuthentication::Checksum => {
            transfer.mbbank_notice_body(&secret(config, SEPAY_SECRET))
        }
        FeedConfig::Mbbank(_) => transfer.bank_sync_body(),
        FeedConfig::Phone(_) => transfer.phone_body(),
    };
    serde_json::from_slice(&body.unwrap()).unwrap()
}
