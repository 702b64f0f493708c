//! What must hang together: lines and their transfer, sightings and deliveries, event numbers.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::Mismatch;
use crate::db::schema::{board_heads, event_pages};
use crate::db::{DbConnection, Outcome};
use crate::ledger::class::Class;
use crate::primitives::ids::{BoardId, TransferId};

#[derive(QueryableByName)]
struct Unbalanced {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = BigInt)]
    amount_vnd: i64,
    #[diesel(sql_type = BigInt)]
    lines_vnd: i64,
}

/// Attributions after the first whose lines do not sum to their transfer; the first is the
/// transfer's own row.
pub fn unbalanced(connection: &mut DbConnection, board_id: BoardId) -> Outcome<Vec<Mismatch>> {
    let rows: Vec<Unbalanced> = diesel::sql_query(
        "SELECT s.transfer_id AS id, COALESCE(t.amount_vnd, 0) AS amount_vnd, s.lines_vnd
         FROM (
           SELECT transfer_id, seq, CAST(SUM(amount_vnd) AS BIGINT) AS lines_vnd
           FROM attribution_lines WHERE board_id = $1 GROUP BY transfer_id, seq
         ) s LEFT JOIN transfers t ON t.board_id = $1 AND t.id = s.transfer_id
         WHERE t.amount_vnd IS NULL OR t.amount_vnd <> s.lines_vnd
         ORDER BY s.transfer_id, s.seq",
    )
    .bind::<BigInt, _>(board_id.0)
    .load(connection)?;
    let mismatch = |row: Unbalanced| {
        let (kept, due) = (row.lines_vnd.to_string(), row.amount_vnd.to_string());
        Mismatch::new(TransferId(row.id), Some(kept), Some(due))
    };
    Ok(rows.into_iter().map(mismatch).collect())
}

#[derive(QueryableByName)]
struct Words {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = Text)]
    words: String,
}

/// Transfers with an amount or a word that nothing here writes: what a CHECK would refuse, if a
/// batch did not pay for it.
pub fn malformed(connection: &mut DbConnection, board_id: BoardId) -> Outcome<Vec<Mismatch>> {
    let classes = Class::ALL.map(|class| format!("'{}'", class.as_str())).join(", ");
    let rows: Vec<Words> = diesel::sql_query(format!(
        "SELECT id, CAST(amount_vnd AS TEXT) || ' ' || direction || ' ' || occurred_precision
           || ' ' || evidence || ' ' || class AS words
         FROM transfers WHERE board_id = $1 AND (amount_vnd <= 0
           OR direction NOT IN ('in', 'out')
           OR occurred_precision NOT IN ('second', 'minute', 'day')
           OR evidence NOT IN ('bank', 'aggregator', 'phone', 'statement', 'declared')
           OR class NOT IN ({classes}))"
    ))
    .bind::<BigInt, _>(board_id.0)
    .load(connection)?;
    let mismatch = |row: Words| Mismatch::new(TransferId(row.id), Some(row.words), None);
    Ok(rows.into_iter().map(mismatch).collect())
}

#[derive(QueryableByName)]
struct Orphan {
    #[diesel(sql_type = Text)]
    name: String,
}

/// Sightings without their transfer, transfers without a sighting or their delivery.
pub fn orphans(
    connection: &mut DbConnection,
    board_id: BoardId,
) -> Outcome<Vec<(&'static str, String)>> {
    let questions = [
        (
            "transfer of a sighting",
            "SELECT s.namespace || ' ' || s.provider_id AS name FROM sightings s
             WHERE s.board_id = $1 AND s.board_id = $2 AND s.transfer_id IS NOT NULL AND NOT EXISTS (
               SELECT 1 FROM transfers t WHERE t.board_id = s.board_id AND t.id = s.transfer_id)",
        ),
        (
            "sighting of a transfer",
            // No index leads from a transfer to its sightings: compare the two sets.
            "SELECT CAST(id AS TEXT) AS name FROM (
               SELECT id FROM transfers WHERE board_id = $1
               EXCEPT SELECT transfer_id FROM sightings WHERE board_id = $2) lone",
        ),
        (
            "delivery of a transfer",
            "SELECT CAST(t.id AS TEXT) AS name FROM transfers t
             LEFT JOIN deliveries d ON d.board_id = t.board_id AND d.id = t.delivery_id
             WHERE t.board_id = $1 AND t.board_id = $2 AND d.id IS NULL",
        ),
    ];
    let mut found = Vec::new();
    for (what, question) in questions {
        let rows: Vec<Orphan> = diesel::sql_query(question)
            .bind::<BigInt, _>(board_id.0)
            .bind::<BigInt, _>(board_id.0)
            .load(connection)?;
        found.extend(rows.into_iter().map(|row| (what, row.name)));
    }
    Ok(found)
}

/// Places where event numbers skip, repeat, or do not end at the board's head.
pub fn event_gaps(connection: &mut DbConnection, board_id: BoardId) -> Outcome<Vec<Mismatch>> {
    let pages: Vec<(i64, i64)> = event_pages::table
        .filter(event_pages::board_id.eq(board_id.0))
        .order(event_pages::last_seq)
        .select((event_pages::first_seq, event_pages::last_seq))
        .load(connection)?;
    let head: i64 =
        board_heads::table.find(board_id.0).select(board_heads::event_seq).first(connection)?;
    let mut expected = 1;
    let mut gaps = Vec::new();
    let gap = |key: i64, kept: i64, due: i64| {
        Mismatch::new(key, Some(kept.to_string()), Some(due.to_string()))
    };
    for (first, last) in pages {
        if first != expected {
            gaps.push(gap(last, first, expected));
        }
        expected = last + 1;
    }
    if head != expected - 1 {
        gaps.push(gap(head, head, expected - 1));
    }
    Ok(gaps)
}
