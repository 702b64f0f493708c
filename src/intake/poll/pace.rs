//! How often: requests of one key keep their distance, and runs that fail come ever later.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::primitives::UnixMs;
use crate::primitives::time::{MS_PER_HOUR, MS_PER_SECOND};

/// Waits so many milliseconds; tests move their clock instead.
pub type Pause = Arc<dyn Fn(u64) + Send + Sync>;

/// Longest time between two runs that fail.
const LONGEST_MS: i64 = MS_PER_HOUR;
const SHORTEST_MS: i64 = 30 * MS_PER_SECOND;
/// Keys that are remembered.
const KEYS: usize = 1_000;

/// Lets the thread sleep.
#[must_use]
pub fn sleep() -> Pause {
    Arc::new(|ms| std::thread::sleep(Duration::from_millis(ms)))
}

/// When each key, or address, may be used next, by its fingerprint; for all feeds of the process.
#[derive(Debug, Default)]
pub struct Pacer {
    next: Mutex<HashMap<i64, UnixMs>>,
}

impl Pacer {
    /// Books the key's next turn, and tells how long to wait for it.
    pub fn turn(&self, key: i64, now: UnixMs, distance_ms: i64) -> u64 {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        if next.len() >= KEYS {
            next.retain(|_, at| *at > now);
        }
        let at = next.get(&key).copied().unwrap_or(now).max(now);
        // A clock that was set back must not hold anybody up.
        let at = UnixMs(at.0.min(now.0.saturating_add(LONGEST_MS)));
        next.insert(key, at.plus_ms(distance_ms));
        at.0.saturating_sub(now.0).unsigned_abs()
    }

    /// Nobody uses the key before an instant: the provider has said so.
    pub fn hold(&self, key: i64, until: UnixMs) {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let at = next.entry(key).or_insert(until);
        *at = (*at).max(until);
    }
}

/// Time until the next run after so many failures in a row (from 1): doubled each time, up to an hour,
/// and up to a quarter more or less by `seed`, so that feeds that failed together come apart.
#[must_use]
pub fn back_off_ms(interval_s: i32, failures: i32, seed: i64) -> i64 {
    let first = (i64::from(interval_s) * MS_PER_SECOND).max(SHORTEST_MS);
    let doubled = first.saturating_mul(1 << failures.saturating_sub(1).clamp(0, 20));
    let base = doubled.min(LONGEST_MS.max(first));
    base + jitter_ms(base / 4, seed)
}

/// From minus to plus `most`.
fn jitter_ms(most: i64, seed: i64) -> i64 {
    seed.rem_euclid((2 * most).max(1)) - most
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_double_the_time_up_to_an_hour_with_a_quarter_of_jitter() {
        for (failures, seconds) in
            [(1, 60), (2, 120), (3, 240), (6, 1_920), (7, 3_600), (99, 3_600)]
        {
            let mut seen = std::collections::BTreeSet::new();
            for seed in [-7_777_777, -1, 0, 1, 12_345_678, i64::MIN, i64::MAX] {
                let ms = back_off_ms(60, failures, seed);
                let base = seconds * MS_PER_SECOND;
                assert!((base - base / 4..=base + base / 4).contains(&ms), "{failures}: {ms}");
                seen.insert(ms);
            }
            assert!(seen.len() > 3, "{failures}: {seen:?}");
        }
        assert!(back_off_ms(15, 1, 0) >= 22_500, "never at once");
        assert!(back_off_ms(86_400, 5, 0) >= 64_800_000, "never sooner than usual");
    }

    #[test]
    fn requests_of_one_key_keep_their_distance() {
        let (pacer, now) = (Pacer::default(), UnixMs(1_000_000));
        assert_eq!(pacer.turn(1, now, 500), 0);
        assert_eq!(pacer.turn(1, now, 500), 500);
        assert_eq!(pacer.turn(2, now, 500), 0, "another key");
        assert_eq!(pacer.turn(1, now.plus_ms(700), 500), 300);
        pacer.hold(1, now.plus_ms(9_000));
        assert_eq!(pacer.turn(1, now.plus_ms(2_000), 500), 7_000);
        assert!(pacer.turn(1, UnixMs(0), 500) <= 3_600_000, "the clock was set back");
    }
}
