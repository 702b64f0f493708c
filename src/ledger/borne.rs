//! References that several tellings bear, as those of one batch do, or a terminal's code that stands
//! on every line: they tell none from another, whatever the amounts.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use super::likeness::Telling;
use super::statement::Key;

/// References by their digests, each with the direction and amount of its only bearer; `None`:
/// several bear it.
#[derive(Debug, Default)]
pub struct Borne(HashMap<u64, Option<Key>>);

impl Borne {
    /// Notes the reference of one more telling. Gives back what its only bearer until now was of.
    pub fn add(&mut self, reference: Option<&str>, key: Key) -> Option<Key> {
        match self.0.entry(digest(reference?)) {
            Entry::Occupied(mut known) => known.get_mut().take(),
            Entry::Vacant(place) => {
                place.insert(Some(key));
                None
            }
        }
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    #[must_use]
    pub fn is_common(&self, telling: &Telling) -> bool {
        let reference = telling.own_reference();
        reference.is_some_and(|reference| self.0.get(&digest(reference)) == Some(&None))
    }

    /// Takes the references that several bear for none.
    pub fn forget_common<'t>(&self, all: impl Iterator<Item = &'t mut Telling>) {
        all.filter(|telling| self.is_common(telling)).for_each(Telling::share_reference);
    }
}

fn digest(reference: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    reference.hash(&mut hasher);
    hasher.finish()
}
