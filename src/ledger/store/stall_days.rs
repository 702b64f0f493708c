//! The totals of one stall's days.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::tail::Tail;
use crate::db::schema::day_totals as d;
use crate::db::{DbConnection, Outcome};
use crate::ledger::class::Class;
use crate::ledger::totals::DayDelta;
use crate::on_db;
use crate::primitives::Day;
use crate::primitives::ids::{BoardId, OccupancyId};

/// A class's count and amount.
type Of = (i64, i64);
type Row = (i32, (Of, Of, Of, Of, Of, Of), (Of, Of, Of, Of, Of), Of);

/// To be called in a snapshot. The key leads from a day to its stalls, so each day is named: a row
/// is sought for each, and not the board's year.
pub fn load(
    connection: &mut DbConnection,
    board_id: BoardId,
    occupancy_id: OccupancyId,
    (from, to): (Day, Day),
) -> Outcome<BTreeMap<Day, DayDelta>> {
    let named: Vec<i32> = (from.0..=to.0).collect();
    let query = d::table
        .filter(d::board_id.eq(board_id.0))
        .filter(d::day.eq_any(named))
        .filter(d::occupancy_id.eq(occupancy_id.0))
        .select((
            d::day,
            (
                (d::sale_count, d::sale_vnd),
                (d::debt_repayment_count, d::debt_repayment_vnd),
                (d::deposit_count, d::deposit_vnd),
                (d::fee_count, d::fee_vnd),
                (d::personal_count, d::personal_vnd),
                (d::cash_out_count, d::cash_out_vnd),
            ),
            (
                (d::supplier_count, d::supplier_vnd),
                (d::refund_count, d::refund_vnd),
                (d::reversal_count, d::reversal_vnd),
                (d::test_count, d::test_vnd),
                (d::unclassified_count, d::unclassified_vnd),
            ),
            (d::small_count, d::small_vnd),
        ));
    let rows: Vec<Row> = on_db!(connection, inner => query.load(inner)?);
    let mut days: BTreeMap<Day, DayDelta> = BTreeMap::new();
    for (day, first, then, small) in rows {
        let (sale, debt, deposit, fee, personal, cash_out) = first;
        let (supplier, refund, reversal, test, unclassified) = then;
        let of_classes: [Of; Class::ALL.len()] = [
            sale,
            debt,
            deposit,
            fee,
            personal,
            cash_out,
            supplier,
            refund,
            reversal,
            test,
            unclassified,
        ];
        let mut delta = DayDelta {
            count: of_classes.map(|(count, _)| count),
            amount: of_classes.map(|(_, amount)| amount),
            ..DayDelta::default()
        };
        (delta.small_count, delta.small_amount) = small;
        days.entry(Day(day)).or_default().merge(&delta);
    }
    let tail = Tail::load(connection, board_id)?;
    for (key, delta) in &tail.days {
        if key.occupancy_id == occupancy_id.0 && (from..=to).contains(&key.day) {
            days.entry(key.day).or_default().merge(delta);
        }
    }
    Ok(days)
}
