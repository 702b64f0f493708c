//! The sender's side of the signatures: for the demo, the tests and `cho40 feed send`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{Secret, Undecodable, mac, payos_canonical_string, sepay, standard_webhooks};

/// A header to be sent; the name in lower case.
pub type Header = (&'static str, String);

/// `Authorization: Apikey K`.
#[must_use]
pub fn sepay_api_key(secret: &Secret) -> [Header; 1] {
    [("authorization", format!("{} {}", sepay::API_KEY_SCHEME, secret.expose()))]
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
