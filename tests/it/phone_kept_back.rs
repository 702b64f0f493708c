//! What was given back stays given back, whatever is said of the rest: in the book, of a class, of money that
//! was no sale; and what came a thousand times too much beside other money is told whole.

#![cfg(test)]

use serde_json::{Value, json};

use crate::book_pages::send;
use crate::phone_given_back::Asked;
use crate::phone_model::neighbour;
use crate::phone_stall::Stall;
use crate::support::on_both;
use crate::web_support::Site;

impl Asked<'_> {
    /// A touch in the book of the month.
    fn touch(&self, transfer: &str, part: Option<u64>, class: &str) {
        let part = part.map(|part| format!("&part={part}")).unwrap_or_default();
        let form = format!("month=2026-11&receipt={transfer}&class={class}{part}");
        let answer = send(&self.phone, "/sap/book/class", &form);
        assert_eq!(answer.status, 303, "{}", answer.text());
    }

    /// The day, the year, what of it nobody has classed, and the month's book, as they say it.
    fn sums(&self) -> [i64; 4] {
        let year = self.phone.get("/sap/year").json;
        let vnd = |field: &str| year[field].as_i64().unwrap();
        let page = self.phone.get("/sap/book?month=2026-11").text();
        let book = page.split("class=\"amount\">").nth(1).unwrap().split('<').next().unwrap();
        let book = book.replace(['.', ' ', 'đ'], "").parse().unwrap();
        [self.received(), vnd("received_vnd"), vnd("unclassified_vnd"), book]
    }

    /// What came to [`Self::sums`] since.
    #[track_caller]
    fn are(&self, before: [i64; 4], more: [i64; 4]) {
        let now = self.sums();
        assert_eq!(std::array::from_fn(|at| now[at] - before[at]), more, "{now:?}");
    }
}

fn part_back(amount: &str) -> Value {
    json!({ "class": "sale", "part": { "class": "refund", "amount": amount } })
}

on_both!(a_touch_in_the_book_keeps_what_was_given_back_before, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let mut asked = Asked::of(&site, &stall, db, "71k");
    let before = asked.sums();
    let paid = asked.pay(101_000);
    assert_eq!(asked.say(&paid, &part_back("10k")).status, 200);
    asked.is("overpaid", Some("20.000 đ"), "give-back-surplus");
    asked.touch(&paid, Some(20_000), "refund");
    asked.is("paid", None, "hand-over");
    asked.are(before, [71_000, 71_000, 0, 71_000]);
    // The rest of a second payment was other goods.
    let mut asked = Asked::of(&site, &stall, asked.db, "71k");
    asked.pay(71_000);
    let second = asked.pay(71_000);
    assert_eq!(asked.say(&second, &part_back("10k")).status, 200);
    asked.is("duplicate", Some("61.000 đ"), "give-back-second-payment");
    asked.touch(&second, Some(61_000), "sale");
    asked.is("paid", None, "hand-over");
    asked.are(before, [203_000, 203_000, 0, 203_000]);
    // What came after a cancel, given back in two parts.
    let mut asked = Asked::of(&site, &stall, asked.db, "75k");
    asked.cancel();
    let late = asked.pay(75_000);
    assert_eq!(asked.say(&late, &part_back("25k")).status, 200);
    asked.is("after_cancel", Some("50.000 đ"), "give-back-after-cancel");
    asked.touch(&late, Some(50_000), "refund");
    asked.is("cancelled", None, "nothing");
    asked.are(before, [203_000, 203_000, 0, 203_000]);
});

on_both!(a_second_touch_of_one_button_in_the_book_says_nothing_more, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let mut asked = Asked::of(&site, &stall, db, "71k");
    let before = asked.sums();
    let paid = asked.pay(101_000);
    let form = format!("month=2026-11&receipt={paid}&class=refund&part=30000");
    // A page of before the form said what it shows.
    let unsaid = send(&asked.phone, "/sap/book/class", &format!("{form}&version="));
    assert_eq!(unsaid.status, 409);
    asked.touch(&paid, Some(30_000), "refund");
    asked.are(before, [71_000, 71_000, 0, 71_000]);
    for class in ["refund", "sale"] {
        let form = form.replace("class=refund", &format!("class={class}"));
        let again = send(&asked.phone, "/sap/book/class", &format!("{form}&version=1.0"));
        assert_eq!(again.status, 409);
        assert!(again.text().contains("Khoản này vừa được ghi rồi"), "{}", again.text());
        asked.is("paid", None, "hand-over");
        asked.are(before, [71_000, 71_000, 0, 71_000]);
    }
    // Nor of a thousand times too much, nor where another payment of the request was judged meanwhile.
    let mut twice = Asked::of(&site, &stall, asked.db, "71k");
    let before = twice.sums();
    let (first, second) = (twice.pay(71_000), twice.pay(71_000));
    let form = |class: &str| format!("month=2026-11&receipt={second}&class={class}");
    assert_eq!(twice.say(&first, &json!({ "class": "refund" })).status, 200);
    let old = send(&twice.phone, "/sap/book/class", &format!("{}&version=2.0", form("refund")));
    assert_eq!(old.status, 409);
    twice.are(before, [71_000, 71_000, 0, 71_000]);
    let mut odd = Asked::of(&site, &stall, asked.db, "26k");
    let before = odd.sums();
    let paid = odd.pay(26_000_000);
    odd.touch(&paid, None, "refund");
    let form = format!("month=2026-11&receipt={paid}&class=refund&version=1.0");
    assert_eq!(send(&odd.phone, "/sap/book/class", &form).status, 409);
    odd.are(before, [26_000, 26_000, 0, 26_000]);
});

on_both!(the_book_gives_back_of_a_thousand_times_too_much_what_was_too_much, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let mut asked = Asked::of(&site, &stall, db, "26k");
    let before = asked.sums();
    let paid = asked.pay(26_000_000);
    let page = asked.phone.get("/sap/book?month=2026-11").text();
    assert!(page.contains("Hoàn tiền cho khách 25.974.000 đ</button>"), "{page}");
    asked.touch(&paid, None, "refund");
    asked.is("paid", None, "hand-over");
    asked.are(before, [26_000, 26_000, 0, 26_000]);
});

on_both!(a_class_does_not_undo_a_recorded_refund, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let mut asked = Asked::of(&site, &stall, db, "50k");
    let before = asked.sums();
    let paid = asked.pay(50_000);
    assert_eq!(asked.refund(&paid, 50_000).status, 201);
    asked.is("given_back", None, "given-back");
    // It may be the same money.
    assert_eq!(asked.say(&paid, &json!({ "class": "cash_out" })).problem(409), "refund-recorded");
    for class in ["personal", "debt_repayment", "sale"] {
        assert_eq!(asked.say(&paid, &json!({ "class": class })).status, 200);
        asked.is("given_back", None, "given-back");
        asked.are(before, [0; 4]);
    }
    let mut asked = Asked::of(&site, &stall, asked.db, "75k");
    asked.cancel();
    let late = asked.pay(75_000);
    assert_eq!(asked.refund(&late, 75_000).status, 201);
    assert_eq!(asked.say(&late, &json!({ "class": "personal" })).status, 200);
    asked.is("cancelled", None, "nothing");
    asked.are(before, [0; 4]);
    let mut asked = Asked::of(&site, &stall, asked.db, "50k");
    let paid = asked.pay(81_000);
    assert_eq!(asked.refund(&paid, 31_000).status, 201);
    assert_eq!(asked.say(&paid, &json!({ "class": "personal" })).status, 200);
    asked.is("paid", None, "hand-over");
    asked.are(before, [50_000, 0, 0, 0]);
    // No code was asked for, and it was no sale.
    stall.pay(&site, asked.db, 900, 40_000);
    let plain = asked.day()["receipts"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(asked.say(&plain, &json!({ "class": "personal" })).status, 200);
    assert_eq!(asked.refund(&plain, 40_000).status, 201);
    asked.are(before, [50_000, 0, 0, 0]);
});

on_both!(cash_that_she_handed_out_is_not_recorded_as_a_refund_too, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let mut asked = Asked::of(&site, &stall, db, "50k");
    let before = asked.sums();
    let paid = asked.pay(81_000);
    let handed_out = json!({ "class": "sale", "part": { "class": "cash_out", "amount": "31k" } });
    assert_eq!(asked.say(&paid, &handed_out).status, 200);
    asked.is("paid", None, "hand-over");
    assert_eq!(asked.refund(&paid, 31_000).problem(409), "refund-beside-vendors");
    // A person may say that it is one more: it is off the part that is as large, which was no sale.
    let path = format!("/api/v1/transfers/{paid}/refunds");
    let one_more = json!({ "class": "refund", "amount_vnd": 31_000, "besides_declared": true });
    assert_eq!(site.post(&path, &one_more).status, 201);
    asked.are(before, [50_000, 50_000, 0, 50_000]);
});

on_both!(the_year_takes_nothing_off_for_money_that_it_never_had, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let mut asked = Asked::of(&site, &stall, db, "26k");
    let before = asked.sums();
    let first = asked.pay(26_000_000);
    asked.pay(26_000_000);
    asked.are(before, [52_000_000, 0, 52_000_000, 0]);
    assert_eq!(asked.refund(&first, 26_000_000).status, 201);
    asked.are(before, [26_000_000, 0, 26_000_000, 0]);
});

on_both!(a_thousand_times_too_much_beside_other_money_is_told_whole, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let mut asked = Asked::of(&site, &stall, db, "26k");
    for (payments, came, more) in [
        ([26_000, 26_000_000], "26.026.000 đ", "26.000.000 đ"),
        ([26_000_000, 26_000], "26.026.000 đ", "26.000.000 đ"),
        ([10_000, 26_000_000], "26.010.000 đ", "25.984.000 đ"),
        ([26_000_000, 26_000_000], "52.000.000 đ", "51.974.000 đ"),
    ] {
        let ids = payments.map(|amount| asked.pay(amount));
        asked.is("thousandfold", Some(more), "look-at-amount");
        let phone = asked.phone.get(&format!("/sap/requests/{}", asked.id)).json;
        let payer = site.get(&format!("{}/now", asked.path)).json;
        assert_eq!((&phone["received"], &payer["received"]), (&json!(came), &json!(came)));
        // The buttons of the day give back as much together.
        let day = asked.day();
        let button = |id: &String| {
            let mut all = day["receipts"].as_array().unwrap().iter();
            let one = all.find(|one| one["id"] == **id).unwrap();
            let text = one["surplus"].as_str().or_else(|| one["amount"].as_str()).unwrap();
            text.replace(['.', ' ', 'đ'], "").parse::<u64>().unwrap()
        };
        let all: u64 = ids.iter().filter(|id| is_too_much(&day, id)).map(button).sum();
        assert_eq!(more.replace(['.', ' ', 'đ'], ""), all.to_string());
        asked = Asked::of(&site, &stall, asked.db, "26k");
    }
    // After a cancel all of it is to be given back.
    for (payments, came) in
        [([85, 85_000_000], "85.000.085 đ"), ([85_000_000, 85_000_000], "170.000.000 đ")]
    {
        let mut cancelled = Asked::of(&site, &stall, asked.db, "85k");
        cancelled.cancel();
        for amount in payments {
            cancelled.pay(amount);
        }
        cancelled.is("after_cancel", Some(came), "look-at-amount");
        asked = cancelled;
    }
});

on_both!(a_word_about_one_payment_ends_no_debt_of_another, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let mut asked = Asked::of(&site, &stall, db, "50k");
    let (first, second) = (asked.pay(50_000), asked.pay(50_000));
    for class in ["debt_repayment", "cash_out", "personal", "sale"] {
        assert_eq!(asked.say(&first, &json!({ "class": class })).status, 200);
        asked.is("duplicate", Some("50.000 đ"), "give-back-second-payment");
    }
    assert_eq!(asked.say(&second, &json!({ "class": "sale" })).status, 200);
    asked.is("paid", None, "hand-over");
    // Nor of one that is told later, and was paid before by the bank's clock.
    let mut asked = Asked::of(&site, &stall, asked.db, "71k");
    let began = asked.db.clock.now();
    let paid = asked.pay(81_000);
    assert_eq!(asked.say(&paid, &json!({ "class": "sale" })).status, 200);
    asked.is("paid", None, "hand-over");
    asked.db.clock.move_to(asked.db.clock.now().plus_ms(60_000));
    asked.pay_at(71_000, began);
    asked.is("overpaid", Some("71.000 đ"), "give-back-surplus");
});

// What was not too much when she said it is owed once it is: another payment is corrected, comes back from a
// neighbour or from a refund that was none, or is placed there again.
on_both!(a_word_settles_what_was_too_much_when_it_was_said, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let mut asked = Asked::of(&site, &stall, db, "50k");
    let (sale, twice) = (json!({ "class": "sale" }), Some("50.000 đ"));
    let (first, second) = (asked.pay(50_000), asked.pay(50_000));
    assert_eq!(asked.say(&first, &json!({ "class": "refund" })).status, 200);
    assert_eq!(asked.say(&second, &sale).status, 200);
    asked.is("paid", None, "hand-over");
    assert_eq!(asked.say(&first, &sale).status, 200);
    asked.is("duplicate", twice, "give-back-second-payment");

    let mut asked = Asked::of(&site, &stall, asked.db, "50k");
    let (first, second) = (asked.pay(50_000), asked.pay(50_000));
    let refund = asked.refund(&first, 50_000).json["id"].as_str().unwrap().to_owned();
    assert_eq!(asked.say(&second, &sale).status, 200);
    asked.is("paid", None, "hand-over");
    let why = json!({ "why": "ghi lộn" });
    assert_eq!(site.post(&format!("/api/v1/refunds/{refund}/undo"), &why).status, 200);
    asked.is("duplicate", twice, "give-back-second-payment");

    let mut asked = Asked::of(&site, &stall, asked.db, "50k");
    let beside = neighbour(&site, &stall);
    let (first, second) = (asked.pay(50_000), asked.pay(50_000));
    let place = |id: &str, at: &str, request: Option<&str>| {
        let line = json!({ "occupancy_id": at, "class": "sale", "amount_vnd": 50_000,
            "request_id": request });
        let new = json!({ "lines": [line], "why": "sạp kia", "besides_counted": true });
        let answer = site.post(&format!("/api/v1/transfers/{id}/attributions"), &new);
        assert_eq!(answer.status, 201, "{}", answer.text());
    };
    let (mine, id) = (stall.world.id("occupancies"), asked.id.clone());
    place(&first, &beside, None);
    assert_eq!(asked.say(&second, &sale).status, 200);
    place(&first, mine, Some(&id));
    asked.is("duplicate", twice, "give-back-second-payment");
    // A wrong click of the board's is nobody's word.
    for one in [&first, &second] {
        place(one, &beside, None);
        place(one, mine, Some(&id));
        asked.is("duplicate", twice, "give-back-second-payment");
    }
    // Nor is what the board says of another part, where this one stays as it stood.
    place(&second, mine, Some(&id));
    asked.is("duplicate", twice, "give-back-second-payment");
    assert_eq!(asked.say(&second, &sale).status, 200);
    asked.is("paid", None, "hand-over");
    place(&second, mine, Some(&id));
    asked.is("paid", None, "hand-over");
});

// Her word about the payment that is shown as too much settles it, whichever was earlier by the bank's clock.
on_both!(a_word_about_what_is_shown_as_too_much_settles_it, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let mut asked = Asked::of(&site, &stall, db, "50k");
    let began = asked.db.clock.now();
    let first = asked.pay(50_000);
    let sale = json!({ "class": "sale" });
    assert_eq!(asked.say(&first, &sale).status, 200);
    asked.db.clock.move_to(asked.db.clock.now().plus_ms(600_000));
    let told_later = asked.pay_at(50_000, began);
    asked.is("duplicate", Some("50.000 đ"), "give-back-second-payment");
    assert_eq!(asked.say(&told_later, &sale).status, 200);
    asked.is("paid", None, "hand-over");
});

// Of a payment that is for a request with one half alone, the other half stays out of it.
on_both!(what_is_for_no_request_is_not_put_on_one_by_a_word, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    for (amount, face, lacks, action) in
        [("50k", "paid", None, "hand-over"), ("80k", "underpaid", Some("30.000 đ"), "ask-for-rest")]
    {
        let mut asked = Asked::of(&site, &stall, db, amount);
        let paid = asked.pay(100_000);
        let mut line = json!({ "occupancy_id": stall.world.id("occupancies"),
            "class": "debt_repayment", "amount_vnd": 50_000 });
        let debt = line.clone();
        line["class"] = json!("sale");
        line["request_id"] = json!(asked.id);
        let new = json!({ "lines": [line, debt], "why": "trả nợ nữa", "besides_counted": true });
        let answer = site.post(&format!("/api/v1/transfers/{paid}/attributions"), &new);
        assert_eq!(answer.status, 201, "{}", answer.text());
        asked.is(face, lacks, action);
        for said in [part_back("10k"), json!({ "class": "sale" }), json!({ "class": "personal" })] {
            assert_eq!(asked.say(&paid, &said).status, 200, "{said}");
            asked.is(face, lacks, action);
        }
    }
});

on_both!(the_vendors_page_leaves_the_markets_money_and_divides_no_payment_for_several, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let mut one = Asked::of(&site, &stall, db, "50k");
    let first = one.id.clone();
    let paid = one.pay(80_000);
    let line = |class: &str, amount: u64| json!({ "occupancy_id": stall.world.id("occupancies"), "class": class, "amount_vnd": amount });
    let assign = |lines: Value| {
        let new = json!({ "lines": lines, "why": "hai mã", "besides_counted": true });
        site.post(&format!("/api/v1/transfers/{paid}/attributions"), &new)
    };
    assert_eq!(assign(json!([line("fee", 80_000)])).status, 201);
    for said in [json!({ "class": "sale" }), part_back("10k")] {
        assert_eq!(one.say(&paid, &said).problem(409), "receipt-of-market");
    }
    let two = Asked::of(&site, &stall, one.db, "30k");
    let of = |id: &str, amount: u64| {
        let mut line = line("sale", amount);
        line["request_id"] = json!(id);
        line
    };
    // What cannot be divided offers no part.
    assert_eq!(assign(json!([of(&first, 60_000), of(&two.id, 20_000)])).status, 201);
    let day = two.day();
    let receipt = day["receipts"].as_array().unwrap().iter().find(|one| one["id"] == paid[..]);
    assert_eq!(receipt.map(|one| &one["surplus"]), Some(&json!(null)));
    assert_eq!(assign(json!([of(&first, 50_000), of(&two.id, 30_000)])).status, 201);
    let state = |id: &str| site.get(&format!("/api/v1/requests/{id}")).json["state"].clone();
    for class in ["personal", "sale"] {
        assert_eq!(two.say(&paid, &json!({ "class": class })).status, 200);
        assert_eq!([state(&first), state(&two.id)], ["paid", "paid"]);
    }
    assert_eq!(two.say(&paid, &part_back("10k")).problem(409), "receipt-of-several-requests");
    assert_eq!(two.say(&paid, &json!({ "class": "refund" })).status, 200);
    assert_eq!([state(&first), state(&two.id)], ["refunded", "refunded"]);
});

/// Nobody has classed it.
fn is_too_much(day: &Value, id: &str) -> bool {
    let mut all = day["receipts"].as_array().unwrap().iter();
    let one = all.find(|one| one["id"] == id).unwrap();
    one["parts"][0]["class"] == "unclassified"
}
