//! Rolled months and their thirds against their days.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;

use super::Mismatch;
use crate::db::schema::{board_heads, day_totals as d, rolled_pieces as p, rolled_totals as t};
use crate::db::{DbConnection, Outcome};
use crate::ledger::histogram::Histogram;
use crate::ledger::pieces::Piece;
use crate::ledger::store::tail::Tail;
use crate::ledger::store::{receipts, rollup};
use crate::on_db;
use crate::primitives::Day;
use crate::primitives::ids::{AccountId, BoardId, OccupancyId};

/// Occupancy and account.
type Key = (i64, i64);
/// Receipts, their amount, unclassified lines, their amount, returned amount; named, wrong
/// amounts; days with receipts, days with receipts or unclassified lines, as bits.
type Sums = ((i64, i64, i64, i64, i64), (i64, i64), (i64, i64));

/// First and last day.
type Days = (Day, Day);

/// Rows of rolled months and thirds that differ from their days', and rows of what is not rolled up.
pub fn differing(connection: &mut DbConnection, board_id: BoardId) -> Outcome<Vec<Mismatch>> {
    Ok(unequal(connection, board_id)?.into_iter().map(|(_, mismatch)| mismatch).collect())
}

/// Takes what is wrong out of the roll-up: reports read its days until the next run makes it anew.
/// The board is locked.
pub fn mend(connection: &mut DbConnection, board_id: BoardId) -> Outcome<()> {
    let wrong = unequal(connection, board_id)?;
    let wrong: BTreeSet<_> = wrong.into_iter().map(|(days, _)| days).collect();
    for days in wrong {
        rollup::unroll_days(connection, board_id, days)?;
    }
    Ok(())
}

fn unequal(connection: &mut DbConnection, board_id: BoardId) -> Outcome<Vec<(Days, Mismatch)>> {
    let rolled: BTreeSet<(i32, i32)> = p::table
        .filter(p::board_id.eq(board_id.0))
        .select((p::from_day, p::to_day))
        .load(connection)?
        .into_iter()
        .collect();
    let present: Vec<(i32, i32)> = t::table
        .filter(t::board_id.eq(board_id.0))
        .select((t::from_day, t::to_day))
        .distinct()
        .load(connection)?;
    let days = |(from, to): (i32, i32)| (Day(from), Day(to));
    let told = |days: Days, what: &str| (days, Mismatch::new(shown(days), Some(what.into()), None));
    let stray = present.iter().filter(|days| !rolled.contains(*days));
    let mut found: Vec<_> = stray.map(|stray| told(days(*stray), "rows")).collect();
    // A late transfer looks only up to the last day, and only for months and thirds; and in the tail it
    // is not yet among the days of which they were made.
    let last: i32 = board_heads::table
        .find(board_id.0)
        .select(board_heads::last_rolled_day)
        .first(connection)?;
    let tail = Tail::load(connection, board_id)?;
    for days in rolled.into_iter().map(days) {
        let piece = Piece::read(days.0, days.1);
        let is_behind = |piece: Piece| tail.days.keys().any(|key| piece.contains(key.day));
        if days.1.0 > last || piece.is_none_or(is_behind) {
            found.push(told(days, "rolled up"));
        }
        let due = due(connection, board_id, days)?;
        let kept = kept(connection, board_id, days)?;
        found.extend(compare(days, kept, due).into_iter().map(|mismatch| (days, mismatch)));
    }
    Ok(found)
}

/// How days are called.
fn shown((from, to): Days) -> String {
    format!("{from} {to}")
}

/// What is kept of an occupancy and account: sums, and the receipts as they are packed.
type Kept = (Sums, Vec<u8>);

fn kept(
    connection: &mut DbConnection,
    board_id: BoardId,
    (from, to): Days,
) -> Outcome<Vec<(Key, Kept)>> {
    let of_days = t::from_day.eq(from.0).and(t::to_day.eq(to.0));
    let rows = t::table.filter(t::board_id.eq(board_id.0).and(of_days));
    let sums = (
        (
            t::receipt_count,
            t::receipt_vnd,
            t::unclassified_count,
            t::unclassified_vnd,
            t::returned_vnd,
        ),
        (t::named_count, t::wrong_amount_count),
        (t::receipt_days, t::possible_days),
    );
    let columns = ((t::occupancy_id, t::account_id), (sums, t::histogram));
    Ok(rows.select(columns).load(connection)?)
}

fn compare(
    days: Days,
    kept: Vec<(Key, Kept)>,
    due: BTreeMap<Key, (Sums, Histogram)>,
) -> Vec<Mismatch> {
    let days = shown(days);
    let name = |key: Key| format!("{days} {} {}", OccupancyId(key.0), AccountId(key.1));
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

/// What days make of it.
fn due(
    connection: &mut DbConnection,
    board_id: BoardId,
    (from, to): Days,
) -> Outcome<BTreeMap<Key, (Sums, Histogram)>> {
    type DayRow = (i32, Key, (i64, i64, i64, i64, i64), (i64, i64));
    let query =
        d::table.filter(d::board_id.eq(board_id.0)).filter(d::day.between(from.0, to.0)).select((
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
    let mut found: BTreeMap<Key, (Sums, Histogram)> = BTreeMap::new();
    for (day, key, of_day, (named, wrong)) in rows {
        let ((sums, quality, days), _) = found.entry(key).or_default();
        let bit = 1_i64 << (day - from.0).clamp(0, 30);
        sums.0 += of_day.0;
        sums.1 += of_day.1;
        sums.2 += of_day.2;
        sums.3 += of_day.3;
        sums.4 += of_day.4;
        *quality = (quality.0 + named, quality.1 + wrong);
        days.0 |= if of_day.0 > 0 { bit } else { 0 };
        days.1 |= if of_day.0 > 0 || of_day.2 > 0 { bit } else { 0 };
    }
    // What has a day in the tail is not rolled.
    for (key, log) in receipts::load(connection, board_id, &[(from, to)], &Tail::default())? {
        let (_, receipts) = found.entry((key.occupancy_id, key.account_id)).or_default();
        receipts.merge(&Histogram::from_log(&log));
    }
    Ok(found)
}
