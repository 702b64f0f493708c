//! The totals that a report reads: days, rolled months, payers.

use std::collections::{HashMap, HashSet};
use std::fmt::Write;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer};

use crate::adoption::days::Span;
use crate::db::schema::{day_totals, rolled_totals};
use crate::db::{DbConnection, Outcome};
use crate::ledger::pieces::Piece;
use crate::ledger::totals::DayDelta;
use crate::ledger::{Class, Tail};
use crate::on_db;
use crate::primitives::Day;
use crate::primitives::ids::BoardId;

/// Pairs of one query: its text stays below 100 kB.
const CHUNK: usize = 2_000;

/// What receipts and the like add up to; amounts in đồng.
#[derive(Clone, Copy, Debug, Default, Queryable)]
pub struct Sums {
    pub receipts: i64,
    pub receipt_vnd: i64,
    pub unclassified: i64,
    pub unclassified_vnd: i64,
    pub returned_vnd: i64,
    pub named: i64,
    pub wrong_amount: i64,
}

#[derive(Clone, Copy, Debug, Queryable)]
pub struct DayRow {
    pub day: i32,
    pub occupancy_id: i64,
    pub account_id: i64,
    pub sums: Sums,
}

impl DayRow {
    const fn key(&self) -> (i32, i64, i64) {
        (self.day, self.occupancy_id, self.account_id)
    }
}

impl Sums {
    fn of(delta: &DayDelta) -> Self {
        let mut sums = Self {
            named: delta.named_count,
            wrong_amount: delta.wrong_amount_count,
            ..Self::default()
        };
        for class in Class::ALL {
            let (count, amount) = delta.of_class(class);
            match class {
                class if class.is_business() => {
                    sums.receipts += count;
                    sums.receipt_vnd += amount;
                }
                Class::Unclassified => {
                    sums.unclassified += count;
                    sums.unclassified_vnd += amount;
                }
                Class::Refund | Class::Reversal => sums.returned_vnd += amount,
                _ => {}
            }
        }
        sums
    }

    pub fn add(&mut self, more: &Self) {
        self.receipts += more.receipts;
        self.receipt_vnd = self.receipt_vnd.saturating_add(more.receipt_vnd);
        self.unclassified += more.unclassified;
        self.unclassified_vnd = self.unclassified_vnd.saturating_add(more.unclassified_vnd);
        self.returned_vnd = self.returned_vnd.saturating_add(more.returned_vnd);
        self.named += more.named;
        self.wrong_amount += more.wrong_amount;
    }
}

/// A rolled piece's bitmaps of days, bit n its day n.
#[derive(Clone, Copy, Debug, Queryable)]
pub struct PieceDays {
    pub occupancy_id: i64,
    pub account_id: i64,
    pub receipt_days: i64,
    pub possible_days: i64,
    pub named: i64,
}

#[derive(Clone, Debug, Queryable)]
pub struct PieceRow {
    pub days: PieceDays,
    pub sums: Sums,
    /// Packed.
    pub histogram: Vec<u8>,
}

/// The days of a span, with what the tail adds to them.
pub fn days(
    connection: &mut DbConnection,
    board_id: BoardId,
    span: Span,
    tail: &Tail,
) -> Outcome<Vec<DayRow>> {
    use day_totals as d;
    let query = d::table
        .filter(d::board_id.eq(board_id.0))
        .filter(d::day.between(span.from.0, span.to.0))
        .select((
            d::day,
            d::occupancy_id,
            d::account_id,
            (
                d::sale_count + d::debt_repayment_count + d::deposit_count,
                d::sale_vnd + d::debt_repayment_vnd + d::deposit_vnd,
                d::unclassified_count,
                d::unclassified_vnd,
                d::refund_vnd + d::reversal_vnd,
                d::named_count,
                d::wrong_amount_count,
            ),
        ));
    let mut rows: Vec<DayRow> = on_db!(connection, inner => query.load(inner)?);
    let mut places: HashMap<_, _> = HashMap::new();
    if !tail.days.is_empty() {
        places.extend(rows.iter().enumerate().map(|(place, row)| (row.key(), place)));
    }
    for (key, delta) in tail.days.iter().filter(|(key, _)| span.contains(key.day)) {
        let row = DayRow {
            day: key.day.0,
            occupancy_id: key.occupancy_id,
            account_id: key.account_id,
            sums: Sums::of(delta),
        };
        // A decision may have taken away from the row what only the tail gives.
        match places.get(&row.key()).and_then(|place| rows.get_mut(*place)) {
            Some(known) => known.sums.add(&row.sums),
            None => rows.push(row),
        }
    }
    Ok(rows)
}

#[derive(QueryableByName)]
struct Paying {
    #[diesel(sql_type = BigInt)]
    occupancy_id: i64,
}

/// The condition is the index's, word for word: a bound parameter would not be seen to imply it.
pub const PAYING_SUPPLIERS: &str = "SELECT DISTINCT occupancy_id FROM day_totals \
     WHERE board_id = $1 AND day BETWEEN $2 AND $3 AND supplier_count > 0";

/// Occupancies that paid a supplier in a span. That is a person's word, and never waits in the tail.
pub fn paying_suppliers(
    connection: &mut DbConnection,
    board_id: BoardId,
    span: Span,
) -> Outcome<Vec<i64>> {
    let query = diesel::sql_query(PAYING_SUPPLIERS)
        .bind::<BigInt, _>(board_id.0)
        .bind::<Integer, _>(span.from.0)
        .bind::<Integer, _>(span.to.0);
    let rows: Vec<Paying> = query.load(connection)?;
    Ok(rows.into_iter().map(|row| row.occupancy_id).collect())
}

/// The bitmaps of a rolled piece.
pub fn piece_days(
    connection: &mut DbConnection,
    board_id: BoardId,
    piece: Piece,
) -> Outcome<Vec<PieceDays>> {
    use rolled_totals as t;
    let query = t::table
        .filter(t::board_id.eq(board_id.0))
        .filter(t::from_day.eq(piece.from().0).and(t::to_day.eq(piece.to().0)))
        .select((
            t::occupancy_id,
            t::account_id,
            t::receipt_days,
            t::possible_days,
            t::named_count,
        ));
    Ok(on_db!(connection, inner => query.load(inner)?))
}

/// A rolled piece with its sums.
pub fn piece(
    connection: &mut DbConnection,
    board_id: BoardId,
    piece: Piece,
) -> Outcome<Vec<PieceRow>> {
    use rolled_totals as t;
    let query = t::table
        .filter(t::board_id.eq(board_id.0))
        .filter(t::from_day.eq(piece.from().0).and(t::to_day.eq(piece.to().0)))
        .select((
            (t::occupancy_id, t::account_id, t::receipt_days, t::possible_days, t::named_count),
            (
                t::receipt_count,
                t::receipt_vnd,
                t::unclassified_count,
                t::unclassified_vnd,
                t::returned_vnd,
                t::named_count,
                t::wrong_amount_count,
            ),
            t::histogram,
        ));
    Ok(on_db!(connection, inner => query.load(inner)?))
}

/// What single days of an occupancy add up to.
#[derive(Clone, Copy, Debug, Default, QueryableByName)]
pub struct Counts {
    #[diesel(sql_type = BigInt)]
    occupancy_id: i64,
    #[diesel(sql_type = BigInt)]
    pub receipts: i64,
    #[diesel(sql_type = BigInt)]
    pub unclassified: i64,
    #[diesel(sql_type = BigInt)]
    pub named: i64,
}

#[derive(Clone, Copy, Debug, QueryableByName)]
struct PayerCount {
    #[diesel(sql_type = BigInt)]
    occupancy_id: i64,
    #[diesel(sql_type = BigInt)]
    payers: i64,
}

/// By occupancy, over exactly the given pairs of occupancy and day.
pub fn counts_on(
    connection: &mut DbConnection,
    board_id: BoardId,
    pairs: &[(i64, Day)],
    tail: &Tail,
) -> Outcome<HashMap<i64, Counts>> {
    let mut found: HashMap<i64, Counts> = HashMap::new();
    let wanted_pairs: HashSet<_> = pairs.iter().copied().collect();
    for (key, delta) in &tail.days {
        if wanted_pairs.contains(&(key.occupancy_id, key.day)) {
            let (sums, sum) = (Sums::of(delta), found.entry(key.occupancy_id).or_default());
            sum.receipts += sums.receipts;
            sum.unclassified += sums.unclassified;
            sum.named += sums.named;
        }
    }
    for chunk in pairs.chunks(CHUNK) {
        // CROSS JOIN keeps SQLite to this order: one look-up a pair.
        let text = wanted(chunk)
            + "SELECT d.occupancy_id, \
               CAST(SUM(d.sale_count + d.debt_repayment_count + d.deposit_count) AS BIGINT) \
               AS receipts, CAST(SUM(d.unclassified_count) AS BIGINT) AS unclassified, \
               CAST(SUM(d.named_count) AS BIGINT) AS named \
               FROM wanted CROSS JOIN day_totals d WHERE d.board_id = $1 \
               AND d.day = wanted.day AND d.occupancy_id = wanted.occupancy_id \
               GROUP BY d.occupancy_id";
        let query = diesel::sql_query(text).bind::<BigInt, _>(board_id.0);
        let rows: Vec<Counts> = on_db!(connection, inner => query.load(inner)?);
        for row in rows {
            let sum = found.entry(row.occupancy_id).or_default();
            sum.receipts += row.receipts;
            sum.unclassified += row.unclassified;
            sum.named += row.named;
        }
    }
    Ok(found)
}

/// Different payers by occupancy, over exactly the given pairs of occupancy and day, which stand
/// together by occupancy.
pub fn payers_on(
    connection: &mut DbConnection,
    board_id: BoardId,
    pairs: &[(i64, Day)],
) -> Outcome<HashMap<i64, i64>> {
    let mut found = HashMap::new();
    let mut rest = pairs;
    while !rest.is_empty() {
        // An occupancy must not be torn apart: its payers are counted once.
        let (chunk, next) = rest.split_at(whole_occupancies(rest));
        let text = wanted(chunk)
            + "SELECT p.occupancy_id, \
               CAST(COUNT(DISTINCT COALESCE(t.before_key, p.payer_key)) AS BIGINT) AS payers \
               FROM wanted CROSS JOIN payer_days p LEFT JOIN payer_turns t \
               ON t.board_id = p.board_id AND t.payer_key = p.payer_key \
               WHERE p.board_id = $1 AND p.receipt_count > 0 \
               AND p.day = wanted.day AND p.occupancy_id = wanted.occupancy_id \
               GROUP BY p.occupancy_id";
        let query = diesel::sql_query(text).bind::<BigInt, _>(board_id.0);
        let rows: Vec<PayerCount> = on_db!(connection, inner => query.load(inner)?);
        found.extend(rows.into_iter().map(|row| (row.occupancy_id, row.payers)));
        rest = next;
    }
    Ok(found)
}

/// Different payers by occupancy in a span.
pub fn payers(
    connection: &mut DbConnection,
    board_id: BoardId,
    span: Span,
) -> Outcome<HashMap<i64, i64>> {
    let query = diesel::sql_query(
        "SELECT p.occupancy_id, \
         CAST(COUNT(DISTINCT COALESCE(t.before_key, p.payer_key)) AS BIGINT) AS payers \
         FROM payer_days p LEFT JOIN payer_turns t \
         ON t.board_id = p.board_id AND t.payer_key = p.payer_key \
         WHERE p.board_id = $1 AND p.day BETWEEN $2 AND $3 AND p.receipt_count > 0 \
         GROUP BY p.occupancy_id",
    )
    .bind::<BigInt, _>(board_id.0)
    .bind::<Integer, _>(span.from.0)
    .bind::<Integer, _>(span.to.0);
    let rows: Vec<PayerCount> = on_db!(connection, inner => query.load(inner)?);
    Ok(rows.into_iter().map(|row| (row.occupancy_id, row.payers)).collect())
}

/// Only integers get into the text.
fn wanted(pairs: &[(i64, Day)]) -> String {
    let mut text = String::from("WITH wanted (occupancy_id, day) AS (VALUES ");
    for (place, (occupancy_id, day)) in pairs.iter().enumerate() {
        let comma = if place == 0 { "" } else { ", " };
        // Writing into a string cannot fail.
        let _ = write!(text, "{comma}({occupancy_id}, {})", day.0);
    }
    text.push_str(") ");
    text
}

/// How many of the pairs make up about a chunk without tearing the last occupancy.
fn whole_occupancies(pairs: &[(i64, Day)]) -> usize {
    let Some((last, _)) = pairs.get(CHUNK) else { return pairs.len() };
    let torn = pairs.iter().take(CHUNK).rev().take_while(|(id, _)| id == last).count();
    // An issue window has 30 days, so a chunk always holds a whole occupancy.
    if torn == CHUNK { pairs.len() } else { CHUNK - torn }
}
