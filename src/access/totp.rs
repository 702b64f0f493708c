//! Codes of an authenticator app: TOTP (RFC 6238) over HMAC-SHA-1, 30 seconds, six digits, as every
//! app reads them.

use std::fmt::Write as _;

use hmac::{Hmac, Mac};
use sha1::Sha1;
use subtle::ConstantTimeEq as _;

use crate::db::{Fault, Outcome};
use crate::primitives::UnixMs;

/// 160 bits, as RFC 4226 (4, R6) recommends.
const SECRET_BYTES: usize = 20;
const STEP_MS: i64 = 30_000;
const DIGITS: usize = 6;
/// Steps by which a phone's clock may be off (RFC 6238, 5.2).
const DRIFT: i64 = 1;
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// A shared secret.
pub struct TotpSecret(Vec<u8>);

impl TotpSecret {
    pub fn generate() -> Outcome<Self> {
        let mut bytes = vec![0; SECRET_BYTES];
        getrandom::fill(&mut bytes).map_err(Fault::broken)?;
        Ok(Self(bytes))
    }

    #[must_use]
    pub const fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Base32 (RFC 4648, 6) without padding, as people type it into their app.
    #[must_use]
    pub fn to_base32(&self) -> String {
        let (mut text, mut held, mut bits) = (String::new(), 0_u32, 0_u32);
        for byte in &self.0 {
            held = (held << 8) | u32::from(*byte);
            bits += 8;
            while bits >= 5 {
                bits -= 5;
                let place = (held >> bits) & 31;
                text.extend(BASE32.get(place as usize).map(|letter| char::from(*letter)));
            }
            held &= (1 << bits) - 1;
        }
        if bits > 0 {
            let place = (held << (5 - bits)) & 31;
            text.extend(BASE32.get(place as usize).map(|letter| char::from(*letter)));
        }
        text
    }

    /// What the app's camera reads. `account` stands in the app's list beside `cho40`.
    #[must_use]
    pub fn to_uri(&self, account: &str) -> String {
        let mut label = String::new();
        for byte in account.bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~@".contains(&byte) {
                label.push(char::from(byte));
            } else {
                // Writing to a String cannot fail.
                let _ = write!(label, "%{byte:02X}");
            }
        }
        format!("otpauth://totp/cho40:{label}?secret={}&issuer=cho40", self.to_base32())
    }

    /// The step whose code this is, near an instant and after the last that was used; a code is
    /// good once.
    pub fn step_of(&self, code: &str, at: UnixMs, used: i64) -> Outcome<Option<i64>> {
        if code.len() != DIGITS || !code.bytes().all(|byte| byte.is_ascii_digit()) {
            return Ok(None);
        }
        let now = at.0.div_euclid(STEP_MS);
        let mut found = None;
        // All are looked at, whichever fits.
        for step in now - DRIFT..=now + DRIFT {
            let is_it: bool = self.code(step)?.as_bytes().ct_eq(code.as_bytes()).into();
            if is_it && step > used {
                found = found.or(Some(step));
            }
        }
        Ok(found)
    }

    /// The code of a step: what the app shows at `step × 30 s`.
    pub fn code(&self, step: i64) -> Outcome<String> {
        let mut mac =
            <Hmac<Sha1> as hmac::KeyInit>::new_from_slice(&self.0).map_err(Fault::broken)?;
        mac.update(&step.to_be_bytes());
        let digest = mac.finalize().into_bytes();
        let offset = usize::from(digest.last().copied().unwrap_or_default() & 15);
        let four = digest.get(offset..).and_then(<[u8]>::first_chunk::<4>).copied();
        let number = u32::from_be_bytes(four.unwrap_or_default()) & 0x7fff_ffff;
        Ok(format!("{:06}", number % 1_000_000))
    }

    /// The step of an instant.
    #[must_use]
    pub const fn step_at(at: UnixMs) -> i64 {
        at.0.div_euclid(STEP_MS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret() -> TotpSecret {
        TotpSecret(b"12345678901234567890".to_vec())
    }

    /// RFC 6238, appendix B, the last six of its eight digits.
    #[test]
    fn codes_are_those_of_the_standard() {
        for (second, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            let step = TotpSecret::step_at(UnixMs(second * 1_000));
            assert_eq!(secret().code(step).unwrap(), code);
        }
    }

    #[test]
    fn a_code_is_good_for_a_step_before_and_after_and_once() {
        let (secret, at) = (secret(), UnixMs(1_111_111_111_000));
        let now = TotpSecret::step_at(at);
        for (step, is_good) in [(-2, false), (-1, true), (0, true), (1, true), (2, false)] {
            let code = secret.code(now + step).unwrap();
            let found = secret.step_of(&code, at, 0).unwrap();
            assert_eq!(found, is_good.then_some(now + step), "{step}");
        }
        let code = secret.code(now).unwrap();
        assert_eq!(secret.step_of(&code, at, now).unwrap(), None, "used");
        assert_eq!(secret.step_of(&code, at, now - 1).unwrap(), Some(now));
        for wrong in ["", "05047", "0504711", "０５０４７１"] {
            assert_eq!(secret.step_of(wrong, at, 0).unwrap(), None, "{wrong}");
        }
    }

    #[test]
    fn the_secret_is_written_as_apps_read_it() {
        assert_eq!(secret().to_base32(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert_eq!(TotpSecret(b"fo".to_vec()).to_base32(), "MZXQ");
        let uri = secret().to_uri("chị Lụa");
        assert!(
            uri.starts_with("otpauth://totp/cho40:ch%E1%BB%8B%20L%E1%BB%A5a?secret=GEZD"),
            "{uri}"
        );
    }
}
