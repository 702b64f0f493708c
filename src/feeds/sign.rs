//! The sender's side of the signatures: for the demo, the tests and `cho40 feed send`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{
    Secret, SepayBankHubAuthentication, TokenConfig, Undecodable, casso, mac, mbbank,
    payos_canonical_string, sepay, sepay_bank_hub, standard_webhooks, tokens, vietqr_vn,
};
use crate::primitives::UnixMs;

/// A header to be sent; the name in lower case.
pub type Header = (&'static str, String);

/// `Authorization: Apikey K`.
#[must_use]
pub fn sepay_api_key(secret: &Secret) -> [Header; 1] {
    [("authorization", format!("Apikey {}", secret.expose()))]
}

/// `X-SePay-Timestamp` and `X-SePay-Signature` over the bytes to be sent; `timestamp_s` in
/// seconds since 1970.
#[must_use]
pub fn sepay_hmac(secret: &Secret, timestamp_s: i64, body: &[u8]) -> [Header; 2] {
    let timestamp = timestamp_s.to_string();
    let tag = mac::hmac_sha256(secret.bytes(), &[timestamp.as_bytes(), b".", body]);
    [
        (sepay::TIMESTAMP, timestamp),
        (sepay::SIGNATURE, format!("{}{}", sepay::SIGNATURE_PREFIX, hex::encode(tag))),
    ]
}

/// `webhook-id`, `webhook-timestamp` and `webhook-signature` (`v1`); `None` if the secret is not
/// `whsec_` and base64 of 24–64 bytes.
#[must_use]
pub fn standard_webhooks(
    secret: &Secret,
    message_id: &str,
    timestamp_s: i64,
    body: &[u8],
) -> Option<[Header; 3]> {
    let key = standard_webhooks::key(secret)?;
    let timestamp = timestamp_s.to_string();
    let parts: [&[u8]; 5] = [message_id.as_bytes(), b".", timestamp.as_bytes(), b".", body];
    let tag = STANDARD.encode(mac::hmac_sha256(&key, &parts));
    Some([
        (standard_webhooks::MESSAGE_ID, message_id.to_owned()),
        (standard_webhooks::TIMESTAMP, timestamp),
        (standard_webhooks::SIGNATURE, format!("{}{tag}", standard_webhooks::SIGNATURE_PREFIX)),
    ])
}

/// The `signature` field for the JSON text of `data`, in lower-case hex.
///
/// # Errors
/// If `data` is not a JSON object with distinct fields.
pub fn payos(secret: &Secret, data: &str) -> Result<String, Undecodable> {
    let canonical = payos_canonical_string(data)?;
    Ok(hex::encode(mac::hmac_sha256(secret.bytes(), &[canonical.as_bytes()])))
}

/// `Secure-Token: K`.
#[must_use]
pub fn casso_v1(secret: &Secret) -> [Header; 1] {
    [(casso::SECURE_TOKEN, secret.expose().to_owned())]
}

/// `X-Casso-Signature` over the sorted form of the body; `timestamp_ms` in milliseconds since 1970.
///
/// # Errors
/// If the body is no JSON that can be sorted.
pub fn casso_v2(
    secret: &Secret,
    timestamp_ms: i64,
    body: &str,
) -> Result<[Header; 1], Undecodable> {
    let timestamp = timestamp_ms.to_string();
    let sorted = casso::canonical(body)?;
    let parts: [&[u8]; 3] = [timestamp.as_bytes(), b".", sorted.as_bytes()];
    let tag = hex::encode(mac::hmac_sha512(secret.bytes(), &parts));
    Ok([(casso::SIGNATURE, format!("t={timestamp},v1={tag}"))])
}

/// `X-Secret-Key: K` or `Authorization: Apikey K`.
#[must_use]
pub fn sepay_bank_hub(authentication: SepayBankHubAuthentication, secret: &Secret) -> [Header; 1] {
    match authentication {
        SepayBankHubAuthentication::SecretKey => {
            [(sepay_bank_hub::SECRET_KEY, secret.expose().to_owned())]
        }
        SepayBankHubAuthentication::ApiKey => sepay_api_key(secret),
    }
}

/// `Authorization: Basic`, with the secret as the password.
#[must_use]
pub fn basic(config: &TokenConfig, secret: &Secret) -> Header {
    let credentials = STANDARD.encode(format!("{}:{}", config.username, secret.expose()));
    ("authorization", format!("Basic {credentials}"))
}

/// `Authorization: Bearer` with a token or a fixed key.
#[must_use]
pub fn bearer(token: &str) -> Header {
    ("authorization", format!("Bearer {token}"))
}

/// The token that the feed would give out now.
#[must_use]
pub fn token(config: &TokenConfig, secret: &Secret, now: UnixMs) -> String {
    tokens::issue(config, secret, now)
}

/// The `signature` of an agency's body at VietQR.vn, in lower-case hex.
///
/// # Errors
/// If the body is no JSON object, or names no transaction or amount.
pub fn vietqr_vn_agency(secret: &Secret, body: &str) -> Result<String, Undecodable> {
    let signed = vietqr_vn::agency_string(body)?;
    Ok(hex::encode(mac::hmac_sha256(secret.bytes(), &[signed.as_bytes()])))
}

/// The `checkSum` of one of MB's MMS notices, in lower-case hex.
///
/// # Errors
/// If the body is no JSON object of texts.
pub fn mbbank_checksum(secret: &Secret, body: &str) -> Result<String, Undecodable> {
    let summed = mbbank::checksum_string(body)?;
    Ok(hex::encode(mac::md5_with_suffix(secret.bytes(), &[summed.as_bytes()])))
}
