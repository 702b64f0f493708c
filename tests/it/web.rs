//! What holds for every answer: ids, headers, languages, methods, keys, limits.

use std::io::Read as _;

use cho40::access::{Permission, keys};
use cho40::web::limiter::{Limits, Rate};
use flate2::read::GzDecoder;
use serde_json::json;

use crate::support::on_both;
use crate::web_support::Site;

on_both!(the_server_tells_how_it_is, |db| {
    let site = Site::of(db);
    assert_eq!(site.ask("GET", "/healthz").send().json, json!({ "status": "alive" }));
    assert_eq!(site.ask("GET", "/readyz").send().json, json!({ "status": "ready" }));
    site.get("/api/v1/board");
    let metrics = site.ask("GET", "/metrics").send();
    assert!(metrics.header("content-type").starts_with("text/plain; version=0.0.4"));
    let counted =
        "cho40_http_requests_total{method=\"GET\",route=\"/api/v1/board\",status=\"200\"} 1";
    assert!(metrics.text().contains(counted), "{}", metrics.text());
    assert!(metrics.text().contains("cho40_queue_full_total 0"));
});

on_both!(every_answer_is_fenced, |db| {
    let site = Site::of(db);
    let answer = site.get("/api/v1/board");
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(
        answer.header("content-security-policy"),
        "default-src 'none'; frame-ancestors 'none'"
    );
    let again = site.get("/api/v1/board");
    assert_ne!(answer.header("x-request-id"), again.header("x-request-id"));
    let named = site.ask("GET", "/healthz").header("x-request-id", "mine").send();
    assert_ne!(named.header("x-request-id"), "mine");
});

on_both!(problems_speak_vietnamese_unless_english_is_preferred, |db| {
    let site = Site::of(db);
    let vietnamese = site.ask("GET", "/nowhere").send();
    assert_eq!(vietnamese.problem(404), "route-unknown");
    assert_eq!(vietnamese.json["title"], "Không tìm thấy");
    assert_eq!(vietnamese.header("content-language"), "vi");
    let english = site.ask("GET", "/nowhere").header("accept-language", "en-GB,en;q=0.9").send();
    assert_eq!(english.json["title"], "Not found");
    assert_eq!(english.header("content-language"), "en");
});

on_both!(a_wrong_method_is_told_the_right_ones, |db| {
    let site = Site::of(db);
    for (path, allowed) in [
        ("/healthz", "GET, HEAD"),
        ("/openapi.json", "GET, HEAD"),
        ("/docs/", "GET, HEAD"),
        ("/api/v1/board", "GET, PATCH, HEAD"),
        ("/api/v1/markets", "GET, POST, HEAD"),
    ] {
        let refused = site.ask("PUT", path).key(&site.key).send();
        assert_eq!(refused.problem(405), "method-not-allowed", "{path}");
        assert_eq!(refused.header("allow"), allowed, "{path}");
    }
    let head = site.ask("HEAD", "/api/v1/board").key(&site.key).send();
    assert_eq!((head.status, head.bytes.len()), (200, 0));
});

on_both!(without_a_good_key_nothing_is_told, |db| {
    let site = Site::of(db);
    let nobody = site.ask("GET", "/api/v1/board").send();
    assert_eq!(nobody.problem(401), "key-missing");
    assert_eq!(nobody.header("www-authenticate"), "Bearer realm=\"cho40\"");
    for (header, code) in [
        ("Basic abc", "authorization-malformed"),
        ("Bearer", "authorization-malformed"),
        ("Bearer  ", "authorization-malformed"),
        ("Bearer cho40_0000", "key-unknown"),
    ] {
        let refused = site.ask("GET", "/api/v1/board").header("authorization", header).send();
        assert_eq!(refused.problem(401), code, "{header}");
    }
    let doubled = site.ask("GET", "/api/v1/board").key(&site.key).key("cho40_0000").send();
    assert_eq!(doubled.problem(401), "authorization-doubled");
    let bare = site.key_with(&[Permission::ReportsRead]);
    let forbidden = site.ask("GET", "/api/v1/board").key(&bare).send();
    assert_eq!(forbidden.problem(403), "forbidden");
    assert_eq!(forbidden.json["args"]["permission"], "registry.read");
});

on_both!(a_revoked_key_ends_at_once, |db| {
    let site = Site::of(db);
    let permissions = json!({ "name": "máy quầy", "permissions": ["registry.read"] });
    let issued = site.post("/api/v1/keys", &permissions);
    let token = issued.json["token"].as_str().unwrap();
    assert_eq!(site.ask("GET", "/api/v1/board").key(token).send().status, 200);
    let revoked = site.ask("DELETE", issued.header("location")).key(&site.key).send();
    assert_eq!(revoked.status, 204);
    assert_eq!(site.ask("GET", "/api/v1/board").key(token).send().problem(401), "key-unknown");
    let unseen = site.get("/api/v1/keys");
    assert!(!unseen.text().contains(token));
});

on_both!(a_caller_that_asks_too_often_is_told_to_wait, |db| {
    let limits = Limits { per_key: Rate::new(1, 3), per_address: Rate::new(5_000, 5_000) };
    let site = Site::with_limits(db, limits);
    for _ in 0..3 {
        assert_eq!(site.get("/api/v1/board").status, 200);
    }
    let held = site.get("/api/v1/board");
    assert_eq!(held.problem(429), "too-many-requests");
    assert_eq!(held.header("retry-after"), "1");
    let other = site.ask("GET", "/api/v1/board").key(&site.other_key).send();
    assert_eq!(other.status, 200, "another key has its own bucket");
});

on_both!(an_address_that_guesses_keys_is_held, |db| {
    let limits = Limits { per_key: Rate::new(50, 50), per_address: Rate::new(1, 3) };
    let site = Site::with_limits(db, limits);
    for _ in 0..3 {
        site.ask("GET", "/api/v1/board").key("cho40_0000").send().problem(401);
    }
    site.ask("GET", "/api/v1/board").key("cho40_0000").send().problem(429);
});

on_both!(the_page_to_try_the_api_loads_nothing_from_elsewhere, |db| {
    let site = Site::of(db);
    let moved = site.ask("GET", "/docs").send();
    assert_eq!((moved.status, moved.header("location")), (307, "/docs/"));
    let page = site.ask("GET", "/docs/").send();
    assert_eq!(page.status, 200);
    assert!(page.header("content-type").starts_with("text/html"));
    assert!(page.header("content-security-policy").starts_with("default-src 'self'"));
    for attribute in ["src=\"", "href=\""] {
        for link in page.text().split(attribute).skip(1) {
            let link = link.split('"').next().unwrap();
            assert!(!link.contains("//"), "{link}");
        }
    }
    for file in ["swagger-ui.css", "swagger-ui-bundle.js", "swagger-initializer.js"] {
        assert_eq!(site.ask("GET", &format!("/docs/{file}")).send().status, 200, "{file}");
    }
    let settings = site.ask("GET", "/docs/swagger-initializer.js").send().text();
    assert!(settings.contains("/openapi.json") && settings.contains("\"validatorUrl\": \"none\""));
    site.ask("GET", "/docs/no-such-file").send().problem(404);
    let document = site.ask("GET", "/openapi.json").send();
    assert_eq!(document.json["openapi"], "3.1.0");
    assert_eq!(document.header("content-encoding"), "");
    let packed = site.ask("GET", "/openapi.json").header("accept-encoding", "gzip").send();
    assert_eq!(packed.header("content-encoding"), "gzip");
    let mut unpacked = Vec::new();
    GzDecoder::new(&*packed.bytes).read_to_end(&mut unpacked).unwrap();
    assert!(unpacked == document.bytes, "{} bytes", unpacked.len());
});

on_both!(an_expired_key_is_told_so_and_a_used_one_is_seen, |db| {
    let site = Site::of(db);
    let end = db.clock.now().plus_ms(60_000);
    let new = json!({ "name": "quầy", "permissions": ["reports.read"], "expires_at": end });
    let made = site.post("/api/v1/keys", &new);
    assert_eq!(made.status, 201, "{}", made.text());
    assert_eq!(made.json["expires_at"], json!(end));
    assert_eq!(made.json["prefix"], made.json["token"].as_str().unwrap()[..12]);
    let token = made.json["token"].as_str().unwrap();
    let ask = || site.ask("GET", "/api/v1/board").key(token).send();
    assert_ne!(ask().status, 401);
    db.clock.move_to(end);
    assert_eq!(ask().problem(401), "key-expired");
    drop(site);
    let act = db.act();
    let all = keys::list(db.connection(), &act).unwrap();
    let used = all.iter().find(|key| key.name == "quầy").unwrap().last_used_at;
    assert_eq!(used, Some(end.plus_ms(-60_000)), "the refused use is none");
});
