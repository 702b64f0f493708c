//! What a person's word about a payment settles of what is too much, and what it leaves: what was given back after
//! it, what a board only places elsewhere, what is told of before the words were kept.

#![cfg(test)]

use cho40::db::DbConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer};
use serde_json::{Value, json};

use crate::phone_given_back::Asked;
use crate::phone_model::neighbour;
use crate::phone_stall::Stall;
use crate::support::on_both;
use crate::web_support::Site;

fn sale() -> Value {
    json!({ "class": "sale" })
}

fn waits(asked: &Asked<'_>) {
    asked.db.clock.move_to(asked.db.clock.now().plus_ms(60_000));
}

// What she said was no surplus and the board gave back all the same settles nothing of another payment.
on_both!(what_the_board_gave_back_after_a_word_is_no_word_any_more, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let mut asked = Asked::of(&site, &stall, db, "71k");
    let paid = asked.pay(101_000);
    assert_eq!(asked.say(&paid, &sale()).status, 200);
    asked.is("paid", None, "hand-over");
    waits(&asked);
    let refund = asked.refund(&paid, 30_000).json["id"].as_str().unwrap().to_owned();
    asked.is("paid", None, "hand-over");
    let second = asked.pay(71_000);
    asked.is("overpaid", Some("71.000 đ"), "give-back-surplus");
    let day = asked.day();
    let receipt = day["receipts"].as_array().unwrap().iter().find(|one| one["id"] == paid[..]);
    assert_eq!(receipt.unwrap()["surplus"], Value::Null);
    // Undone, her word stands as it was.
    let why = json!({ "why": "ghi lộn" });
    assert_eq!(site.post(&format!("/api/v1/refunds/{refund}/undo"), &why).status, 200);
    asked.is("overpaid", Some("71.000 đ"), "give-back-surplus");
    assert_eq!(asked.say(&second, &json!({ "class": "refund" })).status, 200);
    asked.is("paid", None, "hand-over");
});

on_both!(what_a_board_only_places_elsewhere_is_no_word_about_the_rest, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let mut asked = Asked::of(&site, &stall, db, "60k");
    let (id, beside) = (asked.id.clone(), neighbour(&site, &stall));
    let paid = asked.pay(110_000);
    let mine = |class: &str, amount: u64| {
        json!({ "occupancy_id": stall.world.id("occupancies"), "class": class,
            "amount_vnd": amount, "request_id": id })
    };
    let place = |lines: &[Value]| {
        let new = json!({ "lines": lines, "why": "hai sạp", "besides_counted": true });
        let answer = site.post(&format!("/api/v1/transfers/{paid}/attributions"), &new);
        assert_eq!(answer.status, 201, "{}", answer.text());
    };
    let other = json!({ "occupancy_id": beside, "class": "sale", "amount_vnd": 40_000 });
    place(&[mine("sale", 70_000), other.clone()]);
    asked.is("overpaid", Some("10.000 đ"), "give-back-surplus");
    // That some of it was a debt is one.
    place(&[mine("sale", 60_000), mine("debt_repayment", 10_000), other]);
    asked.is("paid", None, "hand-over");
});

// A word is no more than what it was said of, where the board makes that less.
on_both!(a_word_about_more_than_is_placed_here_is_cut_down, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    for refund in [None, Some(40_000)] {
        let mut asked = Asked::of(&site, &stall, db, "60k");
        let paid = asked.pay(110_000);
        assert_eq!(asked.say(&paid, &sale()).status, 200);
        asked.is("paid", None, "hand-over");
        let occupancy_id = stall.world.id("occupancies");
        let lines = json!([
            { "occupancy_id": occupancy_id, "class": "sale", "amount_vnd": 70_000,
                "request_id": asked.id },
            { "occupancy_id": occupancy_id, "class": "sale", "amount_vnd": 40_000 },
        ]);
        let new = json!({ "lines": lines, "why": "mua thêm rau", "besides_counted": true });
        let answer = site.post(&format!("/api/v1/transfers/{paid}/attributions"), &new);
        assert_eq!(answer.status, 201, "{}", answer.text());
        asked.is("paid", None, "hand-over");
        if let Some(amount) = refund {
            waits(&asked);
            assert_eq!(asked.refund(&paid, amount).status, 201);
        }
        asked.pay(60_000);
        asked.is("overpaid", Some("60.000 đ"), "give-back-surplus");
    }
});

// Who gives a part back has not said what the rest was.
on_both!(what_goes_back_by_one_touch_leaves_the_rest_as_it_was, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let mut asked = Asked::of(&site, &stall, db, "60k");
    let year = |asked: &Asked<'_>| asked.phone.get("/sap/year").json["received_vnd"].clone();
    let before = year(&asked).as_i64().unwrap();
    let paid = asked.pay(110_000);
    let occupancy_id = stall.world.id("occupancies");
    let lines = json!([
        { "occupancy_id": occupancy_id, "class": "sale", "amount_vnd": 70_000,
            "request_id": asked.id },
        { "occupancy_id": occupancy_id, "class": "personal", "amount_vnd": 40_000 },
    ]);
    let new = json!({ "lines": lines, "why": "tiền nhà", "besides_counted": true });
    let answer = site.post(&format!("/api/v1/transfers/{paid}/attributions"), &new);
    assert_eq!(answer.status, 201, "{}", answer.text());
    asked.is("overpaid", Some("10.000 đ"), "give-back-surplus");
    assert_eq!(year(&asked), before + 70_000);
    let back = json!({ "part": { "class": "refund", "amount": "10000" } });
    assert_eq!(asked.say(&paid, &back).status, 200);
    asked.is("paid", None, "hand-over");
    assert_eq!(year(&asked), before + 60_000);
    assert_eq!(asked.say(&paid, &json!({})).problem(422), "field-missing");
});

#[derive(Debug, PartialEq, QueryableByName)]
struct Word {
    #[diesel(sql_type = BigInt)]
    transfer_id: i64,
    #[diesel(sql_type = Integer)]
    seq: i32,
    #[diesel(sql_type = BigInt)]
    settled_vnd: i64,
}

fn words(connection: &mut DbConnection) -> Vec<Word> {
    let query = "SELECT transfer_id, seq, settled_vnd FROM surplus_words ORDER BY transfer_id, seq";
    diesel::sql_query(query).load(connection).unwrap()
}

// A database of before is given the words that would have been kept.
on_both!(words_of_before_are_kept_as_they_were_said, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    // Nothing was too much yet.
    let mut asked = Asked::of(&site, &stall, db, "71k");
    let first = asked.pay(71_000);
    assert_eq!(asked.say(&first, &sale()).status, 200);
    waits(&asked);
    asked.pay(71_000);
    asked.is("duplicate", Some("71.000 đ"), "give-back-second-payment");
    // A surplus; a second payment, of a part; the other one was given back before.
    for (amount, payments, back) in [
        ("50k", [60_000, 20_000], false),
        ("26k", [26_000, 20_000], false),
        ("50k", [50_000; 2], true),
    ] {
        asked = Asked::of(&site, &stall, asked.db, amount);
        let paid = payments.map(|payment| asked.pay(payment));
        if back {
            assert_eq!(asked.refund(&paid[0], payments[0]).status, 201);
        }
        waits(&asked);
        assert_eq!(asked.say(&paid[1], &sale()).status, 200);
        waits(&asked);
        asked.pay(10_000);
    }
    // What is said of the first of two is no word about the second; what was given back after it ends it.
    asked = Asked::of(&site, &stall, asked.db, "45k");
    let first = asked.pay(55_000);
    asked.pay(45_000);
    waits(&asked);
    assert_eq!(asked.say(&first, &sale()).status, 200);
    waits(&asked);
    assert_eq!(asked.refund(&first, 4_000).status, 201);
    asked.is("overpaid", Some("45.000 đ"), "give-back-surplus");
    let mut cancelled = Asked::of(&site, &stall, asked.db, "80k");
    cancelled.cancel();
    let paid = cancelled.pay(80_000);
    assert_eq!(cancelled.say(&paid, &sale()).status, 200);
    let connection = cancelled.db.connection();
    let due = words(connection);
    let settled: Vec<_> = due.iter().map(|word| word.settled_vnd).collect();
    assert_eq!(settled, [0, 20_000, 20_000, 0, 10_000, 80_000]);
    diesel::sql_query("DELETE FROM surplus_words").execute(connection).unwrap();
    let sqlite = include_str!("../../migrations/sqlite/2026-11-28-000530_surplus_words/up.sql");
    let postgres = include_str!("../../migrations/postgres/2026-11-28-000530_surplus_words/up.sql");
    let up = if matches!(connection, DbConnection::Sqlite(_)) { sqlite } else { postgres };
    let fill = &up[up.find("INSERT INTO").unwrap()..];
    diesel::sql_query(fill).execute(connection).unwrap();
    assert_eq!(words(connection), due);
});
