//! How often one caller may ask. Buckets are few by design: a flood of addresses shares one.

use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultDirectRateLimiter, DefaultKeyedRateLimiter, Quota, RateLimiter};

use super::problem::Problem;
use crate::primitives::ids::{BoardId, KeyId};

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
    pairing: Pairing,
}

/// Guesses at pairing codes. A feed under attack slows every address down and locks none out.
struct Pairing {
    addresses: Limiter<IpAddr>,
    boards: Limiter<BoardId>,
    addresses_under_attack: Limiter<IpAddr>,
}

impl Pairing {
    fn new() -> Self {
        let every_s = |seconds, burst| {
            let period = Duration::from_secs(seconds);
            Quota::with_period(period).map(|quota| quota.allow_burst(burst))
        };
        let number = |number| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
        let limiter = |seconds, burst| every_s(seconds, number(burst)).unwrap_or(ONE_A_SECOND);
        Self {
            addresses: Limiter::of(limiter(6, 10)),
            boards: Limiter::of(limiter(2, 60)),
            addresses_under_attack: Limiter::of(limiter(60, 2)),
        }
    }
}

const ONE_A_SECOND: Quota = Quota::per_second(NonZeroU32::MIN);

impl Limiters {
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            keys: Limiter::new(limits.per_key),
            addresses: Limiter::new(limits.per_address),
            pairing: Pairing::new(),
        }
    }

    pub fn check_key(&self, key: KeyId) -> Result<(), Problem> {
        self.keys.check(&key)
    }

    pub fn check_address(&self, address: IpAddr) -> Result<(), Problem> {
        self.addresses.check(&subscriber(address))
    }

    /// A try at a board's pairing codes: ten at once from an address and one in six seconds; two
    /// and one a minute while the board gets more than one in two seconds from all.
    pub fn check_pairing(&self, address: IpAddr, board_id: BoardId) -> Result<(), Problem> {
        let (subscriber, pairing) = (subscriber(address), &self.pairing);
        pairing.addresses.check(&subscriber)?;
        if pairing.boards.check(&board_id).is_ok() {
            return Ok(());
        }
        pairing.addresses_under_attack.check(&subscriber)
    }
}

fn subscriber(address: IpAddr) -> IpAddr {
    // An IPv4 caller of a dual-stack socket shows as ::ffff:a.b.c.d.
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() & IPV6_SUBSCRIBER).into()),
        v4 @ IpAddr::V4(_) => v4,
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
        Self::of(Quota::per_second(rate.per_second).allow_burst(rate.burst))
    }

    fn of(quota: Quota) -> Self {
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
    fn guesses_at_pairing_codes_are_slow_and_lock_nobody_else_out() {
        let limiters = Limiters::new(Limits::default());
        let address = |last: u8| IpAddr::from([203, 0, 113, last]);
        let tries = |last: u8, board: i64| {
            let tries = (0..20).map(|_| limiters.check_pairing(address(last), BoardId(board)));
            tries.flatten().count()
        };
        assert_eq!((tries(1, 1), tries(2, 1)), (10, 10));
        for last in 3..7 {
            assert_eq!(tries(last, 1), 10);
        }
        // All that the board bears is used up: a newcomer still has two tries.
        assert_eq!((tries(7, 1), tries(8, 1), tries(9, 2)), (2, 2, 10));
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
