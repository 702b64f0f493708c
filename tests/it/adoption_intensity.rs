//! M8 and the secrecy of amounts, and M12.

use cho40::access::Permission;
use cho40::adoption::{self, Hidden, Query, Separator};
use cho40::ledger::latency::Delay;
use cho40::primitives::Vnd;

use crate::adoption_support::{
    DayOf, ELSEWHERE, FEED, MARKET, Market, Stall, ago, everything, metrics, of, one, range,
};
use crate::support::{NOW, on_both};

on_both!(intensity_is_counted_by_hand, |db| {
    let mut market = Market::new(db);
    market.alive(300, 0);
    let stall = market.fed(1, 11, 100);
    market.absent(1, stall, "day_off", 9, Some(5));
    for day in [1, 2, 3] {
        let row = DayOf { sales: &[10_000, 50_000], refund: 2_000, ..DayOf::default() };
        market.day(1, 1, day, &row);
    }
    market.unclassified(stall, [4, 3 + 20]);
    // On a day off, and one day outside the window.
    market.sales(stall, [6, 30]);
    let report = market.report();
    let found = metrics(&report, stall).m8.value.unwrap();
    assert_eq!((found.occupancies, found.trading_days), (1, 25));
    assert_eq!((found.receipts.low, found.receipts.high), (7, 9));
    let per_100 = found.receipts_per_100_days.unwrap();
    assert_eq!((per_100.low, per_100.high), (28, 36));
    assert_eq!(
        (of(found.active_days), range(found.active_days)),
        ((3, 25), (Some(120), Some(200)))
    );
    assert_eq!(found.payers, None);
    assert_eq!(found.amounts.received_low_vnd, Some(Vnd::new(224_000)));
    assert_eq!(found.amounts.received_high_vnd, Some(Vnd::new(264_000)));
    assert_eq!(found.amounts.median_vnd, Some(Vnd::new(50_000)));
});

on_both!(payers_are_counted_where_they_are_named, |db| {
    let mut market = Market::new(db);
    market.alive(300, 0);
    let board = market.board();
    for (id, named) in [(1, 4), (2, 3)] {
        market.fed(id, 11, 100);
        let sales = [50_000; 5];
        market.day(id, id, 1, &DayOf { sales: &sales, named, ..DayOf::default() });
        for payer in [7, 8, 9] {
            market.execute(&format!(
                "INSERT INTO payer_days (board_id, day, occupancy_id, payer_key, receipt_count) \
                 VALUES ({board}, {}, {id}, {payer}, 1)",
                ago(1).0
            ));
        }
    }
    let report = market.report();
    let payers = |id| metrics(&report, Stall(id)).m8.value.unwrap().payers;
    assert_eq!(payers(1).map(|payers| (payers.count, of(payers.coverage))), Some((3, (4, 5))));
    assert_eq!(payers(2), None);
    assert_eq!(report.whole_market.m8.value.unwrap().payers, None);
    // Of two years: 9 is who was 8 in the last one.
    market.execute(&format!("INSERT INTO payer_turns VALUES ({board}, 9, 8)"));
    let report = market.report();
    assert_eq!(metrics(&report, Stall(1)).m8.value.unwrap().payers.map(|one| one.count), Some(2));
    let long = market.report_on(&Query { from: Some(ago(90)), ..everything() });
    assert_eq!(metrics(&long, Stall(1)).m8.value.unwrap().payers, None);
});

on_both!(amounts_of_a_stall_need_consent_or_permission, |db| {
    let mut market = Market::new(db);
    market.alive(300, 0);
    for id in [1, 2] {
        let stall = market.fed(id, 11, 100);
        market.sales(stall, [1]);
    }
    market.share_amounts(Stall(2));
    let act = market.db.act_with(&[Permission::ReportsRead]);
    let report = adoption::report(market.connection(), &act, MARKET, &everything()).unwrap();
    let amounts = |id| metrics(&report, Stall(id)).m8.value.unwrap().amounts;
    assert_eq!(amounts(1).hidden_because, Some(Hidden::NoConsent));
    assert_eq!((amounts(1).median_vnd, amounts(1).received_high_vnd), (None, None));
    assert_eq!(amounts(2).median_vnd, Some(Vnd::new(50_000)));
    let csv = adoption::csv(&report, Separator::Semicolon);
    let row = |code: &str| csv.lines().find(|line| line.contains(code)).unwrap().to_owned();
    assert!(!row("A01").contains("50000") && row("A02").contains("50000"));
    market.execute(&format!("UPDATE consents SET withdrawn_at_ms = {}", NOW.0 - 1));
    let report = adoption::report(market.connection(), &act, MARKET, &everything()).unwrap();
    let hidden = metrics(&report, Stall(2)).m8.value.unwrap().amounts;
    assert_eq!(hidden.hidden_because, Some(Hidden::NoConsent));
});

on_both!(wholesale_stands_apart, |db| {
    let mut market = Market::new(db);
    market.alive(300, 0);
    let retail = market.fed(1, 11, 100);
    market.sales(retail, [1]);
    assert_eq!(market.report().wholesale, None);
    let wholesale = market.stall_of_kind(2, 11, true);
    market.equip(wholesale, 100);
    market.covered_by(FEED, 2);
    market.day(2, 2, 1, &DayOf { sales: &[90_000_000], ..DayOf::default() });
    let report = market.report();
    assert_eq!(of(report.whole_market.m4.days_30.value), (1, 1));
    assert_eq!(report.whole_market.m8.value.unwrap().receipts.low, 1);
    assert_eq!(report.sections[0].metrics, {
        let mut of_market = report.whole_market;
        of_market.m12 = report.sections[0].metrics.m12;
        of_market
    });
    assert_eq!(of(report.wholesale.unwrap().m4.days_30.value), (1, 1));
    assert!(one(&report, wholesale).wholesale);
    assert_eq!(report.coverage.wholesale, 1);
});

on_both!(quality_comes_from_the_market_s_feeds, |db| {
    let mut market = Market::new(db);
    market.alive(300, 0);
    let stall = market.fed(1, 11, 100);
    assert_eq!(market.report().whole_market.m12.value.matched, None);
    let row = DayOf { sales: &[10_000; 3], unclassified: &[9_034], wrong: 1, ..DayOf::default() };
    market.day(1, 1, 1, &row);
    let board = market.board();
    let mut feed_day = |feed: i64, day: i32| {
        market.execute(&format!(
            "INSERT INTO feed_days VALUES ({board}, {feed}, {}, 10, 0, 0, 10, 8, \
             5, 0, 0, 4, 0, 0, 0, 0, 0, 1, 0)",
            ago(day).0
        ));
    };
    feed_day(FEED, 1);
    feed_day(FEED, 2);
    feed_day(FEED, 30);
    feed_day(ELSEWHERE, 1);
    let hours = |hours: i64| NOW.0 - hours * 3_600_000;
    let waiting = [
        (1, FEED, hours(30), None),
        (2, FEED, hours(200), Some(hours(170))),
        (3, FEED, hours(200), Some(hours(190))),
        (4, FEED, hours(15), None),
        (5, ELSEWHERE, hours(30), None),
    ];
    for (id, feed, recorded, resolved) in waiting {
        let resolved = resolved.map_or("NULL".to_owned(), |at| at.to_string());
        market.execute(&format!(
            "INSERT INTO unassigned (board_id, transfer_id, account_id, feed_id, day, reason, \
             recorded_at_ms, resolved_at_ms) \
             VALUES ({board}, {id}, 1, {feed}, 0, 'no_occupancy', {recorded}, {resolved})"
        ));
    }
    let report = market.report();
    let found = report.whole_market.m12.value;
    assert_eq!(found.p50, Some(Delay::AtMostMs(1_000)));
    assert_eq!(found.p95, Some(Delay::MoreThanMs(86_400_000)));
    assert_eq!(of(found.matched.unwrap()), (16, 20));
    let unassigned = found.unassigned_over_24h.unwrap();
    assert_eq!((of(unassigned), range(unassigned)), ((2, 20), (Some(100), Some(150))));
    assert_eq!(of(found.wrong_amount.unwrap()), (1, 4));
    let own = metrics(&report, stall).m12.value;
    assert_eq!((own.p50, own.matched), (None, None));
    assert_eq!(own.wrong_amount, found.wrong_amount);
});
