//! Crockford's base 32: 32 symbols without I, L, O and U, so that print and handwriting survive.

const SYMBOLS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The symbol of the lowest five bits.
#[must_use]
pub fn symbol(bits: u32) -> char {
    SYMBOLS.get((bits & 31) as usize).map_or('0', |symbol| char::from(*symbol))
}

/// The five bits of a symbol in either case; O reads as 0, I and L as 1; U is none.
#[must_use]
pub fn bits(symbol: u8) -> Option<u32> {
    match symbol.to_ascii_uppercase() {
        b'O' => Some(0),
        b'I' | b'L' => Some(1),
        upper => SYMBOLS.iter().position(|known| *known == upper).map(|place| place as u32),
    }
}

/// Several symbols as one number, the first most significant; at most six symbols fit.
pub(super) fn number(symbols: &[u8]) -> Option<u32> {
    symbols
        .iter()
        .try_fold(0_u32, |number, symbol| number.checked_mul(32)?.checked_add(bits(*symbol)?))
}
