//! HMAC-SHA256 and comparisons that take the same time whatever they find.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};

/// HMAC-SHA256 over the parts, one after another.
#[expect(clippy::expect_used, reason = "HMAC takes a key of any length; its error cannot occur")]
pub(super) fn hmac_sha256(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// Whether `presented` is the HMAC of the parts under any of the keys; all keys are tried.
pub(super) fn any_key_signed<'k>(
    keys: impl IntoIterator<Item = &'k [u8]>,
    parts: &[&[u8]],
    presented: &[u8; 32],
) -> bool {
    keys.into_iter()
        .fold(Choice::from(0), |found, key| found | hmac_sha256(key, parts).ct_eq(presented))
        .into()
}

/// Whether two texts are equal. Digests are compared, so that not even the length shows.
pub(super) fn same(one: &[u8], other: &[u8]) -> Choice {
    Sha256::digest(one).as_slice().ct_eq(Sha256::digest(other).as_slice())
}

/// Reads 64 hexadecimal digits of either case.
pub(super) fn from_hex(text: &str) -> Option<[u8; 32]> {
    let mut tag = [0_u8; 32];
    hex::decode_to_slice(text, &mut tag).ok()?;
    Some(tag)
}
