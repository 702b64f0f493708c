//! Ids: 63 bits that grow with time. 41 bits of milliseconds since 2024-01-01, 10 bits of the
//! process's leased instance, 12 bits of sequence. Outside they are text with a type prefix.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{Clock, UnixMs};

/// 2024-01-01T00:00:00Z in Unix ms: ids of 41 bits last until 2093.
const EPOCH_MS: i64 = 1_704_067_200_000;
const SEQUENCE_BITS: u32 = 12;
const INSTANCE_BITS: u32 = 10;
/// Instances are 0..1024.
pub const INSTANCES: i32 = 1 << INSTANCE_BITS;
const CROCKFORD: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const TEXT_DIGITS: usize = 13;

/// Issues ids that never go backwards, whatever the clock does.
#[derive(Debug)]
pub struct IdGenerator {
    clock: Clock,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    instance: i64,
    /// The last (ms since epoch, sequence) as one number: ms << 12 | sequence.
    last: i64,
}

impl State {
    fn new(instance: i32, not_before: UnixMs) -> Self {
        let last = not_before.0.saturating_sub(EPOCH_MS).max(0) << SEQUENCE_BITS;
        Self { instance: i64::from(instance.rem_euclid(INSTANCES)), last }
    }
}

impl IdGenerator {
    /// `not_before` is the latest instant at which this instance may have issued an id before.
    #[must_use]
    pub fn new(clock: Clock, instance: i32, not_before: UnixMs) -> Self {
        Self { clock, state: Mutex::new(State::new(instance, not_before)) }
    }

    /// Goes on with another instance, where the lease of the one before was lost.
    pub fn move_to(&self, instance: i32, not_before: UnixMs) {
        let mut state = self.state();
        let last = state.last;
        *state = State::new(instance, not_before);
        state.last = state.last.max(last);
    }

    /// The next id; a burst of more than 4,096 in a millisecond runs ahead of the clock.
    #[must_use]
    pub fn next(&self) -> i64 {
        let now = self.clock.now().0.saturating_sub(EPOCH_MS).max(0) << SEQUENCE_BITS;
        let mut state = self.state();
        state.last = now.max(state.last + 1);
        let (ms, sequence) = (state.last >> SEQUENCE_BITS, state.last & ((1 << SEQUENCE_BITS) - 1));
        (((ms << INSTANCE_BITS) | state.instance) << SEQUENCE_BITS) | sequence
    }

    /// The instant up to which ids may have been issued, to be kept with the lease.
    #[must_use]
    pub fn high_water(&self) -> UnixMs {
        UnixMs((self.state().last >> SEQUENCE_BITS) + EPOCH_MS + 1)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// When an id was issued; in a burst, somewhat later.
#[must_use]
pub const fn at_of(id: i64) -> UnixMs {
    UnixMs((id >> (INSTANCE_BITS + SEQUENCE_BITS)).saturating_add(EPOCH_MS))
}

/// The smallest id issued at or after an instant, for ranges over ids.
#[must_use]
pub const fn floor_of(at: UnixMs) -> i64 {
    let ms = at.0.saturating_sub(EPOCH_MS);
    if ms <= 0 { 0 } else { ms << (INSTANCE_BITS + SEQUENCE_BITS) }
}

/// Writes `prefix_` and 13 Crockford base32 digits.
pub fn write_text(f: &mut fmt::Formatter<'_>, prefix: &str, id: i64) -> fmt::Result {
    let mut digits = [b'0'; TEXT_DIGITS];
    let mut rest = id.unsigned_abs();
    for digit in digits.iter_mut().rev() {
        *digit = CROCKFORD.get((rest & 31) as usize).copied().unwrap_or(b'0');
        rest >>= 5;
    }
    f.write_str(prefix)?;
    f.write_str("_")?;
    f.write_str(std::str::from_utf8(&digits).unwrap_or_default())
}

/// Reads what [`write_text`] wrote; `None` for another prefix, length or alphabet.
#[must_use]
pub fn parse_text(text: &str, prefix: &str) -> Option<i64> {
    let digits = text.strip_prefix(prefix)?.strip_prefix('_')?;
    if digits.len() != TEXT_DIGITS {
        return None;
    }
    let id = digits.bytes().try_fold(0_u64, |id, digit| {
        let value = CROCKFORD.iter().position(|c| *c == digit)?;
        id.checked_mul(32)?.checked_add(value as u64)
    })?;
    i64::try_from(id).ok()
}

/// Declares a typed id: a `BIGINT` in the database, `prefix_…` text everywhere else.
#[macro_export]
macro_rules! typed_id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash,
                 diesel::expression::AsExpression, diesel::deserialize::FromSqlRow)]
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        pub struct $name(pub i64);

        impl $name {
            pub const PREFIX: &'static str = $prefix;

            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                $crate::primitives::id::parse_text(text, $prefix).map(Self)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                $crate::primitives::id::write_text(f, $prefix, self.0)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let expected = concat!("an id that begins with ", $prefix, "_");
                $crate::primitives::input::word(from, expected, Self::parse)
            }
        }

        impl<DB> diesel::deserialize::FromSql<diesel::sql_types::BigInt, DB> for $name
        where
            DB: diesel::backend::Backend,
            i64: diesel::deserialize::FromSql<diesel::sql_types::BigInt, DB>,
        {
            fn from_sql(bytes: DB::RawValue<'_>) -> diesel::deserialize::Result<Self> {
                i64::from_sql(bytes).map(Self)
            }
        }

        impl<DB> diesel::serialize::ToSql<diesel::sql_types::BigInt, DB> for $name
        where
            DB: diesel::backend::Backend,
            i64: diesel::serialize::ToSql<diesel::sql_types::BigInt, DB>,
        {
            fn to_sql<'b>(&'b self, out: &mut diesel::serialize::Output<'b, '_, DB>)
                -> diesel::serialize::Result {
                self.0.to_sql(out)
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .pattern(Some(concat!("^", $prefix, "_[0-9a-hjkmnp-tv-z]{13}$")))
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {}
    };
}
