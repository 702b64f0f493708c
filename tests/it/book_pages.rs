//! The revenue book on the vendor's phone: behind the six digits, without a script, as a file.

use std::io::Cursor;

use calamine::{Data, Reader as _, Xlsx};
use cho40::book::{Laid, Row, When};
use cho40::primitives::money::thousands;
use cho40::primitives::{Day, Vnd};
use cho40::print::{RevenueBook, samples};
use serde_json::json;

use crate::phone_browser::Browser;
use crate::phone_pages::LEGIBLE;
use crate::phone_stall::{Phone, Stall};
use crate::print_support::set;
use crate::print_text::copied;
use crate::support::{TestDb, on_both};
use crate::web_support::{Answer, Site};

const PIN: &str = "270361";

fn wait_until(db: &TestDb, day: &str) {
    db.clock.move_to(Day::parse(day).unwrap().start(12 * 60));
}

/// Sends a form as the book's own page does in a browser.
pub fn send(phone: &Phone<'_>, path: &str, form: &str) -> Answer {
    let month = form.split("month=").nth(1).and_then(|rest| rest.split('&').next());
    let page = phone.get("/sap/book").text();
    let shown = phone.get(&format!("/sap/book?month={}", month.unwrap_or_default())).text();
    let receipt = form.split("receipt=").nth(1).and_then(|rest| rest.split('&').next());
    let version = receipt.and_then(|id| {
        let after = shown.split(&format!("name=\"receipt\" value=\"{id}\"")).nth(1)?;
        after.split("name=\"version\" value=\"").nth(1)?.split('"').next()
    });
    let version = version.filter(|_| !form.contains("&version="));
    let form =
        &version.map_or_else(|| form.to_owned(), |version| format!("{form}&version={version}"));
    let listener = page.split("data-listener=\"").nth(1).and_then(|rest| rest.split('"').next());
    send_of(phone, listener.unwrap_or_default(), path, form)
}

/// The same from the page of a link that may be another one.
fn send_of(phone: &Phone<'_>, listener: &str, path: &str, form: &str) -> Answer {
    let form = format!("{form}&listener={listener}");
    let ask = phone.site.ask("POST", path).raw(form.as_bytes());
    ask.header("content-type", "application/x-www-form-urlencoded")
        .header("origin", &phone.site.url)
        .header("cookie", &phone.cookies)
        .send()
}

on_both!(nobody_but_the_vendor_reaches_a_book, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let link = stall.link(&site, "owner", false);
    let locked = Phone::of(&site, &link);
    let listener = Phone::of(&site, &stall.link(&site, "listener", false));
    for phone in [&locked, &listener] {
        for path in ["/sap/book", "/sap/book?month=2026-11"] {
            let answer = phone.get(path);
            assert_eq!((answer.status, answer.header("location")), (303, "/sap"), "{path}");
        }
        for path in ["/sap/book/lock", "/sap/book/class"] {
            let answer = send(phone, path, "month=2026-10&sure=yes");
            assert_eq!((answer.status, answer.header("location")), (303, "/sap"), "{path}");
        }
    }
    for file in ["2026-11.pdf", "2026-11.xlsx", "2026.pdf", "2026.xlsx"] {
        let path = format!("/sap/book/{file}");
        assert_eq!(locked.get(&path).problem(403), "pin-needed");
        assert_eq!(listener.get(&path).problem(403), "page-not-open");
        // Whatever a board's key may do.
        assert_eq!(site.get(&path).problem(403), "page-not-open");
    }
    assert_eq!(site.get("/sap/book").header("location"), "/sap");
    let described = site.get("/openapi.json").json;
    let paths = described["paths"].as_object().unwrap();
    assert!(!paths.is_empty() && paths.keys().all(|path| !path.contains("book")));
    // Nobody else's page presses.
    let phone = Phone::open(&site, &link, PIN);
    let ask = site.ask("POST", "/sap/book/lock").raw(b"month=2026-10&sure=yes");
    let ask = ask.header("cookie", &phone.cookies).header("origin", "https://evil.example");
    assert_eq!(ask.send().problem(403), "page-elsewhere");
});

on_both!(a_vendor_classes_locks_and_takes_the_book_along, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let phone = Phone::open(&site, &stall.link(&site, "owner", false), PIN);
    let page = |month: &str| phone.get(&format!("/sap/book?month={month}")).text();
    let before = page("2026-11");
    stall.pay(&site, db, 1, 123_000);
    let cash = json!({ "day": "2026-11-24", "kind": "sold", "cash": "50k" });
    assert_eq!(phone.post("/sap/cash", &cash).status, 200);
    let now = page("2026-11");
    assert!(before != now && now.contains("219.000 đ"), "{now}");
    assert!(now.contains("Khóa được từ ngày 02/12/2026"), "{now}");
    let early = send(&phone, "/sap/book/lock", "month=2026-11&sure=yes");
    assert!(early.status == 409 && early.text().contains("khóa được từ ngày 02/12/2026"));
    for (form, text) in
        [("month=2026-11", "Xin đánh dấu"), ("month=2027-11&sure=yes", "Sổ chỉ có từ tháng")]
    {
        let answer = send(&phone, "/sap/book/lock", form);
        let told = answer.text();
        assert!(answer.status == 422 && told.contains(text), "{form}: {told}");
    }
    let unnamed = send(&phone, "/sap/book/lock", "sure=yes");
    assert!(unnamed.status == 422 && unnamed.text().contains("Xin chọn tháng."));
    for (month, text) in [
        ("thang-nay", "Xin chọn tháng."),
        ("2026-10&month=2026-11", "Xin chọn tháng."),
        ("2031-01", "Sổ chỉ có từ tháng"),
    ] {
        let answer = phone.get(&format!("/sap/book?month={month}"));
        let told = answer.text();
        assert!(
            answer.status == 422 && told.contains(text) && told.contains("219.000 đ"),
            "{told}"
        );
    }
    wait_until(db, "2026-12-02");
    // A page of the stall whose link was open before locks nothing here.
    let old = send_of(&phone, "lis_0000000000001", "/sap/book/lock", "month=2026-11&sure=yes");
    assert!(old.status == 409 && old.text().contains("Máy này vừa mở liên kết khác"));
    let done = send(&phone, "/sap/book/lock", "month=2026-11&sure=yes");
    assert_eq!((done.status, done.header("location")), (303, "/sap/book?month=2026-11"));
    assert_eq!(send(&phone, "/sap/book/lock", "month=2026-11&sure=yes").status, 409);
    let locked = page("2026-11");
    assert!(locked.contains("Đã khóa sổ.") && locked.contains("219.000 đ"));
    // What it was is said after all.
    let day = "/sap/day?day=2026-11-26";
    assert_eq!(phone.get(day).json["receipts"], json!([]));
    let listed = site.get("/api/v1/transfers").json;
    let id = listed["items"][0]["id"].as_str().unwrap().to_owned();
    let form = format!("month=2026-11&receipt={id}&class=personal&version=1.0");
    assert_eq!(send(&phone, "/sap/book/class", &form).status, 303);
    assert_eq!(send(&phone, "/sap/book/class", &form.replace("personal", "fee")).status, 422);
    let strange = form.replace(&id, "trf_0000000000001");
    assert_eq!(send(&phone, "/sap/book/class", &strange).status, 404);
    assert_eq!(page("2026-11"), locked);
    let december = page("2026-12");
    assert!(december.contains("Điều chỉnh cho ngày 24/11/2026"), "{december}");
    assert!(december.contains("-123.000 đ"), "{december}");
});

/// The year's two files, of a stall that sold for 219,000 đ in its November.
fn check_year(phone: &Phone) {
    let of = |file: &str| {
        let year = phone.get(&format!("/sap/book/{file}"));
        let name = format!("attachment; filename=\"a-01-so-doanh-thu-{file}\"");
        assert_eq!(year.header("content-disposition"), name);
        year.bytes
    };
    let said = copied(of("2026.pdf")).concat();
    for text in ["Kỳ kê khai: năm 2026", "Tổng cộng219.000", "11/2026Bán hàng – tiền mặt"]
    {
        let dense: String = text.split_whitespace().collect();
        assert!(said.contains(&dense), "no {text} in {said}");
    }
    let mut file = Xlsx::new(Cursor::new(of("2026.xlsx"))).unwrap();
    let sheet = file.worksheet_range("S1a-HKD 2026").unwrap();
    let is_total = |row: &&[Data]| {
        let what = row[1].to_string();
        what == "Tổng cộng"
    };
    let total = sheet.rows().find(is_total).unwrap();
    assert_eq!(total[2].to_string(), "219000");
}

on_both!(a_book_is_a_file_as_the_form_is_laid_out, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let phone = Phone::open(&site, &stall.link(&site, "owner", false), PIN);
    stall.pay(&site, db, 1, 123_000);
    let cash = json!({ "day": "2026-11-24", "kind": "sold", "cash": "50k" });
    assert_eq!(phone.post("/sap/cash", &cash).status, 200);
    let pdf = phone.get("/sap/book/2026-11.pdf");
    assert_eq!((pdf.status, pdf.header("content-type")), (200, "application/pdf"));
    let name = pdf.header("content-disposition");
    assert_eq!(name, "attachment; filename=\"a-01-so-doanh-thu-2026-11.pdf\"");
    let again = site.ask("GET", "/sap/book/2026-11.pdf").header("cookie", &phone.cookies);
    assert_eq!(again.header("if-none-match", pdf.header("etag")).send().status, 304);
    let said = copied(pdf.bytes).concat();
    for text in [
        "HỘ, CÁ NHÂN KINH DOANH: ",
        "Địa chỉ",
        "Mã số thuế",
        "Mẫu số S1a-HKD",
        "SỔ DOANH THU BÁN HÀNG HÓA, DỊCH VỤ",
        "Địa điểm kinh doanh: Sạp A-01",
        "Kỳ kê khai: tháng 11/2026",
        "Đơn vị tính: đồng",
        "Ngày tháng",
        "Diễn giải",
        "Số tiền",
        "Bán hàng – tiền mặt (tự khai)50.000",
        "Tổng cộng219.000",
        "NGƯỜI ĐẠI DIỆN",
        "BẢN NHÁP",
        "không phải tờ khai thuế",
        "Ngày không ghi tiền mặt",
    ] {
        let dense: String = text.split_whitespace().collect();
        assert!(said.contains(&dense), "no {text} in {said}");
    }
    let xlsx = phone.get("/sap/book/2026-11.xlsx");
    assert!(xlsx.status == 200 && xlsx.header("content-type").contains("spreadsheetml"));
    assert!(xlsx.header("content-disposition").contains("a-01-so-doanh-thu-2026-11.xlsx"));
    assert_eq!(phone.get("/sap/book/2026-11.xlsx").bytes, xlsx.bytes, "the same bytes");
    let mut file = Xlsx::new(Cursor::new(xlsx.bytes)).unwrap();
    let sheet = file.worksheet_range("S1a-HKD 2026-11").unwrap();
    let text = |cell: &Data| match cell {
        Data::DateTime(date) => {
            let (year, month, day, ..) = date.to_ymd_hms_milli();
            format!("{day:02}/{month:02}/{year}")
        }
        _ => cell.to_string(),
    };
    let texts = |row: &[Data]| row.iter().map(text).collect::<Vec<_>>();
    let rows: Vec<_> = sheet.rows().map(texts).collect();
    let has = |row: [&str; 3]| rows.iter().any(|found| *found == row);
    assert!(has(["Ngày tháng", "Diễn giải", "Số tiền"]) && has(["A", "B", "1"]), "{rows:?}");
    assert!(has(["24/11/2026", "Bán hàng – tiền mặt (tự khai)", "50000"]), "{rows:?}");
    assert!(has(["24/11/2026", "Bán hàng – khách chuyển khoản (2 lần)", "169000"]), "{rows:?}");
    assert!(has(["", "Tổng cộng", "219000"]), "{rows:?}");
    let formula = file.worksheet_formula("S1a-HKD 2026-11").unwrap();
    assert!(formula.rows().flatten().any(|one| one.starts_with("SUM(C11:C")), "{formula:?}");
    check_year(&phone);
    for strange in
        ["26.pdf", "2026.exe", "20260.pdf", "2026-13.pdf", "2026-11.exe", "2026-11", "11-2026.pdf"]
    {
        assert_eq!(phone.get(&format!("/sap/book/{strange}")).status, 404, "{strange}");
    }
    assert_eq!(phone.get("/sap/book/2025-12.pdf").problem(422), "book-month-out-of-range");
    assert_eq!(phone.get("/sap/book/2025.xlsx").problem(422), "book-year-out-of-range");
});

on_both!(a_vendor_sees_the_book_in_a_browser_without_scripts, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let link = stall.link(&site, "owner", false);
    stall.pay(&site, db, 1, 1_250_000);
    stall.report(&site, 2, 85_000, "tra tien", db.clock.now());
    let mut browser = Browser::start();
    browser.open(&format!("{}{}", site.url, link.path));
    browser.touch("button");
    browser.until("document.querySelector('input.digits') && document.readyState === 'complete'");
    browser.value(&format!(
        "document.querySelectorAll('input.digits').forEach(function (e) {{ e.value = '{PIN}'; }})"
    ));
    browser.touch("form button");
    browser.until("window.cho40 && cho40.link === 'live'");
    let ready = "document.getElementById('month') && document.readyState === 'complete'";
    browser.open(&format!("{}/sap/book", site.url));
    browser.until(ready);
    assert_eq!(browser.value(LEGIBLE), json!([]));
    assert_eq!(browser.value("document.documentElement.scrollWidth"), 360);
    browser.picture("book");
    let waiting = "document.querySelectorAll('[action=\"/sap/book/class\"]').length";
    // Two that nobody has classed, and one that was paid twice.
    assert_eq!(browser.value(waiting), 3);
    browser.value("document.querySelector('main section details').open = true");
    assert_eq!(browser.value(LEGIBLE), json!([]));
    browser.touch("[name=class][value=sale]");
    browser.until(&format!("{ready} && {waiting} === 2"));
    wait_until(db, "2026-12-02");
    browser.open(&format!("{}/sap/book?month=2026-11", site.url));
    browser.until(ready);
    browser.value("document.querySelectorAll('details').forEach(function (e) { e.open = true; })");
    assert_eq!(browser.value(LEGIBLE), json!([]));
    assert_eq!(browser.value("document.documentElement.scrollWidth"), 360);
    // Letters twice as large stay on the screen, too.
    browser.value("document.documentElement.style.fontSize = '40px'");
    assert_eq!(browser.value("document.documentElement.scrollWidth"), 360);
    browser.value("document.documentElement.style.fontSize = ''");
    browser.value("document.querySelector('[action=\"/sap/book/lock\"]').scrollIntoView()");
    browser.picture("book-lock");
    browser.value("document.querySelector('[name=sure]').checked = true");
    browser.touch("[action=\"/sap/book/lock\"] button");
    browser.until(&format!("{ready} && document.body.innerText.indexOf('Đã khóa sổ.') > 0"));
    browser.picture("book-locked");
    browser.value("document.cookie = 'cho40-lang=en; path=/'");
    browser.open(&format!("{}/sap/book?month=2026-11", site.url));
    browser.until(ready);
    assert_eq!(browser.value("document.documentElement.lang"), "en");
    assert_eq!(browser.complaints(), Vec::<serde_json::Value>::new());
    // A book that is open alone lets go of what it shows.
    site.ask("DELETE", &format!("/api/v1/stall-links/{}", link.id)).key(&site.key).send();
    browser.until("location.pathname === '/sap' && !document.getElementById('month')");
});

on_both!(what_is_to_be_given_back_is_said_wherever_it_counts, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let phone = Phone::open(&site, &stall.link(&site, "owner", false), PIN);
    let ask = |amount: &str| {
        let asked = phone.post("/sap/requests", &json!({ "amount": amount })).json;
        let id = asked["id"].as_str().unwrap().to_owned();
        let request = site.get(&format!("/api/v1/requests/{id}")).json;
        (id, request["reference"].as_str().unwrap().to_owned())
    };
    let beyond = |path: &str| phone.get(path).json["beyond"].clone();
    let page = || phone.get("/sap/book?month=2026-11").text();
    let title = "đang tính là bán hàng, phải coi lại";
    // What the world's own requests received.
    for one in phone.get("/sap/day").json["receipts"].as_array().unwrap() {
        if !one["mark"].is_null() {
            let path = format!("/sap/receipts/{}", one["id"].as_str().unwrap());
            assert_eq!(phone.post(&path, &json!({ "class": "sale" })).status, 200);
        }
    }
    assert!(beyond("/sap/day").is_null() && beyond("/sap/year").is_null());
    assert!(!page().contains(title));
    let now = db.clock.now();
    let ((_, twice), (_, over), (id, cancelled)) = (ask("50k"), ask("70k"), ask("20k"));
    stall.report(&site, 1, 50_000, &twice, now);
    stall.report(&site, 2, 75_000, &over, now);
    phone.post(&format!("/sap/requests/{id}/cancel"), &json!({}));
    stall.report(&site, 3, 20_000, &cancelled, now);
    stall.report(&site, 4, 50_000, &twice, now);
    for path in ["/sap/day", "/sap/year"] {
        assert_eq!(beyond(path), "75.000 đ", "{path}");
    }
    let receipts = phone.get("/sap/day").json["receipts"].as_array().unwrap().clone();
    let of = |mark: &str| {
        let found: Vec<_> = receipts.iter().filter(|one| one["mark"] == mark).collect();
        assert_eq!(found.len(), 1, "{mark}: {receipts:?}");
        found[0]["id"].as_str().unwrap().to_owned()
    };
    let (twice, over, cancelled) = (of("duplicate"), of("overpaid"), of("after_cancel"));
    assert!(page().contains(&format!("{title} (3)")), "{}", page());
    let said = "Trong tổng có 75.000 đ khách trả dư, trả hai lần hoặc trả sau khi hủy mã";
    let dense: String = said.split_whitespace().collect();
    for file in ["2026-11", "2026"] {
        let pdf = copied(phone.get(&format!("/sap/book/{file}.pdf")).bytes).concat();
        assert!(pdf.contains(&dense), "{file}: {pdf}");
        let xlsx = phone.get(&format!("/sap/book/{file}.xlsx")).bytes;
        let mut xlsx = Xlsx::new(Cursor::new(xlsx)).unwrap();
        let sheet = xlsx.worksheet_range(&format!("S1a-HKD {file}")).unwrap();
        assert!(sheet.rows().flatten().any(|cell| cell.to_string().contains(said)), "{file}");
    }
    // Of the one that is a part of its receipt, the rest stays a sale.
    let form = format!("month=2026-11&receipt={over}&class=refund&part=5000");
    assert_eq!(send(&phone, "/sap/book/class", &form).status, 303);
    assert_eq!(beyond("/sap/day"), "70.000 đ");
    let parts = phone.get("/sap/day").json["receipts"].as_array().unwrap().clone();
    let parts = parts.iter().find(|one| one["id"] == over.as_str()).unwrap()["parts"].clone();
    let refund = json!({ "class": "refund", "amount": "5.000 đ" });
    assert_eq!(parts, json!([{ "class": "sale", "amount": "70.000 đ" }, refund]));
    // What was given back is no longer to be given back.
    let path = format!("/api/v1/transfers/{twice}/refunds");
    assert_eq!(site.post(&path, &json!({ "class": "refund" })).status, 201);
    assert_eq!(beyond("/sap/day"), "20.000 đ");
    let form = format!("month=2026-11&receipt={cancelled}&class=sale");
    assert_eq!(send(&phone, "/sap/book/class", &form).status, 303);
    assert!(beyond("/sap/day").is_null() && beyond("/sap/year").is_null());
    assert!(!page().contains(title));
});

#[test]
fn every_page_of_a_book_says_whose_it_is_and_the_total_is_never_alone() {
    let row = |n: i32| Row {
        when: When::Day(Day::parse("2026-10-01").unwrap().plus(n / 2)),
        text: "Bán hàng – khách chuyển khoản (12 lần)".into(),
        amount_vnd: Vnd::new(20_000 + i64::from(n)),
    };
    let RevenueBook(sample) = samples::book().unwrap();
    let state = "BẢN NHÁP đến 31/10/2026";
    for rows in [0, 1, 3, 21, 23, 25, 27, 29, 31, 62] {
        let rows: Vec<Row> = (0..rows).map(row).collect();
        let book = Laid { state: state.into(), rows: rows.clone(), ..sample.clone() };
        let pages = copied(set("book", &RevenueBook(book)).pdf().unwrap());
        for page in &pages {
            let says = |text: &str| page.contains(&text.split_whitespace().collect::<String>());
            for text in [&sample.vendor, &sample.place, &sample.period, state] {
                assert!(says(text), "{} rows: no {text} in {page}", rows.len());
            }
            if says("Tổng cộng") {
                let last = rows.iter().rev().take(3);
                assert!(says("NGƯỜI ĐẠI DIỆN"), "{} rows: {page}", rows.len());
                for row in last {
                    let amount = thousands(row.amount_vnd.get());
                    assert!(says(&amount), "{} rows: {amount} in {page}", rows.len());
                }
            }
        }
        let totals = pages.iter().filter(|page| page.contains("Tổngcộng")).count();
        assert_eq!(totals, 1, "{} rows", rows.len());
    }
}
