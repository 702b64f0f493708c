//! The fields of configurations, each read and checked in one way whatever the provider.

use std::ops::RangeInclusive;

use serde::de::DeserializeOwned;

use super::fields::Object;
use crate::primitives::Refusal;

const DEFAULT_S: u32 = 300;
/// Below half a minute, ordinary clocks refuse each other; above an hour, a replay has all day.
pub(super) const TOLERANCE_S: RangeInclusive<u32> = 30..=3_600;
/// Below half a minute, a slow network lets every token expire; one above an hour that leaks is
/// good for too long.
pub(super) const TOKEN_LIFETIME_S: RangeInclusive<u32> = 30..=3_600;
const MAX_MERCHANT_CHARS: usize = 40;
const MAX_USERNAME_CHARS: usize = 64;

/// One of several words; `allowed` is how they are said. Required.
pub(super) fn one_of<T: DeserializeOwned>(
    object: &Object<'_>,
    name: &'static str,
    allowed: &'static str,
) -> Result<T, Refusal> {
    let field = format!("config.{name}");
    match object.raw(name) {
        None => Err(Refusal::invalid(field, "feed-config-missing")),
        Some(json) => serde_json::from_str(json).map_err(|_| {
            Refusal::invalid(field, "feed-config-not-one-of").with("allowed", allowed)
        }),
    }
}

/// Lower-case letters, digits, `_`, `-`, `.`: a colon would blur the parts of a namespace.
pub(super) fn merchant(object: &Object<'_>) -> Result<String, Refusal> {
    const FIELD: &str = "config.merchant";
    let Some(json) = object.raw("merchant") else {
        return Ok(String::new());
    };
    let merchant: String = serde_json::from_str(json)
        .map_err(|_| Refusal::invalid(FIELD, "feed-config-wrong-type"))?;
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_-.".contains(&b);
    if merchant.len() > MAX_MERCHANT_CHARS || !merchant.bytes().all(allowed) {
        return Err(
            Refusal::invalid(FIELD, "feed-config-bad-merchant").with("max", MAX_MERCHANT_CHARS)
        );
    }
    Ok(merchant)
}

/// Visible ASCII without a colon, which ends the name in Basic authentication (RFC 7617).
/// Required.
pub(super) fn username(object: &Object<'_>) -> Result<String, Refusal> {
    const FIELD: &str = "config.username";
    let json =
        object.raw("username").ok_or_else(|| Refusal::invalid(FIELD, "feed-config-missing"))?;
    let username: String = serde_json::from_str(json)
        .map_err(|_| Refusal::invalid(FIELD, "feed-config-wrong-type"))?;
    let allowed = |b: u8| b.is_ascii_graphic() && b != b':';
    if !(1..=MAX_USERNAME_CHARS).contains(&username.len()) || !username.bytes().all(allowed) {
        return Err(
            Refusal::invalid(FIELD, "feed-config-bad-username").with("max", MAX_USERNAME_CHARS)
        );
    }
    Ok(username)
}

/// A number of seconds within bounds; 300 if absent.
pub(super) fn seconds(
    object: &Object<'_>,
    name: &'static str,
    bounds: RangeInclusive<u32>,
) -> Result<u32, Refusal> {
    let field = || format!("config.{name}");
    let Some(json) = object.raw(name) else {
        return Ok(DEFAULT_S);
    };
    let seconds: i64 = serde_json::from_str(json)
        .map_err(|_| Refusal::invalid(field(), "feed-config-wrong-type"))?;
    u32::try_from(seconds).ok().filter(|s| bounds.contains(s)).ok_or_else(|| {
        Refusal::invalid(field(), "feed-config-out-of-range")
            .with("min", bounds.start())
            .with("max", bounds.end())
    })
}
