//! Random tokens that are kept only as hashes: those of keys, of stalls' links and of the browsers
//! that opened one. They have at least 128 random bits, so that looking a hash up tells nothing by
//! its time, and a hash without salt cannot be turned back.

use std::fmt::Write;

use sha2::{Digest, Sha256};

use crate::db::{Fault, Outcome};

/// The prefix and two hexadecimal digits for each random byte.
pub fn random(prefix: &str, bytes: usize) -> Outcome<String> {
    let mut random = vec![0; bytes];
    getrandom::fill(&mut random).map_err(Fault::broken)?;
    let mut token = String::from(prefix);
    for byte in random {
        let _ = write!(token, "{byte:02x}");
    }
    Ok(token)
}

/// What is stored of a token: SHA-256, in hexadecimal digits.
#[must_use]
pub fn hash(token: &str) -> String {
    hex::encode(Sha256::digest(token.as_bytes()))
}
