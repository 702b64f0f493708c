//! HMACs, the one MD5 that a bank asks for, and comparisons that take the same time whatever they find.

use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;
use sha2::{Digest, Sha256, Sha512};
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

/// HMAC-SHA512 over the parts, one after another.
#[expect(clippy::expect_used, reason = "HMAC takes a key of any length; its error cannot occur")]
pub(super) fn hmac_sha512(key: &[u8], parts: &[&[u8]]) -> [u8; 64] {
    let mut mac = Hmac::<Sha512>::new_from_slice(key).expect("HMAC takes a key of any length");
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// MD5 over the parts and the key behind them. Only where a provider knows nothing better.
pub(super) fn md5_with_suffix(key: &[u8], parts: &[&[u8]]) -> [u8; 16] {
    let mut digest = Md5::new();
    for part in parts {
        digest.update(part);
    }
    digest.update(key);
    digest.finalize().into()
}

/// Whether `presented` is the HMAC-SHA256 of the parts under any of the keys.
pub(super) fn any_key_signed<'k>(
    keys: impl IntoIterator<Item = &'k [u8]>,
    parts: &[&[u8]],
    presented: &[u8; 32],
) -> bool {
    any_key_made(keys, presented, |key| hmac_sha256(key, parts))
}

/// Whether `presented` is the tag that any of the keys makes; all keys are tried.
pub(super) fn any_key_made<'k, const N: usize>(
    keys: impl IntoIterator<Item = &'k [u8]>,
    presented: &[u8; N],
    tag: impl Fn(&[u8]) -> [u8; N],
) -> bool {
    keys.into_iter()
        .fold(Choice::from(0), |found, key| found | tag(key).as_slice().ct_eq(presented.as_slice()))
        .into()
}

/// Whether two texts are equal. Digests are compared, so that not even the length shows.
pub(super) fn same(one: &[u8], other: &[u8]) -> Choice {
    Sha256::digest(one).as_slice().ct_eq(Sha256::digest(other).as_slice())
}

/// Reads a tag of `N` bytes, hexadecimal digits of either case.
pub(super) fn from_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut tag = [0_u8; N];
    hex::decode_to_slice(text, &mut tag).ok()?;
    Some(tag)
}
