//! How often one caller may ask. Buckets are few by design: a flood of addresses shares one.

use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultDirectRateLimiter, DefaultKeyedRateLimiter, Quota, RateLimiter};

use super::problem::Problem;
use crate::primitives::ids::{ActorId, BoardId};

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
    /// Before a key is looked at. Behind a proxy that is not trusted all callers have its address.
    pub per_address: Rate,
}

impl Default for Limits {
    fn default() -> Self {
        Self { per_key: Rate::new(50, 200), per_address: Rate::new(200, 800) }
    }
}

/// The buckets of a process.
pub struct Limiters {
    keys: Limiter<ActorId>,
    addresses: Limiter<IpAddr>,
    pairing: Pairing,
    sign_in: SignIn,
}

/// Guesses at passwords. A login under attack is slow for browsers that it never signed in with,
/// and for no other.
struct SignIn {
    addresses: Limiter<IpAddr>,
    logins: Limiter<String>,
    known: Limiter<String>,
}

impl SignIn {
    fn new() -> Self {
        Self { addresses: slow(3, 20), logins: slow(600, 10), known: slow(60, 10) }
    }
}

/// Guesses at pairing codes. A feed under attack slows every address down and locks none out.
struct Pairing {
    addresses: Limiter<IpAddr>,
    boards: Limiter<BoardId>,
    addresses_under_attack: Limiter<IpAddr>,
}

impl Pairing {
    fn new() -> Self {
        Self { addresses: slow(6, 10), boards: slow(2, 60), addresses_under_attack: slow(60, 2) }
    }
}

/// So many at once, and one in so many seconds.
fn slow<K: Hash + Eq + Clone>(seconds: u64, burst: u32) -> Limiter<K> {
    let burst = NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN);
    let quota = Quota::with_period(Duration::from_secs(seconds));
    Limiter::of(quota.map_or(ONE_A_SECOND, |quota| quota.allow_burst(burst)))
}

const ONE_A_SECOND: Quota = Quota::per_second(NonZeroU32::MIN);

impl Limiters {
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            keys: Limiter::new(limits.per_key),
            addresses: Limiter::new(limits.per_address),
            pairing: Pairing::new(),
            sign_in: SignIn::new(),
        }
    }

    pub fn check_key(&self, key: ActorId) -> Result<(), Problem> {
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

    /// A try at a login's password, right or wrong: from a browser that it signed in with before, ten
    /// at once and one a minute; from any other, ten at once and one in ten minutes for the login,
    /// twenty and one in three seconds for the address.
    pub fn check_sign_in(
        &self,
        address: Option<IpAddr>,
        login: &str,
        known_by: Option<String>,
    ) -> Result<(), Problem> {
        if let Some(browser) = known_by {
            return self.sign_in.known.check(&browser);
        }
        if let Some(address) = address {
            self.sign_in.addresses.check(&subscriber(address))?;
        }
        self.sign_in.logins.check(&login.to_owned())
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
            assert!(limiters.check_key(ActorId(1)).is_ok());
        }
        assert!(limiters.check_key(ActorId(1)).is_err());
        assert!(limiters.check_key(ActorId(2)).is_ok());
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
    fn whoever_tries_a_login_keeps_no_known_browser_out() {
        let limiters = Limiters::new(Limits::default());
        let try_from = |last: u8, login: &str, known: Option<&str>| {
            let address = Some(IpAddr::from([203, 0, 113, last]));
            limiters.check_sign_in(address, login, known.map(str::to_owned)).is_ok()
        };
        let strangers = (0..20).filter(|last| try_from(*last, "lua", None)).count();
        assert_eq!(strangers, 10, "one bucket for all strangers of a login");
        assert!(!try_from(30, "lua", None) && try_from(30, "hai", None));
        let known = (0..20).filter(|last| try_from(*last, "lua", Some("usr.1"))).count();
        assert_eq!(known, 10, "and one for each known browser");
        assert!(try_from(30, "lua", Some("usr.2")));
        let logins = (0..40).filter(|n| try_from(40, &format!("khac{n}"), None)).count();
        assert_eq!(logins, 20, "an address tries many logins");
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
