//! The doctor's queries: whole tables, read rarely, set against each other and never row by row.

pub mod chains;
pub mod days;
pub mod feeds;
pub mod kept;
pub mod links;
pub mod refunds;
pub mod relinked;
pub mod rolled;
pub mod sets;
pub mod told;

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use crate::db::{DbConnection, Outcome};
use crate::primitives::ids::BoardId;

/// The present lines of a board's transfers, those of the last attribution or the rules' own, with
/// what decides where they count.
const PRESENT: &str = "
    SELECT t.id AS transfer_id, t.day, t.account_id, t.direction, t.minimum_receipt_vnd,
      t.payer_key, t.occurred_at_ms, t.occurred_precision,
      CASE WHEN t.wrong_amount THEN t.request_id END AS wrong_request_id,
      t.occupancy_id, t.request_id, t.class, t.amount_vnd
    FROM transfers t WHERE t.board_id = $1 AND NOT EXISTS (SELECT 1 FROM attribution_lines n
      WHERE n.board_id = t.board_id AND n.transfer_id = t.id)
    UNION ALL
    SELECT t.id, t.day, t.account_id, t.direction, t.minimum_receipt_vnd, t.payer_key,
      t.occurred_at_ms, t.occurred_precision,
      CASE WHEN t.wrong_amount AND NOT EXISTS (SELECT 1 FROM attribution_lines f
        WHERE f.board_id = a.board_id AND f.transfer_id = a.transfer_id AND f.seq = a.seq
          AND f.request_id = a.request_id AND f.line < a.line) THEN t.request_id END,
      a.occupancy_id, a.request_id, a.class, a.amount_vnd
    FROM attribution_lines a JOIN transfers t ON t.board_id = a.board_id AND t.id = a.transfer_id
    WHERE a.board_id = $1 AND NOT EXISTS (SELECT 1 FROM attribution_lines n
      WHERE n.board_id = a.board_id AND n.transfer_id = a.transfer_id AND n.seq > a.seq)";

/// Transfers that reports became when they were separated from another one.
const OWN: &str = "SELECT own_transfer_id FROM suspected_pairs
    WHERE board_id = $1 AND own_transfer_id IS NOT NULL";

/// A present line is money that a stall took in trade and that is no small receipt.
const IS_RECEIPT: &str = "(p.direction = 'in' AND p.class IN ('sale', 'debt_repayment', 'deposit')
    AND p.amount_vnd >= p.minimum_receipt_vnd)";

/// What is kept under a key, and what follows from the transfers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    pub key: String,
    pub kept: String,
    pub due: String,
}

const NOTHING: &str = "nothing";

impl Mismatch {
    pub fn new(key: impl ToString, kept: Option<String>, due: Option<String>) -> Self {
        let shown = |value: Option<String>| value.unwrap_or_else(|| NOTHING.to_owned());
        Self { key: key.to_string(), kept: shown(kept), due: shown(due) }
    }
}

#[derive(QueryableByName)]
struct OneSided {
    #[diesel(sql_type = BigInt)]
    is_kept: i64,
    #[diesel(sql_type = Text)]
    numbers: String,
    #[diesel(sql_type = Text)]
    value: String,
}

/// Two queries over the same columns that should give the same rows.
struct Pair<'q> {
    kept: &'q str,
    /// May read the present lines from `p`.
    due: &'q str,
    /// Columns that are whole numbers.
    key: &'q [&'q str],
    value: &'q [&'q str],
}

/// What stands in one of two queries only.
fn compare(
    connection: &mut DbConnection,
    board_id: BoardId,
    pair: &Pair<'_>,
    name: impl Fn(&[i64]) -> String,
) -> Outcome<Vec<Mismatch>> {
    let Pair { kept, due, .. } = pair;
    let (key, value) = (joined(pair.key), joined(pair.value));
    let rows: Vec<OneSided> = diesel::sql_query(format!(
        "WITH p AS ({PRESENT}), kept AS ({kept}), due AS ({due})
         SELECT CAST(1 AS BIGINT) AS is_kept, {key} AS numbers, {value} AS value
         FROM (SELECT * FROM kept EXCEPT SELECT * FROM due) surplus
         UNION ALL SELECT CAST(0 AS BIGINT), {key}, {value}
         FROM (SELECT * FROM due EXCEPT SELECT * FROM kept) lacking"
    ))
    .bind::<BigInt, _>(board_id.0)
    .load(connection)?;
    let mut found: BTreeMap<Vec<i64>, (Option<String>, Option<String>)> = BTreeMap::new();
    for row in rows {
        let sides = found.entry(numbers(&row.numbers)).or_default();
        let side = if row.is_kept == 1 { &mut sides.0 } else { &mut sides.1 };
        *side = Some(row.value);
    }
    Ok(found.into_iter().map(|(key, (kept, due))| Mismatch::new(name(&key), kept, due)).collect())
}

/// Columns as one text with blanks between, for rows of any width.
fn joined(columns: &[impl AsRef<str>]) -> String {
    let texts: Vec<_> =
        columns.iter().map(|column| format!("CAST({} AS TEXT)", column.as_ref())).collect();
    texts.join(" || ' ' || ")
}

/// Reads [`joined`] back.
fn numbers(text: &str) -> Vec<i64> {
    text.split(' ').filter_map(|number| number.parse().ok()).collect()
}
