//! Days that no month holds yet, added up by occupancy and account where they lie: thirty days of a
//! thousand stalls are thirty thousand rows, and a report needs a thousand.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer};

use super::totals::{self, Sums};
use crate::adoption::days::Span;
use crate::db::{DbConnection, Outcome};
use crate::ledger::Tail;
use crate::primitives::Day;
use crate::primitives::ids::BoardId;

/// Days of one reading: each is a bit of an `i64`, and so is their sum.
pub const MOST_DAYS: i32 = 62;

/// What the days of a span add up to. Bit n of a bitmap is the span's day n.
#[derive(Clone, Copy, Debug, Default)]
pub struct DaySums {
    pub occupancy_id: i64,
    pub account_id: i64,
    /// Days with a business receipt.
    pub receipt_days: i64,
    /// Those, and days with money that nobody classed.
    pub possible_days: i64,
    /// Days with a receipt whose payer the feed named.
    pub named_days: i64,
    pub sums: Sums,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    occupancy_id: i64,
    #[diesel(sql_type = BigInt)]
    account_id: i64,
    #[diesel(sql_type = BigInt)]
    receipt_days: i64,
    #[diesel(sql_type = BigInt)]
    possible_days: i64,
    #[diesel(sql_type = BigInt)]
    named_days: i64,
    #[diesel(sql_type = BigInt)]
    receipts: i64,
    #[diesel(sql_type = BigInt)]
    receipt_vnd: i64,
    #[diesel(sql_type = BigInt)]
    unclassified: i64,
    #[diesel(sql_type = BigInt)]
    unclassified_vnd: i64,
    #[diesel(sql_type = BigInt)]
    returned_vnd: i64,
    #[diesel(sql_type = BigInt)]
    named: i64,
    #[diesel(sql_type = BigInt)]
    wrong_amount: i64,
}

impl From<Row> for DaySums {
    fn from(row: Row) -> Self {
        Self {
            occupancy_id: row.occupancy_id,
            account_id: row.account_id,
            receipt_days: row.receipt_days,
            possible_days: row.possible_days,
            named_days: row.named_days,
            sums: Sums {
                receipts: row.receipts,
                receipt_vnd: row.receipt_vnd,
                unclassified: row.unclassified,
                unclassified_vnd: row.unclassified_vnd,
                returned_vnd: row.returned_vnd,
                named: row.named,
                wrong_amount: row.wrong_amount,
            },
        }
    }
}

/// SQLite numbers `$n` by where each stands first, so they stand in their order.
const ADDED_UP: &str = "SELECT occupancy_id, account_id, \
     CAST(SUM(CASE WHEN receipts > 0 THEN bit ELSE 0 END) AS BIGINT) AS receipt_days, \
     CAST(SUM(CASE WHEN receipts > 0 OR unclassified > 0 THEN bit ELSE 0 END) AS BIGINT) AS possible_days, \
     CAST(SUM(CASE WHEN named > 0 THEN bit ELSE 0 END) AS BIGINT) AS named_days, \
     CAST(SUM(receipts) AS BIGINT) AS receipts, CAST(SUM(receipt_vnd) AS BIGINT) AS receipt_vnd, \
     CAST(SUM(unclassified) AS BIGINT) AS unclassified, \
     CAST(SUM(unclassified_vnd) AS BIGINT) AS unclassified_vnd, \
     CAST(SUM(returned_vnd) AS BIGINT) AS returned_vnd, CAST(SUM(named) AS BIGINT) AS named, \
     CAST(SUM(wrong_amount) AS BIGINT) AS wrong_amount \
     FROM (SELECT occupancy_id, account_id, CAST(1 AS BIGINT) << (day - $1) AS bit, \
     sale_count + debt_repayment_count + deposit_count AS receipts, \
     sale_vnd + debt_repayment_vnd + deposit_vnd AS receipt_vnd, \
     unclassified_count AS unclassified, unclassified_vnd, \
     refund_vnd + reversal_vnd AS returned_vnd, named_count AS named, \
     wrong_amount_count AS wrong_amount \
     FROM day_totals WHERE board_id = $2 AND day BETWEEN $1 AND $3) AS of_day \
     GROUP BY occupancy_id, account_id";

/// A span of at most [`MOST_DAYS`], with what the tail adds to it.
pub fn of_span(
    connection: &mut DbConnection,
    board_id: BoardId,
    span: Span,
    tail: &Tail,
) -> Outcome<Vec<DaySums>> {
    // What a day has may be taken away in its row and given in the tail: such days are met one by one.
    if tail.days.keys().any(|key| span.contains(key.day)) {
        return one_by_one(connection, board_id, span, tail);
    }
    let query = diesel::sql_query(ADDED_UP)
        .bind::<Integer, _>(span.from.0)
        .bind::<BigInt, _>(board_id.0)
        .bind::<Integer, _>(span.to.0);
    let rows: Vec<Row> = query.load(connection)?;
    Ok(rows.into_iter().map(DaySums::from).collect())
}

fn one_by_one(
    connection: &mut DbConnection,
    board_id: BoardId,
    span: Span,
    tail: &Tail,
) -> Outcome<Vec<DaySums>> {
    let mut found: HashMap<(i64, i64), DaySums> = HashMap::new();
    for row in totals::days(connection, board_id, span, tail)? {
        let (occupancy_id, account_id) = (row.occupancy_id, row.account_id);
        let sum = found.entry((occupancy_id, account_id)).or_insert_with(|| DaySums {
            occupancy_id,
            account_id,
            ..DaySums::default()
        });
        sum.add(bit_of(span, Day(row.day)), &row.sums);
    }
    Ok(found.into_values().collect())
}

fn bit_of(span: Span, day: Day) -> i64 {
    1_i64 << (day.0 - span.from.0)
}

impl DaySums {
    fn add(&mut self, bit: i64, sums: &Sums) {
        if sums.receipts > 0 {
            self.receipt_days |= bit;
        }
        if sums.receipts > 0 || sums.unclassified > 0 {
            self.possible_days |= bit;
        }
        if sums.named > 0 {
            self.named_days |= bit;
        }
        self.sums.add(sums);
    }
}
