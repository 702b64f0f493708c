//! The cookies of pages: who the browser is, that the vendor has entered the six digits on it, who
//! is signed in at the desk, and which language was chosen.
//!
//! Over TLS the first two have the prefix `__Host-` (RFC 6265bis, 4.1.3.2): no other host and no page
//! without TLS can set it. Over plain HTTP, in a demo or a market's own network, browsers refuse
//! that prefix, so they have other names there.

use actix_web::http::header::{COOKIE, HeaderMap};

use super::origin;
use crate::web::texts::Language;

const SECURE: &str = "__Host-cho40-phone";
const PLAIN: &str = "cho40-phone";
const SECURE_SESSION: &str = "__Host-cho40-sap";
const PLAIN_SESSION: &str = "cho40-sap";
const SECURE_DESK: &str = "__Host-cho40-desk";
const PLAIN_DESK: &str = "cho40-desk";
const SECURE_KNOWN: &str = "__Host-cho40-desk-known";
const PLAIN_KNOWN: &str = "cho40-desk-known";
const FLASH: &str = "cho40-flash";
const LANGUAGE: &str = "cho40-lang";
/// Browsers keep none longer than 400 days.
const MAX_AGE_S: u32 = 400 * 24 * 60 * 60;
const MAX_VALUE: usize = 100;

fn value<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let pairs = headers.get_all(COOKIE).filter_map(|header| header.to_str().ok());
    pairs
        .flat_map(|header| header.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, value)| *key == name && value.len() <= MAX_VALUE)
        .map(|(_, value)| value)
}

/// By its prefixed name; over TLS the plain one counts for nothing, which another host of the domain
/// could have set.
fn either(headers: &HeaderMap, secure: &str, plain: &str) -> Option<String> {
    let plain = || value(headers, plain).filter(|_| !origin::is_secure(headers));
    value(headers, secure).or_else(plain).map(str::to_owned)
}

/// What names the browser.
pub(super) fn device(headers: &HeaderMap) -> Option<String> {
    either(headers, SECURE, PLAIN)
}

/// What shows that the vendor's digits were entered.
pub(super) fn session(headers: &HeaderMap) -> Option<String> {
    either(headers, SECURE_SESSION, PLAIN_SESSION)
}

/// What names a session at the desk.
pub(super) fn desk(headers: &HeaderMap) -> Option<String> {
    either(headers, SECURE_DESK, PLAIN_DESK)
}

/// What shows that somebody signed in at the desk with this browser before.
pub(super) fn known(headers: &HeaderMap) -> Option<String> {
    either(headers, SECURE_KNOWN, PLAIN_KNOWN)
}

/// What the page before has to say on this one: the end of a text's key.
pub(super) fn flash(headers: &HeaderMap) -> Option<&str> {
    let is_key = |key: &&str| key.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
    value(headers, FLASH).filter(|key| !key.is_empty()).filter(is_key)
}

/// The language that was chosen on the page.
pub(super) fn language(headers: &HeaderMap) -> Option<Language> {
    named(value(headers, LANGUAGE)?)
}

/// `vi` or `en`.
pub(super) fn named(tag: &str) -> Option<Language> {
    [Language::Vietnamese, Language::English].into_iter().find(|language| language.tag() == tag)
}

/// Lax, not Strict: the page is opened from Zalo and from the home screen.
fn set(name: (&str, &str), token: &str, is_secure: bool) -> String {
    let (secure, plain) = name;
    if is_secure {
        format!("{secure}={token}; Path=/; Max-Age={MAX_AGE_S}; HttpOnly; SameSite=Lax; Secure")
    } else {
        format!("{plain}={token}; Path=/; Max-Age={MAX_AGE_S}; HttpOnly; SameSite=Lax")
    }
}

pub(super) fn set_device(token: &str, is_secure: bool) -> String {
    set((SECURE, PLAIN), token, is_secure)
}

/// The server knows how long it holds.
pub(super) fn set_session(token: &str, is_secure: bool) -> String {
    set((SECURE_SESSION, PLAIN_SESSION), token, is_secure)
}

pub(super) fn set_desk(token: &str, is_secure: bool) -> String {
    set((SECURE_DESK, PLAIN_DESK), token, is_secure)
}

/// Takes the session's name off the browser; that it is known stays.
pub(super) fn drop_desk(is_secure: bool) -> String {
    let name = if is_secure { SECURE_DESK } else { PLAIN_DESK };
    let secure = if is_secure { "; Secure" } else { "" };
    format!("{name}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax{secure}")
}

pub(super) fn set_known(token: &str, is_secure: bool) -> String {
    set((SECURE_KNOWN, PLAIN_KNOWN), token, is_secure)
}

/// Says something on the next page; empty: no more.
pub(super) fn set_flash(key: &str) -> String {
    let age = if key.is_empty() { 0 } else { 60 };
    format!("{FLASH}={key}; Path=/ql; Max-Age={age}; HttpOnly; SameSite=Lax")
}

pub(super) fn set_language(language: Language) -> String {
    format!("{LANGUAGE}={}; Path=/; Max-Age={MAX_AGE_S}; SameSite=Lax", language.tag())
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    #[test]
    fn cookies_are_found_among_others() {
        let mut headers = HeaderMap::new();
        let value = HeaderValue::from_static("a=b; cho40-phone=12ab; cho40-lang=en;");
        headers.insert(COOKIE, value);
        assert_eq!(device(&headers).as_deref(), Some("12ab"));
        assert_eq!(language(&headers), Some(Language::English));
        headers.insert(COOKIE, HeaderValue::from_static("cho40-phone=1; __Host-cho40-phone=2"));
        assert_eq!(device(&headers).as_deref(), Some("2"));
        headers.insert(COOKIE, HeaderValue::from_static("xcho40-phone=1; cho40-lang=fr"));
        assert_eq!((device(&headers), language(&headers)), (None, None));
        headers.insert(COOKIE, HeaderValue::from_static("cho40-phone=1; cho40-sap=1"));
        let proxied = HeaderValue::from_static("https");
        headers.insert(HeaderName::from_static("x-forwarded-proto"), proxied);
        assert_eq!((device(&headers), session(&headers)), (None, None), "planted by another host");
    }
}
