//! A POST that is sent again does nothing twice.

use cho40::primitives::time::MS_PER_DAY;
use serde_json::json;

use crate::support::on_both;
use crate::web_support::{Answer, Site};

fn post(site: &Site, key: &str, idempotency_key: &str, name: &str) -> Answer {
    let body = json!({ "name": name, "commune": "Xã Thới Bình", "province": "Cà Mau" });
    let ask = site.ask("POST", "/api/v1/markets").key(key).json(&body);
    ask.header("idempotency-key", idempotency_key).send()
}

fn markets(site: &Site) -> usize {
    site.get("/api/v1/markets").json["items"].as_array().unwrap().len()
}

on_both!(the_same_request_gets_the_same_answer, |db| {
    let site = Site::of(db);
    let first = post(&site, &site.key, "a-1", "Chợ Một");
    assert_eq!((first.status, first.header("idempotency-replayed")), (201, ""));
    let again = post(&site, &site.key, "a-1", "Chợ Một");
    assert_eq!((again.status, again.header("idempotency-replayed")), (201, "true"));
    assert_eq!(again.bytes, first.bytes);
    assert_eq!(again.header("location"), first.header("location"));
    assert_eq!(again.header("content-type"), "application/json");
    assert_eq!(markets(&site), 1);
    let without = post(&site, &site.key, "a-2", "Chợ Một");
    assert_eq!(without.status, 201);
    assert_eq!(markets(&site), 2, "another key is another request");
});

on_both!(a_used_key_is_not_for_another_request, |db| {
    let site = Site::of(db);
    post(&site, &site.key, "a-1", "Chợ Một");
    let other = post(&site, &site.key, "a-1", "Chợ Hai");
    assert_eq!(other.problem(409), "idempotency-key-reused");
    let body = json!({ "name": "Chợ Một", "commune": "Xã Thới Bình", "province": "Cà Mau" });
    let elsewhere = site.ask("POST", "/api/v1/vendors").key(&site.key).json(&body);
    elsewhere.header("idempotency-key", "a-1").send().problem(422);
    assert_eq!(post(&site, &site.other_key, "a-1", "Chợ Hai").status, 201, "keys are apart");
    assert_eq!(markets(&site), 1);
});

on_both!(a_refused_request_may_be_mended_under_its_key, |db| {
    let site = Site::of(db);
    assert_eq!(post(&site, &site.key, "a-1", "").problem(422), "text-length");
    assert_eq!(post(&site, &site.key, "a-1", "Chợ Một").status, 201);
});

on_both!(a_key_is_kept_a_day, |db| {
    let site = Site::of(db);
    post(&site, &site.key, "a-1", "Chợ Một");
    db.clock.move_to(db.clock.now().plus_ms(MS_PER_DAY));
    assert_eq!(post(&site, &site.key, "a-1", "Chợ Một").header("idempotency-replayed"), "true");
    db.clock.move_to(db.clock.now().plus_ms(1));
    assert_eq!(post(&site, &site.key, "a-1", "Chợ Một").header("idempotency-replayed"), "");
    assert_eq!(markets(&site), 2);
});

on_both!(malformed_keys_are_refused, |db| {
    let site = Site::of(db);
    for key in ["", " ", "a b", "kh\u{f3}a", &"x".repeat(201)] {
        let refused = post(&site, &site.key, key, "Chợ Một");
        assert_eq!(refused.problem(422), "idempotency-key-malformed", "{key}");
        assert_eq!(refused.json["field"], "Idempotency-Key");
    }
    assert_eq!(post(&site, &site.key, &"x".repeat(200), "Chợ Một").status, 201);
    assert_eq!(markets(&site), 1);
});

on_both!(many_at_once_make_one, |db| {
    let site = Site::of(db);
    let answers: Vec<_> = std::thread::scope(|scope| {
        let tasks: Vec<_> =
            (0..8).map(|_| scope.spawn(|| post(&site, &site.key, "a-1", "Chợ Một"))).collect();
        tasks.into_iter().map(|task| task.join().unwrap()).collect()
    });
    assert!(answers.iter().all(|answer| answer.bytes == answers[0].bytes));
    assert_eq!(markets(&site), 1);
});

on_both!(a_new_keys_token_is_not_left_in_the_clear, |db| {
    use diesel::prelude::*;
    let site = Site::of(db);
    let body = json!({ "name": "máy quầy", "permissions": ["registry.read"] });
    let send = || {
        let ask = site.ask("POST", "/api/v1/keys").key(&site.key).json(&body);
        ask.header("idempotency-key", "k-1").send()
    };
    let token = send().json["token"].as_str().unwrap().to_owned();
    assert_eq!(send().json["token"], token);
    let kept: Vec<String> = cho40::db::schema::idempotency_keys::table
        .select(cho40::db::schema::idempotency_keys::body)
        .load(db.connection())
        .unwrap();
    assert_eq!(kept.len(), 1);
    assert!(!kept[0].contains(&token) && !kept[0].contains(&hex::encode(&token)));
});
