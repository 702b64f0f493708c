//! Rolled months against their days.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;

use super::Mismatch;
use crate::db::schema::{board_heads, day_totals as d, month_totals as m, rolled_months};
use crate::db::{DbConnection, Outcome};
use crate::ledger::histogram::Histogram;
use crate::ledger::store::tail::Tail;
use crate::ledger::store::{receipts, rollup};
use crate::on_db;
use crate::primitives::Month;
use crate::primitives::ids::{AccountId, BoardId, OccupancyId};

/// Occupancy and account.
type Key = (i64, i64);
/// Receipts, their amount, unclassified lines, their amount, returned amount; named, wrong
/// amounts; days with receipts, days with receipts or unclassified lines, as bits.
type Sums = ((i64, i64, i64, i64, i64), (i64, i64), (i64, i64));

/// Rows of rolled months that differ from their days', and rows of months that are not rolled up.
pub fn differing(connection: &mut DbConnection, board_id: BoardId) -> Outcome<Vec<Mismatch>> {
    Ok(unequal(connection, board_id)?.into_iter().map(|(_, mismatch)| mismatch).collect())
}

/// Takes wrong months out of the roll-up: reports read their days until the next run makes them
/// anew. The board is locked.
pub fn mend(connection: &mut DbConnection, board_id: BoardId) -> Outcome<()> {
    let wrong = unequal(connection, board_id)?;
    let months: BTreeSet<_> = wrong.into_iter().map(|(month, _)| month).collect();
    for month in months {
        rollup::unroll(connection, board_id, month)?;
    }
    Ok(())
}

fn unequal(connection: &mut DbConnection, board_id: BoardId) -> Outcome<Vec<(Month, Mismatch)>> {
    let rolled: BTreeSet<i32> = rolled_months::table
        .filter(rolled_months::board_id.eq(board_id.0))
        .select(rolled_months::month)
        .load(connection)?
        .into_iter()
        .collect();
    let present: Vec<i32> =
        m::table.filter(m::board_id.eq(board_id.0)).select(m::month).distinct().load(connection)?;
    let stray = present.iter().filter(|month| !rolled.contains(month)).copied().map(Month);
    let rows = |month: Month| Mismatch::new(month.first_day(), Some("rows".to_owned()), None);
    let mut found: Vec<_> = stray.map(|month| (month, rows(month))).collect();
    // A late transfer looks for its month only below the last one, and in the tail it is not yet
    // among the days of which the month was made.
    let last: i32 = board_heads::table
        .find(board_id.0)
        .select(board_heads::last_rolled_month)
        .first(connection)?;
    let tail = Tail::load(connection, board_id)?;
    let behind: BTreeSet<_> = tail.days.keys().map(|key| key.day.month().get()).collect();
    for month in rolled.into_iter().map(Month) {
        if month.get() > last || behind.contains(&month.get()) {
            let kept = Some("rolled up".to_owned());
            found.push((month, Mismatch::new(month.first_day(), kept, None)));
        }
        let due = due(connection, board_id, month)?;
        let kept = kept(connection, board_id, month)?;
        found.extend(compare(month, kept, due).into_iter().map(|mismatch| (month, mismatch)));
    }
    Ok(found)
}

/// What is kept of an occupancy and account: sums, and the receipts as they are packed.
type Kept = (Sums, Vec<u8>);

fn kept(
    connection: &mut DbConnection,
    board_id: BoardId,
    month: Month,
) -> Outcome<Vec<(Key, Kept)>> {
    let rows = m::table.filter(m::board_id.eq(board_id.0).and(m::month.eq(month.get())));
    let sums = (
        (
            m::receipt_count,
            m::receipt_vnd,
            m::unclassified_count,
            m::unclassified_vnd,
            m::returned_vnd,
        ),
        (m::named_count, m::wrong_amount_count),
        (m::receipt_days, m::possible_days),
    );
    let columns = ((m::occupancy_id, m::account_id), (sums, m::histogram));
    Ok(rows.select(columns).load(connection)?)
}

fn compare(
    month: Month,
    kept: Vec<(Key, Kept)>,
    due: BTreeMap<Key, (Sums, Histogram)>,
) -> Vec<Mismatch> {
    let name =
        |key: Key| format!("{} {} {}", month.first_day(), OccupancyId(key.0), AccountId(key.1));
    let shown = |row: &Kept| format!("{row:?}");
    let packed =
        |(key, (sums, receipts)): (Key, (Sums, Histogram))| (key, (sums, receipts.packed()));
    let mut due: BTreeMap<Key, Kept> = due.into_iter().map(packed).collect();
    let mut found = Vec::new();
    for (key, kept) in kept {
        let due = due.remove(&key);
        if due.as_ref() != Some(&kept) {
            found.push(Mismatch::new(name(key), Some(shown(&kept)), due.as_ref().map(shown)));
        }
    }
    found.extend(due.iter().map(|(key, due)| Mismatch::new(name(*key), None, Some(shown(due)))));
    found
}

/// What the days of a month make of it.
fn due(
    connection: &mut DbConnection,
    board_id: BoardId,
    month: Month,
) -> Outcome<BTreeMap<Key, (Sums, Histogram)>> {
    type DayRow = (i32, Key, (i64, i64, i64, i64, i64), (i64, i64));
    let first_day = month.first_day().0;
    let query = d::table
        .filter(d::board_id.eq(board_id.0))
        .filter(d::day.between(first_day, month.last_day().0))
        .select((
            d::day,
            (d::occupancy_id, d::account_id),
            (
                d::sale_count + d::debt_repayment_count + d::deposit_count,
                d::sale_vnd + d::debt_repayment_vnd + d::deposit_vnd,
                d::unclassified_count,
                d::unclassified_vnd,
                d::refund_vnd + d::reversal_vnd,
            ),
            (d::named_count, d::wrong_amount_count),
        ));
    let rows: Vec<DayRow> = on_db!(connection, inner => query.load(inner)?);
    let mut months: BTreeMap<Key, (Sums, Histogram)> = BTreeMap::new();
    for (day, key, of_day, (named, wrong)) in rows {
        let ((sums, quality, days), _) = months.entry(key).or_default();
        let bit = 1_i64 << (day - first_day).clamp(0, 30);
        sums.0 += of_day.0;
        sums.1 += of_day.1;
        sums.2 += of_day.2;
        sums.3 += of_day.3;
        sums.4 += of_day.4;
        *quality = (quality.0 + named, quality.1 + wrong);
        days.0 |= if of_day.0 > 0 { bit } else { 0 };
        days.1 |= if of_day.0 > 0 || of_day.2 > 0 { bit } else { 0 };
    }
    let of_month = (month.first_day(), month.last_day());
    // A month with a day in the tail is not rolled.
    for (key, log) in receipts::load(connection, board_id, &[of_month], &Tail::default())? {
        let (_, receipts) = months.entry((key.occupancy_id, key.account_id)).or_default();
        receipts.merge(&Histogram::from_log(&log));
    }
    Ok(months)
}
