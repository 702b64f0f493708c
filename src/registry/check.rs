//! Judging what callers write: lengths, characters, phone numbers, account numbers.

use std::borrow::Cow;

use crate::primitives::Refusal;
use crate::primitives::visible::{is_hidden, is_visible};
use crate::vietqr;

/// Trimmed text of 1–`max` characters, of which none is a control or an unseen character.
///
/// # Errors
/// `text-length`, `text-control-character`, `text-hidden-character` on the field.
pub fn text(field: &'static str, text: &str, max: usize) -> Result<String, Refusal> {
    let trimmed = text.trim();
    if trimmed.is_empty() || trimmed.chars().count() > max {
        return Err(Refusal::invalid(field, "text-length").with("max", max));
    }
    if trimmed.chars().any(char::is_control) {
        return Err(Refusal::invalid(field, "text-control-character"));
    }
    if trimmed.chars().any(is_hidden) || !is_visible(trimmed) {
        return Err(Refusal::invalid(field, "text-hidden-character"));
    }
    Ok(trimmed.to_owned())
}

/// A Vietnamese mobile number, kept as `+84…`: `0` or `+84`, then 3, 5, 7, 8 or 9, then 8 digits.
/// Spaces, dots and hyphens between digits are forgiven.
///
/// # Errors
/// `phone-malformed` on the field.
pub fn phone(field: &'static str, text: &str) -> Result<String, Refusal> {
    let dense: String = text.trim().chars().filter(|c| !matches!(c, ' ' | '.' | '-')).collect();
    let subscriber = dense.strip_prefix("+84").or_else(|| dense.strip_prefix('0'));
    let is_mobile = |digits: &&str| {
        digits.len() == 9
            && digits.starts_with(['3', '5', '7', '8', '9'])
            && digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    match subscriber.filter(is_mobile) {
        Some(digits) => Ok(format!("+84{digits}")),
        None => Err(Refusal::invalid(field, "phone-malformed")),
    }
}

/// An account, card or merchant number: 1–19 ASCII letters and digits. In upper case: banks do not
/// tell cases apart, and `abcd1` must not be another account than `ABCD1`.
///
/// # Errors
/// `account-malformed` on the field.
pub fn number(field: &'static str, text: &str) -> Result<String, Refusal> {
    let trimmed = text.trim();
    vietqr::check_account(trimmed).map_err(|refusal| refusal.on(field))?;
    Ok(trimmed.to_ascii_uppercase())
}

/// A BIN of the bank directory.
///
/// # Errors
/// `unknown-bin` on the field.
pub fn bin(field: &'static str, bin: &str) -> Result<&'static vietqr::Bank, Refusal> {
    let unknown = || Refusal::invalid(field, "unknown-bin").with("bin", bin.escape_debug());
    vietqr::banks::by_bin(bin).ok_or_else(unknown)
}

/// A thing that must exist on the caller's board.
///
/// # Errors
/// `not-found` with `what`.
pub fn found<T>(found: Option<T>, what: &'static str) -> Result<T, Refusal> {
    found.ok_or_else(|| Refusal::not_found(what))
}

/// A thing that an input field points to, on the caller's board.
///
/// # Errors
/// `not-found` with `what`, on the field.
pub fn referred<T>(
    found: Option<T>,
    what: &'static str,
    field: impl Into<Cow<'static, str>>,
) -> Result<T, Refusal> {
    found.ok_or_else(|| Refusal::not_found(what).on(field))
}
