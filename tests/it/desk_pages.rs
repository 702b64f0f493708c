//! The desk in a real browser: every page on a small phone and on a desk's screen, in both
//! languages, with and without scripts.

use cho40::access::totp::TotpSecret;
use serde_json::{Value, json};

use crate::desk_support::{PASSWORD, invite, join};
use crate::phone_browser::Browser;
use crate::support::{NOW, on_both};
use crate::web_support::Site;

/// Fills a form in and sends it.
#[track_caller]
pub fn send(browser: &mut Browser, fields: &[(&str, &str)]) {
    for (name, value) in fields {
        browser.value(&format!("document.querySelector('main [name={name}]').value = '{value}'"));
    }
    press(browser, "main form button[type=submit]");
}

/// Presses a button and waits for the next page.
#[track_caller]
pub fn press(browser: &mut Browser, selector: &str) {
    browser.value("window.isLeft = false; 0");
    browser.touch(selector);
    browser.until("window.isLeft === undefined && document.readyState === 'complete'");
}

/// Signs somebody of a role in.
#[track_caller]
pub fn enter(browser: &mut Browser, site: &Site, role: &str, sections: &[&str]) {
    join(site, &site.key, role, role, sections);
    browser.open(&format!("{}/ql", site.url));
    send(browser, &[("login", role), ("password", PASSWORD)]);
    browser.until("location.pathname === '/ql'");
}

#[track_caller]
pub fn says(browser: &mut Browser, text: &str) {
    let shown = browser.value("document.body.innerText");
    assert!(shown.as_str().unwrap().contains(text), "no {text:?} in {shown}");
}

on_both!(an_owner_signs_in_and_invites_others, |db| {
    let site = Site::of(db);
    let mut browser = Browser::start();
    browser.open(&format!("{}{}", site.url, invite(&site, &site.key, "owner", &[])));
    browser.desk_pictures("invited");
    let fields = [
        ("name", "Chị Lụa"),
        ("login", "0912 345 678"),
        ("password", "1234567890"),
        ("again", "1234567890"),
    ];
    send(&mut browser, &fields);
    says(&mut browser, "bị thử trước hết");
    browser.desk_pictures("invited-refused");
    send(&mut browser, &[("password", PASSWORD), ("again", PASSWORD)]);
    says(&mut browser, "Đã nhận lời mời");
    browser.desk_pictures("sign-in");
    send(&mut browser, &[("login", "0912345678"), ("password", "không nhớ nữa")]);
    says(&mut browser, "chưa đúng");
    send(&mut browser, &[("password", PASSWORD)]);
    says(&mut browser, "Chị Lụa");
    assert_eq!(browser.value("document.cookie"), "", "no script sees the session");
    browser.desk_pictures("start-owner");
    browser.open(&format!("{}/ql/nguoi/moi", site.url));
    browser.desk_pictures("invite");
    send(&mut browser, &[("name", "Anh Tư"), ("role", "team_member")]);
    says(&mut browser, "Anh Tư");
    let link = browser.value("document.querySelector('#link').value");
    assert!(link.as_str().unwrap().starts_with(&format!("{}/ql/moi/", site.url)), "{link}");
    browser.desk_pictures("invitation");
    browser.open(&format!("{}/ql/nguoi", site.url));
    says(&mut browser, "Lời mời đang chờ");
    browser.desk_pictures("people");
    press(&mut browser, "a[aria-label]");
    browser.desk_pictures("user");
    assert_eq!(browser.complaints(), Vec::<Value>::new());
});

on_both!(a_second_step_is_set_up_with_the_symbol_on_the_screen, |db| {
    let site = Site::of(db);
    let mut browser = Browser::start();
    enter(&mut browser, &site, "owner", &[]);
    browser.open(&format!("{}/ql/toi", site.url));
    browser.desk_pictures("me");
    press(&mut browser, "form[action$=bat-dau] button");
    browser.desk_pictures("totp");
    browser.value("document.querySelector('.symbol').scrollIntoView(); 0");
    let [read] = browser.codes().try_into().unwrap();
    assert!(read.starts_with("otpauth://totp/cho40:owner?secret="), "{read}");
    let shown = browser.value("document.querySelector('.code').innerText.replace(/ /g, '')");
    assert!(read.contains(shown.as_str().unwrap()), "{read} {shown}");
    let secret = crate::desk_sign_in::secret_of(shown.as_str().unwrap());
    let code = secret.code(TotpSecret::step_at(NOW)).unwrap();
    send(&mut browser, &[("code", &code)]);
    says(&mut browser, "Đã bật bước thứ hai");
    browser.desk_pictures("recovery");
    press(&mut browser, "form[action=\"/ql/ra\"] button");
    send(&mut browser, &[("login", "owner"), ("password", PASSWORD)]);
    browser.desk_pictures("second-step");
    assert_eq!(browser.complaints(), Vec::<Value>::new());
});

on_both!(the_desk_speaks_english_and_works_without_scripts, |db| {
    let site = Site::of(db);
    let mut browser = Browser::start();
    browser.ask("Emulation.setScriptExecutionDisabled", json!({ "value": true }));
    browser.open(&format!("{}/ql/vao", site.url));
    press(&mut browser, ".lang");
    says(&mut browser, "Sign in");
    join(&site, &site.key, "lan", "organiser", &[]);
    send(&mut browser, &[("login", "lan"), ("password", PASSWORD)]);
    says(&mut browser, "Market board");
    browser.open(&format!("{}/ql/nguoi", site.url));
    says(&mut browser, "There is no permission to invite and change users");
    browser.open(&format!("{}/ql/toi/mat-khau", site.url));
    browser.ask("Emulation.setScriptExecutionDisabled", json!({ "value": false }));
    browser.open(&format!("{}/ql/toi/mat-khau", site.url));
    browser.desk_pictures("password-english");
});
