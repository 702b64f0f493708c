//! Links that open a stall's page: what a preview sees, how a browser gets its cookie, how links and
//! phones are revoked and muted.

use serde_json::json;

use crate::phone_stall::{Stall, Stream, opened, press};
use crate::support::on_both;
use crate::web_support::Site;

on_both!(a_preview_sees_a_button_and_changes_nothing, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let link = stall.link(&site, "listener", false);
    let seen = site.ask("GET", &link.path).header("user-agent", "ZaloBot").send();
    assert_eq!(seen.status, 200);
    for secret in ["A-01", "Lụa", "occ_", "Sạp", "set-cookie"] {
        assert!(!seen.text().contains(secret), "{secret}: {}", seen.text());
    }
    assert_eq!(seen.header("set-cookie"), "");
    assert_eq!(seen.header("referrer-policy"), "no-referrer");
    assert_eq!(seen.header("cache-control"), "no-store");
    assert!(seen.header("content-security-policy").starts_with("default-src 'none'"));
    // It cannot be told from a link that does not exist.
    let other = link.path.replace(link.token(), &"0".repeat(link.token().len()));
    let none = site.ask("GET", &other).send();
    assert_eq!(none.text().replace(&"0".repeat(32), link.token()), seen.text());
    let listeners = format!("/api/v1/stall-links/{}/listeners", link.id);
    assert_eq!(site.get(&listeners).json["items"], json!([]));
    assert_eq!(site.ask("GET", "/nghe/x%22%3E").send().problem(404), "route-unknown");
    // Whoever types an address sees a page; the paper's gaps are none of the address.
    for path in ["/nghe/x%22%3E", "/nghe/%20", "/khong-co", "/sap/book/2026-10"] {
        let typed = site.ask("GET", path).header("accept", "text/html,*/*;q=0.8").send();
        let (is_page, text) = (typed.header("content-type").starts_with("text/html"), typed.text());
        let is_known = path.contains("book") && typed.status == 403;
        assert!(is_known || typed.status == 404 && is_page, "{path}: {text}");
        assert!(is_known || text.contains("viết liền"), "{path}: {text}");
    }
    let api = site.ask("GET", "/api/v1/khong-co").header("accept", "text/html").key(&site.key);
    assert_eq!(api.send().problem(404), "route-unknown");
    let (first, rest) = link.token().split_at(4);
    let gaps = site.ask("GET", &format!("/nghe/{first}%20{rest}")).send();
    assert_eq!((gaps.status, gaps.header("location")), (303, link.path.as_str()));
});

on_both!(only_a_press_on_our_own_page_opens, |db| {
    let site = Site::of(db);
    let link = Stall::on(&site).link(&site, "listener", false);
    let press_from = |headers: &[(&str, &str)]| {
        let ask = site.ask("POST", "/nghe/open").raw(format!("token={}", link.token()).as_bytes());
        headers.iter().fold(ask, |ask, (name, value)| ask.header(name, value)).send()
    };
    for headers in [
        &[][..],
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
        &[("sec-fetch-site", "cross-site"), ("origin", site.url.as_str())],
    ] {
        let answer = press_from(headers);
        assert_eq!((answer.status, answer.header("set-cookie")), (403, ""), "{headers:?}");
    }
    let plain = press_from(&[("origin", site.url.as_str())]);
    let cookie = plain.header("set-cookie");
    assert_eq!((plain.status, plain.header("location")), (303, "/nghe"));
    assert!(cookie.starts_with("cho40-phone=") && cookie.contains("HttpOnly; SameSite=Lax"));
    assert!(!cookie.contains("Secure"), "a browser without TLS would refuse it");
    let host = site.url.strip_prefix("http://").unwrap();
    let secure = press_from(&[("origin", &format!("https://{host}"))]);
    let cookie = secure.header("set-cookie");
    assert!(cookie.starts_with("__Host-cho40-phone=") && cookie.contains("Path=/"), "{cookie}");
    assert!(cookie.ends_with("Secure"), "{cookie}");
    let form = press_from(&[("sec-fetch-site", "same-origin"), ("origin", "null")]);
    assert_eq!(form.status, 303, "a browser that sends no referrer has no origin either");
});

on_both!(a_cookie_opens_the_page_of_its_stall_and_no_other_thing, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let link = stall.link(&site, "listener", false);
    let cookie = opened(&site, &link);
    let page = site.ask("GET", "/nghe").header("cookie", &cookie).send();
    assert!(page.status == 200 && page.text().contains("Sạp A-01"), "{}", page.text());
    assert!(page.text().contains("BẬT TIẾNG"));
    let english = site.ask("GET", "/nghe?lang=en").header("cookie", &cookie).send();
    assert!(english.text().contains("TURN SOUND ON"));
    assert!(english.header("set-cookie").starts_with("cho40-lang=en;"));
    let both = format!("{cookie}; cho40-lang=en");
    let again = site.ask("GET", "/nghe").header("cookie", &both).send();
    assert!(again.text().contains("TURN SOUND ON"));
    assert_eq!(site.ask("GET", "/nghe").send().status, 403);
    let token = cookie.split_once('=').unwrap().1;
    let as_key = site.ask("GET", "/api/v1/transfers").key(token).send();
    assert_eq!(as_key.problem(401), "key-unknown");
    let owner = stall.link(&site, "owner", true);
    assert!(owner.path.starts_with("/sap/"));
    assert_eq!(site.ask("GET", &owner.path).send().status, 200);
});

on_both!(phones_are_listed_muted_and_revoked, |db| {
    let site = Site::of(db);
    let link = Stall::on(&site).link(&site, "listener", false);
    let cookie = opened(&site, &link);
    // The same browser is no second phone.
    assert_eq!(press(&site, link.token(), Some(&cookie)).status, 303);
    let other = opened(&site, &link);
    let path = format!("/api/v1/stall-links/{}/listeners", link.id);
    let listed = site.get(&path).json;
    assert_eq!(listed["items"].as_array().unwrap().len(), 2, "{listed}");
    let phone = &listed["items"][0];
    assert_eq!(phone["name"], "Android, Zalo");
    assert_eq!(phone["muted_at"], json!(null));
    let one = format!("{path}/{}", phone["id"].as_str().unwrap());
    let mut stream = Stream::open(&site, &cookie, "");
    let mut is_muted = |muted| while stream.next_of("beat").data["muted"] != muted {};
    let change = |muted| site.ask("PATCH", &one).key(&site.key).json(&json!({ "muted": muted }));
    assert_eq!(change(true).send().json["muted_at"], "2026-11-24T12:00:00+07:00");
    is_muted(true);
    assert_eq!(change(false).send().json["muted_at"], json!(null));
    is_muted(false);
    let ended = site.ask("DELETE", &one).key(&site.key).send();
    assert_eq!(ended.json["revoked_at"], "2026-11-24T12:00:00+07:00");
    stream.next_of("ended");
    assert!(stream.next().is_none());
    assert_eq!(site.ask("GET", "/nghe").header("cookie", &cookie).send().status, 410);
    assert_eq!(Stream::open(&site, &cookie, "").next().unwrap().event, "ended");
    // The other one hears on.
    assert_eq!(site.ask("GET", "/nghe").header("cookie", &other).send().status, 200);
});

on_both!(a_revoked_link_opens_nothing_and_ends_its_phones, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let link = stall.link(&site, "listener", false);
    let kept = opened(&site, &stall.link(&site, "listener", false));
    let cookie = opened(&site, &link);
    let mut stream = Stream::open(&site, &cookie, "");
    stream.next_of("beat");
    let path = format!("/api/v1/stall-links/{}", link.id);
    let revoked = site.ask("DELETE", &path).key(&site.key).send();
    assert_eq!(revoked.json["revoked_at"], "2026-11-24T12:00:00+07:00");
    stream.next_of("ended");
    let again = press(&site, link.token(), None);
    assert_eq!((again.status, again.header("set-cookie")), (410, ""));
    assert_eq!(press(&site, "0123", None).text(), again.text(), "as one that never was");
    assert_eq!(site.ask("GET", "/nghe").header("cookie", &cookie).send().status, 410);
    assert_eq!(site.ask("GET", "/nghe").header("cookie", &kept).send().status, 200);
    assert_eq!(site.ask("DELETE", &path).key(&site.key).send().json, revoked.json);
});

on_both!(links_and_phones_are_few, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let link = stall.link(&site, "listener", false);
    for _ in 0..20 {
        opened(&site, &link);
    }
    assert_eq!(press(&site, link.token(), None).status, 409);
    let new = json!({ "occupancy_id": stall.world.id("occupancies"), "kind": "listener",
        "name": "Máy ở sạp" });
    // The world has made one.
    for _ in 0..8 {
        assert_eq!(site.post("/api/v1/stall-links", &new).status, 201);
    }
    assert_eq!(site.post("/api/v1/stall-links", &new).problem(409), "stall-link-too-many");
    let owner = json!({ "occupancy_id": stall.world.id("occupancies"), "kind": "owner",
        "name": "Chị Lụa" });
    assert_eq!(site.post("/api/v1/stall-links", &owner).status, 201);
});
