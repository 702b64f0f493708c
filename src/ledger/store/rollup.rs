//! Months and their thirds out of day totals, so that a year's report reads some twenty rows of a
//! stall, not 365.
//!
//! The day rows stay: a late transfer takes the month and third of its day out again ([`unroll`], in
//! the transaction that changes the day), reports read the days meanwhile, and the next run rolls
//! them up anew.

use std::collections::{BTreeMap, HashSet};

use diesel::dsl::{max, min};
use diesel::prelude::*;

use super::tail::Tail;
use super::{index, receipts};
use crate::db::schema::{board_heads, day_totals, rolled_pieces, rolled_totals};
use crate::db::{DbConnection, Outcome};
use crate::ledger::histogram::Histogram;
use crate::ledger::pieces::Piece;
use crate::on_db;
use crate::primitives::ids::BoardId;
use crate::primitives::{Day, Month};

/// Rows of one INSERT: 15 binds each, below SQLite's 32,766.
const CHUNK: usize = 1_000;

/// (day, occupancy, account), receipts, their amount, unclassified lines with their amount, amount
/// returned, (named, wrong amounts); amounts in đồng.
type DayRow = ((i32, i64, i64), i64, i64, (i64, i64), i64, (i64, i64));

/// What `rolled_totals` keeps of an occupancy and account.
#[derive(Debug, Default)]
struct Sums {
    receipts: i64,
    receipt_vnd: i64,
    unclassified: i64,
    unclassified_vnd: i64,
    returned_vnd: i64,
    named: i64,
    wrong_amount: i64,
    /// Bit n: at least one business receipt on day n of the piece, counted from 0.
    receipt_days: i64,
    /// Bit n: at least one business receipt or unclassified line on day n.
    possible_days: i64,
    histogram: Histogram,
}

/// Rolls up months and thirds that ended before `today` and are not yet, from the month of the first
/// day with data to that of the last, empty ones between them too: at most so many, the first ones,
/// which it returns. Runs in the caller's transaction; with nothing left it does nothing.
pub fn roll_up(
    connection: &mut DbConnection,
    board_id: BoardId,
    today: Day,
    most: usize,
) -> Outcome<Vec<Piece>> {
    // What comes later to a day of a rolled piece would be lost to it.
    while index::catch_up(connection, board_id)? > 0 {}
    let of_board = day_totals::board_id.eq(board_id.0);
    let first: Option<i32> =
        day_totals::table.filter(of_board).select(min(day_totals::day)).first(connection)?;
    let last: Option<i32> =
        day_totals::table.filter(of_board).select(max(day_totals::day)).first(connection)?;
    let (Some(first), Some(last)) = (first, last) else { return Ok(Vec::new()) };
    let rolled = rolled(connection, board_id)?;
    // A clock far ahead must not mark centuries of empty months.
    let months = Day(first).month().get()..=Day(last).month().get();
    let pieces = months.map(Month).flat_map(Piece::of_month);
    let is_due = |piece: &Piece| piece.to() < today && !rolled.contains(piece);
    let pieces: Vec<_> = pieces.filter(is_due).take(most).collect();
    for piece in &pieces {
        roll(connection, board_id, *piece)?;
    }
    Ok(pieces)
}

/// What is rolled up.
pub fn rolled(connection: &mut DbConnection, board_id: BoardId) -> Outcome<HashSet<Piece>> {
    let spans: Vec<(i32, i32)> = rolled_pieces::table
        .filter(rolled_pieces::board_id.eq(board_id.0))
        .select((rolled_pieces::from_day, rolled_pieces::to_day))
        .load(connection)?;
    Ok(spans.into_iter().filter_map(|(from, to)| Piece::read(Day(from), Day(to))).collect())
}

/// Takes a piece out of the roll-up: its mark and its rows. The day rows are untouched.
pub fn unroll(connection: &mut DbConnection, board_id: BoardId, piece: Piece) -> Outcome<()> {
    unroll_days(connection, board_id, (piece.from(), piece.to()))
}

/// The same of days that may be no piece.
pub fn unroll_days(
    connection: &mut DbConnection,
    board_id: BoardId,
    (from, to): (Day, Day),
) -> Outcome<()> {
    use {rolled_pieces as p, rolled_totals as t};
    let mark = p::board_id.eq(board_id.0).and(p::from_day.eq(from.0)).and(p::to_day.eq(to.0));
    diesel::delete(p::table.filter(mark)).execute(connection)?;
    let rows = t::board_id.eq(board_id.0).and(t::from_day.eq(from.0)).and(t::to_day.eq(to.0));
    diesel::delete(t::table.filter(rows)).execute(connection)?;
    Ok(())
}

fn roll(connection: &mut DbConnection, board_id: BoardId, piece: Piece) -> Outcome<()> {
    // Rows without a mark would be in the way.
    unroll(connection, board_id, piece)?;
    let sums = sum_days(connection, board_id, piece)?;
    let rows: Vec<_> = sums
        .iter()
        .map(|((occupancy_id, account_id), sums)| {
            (
                rolled_totals::board_id.eq(board_id.0),
                rolled_totals::from_day.eq(piece.from().0),
                rolled_totals::to_day.eq(piece.to().0),
                rolled_totals::occupancy_id.eq(*occupancy_id),
                rolled_totals::account_id.eq(*account_id),
                rolled_totals::receipt_count.eq(sums.receipts),
                rolled_totals::receipt_vnd.eq(sums.receipt_vnd),
                rolled_totals::unclassified_count.eq(sums.unclassified),
                rolled_totals::unclassified_vnd.eq(sums.unclassified_vnd),
                rolled_totals::returned_vnd.eq(sums.returned_vnd),
                rolled_totals::named_count.eq(sums.named),
                rolled_totals::wrong_amount_count.eq(sums.wrong_amount),
                rolled_totals::receipt_days.eq(sums.receipt_days),
                rolled_totals::possible_days.eq(sums.possible_days),
                rolled_totals::histogram.eq(sums.histogram.packed()),
            )
        })
        .collect();
    for chunk in rows.chunks(CHUNK) {
        on_db!(connection, inner => {
            diesel::insert_into(rolled_totals::table).values(chunk.to_vec()).execute(inner)?
        });
    }
    diesel::insert_into(rolled_pieces::table)
        .values((
            rolled_pieces::board_id.eq(board_id.0),
            rolled_pieces::from_day.eq(piece.from().0),
            rolled_pieces::to_day.eq(piece.to().0),
        ))
        .execute(connection)?;
    diesel::update(board_heads::table.find(board_id.0))
        .filter(board_heads::last_rolled_day.lt(piece.to().0))
        .set(board_heads::last_rolled_day.eq(piece.to().0))
        .execute(connection)?;
    Ok(())
}

/// Keyed by occupancy and account.
fn sum_days(
    connection: &mut DbConnection,
    board_id: BoardId,
    piece: Piece,
) -> Outcome<BTreeMap<(i64, i64), Sums>> {
    use day_totals as d;
    let (first_day, last_day) = (piece.from(), piece.to());
    let query = d::table
        .filter(d::board_id.eq(board_id.0))
        .filter(d::day.between(first_day.0, last_day.0))
        .select((
            (d::day, d::occupancy_id, d::account_id),
            d::sale_count + d::debt_repayment_count + d::deposit_count,
            d::sale_vnd + d::debt_repayment_vnd + d::deposit_vnd,
            (d::unclassified_count, d::unclassified_vnd),
            d::refund_vnd + d::reversal_vnd,
            (d::named_count, d::wrong_amount_count),
        ));
    let rows: Vec<DayRow> = on_db!(connection, inner => query.load(inner)?);
    let mut found: BTreeMap<(i64, i64), Sums> = BTreeMap::new();
    for (key, receipts, receipt_vnd, unclassified, returned_vnd, (named, wrong)) in rows {
        let (day, occupancy_id, account_id) = key;
        let sums = found.entry((occupancy_id, account_id)).or_default();
        let bit = 1_i64 << (day - first_day.0).clamp(0, 30);
        sums.receipts += receipts;
        sums.receipt_vnd += receipt_vnd;
        sums.unclassified += unclassified.0;
        sums.unclassified_vnd += unclassified.1;
        sums.returned_vnd += returned_vnd;
        sums.named += named;
        sums.wrong_amount += wrong;
        if receipts > 0 {
            sums.receipt_days |= bit;
        }
        if receipts > 0 || unclassified.0 > 0 {
            sums.possible_days |= bit;
        }
    }
    // Everything is folded: see `roll_up`.
    let (of_piece, none) = ([(first_day, last_day)], Tail::default());
    for (key, log) in receipts::load(connection, board_id, &of_piece, &none)? {
        let sums = found.entry((key.occupancy_id, key.account_id)).or_default();
        sums.histogram.merge_log(&log);
    }
    Ok(found)
}
