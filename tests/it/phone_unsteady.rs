//! Fingers that touch twice: no amount, class or answer is chosen by a touch that meant what stood there
//! before.

use serde_json::json;

use crate::phone_browser::Browser;
use crate::phone_owner_pages::open;
use crate::phone_stall::Stall;
use crate::phone_ways::HELD;
use crate::support::on_both;
use crate::web_support::Site;

const HIDDEN: &str = "document.getElementById('ID').hidden";

fn is_hidden(browser: &mut Browser, id: &str) -> bool {
    browser.value(&HIDDEN.replace("ID", id)) == true
}

fn start(site: &Site, stall: &Stall) -> Browser {
    let mut browser = Browser::start();
    browser.before_each_page(HELD);
    open(&mut browser, site, &stall.link(site, "owner", false));
    browser
}

on_both!(a_double_touch_answers_no_question_of_an_amount, |db| {
    let site = Site::of(db);
    let mut browser = start(&site, &Stall::on(&site));
    browser.touch("[data-tab=cash]");
    browser.until("cho40.evening");
    browser.value("document.getElementById('cash').value = '300'");
    browser.touch("#cash-form button");
    browser.until("!document.getElementById('sure').hidden");
    browser.touch_again();
    assert!(!is_hidden(&mut browser, "sure"));
    // The keyboard's ✓, twice: it would press the amount that has the focus.
    for kind in ["rawKeyDown", "char", "keyUp"] {
        let key = json!({ "type": kind, "key": "Enter", "code": "Enter", "text": "\r",
            "windowsVirtualKeyCode": 13 });
        browser.ask("Input.dispatchKeyEvent", key);
    }
    assert!(!is_hidden(&mut browser, "sure"), "Enter");
    browser.value("release()");
    browser.touch("#sure-more");
    browser.until("cho40.evening.answer");
    assert_eq!(browser.value("cho40.evening.answer.cash_vnd"), 300_000);
    // What takes an amount away wants a second touch that was meant.
    // A finger that goes on trembling puts that off, for a while.
    browser.value(
        "release(); var now = Date.now(), real = Date.now; Date.now = function () { return now; }",
    );
    browser.touch("[data-cash=day_off]");
    let waits = browser.value("held.length").as_i64().unwrap();
    browser.touch_again();
    browser.touch_again();
    assert_eq!(browser.value("held.length"), waits + 2);
    browser.value("now += 1500");
    browser.touch_again();
    assert_eq!(browser.value("held.length"), waits + 2);
    browser.value("Date.now = real");
    assert_eq!(browser.value("cho40.evening.answer.kind"), "sold");
    browser.value("release()");
    browser.touch("[data-cash=day_off]");
    browser.until("cho40.evening.answer.kind === 'day_off'");
    assert_eq!(browser.complaints(), Vec::<serde_json::Value>::new());
});

on_both!(what_is_aimed_at_elsewhere_is_taken_at_once, |db| {
    let site = Site::of(db);
    let mut browser = start(&site, &Stall::on(&site));
    browser.touch("[data-tab=ask]");
    browser.touch("[data-quick=\"20k\"]");
    browser.until("cho40.asked && !document.getElementById('code').hidden");
    browser.value("release()");
    browser.touch("#code-done");
    browser.until("document.getElementById('code').hidden");
    // The next customer's amount, while the code has just gone.
    for key in ["1", "5", "0", "k"] {
        browser.touch_at_once(&format!("[data-key=\"{key}\"]"));
    }
    assert_eq!(browser.value("document.getElementById('typed').innerText"), "150k");
    browser.touch_at_once("[data-tab=cash]");
    browser.until("cho40.evening && !document.getElementById('tab-cash').hidden");
    // Touched twice, a whole amount is sent once, and no emptied form after it.
    browser.value("release(); document.getElementById('cash').value = '350k'");
    browser.touch("#cash-form button");
    browser.touch_at_once("#cash-form button");
    browser.until("cho40.evening.answer");
    browser.touch_at_once("#cash-form button");
    assert_eq!(browser.value("document.getElementById('failed').hidden"), true);
    assert_eq!(browser.value("cho40.evening.answer.cash_vnd"), 350_000);
});

on_both!(the_first_page_changes_its_language_and_opens_its_own_link, |db| {
    let site = Site::of(db);
    let link = Stall::on(&site).link(&site, "listener", false);
    let mut browser = Browser::start();
    browser.open(&format!("{}{}", site.url, link.path));
    browser.touch("a[lang=en]");
    browser.until("document.documentElement.lang === 'en'");
    browser.value("location.reload()");
    browser.until("document.documentElement.lang === 'en' && document.querySelector('button')");
    browser.touch("button");
    browser.until("window.cho40 && cho40.link === 'live'");
    assert_eq!(browser.value("document.documentElement.lang"), "en");
});

on_both!(a_double_touch_gives_a_receipt_no_class, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let mut browser = start(&site, &stall);
    stall.pay(&site, db, 1, 120_000);
    browser.touch("[data-tab=day]");
    browser.until("document.querySelector('#receipts button')");
    browser.touch("#receipts li:nth-child(1) button");
    assert!(!is_hidden(&mut browser, "receipt"));
    browser.touch_again();
    assert!(!is_hidden(&mut browser, "receipt"));
    assert_eq!(browser.value("cho40.day.receipts[0].decided"), serde_json::Value::Null);
    browser.value("release()");
    // A part that is goods: what is left is asked at the same place.
    browser.touch("#receipt-split");
    browser.value("release(); document.getElementById('part').value = '50.000'");
    browser.touch("[data-class=sale]");
    browser.touch_again();
    assert!(!is_hidden(&mut browser, "receipt"));
    browser.value("release()");
    browser.touch("[data-class=cash_out]");
    browser.until("document.getElementById('receipt').hidden");
    browser.until("cho40.day.receipts[0].parts.length === 2");
    let parts = "cho40.day.receipts[0].parts.map(one => one.class + one.amount).join()";
    let parts = browser.value(parts);
    assert_eq!(parts.as_str().unwrap().replace('\u{a0}', " "), "cash_out70.000 đ,sale50.000 đ");
});

on_both!(a_day_off_is_of_the_day_that_it_was_asked_for, |db| {
    let site = Site::of(db);
    let mut browser = start(&site, &Stall::on(&site));
    browser.touch("[data-tab=cash]");
    browser.until("cho40.evening");
    browser.touch("[data-cash=day_off]");
    browser.value("release()");
    browser.touch("[data-evening=yesterday]");
    browser.until("document.querySelector('[data-evening=yesterday][aria-pressed=true]')");
    browser.touch("[data-cash=day_off]");
    browser.value("release()");
    browser.touch("[data-evening=today]");
    browser.until("document.querySelector('[data-evening=today][aria-pressed=true]')");
    browser.touch("[data-evening=yesterday]");
    browser.until("document.querySelector('[data-evening=yesterday][aria-pressed=true]')");
    assert_eq!(browser.value("cho40.evening.answer"), serde_json::Value::Null);
});

on_both!(what_comes_up_by_itself_takes_no_touch_anywhere, |db| {
    let site = Site::of(db);
    let mut browser = start(&site, &Stall::on(&site));
    browser.touch("[data-tab=ask]");
    browser.touch("[data-quick=\"20k\"]");
    browser.until("cho40.asked && !document.getElementById('code').hidden");
    browser.touch_at_once("#code-cancel");
    assert_eq!(browser.value("document.getElementById('code-symbol').hidden"), false);
    browser.value("release()");
    browser.touch("#code-done");
    // Nor does what is shown in a frame.
    browser.value("release()");
    browser.touch("[data-tab=day]");
    browser.until("cho40.day && document.querySelector('#receipts button')");
    browser.touch("[data-over][href=\"/sap/phones\"]");
    browser.until("document.querySelector('iframe')");
    let touched = "getComputedStyle(document.querySelector('iframe')).pointerEvents";
    assert_eq!(browser.value(touched), "none");
    browser.value("release()");
    assert_eq!(browser.value(touched), "auto");
});
