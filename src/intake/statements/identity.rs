//! What makes a row of a statement the same row in another file: all that it tells, as exactly as it
//! tells it. Files overlap, so its place does not count; equal rows of a day are numbered. Where they have
//! a reference and a running balance, which no second transfer leaves as it was, they are one row that the
//! file holds twice, as where its sheets overlap. A file
//! with other columns tells the same rows under other ids, and a partial one may tell another of two
//! payments that are equal but for their times: what is not known by its id is compared with what
//! was told before ([`crate::ledger::likeness`]).

use std::collections::HashMap;

use crate::access::SecretKey;
use crate::feeds::statements::Row;
use crate::primitives::fold;

/// Rows with their ids, unique within the account, and how many were held twice. An id begins with the
/// day, so that an import writes them one beside the other.
#[must_use]
pub fn identify(rows: Vec<Row>, key: &SecretKey) -> (Vec<(String, Row)>, i64) {
    let mut seen: HashMap<String, u32> = HashMap::with_capacity(rows.len());
    let mut repeated = 0;
    let identified = rows.into_iter().filter_map(|row| {
        let base = base(&row, key);
        let count = seen.entry(base.clone()).or_default();
        if *count > 0 && row.reference.is_some() && row.balance.is_some() {
            repeated += 1;
            return None;
        }
        *count += 1;
        let id = if *count == 1 { base } else { format!("{base}:{count}") };
        Some((id, row))
    });
    (identified.collect(), repeated)
}

fn base(row: &Row, key: &SecretKey) -> String {
    let day = row.occurred_at.day(0).to_string().replace('-', "");
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
    format!("{day}:{:016x}", key.fingerprint("statement row", &told.join("\0")))
}
