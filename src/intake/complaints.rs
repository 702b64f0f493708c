//! Log lines of what could not be taken in: one a delivery, and few enough that a flood of them
//! does not fill the disk.

use std::num::NonZeroU32;
use std::sync::Arc;

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::feeds::{RefusedBecause, Undecodable};
use crate::primitives::ids::FeedId;

/// Lines of one feed that may come at once, and in each minute after that.
const BURST: NonZeroU32 = NonZeroU32::MIN.saturating_add(19);

/// Says what is wrong with deliveries; clones share their limits.
#[derive(Clone)]
pub struct Complaints(Arc<DefaultKeyedRateLimiter<FeedId>>);

impl Default for Complaints {
    fn default() -> Self {
        Self(Arc::new(RateLimiter::keyed(Quota::per_minute(BURST))))
    }
}

impl Complaints {
    pub fn refused(&self, feed_id: FeedId, because: RefusedBecause, request_id: &str) {
        if self.0.check_key(&feed_id).is_ok() {
            tracing::warn!(%feed_id, code = because.code(), request_id, "a delivery was refused");
        }
    }

    pub fn undecodable(&self, feed_id: FeedId, because: &Undecodable, request_id: &str) {
        if self.0.check_key(&feed_id).is_ok() {
            let (field, code) = (&*because.field, because.because.code());
            tracing::warn!(%feed_id, code, field, request_id, "a delivery could not be read");
        }
    }
}
