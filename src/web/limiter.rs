//! How often one caller may ask. Buckets are few by design: a flood of addresses shares one.

use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultDirectRateLimiter, DefaultKeyedRateLimiter, Quota, RateLimiter};

use super::problem::Problem;
use crate::primitives::ids::KeyId;

/// Callers with a bucket of their own; a bucket takes about 100 bytes.
const BUCKETS: usize = 20_000;
/// IPv6 addresses of one subscriber share a bucket: a /64 is one line.
const IPV6_SUBSCRIBER: u128 = !0 << 64;

/// A steady rate and what may come at once.
#[derive(Clone, Copy, Debug)]
pub struct Rate {
    pub per_second: NonZeroU32,
    pub burst: NonZeroU32,
}

impl Rate {
    /// Zeros are read as ones.
    #[must_use]
    pub fn new(per_second: u32, burst: u32) -> Self {
        let positive = |number| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
        Self { per_second: positive(per_second), burst: positive(burst) }
    }
}

/// Limits of the API; hooks are bounded by the writer lanes' queues instead.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub per_key: Rate,
    /// Before a key is looked at. Behind a proxy all callers have its address: raise it there.
    pub per_address: Rate,
}

impl Default for Limits {
    fn default() -> Self {
        Self { per_key: Rate::new(50, 200), per_address: Rate::new(200, 800) }
    }
}

/// The buckets of a process.
pub struct Limiters {
    keys: Limiter<KeyId>,
    addresses: Limiter<IpAddr>,
}

impl Limiters {
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self { keys: Limiter::new(limits.per_key), addresses: Limiter::new(limits.per_address) }
    }

    pub fn check_key(&self, key: KeyId) -> Result<(), Problem> {
        self.keys.check(&key)
    }

    pub fn check_address(&self, address: IpAddr) -> Result<(), Problem> {
        // An IPv4 caller of a dual-stack socket shows as ::ffff:a.b.c.d.
        let subscriber = match address.to_canonical() {
            IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() & IPV6_SUBSCRIBER).into()),
            v4 @ IpAddr::V4(_) => v4,
        };
        self.addresses.check(&subscriber)
    }
}

struct Limiter<K: Hash + Eq + Clone> {
    keyed: DefaultKeyedRateLimiter<K>,
    /// For whoever comes while all buckets are taken.
    shared: DefaultDirectRateLimiter,
    clock: DefaultClock,
}

impl<K: Hash + Eq + Clone> Limiter<K> {
    fn new(rate: Rate) -> Self {
        let quota = Quota::per_second(rate.per_second).allow_burst(rate.burst);
        Self {
            keyed: RateLimiter::keyed(quota),
            shared: RateLimiter::direct(quota),
            clock: DefaultClock::default(),
        }
    }

    fn check(&self, caller: &K) -> Result<(), Problem> {
        if self.keyed.len() >= BUCKETS {
            self.keyed.retain_recent();
        }
        let until = if self.keyed.len() < BUCKETS {
            self.keyed.check_key(caller)
        } else {
            self.shared.check()
        };
        until.map_err(|until| {
            let wait = until.wait_time_from(self.clock.now());
            Problem::too_many_requests(wait.saturating_add(Duration::from_millis(999)).as_secs())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_is_held_after_its_burst_and_others_are_not() {
        let limiters = Limiters::new(Limits { per_key: Rate::new(1, 3), ..Limits::default() });
        for _ in 0..3 {
            assert!(limiters.check_key(KeyId(1)).is_ok());
        }
        assert!(limiters.check_key(KeyId(1)).is_err());
        assert!(limiters.check_key(KeyId(2)).is_ok());
    }

    #[test]
    fn a_line_of_ipv6_has_one_bucket() {
        let limits = Limits { per_address: Rate::new(1, 1), ..Limits::default() };
        let limiters = Limiters::new(limits);
        assert!(limiters.check_address("2001:db8::1".parse().unwrap()).is_ok());
        assert!(limiters.check_address("2001:db8::2".parse().unwrap()).is_err());
        assert!(limiters.check_address("2001:db8:0:1::1".parse().unwrap()).is_ok());
        assert!(limiters.check_address("::ffff:203.0.113.1".parse().unwrap()).is_ok());
        assert!(limiters.check_address("::ffff:203.0.113.2".parse().unwrap()).is_ok());
        assert!(limiters.check_address("203.0.113.1".parse().unwrap()).is_err());
    }
}
