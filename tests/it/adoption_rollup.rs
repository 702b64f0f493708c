//! Months out of days: the same report either way.

use cho40::adoption::{PAYING_SUPPLIERS, Query};
use cho40::db::DbConnection;
use cho40::db::schema::{month_totals, rolled_months};
use cho40::ledger::rollup;
use cho40::primitives::Month;
use cho40::primitives::ids::BoardId;
use diesel::prelude::*;
use diesel::sql_types::Text;

use crate::adoption_support::{DayOf, Market, Stall, ago, everything, last_day};
use crate::support::on_both;

/// Half a year of three stalls, with everything that a month keeps.
fn busy_market(market: &mut Market<'_>) {
    market.alive(300, 0);
    for id in 1..=3 {
        market.fed(id, 11, 200);
    }
    for day in 0..180 {
        let amounts: Vec<i64> = (0..day % 4).map(|n| 7_300 * i64::from(day + n + 1)).collect();
        for id in (1..=3_i64).filter(|id| i64::from(day) % (id + 1) == 0) {
            let row = DayOf {
                sales: &amounts,
                unclassified: if day % 7 == 0 { &[5_000] } else { &[] },
                refund: if day % 9 == 0 { 1_000 } else { 0 },
                named: 0,
                wrong: i64::from(day % 11 == 0),
            };
            market.day(id, id, day, &row);
        }
        if day % 5 == 0 {
            let loose = DayOf { unclassified: &[30_000], ..DayOf::default() };
            market.day(0, 2, day, &loose);
        }
    }
}

fn windows() -> Vec<Query> {
    [30, 90, 31, 180, 365]
        .into_iter()
        .map(|days| Query { from: Some(ago(days - 1)), ..everything() })
        .chain([Query { from: Some(ago(100)), to: Some(ago(40)), include_occupancies: true }])
        .collect()
}

fn roll(market: &mut Market<'_>) -> Vec<Month> {
    let board = BoardId(market.board());
    rollup::roll_months(market.connection(), board, last_day().month()).unwrap()
}

on_both!(rolled_months_and_days_give_the_same_report, |db| {
    let mut market = Market::new(db);
    busy_market(&mut market);
    let by_days: Vec<_> = windows().iter().map(|query| market.report_on(query)).collect();
    assert_eq!(roll(&mut market).len(), 6);
    let by_months: Vec<_> = windows().iter().map(|query| market.report_on(query)).collect();
    assert_eq!(by_days, by_months);
    // One month taken out again in the middle.
    let board = BoardId(market.board());
    rollup::unroll(market.connection(), board, ago(80).month()).unwrap();
    let mixed: Vec<_> = windows().iter().map(|query| market.report_on(query)).collect();
    assert_eq!(by_days, mixed);
});

on_both!(months_are_read_instead_of_days, |db| {
    let mut market = Market::new(db);
    busy_market(&mut market);
    roll(&mut market);
    let before = market.report().whole_market;
    // Days of rolled months outside the window are not looked at, but for the issue of codes.
    market.execute(&format!("DELETE FROM day_totals WHERE day < {}", ago(30).0));
    market.execute(&format!("DELETE FROM receipt_logs WHERE day < {}", ago(30).0));
    let after = market.report().whole_market;
    assert_eq!((after.m4, after.m6, after.m7), (before.m4, before.m6, before.m7));
    assert_eq!((after.m8, after.m12), (before.m8, before.m12));
});

on_both!(rolling_up_again_does_nothing, |db| {
    let mut market = Market::new(db);
    market.fed(1, 11, 100);
    market.sales(Stall(1), [40, 41, 100]);
    assert_eq!(roll(&mut market).len(), 3);
    assert_eq!(roll(&mut market), []);
    let board = BoardId(market.board());
    let rolled: i64 = rolled_months::table.count().get_result(market.connection()).unwrap();
    assert_eq!(rolled, 3);
    // A late receipt: the month is taken out, changed, rolled up anew.
    let month = ago(40).month();
    rollup::unroll(market.connection(), board, month).unwrap();
    market.sales(Stall(1), [42]);
    assert_eq!(roll(&mut market), [month]);
    let days: i64 = month_totals::table
        .filter(month_totals::month.eq(month.get()))
        .select(month_totals::receipt_days)
        .first(market.connection())
        .unwrap();
    let expected: i64 = [40, 41, 42].into_iter().map(|n| 1 << (ago(n).day_of_month() - 1)).sum();
    assert_eq!(days, expected);
});

on_both!(the_current_month_and_other_boards_are_left_alone, |db| {
    let mut market = Market::new(db);
    market.fed(1, 11, 100);
    market.sales(Stall(1), [0, 1]);
    assert_eq!(roll(&mut market), []);
    let other = market.db.other_act().board_id();
    let rolled = rollup::roll_months(market.connection(), other, last_day().month()).unwrap();
    assert_eq!(rolled, []);
});

#[derive(QueryableByName)]
struct Planned {
    #[diesel(sql_type = Text)]
    detail: String,
}

// Without it each report reads all days of a year. PostgreSQL plans by how many there are, and here are few.
on_both!(days_with_a_supplier_are_found_by_their_index, |db| {
    if let DbConnection::Sqlite(connection) = db.connection() {
        let plan = diesel::sql_query(format!("EXPLAIN QUERY PLAN {PAYING_SUPPLIERS}"));
        let steps: Vec<Planned> = plan.load(connection).unwrap();
        let index = "SEARCH day_totals USING COVERING INDEX day_totals_suppliers";
        assert!(steps[0].detail.starts_with(index), "{}", steps[0].detail);
    }
});
