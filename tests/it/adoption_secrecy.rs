//! Amounts over several stalls: in whole months, of enough stalls, and none by subtraction.

use cho40::adoption::{self, Amounts, Hidden, Metrics, Query};
use cho40::primitives::{Day, Vnd};

use crate::adoption_support::{DayOf, FEED, Market, Stall, ago, everything, metrics};
use crate::support::on_both;

/// A day of October 2026, the last whole month before T.
const OCTOBER: i32 = 30;
/// A day of September 2026.
const SEPTEMBER: i32 = 60;

fn window(from: &str, to: &str) -> Query {
    let day = |text| Some(Day::parse(text).unwrap());
    Query { from: day(from), to: day(to), include_occupancies: true }
}

fn october() -> Query {
    window("2026-10-01", "2026-10-31")
}

fn autumn() -> Query {
    window("2026-09-01", "2026-10-31")
}

/// Stalls of a section, each with one sale of its amount.
fn section(market: &mut Market<'_>, first: i64, section: i64, amounts: &[i64]) {
    for (id, amount) in (first..).zip(amounts) {
        market.fed(id, section, 100);
        sale(market, id, OCTOBER, *amount);
    }
}

fn sale(market: &mut Market<'_>, id: i64, days_ago: i32, amount: i64) {
    market.day(id, id, days_ago, &DayOf { sales: &[amount], ..DayOf::default() });
}

fn amounts(metrics: &Metrics) -> Amounts {
    metrics.m8.value.unwrap().amounts
}

/// The market's amounts in a window, as they are told without `amounts.read`.
fn told(market: &mut Market<'_>, query: &Query) -> Amounts {
    amounts(&market.report_without_amounts(query).whole_market)
}

/// Why the market's and each section's amounts are hidden in October.
fn hidden(market: &mut Market<'_>) -> (Option<Hidden>, Vec<Option<Hidden>>) {
    let report = market.report_without_amounts(&october());
    let because = |metrics: &Metrics| amounts(metrics).hidden_because;
    let sections = report.sections.iter().map(|section| because(&section.metrics)).collect();
    (because(&report.whole_market), sections)
}

on_both!(a_day_cannot_be_subtracted_from_a_window, |db| {
    let mut market = Market::new(db);
    market.alive(300, 0);
    section(&mut market, 1, 11, &[10_000; 6]);
    for id in 1..=6 {
        sale(&mut market, id, 3, 20_000);
        if id <= 4 {
            sale(&mut market, id, 6, 30_000);
        }
    }
    // Seven days less six would be the day on which four sold.
    for days in [6, 5] {
        let query = Query { from: Some(ago(days)), ..everything() };
        let report = market.report_without_amounts(&query);
        for found in [&report.whole_market, &report.sections[0].metrics] {
            assert_eq!(amounts(found), {
                let because = Hidden::NotWholeMonths;
                Amounts {
                    hidden_because: Some(because),
                    hidden_because_vi: Some(because.label_vi()),
                    ..Amounts::default()
                }
            });
        }
        // What may be told of October stands in every report.
        let last = report.last_whole_month.as_ref().unwrap();
        assert_eq!(last.window.from, Day::parse("2026-10-01").unwrap());
        assert_eq!(last.whole_market.received_low_vnd, Some(Vnd::new(60_000)));
        assert_eq!(last.sections[0].amounts, last.whole_market);
        assert_eq!(last.wholesale, None);
        let text = adoption::text(&report);
        assert!(
            text.contains("Tiền nhận trong tháng trọn gần nhất (10/2026): 60.000 đ,"),
            "{text}"
        );
        assert!(text.contains("tiền nhận: chỉ cộng tiền theo tháng trọn"), "{text}");
    }
    // Who may see each stall's amounts may see their sums.
    let seen = market.report_on(&Query { from: Some(ago(6)), ..everything() });
    assert_eq!(amounts(&seen.whole_market).received_low_vnd, Some(Vnd::new(240_000)));
    // On paper stands the month's all the same, because paper is passed on.
    let text = adoption::text(&seen);
    assert!(text.contains("(10/2026): 60.000 đ,") && !text.contains("240.000"), "{text}");
});

on_both!(months_are_added_up_if_each_may_be_told, |db| {
    let mut market = Market::new(db);
    market.alive(300, 0);
    section(&mut market, 1, 11, &[10_000; 6]);
    for id in 1..=4 {
        sale(&mut market, id, SEPTEMBER, 40_000);
    }
    assert_eq!(told(&mut market, &october()).received_high_vnd, Some(Vnd::new(60_000)));
    // Six stalls in both months are still four in September.
    let few = told(&mut market, &autumn());
    assert_eq!((few.received_low_vnd, few.hidden_because), (None, Some(Hidden::FewStalls)));
    sale(&mut market, 5, SEPTEMBER, 40_000);
    let both = told(&mut market, &autumn());
    assert_eq!(both.received_low_vnd, Some(Vnd::new(260_000)));
    assert_eq!((both.median_vnd, both.hidden_because), (Some(Vnd::new(10_000)), None));
    // A month that is not over is none.
    let open = told(&mut market, &window("2026-10-01", "2026-11-23"));
    assert_eq!(open.hidden_because, Some(Hidden::NotWholeMonths));
});

on_both!(a_window_does_not_choose_whose_amounts_it_adds, |db| {
    let mut market = Market::new(db);
    market.alive(300, 0);
    section(&mut market, 1, 11, &[10_000; 6]);
    for id in 1..=6 {
        sale(&mut market, id, SEPTEMBER, 40_000);
    }
    // The sixth has a feed since the last days of September: measurable in October alone.
    market.execute(&format!(
        "UPDATE feed_accounts SET from_day = {} WHERE account_id = 6",
        ago(56).0
    ));
    let september = told(&mut market, &window("2026-09-01", "2026-09-30")).received_low_vnd;
    let of_october = told(&mut market, &october()).received_low_vnd;
    assert_eq!((september, of_october), (Some(Vnd::new(200_000)), Some(Vnd::new(60_000))));
    // The two months together would otherwise leave it out, and the difference be its October.
    let both = told(&mut market, &autumn()).received_low_vnd;
    assert_eq!(both, Some(Vnd::new(260_000)));
});

on_both!(four_stalls_or_one_that_dominates_stay_hidden, |db| {
    let mut market = Market::new(db);
    market.alive(300, 0);
    section(&mut market, 1, 11, &[10_000; 4]);
    // A stall without receipts does not fill up the cell.
    market.fed(5, 11, 100);
    assert_eq!(hidden(&mut market), (Some(Hidden::FewStalls), vec![Some(Hidden::FewStalls)]));
    market.sales(Stall(5), [OCTOBER]);
    assert_eq!(hidden(&mut market), (None, vec![None]));
    // 94.000 of 134.000 is more than 70 %.
    sale(&mut market, 5, OCTOBER + 1, 44_000);
    let dominated = Some(Hidden::OneDominates);
    assert_eq!(hidden(&mut market), (dominated, vec![dominated]));
});

on_both!(a_hidden_section_cannot_be_subtracted, |db| {
    let mut market = Market::new(db);
    market.alive(300, 0);
    section(&mut market, 1, 11, &[10_000; 6]);
    section(&mut market, 10, 12, &[10_000; 3]);
    // The market less the first section would be the second.
    let (few, derivable) = (Some(Hidden::FewStalls), Some(Hidden::Derivable));
    assert_eq!(hidden(&mut market), (None, vec![derivable, few]));
    // Two hidden sections that are five stalls together may be derived together.
    let m = &mut market;
    m.execute(
        "INSERT INTO sections (board_id, id, market_id, name, position) \
         SELECT board_id, 13, 1, 'Thịt', 13 FROM feeds",
    );
    section(m, 20, 13, &[10_000; 3]);
    assert_eq!(hidden(&mut market), (None, vec![None, few, few]));
});

on_both!(shown_stalls_are_subtracted_in_thought, |db| {
    let mut market = Market::new(db);
    market.alive(300, 0);
    section(&mut market, 1, 11, &[10_000; 6]);
    for id in 1..=4 {
        market.share_amounts(Stall(id));
    }
    // Two stalls are left that have not agreed.
    assert_eq!(hidden(&mut market).0, Some(Hidden::FewStalls));
    for id in 5..=6 {
        market.share_amounts(Stall(id));
    }
    assert_eq!(hidden(&mut market).0, None);
});

on_both!(what_is_unclear_of_few_hides_the_high_figure, |db| {
    let mut market = Market::new(db);
    market.alive(300, 0);
    section(&mut market, 1, 11, &[10_000; 6]);
    let exact = told(&mut market, &october());
    assert_eq!(exact.received_high_vnd, exact.received_low_vnd);
    // High less low would be what these have.
    for id in 1..=4 {
        market.unclassified(Stall(id), [OCTOBER + 1]);
    }
    let few = told(&mut market, &october());
    assert_eq!((few.received_low_vnd, few.received_high_vnd), (Some(Vnd::new(60_000)), None));
    assert_eq!(few.hidden_because, Some(Hidden::UnclearOfFew));
    let text = adoption::text(&market.report_without_amounts(&Query::default()));
    assert!(text.contains("(10/2026): ít nhất 60.000 đ (ẩn số cao nhất"), "{text}");
    market.unclassified(Stall(5), [OCTOBER + 1]);
    assert_eq!(told(&mut market, &october()).received_high_vnd, Some(Vnd::new(160_000)));
    // What two sections have on a shared account, and is in both, would be their sum less the market.
    section(&mut market, 10, 12, &[10_000; 6]);
    market.link(50, Stall(10), 1, 400, None);
    market.day(0, 1, OCTOBER, &DayOf { unclassified: &[7_000], ..DayOf::default() });
    let shared = told(&mut market, &october());
    assert_eq!(shared.hidden_because, Some(Hidden::UnclearOfFew));
    assert_eq!(shared.received_low_vnd, Some(Vnd::new(120_000)));
});

on_both!(a_median_is_not_that_of_one_stall, |db| {
    let mut market = Market::new(db);
    market.alive(300, 0);
    section(&mut market, 1, 11, &[500_000; 6]);
    assert_eq!(told(&mut market, &october()).median_vnd, Some(Vnd::new(500_000)));
    // Little money, but most receipts: the median is what its customers pay.
    market.day(1, 1, OCTOBER + 1, &DayOf { sales: &[12_000; 20], ..DayOf::default() });
    let found = told(&mut market, &october());
    assert_eq!((found.median_vnd, found.hidden_because), (None, None));
    assert!(found.received_low_vnd.is_some());
});

on_both!(wholesale_and_what_a_vendor_shows_are_told_too, |db| {
    let mut market = Market::new(db);
    market.alive(300, 0);
    for id in 1..=5 {
        let stall = market.stall_of_kind(id, 11, true);
        market.equip(stall, 100);
        market.covered_by(FEED, id);
        sale(&mut market, id, OCTOBER, 9_000_000);
        sale(&mut market, id, 1, 1_000_000);
    }
    market.share_amounts(Stall(2));
    let report = market.report_without_amounts(&everything());
    let last = report.last_whole_month.as_ref().unwrap();
    assert_eq!(last.whole_market.hidden_because, Some(Hidden::FewStalls));
    // Less the one that is shown, four are left.
    assert_eq!(last.wholesale.unwrap().hidden_because, Some(Hidden::FewStalls));
    let own = amounts(metrics(&report, Stall(2)));
    assert_eq!(own.received_low_vnd, Some(Vnd::new(1_000_000)));
    market.execute("DELETE FROM consents");
    let last = market.report_without_amounts(&everything()).last_whole_month.unwrap();
    assert_eq!(last.wholesale.unwrap().received_low_vnd, Some(Vnd::new(45_000_000)));
});
