//! What is given back is said once, whoever says it first: the vendor on her phone, or the board by a refund
//! beside the receipt. Phone, payer's page, day and API agree after each step.

#![cfg(test)]

use cho40::ledger::doctor;
use cho40::primitives::UnixMs;
use serde_json::{Value, json};

use crate::phone_stall::{Phone, Stall};
use crate::support::{TestDb, on_both};
use crate::web_support::{Answer, Site};

const PIN: &str = "270361";

/// A vendor's phone, and a code that it asked with.
pub struct Asked<'s> {
    site: &'s Site,
    stall: &'s Stall,
    pub db: &'s mut TestDb,
    pub phone: Phone<'s>,
    pub id: String,
    pub path: String,
    memo: String,
    sent: u64,
}

impl<'s> Asked<'s> {
    pub fn of(site: &'s Site, stall: &'s Stall, db: &'s mut TestDb, amount: &str) -> Self {
        let phone = Phone::open(site, &stall.link(site, "owner", false), PIN);
        let asked = phone.post("/sap/requests", &json!({ "amount": amount })).json;
        let text = |field: &str| asked[field].as_str().unwrap().to_owned();
        let (id, path) = (text("id"), text("path"));
        let made = site.get(&format!("/api/v1/requests/{id}")).json;
        let memo = made["reference"].as_str().unwrap().to_owned();
        // Ids of one feed are each of one payment.
        let sent = 100
            * u64::try_from(site.get("/api/v1/requests").json["items"].as_array().unwrap().len())
                .unwrap();
        Self { site, stall, db, phone, id, path, memo, sent }
    }

    /// A payment for it; its transfer.
    pub fn pay(&mut self, amount: u64) -> String {
        self.db.clock.move_to(self.db.clock.now().plus_ms(60_000));
        self.pay_at(amount, self.db.clock.now())
    }

    /// One that the bank dates then.
    pub fn pay_at(&mut self, amount: u64, at: UnixMs) -> String {
        self.sent += 1;
        self.stall.report(self.site, self.sent, amount, &self.memo, at);
        let newest = self.site.get("/api/v1/transfers").json;
        newest["items"][0]["id"].as_str().unwrap().to_owned()
    }

    pub fn refund(&self, transfer: &str, amount: u64) -> Answer {
        let new = json!({ "class": "refund", "amount_vnd": amount });
        self.site.post(&format!("/api/v1/transfers/{transfer}/refunds"), &new)
    }

    /// What the vendor says a receipt was.
    pub fn say(&self, transfer: &str, said: &Value) -> Answer {
        self.phone.post(&format!("/sap/receipts/{transfer}"), said)
    }

    pub fn cancel(&self) {
        let path = format!("/sap/requests/{}/cancel", self.id);
        assert_eq!(self.phone.post(&path, &json!({})).status, 200);
    }

    /// The phone's face and what it says is to be asked for or given back; the same of the payer's page; the
    /// API's next step.
    #[track_caller]
    pub fn is(&mut self, face: &str, difference: Option<&str>, step: &str) {
        let phone = self.phone.get(&format!("/sap/requests/{}", self.id)).json;
        assert_eq!((&phone["face"], &phone["difference"]), (&json!(face), &json!(difference)));
        let payer = self.site.get(&format!("{}/now", self.path)).json;
        assert_eq!(payer["face"], face);
        if let Some(difference) = difference {
            // A thousand times off, it says first how much came.
            let is_off = face == "thousandfold";
            assert!(is_off || payer["amount"] == difference, "{payer}");
        }
        let request = self.site.get(&format!("/api/v1/requests/{}", self.id)).json;
        assert_eq!(request["next_step"]["code"], step, "{request}");
        let board_id = self.db.act().board_id();
        let connection = self.db.connection();
        let found = connection.in_snapshot(|connection| doctor::examine(connection, board_id));
        assert_eq!(found.unwrap(), []);
    }

    /// Whether phone and payer are shown something to pay.
    pub fn shows_code(&self) -> (bool, bool) {
        let phone = self.phone.get(&format!("/sap/requests/{}", self.id)).json;
        let payer = self.site.get(&format!("{}/now", self.path)).json;
        (!phone["svg"].is_null(), !payer["to"].is_null())
    }

    pub fn day(&self) -> Value {
        self.phone.get("/sap/day").json
    }

    pub fn received(&self) -> i64 {
        self.day()["received_vnd"].as_i64().unwrap()
    }
}

/// The first receipt of the day whose money is the transfer's.
fn receipt<'d>(day: &'d Value, transfer: &str) -> &'d Value {
    let mut all = day["receipts"].as_array().unwrap().iter();
    all.find(|one| one["id"] == transfer).unwrap()
}

on_both!(a_recorded_refund_settles_a_payment_a_thousand_times_too_much, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let mut asked = Asked::of(&site, &stall, db, "26k");
    let before = asked.received();
    let paid = asked.pay(26_000_000);
    asked.is("thousandfold", Some("25.974.000 đ"), "look-at-amount");
    let refund = asked.refund(&paid, 25_974_000);
    assert_eq!(refund.status, 201, "{}", refund.text());
    asked.is("paid", None, "hand-over");
    assert_eq!(asked.received(), before + 26_000);
    let day = asked.day();
    let receipt = receipt(&day, &paid);
    assert_eq!((&receipt["surplus"], &receipt["mark"]), (&Value::Null, &Value::Null));
    assert_eq!(receipt["given_back"], "25.974.000 đ");
    // The link was wrong: the surplus is to be given back again.
    let undo = format!("/api/v1/refunds/{}/undo", refund.json["id"].as_str().unwrap());
    assert_eq!(site.post(&undo, &json!({ "why": "ghi lộn" })).status, 200);
    asked.is("overpaid", Some("25.974.000 đ"), "give-back-surplus");
});

on_both!(a_refund_of_all_of_it_that_is_undone_is_an_alarm_again, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let mut asked = Asked::of(&site, &stall, db, "50k");
    let paid = asked.pay(50_000_000);
    let refund = asked.refund(&paid, 50_000_000);
    assert_eq!(refund.status, 201, "{}", refund.text());
    let step =
        site.get(&format!("/api/v1/requests/{}", asked.id)).json["next_step"]["code"].clone();
    assert_eq!(step, "wait-for-payment", "nothing came for it");
    let undo = format!("/api/v1/refunds/{}/undo", refund.json["id"].as_str().unwrap());
    assert_eq!(site.post(&undo, &json!({ "why": "ghi lộn" })).status, 200);
    asked.is("thousandfold", Some("49.950.000 đ"), "look-at-amount");
});

on_both!(what_comes_to_a_cancelled_request_is_told_whatever_its_amount, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let mut asked = Asked::of(&site, &stall, db, "85k");
    asked.cancel();
    asked.is("cancelled", None, "nothing");
    asked.pay(85);
    asked.is("after_cancel", Some("85 đ"), "look-at-amount");
    assert_eq!(asked.shows_code(), (false, false), "nobody pays it any more");
    asked.pay(85_000);
    asked.is("after_cancel", Some("85.085 đ"), "give-back-after-cancel");
    assert_eq!(asked.shows_code(), (false, false));
    // Large stands what came, not what had been asked.
    let shown = asked.phone.get(&format!("/sap/requests/{}", asked.id)).json;
    assert_eq!(shown["received"], "85.085 đ");
    // The small one may come first, too.
    let mut asked = Asked::of(&site, &stall, db, "30k");
    asked.pay(30);
    assert_eq!(asked.shows_code(), (true, true));
    asked.cancel();
    asked.is("after_cancel", Some("30 đ"), "look-at-amount");
    assert_eq!(asked.shows_code(), (false, false));
});

on_both!(one_refund_is_not_said_by_the_vendor_and_by_the_board, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let surplus =
        |amount: &str| json!({ "class": "sale", "part": { "class": "refund", "amount": amount } });
    let mut asked = Asked::of(&site, &stall, db, "50k");
    let before = asked.received();
    let paid = asked.pay(83_000);
    assert_eq!(asked.say(&paid, &surplus("33k")).status, 200);
    asked.is("paid", None, "hand-over");
    assert_eq!(asked.refund(&paid, 33_000).problem(409), "refund-beside-vendors");
    assert_eq!(asked.received(), before + 50_000);
    let one_more = json!({ "class": "refund", "amount_vnd": 10_000, "besides_declared": true });
    let path = format!("/api/v1/transfers/{paid}/refunds");
    assert_eq!(site.post(&path, &one_more).status, 201, "a person may say that it is another one");
    assert_eq!(asked.received(), before + 40_000);
    // The other way round.
    let mut asked = Asked::of(&site, &stall, db, "50k");
    let before = asked.received();
    let paid = asked.pay(81_000);
    assert_eq!(asked.refund(&paid, 21_000).status, 201);
    asked.is("overpaid", Some("10.000 đ"), "give-back-surplus");
    assert_eq!(asked.say(&paid, &surplus("31k")).problem(409), "refund-recorded");
    // What is still too much she may give back, and say again.
    for _ in 0..2 {
        assert_eq!(asked.say(&paid, &surplus("10k")).status, 200);
        asked.is("paid", None, "hand-over");
        assert_eq!(asked.received(), before + 50_000);
    }
    assert_eq!(asked.say(&paid, &surplus("11k")).problem(409), "refund-recorded");
});

on_both!(what_the_vendor_says_it_was_is_owed_to_nobody, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let mut asked = Asked::of(&site, &stall, db, "70k");
    let paid = asked.pay(100_000);
    asked.is("overpaid", Some("30.000 đ"), "give-back-surplus");
    let cash = json!({ "class": "sale", "part": { "class": "cash_out", "amount": "30k" } });
    assert_eq!(asked.say(&paid, &cash).status, 200);
    asked.is("paid", None, "hand-over");
    // A second payment that was other goods.
    let mut asked = Asked::of(&site, &stall, db, "52k");
    asked.pay(52_000);
    let second = asked.pay(52_000);
    asked.is("duplicate", Some("52.000 đ"), "give-back-second-payment");
    assert_eq!(asked.say(&second, &json!({ "class": "sale" })).status, 200);
    asked.is("paid", None, "hand-over");
    // Goods were handed over after all.
    let mut cancelled = Asked::of(&site, &stall, asked.db, "75k");
    cancelled.cancel();
    let late = cancelled.pay(75_000);
    cancelled.is("after_cancel", Some("75.000 đ"), "give-back-after-cancel");
    assert_eq!(cancelled.say(&late, &json!({ "class": "sale" })).status, 200);
    cancelled.is("paid", None, "hand-over");
    // One touch is enough, also of what was a thousand times too much.
    let mut odd = Asked::of(&site, &stall, cancelled.db, "40k");
    let more = odd.pay(40_000_000);
    assert_eq!(odd.say(&more, &json!({ "class": "sale" })).status, 200);
    odd.is("paid", None, "hand-over");
    // Who gives a part of it back still owes the rest.
    let mut asked = Asked::of(&site, &stall, odd.db, "71k");
    let paid = asked.pay(101_000);
    let part = json!({ "class": "sale", "part": { "class": "refund", "amount": "10k" } });
    assert_eq!(asked.say(&paid, &part).status, 200);
    asked.is("overpaid", Some("20.000 đ"), "give-back-surplus");
    let mut asked = Asked::of(&site, &stall, asked.db, "52k");
    asked.pay(52_000);
    let second = asked.pay(52_000);
    assert_eq!(asked.say(&second, &json!({ "class": "sale" })).status, 200);
    asked.is("paid", None, "hand-over");
    // A third is another matter.
    asked.pay(52_000);
    asked.is("duplicate", Some("52.000 đ"), "give-back-second-payment");
});

on_both!(money_that_a_person_placed_is_still_too_much, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let mut asked = Asked::of(&site, &stall, db, "50k");
    // Without its memo: a person says for which request it was, and nothing of what is too much.
    asked.sent += 1;
    stall.report(&site, asked.sent, 60_000, "cam on", asked.db.clock.now());
    let newest = site.get("/api/v1/transfers").json["items"][0].clone();
    let line = json!({ "occupancy_id": stall.world.id("occupancies"), "request_id": asked.id,
        "class": "sale", "amount_vnd": 60_000 });
    let path = format!("/api/v1/transfers/{}/attributions", newest["id"].as_str().unwrap());
    let placed = site.post(&path, &json!({ "lines": [line] }));
    assert!(placed.status < 300, "{}", placed.text());
    asked.is("overpaid", Some("10.000 đ"), "give-back-surplus");
    let day = asked.day();
    assert_eq!(receipt(&day, newest["id"].as_str().unwrap())["mark"], "overpaid");
});

on_both!(a_recorded_refund_of_what_was_divided_is_of_what_is_more, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let mut asked = Asked::of(&site, &stall, db, "50k");
    let paid = asked.pay(50_000_000);
    let said = json!({ "class": "sale", "part": { "class": "debt_repayment", "amount": "40k" } });
    assert_eq!(asked.say(&paid, &said).status, 200);
    let refund = asked.refund(&paid, 49_910_000);
    assert_eq!(refund.status, 201, "{}", refund.text());
    asked.is("paid", None, "hand-over");
    let surplus = |asked: &Asked<'_>| receipt(&asked.day(), &paid)["surplus"].clone();
    assert_eq!(surplus(&asked), Value::Null);
    // Of the rest as much as what is for no code, which what went back before is not, and then all of it.
    assert_eq!(asked.refund(&paid, 40_000).status, 201);
    asked.is("paid", None, "hand-over");
    let last = asked.refund(&paid, 50_000);
    asked.is("given_back", None, "given-back");
    assert_eq!(surplus(&asked), Value::Null);
    let undo = format!("/api/v1/refunds/{}/undo", last.json["id"].as_str().unwrap());
    assert_eq!(site.post(&undo, &json!({ "why": "ghi lộn" })).status, 200);
    asked.is("paid", None, "hand-over");
});

on_both!(refunds_of_all_of_a_payment_for_two_codes_are_of_both, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let mut one = Asked::of(&site, &stall, db, "50k");
    let (first, paid) = (one.id.clone(), one.pay(80_000));
    let two = Asked::of(&site, &stall, one.db, "30k");
    let line = |id: &str, amount: u64| {
        json!({ "occupancy_id": stall.world.id("occupancies"), "class": "sale",
            "amount_vnd": amount, "request_id": id })
    };
    let lines = [line(&first, 50_000), line(&two.id, 30_000)];
    let new = json!({ "lines": lines, "why": "hai mã", "besides_counted": true });
    assert_eq!(site.post(&format!("/api/v1/transfers/{paid}/attributions"), &new).status, 201);
    let states = || {
        let state = |id: &str| site.get(&format!("/api/v1/requests/{id}")).json["state"].clone();
        [state(&first), state(&two.id)]
    };
    // Of which one it is nobody knows.
    assert_eq!(two.refund(&paid, 20_000).status, 201);
    assert_eq!(states(), ["paid", "paid"]);
    let rest = two.refund(&paid, 60_000);
    assert_eq!(states(), ["refunded", "refunded"]);
    let undo = format!("/api/v1/refunds/{}/undo", rest.json["id"].as_str().unwrap());
    assert_eq!(site.post(&undo, &json!({ "why": "ghi lộn" })).status, 200);
    assert_eq!(states(), ["paid", "paid"]);
    // As much as one of them paid is that one's.
    assert_eq!(two.refund(&paid, 30_000).status, 201);
    assert_eq!(states(), ["paid", "refunded"]);
});
