//! What people's words about payments have settled of what was beyond their requests.

use std::collections::BTreeMap;

use diesel::prelude::*;

use crate::db::schema::surplus_words as w;
use crate::db::{DbConnection, Outcome};
use crate::primitives::Vnd;
use crate::primitives::ids::{BoardId, RequestId, TransferId};

/// Of a request's payments, by transfer and attribution.
pub fn of_request(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: RequestId,
) -> Outcome<BTreeMap<(TransferId, i32), Vnd>> {
    let words: Vec<(i64, i32, i64)> = w::table
        .filter(w::board_id.eq(board_id.0))
        .filter(w::request_id.eq(id.0))
        .select((w::transfer_id, w::seq, w::settled_vnd))
        .load(connection)?;
    let word = |(id, seq, settled)| ((TransferId(id), seq), Vnd::new(settled));
    Ok(words.into_iter().map(word).collect())
}

/// Keeps what an attribution's word has settled.
pub fn insert(
    connection: &mut DbConnection,
    board_id: BoardId,
    (transfer_id, seq): (TransferId, i32),
    words: &[(RequestId, Vnd)],
) -> Outcome<()> {
    for (request_id, settled) in words {
        let row = (
            w::board_id.eq(board_id.0),
            w::request_id.eq(request_id.0),
            w::transfer_id.eq(transfer_id.0),
            w::seq.eq(seq),
            w::settled_vnd.eq(settled.get()),
        );
        diesel::insert_into(w::table).values(row).execute(connection)?;
    }
    Ok(())
}
