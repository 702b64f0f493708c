//! Six digits that open a page. They are guessed in a million tries, so they are kept by Argon2id
//! (RFC 9106) of what the installation's key makes of them: without the key a stolen database says
//! nothing of them, and the callers count the tries.

use argon2::{Algorithm, Argon2, Params, Version};
use subtle::ConstantTimeEq as _;

use super::SecretKey;
use crate::db::{Fault, Outcome};
use crate::primitives::Refusal;

const DIGITS: usize = 6;
const SALT_BYTES: usize = 16;
const HASH_BYTES: usize = 32;
/// As OWASP's cheat sheet for passwords has it: 19 MiB, two passes.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;

/// Six digits.
#[derive(Clone)]
pub struct Pin(String);

impl Pin {
    /// # Errors
    /// `pin-not-six-digits` on `pin`.
    pub fn new(text: &str) -> Result<Self, Refusal> {
        if text.len() == DIGITS && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Ok(Self(text.to_owned()));
        }
        Err(Refusal::invalid("pin", "pin-not-six-digits"))
    }

    /// [`Self::new`] for digits that somebody chooses: not those that are tried first, one digit
    /// six times and rows like 123456.
    ///
    /// # Errors
    /// Also `pin-too-simple` on `pin`.
    pub fn chosen(text: &str) -> Result<Self, Refusal> {
        let pin = Self::new(text)?;
        let steps = text.as_bytes().windows(2).map(|pair| match pair {
            [first, second] => i16::from(*second) - i16::from(*first),
            _ => 0,
        });
        let mut steps: Vec<_> = steps.collect();
        steps.dedup();
        if matches!(steps.as_slice(), [-1..=1]) {
            return Err(Refusal::invalid("pin", "pin-too-simple"));
        }
        Ok(pin)
    }

    /// What is kept: salt and hash, in hexadecimal digits. It takes some 30 ms of a processor.
    pub fn hash(&self, key: &SecretKey) -> Outcome<String> {
        let mut salt = [0; SALT_BYTES];
        getrandom::fill(&mut salt).map_err(Fault::broken)?;
        Ok(format!("{}${}", hex::encode(salt), hex::encode(self.derived(&salt, key)?)))
    }

    /// Whether it is the one of which this was kept; as slow as [`Self::hash`].
    pub fn is(&self, kept: &str, key: &SecretKey) -> Outcome<bool> {
        let parts = kept.split_once('$');
        let read = |(salt, hash)| Some((hex::decode(salt).ok()?, hex::decode(hash).ok()?));
        let Some((salt, hash)) = parts.and_then(read) else {
            return Err(Fault::broken("a PIN's hash cannot be read"));
        };
        Ok(self.derived(&salt, key)?.ct_eq(&hash).into())
    }

    fn derived(&self, salt: &[u8], key: &SecretKey) -> Outcome<[u8; HASH_BYTES]> {
        let broken = |error: argon2::Error| Fault::broken(error.to_string());
        let params = Params::new(MEMORY_KIB, PASSES, 1, None).map_err(broken)?;
        let mut hash = [0; HASH_BYTES];
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(&key.mac("pin", self.0.as_bytes())?, salt, &mut hash)
            .map_err(broken)?;
        Ok(hash)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_known_again_under_their_key_alone() {
        let (key, other) = (SecretKey::generate().unwrap(), SecretKey::generate().unwrap());
        let pin = Pin::chosen("270361").unwrap();
        let kept = pin.hash(&key).unwrap();
        assert!(pin.is(&kept, &key).unwrap());
        assert!(!Pin::new("270362").unwrap().is(&kept, &key).unwrap());
        assert!(!pin.is(&kept, &other).unwrap());
        assert_ne!(kept, pin.hash(&key).unwrap(), "salted");
    }

    #[test]
    fn what_is_tried_first_is_not_chosen() {
        for simple in ["000000", "777777", "123456", "654321", "234567"] {
            assert_eq!(Pin::chosen(simple).err().unwrap().code, "pin-too-simple", "{simple}");
        }
        for wrong in ["12345", "1234567", "12345a", "", "１２３４５６"] {
            assert_eq!(Pin::chosen(wrong).err().unwrap().code, "pin-not-six-digits", "{wrong}");
        }
        assert!(Pin::chosen("123457").is_ok() && Pin::chosen("112233").is_ok());
    }
}
