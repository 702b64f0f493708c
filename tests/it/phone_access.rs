//! Every page of the stall's phone and of the payer in every state, Vietnamese and English, before
//! axe-core: nothing that people who see, hear or touch otherwise cannot use.

use serde_json::json;

use crate::phone_browser::Browser;
use crate::phone_pages::VOICE;
use crate::phone_stall::{Phone, Stall, opened};
use crate::support::on_both;
use crate::web_support::Site;

const PIN: &str = "270361";
const LANGUAGES: [&str; 2] = ["vi", "en"];
const FACES: [&str; 14] = [
    "waiting",
    "unknown",
    "paid",
    "late",
    "underpaid",
    "overpaid",
    "duplicate",
    "two_reports",
    "thousandfold",
    "given_back",
    "expired",
    "expired_unknown",
    "cancelled",
    "after_cancel",
];
/// What became of a request is told as `window.face` says.
const FACED: &str = "
    window.face = sessionStorage.getItem('face');
    var real = window.fetch;
    window.fetch = function (path, how) {
        return real(path, how).then(function (answer) {
            if (!window.face || !/requests.|^.tra/.test(path)) { return answer; }
            return answer.json().then(function (told) {
                var face = told.face = window.face, off = face === 'thousandfold';
                var differs = /under|over|dup|given|after/.test(face), isOpen = /waiting|^unknown|under/.test(face);
                told.difference = differs ? '10.000 đ' : null;
                told.received = { underpaid: '490.000 đ', overpaid: '510.000 đ', thousandfold: '500 đ', two_reports: '250.000 đ', after_cancel: '10.000 đ' }[face] || null;
                told.paid_at = /paid|late/.test(face) ? '12:00' : null;
                told.is_perhaps = told.is_perhaps || false;
                if (/^.tra/.test(path) && told.received) { told.received = '22.500 đ'; }
                if (/^.tra/.test(path) && (differs || off)) {
                    told.asked = told.amount;
                    told.amount = off ? '45 đ' : '10.000 đ';
                    told.received = { underpaid: '35.000 đ', overpaid: '55.000 đ', duplicate: '90.000 đ', thousandfold: '45 đ' }[face] || null;
                    told.south = off ? 'bốn mươi lăm đồng' : 'mười ngàn đồng';
                }
                if (!isOpen) { told.svg = told.to = null; }
                return new Response(JSON.stringify(told));
            });
        });
    };";

/// Gives the browser cookies, `name=value` each, of a server.
fn give(browser: &mut Browser, site: &Site, cookies: &str) {
    for cookie in cookies.split("; ") {
        let (name, value) = cookie.split_once('=').unwrap();
        let cookie = json!({ "name": name, "value": value, "url": site.url });
        browser.ask("Network.setCookie", cookie);
    }
}

/// Of these, what truly happened is in the documents.
const HAPPENED: [&str; 6] = [
    "code-waiting",
    "code-paid",
    "code-underpaid",
    "code-thousandfold",
    "payer-waiting",
    "payer-paid",
];

/// A picture for the documents, of what is Vietnamese.
fn shown(browser: &mut Browser, language: &str, name: &str) {
    let is_told = [
        "code-",
        "payer-",
        "hear-alarm",
        "hear-connecting",
        "hear-duplicate",
        "hear-late",
        "hear-thousandfold_more",
        "hear-after_cancel",
    ];
    let is_told = is_told.iter().any(|begin| name.starts_with(begin));
    if language == "vi" && is_told && name != "payer-unknown" && !HAPPENED.contains(&name) {
        browser.picture(&name.replace('_', "-"));
    }
}

fn speak(browser: &mut Browser, site: &Site, language: &str) {
    give(browser, site, &format!("cho40-lang={language}"));
}

fn is_in(browser: &mut Browser, language: &str, what: &str) {
    assert_eq!(browser.value("document.documentElement.lang"), language, "{what}");
    let width = browser.value("document.documentElement.scrollWidth");
    assert_eq!(width, 360, "it does not fit: {language} {what}");
    browser.is_accessible(&format!("{language} {what}"));
}

on_both!(whoever_hears_can_use_every_state, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let link = stall.link(&site, "listener", true);
    let cookie = opened(&site, &link);
    let mut browser = Browser::start();
    browser.before_each_page(VOICE);
    for language in LANGUAGES {
        speak(&mut browser, &site, language);
        browser.ask("Network.deleteCookies", json!({ "name": "cho40-phone", "url": site.url }));
        browser.open(&format!("{}{}", site.url, link.path));
        browser.value("document.getElementById('failed').hidden = false");
        is_in(&mut browser, language, "open");
        browser.open(&format!("{}/nghe", site.url));
        is_in(&mut browser, language, "closed");
        give(&mut browser, &site, &cookie);
        browser.open(&format!("{}/nghe", site.url));
        browser.until("window.cho40 && cho40.link === 'live'");
        is_in(&mut browser, language, "silent");
        browser.touch("#sound");
        browser.until("cho40.isOn");
        browser.value("document.getElementById('settings').open = true");
        for (state, so) in [
            ("connecting", "cho40.source = null"),
            ("waiting", "cho40.source = { state: 'not_seen_yet' }"),
            ("unknown", "cho40.source = { state: 'unknown' }"),
            ("alarm", "cho40.source = { state: 'unknown', alarm: true }"),
            ("cut", "cho40.link = 'cut'"),
            ("ended", "cho40.link = 'ended'"),
            ("muted", "cho40.isMuted = true"),
        ] {
            browser.value(&format!(
                "cho40.card = null; cho40.link = 'live'; cho40.isMuted = false; {so}; {SEEN}"
            ));
            is_in(&mut browser, language, state);
            shown(&mut browser, language, &format!("hear-{state}"));
        }
        for (kind, tone) in [
            ("received", "right"),
            ("underpaid", "wrong"),
            ("overpaid", "wrong"),
            ("duplicate", "wrong"),
            ("thousandfold", "wrong"),
            ("thousandfold_more", "wrong"),
            ("after_cancel", "attention"),
            ("unusual", "attention"),
            ("late", "right"),
            ("practice", "practice"),
        ] {
            let card = json!({ "kind": kind, "tone": tone, "amount": "1.250.000 đ",
                "time": "09:15", "payer": "NGUYEN THI THANH HUONG" });
            browser.value(&format!("cho40.isMuted = false; cho40.card = {card}; {SEEN}"));
            is_in(&mut browser, language, kind);
            shown(&mut browser, language, &format!("hear-{kind}"));
        }
    }
});

/// The page looks at its state anew, as when it is seen again.
const SEEN: &str = "document.dispatchEvent(new Event('visibilitychange'))";

on_both!(a_vendor_can_use_every_state, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let link = stall.link(&site, "owner", false);
    let locked = Phone::of(&site, &link);
    let mut browser = Browser::start();
    browser.before_each_page(FACED);
    for language in LANGUAGES {
        speak(&mut browser, &site, language);
        give(&mut browser, &site, &locked.cookies);
        browser.open(&format!("{}/sap", site.url));
        browser.value("var failed = document.getElementById('failed'); failed.hidden = false; failed.textContent = 'x'");
        is_in(&mut browser, language, "choosing the digits");
    }
    let vendor = Phone::open(&site, &link, PIN);
    let page = format!("{}/sap", site.url);
    stall.second_account(&site);
    stall.pay(&site, db, 1, 500_000);
    for language in LANGUAGES {
        speak(&mut browser, &site, language);
        give(&mut browser, &site, &locked.cookies);
        browser.open(&page);
        is_in(&mut browser, language, "entering the digits");
        give(&mut browser, &site, &vendor.cookies);
        browser.open(&page);
        browser.until("window.cho40 && cho40.link === 'live'");
        money(&mut browser, language);
        code(&mut browser, language);
        browser.open(&format!("{page}/phones"));
        browser.value("document.getElementById('done').hidden = false; document.getElementById('done').textContent = 'x'");
        is_in(&mut browser, language, "phones, and who sees what");
    }
});

/// The tabs, and what a receipt was.
fn money(browser: &mut Browser, language: &str) {
    for (tab, ready) in [
        ("hear", "true"),
        ("ask", "document.getElementById('account')"),
        ("cash", "cho40.evening"),
        ("day", "document.querySelector('#receipts button')"),
    ] {
        browser.touch(&format!("[data-tab={tab}]"));
        browser.until(ready);
        is_in(browser, language, tab);
    }
    browser.value("document.querySelectorAll('#tab-day details').forEach(e => e.open = true)");
    browser.until("document.getElementById('year-of').innerText");
    is_in(browser, language, "the year");
    browser.value("document.querySelector('#receipts button').click()");
    is_in(browser, language, "a receipt");
    browser.value("document.getElementById('receipt-split').click()");
    is_in(browser, language, "a split");
    browser.value("document.getElementById('receipt-done').click()");
    browser.touch("[data-tab=cash]");
    browser.value("document.querySelector('[data-cash=declined]').click()");
    is_in(browser, language, "a second touch");
    browser.value("document.querySelector('[data-cash=declined]').click()");
    browser.until("cho40.evening.answer");
    is_in(browser, language, "an answer kept");
}

/// A code, whatever becomes of it.
fn code(browser: &mut Browser, language: &str) {
    browser.touch("[data-tab=ask]");
    browser.value("document.querySelector('[data-quick=\"500k\"]').click()");
    browser.until("cho40.asked && !document.getElementById('code').hidden");
    for face in FACES {
        browser.value(&format!("window.face = '{face}'; cho40.onMoney()"));
        browser.until(&format!("cho40.asked.face === '{face}'"));
        is_in(browser, language, face);
        shown(browser, language, &format!("code-{face}"));
    }
    browser.value("window.face = null");
}

on_both!(a_payer_can_use_every_state, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let phone = Phone::open(&site, &stall.link(&site, "owner", false), PIN);
    let asked = phone.post("/sap/requests", &json!({ "amount": "45k" })).json;
    let path = asked["path"].as_str().unwrap().to_owned();
    let mut browser = Browser::start();
    browser.before_each_page(FACED);
    for language in LANGUAGES {
        speak(&mut browser, &site, language);
        for face in FACES {
            browser.open(&format!("{}{path}", site.url));
            browser.value(&format!("sessionStorage.setItem('face', '{face}')"));
            browser.open(&format!("{}{path}", site.url));
            browser.until(&format!("window.cho40 && cho40.face === '{face}'"));
            is_in(&mut browser, language, face);
            shown(&mut browser, language, &format!("payer-{face}"));
        }
        browser.value("sessionStorage.removeItem('face')");
        browser.open(&format!("{}/tra/x", site.url));
        browser.until("document.getElementById('state').className === 'card state-unknown'");
        is_in(&mut browser, language, "a link that nobody made");
        shown(&mut browser, language, "payer-nothing");
    }
});
