//! A feed's shared secret. It never shows itself in logs, and an empty one cannot exist: an HMAC
//! under an empty key is one that anybody can make.

use std::fmt;

use crate::primitives::Refusal;

const MAX_SECRET_CHARS: usize = 512;

/// A shared secret as text, exactly as the provider uses it. It has no `==`, because comparing
/// secrets is only ever done in constant time.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Takes a secret without blanks around it: a pasted newline must not lose money.
    ///
    /// # Errors
    /// `feed-secret-too-short` below `min_chars` (at least one is always required),
    /// `feed-secret-too-long`, `feed-secret-malformed` if not visible ASCII.
    pub fn new(text: &str, min_chars: usize) -> Result<Self, Refusal> {
        let text = text.trim();
        let min_chars = min_chars.max(1);
        if text.len() < min_chars {
            return Err(Refusal::invalid("secret", "feed-secret-too-short").with("min", min_chars));
        }
        if text.len() > MAX_SECRET_CHARS {
            return Err(
                Refusal::invalid("secret", "feed-secret-too-long").with("max", MAX_SECRET_CHARS)
            );
        }
        if !text.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(Refusal::invalid("secret", "feed-secret-malformed"));
        }
        Ok(Self(text.to_owned()))
    }

    /// The secret itself, to be encrypted at rest or sent as a sample.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}
