#![cfg(test)]
//! Hooks over HTTP: raw bytes, methods, changes of a feed, a database that goes away.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cho40::db::DbConnection;
use cho40::feeds::{Secret, sign};
use diesel::connection::SimpleConnection;
use serde_json::{Value, json};

use crate::support::on_both;
use crate::web_support::{Answer, Site};
use crate::web_world::World;

const SECRET: &str = "khoa-bi-mat-cua-sepay";

fn report(id: u64) -> Value {
    json!({
        "id": id, "gateway": "Vietcombank", "transactionDate": "2026-11-24 11:59:00",
        "accountNumber": "0011001100", "code": null, "content": "x", "transferType": "in",
        "transferAmount": 10_000, "accumulated": 0, "subAccount": null,
        "referenceCode": "FT1", "description": "" })
}

fn send(site: &Site, feed: &str, id: u64, secret: &str) -> Answer {
    let ask = site.ask("POST", &format!("/hooks/{feed}")).json(&report(id));
    ask.header("authorization", &format!("Apikey {secret}")).send()
}

on_both!(a_changed_feed_counts_at_once, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    let hook = |id, secret| send(&site, world.id("feeds"), id, secret).status;
    let feed = world.path("/api/v1/feeds/{id}");
    let patch =
        |disabled| site.ask("PATCH", &feed).key(&site.key).json(&json!({ "disabled": disabled }));
    assert_eq!(hook(1, SECRET), 200);
    assert_eq!(patch(true).send().status, 200);
    assert_eq!(hook(2, SECRET), 404, "a disabled feed is gone");
    assert_eq!(patch(false).send().status, 200);
    assert_eq!(hook(2, SECRET), 200);
    assert_eq!(hook(3, "khoa-bi-mat-thu-hai"), 401);
    let new = json!({ "secret": "khoa-bi-mat-thu-hai" });
    assert_eq!(site.post(&format!("{feed}/secrets"), &new).status, 201);
    assert_eq!(hook(3, "khoa-bi-mat-thu-hai"), 200, "an added secret");
    let first = world.path("/api/v1/feeds/{id}/secrets/{secret_id}");
    assert_eq!(site.ask("DELETE", &first).key(&site.key).send().status, 200);
    assert_eq!(hook(4, SECRET), 401, "an ended one");
    let listed = || site.get(&format!("{feed}/refused")).json["items"][0].clone();
    while listed().is_null() {
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    assert_eq!(listed()["reason"], "wrong-api-key");
    assert!(listed()["detail"].as_str().unwrap().ends_with('.'));
    let verify = format!("{feed}/refused/{}/verify", listed()["number"]);
    let again = site.post(&verify, &json!({})).json;
    assert_eq!(again["outcome"], "refused");
    assert_eq!(again["detail"], listed()["detail"]);
});

on_both!(signatures_are_checked_over_what_was_sent, |db| {
    let site = Site::of(db);
    let config = json!({ "provider": "sepay", "name": "HMAC", "secret": SECRET,
        "config": { "authentication": "hmac" } });
    let feed = site.create("/api/v1/feeds", &config);
    let hook = format!("/hooks/{feed}");
    // Whatever it is, it is not unpacked before its signature is looked at.
    let packed = b"\x1f\x8b\x08 not really";
    let secret = Secret::new(SECRET, 12).unwrap();
    let at = db.clock.now().get() / 1_000;
    let mut ask = site.ask("POST", &hook).raw(packed).header("content-encoding", "gzip");
    for (name, value) in sign::sepay_hmac(&secret, at, packed) {
        ask = ask.header(name, &value);
    }
    let answer = ask.send();
    assert_eq!((answer.status, answer.text().as_str()), (200, "{\"success\":true}"));
    let kept = site.get("/api/v1/deliveries?outcome=undecodable").json;
    let unreadable = &kept["items"][0]["unreadable"];
    assert_eq!(unreadable["because"], "not-json");
    assert_eq!(unreadable["detail"], "Không phải JSON.");
    let long = site.ask("POST", &hook).raw(&vec![b' '; 1 << 20]);
    let long = long.header("accept-language", "en").send();
    assert_eq!(long.status, 413);
    let detail = "The body is larger than 256 KiB.";
    assert_eq!(long.json, json!({ "success": false, "error": "too-large", "detail": detail }));
    assert_eq!(long.header("content-type"), "application/json");
});

on_both!(other_methods_are_the_connectors_to_answer, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    let hook = format!("/hooks/{}", world.id("feeds"));
    for method in ["HEAD", "GET", "PUT"] {
        let answer = site.ask(method, &hook).send();
        assert_eq!((answer.status, answer.header("allow")), (405, "POST"), "{method}");
    }
    let metrics = site.ask("GET", "/metrics").send().text();
    assert!(
        metrics.contains("method=\"HEAD\",route=\"/hooks/{feed_id}\",status=\"405\""),
        "{metrics}"
    );
});

on_both!(vietqr_vn_finds_what_it_asks_for_below_the_hook, |db| {
    let site = Site::of(db);
    World::on(&site, &site.key, "0011001100");
    let new = json!({ "provider": "vietqr_vn", "name": "VietQR.vn", "secret": SECRET,
        "config": { "authentication": "token", "username": "cho" } });
    let feed = site.create("/api/v1/feeds", &new);
    let deliveries = || site.get("/api/v1/deliveries").json["items"].as_array().unwrap().len();
    let before = deliveries();
    let basic = format!("Basic {}", STANDARD.encode(format!("cho:{SECRET}")));
    let ask = |method, tail: &str| site.ask(method, &format!("/hooks/{feed}/{tail}"));
    let told = ask("POST", "api/token_generate").header("authorization", &basic).send();
    assert_eq!((told.status, told.header("cache-control")), (200, "no-store"));
    assert_eq!(
        (&told.json["token_type"], &told.json["expires_in"]),
        (&json!("Bearer"), &json!(300))
    );
    assert_eq!(deliveries(), before, "a question is no delivery");

    let bearer = format!("Bearer {}", told.json["access_token"].as_str().unwrap());
    let body = json!({ "transactionid": "1-FT1", "transactiontime": db.clock.now().get(),
        "referencenumber": "FT1", "amount": 10_000, "content": "x", "bankaccount": "0011001100",
        "transType": "C" });
    let push = |tail| ask("POST", tail).header("authorization", &bearer).json(&body).send();
    let done = push("bank/api/transaction-sync");
    assert_eq!(done.status, 200, "{}", done.text());
    assert_eq!((&done.json["error"], &done.json["errorReason"]), (&json!(false), &json!("000")));
    let delivery = done.json["object"]["reftransactionid"].as_str().unwrap();
    let kept = site.get(&format!("/api/v1/deliveries/{delivery}")).json;
    assert_eq!(kept["outcome"], "recorded");
    assert_eq!(kept["transfer_ids"].as_array().unwrap().len(), 1);
    assert!(!kept["headers"].to_string().to_lowercase().contains("bearer"), "{kept}");
    assert_eq!(push("transaction-sync").json["error"], false);
    assert_eq!(push("transactions").status, 404);
    assert_eq!(ask("GET", "api/token_generate").send().status, 405);
    let refused = ask("POST", "transaction-sync").json(&body).send();
    assert_eq!((refused.status, &refused.json["error"]), (401, &json!(true)));
    assert_eq!(refused.json["toastMessage"], "missing-token");
    let metrics = site.ask("GET", "/metrics").send().text();
    assert!(metrics.contains("outcome=\"question\""), "{metrics}");
});

on_both!(the_refused_log_is_there_after_the_server_has_stopped, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    assert_eq!(send(&site, world.id("feeds"), 9, "khoa-khac-hoan-toan").status, 401);
    let path = world.path("/api/v1/feeds/{id}/refused");
    drop(site);
    let site = Site::of(db);
    let log = site.get(&path).json;
    let items = log["items"].as_array().unwrap();
    assert_eq!((items.len(), &items[0]["reason"]), (1, &json!("wrong-api-key")));
    assert!(items[0]["body"].as_str().unwrap().contains("\"id\":9"));
    let verify = format!("{path}/{}/verify", items[0]["number"]);
    let again = site.post(&verify, &json!({}));
    assert_eq!((again.status, &again.json["refused_because"]), (200, &json!("wrong-api-key")));
    assert_eq!(site.post(&format!("{path}/77/verify"), &json!({})).problem(404), "not-found");
    let key = json!({ "secret": "khoa-khac-hoan-toan" });
    site.post(&world.path("/api/v1/feeds/{id}/secrets"), &key);
    let once = || {
        let ask = site.ask("POST", &verify).key(&site.key).json(&json!({}));
        ask.header("idempotency-key", "v-1").send()
    };
    let taken = once();
    assert_eq!(taken.json["outcome"], "recorded", "{}", taken.text());
    assert_eq!(once().bytes, taken.bytes);
    let delivery = format!("/api/v1/deliveries/{}", taken.json["delivery_id"].as_str().unwrap());
    assert_eq!(site.get(&delivery).json["transfer_ids"].as_array().unwrap().len(), 1);
});

/// Cuts every other connection to the test's database, and lets new ones in or not.
fn cut(connection: &mut DbConnection, lets_in: bool) {
    connection
        .batch_execute(&format!(
            "UPDATE pg_database SET datallowconn = {lets_in} WHERE datname = current_database();
             SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
             WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ))
        .unwrap();
}

on_both!(a_lost_database_is_try_again_and_never_an_error, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    if matches!(db.connection(), DbConnection::Sqlite(_)) {
        // There is no connection that could be cut.
        return;
    }
    let feed = world.id("feeds");
    for round in 0..2 {
        cut(db.connection(), true);
        assert_eq!(site.get("/api/v1/markets").status, 200, "a read is done again");
        assert_eq!(send(&site, feed, 10 + round, SECRET).status, 200);
    }
    let other = json!({ "provider": "sepay", "name": "B", "secret": SECRET,
        "config": { "authentication": "api_key", "merchant": "b" } });
    let cold = site.create("/api/v1/feeds", &other);
    cut(db.connection(), false);
    let read = site.get("/api/v1/markets");
    assert_eq!(read.problem(503), "busy");
    assert!(!read.header("retry-after").is_empty());
    let unknown = send(&site, &cold, 20, SECRET);
    assert_eq!(unknown.problem(503), "busy");
    // Longer than the feed stays fresh in memory.
    db.clock.move_to(db.clock.now().plus_ms(6_000));
    let known = send(&site, feed, 20, SECRET);
    assert_eq!(known.status, 503);
    assert_eq!(known.json, json!({ "success": false, "error": "busy" }));
    assert_eq!(known.header("retry-after"), "30");
    assert_eq!(site.ask("GET", "/readyz").send().status, 503);
    cut(db.connection(), true);
    assert_eq!(send(&site, feed, 20, SECRET).status, 200);
    assert_eq!(send(&site, &cold, 21, SECRET).status, 200);
    assert_eq!(site.ask("GET", "/readyz").send().status, 200);
});
