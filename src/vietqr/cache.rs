//! A bounded memory of drawn symbols: a market's cards are asked for again and again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::image::{self, Format, Image, Level};
use crate::primitives::Refusal;

/// What an entry weighs beside its picture and payload: keys, tag, table.
const OVERHEAD_BYTES: usize = 256;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    payload: Box<str>,
    level: Level,
    format: Format,
}

#[derive(Debug)]
struct Entry {
    image: Arc<Image>,
    weight: usize,
    /// The count of uses at its last use.
    used: u64,
}

#[derive(Debug, Default)]
struct State {
    entries: HashMap<Key, Entry>,
    weight: usize,
    uses: u64,
}

/// Drawn symbols by payload, level and format; the least recently used leave first.
#[derive(Debug)]
pub struct ImageCache {
    max_images: usize,
    max_bytes: usize,
    state: Mutex<State>,
}

impl ImageCache {
    /// Holds at most `max_images` pictures of together at most `max_bytes`. Making room looks at
    /// every entry, so some thousands are the sensible most.
    #[must_use]
    pub fn new(max_images: usize, max_bytes: usize) -> Self {
        Self { max_images, max_bytes, state: Mutex::default() }
    }

    /// The picture of a payload, drawn if it is not held. Drawing happens outside the lock: two
    /// callers may draw the same picture once each, nobody waits for another's drawing.
    ///
    /// # Errors
    /// Those of [`image::draw`]; refusals are not held.
    pub fn get(&self, payload: &str, level: Level, format: Format) -> Result<Arc<Image>, Refusal> {
        let key = Key { payload: payload.into(), level, format };
        if let Some(image) = self.lock().find(&key) {
            return Ok(image);
        }
        let image = Arc::new(image::draw(payload, level, format)?);
        let weight = image.bytes.len() + payload.len() + OVERHEAD_BYTES;
        if self.max_images > 0 && weight <= self.max_bytes {
            let mut state = self.lock();
            state.insert(key, Arc::clone(&image), weight);
            state.shrink(self.max_images, self.max_bytes);
        }
        Ok(image)
    }

    /// How many pictures are held.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lock().entries.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What the held pictures weigh, with their keys.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.lock().weight
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn find(&mut self, key: &Key) -> Option<Arc<Image>> {
        self.uses += 1;
        let entry = self.entries.get_mut(key)?;
        entry.used = self.uses;
        Some(Arc::clone(&entry.image))
    }

    fn insert(&mut self, key: Key, image: Arc<Image>, weight: usize) {
        self.uses += 1;
        let entry = Entry { image, weight, used: self.uses };
        self.weight += weight;
        if let Some(replaced) = self.entries.insert(key, entry) {
            self.weight -= replaced.weight;
        }
    }

    fn shrink(&mut self, max_images: usize, max_bytes: usize) {
        while self.entries.len() > max_images || self.weight > max_bytes {
            let oldest = self.entries.iter().min_by_key(|(_, entry)| entry.used);
            let Some(oldest) = oldest.map(|(key, _)| key.clone()) else { return };
            if let Some(entry) = self.entries.remove(&oldest) {
                self.weight -= entry.weight;
            }
        }
    }
}
