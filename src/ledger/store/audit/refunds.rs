//! What was given back, against the lines of the money out that stands for it.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::{Mismatch, Pair, compare};
use crate::db::{DbConnection, Outcome};
use crate::primitives::ids::{BoardId, OccupancyId, TransferId};

/// Refunds whose money out has other lines than they make, originals of which more is given back
/// than they are, and refunds between transfers of the wrong direction.
pub fn differing(connection: &mut DbConnection, board_id: BoardId) -> Outcome<Vec<Mismatch>> {
    // The stall that a refund names, while it has a part; else the only one of trade; else the only one.
    let sole = |classes: &str, otherwise: &str| {
        let of = format!("CASE WHEN p.class {classes} THEN p.occupancy_id END");
        format!(
            "CASE WHEN MIN({of}) = MAX({of}) THEN MIN({of}) WHEN MIN({of}) IS NULL THEN {otherwise} END"
        )
    };
    let kept = sole("IN ('personal', 'cash_out')", "NULL");
    let trade = sole("IN ('sale', 'debt_repayment', 'deposit', 'unclassified')", &kept);
    let due = format!(
        "SELECT d.outgoing_id AS transfer_id, d.occupancy_id,
           CAST(SUM(CASE WHEN d.class = 'refund' THEN d.amount_vnd ELSE 0 END) AS BIGINT) AS refund_vnd,
           CAST(SUM(CASE WHEN d.class = 'reversal' THEN d.amount_vnd ELSE 0 END) AS BIGINT)
             AS reversal_vnd
         FROM (
           SELECT r.id, r.outgoing_id, r.class, r.amount_vnd, COALESCE(
             MAX(CASE WHEN p.occupancy_id = r.occupancy_id
               AND p.class NOT IN ('fee', 'supplier', 'test', 'reversal') THEN p.occupancy_id END), {trade}, 0)
             AS occupancy_id
           FROM refunds r LEFT JOIN p ON p.transfer_id = r.original_id AND p.occupancy_id <> 0
           WHERE r.board_id = $1 AND r.undone_at_ms IS NULL
           GROUP BY r.id, r.outgoing_id, r.class, r.amount_vnd
         ) d GROUP BY d.outgoing_id, d.occupancy_id"
    );
    let pair = Pair {
        // Money out that no refund stands for may be anything that a person says.
        kept: "SELECT p.transfer_id, p.occupancy_id,
                 CAST(SUM(CASE WHEN p.class = 'refund' THEN p.amount_vnd ELSE 0 END) AS BIGINT)
                   AS refund_vnd,
                 CAST(SUM(CASE WHEN p.class = 'reversal' THEN p.amount_vnd ELSE 0 END) AS BIGINT)
                   AS reversal_vnd
               FROM p WHERE p.class IN ('refund', 'reversal') AND p.transfer_id IN (
                 SELECT outgoing_id FROM refunds WHERE board_id = $1 AND undone_at_ms IS NULL
                 UNION SELECT id FROM transfers WHERE board_id = $1 AND evidence = 'declared')
               GROUP BY p.transfer_id, p.occupancy_id",
        due: &due,
        key: &["transfer_id", "occupancy_id"],
        value: &["'refund'", "refund_vnd", "'reversal'", "reversal_vnd"],
    };
    let mut found = compare(connection, board_id, &pair, |key| match key {
        [id, occupancy_id] => format!("{} {}", TransferId(*id), OccupancyId(*occupancy_id)),
        _ => String::new(),
    })?;
    found.extend(exceeding(connection, board_id)?);
    Ok(found)
}

#[derive(QueryableByName)]
struct Exceeding {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = Text)]
    words: String,
}

fn exceeding(connection: &mut DbConnection, board_id: BoardId) -> Outcome<Vec<Mismatch>> {
    let side = |column: &str, direction: &str| {
        format!(
            "SELECT t.id, t.direction || ' ' || CAST(t.amount_vnd AS TEXT) || ' given back '
               || CAST(SUM(r.amount_vnd) AS TEXT) AS words
             FROM refunds r JOIN transfers t ON t.board_id = r.board_id AND t.id = r.{column}
             WHERE r.board_id = $1 AND r.undone_at_ms IS NULL
             GROUP BY t.id, t.direction, t.amount_vnd
             HAVING SUM(r.amount_vnd) > t.amount_vnd OR t.direction <> '{direction}'"
        )
    };
    let query = format!("{} UNION ALL {}", side("original_id", "in"), side("outgoing_id", "out"));
    let rows: Vec<Exceeding> =
        diesel::sql_query(query).bind::<BigInt, _>(board_id.0).load(connection)?;
    let mismatch = |row: Exceeding| Mismatch::new(TransferId(row.id), Some(row.words), None);
    Ok(rows.into_iter().map(mismatch).collect())
}
