//! The vendor's page over HTTP: six digits, the day's money, what a receipt was, the evening's cash.

use cho40::db::schema::{cash_answers, owner_phones, owner_pins};
use cho40::live::links;
use cho40::primitives::time::{MS_PER_DAY, MS_PER_MINUTE};
use diesel::prelude::*;
use serde_json::{Value, json};

use crate::phone_stall::{Link, Phone, Stall, Stream, neighbour};
use crate::support::{TestDb, on_both};
use crate::web_support::Site;

const PIN: &str = "270361";

fn wait(db: &TestDb, ms: i64) {
    db.clock.move_to(db.clock.now().plus_ms(ms));
}

on_both!(nothing_is_seen_before_the_digits, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let link = stall.link(&site, "owner", false);
    let mut phone = Phone::of(&site, &link);
    stall.pay(&site, db, 1, 123_000);
    let before = phone.get("/sap");
    assert!(before.status == 200 && before.text().contains("Chọn sáu số"), "{}", before.text());
    let request = format!("/sap/requests/{}", stall.world.id("requests"));
    for asked in ["/sap/day", "/sap/year", "/sap/evening", &request] {
        assert_eq!(phone.get(asked).problem(403), "pin-needed", "{asked}");
    }
    assert_eq!(phone.post("/sap/lock", &json!({})).problem(403), "pin-needed");
    let asks = json!({ "amount": "50k" });
    assert_eq!(phone.post("/sap/requests", &asks).problem(403), "pin-needed");
    let elsewhere = phone.get("/nghe");
    assert_eq!((elsewhere.status, elsewhere.header("location")), (303, "/sap"));
    assert_eq!(Stream::open(&site, &phone.cookies, "?after=0").next().unwrap().event, "locked");
    for (pin, code) in [("123456", "pin-too-simple"), ("12345", "pin-not-six-digits")] {
        assert_eq!(phone.enter("/sap/pin/new", pin).problem(422), code);
    }
    assert_eq!(phone.enter("/sap/pin", PIN).problem(409), "pin-not-chosen");
    let opened = phone.enter("/sap/pin/new", PIN);
    assert_eq!(opened.status, 204);
    let cookie = opened.header("set-cookie");
    assert!(cookie.starts_with("cho40-sap=") && cookie.contains("HttpOnly; SameSite=Lax"));
    assert!(phone.get("/sap").text().contains("TẠO MÃ"));
    assert_eq!(phone.get("/sap/day").json["receipts"][0]["amount"], "123.000 đ");
    let mut stream = Stream::open(&site, &phone.cookies, "?after=0");
    assert_eq!(stream.next().unwrap().event, "money");
    // Neither the digits nor the cookie are kept.
    let session = phone.cookies.rsplit('=').next().unwrap().to_owned();
    let pins: Vec<String> =
        owner_pins::table.select(owner_pins::pin_hash).load(db.connection()).unwrap();
    let phones: Vec<Option<String>> =
        owner_phones::table.select(owner_phones::session_hash).load(db.connection()).unwrap();
    assert!(pins.len() == 1 && !pins[0].contains(PIN), "{pins:?}");
    assert!(phones.len() == 1 && phones[0].as_ref().unwrap() != &session);
    // A listener's link opens nothing of it, and nobody else's page can press.
    let listener = Phone::of(&site, &stall.link(&site, "listener", false));
    assert_eq!(listener.get("/sap").header("location"), "/nghe");
    assert_eq!(listener.get("/sap/day").problem(403), "page-not-open");
    let pressed = site.ask("POST", "/sap/lock").json(&json!({})).header("cookie", &phone.cookies);
    assert_eq!(
        pressed.header("origin", "https://evil.example").send().problem(403),
        "page-elsewhere"
    );
    assert_eq!(phone.post("/sap/lock", &json!({})).status, 200);
    assert_eq!(phone.get("/sap/day").problem(403), "pin-needed");
});

on_both!(wrong_digits_lock_the_phone_and_open_after_a_while, |db| {
    let site = Site::of(db);
    let link = Stall::on(&site).link(&site, "owner", false);
    Phone::open(&site, &link, PIN);
    let mut other = Phone::of(&site, &link);
    assert_eq!(other.enter("/sap/pin/new", "112233").problem(409), "pin-chosen-already");
    for left in [4, 3, 2, 1] {
        let wrong = other.enter("/sap/pin", "111222");
        assert_eq!(wrong.problem(422), "pin-wrong");
        assert_eq!(wrong.json["args"]["left"], left.to_string());
    }
    // The fifth says until when.
    let fifth = other.enter("/sap/pin", "111222");
    assert_eq!(fifth.problem(409), "pin-locked");
    assert!(fifth.json["detail"].as_str().unwrap().contains("12:15"), "{}", fifth.text());
    let locked = other.enter("/sap/pin", PIN);
    assert_eq!(locked.problem(409), "pin-locked");
    assert!(locked.json["detail"].as_str().unwrap().contains("12:15"), "{}", locked.text());
    wait(db, 15 * MS_PER_MINUTE);
    assert_eq!(other.enter("/sap/pin", "111222").problem(409), "pin-locked");
    wait(db, 29 * MS_PER_MINUTE);
    assert_eq!(other.enter("/sap/pin", PIN).problem(409), "pin-locked");
    wait(db, MS_PER_MINUTE);
    assert_eq!(other.enter("/sap/pin", PIN).status, 204);
    assert_eq!(other.get("/sap/day").status, 200);
    // The session ends in time.
    wait(db, 90 * MS_PER_DAY);
    assert_eq!(other.get("/sap/day").problem(403), "pin-needed");
});

on_both!(strangers_with_the_link_lock_no_phone_that_knew_the_digits, |db| {
    let site = Site::of(db);
    let link = Stall::on(&site).link(&site, "owner", false);
    let mut vendor = Phone::open(&site, &link, PIN);
    for _ in 0..4 {
        let mut stranger = Phone::of(&site, &link);
        for status in [422, 422, 422, 422, 409] {
            assert_eq!(stranger.enter("/sap/pin", "111222").status, status);
        }
    }
    let mut stranger = Phone::of(&site, &link);
    assert_eq!(stranger.enter("/sap/pin", PIN).problem(409), "pin-locked");
    assert_eq!(vendor.get("/sap/day").status, 200);
    vendor.post("/sap/lock", &json!({}));
    assert_eq!(vendor.enter("/sap/pin", "111222").status, 422);
    assert_eq!(vendor.enter("/sap/pin", PIN).status, 204);
    wait(db, MS_PER_DAY);
    assert_eq!(stranger.enter("/sap/pin", PIN).status, 204);
});

on_both!(a_revoked_phone_or_link_ends_the_session, |db| {
    let site = Site::of(db);
    let link = Stall::on(&site).link(&site, "owner", false);
    let (first, second) = (Phone::open(&site, &link, PIN), Phone::open(&site, &link, PIN));
    let listed = site.get(&format!("/api/v1/stall-links/{}/listeners", link.id)).json;
    let id = listed["items"][0]["id"].as_str().unwrap();
    let end = |path: &str| site.ask("DELETE", path).key(&site.key).send().status;
    assert_eq!(end(&format!("/api/v1/stall-links/{}/listeners/{id}", link.id)), 200);
    assert_eq!(first.get("/sap/day").problem(403), "page-not-open");
    assert_eq!(second.get("/sap/day").status, 200);
    assert_eq!(end(&format!("/api/v1/stall-links/{}", link.id)), 200);
    assert_eq!(second.get("/sap/day").problem(403), "page-not-open");
    assert_eq!(second.get("/sap").status, 410);
});

fn received(day: &Value) -> i64 {
    day["received_vnd"].as_i64().unwrap()
}

on_both!(a_day_adds_up_and_says_what_it_was, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let phone = Phone::open(&site, &stall.link(&site, "owner", false), PIN);
    let before = phone.get("/sap/day").json;
    stall.pay(&site, db, 1, 500_000);
    stall.pay(&site, db, 2, 20_000);
    let (_, reference) = neighbour(&site, &stall.world);
    stall.report(&site, 3, 77_000, &reference, db.clock.now());
    let day = phone.get("/sap/day").json;
    assert_eq!(received(&day) - received(&before), 520_000);
    assert_eq!(day["count"].as_i64().unwrap() - before["count"].as_i64().unwrap(), 2);
    let newest = &day["receipts"][0];
    assert_eq!((&newest["amount"], &newest["time"]), (&json!("20.000 đ"), &json!("12:00")));
    assert_eq!(newest["payer"], json!(null));
    assert_eq!(day["week"].as_array().unwrap().len(), 7);
    assert_eq!(day["week"][0]["amount"], day["received"]);
    // A customer transferred 500.000 for goods of 100.000.
    let large = day["receipts"][1]["id"].as_str().unwrap();
    let path = format!("/sap/receipts/{large}");
    let cash = json!({ "class": "sale", "part": { "class": "cash_out", "amount": "400k" } });
    let parts = json!([{ "class": "sale", "amount": "100.000 đ" },
        { "class": "cash_out", "amount": "400.000 đ" }]);
    let split = phone.post(&path, &cash);
    assert_eq!((&split.json["parts"], &split.json["decided"]), (&parts, &json!("12:00")));
    // As the ledger keeps it: who, when.
    let kept = site.get(&format!("/api/v1/transfers/{large}")).json["attribution"].clone();
    assert_eq!((&kept["rule"], &kept["decided_at"]), (&json!("manual"), &json!(db.clock.now())));
    assert!(kept["decided_by"].is_string() && kept["lines"].as_array().unwrap().len() == 2);
    let after = phone.get("/sap/day").json;
    assert_eq!(received(&after), received(&day), "it came all the same");
    assert_eq!(after["count"], day["count"], "it came once");
    // What was given back does not count.
    let back = json!({ "class": "sale", "part": { "class": "refund", "amount": "50.000" } });
    assert_eq!(phone.post(&path, &back).status, 200);
    assert_eq!(received(&day) - received(&phone.get("/sap/day").json), 50_000);
    let year = phone.get("/sap/year").json;
    assert_eq!(year["year"], 2026);
    assert_eq!(year["threshold"]["amount"], "1.000.000.000 đ");
    for (body, code) in [
        (
            json!({ "class": "sale", "part": { "class": "cash_out", "amount": "501k" } }),
            "split-too-large",
        ),
        (json!({ "class": "fee" }), "class-not-vendors"),
    ] {
        assert_eq!(phone.post(&path, &body).problem(422), code);
    }
});

on_both!(a_vendor_reaches_no_other_stalls_money, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let phone = Phone::open(&site, &stall.link(&site, "owner", false), PIN);
    let (occupancy, reference) = neighbour(&site, &stall.world);
    stall.report(&site, 1, 77_000, &reference, db.clock.now());
    let theirs = site.get(&format!("/api/v1/transfers?occupancy_id={occupancy}")).json;
    let theirs = theirs["items"][0]["id"].as_str().unwrap();
    let path = format!("/sap/receipts/{theirs}");
    assert_eq!(phone.post(&path, &json!({ "class": "personal" })).problem(404), "not-found");
    let asked = json!({ "kind": "sale", "occupancy_id": occupancy, "amount_vnd": 9_000 });
    let request = site.create("/api/v1/requests", &asked);
    let path = format!("/sap/requests/{request}");
    assert_eq!(phone.get(&path).problem(404), "not-found");
    assert_eq!(phone.post(&format!("{path}/cancel"), &json!({})).problem(404), "not-found");
    // A transfer of two stalls: each decides its own part.
    stall.pay(&site, db, 2, 100_000);
    let shared = phone.get("/sap/day").json["receipts"][0]["id"].as_str().unwrap().to_owned();
    let lines = json!({ "lines": [
        { "occupancy_id": stall.world.id("occupancies"), "class": "sale", "amount_vnd": 60_000 },
        { "occupancy_id": occupancy, "class": "sale", "amount_vnd": 40_000 }] });
    let path = format!("/api/v1/transfers/{shared}/attributions");
    assert!(site.post(&path, &lines).status < 300);
    let own = phone.get("/sap/day").json["receipts"][0].clone();
    assert_eq!(own["amount"], "60.000 đ");
    let split = phone.post(&format!("/sap/receipts/{shared}"), &json!({ "class": "personal" }));
    assert_eq!(split.json["parts"], json!([{ "class": "personal", "amount": "60.000 đ" }]));
    let kept = site.get(&format!("/api/v1/transfers/{shared}")).json;
    let kept = kept["attribution"]["lines"].as_array().unwrap().clone();
    let of = |line: &Value| (line["occupancy_id"].clone(), line["amount_vnd"].as_i64().unwrap());
    let mut kept: Vec<_> = kept.iter().map(of).collect();
    kept.sort_by_key(|line| line.1);
    assert_eq!(kept[0], (json!(occupancy), 40_000));
});

on_both!(yesterday_is_another_list, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let link = stall.link(&site, "owner", true);
    let phone = Phone::open(&site, &link, PIN);
    stall.pay(&site, db, 1, 31_000);
    let first = phone.get("/sap/day").json;
    wait(db, MS_PER_DAY);
    stall.pay(&site, db, 2, 32_000);
    let today = phone.get("/sap/day").json;
    assert_eq!(today["receipts"].as_array().unwrap().len(), 1);
    assert_eq!(received(&today), 32_000);
    let yesterday = format!("/sap/day?day={}", first["day"].as_str().unwrap());
    assert_eq!(phone.get(&yesterday).json["receipts"], first["receipts"]);
    assert_eq!(phone.get("/sap/day?day=2020-01-01").json["day"], today["week"][6]["day"]);
    assert_eq!(phone.get("/sap/day?day=hom-nay").status, 422);
});

on_both!(an_evening_answer_counts_once_and_none_is_not_zero, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let phone = Phone::open(&site, &stall.link(&site, "owner", false), PIN);
    let asked = phone.get("/sap/evening").json;
    assert_eq!((&asked["answer"], &asked["asks_transfers"]), (&json!(null), &json!(false)));
    let day = asked["day"].as_str().unwrap();
    let say = |kind: &str, cash: Option<&str>| {
        phone.post("/sap/cash", &json!({ "day": day, "kind": kind, "cash": cash }))
    };
    assert_eq!(say("sold", None).problem(422), "cash-missing");
    assert_eq!(say("sold", Some("850k")).json["answer"]["cash_vnd"], 850_000);
    assert_eq!(say("declined", None).json["answer"]["cash_vnd"], json!(null));
    let absences = || {
        let of = stall.world.id("occupancies");
        let path = format!("/api/v1/absences?occupancy_id={of}&on={day}&kind=day_off");
        site.get(&path).json["items"].as_array().unwrap().len()
    };
    assert_eq!(say("day_off", None).json["answer"]["kind"], "day_off");
    assert_eq!(say("day_off", None).status, 200);
    assert_eq!(absences(), 1, "nghỉ bán is no trading day");
    assert_eq!(say("sold", Some("1tr2")).json["answer"]["cash_vnd"], 1_200_000);
    assert_eq!(absences(), 0);
    let old = json!({ "day": "2026-11-01", "kind": "declined" });
    assert_eq!(phone.post("/sap/cash", &old).problem(422), "cash-day-out-of-range");
    // Every answer stays, the latest counts.
    let rows: i64 = cash_answers::table.count().get_result(db.connection()).unwrap();
    assert_eq!(rows, 5);
    // The report says that there is too little of it, and shows no amount.
    let yesterday = db.clock.now().day(0).plus(-1).to_string();
    let said = json!({ "day": yesterday, "kind": "sold", "cash": "777k" });
    assert_eq!(phone.post("/sap/cash", &said).status, 200);
    let report = format!("/api/v1/reports/adoption?market_id={}", stall.world.id("markets"));
    let report = site.get(&report).text();
    assert!(report.contains("Tiền mặt tự khai: chưa đủ dữ liệu."), "{report}");
    assert!(!report.contains("777"), "{report}");
    let again = phone.get("/sap/evening").json;
    assert_eq!(again["answer"]["cash_vnd"], 1_200_000);
});

/// The request that a phone has just asked for.
fn ask(phone: &Phone<'_>, amount: &str) -> Value {
    let asked = phone.post("/sap/requests", &json!({ "amount": amount }));
    assert_eq!(asked.status, 200, "{}", asked.text());
    asked.json
}

fn reference(site: &Site, asked: &Value) -> String {
    let id = asked["id"].as_str().unwrap();
    let request = site.get(&format!("/api/v1/requests/{id}")).json;
    request["reference"].as_str().unwrap().to_owned()
}

on_both!(a_code_for_a_typed_amount_says_what_became_of_it, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let link: Link = stall.link(&site, "owner", false);
    let phone = Phone::open(&site, &link, PIN);
    let bad = phone.post("/sap/requests", &json!({ "amount": "nhiều" }));
    assert_eq!(bad.problem(422), "amount-not-readable");
    assert_eq!(phone.post("/sap/requests", &json!({ "amount": "0" })).status, 422);
    // The world's own money came at this very instant.
    wait(db, 1_000);
    let mut number = 100;
    for (typed, paid, amount, face, difference) in [
        ("50k", Some(50_000), "50.000 đ", "paid", json!(null)),
        ("1tr2", Some(1_190_000), "1.200.000 đ", "underpaid", json!("10.000 đ")),
        ("70.000", Some(75_000), "70.000 đ", "overpaid", json!("5.000 đ")),
        ("9034k", Some(9_034), "9.034.000 đ", "thousandfold", json!(null)),
        ("15k", None, "15.000 đ", "waiting", json!(null)),
    ] {
        number += 1;
        let asked = ask(&phone, typed);
        assert_eq!((&asked["amount"], &asked["face"]), (&json!(amount), &json!("waiting")));
        assert!(asked["svg"].as_str().unwrap().starts_with("<svg"));
        if let Some(paid) = paid {
            stall.report(&site, number, paid, &reference(&site, &asked), db.clock.now());
        }
        let path = format!("/sap/requests/{}", asked["id"].as_str().unwrap());
        let now = phone.get(&path).json;
        assert_eq!((&now["face"], &now["difference"]), (&json!(face), &difference), "{typed}");
        // What is lacking can be paid from the same screen.
        let is_lacking = ["underpaid", "thousandfold"].contains(&face);
        assert_eq!(now["svg"].is_string(), paid.is_none() || is_lacking);
    }
    // What is to be given back is marked until she says what it was.
    let marked = || -> Vec<Value> {
        let day = phone.get("/sap/day").json;
        let receipts = day["receipts"].as_array().unwrap().clone();
        receipts.into_iter().filter(|one| one["mark"] == "overpaid").collect()
    };
    let found = marked();
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((&found[0]["mark"], &found[0]["amount"]), (&json!("overpaid"), &json!("75.000 đ")));
    assert_eq!(found[0]["beyond"], "5.000 đ");
    let path = format!("/sap/receipts/{}", found[0]["id"].as_str().unwrap());
    assert_eq!(phone.post(&path, &json!({ "class": "sale" })).status, 200);
    assert_eq!(marked(), Vec::<Value>::new());
    // Three zeros too few, then all of it, then all of it again: that is to be given back.
    let slip = ask(&phone, "30k");
    let path = format!("/sap/requests/{}", slip["id"].as_str().unwrap());
    let payer = format!("{}/now", slip["path"].as_str().unwrap());
    let memo = reference(&site, &slip);
    for (paid, face, difference) in [
        (30, "thousandfold", json!(null)),
        (30_000, "paid", json!(null)),
        (30_000, "duplicate", json!("30.000 đ")),
    ] {
        number += 1;
        stall.report(&site, number, paid, &memo, db.clock.now());
        let now = phone.get(&path).json;
        assert_eq!((&now["face"], &now["difference"]), (&json!(face), &difference));
        assert_eq!(phone.get(&payer).json["face"], face);
    }
    let words = ask(&phone, "105k");
    assert_eq!(words["south"], "một trăm lẻ năm ngàn đồng");
    assert_eq!(words["north"], "một trăm linh năm nghìn đồng");
    let path = format!("/sap/requests/{}", words["id"].as_str().unwrap());
    assert_eq!(phone.post(&format!("{path}/cancel"), &json!({})).json["face"], "cancelled");
});

on_both!(money_a_thousand_times_off_is_marked_in_the_day, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let phone = Phone::open(&site, &stall.link(&site, "owner", false), PIN);
    wait(db, 1_000);
    let beyond = |path: &str| -> i64 {
        let said = phone.get(path).json["beyond"].clone();
        let digits = |said: &str| said.chars().filter(char::is_ascii_digit).collect::<String>();
        said.as_str().map_or(0, |said| digits(said).parse().unwrap())
    };
    let newest = || phone.get("/sap/day").json["receipts"][0].clone();
    let (day, year) = (beyond("/sap/day"), beyond("/sap/year"));
    for (number, typed, paid, mark, more) in [
        (101, "50k", 50, "thousandfold", None),
        (102, "84k", 84_000_000, "thousandfold_more", Some("83.916.000 đ")),
    ] {
        let memo = reference(&site, &ask(&phone, typed));
        stall.report(&site, number, paid, &memo, db.clock.now());
        assert_eq!((&newest()["mark"], &newest()["beyond"]), (&json!(mark), &json!(more)));
    }
    // It is in the day's sum, and in no sales.
    assert_eq!(beyond("/sap/day"), day + 83_916_000);
    assert_eq!(beyond("/sap/year"), year);
    let path = format!("/sap/receipts/{}", newest()["id"].as_str().unwrap());
    let part = json!({ "part": { "class": "refund", "amount": "83916000" } });
    assert_eq!(phone.post(&path, &part).status, 200);
    assert_eq!((&newest()["mark"], beyond("/sap/day")), (&Value::Null, day));
    // After a cancel all of it is too much.
    let taken = ask(&phone, "30k");
    let path = format!("/sap/requests/{}/cancel", taken["id"].as_str().unwrap());
    assert_eq!(phone.post(&path, &json!({})).status, 200);
    stall.report(&site, 103, 30_000_000, &reference(&site, &taken), db.clock.now());
    let told = newest();
    assert_eq!((&told["mark"], &told["beyond"]), (&json!("after_cancel"), &json!("30.000.000 đ")));
});

on_both!(what_came_in_parts_or_late_is_told_as_it_is, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let phone = Phone::open(&site, &stall.link(&site, "owner", false), PIN);
    wait(db, 1_000);
    let mut number = 100;
    // Three zeros too few, then a part: what is said is what the symbol asks.
    let slip = ask(&phone, "100k");
    let path = format!("/sap/requests/{}", slip["id"].as_str().unwrap());
    let payer = format!("{}/now", slip["path"].as_str().unwrap());
    let memo = reference(&site, &slip);
    for paid in [100, 60_000] {
        number += 1;
        stall.report(&site, number, paid, &memo, db.clock.now());
    }
    let now = phone.get(&path).json;
    let told = [&now["face"], &now["received"], &now["difference"], &now["odd"]];
    assert_eq!(told, ["underpaid", "60.000 đ", "40.000 đ", "100 đ"]);
    assert!(now["svg"].is_string());
    assert_eq!(phone.get(&payer).json["amount"], "40.000 đ");
    number += 1;
    stall.report(&site, number, 40_000, &memo, db.clock.now());
    assert_eq!(phone.get(&path).json["face"], "paid");
    // Late: the code has expired.
    let late = ask(&phone, "60k");
    let path = format!("/sap/requests/{}", late["id"].as_str().unwrap());
    wait(db, 16 * MS_PER_MINUTE);
    // The feed was not heard of meanwhile: nobody knows, and nobody shall pay twice.
    let expired = phone.get(&path).json;
    assert_eq!((&expired["face"], &expired["svg"]), (&json!("expired_unknown"), &Value::Null));
    wait(db, 60 * MS_PER_MINUTE);
    stall.report(&site, 200, 60_000, &reference(&site, &late), db.clock.now());
    assert_eq!(phone.get(&path).json["face"], "late");
    let day = phone.get("/sap/day").json;
    assert_eq!(
        (&day["receipts"][0]["mark"], &day["receipts"][0]["beyond"]),
        (&json!("late"), &Value::Null)
    );
});

on_both!(what_refunds_gave_back_is_not_given_back_again, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let phone = Phone::open(&site, &stall.link(&site, "owner", false), PIN);
    wait(db, 1_000);
    let asked = ask(&phone, "10k");
    stall.report(&site, 101, 27_000, &reference(&site, &asked), db.clock.now());
    let receipt = || phone.get("/sap/day").json["receipts"][0].clone();
    let id = receipt()["id"].as_str().unwrap().to_owned();
    assert_eq!(receipt()["surplus"], "17.000 đ");
    for (amount, left) in [(5_000, json!("12.000 đ")), (12_000, Value::Null)] {
        let refund = json!({ "class": "refund", "amount_vnd": amount });
        let made = site.post(&format!("/api/v1/transfers/{id}/refunds"), &refund);
        assert_eq!(made.status, 201, "{}", made.text());
        assert_eq!(receipt()["surplus"], left);
    }
    let path = format!("/sap/receipts/{id}");
    let again = phone.post(&path, &json!({ "class": "refund" }));
    assert_eq!(again.problem(409), "refund-recorded");
    let rest = json!({ "class": "sale", "part": { "class": "refund", "amount": "10k" } });
    assert_eq!(
        phone.post(&path, &rest).problem(409),
        "refund-recorded",
        "it may be the same money"
    );
});

on_both!(of_two_accounts_a_code_is_paid_to_the_one_that_was_paid_last, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let phone = Phone::open(&site, &stall.link(&site, "owner", false), PIN);
    stall.second_account(&site);
    stall.pay(&site, db, 1, 50_000);
    let asked = ask(&phone, "20k");
    let id = asked["id"].as_str().unwrap();
    let request = site.get(&format!("/api/v1/requests/{id}")).json;
    assert_eq!(request["account_id"], stall.world.id("accounts"));
});

on_both!(with_a_lost_key_vendors_links_end_and_listeners_go_on, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let listener = Phone::of(&site, &stall.link(&site, "listener", false));
    let vendor = Phone::open(&site, &stall.link(&site, "owner", false), PIN);
    let (board_id, now) = (db.act().board_id(), db.clock.now());
    assert_eq!(links::end_owners(db.connection(), board_id, now).unwrap(), 1);
    assert_eq!(vendor.get("/sap/day").problem(403), "page-not-open");
    assert_eq!(listener.get("/nghe").status, 200);
});
