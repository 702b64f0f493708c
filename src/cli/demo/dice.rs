//! Seeded chance: every part of the demo throws dice of its own, so that one more throw here does
//! not change what happens there.

use rand::seq::{IndexedRandom, SliceRandom};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const LETTERS_AND_DIGITS: &[u8; 36] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/// A stream of chance, the same for the same seed and purpose.
pub struct Dice(ChaCha8Rng);

impl Dice {
    /// `number` tells apart the streams of one purpose, e.g. days.
    pub fn new(seed: u64, purpose: &str, number: u64) -> Self {
        let mut key = [0; 32];
        let (numbers, name) = key.split_at_mut(16);
        let bytes = seed.to_le_bytes().into_iter().chain(number.to_le_bytes());
        numbers.iter_mut().zip(bytes).for_each(|(place, byte)| *place = byte);
        name.iter_mut().zip(purpose.bytes()).for_each(|(place, byte)| *place = byte);
        Self(ChaCha8Rng::from_seed(key))
    }

    /// Both ends included; `low` where the ends are reversed.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        self.0.random_range(low..=high.max(low))
    }

    /// True so many times of a thousand.
    pub fn chance(&mut self, per_mille: u32) -> bool {
        self.0.random_range(0..1_000) < per_mille
    }

    /// A whole number that is `thousandths` / 1,000 on average.
    pub fn about(&mut self, thousandths: u32) -> u32 {
        thousandths / 1_000 + u32::from(self.chance(thousandths % 1_000))
    }

    pub fn pick<'t, T>(&mut self, from: &'t [T]) -> Option<&'t T> {
        from.choose(&mut self.0)
    }

    /// One of the words; empty only for an empty list.
    pub fn word<'t>(&mut self, from: &'t [String]) -> &'t str {
        self.pick(from).map_or("", String::as_str)
    }

    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        items.shuffle(&mut self.0);
    }

    pub fn digits(&mut self, count: usize) -> String {
        (0..count).map(|_| char::from(b'0' + self.0.random_range(0..10_u8))).collect()
    }

    pub fn letters_and_digits(&mut self, count: usize) -> String {
        (0..count).filter_map(|_| self.pick(LETTERS_AND_DIGITS)).copied().map(char::from).collect()
    }

    /// A seed for another stream.
    pub fn seed(&mut self) -> u64 {
        self.0.random()
    }
}
