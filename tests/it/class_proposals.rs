//! What rules propose of receipts, where the vendor decides: on the own page and in the book; and the
//! desk, where rules are made.

use serde_json::{Value, json};

use crate::desk_pages::{enter, says};
use crate::desk_support::Visitor;
use crate::phone_browser::Browser;
use crate::phone_owner_pages::{PIN, is_legible, open};
use crate::phone_stall::{Link, Phone, Stall};
use crate::support::on_both;
use crate::web_support::Site;

const SAID: &str = "Có lẽ khách trả nợ: nội dung có chữ “TRA”";

fn rule(site: &Site, stall: &Stall, word: &str, class: &str) -> String {
    let new = json!({ "occupancy_id": stall.world.id("occupancies"), "kind": "memo_word",
        "word": word, "class": class });
    site.create("/api/v1/class-rules", &new)
}

fn newest(phone: &Phone<'_>) -> Value {
    phone.get("/sap/day").json["receipts"][0].clone()
}

fn decided_by(site: &Site, id: &str) -> Value {
    site.get(&format!("/api/v1/transfers/{id}")).json["attribution"]["decided_by"].clone()
}

on_both!(a_proposal_counts_once_the_vendor_or_who_has_the_link_and_digits_takes_it, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    rule(&site, &stall, "tra", "debt_repayment");
    let link = stall.link(&site, "owner", false);
    let mother = Phone::open(&site, &link, PIN);
    let daughter = Phone::open(&site, &link, PIN);
    stall.pay(&site, db, 1, 500_000);
    stall.pay(&site, db, 2, 20_000);
    let before = mother.get("/sap/day").json;
    let receipt = newest(&mother);
    assert_eq!(receipt["proposed"], json!({ "class": "debt_repayment", "said": SAID }));
    // It is still what it was, and so are the sums.
    assert_eq!(receipt["parts"][0]["class"], "sale");
    assert_eq!((&receipt["decided"], decided_by(&site, id(&receipt))), (&Value::Null, Value::Null));
    let class = |day: &Value, name: &str| {
        let all = day["classes"].as_array().unwrap();
        all.iter().find(|one| one["class"] == name).map(|one| one["amount"].clone())
    };
    assert_eq!(class(&before, "debt_repayment"), None);
    // One touch takes it; another class is as near.
    let path = format!("/sap/receipts/{}", id(&receipt));
    let taken = mother.post(&path, &json!({ "class": "debt_repayment" }));
    assert_eq!((taken.status, &taken.json["proposed"]), (200, &Value::Null));
    let after = daughter.get("/sap/day").json;
    assert_eq!(class(&after, "debt_repayment"), Some(json!("20.000 đ")));
    let [first, second] = [&after["receipts"][0], &after["receipts"][1]];
    assert_eq!((&first["proposed"], &second["proposed"]["said"]), (&Value::Null, &json!(SAID)));
    // The second phone decides as well, and is told apart from the first.
    let other = format!("/sap/receipts/{}", id(second));
    assert_eq!(daughter.post(&other, &json!({ "class": "sale" })).status, 200);
    let (one, two) = (decided_by(&site, id(&receipt)), decided_by(&site, id(second)));
    assert!(one.is_string() && two.is_string() && one != two, "{one} {two}");
    assert_eq!(newest(&mother)["proposed"], Value::Null);
    // Whoever only listens decides nothing.
    let listens = Phone::of(&site, &stall.link(&site, "listener", false));
    assert_eq!(listens.post(&other, &json!({ "class": "personal" })).status, 403);
});

fn id(receipt: &Value) -> &str {
    receipt["id"].as_str().unwrap()
}

on_both!(a_class_that_the_page_has_no_button_for_is_not_proposed_there, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let ended = rule(&site, &stall, "tra", "fee");
    let phone = Phone::open(&site, &stall.link(&site, "owner", false), PIN);
    stall.pay(&site, db, 1, 500_000);
    assert_eq!(newest(&phone)["proposed"], Value::Null);
    let end = format!("/api/v1/class-rules/{ended}/end");
    assert_eq!(site.post(&end, &json!({})).status, 200);
    rule(&site, &stall, "tra", "personal");
    assert_eq!(newest(&phone)["proposed"]["class"], "personal");
});

on_both!(the_book_says_it_of_receipts_that_wait, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let phone = Phone::open(&site, &stall.link(&site, "owner", false), PIN);
    stall.report(&site, 2, 85_000, "tra tien", db.clock.now());
    let page = || phone.get("/sap/book?month=2026-11").text();
    assert!(!page().contains("Có lẽ"), "nothing is said without a rule");
    rule(&site, &stall, "tra", "debt_repayment");
    let said = page();
    let line = format!("<b>85.000 đ</b><br><small>{SAID}</small>");
    assert!(said.contains(&line), "{said}");
    let marked = said.matches("value=\"debt_repayment\" class=\"maybe\"").count();
    assert_eq!((marked, said.matches("\"maybe\"").count()), (said.matches(SAID).count(), marked));
});

on_both!(a_proposal_stands_on_the_vendors_page_and_is_taken_by_one_touch, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    rule(&site, &stall, "tra", "debt_repayment");
    let link: Link = stall.link(&site, "owner", false);
    let mut browser = Browser::start();
    open(&mut browser, &site, &link);
    stall.pay(&site, db, 1, 500_000);
    browser.touch("[data-tab=day]");
    let smalls = "document.querySelectorAll('#receipts li:first-child small')";
    browser.until(&format!("{smalls}.length === 2"));
    assert_eq!(browser.value(&format!("{smalls}[1].innerText")), SAID);
    is_legible(&mut browser, "day with a proposal");
    browser.picture("day-proposed");
    browser.touch("#receipts li:first-child button");
    browser.until("!document.getElementById('receipt').hidden");
    let is = browser.value("document.getElementById('receipt-is').innerText");
    assert!(is.as_str().unwrap().contains(SAID), "{is}");
    let marked = "[].map.call(document.querySelectorAll('.choices .maybe'), e => e.id).join()";
    assert_eq!(browser.value(marked), "receipt-debt_repayment");
    is_legible(&mut browser, "receipt with a proposal");
    browser.picture("receipt-proposed");
    browser.touch("[data-class=debt_repayment]");
    browser.until(&format!("{smalls}.length === 1"));
    browser.until(&format!("{smalls}[0].innerText.indexOf('Khách trả nợ · ghi') === 0"));
    assert_eq!(browser.complaints(), Vec::<Value>::new());
});

on_both!(rules_are_made_and_ended_at_the_desk_without_amounts, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    stall.pay(&site, db, 1, 512_000);
    let path = format!("/ql/so/o/{}/quy-tac", stall.world.id("occupancies"));
    let of_stall = format!("/ql/so/sap/{}", stall.world.id("stalls"));
    let mut organiser = Visitor::with_role(&site, "organiser", &[]);
    assert_eq!(organiser.get(&path).status, 403);
    assert!(!organiser.get(&of_stall).text().contains(&path), "nobody is led where none may go");
    let mut owner = Visitor::with_role(&site, "owner", &[]);
    assert!(owner.get(&of_stall).text().contains(&path));
    let fields = [("kind", "memo_word"), ("word", "trả"), ("class", "debt_repayment")];
    for (fields, text) in [
        (&[("kind", "memo_word"), ("word", "a b"), ("class", "sale")], "1–40"),
        (&[("kind", "payer"), ("transfer_id", ""), ("class", "sale")], "chọn"),
        (&[("kind", "memo_word"), ("word", "nợ"), ("class", "fee")], "chọn"),
    ] {
        let refused = owner.post(&path, fields);
        let told = refused.text();
        assert!(refused.status == 422 && told.contains(text), "{fields:?}: {told}");
    }
    assert_eq!(owner.post(&path, &fields).header("location"), path);
    let shown = owner.get(&path).text();
    for text in ["Nội dung có chữ TRA: Khách trả nợ", "Bán hàng → Khách trả nợ"]
    {
        assert!(shown.contains(text), "{text}: {shown}");
    }
    assert!(!shown.contains("512") && !shown.contains(" đ<"), "no amount: {shown}");
    // It is the vendor's to take.
    let phone = Phone::open(&site, &stall.link(&site, "owner", false), PIN);
    assert_eq!(newest(&phone)["proposed"]["said"], SAID);
    let end = shown.split("/ql/so/quy-tac/").filter_map(|rest| rest.split_once("/het\"")).last();
    let end = format!("/ql/so/quy-tac/{}/het", end.unwrap().0);
    assert_eq!(organiser.post(&end, &[]).status, 403);
    assert_eq!(owner.post(&end, &[]).header("location"), path);
    assert_eq!(owner.post(&end, &[]).header("location"), path, "pressed twice");
    assert!(!owner.get(&path).text().contains("Nội dung có chữ TRA"));
    assert_eq!(newest(&phone)["proposed"], Value::Null);
});

on_both!(the_desks_page_of_rules_is_legible, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    rule(&site, &stall, "tra", "debt_repayment");
    stall.pay(&site, db, 1, 512_000);
    let mut browser = Browser::start();
    enter(&mut browser, &site, "owner", &[]);
    let path = format!("/ql/so/o/{}/quy-tac", stall.world.id("occupancies"));
    browser.open(&format!("{}{path}", site.url));
    says(&mut browser, "Bán hàng → Khách trả nợ");
    browser.desk_pictures("rules");
    assert_eq!(browser.complaints(), Vec::<Value>::new());
});
