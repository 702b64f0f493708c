//! Reference codes: ten characters that survive what banks do to a memo. The prefix `CJW` (0 hits in
//! 122 real memos), five Crockford symbols of data, and two check symbols: the data as one number
//! modulo 1021. That finds every single substitution and every swap of neighbours; random text
//! behind the prefix passes about once in a thousand.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::crockford;
use crate::primitives::fold;

const PREFIX: &str = "CJW";
const DATA_SYMBOLS: usize = 5;
const CHECK_SYMBOLS: usize = 2;
/// A prime above 31 × 33, so that no change of one symbol or swap of two is a multiple of it.
const CHECK_MODULUS: u32 = 1021;
/// Characters of a reference.
pub const REFERENCE_LENGTH: usize = PREFIX.len() + DATA_SYMBOLS + CHECK_SYMBOLS;
/// Bits below the first data symbol's highest bit: that bit tells a request from a static code.
const KIND_BIT: u32 = 1 << 24;

/// A reference code, e.g. `CJW012346A`. Equal however it was written (case, O for 0, I or L for 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference(u32);

/// What a reference belongs to; told by its first data symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReferenceKind {
    /// `0`–`F`: a stall's printed code.
    Static,
    /// `G`–`Z`: one payment request.
    Dynamic,
}

impl Reference {
    /// From the five data symbols read as one number; `None` from 32⁵ on.
    #[must_use]
    pub const fn from_data(data: u32) -> Option<Self> {
        if data < KIND_BIT << 1 { Some(Self(data)) } else { None }
    }

    /// A stall's code from random bits, of which the lowest 24 are used.
    #[must_use]
    pub const fn random_static(random: u32) -> Self {
        Self(random & (KIND_BIT - 1))
    }

    /// A request's code from random bits, of which the lowest 24 are used.
    #[must_use]
    pub const fn random_dynamic(random: u32) -> Self {
        Self(random & (KIND_BIT - 1) | KIND_BIT)
    }

    /// The five data symbols as one number, below 32⁵.
    #[must_use]
    pub const fn data(self) -> u32 {
        self.0
    }

    #[must_use]
    pub const fn kind(self) -> ReferenceKind {
        if self.0 < KIND_BIT { ReferenceKind::Static } else { ReferenceKind::Dynamic }
    }

    #[must_use]
    pub const fn is_static(self) -> bool {
        matches!(self.kind(), ReferenceKind::Static)
    }

    /// Reads exactly one reference, in either case and with O, I and L for digits; nothing around it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (prefix, symbols) = text.as_bytes().split_at_checked(PREFIX.len())?;
        if !prefix.eq_ignore_ascii_case(PREFIX.as_bytes()) {
            return None;
        }
        let (data, check) = symbols.split_at_checked(DATA_SYMBOLS)?;
        if check.len() != CHECK_SYMBOLS {
            return None;
        }
        let data = crockford::number(data)?;
        (crockford::number(check)? == data % CHECK_MODULUS).then_some(Self(data))
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let check = self.0 % CHECK_MODULUS;
        let symbols =
            [self.0 >> 20, self.0 >> 15, self.0 >> 10, self.0 >> 5, self.0, check >> 5, check];
        f.write_str(PREFIX)?;
        symbols.into_iter().try_for_each(|bits| fmt::Write::write_char(f, crockford::symbol(bits)))
    }
}

impl Serialize for Reference {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Reference {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = <Cow<'de, str>>::deserialize(from)?;
        Self::parse(&text)
            .ok_or_else(|| de::Error::custom("expected a reference such as CJW012346A"))
    }
}

/// The distinct valid references of a memo, in the order in which they stand. The caller still
/// requires account and direction, and attributes only when there is exactly one.
#[must_use]
pub fn scan(memo: &str) -> Vec<Reference> {
    // J is rare in Vietnamese and English: most memos end here, without an allocation. Only an
    // ASCII memo can be judged before folding (ĵ folds to J).
    if memo.is_ascii() && !memo.bytes().any(|byte| byte.eq_ignore_ascii_case(&b'J')) {
        return Vec::new();
    }
    let folded = fold::memo(memo);
    let mut found = Vec::new();
    for (at, _) in folded.match_indices(PREFIX) {
        let candidate = folded.get(at..at + REFERENCE_LENGTH).and_then(Reference::parse);
        if let Some(reference) = candidate
            && !found.contains(&reference)
        {
            found.push(reference);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_example() {
        let reference = Reference::from_data(34_916).unwrap();
        assert_eq!(reference.to_string(), "CJW012346A");
        assert_eq!(Reference::parse("cjwoi2346a"), Some(reference));
        assert_eq!(Reference::parse("CJW012346A "), None);
        assert_eq!(Reference::parse("CJW012346"), None);
        assert_eq!(Reference::from_data(32_u32.pow(5)), None);
    }

    #[test]
    fn the_first_symbol_tells_the_kind() {
        for random in [0, 1, 0x00FF_FFFF, 0xFFFF_FFFF, 0xDEAD_BEEF] {
            let printed = Reference::random_static(random).to_string();
            assert!(matches!(printed.as_bytes()[3], b'0'..=b'9' | b'A'..=b'F'), "{printed}");
            assert!(Reference::parse(&printed).unwrap().is_static());
            let asked = Reference::random_dynamic(random).to_string();
            assert!(matches!(asked.as_bytes()[3], b'G'..=b'Z'), "{asked}");
            assert_eq!(Reference::parse(&asked).unwrap().kind(), ReferenceKind::Dynamic);
        }
    }
}
