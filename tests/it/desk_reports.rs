//! The adoption report at the desk: of the market, of groups, of stalls; its files; published ones.

use serde_json::{Value, json};

use crate::adoption_support::Market;
use crate::desk_pages::{enter, press, says, send};
use crate::desk_support::Visitor;
use crate::phone_browser::Browser;
use crate::report_files::counted;
use crate::support::on_both;
use crate::web_support::Site;

/// Of a page, before it is compressed.
const MOST_BYTES: usize = 250_000;

on_both!(an_organiser_reads_and_publishes_the_report, |db| {
    let mut market = Market::new(db);
    counted(&mut market);
    let site = Site::of(market.db);
    let mut browser = Browser::start();
    enter(&mut browser, &site, "organiser", &[]);
    press(&mut browser, "a[href=\"/ql/bao-cao\"]");
    says(&mut browser, "2 trong 42 sạp đang bán chưa đo được");
    let order = browser.value(
        "document.body.innerText.indexOf('chưa đo được') < document.body.innerText.indexOf('M1 Đã có mã')",
    );
    assert_eq!(order, true, "the report opens with what it cannot see");
    says(&mut browser, "khoảng tin cậy 95 %");
    // Funnel, share, weeks, months; the one of the screen's width.
    let seen =
        "Array.from(document.querySelectorAll('.chart')).filter(c => c.offsetHeight > 0).length";
    assert_eq!(browser.value(seen), 4);
    browser.desk_pictures("report");
    press(&mut browser, "a[href=\"/ql/bao-cao/nhom\"]");
    says(&mut browser, "Theo nơi ở của người bán");
    browser.desk_pictures("report-groups");
    press(&mut browser, "tbody a");
    says(&mut browser, "Đang bán 26 sạp");
    browser.desk_pictures("report-group");
    press(&mut browser, "a[href=\"/ql/bao-cao/sap\"]");
    says(&mut browser, "42 sạp");
    assert_eq!(browser.value("document.querySelectorAll('tbody svg').length"), 42);
    browser.desk_pictures("report-stalls");
    press(&mut browser, "tbody a");
    says(&mut browser, "tiểu thương chưa đồng ý cho xem");
    browser.desk_pictures("report-stall");
    press(&mut browser, "a[href=\"/ql/bao-cao/cong-bo\"]");
    says(&mut browser, "Chưa công bố báo cáo nào");
    send(&mut browser, &[("to", "2027-12-31"), ("published_by", "Ban quản lý chợ")]);
    browser.desk_pictures("publish-refused");
    send(&mut browser, &[("to", ""), ("published_by", "Ban quản lý chợ")]);
    says(&mut browser, "Đã công bố.");
    says(&mut browser, "2 trong 42 sạp đang bán chưa đo được");
    browser.desk_pictures("published-one");
    press(&mut browser, "a[href^=\"/ql/bao-cao/cong-bo?\"]");
    says(&mut browser, "Ban quản lý chợ");
    browser.desk_pictures("published");
    assert_eq!(browser.complaints(), Vec::<Value>::new());
});

on_both!(the_commune_takes_files_and_publishes_nothing, |db| {
    let mut market = Market::new(db);
    counted(&mut market);
    let site = Site::of(market.db);
    let mut official = Visitor::with_role(&site, "official", &[]);
    let mut organiser = Visitor::with_role(&site, "organiser", &[]);
    let publish = [("published_by", "Ban quản lý chợ")];
    assert_eq!(official.post("/ql/bao-cao/cong-bo", &publish).status, 403);
    let made = organiser.post("/ql/bao-cao/cong-bo", &publish);
    let kept = made.header("location").to_owned();
    assert!(kept.starts_with("/ql/bao-cao/cong-bo/pub_"), "{}", made.text());
    for place in ["/ql/bao-cao/tap", &kept] {
        for (file, media) in [
            ("bao-cao.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
            ("bao-cao.csv", "text/csv; charset=utf-8"),
            ("bao-cao.pdf", "application/pdf"),
            ("zalo.txt", "text/plain; charset=utf-8"),
        ] {
            let answer = official.get(&format!("{place}/{file}"));
            assert_eq!(answer.status, 200, "{place}/{file}: {}", answer.text());
            assert_eq!(answer.header("content-type"), media, "{place}/{file}");
            assert_eq!(answer.header("cache-control"), "private, no-cache", "{place}/{file}");
        }
        assert_eq!(official.get(&format!("{place}/bao-cao.exe")).status, 404);
    }
    // A published one names no stall, one of now does.
    let named = |answer: String| answer.contains("A01");
    assert!(named(official.get("/ql/bao-cao/tap/bao-cao.csv").text()));
    assert!(!named(official.get(&format!("{kept}/bao-cao.csv")).text()));
    for path in
        ["/ql/bao-cao?cho=mkt_0000000000009", "/ql/bao-cao?ai=khu:x", "/ql/bao-cao?ai=sap:x"]
    {
        assert_eq!(official.get(path).status, 404, "{path}");
    }
    assert_eq!(official.get("/ql/bao-cao?tu=x").status, 422);
});

on_both!(what_may_not_be_told_is_on_no_page, |db| {
    let mut market = Market::new(db);
    let report = counted(&mut market);
    let site = Site::of(market.db);
    let mut official = Visitor::with_role(&site, "official", &[]);
    let mut owner = Visitor::with_role(&site, "owner", &[]);
    let pages = [
        "/ql/bao-cao".to_owned(),
        "/ql/bao-cao/nhom".to_owned(),
        "/ql/bao-cao/sap".to_owned(),
        format!("/ql/bao-cao?ai=khu:{}", report.sections[0].section_id),
        "/ql/bao-cao?ai=hang:rau".to_owned(),
        format!("/ql/bao-cao?ai=sap:{}", report.occupancies[0].occupancy_id),
    ];
    let money = |page: &str| page.contains("000 đ");
    let mut told = 0;
    for path in &pages {
        let page = official.get(path);
        assert_eq!(page.status, 200, "{path}: {}", page.text());
        let text = page.text();
        assert!(text.len() < MOST_BYTES, "{path}: {}", text.len());
        // The market's and its sections' sums of whole months are told, nothing else.
        let may = path == "/ql/bao-cao" || path.contains("khu:");
        assert!(may || !money(&text), "{path}: {text}");
        assert!(!text.contains("Chị Lan") && !text.contains("10000"), "{path}: {text}");
        told += usize::from(money(&owner.get(path).text()));
    }
    assert!(told > 3, "amounts are found where they are: {told}");
});

on_both!(a_stalls_weeks_say_what_is_not_known, |db| {
    let mut market = Market::new(db);
    let report = counted(&mut market);
    let of = |code: &str| {
        let one = report.occupancies.iter().find(|one| one.stall_code == code).unwrap();
        one.receipt_days_by_week.clone()
    };
    // Each day; nobody hears of the bare stall, or of the one without a feed.
    assert_eq!(of("A05"), vec![Some(7); 12]);
    assert_eq!(of("A50"), vec![None; 12]);
    assert_eq!(of("A51"), vec![None; 12]);
    // Every fifth day.
    assert!(of("A04").iter().all(|week| matches!(week, Some(1 | 2))), "{:?}", of("A04"));
    let json = serde_json::to_value(&report.occupancies[0]).unwrap();
    assert_eq!(json["receipt_days_by_week"].as_array().unwrap().len(), 12);
    assert_ne!(json["receipt_days_by_week"][0], json!("?"));
});
