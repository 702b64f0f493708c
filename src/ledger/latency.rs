//! How late a feed reports: bank time to recorded time, in the ten buckets of `feed_days`.

use serde::Serialize;
use utoipa::ToSchema;

use crate::primitives::time::{MS_PER_HOUR, MS_PER_MINUTE, MS_PER_SECOND};

pub const BUCKETS: usize = 10;

/// The columns of `feed_days`, in the order of the buckets.
pub const COLUMNS: [&str; BUCKETS] = [
    "latency_0",
    "latency_1",
    "latency_2",
    "latency_3",
    "latency_4",
    "latency_5",
    "latency_6",
    "latency_7",
    "latency_8",
    "latency_9",
];

/// Upper bounds, each included; the last bucket is everything beyond.
pub const UPPER_BOUNDS_MS: [i64; BUCKETS - 1] = [
    MS_PER_SECOND,
    2 * MS_PER_SECOND,
    5 * MS_PER_SECOND,
    10 * MS_PER_SECOND,
    30 * MS_PER_SECOND,
    MS_PER_MINUTE,
    5 * MS_PER_MINUTE,
    30 * MS_PER_MINUTE,
    24 * MS_PER_HOUR,
];

/// A percentile as far as buckets tell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Delay {
    /// Not longer than this.
    AtMostMs(i64),
    /// Longer than this; how much is not kept.
    MoreThanMs(i64),
}

/// The bucket of a delay. A bank clock ahead of ours gives a negative one: the first bucket.
#[must_use]
pub fn bucket(delay_ms: i64) -> usize {
    UPPER_BOUNDS_MS.iter().position(|bound| delay_ms <= *bound).unwrap_or(BUCKETS - 1)
}

/// The upper bound of the bucket that holds the given percentile (500 = median); `None` if
/// nothing was counted.
#[must_use]
pub fn percentile(counts: &[i64; BUCKETS], per_mille: i64) -> Option<Delay> {
    let total: i64 = counts.iter().sum();
    // The rank of the percentile, at least the first: ⌈total · p⌉.
    let rank = (i128::from(total) * i128::from(per_mille) + 999) / 1_000;
    let mut seen = 0_i128;
    for (bucket, count) in counts.iter().enumerate() {
        seen += i128::from(*count);
        if *count > 0 && seen >= rank {
            return UPPER_BOUNDS_MS.get(bucket).map_or_else(
                || UPPER_BOUNDS_MS.last().map(|bound| Delay::MoreThanMs(*bound)),
                |bound| Some(Delay::AtMostMs(*bound)),
            );
        }
    }
    None
}
