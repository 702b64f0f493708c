//! The report's files, and reports that were published.

#![cfg(test)]

use std::io::Cursor;

use calamine::{Data, Reader as _, Xlsx};
use cho40::access::Permission;
use cho40::adoption::laid::{self, Laid, lay};
use cho40::adoption::published::{self, NewPublished};
use cho40::adoption::targets::{self, NewTarget, TargetMetric};
use cho40::adoption::{AdoptionReport, Change};
use cho40::primitives::Day;
use cho40::print::Paper as _;
use cho40::print::adoption_report::ReportPaper;
use cho40::print::charts::{self, Width};

use crate::adoption_support::{MARKET, Market, Stall, ago, everything};
use crate::cash_plans::{days_pass, draw, drawn, new, refused, stalls, tell};
use crate::print_support::{said, set};
use crate::support::on_both;
use crate::web_support::Site;

/// A market with a counting period that is over, and stalls that nobody can measure.
pub fn counted(market: &mut Market<'_>) -> AdoptionReport {
    stalls(market, 25, 15);
    market.bare_stall(50, 11);
    market.equipped(51, 12, 100);
    market.execute(
        "INSERT INTO neighbourhoods (board_id, id, kind, name, aliases) \
         SELECT board_id, 1, 'khóm', 'Khóm 1', '[]' FROM feeds WHERE id = 900",
    );
    market.execute("UPDATE vendors SET neighbourhood_id = 1 WHERE id < 20");
    let plan = draw(market, new(28)).unwrap();
    for id in 1..=40 {
        let often = 1 + (id % 5) as i32;
        market.sales(Stall(id), (-29..=80_i32).filter(|day| day.rem_euclid(often) == 0));
        if id % 7 == 0 {
            market.unclassified(Stall(id), 81..90);
        }
    }
    days_pass(market, 30);
    for (number, (stall, day)) in drawn(&plan).into_iter().enumerate() {
        let cash = format!("{}k", 60 + 20 * (number % 4));
        let counted = cho40::adoption::counting::CountOutcome::Counted;
        tell(market, plan.head.id, (stall, day), counted, Some(&cash)).unwrap();
    }
    market.report_on(&everything())
}

fn publish(market: &mut Market<'_>) -> (published::PublishedHead, String) {
    let act = market.act();
    let new = NewPublished { from: None, to: None, published_by: "Ban quản lý chợ".into() };
    let made = published::publish(market.connection(), &act, MARKET, &new).unwrap();
    (made.head, made.report.get().to_owned())
}

fn kept(market: &mut Market<'_>, head: &published::PublishedHead) -> (String, Laid) {
    let act = market.db.act_with(&[Permission::ReportsRead]);
    let shown = published::get(market.connection(), &act, head.id).unwrap();
    let (_, laid) = published::laid(market.connection(), &act, head.id).unwrap();
    (shown.report.get().to_owned(), laid)
}

on_both!(a_published_report_is_never_computed_anew, |db| {
    let mut market = Market::new(db);
    counted(&mut market);
    let (head, told) = publish(&mut market);
    let (before, laid_before) = kept(&mut market, &head);
    assert_eq!(before, told);
    // Everything is another: money comes, a stall closes, the market has another name.
    market.execute("DELETE FROM day_totals");
    market.execute("UPDATE markets SET name = 'Chợ khác'");
    market.execute("DELETE FROM cash_counts");
    days_pass(&mut market, 200);
    assert_eq!(kept(&mut market, &head), (before, laid_before.clone()));
    assert_eq!(laid_before.market, "Chợ Thới Bình");
    // It says nothing of single stalls, and nothing that only some may see.
    assert!(told.contains(r#""occupancies":[]"#) && told.contains("\"not_whole_months\""));
    assert!(!laid_before.csv.contains("A01"));
    let act = market.db.act_with(&[Permission::ReportsRead]);
    let new = NewPublished { from: None, to: None, published_by: "x".into() };
    let made = published::publish(market.connection(), &act, MARKET, &new);
    assert_eq!(refused(made), "forbidden");
});

on_both!(what_is_open_is_what_was_published_last, |db| {
    let mut market = Market::new(db);
    counted(&mut market);
    let open =
        |market: &mut Market<'_>| published::open_summary(market.connection(), MARKET).unwrap();
    assert!(open(&mut market).is_none());
    publish(&mut market);
    let shown = serde_json::to_string(&open(&mut market).unwrap()).unwrap();
    for secret in ["Ban quản lý chợ", "A01", "Chị Lan", "10000", "Rau củ"] {
        assert!(!shown.contains(secret), "{secret}");
    }
    let site = Site::of(market.db);
    let path = format!("/cho/{MARKET}");
    let page = site.ask("GET", &path).send();
    assert_eq!(page.status, 200, "{}", page.text());
    let html = page.text();
    let unseen = html.find("chưa đo được").unwrap();
    assert!(unseen < html.find("<dl").unwrap() && html.len() < 250_000);
    assert!(html.contains("<svg") && !html.contains("style="));
    let data = site.ask("GET", &format!("{path}.json")).send();
    assert_eq!(data.header("access-control-allow-origin"), "*");
    assert_eq!(data.json["market"], "Chợ Thới Bình");
    assert_eq!(site.ask("GET", "/cho/mkt_0000000000009").send().status, 404);
});

on_both!(each_file_opens_with_what_cannot_be_measured, |db| {
    let mut market = Market::new(db);
    let report = counted(&mut market);
    let laid = lay(&report);
    let first = "2 trong 42 sạp đang bán chưa đo được";
    assert!(laid.text.lines().nth(2).unwrap().contains(first), "{}", laid.text);
    assert!(laid.csv.lines().nth(1).unwrap().contains(first));
    assert!(laid.zalo.lines().nth(1).unwrap().contains(first), "{}", laid.zalo);
    // No stall, no vendor, no section before another.
    for name in ["A01", "Chị Lan", "Rau củ", "Cá tươi", "Khóm 1"] {
        assert!(!laid.zalo.contains(name), "{name}");
    }
    let bytes = laid::xlsx(&laid).unwrap();
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes.clone())).unwrap();
    let names = book.sheet_names();
    assert_eq!(names[..3], ["Chưa đo được", "Tổng hợp", "Tiền mặt"]);
    assert_eq!(names.len(), laid.sheets.len());
    let sheet = book.worksheet_range("Tổng hợp").unwrap();
    let row: Vec<Data> = sheet.rows().nth(1).unwrap().to_vec();
    // 41 of 42 have a code: numbers as numbers.
    assert_eq!(
        row[..5],
        [
            Data::String("M1".into()),
            Data::String("Đã có mã".into()),
            Data::Float(41.0),
            Data::Float(41.0),
            Data::Float(42.0),
        ]
    );
    assert_eq!(row[5], Data::Float(0.976));
    assert_eq!(laid::xlsx(&laid).unwrap(), bytes);
    let paper = ReportPaper::new(laid).unwrap();
    let printed = set("adoption-report", &paper);
    let text: String = printed.pages().iter().map(|page| said(&page.frame)).collect();
    let unseen = text.find("chưađođược").unwrap();
    assert!(unseen < text.find("Đãcómã").unwrap(), "{text}");
    assert!(text.contains("khoảngtincậy95%"), "{text}");
    assert_eq!(paper.pieces(), 15);
});

on_both!(groups_and_targets_stand_in_the_report, |db| {
    let mut market = Market::new(db);
    counted(&mut market);
    let act = market.act();
    let mut new = NewTarget {
        metric: TargetMetric::M1,
        per_mille: Some(900),
        document: " 12/QĐ-UBND ".into(),
        due_day: Some(Day::parse("2026-12-31").unwrap()),
    };
    assert!(market.report().targets.is_empty());
    targets::set(market.connection(), &act, MARKET, &new).unwrap();
    let report = market.report();
    assert_eq!(
        (report.targets[0].per_mille, report.targets[0].document.as_str()),
        (900, "12/QĐ-UBND")
    );
    assert_eq!(lay(&report).figures[0].target, "90,0 % (12/QĐ-UBND, đến 31/12/2026)");
    new.per_mille = Some(0);
    assert_eq!(
        refused(targets::set(market.connection(), &act, MARKET, &new)),
        "number-out-of-range"
    );
    new.per_mille = None;
    targets::set(market.connection(), &act, MARKET, &new).unwrap();
    assert!(market.report().targets.is_empty());
    let groups: Vec<(&str, i64)> =
        report.groups.iter().map(|group| (group.name.as_str(), group.stalls)).collect();
    assert_eq!(groups, [("Khóm 1", 19), ("chưa rõ nơi ở", 23), ("rau", 42)]);
    let steps: Vec<&str> = report.funnel.iter().map(|step| step.metric).collect();
    assert_eq!(steps, ["M1", "M2", "M3", "M4a", "M5"]);
});

on_both!(weeks_and_months_are_counted_by_hand, |db| {
    let mut market = Market::new(db);
    market.alive(200, 0);
    for id in 1..=4 {
        market.fed(id, 11, 150);
    }
    market.fed(5, 11, 20);
    // T is Monday, 23 November: the last whole week is 16–22, T−7 to T−1.
    market.sales(Stall(1), [7, 1]);
    market.unclassified(Stall(2), [3]);
    market.sales(Stall(3), [0, 8]);
    // October is T−53 to T−23, September T−83 to T−54.
    market.sales(Stall(1), 24..32);
    market.sales(Stall(3), 54..80);
    market.sales(Stall(4), 54..61);
    let trend = market.report().trend;
    let week = trend.weeks.last().unwrap();
    assert_eq!((week.window.from, week.window.to), (ago(7), ago(1)));
    let active = week.active;
    assert_eq!((active.numerator, active.numerator_high, active.denominator), (1, 2, 5));
    assert_eq!(trend.weeks[10].active.numerator, 1);
    assert_eq!(trend.weeks[10].active.denominator, 5);
    let month = trend.months.last().unwrap();
    assert_eq!((month.active.numerator, month.active.denominator), (1, 4));
    assert_eq!(month.regular.unwrap().numerator, 1);
    let panel = trend.panel.unwrap();
    assert_eq!((panel.occupancies, panel.active.before.numerator), (4, 2));
    assert_eq!(panel.active.after.numerator, 1);
    // Two of four and one of four may be chance.
    assert_eq!(panel.active.change, Change::NotTold);
    assert!(!panel.tet);
});

on_both!(a_change_is_told_where_intervals_part, |db| {
    let mut market = Market::new(db);
    market.alive(200, 0);
    for id in 1..=30 {
        market.fed(id, 11, 150);
        if id <= 27 {
            market.sales(Stall(id), [30]);
        }
        if id <= 3 {
            market.sales(Stall(id), [60]);
        }
    }
    let panel = market.report().trend.panel.unwrap();
    assert_eq!(panel.active.change, Change::Up);
    assert_eq!(panel.regular.change, Change::NotTold);
});

on_both!(suppliers_are_asked_of_those_who_let_money_out_be_kept, |db| {
    let mut market = Market::new(db);
    market.alive(200, 0);
    for id in 1..=4 {
        market.fed(id, 11, 150);
        market.sales(Stall(id), [3]);
    }
    market.execute("UPDATE accounts SET keeps_outgoing = TRUE WHERE id IN (1, 2)");
    market.execute(
        "UPDATE day_totals SET supplier_count = 1, supplier_vnd = 900 WHERE occupancy_id IN (1, 3)",
    );
    let m13 = market.report().whole_market.m13;
    assert_eq!((m13.value.numerator, m13.value.denominator), (1, 2));
    assert_eq!((m13.over_all.low, m13.over_all.denominator), (1, 2));
});

#[test]
fn charts_are_text_and_need_no_font() {
    let step = |label: &str, count, high, of| laid::Step { label: label.into(), count, high, of };
    let steps =
        [step("Đã có mã", 40, 40, 50), step("Đang dùng <b>", 20, 24, 40), step("x", 0, 0, 0)];
    for wide in [Width::Wide, Width::Narrow] {
        let svg = charts::funnel(&steps, wide).unwrap();
        assert!(svg.contains("20–24 / 40") && svg.contains("chưa đủ dữ liệu"), "{svg}");
        assert!(svg.contains("&lt;b&gt;") && !svg.contains("<b>"), "{svg}");
        assert!(svg.contains("role=\"img\"") && svg.contains("<title>Đã có mã 40 trên 50;"));
        assert!(!svg.contains("style=") && !svg.contains("@font-face"));
    }
    let svg = charts::interval((180, 330, 250), "Tỷ lệ", Width::Narrow).unwrap();
    assert!(svg.contains("25,0 % (18,0 %–33,0 %)"), "{svg}");
    assert!(
        charts::sparkline(&[None, Some(0), Some(7)], "sạp").unwrap().matches("<rect").count() == 2
    );
}
