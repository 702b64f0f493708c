//! The vendor's page and the payer's in a real browser.

use serde_json::{Value, json};

use crate::phone_browser::Browser;
use crate::phone_pages::{LEGIBLE, VOICE, first_view, shown, unpacked};
use crate::phone_stall::{Link, Phone, Stall, neighbour};
use crate::support::on_both;
use crate::web_support::Site;

pub const PIN: &str = "270361";

/// Opens a vendor's link and chooses the six digits, or enters them.
pub fn open(browser: &mut Browser, site: &Site, link: &Link) {
    browser.open(&format!("{}{}", site.url, link.path));
    browser.touch("button");
    browser.until("location.pathname === '/sap' && document.readyState === 'complete'");
    digits(browser, PIN);
    browser.until("window.cho40 && cho40.link === 'live'");
}

/// Types six digits, twice where they are chosen.
fn digits(browser: &mut Browser, pin: &str) {
    browser.value(&format!(
        "document.querySelectorAll('input.digits').forEach(function (e) {{ e.value = '{pin}'; }})"
    ));
    browser.touch("form button");
}

pub fn is_legible(browser: &mut Browser, what: &str) {
    assert_eq!(browser.value(LEGIBLE), json!([]), "{what}");
    assert_eq!(browser.value("document.documentElement.scrollWidth"), 360, "{what}");
}

/// The request that is shown large.
pub fn request(browser: &mut Browser, site: &Site) -> Value {
    let id = browser.value("cho40.asked.id");
    site.get(&format!("/api/v1/requests/{}", id.as_str().unwrap())).json
}

fn reference(browser: &mut Browser, site: &Site) -> String {
    request(browser, site)["reference"].as_str().unwrap().to_owned()
}

/// The code that is seen is the request's, as any reader finds it on the screen.
#[track_caller]
fn shows_code_of(browser: &mut Browser, request: &Value) {
    assert_eq!(browser.codes(), [request["payload"].as_str().unwrap()]);
}

on_both!(a_vendor_chooses_digits_and_is_asked_for_them_again, |db| {
    let site = Site::of(db);
    let link = Stall::on(&site).link(&site, "owner", false);
    let mut browser = Browser::start();
    browser.open(&format!("{}{}", site.url, link.path));
    browser.touch("button");
    browser.until("document.getElementById('again') && document.readyState === 'complete'");
    is_legible(&mut browser, "choosing");
    browser.picture("pin-choose");
    digits(&mut browser, "123456");
    browser.until("!document.getElementById('failed').hidden");
    assert!(shown(&mut browser, "failed").contains("dễ đoán"));
    digits(&mut browser, PIN);
    browser.until("window.cho40 && cho40.link === 'live'");
    assert_eq!(browser.value("document.cookie"), "", "no script sees the session");
    browser.touch("[data-tab=day]");
    browser.until("cho40.day");
    browser.value("document.getElementById('lock').click()");
    browser.until("document.getElementById('digits') && document.readyState === 'complete'");
    assert_eq!(browser.value("document.getElementById('again')"), json!(null));
    browser.picture("pin-enter");
    for tried in 0..5 {
        browser.value("document.getElementById('failed').hidden = true");
        digits(&mut browser, "111222");
        browser.until("!document.getElementById('failed').hidden");
        if tried == 2 {
            browser.picture("pin-wrong");
        }
    }
    digits(&mut browser, PIN);
    browser.until("document.getElementById('failed').innerText.indexOf('12:15') > 0");
    is_legible(&mut browser, "locked");
    browser.picture("pin-locked");
    // A page that is opened again says so before anybody types.
    browser.open(&format!("{}/sap", site.url));
    assert!(shown(&mut browser, "failed").contains("12:15"));
    assert_eq!(browser.complaints(), Vec::<serde_json::Value>::new());
});

on_both!(a_code_for_a_typed_amount_turns_green_by_itself, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let mut browser = Browser::start();
    browser.before_each_page(VOICE);
    open(&mut browser, &site, &stall.link(&site, "owner", false));
    browser.touch("#sound");
    browser.until("cho40.isOn");
    browser.touch("[data-tab=ask]");
    for key in ["1", "tr", "2"] {
        browser.touch(&format!("[data-key=\"{key}\"]"));
    }
    assert_eq!(shown(&mut browser, "typed"), "1tr2");
    is_legible(&mut browser, "keypad");
    browser.picture("keypad");
    browser.touch("#ask");
    browser.until("cho40.asked");
    assert_eq!(shown(&mut browser, "code-headline"), "CHƯA THẤY TIỀN");
    assert_eq!(shown(&mut browser, "code-amount"), "1.200.000 đ");
    assert_eq!(shown(&mut browser, "code-words"), "một triệu hai trăm ngàn đồng");
    is_legible(&mut browser, "code");
    browser.picture("code");
    let shown_request = request(&mut browser, &site);
    shows_code_of(&mut browser, &shown_request);
    let memo = reference(&mut browser, &site);
    stall.report(&site, 1, 1_200_000, &memo, db.clock.now());
    browser.until("document.getElementById('code').className === 'over state-right'");
    assert_eq!(shown(&mut browser, "code-headline"), "ĐÃ NHẬN");
    browser.until("uttered.length === 1");
    assert_eq!(browser.value("uttered[0][0]"), "Đã nhận một triệu hai trăm ngàn đồng");
    is_legible(&mut browser, "paid");
    browser.picture("code-paid");
    browser.touch("#code-done");
    // One tap, and what can go wrong.
    for (id, paid, headline, hint, picture) in [
        (2, 40_000, "THIẾU TIỀN", "10.000 đ", "code-underpaid"),
        (3, 50, "COI LẠI SỐ TIỀN", "Khoan giao hàng", "code-thousandfold"),
    ] {
        browser.value("cho40.asked = null");
        db.clock.move_to(db.clock.now().plus_ms(1_000));
        browser.touch("[data-quick=\"50k\"]");
        browser.until("cho40.asked && cho40.asked.face === 'waiting'");
        let quick = request(&mut browser, &site);
        shows_code_of(&mut browser, &quick);
        stall.report(&site, id, paid, quick["reference"].as_str().unwrap(), db.clock.now());
        browser.until(&format!("cho40.asked.face !== 'waiting' && uttered.length === {id}"));
        assert_eq!(shown(&mut browser, "code-headline"), headline);
        assert!(shown(&mut browser, "code-hint").contains(hint));
        is_legible(&mut browser, headline);
        browser.picture(picture);
        browser.touch("#code-done");
    }
    browser.value("cho40.asked = null");
    browser.touch("[data-quick=\"20k\"]");
    browser.until("cho40.asked.face === 'waiting'");
    browser.touch("#code-cancel");
    browser.until("cho40.asked.face === 'cancelled'");
    browser.touch("#code-done");
    assert_eq!(browser.value("document.getElementById('code').hidden"), true);
    assert_eq!(browser.complaints(), Vec::<serde_json::Value>::new());
});

on_both!(a_receipt_is_classed_in_two_touches_and_split_in_four, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let mut browser = Browser::start();
    open(&mut browser, &site, &stall.link(&site, "owner", false));
    stall.pay(&site, db, 1, 500_000);
    stall.pay(&site, db, 2, 20_000);
    browser.touch("[data-tab=day]");
    browser.until("cho40.day && document.querySelectorAll('#receipts button').length > 1");
    is_legible(&mut browser, "day");
    browser.picture("day");
    let receipt = |number: usize| format!("#receipts li:nth-child({number}) button");
    let says = |number: usize| {
        format!("document.querySelectorAll('#receipts small')[{}].innerText", number - 1)
    };
    browser.touch(&receipt(1));
    is_legible(&mut browser, "receipt");
    browser.picture("receipt");
    browser.touch("[data-class=personal]");
    browser.until(&format!("{}.indexOf('Tiền riêng') === 0", says(1)));
    browser.touch(&receipt(2));
    browser.touch("#receipt-split");
    browser.value("document.getElementById('part').value = '600k'");
    browser.touch("[data-class=cash_out]");
    browser.until("document.querySelector('#receipt .failed').innerText.indexOf('500.000') > 0");
    browser.value("document.getElementById('part').value = '400k'");
    browser.picture("split");
    browser.touch("[data-class=cash_out]");
    browser.until("document.getElementById('receipt').hidden");
    browser.until(&format!("{}.indexOf('400.000 đ') > 0", says(2)));
    let parts = "Bán hàng 100.000 đ + Khách chuyển khoản lấy tiền mặt 400.000 đ · ghi lúc 12:00";
    assert_eq!(browser.value(&says(2)), parts);
    browser.value("document.querySelectorAll('#tab-day details').forEach(e => e.open = true)");
    browser.until("document.getElementById('year-of').innerText");
    is_legible(&mut browser, "year");
    browser.value("document.getElementById('year').scrollIntoView()");
    browser.picture("year");
    assert_eq!(browser.complaints(), Vec::<serde_json::Value>::new());
});

on_both!(the_evenings_cash_is_written_down, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let mut browser = Browser::start();
    open(&mut browser, &site, &stall.link(&site, "owner", false));
    browser.touch("[data-tab=cash]");
    browser.until("cho40.evening");
    is_legible(&mut browser, "cash");
    browser.picture("evening");
    browser.value("document.getElementById('cash').value = '850k'");
    browser.touch("#cash-form button");
    browser.until("cho40.evening.answer");
    assert_eq!(shown(&mut browser, "cash-state"), "Hôm nay 24/11. Đã ghi tiền mặt: 850.000 đ");
    browser.picture("evening-kept");
    // One touch may be a slip: it says so, and nothing is written.
    browser.touch("[data-cash=day_off]");
    let off = "document.querySelector('[data-cash=day_off]').innerText";
    assert_eq!(browser.value(off), "BẤM LẦN NỮA: NGHỈ BÁN");
    is_legible(&mut browser, "a second touch");
    browser.picture("evening-again");
    assert_eq!(browser.value("cho40.evening.answer.kind"), "sold");
    browser.touch("[data-cash=day_off]");
    browser.until("cho40.evening.answer.kind === 'day_off'");
    assert_eq!(shown(&mut browser, "cash-state"), "Hôm nay 24/11. Đã ghi: nghỉ bán.");
});

on_both!(practice_is_heard_marked_and_never_counted, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let mut browser = Browser::start();
    browser.before_each_page(VOICE);
    open(&mut browser, &site, &stall.link(&site, "owner", false));
    browser.touch("[data-tab=day]");
    browser.until("cho40.day");
    let before = browser.value("JSON.stringify(cho40.day)");
    browser.touch("[data-tab=hear]");
    browser.value("document.getElementById('settings').open = true");
    browser.touch("#practise");
    browser.until("uttered.length === 1");
    assert_eq!(browser.value("uttered[0][0]"), "Tập thử. Đã nhận năm mươi ngàn đồng");
    assert_eq!(shown(&mut browser, "headline"), "TẬP THỬ");
    assert_eq!(browser.value("document.getElementById('card').className"), "state-practice");
    is_legible(&mut browser, "practice");
    browser.picture("practice");
    assert_eq!(browser.value("cho40.shown.length"), 0);
    assert_eq!(browser.value("document.getElementById('past').hidden"), true);
    browser.value("cho40.day = null");
    browser.touch("[data-tab=day]");
    browser.until("cho40.day");
    assert_eq!(browser.value("JSON.stringify(cho40.day)"), before);
});

on_both!(a_phone_that_cannot_share_copies_the_payers_link, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let mut browser = Browser::start();
    browser.before_each_page(
        "Navigator.prototype.share = undefined;
         var run = Document.prototype.execCommand;
         Document.prototype.execCommand = function (what) {
             window.taken = what + ' ' + document.activeElement.value;
             return run.apply(this, arguments);
         };",
    );
    open(&mut browser, &site, &stall.link(&site, "owner", false));
    browser.touch("[data-tab=ask]");
    browser.touch("[data-quick=\"20k\"]");
    browser.until("cho40.asked && !document.getElementById('code').hidden");
    browser.touch("#code-send");
    browser.until("window.taken");
    let path = browser.value("cho40.asked.path");
    let link = format!("copy {}{}", site.url, path.as_str().unwrap());
    assert_eq!(browser.value("window.taken"), link);
    let said = "Đã chép liên kết. Mở Zalo và dán cho khách.";
    assert_eq!(shown(&mut browser, "code-hint"), said);
    // The next look leaves it there.
    browser.value("window.before = cho40.asked, 0");
    browser.until("cho40.asked !== window.before");
    assert_eq!(shown(&mut browser, "code-hint"), said);
    is_legible(&mut browser, "copied");
    browser.picture("copied");
});

on_both!(a_payer_sees_the_code_and_then_that_it_was_received, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let phone = Phone::open(&site, &stall.link(&site, "owner", false), PIN);
    let asked = phone.post("/sap/requests", &json!({ "amount": "45k" })).json;
    let mut browser = Browser::start();
    browser.open(&format!("{}{}", site.url, asked["path"].as_str().unwrap()));
    browser.until("window.cho40 && document.getElementById('symbol').naturalWidth > 200");
    assert!(shown(&mut browser, "headline").starts_with("CHỜ TRẢ"));
    assert_eq!(shown(&mut browser, "holder_name"), "Nguyễn Thị Lụa");
    is_legible(&mut browser, "payer");
    browser.picture("payer");
    let path = format!("/api/v1/requests/{}", asked["id"].as_str().unwrap());
    shows_code_of(&mut browser, &site.get(&path).json);
    let memo = shown(&mut browser, "memo");
    stall.report(&site, 1, 45_000, &memo, db.clock.now());
    browser.until("document.getElementById('headline').innerText === 'NGƯỜI BÁN ĐÃ NHẬN'");
    assert_eq!(browser.value("document.getElementById('to').hidden"), true);
    browser.picture("payer-paid");
    let seen =
        first_view(&mut browser, &format!("{}{}", site.url, asked["path"].as_str().unwrap()));
    assert!(seen > 400 && seen < 4_000, "{seen} ms");
    assert_eq!(browser.complaints(), Vec::<serde_json::Value>::new());
});

on_both!(the_largest_amount_stays_in_its_place, |db| {
    const INSIDE: &str = "(function (id) {
        var e = document.getElementById(id), a = e.getBoundingClientRect();
        var b = e.parentElement.getBoundingClientRect();
        return e.innerText !== '' && e.scrollWidth <= e.clientWidth && a.left >= b.left
            && a.right <= b.right && b.right <= 360;
    })";
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let link = stall.link(&site, "owner", false);
    let phone = Phone::open(&site, &link, PIN);
    let mut browser = Browser::start();
    for amount in ["1.234.567", "12.500.000", "123.456.789", "499.999.999"] {
        let asked = phone.post("/sap/requests", &json!({ "amount": amount })).json;
        browser.open(&format!("{}{}", site.url, asked["path"].as_str().unwrap()));
        browser.until("window.cho40 && document.getElementById('symbol').naturalWidth > 200");
        assert_eq!(shown(&mut browser, "amount"), format!("{amount} đ"));
        assert_eq!(browser.value(&format!("{INSIDE}('amount')")), true, "{amount}");
        is_legible(&mut browser, amount);
    }
    browser.picture("payer-largest");
    open(&mut browser, &site, &link);
    stall.pay(&site, db, 1, 499_999_999);
    browser.until("document.getElementById('amount').innerText === '499.999.999\\u00a0đ'");
    assert_eq!(browser.value(&format!("{INSIDE}('amount')")), true, "heard");
    browser.touch("[data-tab=day]");
    browser.until("cho40.day && document.getElementById('day-sum').innerText !== ''");
    assert_eq!(browser.value(&format!("{INSIDE}('day-sum')")), true, "the day's sum");
    is_legible(&mut browser, "the day");
    assert_eq!(browser.complaints(), Vec::<serde_json::Value>::new());
});

on_both!(a_vendors_page_is_light_and_hears_its_own_stall_alone, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let (_, reference) = neighbour(&site, &stall.world);
    let mut browser = Browser::start();
    open(&mut browser, &site, &stall.link(&site, "owner", false));
    browser.ask("Network.setCacheDisabled", json!({ "cacheDisabled": true }));
    browser.open(&format!("{}/sap", site.url));
    browser.until("window.cho40 && cho40.link === 'live'");
    let loaded = browser.bytes_loaded();
    // 50 kB is what a first load may take; unpacked it may be a little more.
    assert!(loaded > 8_000.0 && loaded < 30_000.0, "{loaded} bytes");
    let raw = unpacked(&mut browser);
    assert!(raw > 20_000 && raw < 58_000, "{raw} bytes");
    let seen = first_view(&mut browser, &format!("{}/sap", site.url));
    assert!(seen > 400 && seen < 4_000, "{seen} ms");
    browser.until("window.cho40 && cho40.link === 'live'");
    stall.report(&site, 1, 77_000, &reference, db.clock.now());
    stall.pay(&site, db, 2, 20_000);
    browser.until("cho40.card && cho40.card.amount === '20.000 đ'");
    assert!(!shown(&mut browser, "list").contains("77.000"));
});

on_both!(of_two_accounts_one_is_chosen_and_kept_on_the_phone, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let second = stall.second_account(&site);
    let mut browser = Browser::start();
    open(&mut browser, &site, &stall.link(&site, "owner", false));
    browser.touch("[data-tab=ask]");
    is_legible(&mut browser, "accounts");
    browser.picture("keypad-accounts");
    let chosen = "document.getElementById('account').value";
    assert_eq!(browser.value(chosen), stall.world.id("accounts"));
    browser.value(&format!(
        "{chosen} = '{second}'; document.getElementById('account').dispatchEvent(new Event('change'))"
    ));
    browser.open(&format!("{}/sap", site.url));
    browser.until("window.cho40 && cho40.link === 'live'");
    assert_eq!(browser.value(chosen), second.as_str());
    browser.touch("[data-tab=ask]");
    browser.touch("[data-quick=\"20k\"]");
    browser.until("cho40.asked && cho40.asked.face");
    let asked = request(&mut browser, &site);
    assert_eq!(asked["account_id"], second.as_str());
    shows_code_of(&mut browser, &asked);
});

on_both!(a_vendor_changes_the_digits_and_locks_another_phone, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let link = stall.link(&site, "owner", false);
    let mut browser = Browser::start();
    open(&mut browser, &site, &link);
    let other = Phone::open(&site, &link, PIN);
    browser.touch("[data-tab=day]");
    browser.until("cho40.day");
    browser.open(&format!("{}/sap/phones", site.url));
    assert!(shown(&mut browser, "phones").contains("2. Máy ở sạp"));
    assert!(shown(&mut browser, "phones").contains("Mở liên kết lúc 12:00 24/11/2026"));
    is_legible(&mut browser, "phones");
    browser.picture("phones");
    browser.touch("[data-lock]");
    browser.until("document.readyState === 'complete' && !document.querySelector('[data-lock]')");
    assert_eq!(other.get("/sap/day").problem(403), "pin-needed");
    let type_in = |old: &str| {
        format!(
            "var all = document.querySelectorAll('input.digits'); all[0].value = '{old}'; \
                 all[1].value = all[2].value = '918273'"
        )
    };
    browser.value(&type_in("111222"));
    browser.touch("form button");
    browser.until("!document.getElementById('failed').hidden");
    browser.value(&type_in(PIN));
    browser.touch("form button");
    browser.until("!document.getElementById('done').hidden");
    is_legible(&mut browser, "changed");
    browser.picture("phones-changed");
    // The page is open still, and another tab of the phone that is locked leaves.
    browser.open(&format!("{}/sap", site.url));
    browser.until("window.cho40 && cho40.link === 'live'");
    let lock = "fetch('/sap/lock', { method: 'POST', body: '{}', \
                headers: { 'Content-Type': 'application/json' } }).then(answer => answer.status)";
    assert_eq!(browser.value(lock), 200);
    browser.until("document.getElementById('digits') && document.readyState === 'complete'");
    assert_eq!(browser.complaints(), Vec::<Value>::new());
});
