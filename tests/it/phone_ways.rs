//! What a phone does to the vendor's page: Back, a page that was dropped, sleep, a finger that comes too
//! soon, a book that lies over it, a link that has ended.

use std::time::{Duration, Instant};

use cho40::primitives::time::MS_PER_MINUTE;
use serde_json::json;

use crate::phone_browser::Browser;
use crate::phone_honest::PASSED;
use crate::phone_owner_pages::{is_legible, open, request};
use crate::phone_pages::{VOICE, open as open_listener, shown};
use crate::phone_stall::{Phone, Stall, Stream};
use crate::phone_tunnel::Tunnel;
use crate::support::on_both;
use crate::web_support::Site;

const CODE_SHOWN: &str = "!document.getElementById('code').hidden";
const CODE_GONE: &str = "document.getElementById('code').hidden";
/// Timers of 700 ms wait for `release()`, so that a finger can come sooner on any machine.
pub const HELD: &str = "window.held = [];
    window.release = function () { held.splice(0).forEach(function (f) { f(); }); };
    var waits = window.setTimeout;
    window.setTimeout = function (f, ms) { return ms === 700 ? held.push(f) : waits(f, ms); };";

on_both!(back_closes_what_lies_over_the_page_and_leads_to_the_first_tab, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let mut browser = Browser::start();
    open(&mut browser, &site, &stall.link(&site, "owner", false));
    stall.pay(&site, db, 1, 50_000);
    browser.touch("[data-tab=ask]");
    browser.touch("[data-quick=\"20k\"]");
    browser.until(&format!("cho40.asked && {CODE_SHOWN}"));
    browser.value("history.back()");
    browser.until(CODE_GONE);
    assert_eq!(browser.value("location.pathname"), "/sap");
    assert_eq!(browser.value("document.getElementById('tab-ask').hidden"), false);
    // What lies highest goes first.
    browser.touch("[data-tab=day]");
    browser.until("document.querySelector('#receipts button')");
    browser.touch("#receipts li:nth-child(1) button");
    browser.touch("#receipt-split");
    browser.value("document.getElementById('part').value = '5'");
    browser.touch("[data-class=personal]");
    browser.until("!document.getElementById('sure').hidden");
    browser.value("history.back()");
    browser.until("document.getElementById('sure').hidden");
    assert_eq!(browser.value("document.getElementById('receipt').hidden"), false);
    browser.value("history.back()");
    browser.until("document.getElementById('receipt').hidden");
    assert_eq!(browser.value("document.getElementById('tab-day').hidden"), false);
    browser.value("history.back()");
    browser.until("!document.getElementById('tab-hear').hidden");
    assert_eq!(browser.value("location.pathname"), "/sap");
});

on_both!(a_code_is_there_again_after_the_page_was_dropped, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let mut browser = Browser::start();
    open(&mut browser, &site, &stall.link(&site, "owner", false));
    browser.touch("[data-tab=ask]");
    browser.touch("[data-quick=\"20k\"]");
    browser.until(&format!("cho40.asked && {CODE_SHOWN}"));
    let asked = request(&mut browser, &site);
    let again = |browser: &mut Browser| {
        browser.open(&format!("{}/sap", site.url));
        browser.until("window.cho40 && cho40.link === 'live'");
    };
    again(&mut browser);
    browser.until(&format!("cho40.asked && {CODE_SHOWN}"));
    assert_eq!(request(&mut browser, &site)["id"], asked["id"]);
    stall.report(&site, 1, 20_000, asked["reference"].as_str().unwrap(), db.clock.now());
    browser.until("document.getElementById('code').className === 'over state-right'");
    // A paid one is over.
    again(&mut browser);
    browser.until("cho40.source");
    assert_eq!(browser.value("localStorage.getItem('cho40.code')"), "");
    assert_eq!(browser.value(CODE_GONE), true);
});

on_both!(a_finger_that_comes_too_soon_closes_no_code, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let mut browser = Browser::start();
    browser.before_each_page(HELD);
    open(&mut browser, &site, &stall.link(&site, "owner", false));
    browser.touch("[data-tab=ask]");
    // All of it is seen, also while there is no sound.
    let low = "Math.ceil(document.getElementById('ask').getBoundingClientRect().bottom)";
    assert_eq!(shown(&mut browser, "warning"), "Chưa có tiếng");
    let low = browser.value(low).as_u64().unwrap();
    assert!(low <= 600, "TẠO MÃ ends at {low} of 640");
    let middle = "(function () { var r = document.getElementById('ask').getBoundingClientRect(); \
                  return r.left + r.width / 2; })()";
    let middle = browser.value(middle);
    browser.touch("[data-quick=\"50k\"]");
    browser.until(&format!("cho40.asked && {CODE_SHOWN}"));
    browser.touch_again();
    assert_eq!(browser.value(CODE_GONE), false);
    assert_eq!(shown(&mut browser, "code-done"), "QUAY LẠI");
    // Whoever touches TẠO MÃ twice, or after a quick amount, takes no code back.
    browser.touch_again();
    assert_eq!(browser.value("document.getElementById('code-symbol').hidden"), false);
    let edge = "document.getElementById('code-cancel').getBoundingClientRect().right";
    assert_eq!(browser.value(&format!("{edge} + 60 < {middle}")), true, "TẠO MÃ at {middle}");
    let id = browser.value("cho40.asked.id");
    browser.value("release()");
    browser.touch("#code-done");
    browser.until(CODE_GONE);
    // The way back.
    assert_eq!(shown(&mut browser, "ask-open"), "XEM LẠI MÃ 50.000 đ");
    is_legible(&mut browser, "a code left open");
    browser.picture("ask-open");
    browser.value("release()");
    browser.touch("#ask-open");
    browser.until(CODE_SHOWN);
    assert_eq!(browser.value("cho40.asked.id"), id);
    let asked = request(&mut browser, &site);
    stall.report(&site, 1, 50_000, asked["reference"].as_str().unwrap(), db.clock.now());
    browser.until("document.getElementById('code').className === 'over state-right'");
    assert_eq!(shown(&mut browser, "code-done"), "XONG");
    browser.value("release()");
    browser.touch("#code-done");
    browser.until(CODE_GONE);
    assert_eq!(browser.value("document.getElementById('ask-open').hidden"), true);
    // What is made while she has gone on does not stand before her.
    browser.value("document.querySelector('[data-quick=\"20k\"]').click(); document.querySelector('[data-tab=day]').click()");
    browser.until("!document.getElementById('ask-open').hidden");
    assert_eq!(browser.value(CODE_GONE), true);
});

on_both!(the_sound_goes_on_under_the_book, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let mut browser = Browser::start();
    browser.before_each_page(VOICE);
    open(&mut browser, &site, &stall.link(&site, "owner", false));
    browser.touch("#sound");
    browser.until("cho40.isOn");
    browser.touch("[data-tab=day]");
    browser.until("cho40.day");
    let frame = "document.querySelector('iframe').contentDocument";
    for (page, sign, id) in [("book", ".sum", 1), ("phones", "#change", 2)] {
        browser.touch(&format!("a[href=\"/sap/{page}\"]"));
        browser.until(&format!(
            "{frame}.querySelector('{sign}') && {frame}.readyState === 'complete'"
        ));
        assert_eq!(browser.value(&format!("{frame}.getElementById('back').offsetHeight")), 0);
        stall.pay(&site, db, id, 50_000);
        browser.until(&format!("uttered.length === {id}"));
        assert_eq!(shown(&mut browser, "news"), "ĐÃ NHẬN 50.000 đ");
        is_legible(&mut browser, page);
        browser.picture(&format!("over-{page}"));
        if page == "book" {
            browser.touch("#frame-done");
        } else {
            browser.value("history.back()");
        }
        browser
            .until("!document.querySelector('iframe') && document.getElementById('frame').hidden");
        assert_eq!(browser.value("cho40.isOn"), true);
    }
    // Closed in another tab, the page asks for the digits as a whole.
    browser.touch("a[href=\"/sap/book\"]");
    browser.until(&format!("{frame}.querySelector('.sum')"));
    let lock = "fetch('/sap/lock', { method: 'POST', body: '{}', \
                headers: { 'Content-Type': 'application/json' } }).then(answer => answer.status)";
    assert_eq!(browser.value(lock), 200);
    browser.until("document.getElementById('digits') && !document.querySelector('iframe')");
    assert_eq!(browser.complaints(), Vec::<serde_json::Value>::new());
});

on_both!(what_lay_in_the_line_while_the_phone_slept_is_not_new, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let mut browser = Browser::start();
    browser.before_each_page(VOICE);
    browser.before_each_page(PASSED);
    open_listener(&mut browser, &site.url, &stall.link(&site, "listener", false));
    browser.touch("#sound");
    browser.until("cho40.isOn && cho40.source");
    // Seventy seconds pass for the phone alone: what the server sent meanwhile has waited for it.
    browser.value("passed = 70000");
    stall.pay(&site, db, 1, 50_000);
    browser.until("uttered.length === 1");
    assert_eq!(browser.value("uttered[0][0]"), "Lúc mười hai giờ: Đã nhận năm mươi ngàn đồng");
    assert_eq!(browser.value("cho40.card"), json!(null));
    assert!(shown(&mut browser, "list").starts_with("12:00\n50.000 đ"));
    // A clock that was put right is no sleep for long.
    std::thread::sleep(Duration::from_secs(9));
    stall.pay(&site, db, 2, 20_000);
    browser.until("uttered.length === 2");
    assert_eq!(browser.value("uttered[1][0]"), "Đã nhận hai mươi ngàn đồng");
    assert_eq!(shown(&mut browser, "headline"), "ĐÃ NHẬN");
});

on_both!(of_what_was_missed_the_last_ones_are_spoken_in_their_order, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let tunnel = Tunnel::to(&site.url);
    let mut browser = Browser::start();
    browser.before_each_page(VOICE);
    open_listener(&mut browser, &tunnel.url, &stall.link(&site, "listener", false));
    browser.touch("#sound");
    browser.until("cho40.isOn");
    tunnel.cut();
    for id in 1..=5 {
        stall.pay(&site, db, id, 10_000 * id);
    }
    db.clock.move_to(db.clock.now().plus_ms(2 * MS_PER_MINUTE));
    tunnel.mend(&site.url);
    browser.until("cho40.shown.length === 5 && uttered.length === 3");
    let said = browser.value("JSON.stringify(uttered.map(one => one[0]))");
    let said = said.as_str().unwrap().replace("Lúc mười hai giờ: Đã nhận ", "");
    let last = ["ba mươi ngàn đồng", "bốn mươi ngàn đồng", "năm mươi ngàn đồng"];
    assert_eq!(said, json!(last).to_string());
    let skipped = "Có lần nhận không đọc lại. Xem danh sách bên dưới.";
    assert_eq!(shown(&mut browser, "warning"), skipped);
    browser.picture("skipped");
});

on_both!(who_slept_through_very_much_is_told_that_the_list_may_lack_some, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let tunnel = Tunnel::to(&site.url);
    let mut browser = Browser::start();
    browser.before_each_page(VOICE);
    open_listener(&mut browser, &tunnel.url, &stall.link(&site, "listener", false));
    browser.touch("#sound");
    browser.until("cho40.isOn");
    tunnel.cut();
    for id in 1..=103 {
        stall.pay(&site, db, id, 1_000 * id);
    }
    tunnel.mend(&site.url);
    browser.until("cho40.shown.length === 100");
    let gap = "Máy tắt lâu, có thể có lần nhận chưa hiện ở đây. Xem ứng dụng ngân hàng.";
    browser.until(&format!("document.getElementById('warning').innerText === '{gap}'"));
    browser.picture("gap");
});

on_both!(the_days_sum_is_not_known_while_no_source_is_proven, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let mut browser = Browser::start();
    open(&mut browser, &site, &stall.link(&site, "owner", false));
    stall.pay(&site, db, 1, 50_000);
    browser.touch("[data-tab=day]");
    browser.until("cho40.day && cho40.source.state === 'not_seen_yet'");
    assert!(!shown(&mut browser, "day-count").contains("KHÔNG RÕ"));
    db.clock.move_to(db.clock.now().plus_ms(20 * MS_PER_MINUTE));
    browser.open(&format!("{}/sap", site.url));
    browser.until("window.cho40 && cho40.source && cho40.source.state === 'unknown'");
    browser.touch("[data-tab=day]");
    browser.until("cho40.day");
    let said = shown(&mut browser, "day-count");
    assert!(said.contains("lần nhận · KHÔNG RÕ – XEM ỨNG DỤNG NGÂN HÀNG"), "{said}");
    browser.picture("day-unknown");
    browser.value("document.getElementById('year').open = true");
    browser.until("document.getElementById('year-more').innerText.indexOf('KHÔNG RÕ') >= 0");
});

on_both!(a_phone_whose_link_has_ended_shows_nothing_more, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let (listener, owner) =
        (stall.link(&site, "listener", false), stall.link(&site, "owner", false));
    let mut browser = Browser::start();
    open_listener(&mut browser, &site.url, &listener);
    stall.pay(&site, db, 1, 50_000);
    browser.until("document.querySelectorAll('#list li').length === 1");
    let end = |id: &str| {
        site.ask("DELETE", &format!("/api/v1/stall-links/{id}")).key(&site.key).send();
    };
    end(&listener.id);
    browser.until("cho40.link === 'ended'");
    assert_eq!(browser.value("document.body.innerText.indexOf('50.000')"), -1);
    let mut browser = Browser::start();
    open(&mut browser, &site, &owner);
    browser.touch("[data-tab=day]");
    browser.until("cho40.day");
    end(&owner.id);
    browser.until("document.querySelector('h1').innerText === 'Trang này không mở được'");
});

// The hub looks at all pages every fifteen seconds by itself: a link's end is told long before.
on_both!(a_new_link_of_the_vendors_ends_the_old_page_at_once, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let phone = Phone::open(&site, &stall.link(&site, "owner", false), "503917");
    let mut stream = Stream::open(&site, &phone.cookies, "");
    stream.next_of("beat");
    // Just after a look of its own, the next one is far away.
    stream.next_of("beat");
    let began = Instant::now();
    stall.link(&site, "owner", false);
    stream.next_of("ended");
    let took = began.elapsed();
    assert!(stream.next().is_none() && took < Duration::from_secs(10), "{took:?}");
});
