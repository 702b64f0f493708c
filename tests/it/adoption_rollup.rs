//! Months and their thirds out of days: the same report either way.

use cho40::adoption::{PAYING_SUPPLIERS, Query};
use cho40::db::DbConnection;
use cho40::db::schema::{rolled_pieces, rolled_totals};
use cho40::ledger::pieces::Piece;
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
    let ends = [(100, 40), (48, 3), (40, 39), (364, 17), (33, 1)];
    let ended =
        ends.map(|(from, to)| Query { from: Some(ago(from)), to: Some(ago(to)), ..everything() });
    [30, 90, 31, 180, 365]
        .into_iter()
        .map(|days| Query { from: Some(ago(days - 1)), ..everything() })
        .chain(ended)
        .collect()
}

fn roll(market: &mut Market<'_>) -> Vec<Piece> {
    let board = BoardId(market.board());
    rollup::roll_up(market.connection(), board, last_day().plus(1), usize::MAX).unwrap()
}

on_both!(what_is_rolled_up_and_days_give_the_same_report, |db| {
    let mut market = Market::new(db);
    busy_market(&mut market);
    let by_days: Vec<_> = windows().iter().map(|query| market.report_on(query)).collect();
    let rolled = roll(&mut market);
    let month = last_day().month();
    assert_eq!(
        rolled.iter().filter(|piece| **piece == Piece::whole(piece.from().month())).count(),
        6
    );
    assert!(rolled.contains(&Piece::thirds(month)[0]), "of the running month too");
    assert!(rolled.iter().all(|piece| piece.to() <= last_day()));
    let rolled_up: Vec<_> = windows().iter().map(|query| market.report_on(query)).collect();
    assert_eq!(by_days, rolled_up);
    // Some taken out again: a month, a month's third, a month with one of its thirds.
    let board = BoardId(market.board());
    let of_month = |days: i32| Piece::whole(ago(days).month());
    let of_third = |days: i32| Piece::holding(ago(days)).last().unwrap();
    for piece in [of_month(80), of_third(50), of_month(110), of_third(110), of_third(20)] {
        rollup::unroll(market.connection(), board, piece).unwrap();
        let mixed: Vec<_> = windows().iter().map(|query| market.report_on(query)).collect();
        assert_eq!(by_days, mixed, "without {piece:?}");
    }
});

on_both!(what_is_rolled_up_is_read_instead_of_days, |db| {
    let mut market = Market::new(db);
    busy_market(&mut market);
    roll(&mut market);
    let before = market.report().whole_market;
    // Of a window of thirty days only those of a third that is not whole in it or not over are looked
    // at, and days of the issue of codes.
    let month = last_day().month().get();
    let thirds = (month - 3..=month).flat_map(|month| Piece::thirds(Month(month)));
    for third in thirds.filter(|third| third.to() <= last_day() && !third.contains(ago(29))) {
        let of_third = format!("day BETWEEN {} AND {}", third.from().0, third.to().0);
        market.execute(&format!("DELETE FROM day_totals WHERE {of_third}"));
        market.execute(&format!("DELETE FROM receipt_logs WHERE {of_third}"));
    }
    let after = market.report().whole_market;
    assert_eq!((after.m4, after.m6, after.m7), (before.m4, before.m6, before.m7));
    assert_eq!((after.m8, after.m12), (before.m8, before.m12));
});

on_both!(rolling_up_again_does_nothing, |db| {
    let mut market = Market::new(db);
    market.fed(1, 11, 100);
    market.sales(Stall(1), [40, 41, 100]);
    let all = roll(&mut market);
    assert_eq!(roll(&mut market), []);
    let rolled: i64 = rolled_pieces::table.count().get_result(market.connection()).unwrap();
    assert_eq!(rolled, all.len() as i64);
    // A late receipt: its month and third are taken out, changed, rolled up anew.
    let board = BoardId(market.board());
    let late: Vec<_> = Piece::holding(ago(42)).collect();
    for piece in &late {
        rollup::unroll(market.connection(), board, *piece).unwrap();
    }
    market.sales(Stall(1), [42]);
    assert_eq!(roll(&mut market), late);
    for piece in late {
        use rolled_totals as t;
        let days: i64 = t::table
            .filter(t::from_day.eq(piece.from().0).and(t::to_day.eq(piece.to().0)))
            .select(t::receipt_days)
            .first(market.connection())
            .unwrap();
        let seen = [40, 41, 42].map(ago).into_iter().filter(|day| piece.contains(*day));
        assert_eq!(days, seen.map(|day| 1 << (day.0 - piece.from().0)).sum::<i64>());
    }
});

on_both!(only_so_many_are_rolled_up_at_once, |db| {
    let mut market = Market::new(db);
    market.fed(1, 11, 100);
    market.sales(Stall(1), [40, 41, 100]);
    let board = BoardId(market.board());
    let mut steps = 0;
    while !rollup::roll_up(market.connection(), board, last_day(), 3).unwrap().is_empty() {
        steps += 1;
    }
    let rolled: i64 = rolled_pieces::table.count().get_result(market.connection()).unwrap();
    assert_eq!(steps, (rolled as usize).div_ceil(3));
});

on_both!(what_is_not_over_and_other_boards_are_left_alone, |db| {
    let mut market = Market::new(db);
    market.fed(1, 11, 100);
    market.sales(Stall(1), [0, 1]);
    let is_over = |piece: &Piece| piece.to() <= last_day();
    assert!(roll(&mut market).iter().all(is_over));
    let today = Piece::holding(last_day()).last().unwrap();
    let board = BoardId(market.board());
    let rolled = rollup::rolled(market.connection(), board).unwrap();
    assert_eq!(rolled.contains(&today), is_over(&today));
    let other = market.db.other_act().board_id();
    let rolled = rollup::roll_up(market.connection(), other, last_day(), 9).unwrap();
    assert_eq!(rolled, []);
    // On its last day a third is not over.
    let [_, second, _] = Piece::thirds(ago(30).month());
    market.sales(Stall(1), [last_day().0 - second.to().0]);
    let mut roll = |today| rollup::roll_up(market.connection(), board, today, 9).unwrap();
    assert!(!roll(second.to()).contains(&second));
    assert!(roll(second.to().plus(1)).contains(&second));
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
