//! The report as a whole: its window, its access, and what it looks like.

use cho40::access::Permission;
use cho40::adoption::{self, Query, Separator};
use cho40::db::Fault;
use cho40::primitives::Day;
use cho40::primitives::ids::MarketId;

use crate::adoption_support::{DayOf, FEED, MARKET, Market, Stall, ago, everything, last_day, of};
use crate::support::on_both;

fn refusal(market: &mut Market<'_>, query: &Query) -> (Option<String>, &'static str) {
    let act = market.act();
    match adoption::report(market.connection(), &act, MARKET, query) {
        Err(Fault::Refused(refusal)) => (refusal.field.map(Into::into), refusal.code),
        other => panic!("{other:?}"),
    }
}

on_both!(the_window_ends_with_the_last_full_day, |db| {
    let mut market = Market::new(db);
    let report = market.report();
    assert_eq!((report.window.from, report.window.to), (ago(29), last_day()));
    assert_eq!(report.as_of, Day::parse("2026-11-23").unwrap());
    // A board whose days begin at 14:00 is still on the day before, at noon.
    market.execute("UPDATE boards SET day_start_minute = 720");
    market.db.clock.move_to(crate::support::NOW.plus_ms(-3_600_000));
    assert_eq!(market.report().as_of, ago(1));
});

on_both!(wrong_windows_are_refused, |db| {
    let mut market = Market::new(db);
    let query = |from: Option<Day>, to: Option<Day>| Query { from, to, include_occupancies: false };
    let field = |name: &str| Some(name.to_owned());
    let today = query(None, Some(ago(-1)));
    assert_eq!(refusal(&mut market, &today), (field("to"), "window-not-over"));
    let reversed = query(Some(ago(3)), Some(ago(4)));
    assert_eq!(refusal(&mut market, &reversed), (field("from"), "window-reversed"));
    let long = query(Some(ago(366)), None);
    assert_eq!(refusal(&mut market, &long), (field("from"), "window-too-long"));
    let endless = query(Some(Day(i32::MIN)), Some(Day(i32::MIN)));
    assert_eq!(market.report_on(&endless).coverage.trading, 0);
    assert_eq!(market.report_on(&query(Some(ago(365)), None)).window.from, ago(365));
});

on_both!(a_report_needs_its_permission_and_its_board, |db| {
    let mut market = Market::new(db);
    market.fed(1, 11, 100);
    let others = market.db.other_act();
    let without = market.db.act_with(&[Permission::RegistryRead]);
    let cases = [(others, MARKET, "not-found"), (without, MARKET, "forbidden")];
    for (act, market_id, code) in cases {
        let refused = adoption::report(market.connection(), &act, market_id, &everything());
        let Err(Fault::Refused(refusal)) = refused else { panic!("{refused:?}") };
        assert_eq!(refusal.code, code);
    }
    let act = market.act();
    let refused = adoption::report(market.connection(), &act, MarketId(2), &everything());
    assert!(matches!(refused, Err(Fault::Refused(_))));
});

on_both!(an_empty_market_says_that_it_knows_nothing, |db| {
    let mut market = Market::new(db);
    let report = market.report();
    assert_eq!(report.whole_market.m1.value.per_mille, None);
    assert_eq!(report.sections, []);
    assert!(report.coverage.sentences[0].vi.contains("chưa đủ dữ liệu"));
    assert!(adoption::text(&report).contains("Mức độ dùng: chưa đủ dữ liệu"));
});

on_both!(lunar_market_days_are_the_only_trading_days, |db| {
    let mut market = Market::new(db);
    market.alive(300, 0);
    market.fed(1, 11, 100);
    for (id, day) in [(1, 1), (2, 15)] {
        market.execute(&format!(
            "INSERT INTO calendar_rules (board_id, id, market_id, kind, lunar_day) \
             SELECT board_id, {id}, 1, 'lunar_day', {day} FROM feeds"
        ));
    }
    let report = market.report();
    // 9 November 2026 is mùng 1 of the tenth month; rằm of the ninth is 24 October, before.
    assert_eq!(report.lunar_days.firsts, [Day::parse("2026-11-09").unwrap()]);
    assert_eq!(report.lunar_days.fifteenths, [Day::parse("2026-11-23").unwrap()]);
    assert_eq!((report.lunar_days.market_days, report.lunar_days.tet), (2, false));
    assert_eq!(report.whole_market.m8.value.unwrap().trading_days, 2);
    let tet = Query { from: Some(ago(300)), ..Query::default() };
    assert!(market.report_on(&tet).lunar_days.tet);
});

/// One of each: regular, not used, unclassified, unfed, without a code, wholesale, closed.
fn small_market(market: &mut Market<'_>) {
    market.alive(300, 0);
    for id in 1..=6 {
        market.fed(id, if id < 4 { 11 } else { 12 }, 100);
    }
    for id in 1..=4 {
        for day in 0..id as i32 * 3 {
            let sales = [12_000 * id, 47_500];
            market.day(id, id, day, &DayOf { sales: &sales, wrong: 0, ..DayOf::default() });
        }
    }
    market.unclassified(Stall(5), [2, 3]);
    market.share_amounts(Stall(1));
    market.equipped(7, 11, 40);
    market.bare_stall(8, 12);
    let wholesale = market.stall_of_kind(9, 12, true);
    market.equip(wholesale, 100);
    market.covered_by(FEED, 9);
    market.sales(wholesale, [1, 2]);
    market.fed(10, 11, 100);
    market.execute(&format!("UPDATE stalls SET closed_day = {} WHERE id = 10", ago(3).0));
    // A stall name that a spreadsheet would run.
    market.execute("UPDATE stalls SET code = '=1+1' WHERE id = 8");
    market.execute("UPDATE sections SET name = 'Cá tươi, \"khô\"' WHERE id = 12");
    let board = market.board();
    market.execute(&format!(
        "INSERT INTO feed_days VALUES ({board}, {FEED}, {}, 40, 1, 0, 39, 37, \
         30, 5, 2, 1, 0, 1, 0, 0, 0, 0, 0)",
        ago(1).0
    ));
}

on_both!(the_report_looks_as_it_did, |db| {
    let mut market = Market::new(db);
    small_market(&mut market);
    let act = market.db.act_with(&[Permission::ReportsRead]);
    let report = adoption::report(market.connection(), &act, MARKET, &everything()).unwrap();
    let mut brief = report.clone();
    brief.occupancies.retain(|one| matches!(one.occupancy_id.0, 1 | 7));
    insta::assert_json_snapshot!("adoption_json", brief);
    let table = adoption::csv(&report, Separator::Semicolon);
    insta::assert_snapshot!("adoption_csv", table.replace("\r\n", "␍\n"));
    insta::assert_snapshot!("adoption_text", adoption::text(&report));
});

on_both!(the_table_is_safe_to_open, |db| {
    let mut market = Market::new(db);
    small_market(&mut market);
    let report = market.report();
    for (separator, mark, share) in
        [(Separator::Semicolon, ';', "66,7"), (Separator::Comma, ',', "66.7")]
    {
        let csv = adoption::csv(&report, separator);
        assert!(csv.starts_with(&format!("\u{feff}Chợ Thới Bình{mark}từ 25/10/2026")), "{csv}");
        let cell = |text: &str| csv.contains(&format!("{mark}{text}{mark}"));
        assert!(cell("'=1+1") && !csv.contains(&format!("{mark}=1+1")));
        assert!(cell("\"Cá tươi, \"\"khô\"\"\""));
        assert!(cell(share));
        let (opening, table) = csv.split_once("\r\n\r\n").unwrap();
        for told in ["chưa đo được", "Số sạp chưa có mã", "nối nguồn báo tiền về"]
        {
            assert!(opening.contains(told), "{opening}");
        }
        let lines: Vec<_> = table.split("\r\n").collect();
        assert!(lines[0].starts_with(&format!("Cấp{mark}Chợ{mark}")));
        // Head, market, wholesale, two sections, nine occupancies, and the last line break.
        assert_eq!(lines.len(), 1 + 1 + 1 + 2 + 9 + 1);
        assert_eq!(lines.last(), Some(&""));
        let columns = columns(lines[0], mark);
        for line in &lines[1..lines.len() - 1] {
            assert_eq!(self::columns(line, mark), columns, "{line}");
        }
        assert!(!csv.contains("doanh thu"));
    }
});

/// How many cells a row has, quoted separators aside.
fn columns(row: &str, mark: char) -> usize {
    let outside = row.split('"').step_by(2);
    outside.map(|part| part.matches(mark).count()).sum::<usize>() + 1
}

on_both!(no_name_becomes_a_formula, |db| {
    let mut market = Market::new(db);
    market.alive(300, 0);
    market.fed(1, 11, 100);
    market.share_amounts(Stall(1));
    let day = DayOf { sales: &[20_000], ..DayOf::default() };
    market.day(1, 1, 1, &day);
    for (name, written) in [
        ("=A1", ";'=A1;"),
        (" -1", ";\u{20}'-1;"),
        ("＠x", ";'＠x;"),
        ("Cá,=A1", ";\"Cá,'=A1\";"),
        ("Cá; +1", ";\"Cá; '+1\";"),
        ("A-12", ";A-12;"),
        ("2 \"=x\"", ";\"2 \"\"'=x\"\"\";"),
    ] {
        market.execute(&format!("UPDATE stalls SET code = '{name}'"));
        let csv = adoption::csv(&market.report(), Separator::Semicolon);
        assert!(csv.contains(written), "{name:?} is not {written:?} in {csv}");
    }
    let csv = adoption::csv(&market.report(), Separator::Semicolon);
    assert!(csv.contains(";20000;20000;20000;"), "amounts are plain: {csv}");
});

on_both!(the_opening_tells_in_both_languages_what_is_not_known, |db| {
    let mut market = Market::new(db);
    market.alive(300, 0);
    market.bare_stall(1, 11);
    let sentence = |market: &mut Market<'_>| market.report().coverage.sentences[0].clone();
    let said = sentence(&mut market);
    assert_eq!(
        said.vi,
        "Tính đến hết ngày 23/11/2026: 1 trong 1 sạp đang bán chưa đo được: 1 sạp chưa có mã. \
         Chưa có sạp nào có số liệu."
    );
    assert_eq!(
        said.en,
        "As of the end of 2026-11-23: 1 of 1 trading stall cannot be measured: 1 has no code. \
         There are no figures yet."
    );
    market.bare_stall(2, 11);
    market.fed(3, 11, 100);
    let said = sentence(&mut market);
    assert!(said.vi.contains("2 trong 3 sạp đang bán chưa đo được: 2 sạp chưa có mã. Các con số"));
    assert!(said.en.contains("2 of 3 trading stalls cannot be measured: 2 have no code. The"));
    market.execute("UPDATE stalls SET closed_day = 0 WHERE id <> 3");
    let report = market.report();
    assert!(report.coverage.sentences[0].vi.ends_with("cả 1 sạp đang bán đều có số liệu."));
    assert_eq!(report.coverage.sentences.len(), 1, "nothing is said of none");
});

on_both!(occupancies_are_listed_only_when_asked_for, |db| {
    let mut market = Market::new(db);
    small_market(&mut market);
    let report = market.report_on(&Query::default());
    assert!(report.occupancies.is_empty() && report.apart.is_empty());
    assert_eq!(report.coverage.closed, 1);
    assert_eq!(of(report.whole_market.m1.value), (7, 8));
});
