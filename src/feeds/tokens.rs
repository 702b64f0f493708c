//! Short-lived bearer tokens for providers that ask for one before they report. Nothing is kept of
//! them: a token is its own expiry under an HMAC whose key comes from the feed's secret, so every
//! process can check what another gave out, and all tokens end with their secret.
//!
//! The form is that of a JWT (RFC 7519) with HS256, since VietQR.vn's documents call them so.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use super::{Headers, RefusedBecause, Reply, Secret, TokenConfig, keys, mac, reply};
use crate::primitives::UnixMs;
use crate::primitives::time::MS_PER_SECOND;

const BASIC_SCHEME: &str = "Basic";
const JWT_HEADER: &str = r#"{"alg":"HS256","typ":"JWT"}"#;
/// No signature of a provider begins so: what is signed elsewhere is no token.
const KEY_PURPOSE: &[u8] = b"cho40 bearer token v1 ";

/// Answers a request for a token that brings name and password.
pub(super) fn answer(
    config: &TokenConfig,
    secrets: &[Secret],
    headers: &Headers,
    now: UnixMs,
) -> Result<Reply, RefusedBecause> {
    let header = headers.only("authorization")?.ok_or(RefusedBecause::MissingCredentials)?;
    let credentials = keys::of_scheme(header, BASIC_SCHEME)
        .and_then(|encoded| STANDARD.decode(encoded).ok())
        .ok_or(RefusedBecause::MalformedAuthorization)?;
    // Every secret is tried, so that the time does not tell which one is right.
    let mut found = None;
    for secret in secrets {
        let expected = format!("{}:{}", config.username, secret.expose());
        if bool::from(mac::same(expected.as_bytes(), &credentials)) {
            found = Some(secret);
        }
    }
    let secret = found.ok_or(RefusedBecause::WrongCredentials)?;
    let token = issue(config, secret, now);
    let lifetime_s = config.token_lifetime_s;
    Ok(reply::uncached(format!(
        r#"{{"access_token":"{token}","token_type":"Bearer","expires_in":{lifetime_s}}}"#
    )))
}

/// Whether credentials name the user, whatever the password.
pub(super) fn is_of_user(config: &TokenConfig, headers: &Headers) -> bool {
    let header = headers.only("authorization").ok().flatten();
    let credentials = header
        .and_then(|header| keys::of_scheme(header, BASIC_SCHEME))
        .and_then(|encoded| STANDARD.decode(encoded).ok());
    let user = format!("{}:", config.username);
    credentials.is_some_and(|sent| sent.starts_with(user.as_bytes()))
}

/// A token that is good from now on for the feed's lifetime of tokens.
pub(super) fn issue(config: &TokenConfig, secret: &Secret, now: UnixMs) -> String {
    let expires_at_s = now.get().div_euclid(MS_PER_SECOND) + i64::from(config.token_lifetime_s);
    let claims = format!(r#"{{"exp":{expires_at_s}}}"#);
    let signed =
        format!("{}.{}", URL_SAFE_NO_PAD.encode(JWT_HEADER), URL_SAFE_NO_PAD.encode(claims));
    let tag = mac::hmac_sha256(&key(config, secret), &[signed.as_bytes()]);
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(tag))
}

/// Checks the `Authorization: Bearer` of a report.
pub(super) fn expect(
    config: &TokenConfig,
    secrets: &[Secret],
    headers: &Headers,
    now: UnixMs,
) -> Result<(), RefusedBecause> {
    let header = headers.only("authorization")?.ok_or(RefusedBecause::MissingToken)?;
    let token = keys::bearer(header).ok_or(RefusedBecause::MalformedAuthorization)?;
    let (signed, tag) = token.rsplit_once('.').ok_or(RefusedBecause::WrongToken)?;
    let tag: [u8; 32] = URL_SAFE_NO_PAD
        .decode(tag)
        .ok()
        .and_then(|tag| tag.try_into().ok())
        .ok_or(RefusedBecause::WrongToken)?;
    let keys: Vec<[u8; 32]> = secrets.iter().map(|secret| key(config, secret)).collect();
    let keys = keys.iter().map(<[u8; 32]>::as_slice);
    if !mac::any_key_signed(keys, &[signed.as_bytes()], &tag) {
        return Err(RefusedBecause::WrongToken);
    }
    // From here on it is a token of ours.
    let expires_at_s = expiry_s(signed).ok_or(RefusedBecause::WrongToken)?;
    if now.get() >= expires_at_s.saturating_mul(MS_PER_SECOND) {
        return Err(RefusedBecause::ExpiredToken);
    }
    Ok(())
}

fn key(config: &TokenConfig, secret: &Secret) -> [u8; 32] {
    mac::hmac_sha256(secret.bytes(), &[KEY_PURPOSE, config.username.as_bytes()])
}

fn expiry_s(signed: &str) -> Option<i64> {
    let (_, claims) = signed.split_once('.')?;
    let claims = String::from_utf8(URL_SAFE_NO_PAD.decode(claims).ok()?).ok()?;
    claims.strip_prefix(r#"{"exp":"#)?.strip_suffix('}')?.parse().ok()
}
