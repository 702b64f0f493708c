//! Keys that a request carries in clear.

use subtle::Choice;

use super::{Headers, RefusedBecause, Secret, mac};

const API_KEY_SCHEME: &str = "Apikey";
const BEARER_SCHEME: &str = "Bearer";

/// Whether the key is one of the secrets; all of them are tried.
pub(super) fn is_one_of(secrets: &[Secret], key: &str) -> bool {
    secrets
        .iter()
        .fold(Choice::from(0), |found, secret| found | mac::same(secret.bytes(), key.as_bytes()))
        .into()
}

/// Checks a key that stands alone in a header.
pub(super) fn expect_in_header(
    name: &str,
    secrets: &[Secret],
    headers: &Headers,
) -> Result<(), RefusedBecause> {
    expect_secrets(secrets)?;
    let key = headers.only(name)?.ok_or(RefusedBecause::MissingApiKey)?;
    if is_one_of(secrets, key) { Ok(()) } else { Err(RefusedBecause::WrongApiKey) }
}

/// Checks `Authorization: Apikey <key>`.
pub(super) fn expect_api_key(secrets: &[Secret], headers: &Headers) -> Result<(), RefusedBecause> {
    expect_secrets(secrets)?;
    let header = headers.only("authorization")?.ok_or(RefusedBecause::MissingApiKey)?;
    let key = api_key(header).ok_or(RefusedBecause::MalformedAuthorization)?;
    if is_one_of(secrets, key) { Ok(()) } else { Err(RefusedBecause::WrongApiKey) }
}

/// Without a secret nothing can be believed.
pub(super) fn expect_secrets(secrets: &[Secret]) -> Result<(), RefusedBecause> {
    if secrets.is_empty() { Err(RefusedBecause::NoSecretConfigured) } else { Ok(()) }
}

/// The key of `Apikey <key>`.
pub(super) fn api_key(header: &str) -> Option<&str> {
    of_scheme(header, API_KEY_SCHEME)
}

/// The token of `Bearer <token>`.
pub(super) fn bearer(header: &str) -> Option<&str> {
    of_scheme(header, BEARER_SCHEME)
}

/// What follows the scheme of an `Authorization` header.
pub(super) fn of_scheme<'h>(header: &'h str, scheme: &str) -> Option<&'h str> {
    let (named, rest) = header.split_once(' ')?;
    named.eq_ignore_ascii_case(scheme).then(|| rest.trim())
}
