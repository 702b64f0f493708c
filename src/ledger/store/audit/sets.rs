//! What is kept as a set of rows that a query can give anew.

use std::collections::HashSet;

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::{IS_RECEIPT, Mismatch, OWN, PRESENT, Pair, compare};
use crate::db::schema::board_heads;
use crate::db::{DbConnection, Outcome};
use crate::events::{self, Event};
use crate::primitives::Day;
use crate::primitives::ids::{BoardId, FeedId, OccupancyId, PairId, RequestId, TransferId};
use crate::requests::GRACE_MS;

/// Day, as far as a number of a row is one.
fn day(number: i64) -> Day {
    Day(i32::try_from(number).unwrap_or_default())
}

/// Transfers that should wait and do not, or wait and are settled.
pub fn queue(connection: &mut DbConnection, board_id: BoardId) -> Outcome<Vec<Mismatch>> {
    let pair = Pair {
        kept: "SELECT transfer_id FROM unassigned WHERE board_id = $1 AND resolved_at_ms IS NULL",
        due: "SELECT DISTINCT p.transfer_id FROM p
              WHERE p.direction = 'in' AND p.occupancy_id = 0 AND p.class = 'unclassified'",
        key: &["transfer_id"],
        value: &["'waiting'"],
    };
    compare(connection, board_id, &pair, |key| match key {
        [id] => TransferId(*id).to_string(),
        _ => String::new(),
    })
}

/// Requests that are not what their present lines make of them, all lines of a transfer being one
/// payment. Money out was given back, and so was, by its vendor in cash, money in that is a refund; a line of
/// class `unclassified` met the request a thousand times
/// off and paid nothing.
pub fn requests(connection: &mut DbConnection, board_id: BoardId) -> Outcome<Vec<Mismatch>> {
    let due = format!(
        "WITH one AS (
           SELECT request_id, transfer_id, direction, occurred_at_ms, occurred_precision,
             SUM(CASE WHEN class = 'unclassified' THEN 0 ELSE amount_vnd END) AS paid_vnd,
             SUM(CASE WHEN direction = 'out' AND class <> 'unclassified' OR class = 'refund'
               THEN amount_vnd ELSE 0 END) AS back_vnd,
             SUM(CASE WHEN class = 'unclassified' THEN 1 ELSE 0 END) AS thousandfold
           FROM p GROUP BY request_id, transfer_id, direction, occurred_at_ms, occurred_precision),
         paid AS (SELECT one.*, CASE WHEN paid_vnd > 0 AND direction = 'in' THEN 1 ELSE 0 END AS pays
           FROM one)
         SELECT o.request_id,
           CAST(SUM(CASE WHEN o.direction = 'out' THEN 0 ELSE o.paid_vnd END - o.back_vnd) AS BIGINT)
             AS received_vnd,
           CAST(SUM(o.back_vnd) AS BIGINT) AS given_back_vnd,
           CAST(SUM(CASE WHEN o.pays = 1 AND o.occurred_precision <> 'day'
             AND o.occurred_at_ms > r.expires_at_ms + {GRACE_MS} THEN o.paid_vnd ELSE 0 END)
             AS BIGINT) AS late_vnd,
           CAST(SUM(CASE WHEN o.direction = 'in' THEN o.thousandfold ELSE 0 END) AS BIGINT)
             AS thousandfold_count,
           CAST(SUM(o.pays) AS BIGINT) AS payment_count,
           CAST(SUM(CASE WHEN o.pays = 1 AND o.paid_vnd = r.amount_vnd THEN 1 ELSE 0 END) AS BIGINT)
             AS whole_count,
           MAX(CASE WHEN o.pays = 1 THEN o.occurred_at_ms ELSE 0 END) AS last_paid
         FROM paid o JOIN requests r ON r.board_id = $1 AND r.id = o.request_id
         GROUP BY o.request_id"
    );
    let pair = Pair {
        kept: "SELECT id AS request_id, received_vnd, given_back_vnd, late_vnd, thousandfold_count,
                 payment_count, whole_count, COALESCE(last_paid_at_ms, 0) AS last_paid
               FROM requests WHERE board_id = $1 AND (received_vnd <> 0 OR given_back_vnd <> 0 OR late_vnd <> 0
                 OR thousandfold_count <> 0 OR last_paid_at_ms IS NOT NULL)",
        due: &due,
        key: &["request_id"],
        value: &[
            "'received'",
            "received_vnd",
            "'given back'",
            "given_back_vnd",
            "'late'",
            "late_vnd",
            "'thousandfold'",
            "thousandfold_count",
            "'payments'",
            "payment_count",
            "'whole payments'",
            "whole_count",
            "'last paid'",
            "last_paid",
        ],
    };
    compare(connection, board_id, &pair, |key| match key {
        [id] => RequestId(*id).to_string(),
        _ => String::new(),
    })
}

/// Receipts of each payer.
pub fn payers(connection: &mut DbConnection, board_id: BoardId) -> Outcome<Vec<Mismatch>> {
    let due = due_payers();
    let pair = Pair {
        kept: "SELECT day, occupancy_id, payer_key, receipt_count FROM payer_days
               WHERE board_id = $1 AND receipt_count <> 0",
        due: &due,
        key: &["day", "occupancy_id", "payer_key"],
        value: &["receipt_count"],
    };
    compare(connection, board_id, &pair, |key| match key {
        [on, id, payer] => format!("{} {} {payer}", day(*on), OccupancyId(*id)),
        _ => String::new(),
    })
}

fn due_payers() -> String {
    format!(
        "SELECT p.day, p.occupancy_id, p.payer_key, COUNT(*) AS receipt_count FROM p
         WHERE {IS_RECEIPT} AND p.payer_key IS NOT NULL AND p.occupancy_id <> 0
         GROUP BY p.day, p.occupancy_id, p.payer_key"
    )
}

/// Least and greatest account of a bank that a feed reported on a day.
pub fn banks(connection: &mut DbConnection, board_id: BoardId) -> Outcome<Vec<Mismatch>> {
    let due = due_banks();
    let pair = Pair {
        kept: "SELECT feed_id, bin, day, least_account_id, greatest_account_id
               FROM feed_bank_days WHERE board_id = $1",
        due: &due,
        key: &["feed_id", "bin", "day"],
        value: &["least_account_id", "greatest_account_id"],
    };
    compare(connection, board_id, &pair, |key| match key {
        [id, bin, on] => format!("{} {bin:06} {}", FeedId(*id), day(*on)),
        _ => String::new(),
    })
}

fn due_banks() -> String {
    format!(
        "SELECT t.feed_id, a.bin, t.day, MIN(t.account_id) AS least_account_id,
           MAX(t.account_id) AS greatest_account_id
         FROM (
           SELECT feed_id, day, account_id FROM transfers
           WHERE board_id = $1 AND direction = 'in' AND id NOT IN ({OWN})
           UNION ALL
           SELECT s.feed_id, s.day, COALESCE(NULLIF(s.account_id, 0), f.account_id)
           FROM suspected_pairs s
           JOIN transfers f ON f.board_id = s.board_id AND f.id = s.transfer_id
           WHERE s.board_id = $1 AND f.direction = 'in' AND NOT s.is_certain
         ) t JOIN accounts a ON a.board_id = $1 AND a.id = t.account_id
         GROUP BY t.feed_id, a.bin, t.day"
    )
}

/// Where the sightings of suspected pairs stand: at the first transfer, or at their own once they
/// were separated.
pub fn pairs(connection: &mut DbConnection, board_id: BoardId) -> Outcome<Vec<Mismatch>> {
    let pair = Pair {
        kept: "SELECT q.id, COALESCE(s.transfer_id, 0) AS transfer_id FROM suspected_pairs q
               LEFT JOIN sightings s ON s.board_id = q.board_id AND s.namespace = q.namespace
                 AND s.provider_id = q.provider_id
               WHERE q.board_id = $1",
        due: "SELECT q.id, t.id AS transfer_id FROM suspected_pairs q
              JOIN transfers t ON t.board_id = q.board_id
                AND t.id = COALESCE(q.own_transfer_id, q.transfer_id)
              WHERE q.board_id = $1",
        key: &["id"],
        value: &["transfer_id"],
    };
    compare(connection, board_id, &pair, |key| match key {
        [id] => PairId(*id).to_string(),
        _ => String::new(),
    })
}

#[derive(QueryableByName)]
struct Unindexed {
    #[diesel(sql_type = BigInt)]
    subject_id: i64,
    #[diesel(sql_type = BigInt)]
    transfer_id: i64,
}

/// Present occupancies and accounts of transfers that the index lacks although it has come to them.
pub fn index(connection: &mut DbConnection, board_id: BoardId) -> Outcome<Vec<Mismatch>> {
    let indexed_seq: i64 =
        board_heads::table.find(board_id.0).select(board_heads::indexed_seq).first(connection)?;
    let tail = events::after(connection, board_id, indexed_seq, usize::MAX)?;
    let still_to_come: HashSet<i64> = tail
        .iter()
        .filter_map(|numbered| match &numbered.event {
            Event::TransferRecorded { transfer_id, .. } => Some(transfer_id.0),
            Event::TransferAssigned { .. } | Event::CodeChecked { .. } | Event::MoneyOut { .. } => {
                None
            }
        })
        .collect();
    let rows: Vec<Unindexed> =
        diesel::sql_query(unindexed()).bind::<BigInt, _>(board_id.0).load(connection)?;
    let due = rows.into_iter().filter(|row| !still_to_come.contains(&row.transfer_id));
    let mismatch = |row: Unindexed| {
        let key = format!("{} {}", TransferId(row.transfer_id), row.subject_id);
        Mismatch::new(key, None, Some("indexed".to_owned()))
    };
    Ok(due.map(mismatch).collect())
}

fn unindexed() -> String {
    format!(
        "WITH p AS ({PRESENT})
         SELECT * FROM (
           SELECT p.occupancy_id AS subject_id, p.transfer_id FROM p WHERE p.occupancy_id <> 0
           UNION SELECT account_id, id FROM transfers WHERE board_id = $1 AND account_id <> 0
         ) due
         EXCEPT SELECT subject_id, transfer_id FROM transfer_index WHERE board_id = $1"
    )
}

/// Makes the payers' receipts anew as a whole. The board is locked.
pub fn mend_payers(connection: &mut DbConnection, board_id: BoardId) -> Outcome<()> {
    run(connection, board_id, "DELETE FROM payer_days WHERE board_id = $1")?;
    let due = due_payers();
    let insert = format!(
        "INSERT INTO payer_days (board_id, day, occupancy_id, payer_key, receipt_count)
         WITH p AS ({PRESENT}) SELECT $1, due.* FROM ({due}) due"
    );
    run(connection, board_id, &insert)
}

/// Makes the accounts that were heard of anew as a whole. The board is locked.
pub fn mend_banks(connection: &mut DbConnection, board_id: BoardId) -> Outcome<()> {
    run(connection, board_id, "DELETE FROM feed_bank_days WHERE board_id = $1")?;
    let due = due_banks();
    let insert = format!(
        "INSERT INTO feed_bank_days
           (board_id, feed_id, bin, day, least_account_id, greatest_account_id)
         SELECT $1, due.* FROM ({due}) due"
    );
    run(connection, board_id, &insert)
}

/// Adds what the index lacks. The board is locked, and the index has come to its end.
pub fn mend_index(connection: &mut DbConnection, board_id: BoardId) -> Outcome<()> {
    let lacking = unindexed();
    let insert = format!(
        "INSERT INTO transfer_index (board_id, subject_id, transfer_id)
         SELECT $1, lacking.* FROM ({lacking}) lacking"
    );
    run(connection, board_id, &insert)
}

fn run(connection: &mut DbConnection, board_id: BoardId, statement: &str) -> Outcome<()> {
    diesel::sql_query(statement).bind::<BigInt, _>(board_id.0).execute(connection)?;
    Ok(())
}
