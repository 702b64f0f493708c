//! What paid a request, by its present lines.

use std::collections::BTreeSet;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable};

use crate::db::{DbConnection, Outcome};
use crate::primitives::ids::{BoardId, RequestId};
use crate::primitives::{UnixMs, Vnd};

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Nullable<BigInt>)]
    value: Option<i64>,
}

/// What met a request a thousand times off, and nobody has judged yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Odd {
    /// The largest of several payments.
    pub largest: Vnd,
    pub sum: Vnd,
}

#[derive(QueryableByName)]
struct FoundOdd {
    #[diesel(sql_type = Nullable<BigInt>)]
    largest: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    sum: Option<i64>,
}

/// The payments that met a request a thousand times off, and that nobody has judged yet.
pub fn thousandfold(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: RequestId,
) -> Outcome<Option<Odd>> {
    let query = diesel::sql_query(
        "SELECT MAX(met.amount_vnd) AS largest, CAST(SUM(met.amount_vnd) AS BIGINT) AS sum FROM (
           SELECT t.amount_vnd FROM transfers t
           WHERE t.board_id = $1 AND t.request_id = $2 AND t.class = 'unclassified' AND t.direction = 'in'
             AND NOT EXISTS (SELECT 1 FROM attribution_lines n
               WHERE n.board_id = t.board_id AND n.transfer_id = t.id)
           UNION ALL
           SELECT a.amount_vnd FROM attribution_lines a
           JOIN transfers t ON t.board_id = a.board_id AND t.id = a.transfer_id
           WHERE a.board_id = $1 AND a.request_id = $2 AND a.class = 'unclassified' AND t.direction = 'in'
             AND NOT EXISTS (SELECT 1 FROM attribution_lines n
               WHERE n.board_id = a.board_id AND n.transfer_id = a.transfer_id
                 AND n.seq > a.seq)) met",
    );
    let query = query.bind::<BigInt, _>(board_id.0).bind::<BigInt, _>(id.0);
    let found: FoundOdd = query.get_result(connection)?;
    let both = found.largest.zip(found.sum);
    Ok(both.map(|(largest, sum)| Odd { largest: Vnd::new(largest), sum: Vnd::new(sum) }))
}

/// When money last came for a request, by the bank's clock; `None`: there is none any more. Money given
/// back is none. A line
/// of class `unclassified` met the request a thousand times off and paid nothing.
pub fn last_at(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: RequestId,
) -> Outcome<Option<UnixMs>> {
    let query = diesel::sql_query(
        "SELECT MAX(paid.at_ms) AS value FROM (
           SELECT t.occurred_at_ms AS at_ms FROM transfers t
           WHERE t.board_id = $1 AND t.request_id = $2 AND t.class <> 'unclassified' AND t.direction = 'in'
             AND NOT EXISTS (SELECT 1 FROM attribution_lines n
               WHERE n.board_id = t.board_id AND n.transfer_id = t.id)
           UNION ALL
           SELECT t.occurred_at_ms FROM attribution_lines a
           JOIN transfers t ON t.board_id = a.board_id AND t.id = a.transfer_id
           WHERE a.board_id = $1 AND a.request_id = $2 AND a.class <> 'unclassified' AND t.direction = 'in'
             AND NOT EXISTS (SELECT 1 FROM attribution_lines n
               WHERE n.board_id = a.board_id AND n.transfer_id = a.transfer_id
                 AND n.seq > a.seq)) paid",
    );
    let query = query.bind::<BigInt, _>(board_id.0).bind::<BigInt, _>(id.0);
    let found: Found = query.get_result(connection)?;
    Ok(found.value.map(UnixMs))
}

/// The transfers of which some attribution, be it the present one or not, was for a request.
pub fn ever(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: RequestId,
) -> Outcome<BTreeSet<i64>> {
    use crate::db::schema::{attribution_lines as a, transfers as t};
    let mut all: Vec<i64> = a::table
        .filter(a::board_id.eq(board_id.0))
        .filter(a::request_id.eq(id.0))
        .select(a::transfer_id)
        .load(connection)?;
    let met = t::table.filter(t::board_id.eq(board_id.0)).filter(t::request_id.eq(id.0));
    all.extend(met.select(t::id).load::<i64>(connection)?);
    Ok(all.into_iter().collect())
}

/// A payment for a request, as one of its present lines says.
#[derive(Debug, QueryableByName)]
pub struct Payment {
    #[diesel(sql_type = BigInt)]
    pub transfer_id: i64,
    #[diesel(sql_type = BigInt)]
    pub at_ms: i64,
    #[diesel(sql_type = BigInt)]
    pub amount_vnd: i64,
    /// Of it, what its vendor gave back in cash.
    #[diesel(sql_type = BigInt)]
    pub returned_vnd: i64,
}

/// What paid a request: money in, without what was a thousand times off.
pub fn payments(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: RequestId,
) -> Outcome<Vec<Payment>> {
    let query = diesel::sql_query(
        "SELECT t.id AS transfer_id, t.occurred_at_ms AS at_ms, t.amount_vnd,
           CAST(0 AS BIGINT) AS returned_vnd FROM transfers t
         WHERE t.board_id = $1 AND t.request_id = $2 AND t.class <> 'unclassified' AND t.direction = 'in'
           AND NOT EXISTS (SELECT 1 FROM attribution_lines n
             WHERE n.board_id = t.board_id AND n.transfer_id = t.id)
         UNION ALL
         SELECT t.id, t.occurred_at_ms, a.amount_vnd,
           CASE WHEN a.class = 'refund' THEN a.amount_vnd ELSE 0 END FROM attribution_lines a
         JOIN transfers t ON t.board_id = a.board_id AND t.id = a.transfer_id
         WHERE a.board_id = $1 AND a.request_id = $2 AND a.class <> 'unclassified' AND t.direction = 'in'
           AND NOT EXISTS (SELECT 1 FROM attribution_lines n
             WHERE n.board_id = a.board_id AND n.transfer_id = a.transfer_id AND n.seq > a.seq)",
    );
    Ok(query.bind::<BigInt, _>(board_id.0).bind::<BigInt, _>(id.0).load(connection)?)
}
