//! The check code printed under a card's symbol, by which a person at the stall and a person at the
//! office see that both speak of the same code.

use sha2::{Digest, Sha256};

use super::crockford;

const SYMBOLS: u32 = 4;

/// Four Crockford symbols: the first 20 bits of the payload's SHA-256. It finds a card that was
/// swapped or misprinted (one in a million passes); it is no signature.
#[must_use]
pub fn check_code(payload: &str) -> String {
    let digest = Sha256::digest(payload.as_bytes());
    let first_bytes =
        digest.iter().take(4).fold(0_u32, |bits, byte| (bits << 8) | u32::from(*byte));
    (1..=SYMBOLS).map(|place| crockford::symbol(first_bytes >> (32 - 5 * place))).collect()
}

#[cfg(test)]
mod tests {
    use super::check_code;

    #[test]
    fn first_twenty_bits_of_sha_256() {
        // SHA-256("abc") = ba7816bf…: 10111 01001 11100 00001 → 23 9 28 1.
        assert_eq!(check_code("abc"), "Q9W1");
    }
}
