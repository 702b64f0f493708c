//! Whole months out of day totals, so that a year's report reads twelve rows of a stall, not 365.
//!
//! The day rows stay: a late transfer takes its month out again ([`unroll`], in the transaction
//! that changes the day), reports read its days meanwhile, and the next run rolls it up anew.

use std::collections::BTreeMap;

use diesel::dsl::{max, min};
use diesel::prelude::*;

use super::tail::Tail;
use super::{index, receipts};
use crate::db::schema::{board_heads, day_totals, month_totals, rolled_months};
use crate::db::{DbConnection, Outcome};
use crate::ledger::histogram::Histogram;
use crate::on_db;
use crate::primitives::ids::BoardId;
use crate::primitives::{Day, Month};

/// Rows of one INSERT: 14 binds each, below SQLite's 32,766.
const CHUNK: usize = 1_000;

/// (day, occupancy, account), receipts, their amount, unclassified lines with their amount, amount
/// returned, (named, wrong amounts); amounts in đồng.
type DayRow = ((i32, i64, i64), i64, i64, (i64, i64), i64, (i64, i64));

/// What `month_totals` keeps of an occupancy and account.
#[derive(Debug, Default)]
struct Sums {
    receipts: i64,
    receipt_vnd: i64,
    unclassified: i64,
    unclassified_vnd: i64,
    returned_vnd: i64,
    named: i64,
    wrong_amount: i64,
    /// Bit d − 1: at least one business receipt on day d of the month.
    receipt_days: i64,
    /// Bit d − 1: at least one business receipt or unclassified line on day d.
    possible_days: i64,
    histogram: Histogram,
}

/// Rolls up every whole month before the given one that is not yet, from the first month with data
/// to the last, empty ones between them too; returns them. Runs in the caller's transaction; doing
/// it again does nothing.
pub fn roll_months(
    connection: &mut DbConnection,
    board_id: BoardId,
    before_month: Month,
) -> Outcome<Vec<Month>> {
    // What comes later to a day of a rolled month would be lost to it.
    while index::catch_up(connection, board_id)? > 0 {}
    let of_board = day_totals::board_id.eq(board_id.0);
    let first: Option<i32> =
        day_totals::table.filter(of_board).select(min(day_totals::day)).first(connection)?;
    let last: Option<i32> =
        day_totals::table.filter(of_board).select(max(day_totals::day)).first(connection)?;
    let (Some(first), Some(last)) = (first, last) else { return Ok(Vec::new()) };
    let rolled: Vec<i32> = rolled_months::table
        .filter(rolled_months::board_id.eq(board_id.0))
        .select(rolled_months::month)
        .load(connection)?;
    let from = Day(first).month().get();
    // A clock far ahead must not mark centuries of empty months.
    let to = before_month.get().min(Day(last).month().next().get());
    let months: Vec<_> = (from..to).filter(|month| !rolled.contains(month)).map(Month).collect();
    if months.is_empty() {
        return Ok(months);
    }
    for month in &months {
        roll(connection, board_id, *month)?;
    }
    Ok(months)
}

/// Takes a month out of the roll-up: its mark and its rows. The day rows are untouched.
pub fn unroll(connection: &mut DbConnection, board_id: BoardId, month: Month) -> Outcome<()> {
    diesel::delete(
        rolled_months::table
            .filter(rolled_months::board_id.eq(board_id.0))
            .filter(rolled_months::month.eq(month.get())),
    )
    .execute(connection)?;
    delete_rows(connection, board_id, month)
}

fn delete_rows(connection: &mut DbConnection, board_id: BoardId, month: Month) -> Outcome<()> {
    diesel::delete(
        month_totals::table
            .filter(month_totals::board_id.eq(board_id.0))
            .filter(month_totals::month.eq(month.get())),
    )
    .execute(connection)?;
    Ok(())
}

fn roll(connection: &mut DbConnection, board_id: BoardId, month: Month) -> Outcome<()> {
    delete_rows(connection, board_id, month)?;
    let sums = sum_days(connection, board_id, month)?;
    let rows: Vec<_> = sums
        .iter()
        .map(|((occupancy_id, account_id), sums)| {
            (
                month_totals::board_id.eq(board_id.0),
                month_totals::month.eq(month.get()),
                month_totals::occupancy_id.eq(*occupancy_id),
                month_totals::account_id.eq(*account_id),
                month_totals::receipt_count.eq(sums.receipts),
                month_totals::receipt_vnd.eq(sums.receipt_vnd),
                month_totals::unclassified_count.eq(sums.unclassified),
                month_totals::unclassified_vnd.eq(sums.unclassified_vnd),
                month_totals::returned_vnd.eq(sums.returned_vnd),
                month_totals::named_count.eq(sums.named),
                month_totals::wrong_amount_count.eq(sums.wrong_amount),
                month_totals::receipt_days.eq(sums.receipt_days),
                month_totals::possible_days.eq(sums.possible_days),
                month_totals::histogram.eq(sums.histogram.packed()),
            )
        })
        .collect();
    for chunk in rows.chunks(CHUNK) {
        on_db!(connection, inner => {
            diesel::insert_into(month_totals::table).values(chunk.to_vec()).execute(inner)?
        });
    }
    diesel::insert_into(rolled_months::table)
        .values((rolled_months::board_id.eq(board_id.0), rolled_months::month.eq(month.get())))
        .execute(connection)?;
    diesel::update(board_heads::table.find(board_id.0))
        .filter(board_heads::last_rolled_month.lt(month.get()))
        .set(board_heads::last_rolled_month.eq(month.get()))
        .execute(connection)?;
    Ok(())
}

/// Keyed by occupancy and account.
fn sum_days(
    connection: &mut DbConnection,
    board_id: BoardId,
    month: Month,
) -> Outcome<BTreeMap<(i64, i64), Sums>> {
    use day_totals as d;
    let first_day = month.first_day();
    let query = d::table
        .filter(d::board_id.eq(board_id.0))
        .filter(d::day.between(first_day.0, month.last_day().0))
        .select((
            (d::day, d::occupancy_id, d::account_id),
            d::sale_count + d::debt_repayment_count + d::deposit_count,
            d::sale_vnd + d::debt_repayment_vnd + d::deposit_vnd,
            (d::unclassified_count, d::unclassified_vnd),
            d::refund_vnd + d::reversal_vnd,
            (d::named_count, d::wrong_amount_count),
        ));
    let rows: Vec<DayRow> = on_db!(connection, inner => query.load(inner)?);
    let mut months: BTreeMap<(i64, i64), Sums> = BTreeMap::new();
    for (key, receipts, receipt_vnd, unclassified, returned_vnd, (named, wrong)) in rows {
        let (day, occupancy_id, account_id) = key;
        let sums = months.entry((occupancy_id, account_id)).or_default();
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
    // Everything is folded: see `roll_months`.
    let (of_month, none) = ([(first_day, month.last_day())], Tail::default());
    for (key, log) in receipts::load(connection, board_id, &of_month, &none)? {
        let sums = months.entry((key.occupancy_id, key.account_id)).or_default();
        sums.histogram.merge_log(&log);
    }
    Ok(months)
}
