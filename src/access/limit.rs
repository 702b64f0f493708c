//! Sections of markets that somebody's work is limited to.

use std::fmt;
use std::sync::Arc;

use crate::primitives::ids::SectionId;

/// None: the whole board.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SectionLimit(Option<Arc<[SectionId]>>);

impl SectionLimit {
    /// No limit.
    pub const NONE: Self = Self(None);

    /// To these sections; an empty list is no limit.
    #[must_use]
    pub fn to(mut sections: Vec<SectionId>) -> Self {
        sections.sort_unstable();
        sections.dedup();
        Self((!sections.is_empty()).then(|| sections.into()))
    }

    #[must_use]
    pub const fn is_limited(&self) -> bool {
        self.0.is_some()
    }

    #[must_use]
    pub fn allows(&self, section_id: SectionId) -> bool {
        self.0.as_deref().is_none_or(|sections| sections.contains(&section_id))
    }

    /// The sections; none where there is no limit.
    #[must_use]
    pub fn as_slice(&self) -> &[SectionId] {
        self.0.as_deref().unwrap_or_default()
    }

    /// Reads the stored form. A word that is no id stays a limit, to a section that is not there:
    /// what cannot be read must not open the whole board.
    #[must_use]
    pub fn from_stored(text: &str) -> Self {
        let read = |word: &str| SectionId::parse(word).unwrap_or(SectionId(0));
        Self::to(text.split_whitespace().map(read).collect())
    }
}

impl fmt::Display for SectionLimit {
    /// The stored form: ids joined by spaces.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids: Vec<_> = self.as_slice().iter().map(ToString::to_string).collect();
        f.write_str(&ids.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_read_as_it_was_kept_and_never_widens() {
        let limit = SectionLimit::to(vec![SectionId(9), SectionId(3), SectionId(9)]);
        assert_eq!(SectionLimit::from_stored(&limit.to_string()), limit);
        assert!(limit.allows(SectionId(3)) && !limit.allows(SectionId(4)));
        assert!(SectionLimit::NONE.allows(SectionId(4)));
        assert_eq!(SectionLimit::from_stored(""), SectionLimit::NONE);
        assert!(!SectionLimit::from_stored("nonsense").allows(SectionId(4)));
    }
}
