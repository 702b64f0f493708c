//! Rows of `audit_entries`, and each board's last one.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};

use crate::db::schema::{audit_entries as table, audit_heads as heads};
use crate::db::{DbConnection, Outcome};
use crate::primitives::ids::BoardId;

#[derive(QueryableByName)]
struct Head {
    #[diesel(sql_type = BigInt)]
    seq: i64,
    #[diesel(sql_type = Text)]
    hash: String,
}

/// Takes numbers for so many entries and the lock of the board's head; the last of the numbers, and
/// the hash of the entry before them. One statement, so that on PostgreSQL whoever waited for
/// another process sees what that one wrote.
pub fn advance(
    connection: &mut DbConnection,
    board_id: BoardId,
    count: i64,
) -> Outcome<(i64, String)> {
    let head: Head = diesel::sql_query(
        "INSERT INTO audit_heads (board_id, seq, hash) VALUES ($1, $2, '')
         ON CONFLICT (board_id) DO UPDATE SET seq = audit_heads.seq + excluded.seq
         RETURNING seq, hash",
    )
    .bind::<BigInt, _>(board_id.0)
    .bind::<BigInt, _>(count)
    .get_result(connection)?;
    Ok((head.seq, head.hash))
}

pub fn insert(
    connection: &mut DbConnection,
    board_id: BoardId,
    (seq, entry, hash): (i64, &str, &str),
) -> Outcome<()> {
    diesel::insert_into(table::table)
        .values((
            table::board_id.eq(board_id.0),
            table::seq.eq(seq),
            table::entry.eq(entry),
            table::hash.eq(hash),
        ))
        .execute(connection)?;
    Ok(())
}

/// Keeps the hash of the last entry.
pub fn finish(connection: &mut DbConnection, board_id: BoardId, hash: &str) -> Outcome<()> {
    let head = heads::table.find(board_id.0);
    diesel::update(head).set(heads::hash.eq(hash)).execute(connection)?;
    Ok(())
}

pub fn head(connection: &mut DbConnection, board_id: BoardId) -> Outcome<Option<(i64, String)>> {
    let head = heads::table.find(board_id.0).select((heads::seq, heads::hash));
    Ok(head.first(connection).optional()?)
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    seq: i64,
    #[diesel(sql_type = Text)]
    entry: String,
    #[diesel(sql_type = Text)]
    hash: String,
    #[diesel(sql_type = Nullable<Text>)]
    previous: Option<String>,
}

/// Number, text and hash of an entry, and the hash of the row before it.
type Kept = (i64, String, String, Option<String>);

/// Number, text and hash of each, and the hash of the row before it. An id is a word of its own in
/// the text, between quotation marks, and has no sign that LIKE reads but `_`, which fits itself.
pub fn after(
    connection: &mut DbConnection,
    board_id: BoardId,
    about: Option<&str>,
    after: i64,
    limit: i64,
) -> Outcome<Vec<Kept>> {
    let pattern = about.map_or_else(|| "%".to_owned(), |id| format!("%\"{id}\"%"));
    let rows: Vec<Row> = diesel::sql_query(
        "SELECT e.seq, e.entry, e.hash, p.hash AS previous
         FROM audit_entries e
         LEFT JOIN audit_entries p ON p.board_id = e.board_id AND p.seq = e.seq - 1
         WHERE e.board_id = $1 AND e.seq > $2 AND e.entry LIKE $3
         ORDER BY e.seq LIMIT $4",
    )
    .bind::<BigInt, _>(board_id.0)
    .bind::<BigInt, _>(after)
    .bind::<Text, _>(pattern)
    .bind::<BigInt, _>(limit)
    .load(connection)?;
    Ok(rows.into_iter().map(|row| (row.seq, row.entry, row.hash, row.previous)).collect())
}
