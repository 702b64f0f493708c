//! A phone with several tabs, one that was put away and comes back, one that was closed: money is
//! always shown, and spoken once.

use cho40::primitives::time::MS_PER_MINUTE;
use serde_json::json;

use crate::phone_browser::Browser;
use crate::phone_pages::{LEGIBLE, VOICE, open, shown};
use crate::phone_stall::Stall;
use crate::support::on_both;
use crate::web_support::Site;

fn open_again(browser: &mut Browser, site: &Site) {
    browser.open(&format!("{}/nghe", site.url));
    browser.until("window.cho40 && cho40.link === 'live' && cho40.source");
}

on_both!(of_two_tabs_both_show_money_and_one_speaks, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let mut browser = Browser::start();
    browser.before_each_page(VOICE);
    // One was opened from a chat, and never touched.
    open(&mut browser, &site.url, &stall.link(&site, "listener", false));
    let silent = browser.open_tab();
    browser.before_each_page(VOICE);
    open_again(&mut browser, &site);
    browser.touch("#sound");
    browser.until("cho40.isOn");
    for id in 1..=6 {
        stall.pay(&site, db, id, 90_000 + 1_000 * id);
        browser.until(&format!("uttered.length === {id}"));
        assert_eq!(shown(&mut browser, "amount"), format!("{}.000 đ", 90 + id));
        let speaks = browser.turn_to(&silent);
        browser.until(&format!("cho40.shown.length === {id}"));
        assert_eq!(shown(&mut browser, "amount"), format!("{}.000 đ", 90 + id));
        assert_eq!(browser.value("uttered.length"), 0);
        browser.turn_to(&speaks);
    }
    // The voice goes where it is wanted, and says nothing that was said.
    let other = browser.turn_to(&silent);
    browser.until("localStorage.getItem('cho40.cursor.' + document.body.getAttribute('data-listener')) >= cho40.cursor");
    browser.touch("#sound");
    browser.until("cho40.isOn");
    // Tabs hear of each other a moment later.
    let here = browser.turn_to(&other);
    browser.until("!cho40.isOn");
    browser.turn_to(&here);
    stall.pay(&site, db, 7, 50_000);
    browser.until("uttered.length === 1");
    assert_eq!(browser.value("uttered[0][0]"), "Đã nhận năm mươi ngàn đồng");
    browser.turn_to(&other);
    browser.until("cho40.card && cho40.card.amount === '50.000 đ'");
    assert_eq!(browser.value("JSON.stringify([uttered.length, cho40.isOn])"), "[6,false]");
    assert_eq!(shown(&mut browser, "warning"), "Trang khác của máy này đang đọc.");
    assert_eq!(shown(&mut browser, "headline"), "ĐÃ NHẬN");
    browser.picture("elsewhere");
    // It comes back when that tab is closed.
    browser.turn_to(&here);
    browser.open("about:blank");
    browser.turn_to(&other);
    browser.until("cho40.isOn");
    stall.pay(&site, db, 8, 60_000);
    browser.until("uttered.length === 7");
    assert_eq!(browser.value("uttered[6][0]"), "Đã nhận sáu mươi ngàn đồng");
});

/// Tabs are told that the voice has moved a moment later; here never.
const DEAF: &str = "window.addEventListener('storage', function (event) {
        event.stopImmediatePropagation();
    });";

on_both!(a_tab_that_has_not_heard_that_the_voice_moved_is_silent, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let mut browser = Browser::start();
    browser.before_each_page(VOICE);
    browser.before_each_page(DEAF);
    open(&mut browser, &site.url, &stall.link(&site, "listener", false));
    browser.touch("#sound");
    browser.until("cho40.isOn");
    stall.pay(&site, db, 1, 50_000);
    browser.until("uttered.length === 1");
    let first = browser.open_tab();
    browser.before_each_page(VOICE);
    open_again(&mut browser, &site);
    browser.touch("#sound");
    browser.until("cho40.isOn");
    // At once, and later.
    for id in 2..=4 {
        stall.pay(&site, db, id, 10_000 * id);
        browser.until(&format!("uttered.length === {}", id - 1));
    }
    assert_eq!(browser.value("uttered[0][0]"), "Đã nhận hai mươi ngàn đồng");
    browser.turn_to(&first);
    browser.until("cho40.shown.length === 4 && !cho40.isOn");
    assert_eq!(browser.value("uttered.length"), 1);
    assert_eq!(shown(&mut browser, "warning"), "Trang khác của máy này đang đọc.");
});

on_both!(a_page_that_was_put_away_shows_what_it_had_shown, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let mut browser = Browser::start();
    browser.before_each_page(VOICE);
    open(&mut browser, &site.url, &stall.link(&site, "listener", false));
    browser.touch("#sound");
    stall.pay(&site, db, 1, 41_000);
    browser.until("uttered.length === 1");
    // The phone had no memory left, and loads it anew when the customer shows his screen.
    open_again(&mut browser, &site);
    assert_eq!(shown(&mut browser, "headline"), "ĐÃ NHẬN");
    assert_eq!(shown(&mut browser, "amount"), "41.000 đ");
    assert!(shown(&mut browser, "list").starts_with("12:00\n41.000 đ"));
    browser.touch("#sound");
    stall.pay(&site, db, 2, 20_000);
    browser.until("uttered.length === 1");
    assert_eq!(browser.value("uttered[0][0]"), "Đã nhận hai mươi ngàn đồng");
    // Later it is no longer green, and stands in the list still.
    db.clock.move_to(db.clock.now().plus_ms(2 * MS_PER_MINUTE));
    open_again(&mut browser, &site);
    assert_eq!(browser.value("cho40.card"), json!(null));
    assert!(shown(&mut browser, "list").starts_with("12:00\n20.000 đ\n12:00\n41.000 đ"));
    db.clock.move_to(db.clock.now().plus_ms(30 * MS_PER_MINUTE));
    open_again(&mut browser, &site);
    assert_eq!(browser.value("document.getElementById('past').hidden"), true);
});

on_both!(what_came_while_the_page_was_closed_is_told_at_the_touch, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let mut browser = Browser::start();
    browser.before_each_page(VOICE);
    open(&mut browser, &site.url, &stall.link(&site, "listener", false));
    browser.until("cho40.source");
    browser.open("about:blank");
    for id in 1..=9 {
        stall.pay(&site, db, id, 100_000 + 1_000 * id);
    }
    db.clock.move_to(db.clock.now().plus_ms(40 * MS_PER_MINUTE));
    open_again(&mut browser, &site);
    assert_eq!(shown(&mut browser, "headline"), "KHÔNG RÕ");
    let seen =
        "Array.from(document.querySelectorAll('#list li')).filter(e => e.offsetHeight).length";
    assert_eq!(browser.value(seen), 5);
    assert_eq!(shown(&mut browser, "more"), "XEM THÊM 4");
    assert_eq!(browser.value(LEGIBLE), json!([]));
    browser.picture("missed");
    browser.touch("#more");
    assert_eq!(browser.value(seen), 9);
    assert_eq!(browser.value("uttered.length"), 0);
    browser.touch("#sound");
    browser.until("uttered.length === 3");
    let last = "Lúc mười hai giờ: Đã nhận một trăm lẻ chín ngàn đồng";
    assert_eq!(browser.value("uttered[2][0]"), last);
    // Told once.
    open_again(&mut browser, &site);
    browser.touch("#sound");
    stall.pay(&site, db, 10, 50_000);
    browser.until("uttered.length === 1");
    assert_eq!(browser.value("uttered[0][0]"), "Đã nhận năm mươi ngàn đồng");
});

on_both!(money_seen_without_sound_is_said_with_its_hour, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let mut browser = Browser::start();
    browser.before_each_page(VOICE);
    browser.before_each_page(crate::phone_honest::PASSED);
    open(&mut browser, &site.url, &stall.link(&site, "listener", false));
    stall.pay(&site, db, 1, 50_000);
    browser.until("cho40.shown.length === 1");
    browser.value("passed = 90000");
    browser.touch("#sound");
    browser.until("uttered.length === 1");
    let said = "Lúc mười hai giờ: Đã nhận năm mươi ngàn đồng";
    assert_eq!(browser.value("uttered[0][0]"), said);
});
