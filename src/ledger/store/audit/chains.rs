//! What must hang together: lines and their transfer, attributions and event numbers in a row.

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
struct Numbering {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = Text)]
    numbers: String,
}

/// Attributions that are not numbered on from the transfer's own, which is 1, or whose lines are not
/// numbered on from 0.
pub fn broken_attributions(
    connection: &mut DbConnection,
    board_id: BoardId,
) -> Outcome<Vec<Mismatch>> {
    let rows: Vec<Numbering> = diesel::sql_query(
        "SELECT transfer_id AS id, 'attribution ' || CAST(MAX(seq) AS TEXT) AS numbers
         FROM attribution_lines WHERE board_id = $1 GROUP BY transfer_id
         HAVING MIN(seq) <> 2 OR MAX(seq) <> COUNT(DISTINCT seq) + 1
         UNION ALL
         SELECT transfer_id, 'attribution ' || CAST(seq AS TEXT) || ' line '
           || CAST(MAX(line) AS TEXT)
         FROM attribution_lines WHERE board_id = $1 GROUP BY transfer_id, seq
         HAVING MIN(line) <> 0 OR MAX(line) <> COUNT(*) - 1",
    )
    .bind::<BigInt, _>(board_id.0)
    .load(connection)?;
    let mismatch = |row: Numbering| Mismatch::new(TransferId(row.id), Some(row.numbers), None);
    Ok(rows.into_iter().map(mismatch).collect())
}

/// Places where event numbers skip, repeat, or do not end at the board's head.
pub fn event_gaps(connection: &mut DbConnection, board_id: BoardId) -> Outcome<Vec<Mismatch>> {
    let pages: Vec<(i64, i64)> = event_pages::table
        .filter(event_pages::board_id.eq(board_id.0))
        .order(event_pages::last_seq)
        .select((event_pages::first_seq, event_pages::last_seq))
        .load(connection)?;
    let (head, indexed): (i64, i64) = board_heads::table
        .find(board_id.0)
        .select((board_heads::event_seq, board_heads::indexed_seq))
        .first(connection)?;
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
    // What lies behind it is counted as folded into the totals.
    if indexed > head {
        gaps.push(gap(indexed, indexed, head));
    }
    Ok(gaps)
}
