//! Memos, payers and bodies go after their time; what somebody still has to decide by stays, and the
//! books stay as they are.

use std::collections::BTreeMap;

use cho40::db::schema::{deliveries, refused_deliveries, unassigned};
use cho40::feeds::Provider;
use cho40::intake::retention;
use cho40::ledger::doctor;
use cho40::primitives::UnixMs;
use cho40::primitives::time::MS_PER_DAY;
use cho40::registry::accounts::UseKind;
use diesel::prelude::*;
use serde_json::{Value, json};

use crate::pairs_support::ACCOUNT;
use crate::stage::{Stage, transfer};
use crate::support::{TestDb, on_both};
use crate::web_support::Site;
use crate::web_world::{FEED_SECRET, World};

fn bodies(db: &mut TestDb) -> BTreeMap<i64, bool> {
    let all = deliveries::table.select((deliveries::id, deliveries::body.is_not_null()));
    all.load(db.connection()).unwrap().into_iter().collect()
}

fn erase(db: &mut TestDb, before: UnixMs) {
    let board_id = db.act().board_id();
    while retention::step(db.connection(), board_id, before).unwrap() {}
    let differences = doctor::examine(db.connection(), board_id).unwrap();
    assert!(differences.is_empty(), "{differences:?}");
}

fn tell(site: &Site, world: &World, secret: &str, change: &Value) {
    let mut told = world.told();
    for (name, value) in change.as_object().unwrap() {
        told[name] = value.clone();
    }
    let hook = format!("/hooks/{}", world.id("feeds"));
    let ask = site.ask("POST", &hook).header("authorization", &format!("Apikey {secret}"));
    ask.json(&told).send();
}

fn is_alarmed(site: &Site) -> bool {
    let alarms = site.get("/api/v1/alarms");
    assert_eq!(alarms.status, 200, "{}", alarms.text());
    alarms.text().contains("\"kept-too-long\"")
}

/// Everything of the world that waits for a decision, decided.
fn settle(site: &Site, world: &World) {
    for (path, body) in [
        ("/api/v1/suspected-pairs/{id}/confirm", json!({})),
        ("/api/v1/sighting-conflicts/{id}/decide", json!({ "right": "first" })),
    ] {
        let done = site.post(&world.path(path), &body);
        assert!(done.status < 300, "{path}: {}", done.text());
    }
    let waiting = site.get("/api/v1/unassigned").json;
    for item in waiting["items"].as_array().unwrap() {
        let path =
            format!("/api/v1/transfers/{}/attributions", item["transfer_id"].as_str().unwrap());
        let lines = json!([{ "occupancy_id": world.id("occupancies"), "class": "sale",
            "amount_vnd": item["amount_vnd"] }]);
        let why =
            json!({ "lines": lines, "why": "chị Lụa nhớ khách này", "besides_counted": true });
        let done = site.post(&path, &why);
        assert!(done.status < 300, "{}", done.text());
    }
    let unread = site.get("/api/v1/deliveries?outcome=undecodable").json;
    for item in unread["items"].as_array().unwrap() {
        let path = format!("/api/v1/deliveries/{}/dismiss", item["id"].as_str().unwrap());
        let done = site.post(&path, &json!({ "why": "tin thử" }));
        assert!(done.status < 300, "{}", done.text());
    }
}

on_both!(what_is_settled_goes_after_its_time_and_what_waits_stays, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    let known = json!({ "id": 1, "referenceCode": "FT91", "content": "tien rau",
        "transactionDate": "2026-11-24 07:13:00", "transferAmount": 77_000 });
    tell(&site, &world, FEED_SECRET, &known);
    let stray = json!({ "id": 2, "referenceCode": "FT92", "content": "vien phi",
        "accountNumber": "5550005550", "transferAmount": 88_000 });
    tell(&site, &world, FEED_SECRET, &stray);
    let listed = site.get("/api/v1/transfers").json;
    let count = listed["items"].as_array().unwrap().len();
    let now = db.clock.now();
    // Nothing is old enough.
    let before = bodies(db);
    erase(db, now.plus_ms(-MS_PER_DAY));
    assert_eq!(bodies(db), before);
    assert!(!is_alarmed(&site));
    db.clock.move_to(now.plus_ms(MS_PER_DAY));
    erase(db, now.plus_ms(MS_PER_DAY / 2));
    let after = bodies(db);
    let kept = after.values().filter(|is_there| **is_there).count();
    assert!(kept > 0 && kept < before.values().filter(|is_there| **is_there).count(), "{kept}");
    assert!(is_alarmed(&site));
    let queue = site.get("/api/v1/unassigned").text();
    assert!(queue.contains("vien phi"), "what waits can still be decided: {queue}");
    let shown = site.get("/api/v1/transfers").json;
    assert_eq!(shown["items"].as_array().unwrap().len(), count);
    assert!(!shown.to_string().contains("tien rau"), "{shown}");
    settle(&site, &world);
    erase(db, now.plus_ms(MS_PER_DAY / 2));
    assert!(bodies(db).values().all(|is_there| !is_there), "{:?}", bodies(db));
    assert!(!is_alarmed(&site));
    // The queue's own memo goes a time after it was decided.
    let memos = |db: &mut TestDb| -> i64 {
        let told = unassigned::table.filter(unassigned::memo.is_not_null());
        told.count().get_result(db.connection()).unwrap()
    };
    assert!(memos(db) > 0);
    erase(db, now.plus_ms(2 * MS_PER_DAY));
    assert_eq!(memos(db), 0);
});

on_both!(refused_noise_goes_and_unsettled_money_stays, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    tell(&site, &world, "khoa-sai", &json!({ "id": 3 }));
    let noise = format!("/hooks/{}", world.id("feeds"));
    site.ask("POST", &noise).json(&json!({ "hello": 1 })).send();
    std::thread::sleep(std::time::Duration::from_millis(2_500));
    let count = |db: &mut TestDb, is_money: bool| -> i64 {
        let of = refused_deliveries::table.filter(refused_deliveries::is_money.eq(is_money));
        of.count().get_result(db.connection()).unwrap()
    };
    let (money, noise) = (count(db, true), count(db, false));
    assert!(money > 0 && noise > 0, "{money} {noise}");
    let later = db.clock.now().plus_ms(MS_PER_DAY);
    erase(db, later);
    assert_eq!((count(db, true), count(db, false)), (money, 0));
});

on_both!(a_server_erases_after_the_days_of_its_setting, |db| {
    let clock = db.clock.clone();
    let stage = Stage::new(db);
    stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    let feed = stage.feed(Provider::Sepay);
    feed.send(&transfer(&stage, 1, ACCOUNT, "tien rau"));
    let (came, days) = (clock.now(), stage.app.config.keep_bodies_days);
    for (later, left) in [(0, 1), (days - 1, 1), (days + 1, 0)] {
        clock.move_to(came.plus_ms(later * MS_PER_DAY));
        stage.wait(stage.app.erase_old_bodies()).unwrap();
        let kept = stage.read(|connection, _| {
            let there = deliveries::table.filter(deliveries::body.is_not_null());
            Ok(there.count().get_result::<i64>(connection)?)
        });
        assert_eq!(kept, left, "after {later} days");
    }
});
