//! Times of short work on one thread.

use std::time::{Duration, Instant};

use super::figures::median;

/// Short work is repeated until a sample takes this long, so that reading the clock costs nothing.
const SAMPLE: Duration = Duration::from_millis(2);

/// The median time of one call in nanoseconds, from samples taken for about `span`.
pub fn median_ns(span: Duration, mut work: impl FnMut()) -> u64 {
    let mut calls = 1_u64;
    while sample(calls, &mut work) < SAMPLE {
        calls *= 2;
    }
    let started = Instant::now();
    let mut samples = Vec::new();
    while samples.is_empty() || started.elapsed() < span {
        samples.push(sample(calls, &mut work).as_nanos() as u64 / calls);
    }
    median(samples)
}

fn sample(calls: u64, work: &mut impl FnMut()) -> Duration {
    let started = Instant::now();
    for _ in 0..calls {
        work();
    }
    started.elapsed()
}
