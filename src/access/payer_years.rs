//! The keys of payers' hashes: one a year, random, sealed with the installation's key in the database,
//! and forgotten 90 days after its year. Then nobody can tell who a hash of that year is, nor that it
//! is the same payer as one of this year.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use super::SecretKey;
use super::store::payer_years as rows;
use crate::db::{DbConnection, Outcome};
use crate::primitives::{Month, UnixMs};

/// So long after a year's end its key is still there.
const OVERLAP_DAYS: i32 = 90;
/// Before there were years the installation's key hashed payers under this name.
const PURPOSE: &str = "payer";

/// The keys that are there; clones share them.
#[derive(Clone, Default)]
pub struct PayerYears(Arc<RwLock<BTreeMap<i32, SecretKey>>>);

/// A payer's hash of the year, and in its first 90 days that of the year before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PayerMark {
    pub now: i64,
    pub before: Option<i64>,
}

/// The year in Vietnam, and whether the last one's key is still there.
fn year_of(at: UnixMs) -> (i32, bool) {
    let today = at.day(0);
    let year = today.month().get() / 12;
    let first = Month(year * 12).first_day();
    (year, today.get() - first.get() < OVERLAP_DAYS)
}

impl PayerYears {
    /// Hashes a payer who is told of at an instant. `installation` stands in for a key that is not
    /// there: of a year that nobody expected.
    pub(super) fn mark(&self, installation: &SecretKey, payer: &str, at: UnixMs) -> PayerMark {
        let (year, is_overlap) = year_of(at);
        let now = self
            .of(year, payer)
            .unwrap_or_else(|| installation.fingerprint(&format!("{PURPOSE} {year}"), payer));
        let before = if is_overlap { self.of(year - 1, payer) } else { None };
        PayerMark { now, before }
    }

    fn of(&self, year: i32, payer: &str) -> Option<i64> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        known.get(&year).map(|key| key.fingerprint(PURPOSE, payer))
    }

    /// A payer's hashes under every key that is there.
    pub(super) fn all(&self, payer: &str) -> Vec<i64> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        known.values().map(|key| key.fingerprint(PURPOSE, payer)).collect()
    }

    /// Makes the keys of this year and the next, forgets those whose time is over, and knows the
    /// rest. In the caller's transaction; of several processes the first one makes a key.
    pub(super) fn turn(
        &self,
        connection: &mut DbConnection,
        installation: &SecretKey,
        at: UnixMs,
    ) -> Outcome<()> {
        let (year, is_overlap) = year_of(at);
        for year in [year, year + 1] {
            let sealed = installation.seal(&place(year), &SecretKey::generate()?.bytes())?;
            rows::add(connection, year, &sealed)?;
        }
        let oldest = if is_overlap { year - 1 } else { year };
        rows::forget_before(connection, oldest)?;
        let mut known = BTreeMap::new();
        for (year, sealed) in rows::all(connection)? {
            if sealed.is_empty() {
                known.insert(year, installation.clone());
            } else if let Some(key) = installation.open(&place(year), &sealed) {
                known.extend(SecretKey::from_bytes(&key).map(|key| (year, key)));
            } else {
                tracing::error!(year, "the key of a year's payers cannot be opened");
            }
        }
        if !is_overlap {
            rows::forget_turns(connection)?;
        }
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = known;
        Ok(())
    }
}

fn place(year: i32) -> String {
    format!("payer year {year}")
}

/// Forgets all keys, because the one that sealed them is lost.
pub fn forget(connection: &mut DbConnection) -> Outcome<()> {
    rows::forget_before(connection, i32::MAX)?;
    rows::forget_turns(connection)
}
