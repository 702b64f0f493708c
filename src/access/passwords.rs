//! Passwords of users: long rather than odd, and none of those that are tried first. They are kept
//! by Argon2id (RFC 9106); unlike a vendor's six digits they need no secret key, so that a key that
//! is lost locks nobody out.

use std::collections::HashSet;
use std::sync::LazyLock;

use argon2::{Algorithm, Argon2, Params, Version};
use subtle::ConstantTimeEq as _;
use tokio::sync::Semaphore;

use crate::db::{Fault, Outcome};
use crate::primitives::{Refusal, fold};

const SHORTEST: usize = 10;
const LONGEST: usize = 128;
const SALT_BYTES: usize = 16;
const HASH_BYTES: usize = 32;
/// As OWASP's cheat sheet for passwords has it: 19 MiB, two passes.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
/// Fewer different characters are a rhythm, not a password.
const DIFFERENT: usize = 5;
/// A login of fewer letters stands in many words.
const TELLING_LOGIN: usize = 4;
/// Passwords that are hashed at a time: each takes 19 MiB.
static HASHING: Semaphore = Semaphore::const_new(2);

/// Those that people take and that are tried first, folded; own list, no one's leak.
static COMMON: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| include_str!("../../assets/desk/common-passwords.txt").lines().collect());

/// What somebody typed.
#[derive(Clone)]
pub struct Password(String);

impl Password {
    /// Takes what was typed to be compared, whatever it is.
    #[must_use]
    pub fn typed(text: &str) -> Self {
        Self(text.chars().take(LONGEST + 1).collect())
    }

    /// For a password that somebody chooses.
    ///
    /// # Errors
    /// `password-length`, `password-common`, `password-like-login`; on `password`.
    pub fn chosen(text: &str, login: &str) -> Result<Self, Refusal> {
        let length = text.chars().count();
        if !(SHORTEST..=LONGEST).contains(&length) || text.contains('\0') {
            let refusal = Refusal::invalid("password", "password-length");
            return Err(refusal.with("min", SHORTEST).with("max", LONGEST));
        }
        let folded = fold::without_diacritics(text).to_lowercase();
        let letters: HashSet<char> = folded.chars().collect();
        let is_row = |step: i64| {
            let mut pairs = folded.chars().zip(folded.chars().skip(1));
            pairs.all(|(one, next)| i64::from(u32::from(next)) - i64::from(u32::from(one)) == step)
        };
        if letters.len() < DIFFERENT || is_row(1) || is_row(-1) || COMMON.contains(folded.as_str())
        {
            return Err(Refusal::invalid("password", "password-common"));
        }
        let login = fold::without_diacritics(login).to_lowercase();
        if login.chars().count() >= TELLING_LOGIN && folded.contains(&login) {
            return Err(Refusal::invalid("password", "password-like-login"));
        }
        Ok(Self(text.to_owned()))
    }

    /// What is kept: salt and hash, in hexadecimal digits.
    pub async fn hash(self) -> Outcome<String> {
        apart(move || {
            let mut salt = [0; SALT_BYTES];
            getrandom::fill(&mut salt).map_err(Fault::broken)?;
            Ok(format!("{}${}", hex::encode(salt), hex::encode(self.derived(&salt)?)))
        })
        .await
    }

    /// Whether it is the one of which this was kept. Where nothing was kept it is not, and takes as
    /// long: the time does not say which logins there are.
    pub async fn is(self, kept: Option<String>) -> Outcome<bool> {
        apart(move || {
            let Some(kept) = kept else {
                self.derived(&[0; SALT_BYTES])?;
                return Ok(false);
            };
            let parts = kept.split_once('$');
            let read = |(salt, hash)| Some((hex::decode(salt).ok()?, hex::decode(hash).ok()?));
            let Some((salt, hash)) = parts.and_then(read) else {
                return Err(Fault::broken("a password's hash cannot be read"));
            };
            Ok(self.derived(&salt)?.ct_eq(&hash).into())
        })
        .await
    }

    fn derived(&self, salt: &[u8]) -> Outcome<[u8; HASH_BYTES]> {
        let broken = |error: argon2::Error| Fault::broken(error.to_string());
        let params = Params::new(MEMORY_KIB, PASSES, 1, None).map_err(broken)?;
        let mut hash = [0; HASH_BYTES];
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(self.0.as_bytes(), salt, &mut hash)
            .map_err(broken)?;
        Ok(hash)
    }
}

/// Off the workers and the lane: money does not wait for it.
async fn apart<T: Send + 'static>(
    work: impl FnOnce() -> Outcome<T> + Send + 'static,
) -> Outcome<T> {
    let _place = HASHING.acquire().await.map_err(Fault::broken)?;
    tokio::task::spawn_blocking(work).await.map_err(Fault::broken)?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str, login: &str) -> &'static str {
        Password::chosen(text, login).err().map_or("", |refusal| refusal.code)
    }

    #[test]
    fn length_counts_and_not_composition() {
        for good in ["ghe xuong ba la", "mưa nắng hai mùa", "kjhgwxpqtr", "Rau-muống-7-ngàn"]
        {
            assert_eq!(refused(good, "chi.lua"), "", "{good}");
        }
        assert_eq!(refused("ghe xuong", "a"), "password-length");
        assert_eq!(refused(&"ab cd".repeat(26), "a"), "password-length");
    }

    #[test]
    fn what_is_tried_first_is_refused() {
        for common in [
            "1234567890",
            "Mật khẩu",
            "MatKhau123456",
            "aaaaaaaaaaaa",
            "abababababab",
            "0987654321",
            "abcdefghijklm",
            "Mậtkhẩu123",
        ] {
            let code = refused(common, "a");
            let expected = if common.chars().count() < SHORTEST {
                "password-length"
            } else {
                "password-common"
            };
            assert_eq!(code, expected, "{common}");
        }
        assert_eq!(refused("chợ của chi.lua", "Chi.Lua"), "password-like-login");
    }

    #[tokio::test]
    async fn it_is_known_again() {
        let kept = Password::typed("mưa nắng hai mùa").hash().await.unwrap();
        assert!(Password::typed("mưa nắng hai mùa").is(Some(kept.clone())).await.unwrap());
        assert!(!Password::typed("mưa nắng hai mua").is(Some(kept)).await.unwrap());
        assert!(!Password::typed("mưa nắng hai mùa").is(None).await.unwrap());
    }
}
