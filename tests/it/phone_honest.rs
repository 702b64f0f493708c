//! What a phone says when it cannot know: a line that carries nothing, money that does not say whose
//! it is, a paid code that stays on the screen. Nobody who has paid is accused, nobody's goods go out
//! on another's money.

use cho40::primitives::Vnd;
use cho40::vietqr;
use serde_json::json;

use crate::phone_browser::Browser;
use crate::phone_owner_pages::{PIN, is_legible, open, request};
use crate::phone_pages::{VOICE, shown};
use crate::phone_stall::{Phone, Stall, opened};
use crate::phone_tunnel::Tunnel;
use crate::support::on_both;
use crate::web_support::Site;

/// Time that `passed` moves on, for what a page counts itself.
pub const PASSED: &str = "window.passed = 0;
    var now = Date.now;
    Date.now = function () { return now() + window.passed; };";

/// A vendor's page behind a line that can fail.
fn open_behind(browser: &mut Browser, site: &Site, stall: &Stall, tunnel: &Tunnel) {
    let vendor = Phone::open(site, &stall.link(site, "owner", false), PIN);
    for cookie in vendor.cookies.split("; ") {
        let (name, value) = cookie.split_once('=').unwrap();
        let cookie = json!({ "name": name, "value": value, "url": tunnel.url });
        browser.ask("Network.setCookie", cookie);
    }
    browser.open(&format!("{}/sap", tunnel.url));
    browser.until("window.cho40 && cho40.link === 'live'");
}

on_both!(a_line_that_carries_nothing_accuses_nobody, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    db.clock.move_to(db.clock.now().plus_ms(1_000));
    let tunnel = Tunnel::to(&site.url);
    let mut browser = Browser::start();
    browser.before_each_page(PASSED);
    open_behind(&mut browser, &site, &stall, &tunnel);
    browser.touch("[data-tab=ask]");
    browser.touch("[data-quick=\"50k\"]");
    browser.until("cho40.asked && cho40.asked.face === 'waiting'");
    let asked = request(&mut browser, &site);
    let path = browser.value("cho40.asked.path");
    let vendors = browser.open_tab();
    browser.open(&format!("{}{}", tunnel.url, path.as_str().unwrap()));
    browser.until("window.cho40 && cho40.face === 'waiting'");
    tunnel.swallow();
    stall.report(&site, 1, 50_000, asked["reference"].as_str().unwrap(), db.clock.now());
    browser.until("document.getElementById('headline').innerText.indexOf('ĐỪNG TRẢ LẦN NỮA') > 0");
    assert_eq!(browser.value("document.getElementById('to').hidden"), true);
    is_legible(&mut browser, "payer cut");
    browser.picture("payer-cut");
    let payers = browser.turn_to(&vendors);
    browser.until("document.getElementById('code-headline').innerText === 'KHÔNG RÕ'");
    let hint = shown(&mut browser, "code-hint");
    assert_eq!(hint, "Mất mạng. XEM ỨNG DỤNG NGÂN HÀNG");
    is_legible(&mut browser, "code cut");
    browser.picture("code-cut");
    // The page that hears says so too, half a minute later at most.
    browser.value("passed = 21000");
    browser.until("cho40.link === 'cut'");
    assert_eq!(shown(&mut browser, "headline"), "KHÔNG RÕ");
    // The line is there again.
    tunnel.mend(&site.url);
    browser.until("document.getElementById('code').className === 'over state-right'");
    browser.turn_to(&payers);
    browser.until("document.getElementById('headline').innerText === 'NGƯỜI BÁN ĐÃ NHẬN'");
});

on_both!(what_cannot_be_sent_is_said_over_the_code, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let tunnel = Tunnel::to(&site.url);
    let mut browser = Browser::start();
    open_behind(&mut browser, &site, &stall, &tunnel);
    browser.touch("[data-tab=ask]");
    browser.touch("[data-quick=\"50k\"]");
    browser.until("cho40.asked");
    tunnel.cut();
    browser.touch("#code-cancel");
    browser
        .until("document.querySelector('#code .failed').innerText.indexOf('Không gửi được') === 0");
    // It may arrive all the same: nobody scans it meanwhile.
    assert_eq!(browser.value("document.getElementById('code-symbol').hidden"), true);
    is_legible(&mut browser, "not cancelled");
    browser.picture("code-not-cancelled");
    tunnel.mend(&site.url);
    browser.touch("#code-cancel");
    browser.until("cho40.asked.face === 'cancelled'");
    assert_eq!(browser.value("document.querySelector('#code .failed').hidden"), true);
});

on_both!(a_paid_code_has_its_time_and_does_not_stay_green, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let mut browser = Browser::start();
    browser.before_each_page(PASSED);
    open(&mut browser, &site, &stall.link(&site, "owner", false));
    browser.touch("[data-tab=ask]");
    browser.touch("[data-quick=\"100k\"]");
    browser.until("cho40.asked");
    let asked = request(&mut browser, &site);
    stall.report(&site, 1, 100_000, asked["reference"].as_str().unwrap(), db.clock.now());
    browser.until("document.getElementById('code').className === 'over state-right'");
    assert_eq!(shown(&mut browser, "code-words"), "lúc 12:00");
    browser.value("passed = 61000");
    browser.until("document.getElementById('code').className === 'over state-waiting'");
    assert_eq!(shown(&mut browser, "code-headline"), "ĐÃ NHẬN XONG");
    assert!(shown(&mut browser, "code-hint").contains("Khách khác thì bấm XONG"));
    is_legible(&mut browser, "paid before");
    browser.picture("code-past");
});

on_both!(money_without_its_memo_is_not_asked_for_again, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let mut browser = Browser::start();
    open(&mut browser, &site, &stall.link(&site, "owner", false));
    browser.touch("[data-tab=ask]");
    db.clock.move_to(db.clock.now().plus_ms(1_000));
    browser.touch("[data-quick=\"200k\"]");
    browser.until("cho40.asked && cho40.asked.face === 'waiting'");
    stall.report(&site, 1, 200_000, "chuyen tien", db.clock.now());
    browser.until("cho40.asked.is_perhaps");
    assert_eq!(shown(&mut browser, "code-headline"), "KHÔNG RÕ");
    let hint = shown(&mut browser, "code-hint");
    assert!(hint.contains("đừng bắt khách trả thêm lần nữa") && !hint.contains("quét"), "{hint}");
    assert_eq!(shown(&mut browser, "code-news"), "Vừa nhận, không kèm mã này: 200.000 đ");
    is_legible(&mut browser, "perhaps");
    browser.picture("code-perhaps");
    // The payer is not asked twice either.
    let path = browser.value("cho40.asked.path");
    browser.open(&format!("{}{}", site.url, path.as_str().unwrap()));
    browser.until("document.getElementById('headline').innerText.indexOf('ĐỪNG TRẢ LẦN NỮA') > 0");
    browser.picture("payer-perhaps");
});

on_both!(a_thousand_times_off_is_told_in_its_direction, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let mut browser = Browser::start();
    browser.before_each_page(VOICE);
    open(&mut browser, &site, &stall.link(&site, "owner", false));
    browser.touch("#sound");
    browser.touch("[data-tab=ask]");
    let code = |browser: &mut Browser, keys: &[&str], face: &str| {
        browser.value("cho40.asked = null");
        for key in keys {
            browser.touch(&format!("[data-key=\"{key}\"]"));
        }
        db.clock.move_to(db.clock.now().plus_ms(1_000));
        browser.touch("#ask");
        browser.until(&format!("cho40.asked && cho40.asked.face === '{face}'"));
        request(browser, &site)["reference"].as_str().unwrap().to_owned()
    };
    let more = code(&mut browser, &["5", "0", "k"], "waiting");
    stall.report(&site, 1, 50_000_000, &more, db.clock.now());
    browser.until("cho40.asked.face === 'thousandfold' && uttered.length === 1");
    assert_eq!(browser.value("uttered[0][0]"), "Dư tiền. Đã nhận năm mươi triệu đồng");
    assert_eq!(shown(&mut browser, "code-amount"), "50.000.000 đ");
    assert_eq!(shown(&mut browser, "code-words"), "Đã nhận số trên. Số cần nhận: 50.000 đ");
    let hint = shown(&mut browser, "code-hint");
    assert!(
        hint.starts_with("Khách trả dư một ngàn lần") && hint.contains("49.950.000 đ"),
        "{hint}"
    );
    is_legible(&mut browser, "too much");
    browser.picture("code-thousandfold-more");
    browser.touch("#code-done");
    // Too little, and then all of it: the customer has paid, and what is odd is said beside it.
    let less = code(&mut browser, &["7", "0", "0", "k"], "waiting");
    stall.report(&site, 2, 700, &less, db.clock.now());
    browser.until("cho40.asked.face === 'thousandfold'");
    assert_eq!(shown(&mut browser, "code-amount"), "700 đ");
    assert!(shown(&mut browser, "code-hint").contains("thiếu ba số không"));
    stall.report(&site, 3, 700_000, &less, db.clock.now());
    browser.until("document.getElementById('code').className === 'over state-right'");
    assert_eq!(shown(&mut browser, "code-amount"), "700.000 đ");
    assert!(shown(&mut browser, "code-hint").contains("Khoản trả lệch 700 đ"));
    is_legible(&mut browser, "paid beside");
    browser.picture("code-paid-beside");
});

on_both!(a_payer_is_asked_for_the_rest_alone, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let phone = Phone::open(&site, &stall.link(&site, "owner", false), PIN);
    let asked = phone.post("/sap/requests", &json!({ "amount": "50k" })).json;
    let made = site.get(&format!("/api/v1/requests/{}", asked["id"].as_str().unwrap())).json;
    let memo = made["reference"].as_str().unwrap();
    let mut browser = Browser::start();
    browser.open(&format!("{}{}", site.url, asked["path"].as_str().unwrap()));
    browser.until("window.cho40 && document.getElementById('symbol').naturalWidth > 200");
    stall.report(&site, 1, 30_000, memo, db.clock.now());
    browser.until("cho40.face === 'underpaid' && document.getElementById('symbol').complete");
    assert_eq!(shown(&mut browser, "headline"), "CÒN THIẾU, XIN TRẢ THÊM");
    assert_eq!(shown(&mut browser, "amount"), "20.000 đ");
    assert_eq!(shown(&mut browser, "words"), "hai mươi ngàn đồng");
    assert_eq!(shown(&mut browser, "hint"), "Số cần trả: 50.000 đ. Đã trả: 30.000 đ");
    assert_eq!(shown(&mut browser, "memo"), memo);
    is_legible(&mut browser, "the rest");
    let rest = vietqr::with_amount(made["payload"].as_str().unwrap(), Vnd::new(20_000)).unwrap();
    let read = vietqr::read(&rest).into_transfer(vietqr::Mode::Strict).unwrap();
    assert_eq!(read.amount_vnd(), Some(Vnd::new(20_000)));
    browser.until("document.getElementById('symbol').naturalWidth > 200");
    assert_eq!(browser.codes(), [rest]);
    // So it is on the vendor's screen.
    let vendors = phone.get(&format!("/sap/requests/{}", asked["id"].as_str().unwrap())).json;
    assert!(vendors["svg"].as_str().unwrap().starts_with("<svg"));
    stall.report(&site, 2, 30_000, memo, db.clock.now());
    browser.until("cho40.face === 'overpaid'");
    assert_eq!(shown(&mut browser, "amount"), "10.000 đ");
    assert_eq!(shown(&mut browser, "hint"), "Số cần trả: 50.000 đ. Đã trả: 60.000 đ");
    let hint = browser.value("document.getElementById('hint').textContent");
    assert!(!hint.as_str().unwrap().contains(" đ"), "đ may stand alone: {hint}");
});

on_both!(cards_of_money_that_should_go_back, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let mut browser = Browser::start();
    browser.before_each_page(VOICE);
    let link = stall.link(&site, "listener", false);
    let cookie = opened(&site, &link);
    let (name, value) = cookie.split_once('=').unwrap();
    browser.ask("Network.setCookie", json!({ "name": name, "value": value, "url": site.url }));
    browser.open(&format!("{}/nghe", site.url));
    browser.until("window.cho40 && cho40.link === 'live'");
    browser.touch("#sound");
    let ask = || {
        let request = json!({ "kind": "sale", "occupancy_id": stall.world.id("occupancies"),
            "amount_vnd": 50_000 });
        site.post("/api/v1/requests", &request).json
    };
    let (twice, cancelled) = (ask(), ask());
    for id in [1, 2] {
        stall.report(&site, id, 50_000, twice["reference"].as_str().unwrap(), db.clock.now());
    }
    browser.until("uttered.length === 2");
    assert_eq!(shown(&mut browser, "headline"), "TRẢ HAI LẦN");
    let path = format!("/api/v1/requests/{}/cancel", cancelled["id"].as_str().unwrap());
    assert_eq!(site.post(&path, &json!({})).status, 200);
    stall.report(&site, 3, 50_000, cancelled["reference"].as_str().unwrap(), db.clock.now());
    browser.until("uttered.length === 3");
    assert_eq!(shown(&mut browser, "headline"), "ĐÃ HỦY MÀ VẪN NHẬN");
});
