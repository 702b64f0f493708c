//! What makes a row of a statement the same row in another file: the bank's reference, where it has
//! one, else all that it tells. Files overlap, and the same days are exported again in another
//! format, so neither its place nor the exactness of its time counts; equal rows of a day are
//! numbered.

use std::collections::HashMap;

use crate::access::SecretKey;
use crate::feeds::statements::Row;
use crate::primitives::fold;

/// Longer references are kept by their fingerprint.
const REFERENCE_CHARS: usize = 64;

/// Rows with their ids, unique within the account. An id begins with the day, so that an import
/// writes them one beside the other.
#[must_use]
pub fn identify(rows: Vec<Row>, key: &SecretKey) -> Vec<(String, Row)> {
    let mut seen: HashMap<String, u32> = HashMap::with_capacity(rows.len());
    rows.into_iter()
        .map(|row| {
            let base = base(&row, key);
            let count = seen.entry(base.clone()).or_default();
            *count += 1;
            let id = if *count == 1 { base } else { format!("{base}:{count}") };
            (id, row)
        })
        .collect()
}

fn base(row: &Row, key: &SecretKey) -> String {
    let day = row.occurred_at.day(0).to_string().replace('-', "");
    let moved = format!("{day}:{}{}", row.direction.as_str(), row.amount.get());
    // A reference alone is not unique: a fee bears that of its transfer, and some banks count.
    let reference = row.reference.as_deref().map(fold::memo).unwrap_or_default();
    if reference.bytes().any(|byte| byte != b'0') {
        if reference.len() <= REFERENCE_CHARS {
            return format!("{moved}:ref:{reference}");
        }
        return format!("{moved}:ref:{:016x}", key.fingerprint("statement reference", &reference));
    }
    // Under the installation's key, since a balance could be guessed from a plain digest.
    let balance = row.balance.map(|balance| balance.get().to_string()).unwrap_or_default();
    let told = format!("{balance}\0{}", fold::memo(&row.memo));
    format!("{moved}:row:{:016x}", key.fingerprint("statement row", &told))
}
