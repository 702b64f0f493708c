//! Days that only events tell of yet: the same report as when they are folded into the totals.

use cho40::db::rows::Writes;
use cho40::events::{Event, Marks, Pages};
use cho40::ledger::index;
use cho40::primitives::Vnd;
use cho40::primitives::ids::{AccountId, BoardId, OccupancyId, TransferId};

use crate::adoption_support::{Market, ago, metrics};
use crate::support::{NOW, on_both};

/// (stall, days ago, đồng, class)
type Told = (i64, i32, i64, &'static str);

fn event((number, told): (i64, &Told)) -> Event {
    let (stall, days, amount, class) = *told;
    Event::TransferRecorded {
        transfer_id: TransferId(10_000 + number),
        account_id: Some(AccountId(stall)),
        occupancy_id: Some(OccupancyId(stall)),
        request_id: None,
        amount: Vnd::new(amount),
        class: class.into(),
        effect: None,
        day: ago(days),
        marks: Marks { is_small: amount < 1_000, is_named: false, is_wrong_amount: days == 3 },
    }
}

fn tell(market: &mut Market<'_>, all: &[Told]) {
    let board_id = BoardId(market.board());
    let mut pages = Pages::default();
    let events = (0..).zip(all).map(event).collect();
    let last = pages.append(board_id, 0, NOW, events).unwrap();
    let mut writes = Writes::default();
    pages.write(&mut writes);
    writes.run(market.connection()).unwrap();
    let board = board_id.0;
    market.execute(&format!("UPDATE board_heads SET event_seq = {last} WHERE board_id = {board}"));
}

on_both!(what_events_tell_is_in_the_report_before_it_is_folded, |db| {
    let mut market = Market::new(db);
    market.alive(300, 0);
    let one = market.fed(1, 11, 35);
    let other = market.fed(2, 11, 200);
    // On a day that has a row already, and within 30 days of the first one's issue.
    market.sales(one, [3]);
    tell(
        &mut market,
        &[
            (1, 3, 20_000, "sale"),
            (1, 8, 900, "sale"),
            (1, 9, 70_000, "sale"),
            (1, 20, 20_000, "sale"),
            (1, 20, 21_000, "sale"),
            (1, 9, 35_000, "unclassified"),
            (2, 40, 15_000, "deposit"),
            (2, 2, 12_000, "fee"),
        ],
    );
    let before = market.report();
    let of_one = metrics(&before, one);
    let receipts = of_one.m8.value.unwrap().receipts;
    assert_eq!((receipts.low, receipts.high), (5, 6));
    assert_eq!(of_one.m3.value.numerator, 1, "three receipts on two days of its first thirty");
    assert_eq!(metrics(&before, other).m8.value.unwrap().receipts.high, 0);
    let board_id = BoardId(market.board());
    while index::catch_up(market.connection(), board_id).unwrap() > 0 {}
    assert_eq!(market.report(), before);
});
