//! M1–M7 in small cases that can be counted by hand.

use cho40::adoption::{AdoptionClass, Reason, Standing};
use cho40::primitives::Day;

use crate::adoption_support::{
    BIN, DayOf, FEED, Market, Stall, ago, metrics, of, one, over_all, range,
};
use crate::support::on_both;

on_both!(every_obstacle_has_its_reason, |db| {
    let mut market = Market::new(db);
    market.alive(40, 0);
    market.execute(
        "INSERT INTO feeds (board_id, id, provider, name, config, created_at_ms) \
         SELECT board_id, 901, 'sepay', 'SePay 2', '{}', 0 FROM feeds WHERE id = 900",
    );
    let no_code = market.bare_stall(1, 11);
    let not_verified = market.bare_stall(2, 11);
    market.issue(not_verified, 50);
    market.verify(20, 2, "name_shown", true);
    let not_scanned = market.fed(3, 11, 50);
    market.execute("DELETE FROM code_scans WHERE code_id = 3");
    market.scan(30, 3, "right", 180);
    let differs = market.fed(4, 11, 50);
    market.scan(40, 4, "other_code", 5);
    market.scan(41, 4, "not_readable", 4);
    market.scan(42, 4, "typed", 3);
    let no_feed = market.equipped(5, 11, 50);
    let gaps = market.equipped(6, 11, 50);
    market.covered_by(FEED + 1, 6);
    let good = market.fed(7, 11, 50);
    let failed = market.fed(8, 11, 50);
    market.verify(89, 8, "name_shown", false);
    let report = market.report();
    let reasons = |stall| one(&report, stall).reasons.clone();
    assert_eq!(reasons(no_code), [Reason::NoCode]);
    assert_eq!(reasons(not_verified), [Reason::NotVerified, Reason::NoFeed]);
    assert_eq!(reasons(not_scanned), [Reason::NotScanned]);
    assert_eq!(reasons(differs), [Reason::ScanDiffers]);
    assert_eq!(reasons(no_feed), [Reason::NoFeed]);
    assert_eq!(reasons(gaps), [Reason::FeedGaps]);
    assert_eq!(reasons(good), []);
    assert_eq!(reasons(failed), [Reason::NotVerified]);
    assert_eq!(of(report.whole_market.m1.value), (3, 8));
    assert_eq!(of(report.whole_market.m2.value), (1, 3));
    let coverage = &report.coverage;
    assert_eq!((coverage.trading, coverage.equipped, coverage.measurable), (8, 3, 1));
    assert_eq!(coverage.because.iter().map(|reason| reason.count).sum::<i64>(), 7);
    assert!(coverage.sentences[0].vi.contains(": 7 trong 8 sạp đang bán chưa đo được: "));
});

on_both!(silence_is_never_a_zero, |db| {
    let mut market = Market::new(db);
    // Fed, but nothing ever proved the feed alive: only the stall's own money was heard.
    let stall = market.fed(1, 11, 100);
    market.heard(FEED, 100, 0, 1, 1);
    let report = market.report();
    let found = metrics(&report, stall);
    for measured in [found.m3, found.m4.days_30, found.m4.days_90, found.m5] {
        assert_eq!(of(measured.value), (0, 0));
        assert_eq!(measured.value.per_mille, None);
        assert_eq!(over_all(measured), (0, 1, 1));
    }
    assert_eq!(of(found.m2.value), (0, 1));
    assert_eq!(found.m8.value, None);
    assert_eq!(one(&report, stall).reasons, [Reason::FeedGaps]);
    assert_eq!(one(&report, stall).class, AdoptionClass::Equipped);
    // What is seen counts all the same, as a known lower bound.
    market.sales(stall, [3]);
    let report = market.report();
    let active = metrics(&report, stall).m4.days_30;
    assert_eq!((of(active.value), over_all(active)), ((0, 0), (1, 1, 1)));
    assert_eq!(one(&report, stall).class, AdoptionClass::Active);
});

on_both!(nine_good_days_of_ten_suffice, |db| {
    let mut market = Market::new(db);
    market.fed(1, 11, 100);
    market.alive(26, 0);
    assert_eq!(of(market.report().whole_market.m2.value), (1, 1));
    market.execute(&format!("DELETE FROM feed_bank_days WHERE day = {}", ago(7).0));
    assert_eq!(of(market.report().whole_market.m2.value), (0, 1));
    // Days on which the market is shut do not count.
    market.execute(&format!(
        "INSERT INTO calendar_rules (board_id, id, market_id, kind, from_day, to_day) \
         SELECT board_id, 1, 1, 'closed', {0}, {0} FROM feeds",
        ago(7).0
    ));
    assert_eq!(of(market.report().whole_market.m2.value), (0, 1));
    market.execute(&format!("UPDATE calendar_rules SET to_day = {}", ago(5).0));
    market.execute(&format!("UPDATE calendar_rules SET from_day = {}", ago(29).0));
    assert_eq!(of(market.report().whole_market.m2.value), (1, 1));
});

on_both!(a_feed_covers_only_from_its_day_on_and_only_what_it_can_see, |db| {
    let mut market = Market::new(db);
    market.fed(1, 11, 100);
    market.alive(40, 0);
    market.execute(&format!("UPDATE feed_accounts SET from_day = {}", ago(10).0));
    assert_eq!(of(market.report().whole_market.m2.value), (0, 1));
    market.execute(&format!("UPDATE feed_accounts SET from_day = {}", ago(40).0));
    assert_eq!(of(market.report().whole_market.m2.value), (1, 1));
    // What it reported stays measured when it gives the account up.
    market.execute(&format!("UPDATE feed_accounts SET to_day = {}", ago(0).0));
    assert_eq!(of(market.report().whole_market.m2.value), (1, 1));
    market.execute(&format!("UPDATE feed_accounts SET to_day = {}", ago(10).0));
    let report = market.report();
    assert_eq!(of(report.whole_market.m2.value), (0, 1));
    assert_eq!(one(&report, Stall(1)).reasons, [Reason::FeedGaps]);
    market.execute(&format!("UPDATE feed_accounts SET to_day = {}", ago(35).0));
    assert_eq!(one(&market.report(), Stall(1)).reasons, [Reason::NoFeed]);
    market.execute("UPDATE feed_accounts SET to_day = NULL");
    // An order feed never sees a printed code.
    market.execute("UPDATE feeds SET provider = 'payos'");
    let report = market.report();
    assert_eq!(one(&report, Stall(1)).reasons, [Reason::NoFeed]);
    // Events at another bank prove nothing.
    market.execute("UPDATE feeds SET provider = 'sepay'");
    market.execute(&format!("UPDATE feed_bank_days SET bin = '970407' WHERE bin = '{BIN}'"));
    assert_eq!(one(&market.report(), Stall(1)).reasons, [Reason::FeedGaps]);
});

on_both!(every_account_behind_the_codes_must_be_covered, |db| {
    let mut market = Market::new(db);
    let stall = market.fed(1, 11, 100);
    let other = market.bare_stall(2, 11);
    market.issue(other, 100);
    market.heard(FEED, 40, 0, 1, 2);
    assert_eq!(one(&market.report(), stall).reasons, []);
    // The neighbour's account becomes the stall's own second one: it proves nothing any more.
    market.link(50, stall, 2, 60, None);
    market.code(50, stall, 2, 60, None);
    assert_eq!(one(&market.report(), stall).reasons, [Reason::NoFeed]);
    market.covered_by(FEED, 2);
    assert_eq!(one(&market.report(), stall).reasons, [Reason::FeedGaps]);
    market.execute("DELETE FROM account_links WHERE id = 50");
    market.revoke(50, 1);
    assert_eq!(one(&market.report(), stall).reasons, []);
});

on_both!(an_account_of_the_same_stall_proves_nothing, |db| {
    let mut market = Market::new(db);
    let stall = market.fed(1, 11, 100);
    // Its second account, without a code; all that the feed ever reported came there.
    market.account(2);
    market.link(2, stall, 2, 400, None);
    market.covered_by(FEED, 2);
    market.heard(FEED, 40, 0, 2, 2);
    assert_eq!(one(&market.report(), stall).reasons, [Reason::FeedGaps]);
    // It is the neighbour's too: his receipts cannot be told from the stall's own, nor hers from his.
    let neighbour = market.fed(3, 11, 100);
    market.link(30, neighbour, 2, 400, None);
    let stranger = market.fed(4, 11, 100);
    let report = market.report();
    assert_eq!(one(&report, stall).reasons, [Reason::FeedGaps]);
    assert_eq!(one(&report, neighbour).reasons, [Reason::FeedGaps]);
    assert_eq!(one(&report, stranger).reasons, []);
    // As long as it was linked, and no day longer.
    let until = |market: &mut Market<'_>, days: i32| {
        market.execute(&format!("UPDATE account_links SET to_day = {} WHERE id = 2", ago(days).0));
        one(&market.report(), stall).reasons.clone()
    };
    assert_eq!(until(&mut market, 26), [Reason::FeedGaps]);
    assert_eq!(until(&mut market, 27), []);
});

on_both!(the_measurable_are_those_whom_the_metric_asks, |db| {
    let mut market = Market::new(db);
    market.alive(300, 0);
    market.fed(1, 11, 29);
    market.fed(2, 11, 29);
    market.equipped(3, 11, 29);
    let report = market.report();
    let text = cho40::adoption::text(&report);
    let found = report.whole_market;
    assert_eq!((of(found.m2.value), of(found.m4.days_30.measurable)), ((2, 3), (2, 3)));
    for metric in [found.m3, found.m6, found.m7.lost, found.m7.returned] {
        assert_eq!((of(metric.measurable), over_all(metric)), ((0, 0), (0, 0, 0)));
    }
    for name in ["Bắt đầu dùng", "Tạm ngưng dùng", "Bỏ dùng", "Dùng lại"] {
        assert!(text.contains(&format!("\n{name}: chưa đủ dữ liệu\n")), "{text}");
    }
    market.fed(4, 11, 200);
    market.equipped(5, 11, 200);
    for id in [4, 5] {
        market.sales(Stall(id), [45, 120]);
    }
    let report = market.report();
    let found = report.whole_market;
    assert_eq!(of(found.m3.measurable), (1, 2));
    assert_eq!((of(found.m6.measurable), of(found.m7.lost.measurable)), ((1, 2), (1, 2)));
    let (paused, lost) =
        ("sạp có tiền trong 30 ngày liền trước đó", "sạp từng có tiền trước 90 ngày gần nhất");
    assert_eq!((found.m6.over_all_vi, found.m7.lost.over_all_vi), (paused, lost));
    let text = cho40::adoption::text(&report);
    assert!(text.contains(&format!("tính cả 2 {paused}: từ 50,0 %")), "{text}");
});

on_both!(a_feed_that_names_no_payers_is_named, |db| {
    let mut market = Market::new(db);
    market.alive(300, 0);
    let silent = market.fed(1, 11, 100);
    market.execute(
        "INSERT INTO feeds (board_id, id, provider, name, config, created_at_ms) \
         SELECT board_id, 901, 'standard_webhooks', 'Ngân hàng', '{}', 0 FROM feeds WHERE id = 900",
    );
    market.equipped(2, 11, 100);
    market.covered_by(FEED + 1, 2);
    market.sales(silent, [3]);
    market.day(2, 2, 3, &DayOf { sales: &[50_000], named: 1, ..DayOf::default() });
    let told = |market: &mut Market<'_>| {
        let notes = market.report().notes;
        notes.into_iter().map(|note| note.vi).find(|note| note.contains("không ghi người chuyển"))
    };
    assert!(told(&mut market).unwrap().contains("Nguồn báo tiền sepay không ghi người chuyển"));
    market.execute("UPDATE feeds SET provider = 'standard_webhooks'");
    assert_eq!(told(&mut market), None);
    market.execute("UPDATE day_totals SET named_count = 0");
    assert!(told(&mut market).is_some(), "they could name payers, and do not");
});

on_both!(activated_needs_three_receipts_on_two_days, |db| {
    let mut market = Market::new(db);
    market.alive(300, 0);
    let cases: [(&[i32], &[i64], bool); 6] = [
        (&[99, 98, 97], &[50_000], true),
        (&[99, 98], &[50_000], false),
        (&[99, 98], &[50_000, 20_000], true),
        (&[99], &[50_000, 50_000, 50_000], false),
        // The 30th day counts, the 31st does not.
        (&[100, 71], &[50_000, 50_000], true),
        (&[100, 70], &[50_000, 50_000], false),
    ];
    for (id, (days, sales, _)) in (1..).zip(&cases) {
        market.fed(id, 11, 100);
        for day in *days {
            market.day(id, id, *day, &DayOf { sales, ..DayOf::default() });
        }
    }
    market.fed(7, 11, 29);
    market.sales(Stall(7), [20, 19, 18]);
    let report = market.report();
    for (id, (days, _, activated)) in (1..).zip(&cases) {
        let found = metrics(&report, Stall(id)).m3;
        assert_eq!(of(found.value), (i64::from(*activated), 1), "{days:?}");
    }
    assert_eq!(over_all(metrics(&report, Stall(7)).m3), (0, 0, 0));
    assert_eq!(of(report.whole_market.m3.value), (3, 6));
    assert!(report.notes.iter().any(|note| note.vi.contains("không ghi người chuyển")));
});

on_both!(activated_needs_two_payers_where_the_feed_names_them, |db| {
    let mut market = Market::new(db);
    market.alive(300, 0);
    let board = market.board();
    for (id, named, payers) in [(1, 2, 1), (2, 2, 2), (3, 1, 1)] {
        market.fed(id, 11, 100);
        for day in [99, 98, 97] {
            let row = DayOf { sales: &[50_000, 20_000], named, ..DayOf::default() };
            market.day(id, id, day, &row);
            let payer = if payers == 1 { 5 } else { day };
            market.execute(&format!(
                "INSERT INTO payer_days (board_id, day, occupancy_id, payer_key, receipt_count) \
                 VALUES ({board}, {}, {id}, {payer}, 1)",
                ago(day).0
            ));
        }
    }
    let report = market.report();
    let activated = |id| of(metrics(&report, Stall(id)).m3.value);
    assert_eq!((activated(1), activated(2), activated(3)), ((0, 1), (1, 1), (1, 1)));
    // All three were one payer under two years' keys.
    market.execute(&format!("INSERT INTO payer_turns VALUES ({board}, 98, 99), ({board}, 97, 99)"));
    let report = market.report();
    assert_eq!(of(metrics(&report, Stall(2)).m3.value), (0, 1));
});

on_both!(a_reprinted_card_does_not_make_a_stall_new, |db| {
    let mut market = Market::new(db);
    market.alive(300, 0);
    let stall = market.fed(1, 11, 100);
    market.revoke(1, 20);
    market.code(60, stall, 1, 20, Some(1));
    market.scan(61, 60, "right", 5);
    let report = market.report();
    assert_eq!(one(&report, stall).equipped_on, Some(ago(100)));
    assert_eq!(of(metrics(&report, stall).m3.value), (0, 1));
});

on_both!(unclassified_money_makes_a_range, |db| {
    let mut market = Market::new(db);
    market.alive(300, 0);
    let sure = market.fed(1, 11, 100);
    market.sales(sure, 0..8);
    let unsure = market.fed(2, 11, 100);
    market.unclassified(unsure, 0..8);
    market.fed(3, 11, 100);
    let shared = market.fed(4, 12, 100);
    market.day(0, 4, 5, &DayOf { unclassified: &[20_000], ..DayOf::default() });
    let report = market.report();
    let active = report.whole_market.m4.days_30;
    assert_eq!((of(active.value), range(active.value)), ((1, 4), (Some(250), Some(750))));
    assert_eq!(over_all(active), (1, 3, 4));
    let regular = report.whole_market.m5;
    assert_eq!(range(regular.value), (Some(250), Some(500)));
    let class = |stall| (one(&report, stall).class, one(&report, stall).possible_class);
    assert_eq!(class(sure), (AdoptionClass::Regular, AdoptionClass::Regular));
    assert_eq!(class(unsure), (AdoptionClass::Equipped, AdoptionClass::Regular));
    assert_eq!(class(shared), (AdoptionClass::Equipped, AdoptionClass::Active));
    assert!(report.notes.iter().any(|note| note.vi.starts_with("2 sạp có khoản chưa phân loại")));
});

on_both!(bounds_over_all_hold_whatever_is_unseen, |db| {
    let mut market = Market::new(db);
    market.alive(300, 0);
    let active = market.fed(1, 11, 100);
    market.sales(active, [1]);
    market.fed(2, 11, 100);
    let unfed = market.equipped(3, 11, 100);
    market.bare_stall(4, 11);
    // Covered, receiving, but its code is not verified: known active, outside Q.
    let unverified = market.fed(5, 11, 100);
    market.verify(59, 5, "name_shown", false);
    market.sales(unverified, [1]);
    let report = market.report();
    let found = report.whole_market.m4.days_30;
    assert_eq!((of(found.value), of(found.measurable)), ((1, 2), (2, 3)));
    assert_eq!(over_all(found), (2, 4, 5));
    assert_eq!(one(&report, unfed).class, AdoptionClass::Equipped);
    assert_eq!(one(&report, unverified).class, AdoptionClass::Active);
    assert_eq!(one(&report, Stall(4)).class, AdoptionClass::NotEquipped);
});

on_both!(paused_is_active_before_and_silent_since, |db| {
    let mut market = Market::new(db);
    market.alive(300, 0);
    let paused = market.fed(1, 11, 200);
    market.sales(paused, [59, 30]);
    let going_on = market.fed(2, 11, 200);
    market.sales(going_on, [45, 29]);
    let perhaps = market.fed(3, 11, 200);
    market.sales(perhaps, [45]);
    market.unclassified(perhaps, [10]);
    let never = market.fed(4, 11, 200);
    market.sales(never, [60]);
    let on_holiday = market.fed(5, 11, 200);
    market.sales(on_holiday, [45]);
    market.absent(1, on_holiday, "day_off", 20, Some(0));
    let unfed = market.equipped(6, 11, 200);
    market.sales(unfed, [45]);
    let report = market.report();
    let found = report.whole_market.m6;
    assert_eq!((of(found.value), range(found.value)), ((1, 3), (Some(333), Some(667))));
    assert_eq!(over_all(found), (1, 4, 5));
    assert_eq!(one(&report, paused).class, AdoptionClass::Paused);
    assert_eq!(one(&report, perhaps).class, AdoptionClass::Equipped);
    assert_eq!(one(&report, perhaps).possible_class, AdoptionClass::Active);
    assert_eq!(one(&report, on_holiday).class, AdoptionClass::Equipped);
    assert_eq!(one(&report, unfed).class, AdoptionClass::Equipped);
    assert_eq!(over_all(metrics(&report, never).m6), (0, 0, 0));
});

on_both!(lost_and_returned, |db| {
    let mut market = Market::new(db);
    market.alive(400, 0);
    let lost = market.fed(1, 11, 300);
    market.sales(lost, [364, 90]);
    let kept = market.fed(2, 11, 300);
    market.sales(kept, [200, 89]);
    let long_ago = market.fed(3, 11, 300);
    market.sales(long_ago, [365]);
    let returned = market.fed(4, 11, 300);
    market.sales(returned, [75, 10]);
    let still_paused = market.fed(5, 11, 300);
    market.sales(still_paused, [75]);
    let report = market.report();
    let m7 = report.whole_market.m7;
    assert_eq!(of(m7.lost.value), (1, 2));
    assert_eq!(over_all(metrics(&report, long_ago).m7.lost), (0, 0, 0));
    assert_eq!(of(m7.returned.value), (1, 3));
    assert_eq!(of(metrics(&report, returned).m7.returned.value), (1, 1));
    assert_eq!(of(metrics(&report, kept).m7.returned.value), (0, 1));
});

on_both!(who_does_not_trade_is_listed_apart, |db| {
    let mut market = Market::new(db);
    market.alive(300, 0);
    for id in 1..=6 {
        market.fed(id, 11, 100);
    }
    market.execute(&format!("UPDATE stalls SET closed_day = {} WHERE id = 1", ago(3).0));
    market.execute(&format!("UPDATE occupancies SET to_day = {} WHERE id = 2", ago(1).0));
    // The last day still counts as trading; one that begins tomorrow is not there yet.
    market.execute(&format!("UPDATE occupancies SET to_day = {} WHERE id = 3", ago(0).0));
    market.execute(&format!("UPDATE occupancies SET from_day = {} WHERE id = 4", ago(-1).0));
    market.absent(1, Stall(5), "suspended", 2, None);
    market.absent(2, Stall(6), "suspended", 9, Some(1));
    let report = market.report();
    let trading: Vec<_> = report.occupancies.iter().map(|found| found.occupancy_id.0).collect();
    assert_eq!(trading, [3, 6]);
    let apart: Vec<(i64, Standing, Day)> = report
        .apart
        .iter()
        .map(|found| (found.occupancy_id.0, found.standing, found.since))
        .collect();
    assert_eq!(
        apart,
        [
            (1, Standing::Closed, ago(3)),
            (2, Standing::Left, ago(0)),
            (5, Standing::Suspended, ago(2)),
        ]
    );
    let coverage = &report.coverage;
    assert_eq!((coverage.closed, coverage.left, coverage.suspended), (1, 1, 1));
    assert_eq!(of(report.whole_market.m1.value), (2, 2));
});

on_both!(a_new_vendor_inherits_nothing, |db| {
    let mut market = Market::new(db);
    market.alive(300, 0);
    let before = market.fed(1, 11, 100);
    market.sales(before, 10..40);
    market.execute(&format!("UPDATE occupancies SET to_day = {} WHERE id = 1", ago(5).0));
    let board = market.board();
    market.execute(&format!(
        "INSERT INTO occupancies (board_id, id, market_id, stall_id, vendor_id, from_day, \
         created_at_ms) VALUES ({board}, 70, 1, 1, 1, {}, 0)",
        ago(4).0
    ));
    let report = market.report();
    assert_eq!(report.occupancies.len(), 1);
    assert_eq!(one(&report, Stall(70)).reasons, [Reason::NoCode]);
    assert_eq!(one(&report, Stall(70)).class, AdoptionClass::NotEquipped);
});

on_both!(a_card_whose_account_has_left_is_no_code, |db| {
    let mut market = Market::new(db);
    market.alive(300, 0);
    let stall = market.fed(1, 11, 100);
    assert!(one(&market.report(), stall).reasons.is_empty());
    // The last day of the link is that before the window's last one.
    market.execute(&format!("UPDATE account_links SET to_day = {} WHERE id = 1", ago(1).0));
    assert_eq!(one(&market.report(), stall).reasons, [Reason::NoCode]);
    market.execute(&format!("UPDATE account_links SET to_day = {} WHERE id = 1", ago(0).0));
    assert!(one(&market.report(), stall).reasons.is_empty());
});
