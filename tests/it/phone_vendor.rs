//! The vendor's page under the fingers of people: thousands left out, a split without its amount,
//! yesterday's evening, large letters, silence that says so.

use cho40::ledger::doctor;
use cho40::primitives::Clock;
use serde_json::json;

use crate::phone_browser::Browser;
use crate::phone_honest::PASSED;
use crate::phone_owner_pages::{is_legible, open};
use crate::phone_pages::{VOICE, shown};
use crate::phone_stall::Stall;
use crate::support::on_both;
use crate::web_support::Site;

on_both!(silence_and_money_are_told_on_every_tab, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let mut browser = Browser::start();
    browser.before_each_page(VOICE);
    open(&mut browser, &site, &stall.link(&site, "owner", false));
    for tab in ["hear", "ask", "day", "cash"] {
        browser.touch(&format!("[data-tab={tab}]"));
        assert_eq!(shown(&mut browser, "warning"), "Chưa có tiếng", "{tab}");
        assert_eq!(shown(&mut browser, "sound"), "BẬT TIẾNG", "{tab}");
        is_legible(&mut browser, tab);
    }
    browser.picture("silent-vendor");
    browser.touch("#sound");
    browser.until("cho40.isOn && document.getElementById('sound').hidden");
    stall.pay(&site, db, 1, 9_034);
    browser.until("uttered.length === 1");
    assert_eq!(shown(&mut browser, "news"), "COI LẠI SỐ TIỀN 9.034 đ");
    assert_eq!(browser.value("document.getElementById('news').className"), "news state-attention");
    is_legible(&mut browser, "news");
    browser.picture("news");
    browser.touch("#news");
    assert_eq!(browser.value("document.getElementById('news').hidden"), true);
    assert_eq!(shown(&mut browser, "headline"), "COI LẠI SỐ TIỀN");
    // Over a code, other money is said and is not taken for its own.
    db.clock.move_to(db.clock.now().plus_ms(1_000));
    browser.touch("[data-tab=ask]");
    browser.touch("[data-quick=\"50k\"]");
    browser.until("cho40.asked && cho40.asked.face === 'waiting'");
    assert_eq!(browser.value("document.getElementById('code-news').hidden"), true);
    stall.pay(&site, db, 2, 20_000);
    browser.until("!document.getElementById('code-news').hidden");
    assert_eq!(shown(&mut browser, "code-news"), "Vừa nhận, không kèm mã này: 20.000 đ");
    assert_eq!(shown(&mut browser, "code-headline"), "CHƯA THẤY TIỀN");
    browser.picture("code-other-money");
});

on_both!(thousands_that_were_left_out_are_asked_for, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let mut browser = Browser::start();
    open(&mut browser, &site, &stall.link(&site, "owner", false));
    browser.touch("[data-tab=ask]");
    browser.touch("[data-key=\"5\"]");
    browser.touch("[data-key=\"0\"]");
    browser.touch("#ask");
    assert_eq!(shown(&mut browser, "sure-more"), "50.000 đ");
    assert_eq!(shown(&mut browser, "sure-less"), "50 đ");
    assert_eq!(browser.value("!!cho40.asked"), false);
    is_legible(&mut browser, "sure");
    browser.picture("sure");
    browser.touch("#sure-back");
    assert_eq!(browser.value("document.querySelector('main').hasAttribute('inert')"), false);
    browser.touch("#ask");
    browser.touch("#sure-more");
    browser.until("cho40.asked");
    assert_eq!(browser.value("cho40.asked.amount"), "50.000 đ");
    browser.touch("#code-done");
    browser.touch("[data-tab=cash]");
    browser.until("cho40.evening");
    browser.value("document.getElementById('cash').value = '850'");
    browser.touch("#cash-form button");
    assert_eq!(shown(&mut browser, "sure-more"), "850.000 đ");
    browser.touch("#sure-more");
    browser.until("cho40.evening.answer");
    assert_eq!(browser.value("cho40.evening.answer.cash_vnd"), 850_000);
    // Nothing was sold for cash: that is no amount to be asked about.
    browser.value("document.getElementById('cash').value = '0'");
    browser.touch("#cash-form button");
    browser.until("cho40.evening.answer.cash_vnd === 0");
});

on_both!(money_too_small_to_be_a_receipt_is_called_that_in_its_line_too, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let mut browser = Browser::start();
    open(&mut browser, &site, &stall.link(&site, "owner", false));
    stall.pay(&site, db, 1, 15_000);
    stall.pay(&site, db, 2, 50);
    browser.touch("[data-tab=day]");
    browser.until("cho40.day && document.querySelectorAll('#receipts button').length > 1");
    let says = |amount: &str| {
        format!(
            "[].filter.call(document.querySelectorAll('#receipts button'), function (one) {{
                return one.querySelector('b').innerText.replace(/\\s/, ' ') === '{amount}';
            }})[0].querySelector('small').innerText"
        )
    };
    assert_eq!(browser.value(&says("50 đ")), "Bán hàng · Khoản rất nhỏ");
    assert_eq!(browser.value(&says("15.000 đ")), "Bán hàng");
    assert!(shown(&mut browser, "day-classes").contains("Khoản rất nhỏ\n50 đ"));
});

on_both!(letters_twice_as_large_stay_on_the_screen, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let mut browser = Browser::start();
    browser.before_each_page(
        "document.addEventListener('DOMContentLoaded', function () {
             document.documentElement.style.fontSize = '40px';
         });",
    );
    open(&mut browser, &site, &stall.link(&site, "owner", false));
    stall.pay(&site, db, 1, 19_979_550);
    for tab in ["hear", "ask", "day", "cash"] {
        browser.touch(&format!("[data-tab={tab}]"));
        if tab == "day" {
            browser.until("cho40.day && document.querySelectorAll('#receipts button').length");
        }
        browser
            .value("document.querySelectorAll('details').forEach(function (e) { e.open = true; })");
        assert_eq!(browser.value("document.documentElement.scrollWidth"), 360, "{tab}");
    }
});

on_both!(a_split_needs_its_amount_and_says_what_the_rest_is, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let mut browser = Browser::start();
    open(&mut browser, &site, &stall.link(&site, "owner", false));
    stall.pay(&site, db, 1, 15_000);
    browser.touch("[data-tab=day]");
    browser.until("cho40.day && document.querySelectorAll('#receipts button').length");
    let says = "document.querySelector('#receipts small').innerText";
    browser.touch("#receipts li:nth-child(1) button");
    browser.touch("#receipt-split");
    browser.touch("[data-class=cash_out]");
    let missing = "document.querySelector('#receipt .failed').innerText";
    assert_eq!(browser.value(missing), "Gõ số tiền của phần đó trước.");
    assert_eq!(browser.value(says), "Bán hàng", "nothing was decided");
    browser.picture("split-missing");
    browser.value("document.getElementById('part').value = '5k'");
    browser.touch("[data-class=sale]");
    assert_eq!(shown(&mut browser, "receipt-ask"), "Phần còn lại là tiền gì?");
    assert_eq!(browser.value("document.getElementById('receipt-sale').hidden"), true);
    is_legible(&mut browser, "the rest");
    browser.picture("split-rest");
    browser.touch("[data-class=personal]");
    browser.until("document.getElementById('receipt').hidden");
    let both = "Tiền riêng 10.000 đ + Bán hàng 5.000 đ";
    browser.until(&format!("{says}.indexOf('{both}') === 0"));
    // Back is back: the next receipt is asked for as a whole.
    browser.touch("#receipts li:nth-child(1) button");
    assert_eq!(browser.value("document.getElementById('split').hidden"), true);
    assert_eq!(shown(&mut browser, "receipt-ask"), "Đó là tiền gì?");
});

on_both!(what_came_too_much_is_given_back_and_the_sale_stays, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let mut browser = Browser::start();
    open(&mut browser, &site, &stall.link(&site, "owner", false));
    browser.touch("[data-tab=ask]");
    browser.touch("[data-quick=\"20k\"]");
    browser.until("cho40.asked && !document.getElementById('code').hidden");
    let id = browser.value("cho40.asked.id");
    let path = format!("/api/v1/requests/{}", id.as_str().unwrap());
    let request = || site.get(&path).json;
    stall.report(&site, 1, 35_000, request()["reference"].as_str().unwrap(), db.clock.now());
    browser.until("cho40.asked.face === 'overpaid'");
    browser.touch("#code-done");
    browser.touch("[data-tab=day]");
    browser.until("cho40.day && cho40.day.receipts[0].amount_vnd === 35000");
    let before = browser.value("cho40.day.received_vnd").as_i64().unwrap();
    browser.touch("#receipts li:nth-child(1) button");
    assert_eq!(shown(&mut browser, "receipt-refund"), "Hoàn tiền cho khách 15.000 đ");
    browser.picture("receipt-surplus");
    browser.touch("#receipt-refund");
    browser.until("document.getElementById('receipt').hidden && cho40.day.receipts[0].decided");
    assert_eq!(browser.value("cho40.day.received_vnd"), before - 15_000);
    let now = request();
    assert_eq!((&now["state"], &now["given_back_vnd"]), (&json!("paid"), &json!(15_000)));
    // Again is the same again.
    browser.touch("#receipts li:nth-child(1) button");
    assert_eq!(shown(&mut browser, "receipt-refund"), "Hoàn tiền cho khách 15.000 đ");
    browser.touch("#receipt-refund");
    browser.until("document.getElementById('receipt').hidden");
    assert_eq!(request()["state"], "paid");
    // All of it was for goods after all.
    browser.touch("#receipts li:nth-child(1) button");
    browser.touch("#receipt-sale");
    browser.until(&format!("cho40.day.received_vnd === {before}"));
    let now = request();
    assert_eq!((&now["state"], &now["given_back_vnd"]), (&json!("overpaid"), &json!(0)));
    // Where nothing was too much, all of it goes, and that wants a second touch.
    db.clock.move_to(db.clock.now().plus_ms(60_000));
    stall.pay(&site, db, 2, 40_000);
    browser.until("cho40.day.receipts[0].amount_vnd === 40000");
    browser.touch("#receipts li:nth-child(1) button");
    browser.touch("#receipt-refund");
    assert_eq!(shown(&mut browser, "receipt-refund"), "BẤM LẦN NỮA: Hoàn tiền cho khách 40.000 đ");
    assert_eq!(browser.value("document.getElementById('receipt').hidden"), false);
    browser.picture("receipt-again");
    browser.touch("#receipt-refund");
    browser.until(&format!("cho40.day.received_vnd === {before}"));
    let board_id = db.act().board_id();
    let agrees = db.connection().in_snapshot(|connection| doctor::examine(connection, board_id));
    assert_eq!(agrees.unwrap(), []);
});

on_both!(yesterdays_evening_is_written_down_today, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let mut browser = Browser::start();
    open(&mut browser, &site, &stall.link(&site, "owner", false));
    browser.touch("[data-tab=cash]");
    browser.until("cho40.evening");
    let today = db.clock.now().day(0);
    assert_eq!(shown(&mut browser, "cash-label"), "Hôm nay bán được bao nhiêu tiền mặt?");
    browser.touch("[data-evening=yesterday]");
    browser.until(&format!("cho40.evening.day === '{}'", today.plus(-1)));
    assert_eq!(shown(&mut browser, "cash-label"), "Hôm qua bán được bao nhiêu tiền mặt?");
    browser.value("document.getElementById('cash').value = '500k'");
    browser.touch("#cash-form button");
    browser.until("cho40.evening.answer");
    assert_eq!(shown(&mut browser, "cash-state"), "Hôm qua 23/11. Đã ghi tiền mặt: 500.000 đ");
    is_legible(&mut browser, "yesterday");
    browser.picture("evening-yesterday");
    browser.touch("[data-evening=today]");
    browser.until(&format!("cho40.evening.day === '{today}'"));
    assert_eq!(browser.value("cho40.evening.answer"), json!(null));
    assert_eq!(browser.value("document.getElementById('cash-state').hidden"), true);
});

on_both!(with_large_letters_everything_fits, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let mut browser = Browser::start();
    open(&mut browser, &site, &stall.link(&site, "owner", false));
    stall.pay(&site, db, 1, 66_089_500);
    browser.until("cho40.shown.length === 1");
    for percent in [100, 130, 150] {
        browser.value(&format!("document.documentElement.style.fontSize = '{}px'", percent / 5));
        for tab in ["hear", "ask", "day", "cash"] {
            browser.touch(&format!("[data-tab={tab}]"));
            browser.until("cho40.link === 'live' && (document.getElementById('tab-day').hidden || document.querySelector('#receipts button'))");
            assert_eq!(browser.value(CUT), json!([]), "{percent} % {tab}");
            let width = browser.value("document.documentElement.scrollWidth");
            assert_eq!(width, 360, "{percent} % {tab}");
            if percent == 130 {
                browser.picture(&format!("large-{tab}"));
            }
        }
        browser.touch("[data-tab=ask]");
        browser.value("cho40.asked = null");
        browser.touch("[data-quick=\"500k\"]");
        browser.until("cho40.asked");
        assert_eq!(browser.value(CUT), json!([]), "{percent} % code");
        browser.touch("#code-done");
    }
    // The narrowest phones, with letters as they come.
    browser.value("document.documentElement.style.fontSize = ''");
    browser.widen(320, 568);
    for tab in ["hear", "ask", "day", "cash"] {
        browser.touch(&format!("[data-tab={tab}]"));
        browser.until("document.getElementById('tab-day').hidden || document.querySelector('#receipts button')");
        assert_eq!(browser.value(CUT), json!([]), "320 {tab}");
        assert_eq!(browser.value("document.documentElement.scrollWidth"), 320, "320 {tab}");
        browser.picture(&format!("narrow-{tab}"));
    }
    browser.widen(360, 640);
    browser.open(&format!("{}/sap/book", site.url));
    browser.value("document.documentElement.style.fontSize = '30px'");
    assert_eq!(browser.value(CUT), json!([]), "book");
    assert_eq!(browser.value("document.documentElement.scrollWidth"), 360, "book");
});

/// What is seen and goes over its edge, or over the screen's.
const CUT: &str =
    "Array.from(document.querySelectorAll('button,p,h1,h2,b,output,label,summary,a')).filter(
    function (e) {
        var r = e.getBoundingClientRect();
        return r.width && e.innerText.trim() && (r.right > innerWidth + .5 || r.left < -0.5 || e.scrollWidth > e.clientWidth + 1 &&
            getComputedStyle(e).display !== 'inline');
    }).map(function (e) { return (e.id || e.className || e.tagName) + ' ' + e.innerText; })";

on_both!(the_book_closes_with_the_page, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let mut browser = Browser::start();
    open(&mut browser, &site, &stall.link(&site, "owner", false));
    let page = browser.open_tab();
    browser.open(&format!("{}/sap/book", site.url));
    assert_eq!(browser.value("!!document.querySelector('.sum')"), true);
    let book = browser.turn_to(&page);
    browser.touch("[data-tab=day]");
    browser.until("cho40.day");
    browser.value("document.getElementById('lock').click()");
    browser.until("document.getElementById('digits')");
    browser.turn_to(&book);
    browser.until("location.pathname === '/sap' && document.getElementById('digits')");
});

on_both!(practice_gives_way_to_what_is_real, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let mut browser = Browser::start();
    browser.before_each_page(VOICE);
    // Twenty seconds pass in one.
    browser.before_each_page(
        "var wait = window.setTimeout;
         window.setTimeout = function (f, ms) { return wait(f, ms === 20000 ? 1000 : ms); };",
    );
    browser.before_each_page(PASSED);
    open(&mut browser, &site, &stall.link(&site, "owner", false));
    browser.touch("#sound");
    let began = Clock::system().now();
    stall.pay(&site, db, 1, 50_000);
    browser.until("cho40.card && cho40.card.kind === 'received'");
    browser.value("document.getElementById('settings').open = true");
    browser.touch("#practise");
    assert_eq!(shown(&mut browser, "headline"), "TẬP THỬ");
    browser.until("cho40.card && cho40.card.kind === 'received'");
    assert_eq!(shown(&mut browser, "headline"), "ĐÃ NHẬN");
    assert!(Clock::system().now().0 - began.0 < 60_000);
});
