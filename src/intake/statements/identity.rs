//! What makes a row of a statement the same row in another file: all that it tells, as exactly as it
//! tells it. Files overlap, so its place does not count; equal rows of a day are numbered. Where they have
//! a reference and a running balance, which no second transfer leaves as it was, they are one row that the
//! file holds twice, as where its sheets overlap. A file
//! with other columns tells the same rows under other ids, and a partial one may tell another of two
//! payments that are equal but for their times: what is not known by its id is compared with what
//! was told before ([`crate::ledger::likeness`]).

use std::collections::HashMap;
use std::fmt;

use crate::access::SecretKey;
use crate::feeds::Direction;
use crate::feeds::statements::Row;
use crate::primitives::{Day, fold};

/// A row's id, unique within the account. As text it begins with the day, so that an import writes
/// those of a day one beside the other. Kept as numbers: a hundred thousand texts weigh six times as much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    day: Day,
    /// Of all that the row tells.
    print: i64,
    /// Of equal rows, which one: from 1.
    count: u32,
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in self.day.to_string().split('-') {
            f.write_str(part)?;
        }
        write!(f, ":{:016x}", self.print)?;
        if self.count > 1 { write!(f, ":{}", self.count) } else { Ok(()) }
    }
}

/// Rows, and the id of each at the same place.
#[derive(Debug)]
pub struct Identified {
    pub ids: Vec<Identity>,
    pub rows: Vec<Row>,
    /// Rows that the file holds twice; they are left out.
    pub repeated: i64,
    /// Money out that is not kept.
    pub dropped: i64,
}

/// Gives rows their ids, in their places: what is left out is counted first.
#[must_use]
pub fn identify(mut rows: Vec<Row>, key: &SecretKey, keeps_outgoing: bool) -> Identified {
    let mut seen: HashMap<(Day, i64), u32> = HashMap::with_capacity(rows.len());
    let (mut ids, mut repeated, mut dropped) = (Vec::with_capacity(rows.len()), 0, 0);
    rows.retain(|row| {
        let (day, print) = (row.occurred_at.day(0), print(row, key));
        let count = seen.entry((day, print)).or_default();
        if *count > 0 && row.reference.is_some() && row.balance.is_some() {
            repeated += 1;
            return false;
        }
        *count += 1;
        if row.direction == Direction::Out && !keeps_outgoing {
            dropped += 1;
            return false;
        }
        ids.push(Identity { day, print, count: *count });
        true
    });
    Identified { ids, rows, repeated, dropped }
}

fn print(row: &Row, key: &SecretKey) -> i64 {
    // A spreadsheet drops leading zeros.
    let reference = row.reference.as_deref().map(fold::memo).unwrap_or_default();
    let reference = reference.trim_start_matches('0');
    let balance = row.balance.map(|balance| balance.get().to_string()).unwrap_or_default();
    let (direction, amount) = (row.direction.as_str(), row.amount.get());
    let (at, precision) = (row.occurred_at.0, row.precision.as_str());
    let memo = fold::memo(&row.memo);
    let told =
        [direction, &amount.to_string(), &at.to_string(), precision, reference, &balance, &memo];
    // Under the installation's key, since amounts could be guessed from a plain digest.
    key.fingerprint("statement row", &told.join("\0"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_the_text_that_earlier_versions_kept() {
        let day = Day::parse("2026-11-05").unwrap();
        let one = Identity { day, print: 255, count: 1 };
        assert_eq!(one.to_string(), "20261105:00000000000000ff");
        let third = Identity { print: -1, count: 3, ..one };
        assert_eq!(third.to_string(), "20261105:ffffffffffffffff:3");
    }
}
