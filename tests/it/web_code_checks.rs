//! Checks of stalls over HTTP: a photo in one call, or what a scanner has read.

#![cfg(test)]

use std::process::Command;

use cho40::access::Permission;
use cho40::db::DatabaseUrl;
use serde_json::{Value, json};

use crate::code_checks::vnpay;
use crate::support::on_both;
use crate::web_code_readings::{blank, photo};
use crate::web_support::{Answer, Site};
use crate::web_world::World;

const STRANGER: &str = "00020101021138570010A00000072701270006970403011300110123456780208QRIBFTTA\
                        53037045802VN63049E6F";

/// A wallet's link on the stall.
pub fn other_code(occupancy: &str, of: &str) -> Value {
    json!({ "occupancy_id": occupancy, "payload": format!("https://vi.example/{of}"), "scheme": "Ví",
            "holder_name": "LUA", "holder_name_confirmed": true, "confirmed_by": "Tổ 1" })
}

fn send(site: &Site, query: &str, body: &[u8], content_type: &str) -> Answer {
    let ask = site.ask("POST", &format!("/api/v1/code-checks?{query}")).key(&site.key).raw(body);
    ask.header("content-type", content_type).send()
}

on_both!(a_photo_of_a_stall_is_checked_in_one_call, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    let ours = site.get(&world.path("/api/v1/codes/{id}")).json;
    let ours = ours["payload"].as_str().unwrap();
    let query = format!("stall_id={}&checked_by=T%E1%BB%95%201", world.id("stalls"));
    let right = send(&site, &query, &photo(&[ours]), "image/png");
    assert_eq!((right.status, &right.json["result"]), (201, &json!("right")), "{}", right.text());
    assert_eq!((&right.json["way"], &right.json["checked_by"]), (&json!("photo"), &json!("Tổ 1")));
    assert_eq!(right.json["codes"][0]["code_id"], world.id("codes"));
    let shown = site.ask("GET", right.header("location")).key(&site.key).send();
    assert_eq!(shown.json, right.json);

    let several = photo(&[ours, STRANGER, &vnpay()]);
    let answer = send(&site, &query, &several, "application/octet-stream");
    assert_eq!(answer.json["result"], "wrong_account", "{}", answer.text());
    assert_eq!((&answer.json["alarm"], &answer.json["needs_visit"]), (&json!(true), &json!(true)));
    let each: Vec<_> = (0..3).map(|at| answer.json["codes"][at]["result"].clone()).collect();
    assert_eq!(each, ["wrong_account", "unknown", "right"]);
    assert_eq!(answer.json["codes"][0]["bank"], "Sacombank");
    assert!(answer.json["finding"].as_str().unwrap().starts_with("Bên cạnh mã đúng"));
    assert_eq!(answer.json["codes"][1]["remarks"][0]["code"], "other-scheme");
    let listed = site.get("/api/v1/code-checks?needs_visit=true");
    assert_eq!(listed.json["items"], json!([answer.json]));
    let english = site.ask("GET", "/api/v1/code-checks?result=wrong_account").key(&site.key);
    let english = english.header("accept-language", "en").send();
    let detail = english.json["items"][0]["finding"].as_str().unwrap().to_owned();
    assert!(detail.starts_with("Beside the right code"), "{detail}");

    // An alarm until somebody looks again, for who may read the register.
    let wrong = |key: &str| {
        let all = site.ask("GET", "/api/v1/alarms").key(key).send().json;
        let items = all["items"].as_array().unwrap().clone();
        items.into_iter().filter(|one| one["alarm"]["code"] == "wrong-account").collect::<Vec<_>>()
    };
    let told = wrong(&site.key);
    assert_eq!((told.len(), &told[0]["stall_id"]), (1, &json!(world.id("stalls"))));
    assert!(told[0]["alarm"]["detail"].as_str().unwrap().contains("thấy mã trả cho người khác"));
    let of_feeds = site.key_with(&[Permission::FeedsRead]);
    assert_eq!(wrong(&of_feeds), Vec::<Value>::new());

    let form = [
        b"--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.jpg\"\r\n\r\n".as_slice(),
        &photo(&[ours]),
        b"\r\n--b--\r\n",
    ];
    let form = send(&site, &query, &form.concat(), "multipart/form-data; boundary=b");
    assert_eq!(form.json["result"], "right", "{}", form.text());
    assert_eq!(wrong(&site.key), Vec::<Value>::new());
    let nothing = send(&site, &query, &blank(), "image/jpeg");
    assert_eq!((nothing.status, &nothing.json["result"]), (201, &json!("not_readable")));
});

on_both!(a_photo_that_comes_twice_is_one_check, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    let query = format!("stall_id={}&checked_by=To", world.id("stalls"));
    let again = |query: &str, body: &[u8]| {
        let ask = site.ask("POST", &format!("/api/v1/code-checks?{query}")).key(&site.key);
        let ask = ask.raw(body).header("content-type", "image/png");
        ask.header("idempotency-key", "lan-1").send()
    };
    let (first, second) = (again(&query, &blank()), again(&query, &blank()));
    assert_eq!((first.status, &first.json), (201, &second.json));
    assert_eq!(second.header("idempotency-replayed"), "true");
    assert_eq!(again(&format!("{query}2"), &blank()).problem(409), "idempotency-key-reused");
    assert_eq!(again(&query, &photo(&["x"])).problem(409), "idempotency-key-reused");
});

on_both!(what_is_wrong_with_an_upload_is_said, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    let theirs = World::on(&site, &site.other_key, "0022002200");
    let stall = world.id("stalls");
    let good = format!("stall_id={stall}&checked_by=To");
    for (query, body, status, code) in [
        (String::new(), blank(), 422, "field-missing"),
        (format!("stall_id={stall}"), blank(), 422, "field-missing"),
        (format!("{good}&staal=1"), blank(), 422, "field-unknown"),
        (format!("stall_id={stall}&checked_by="), blank(), 422, "text-length"),
        (format!("stall_id={}&checked_by=To", theirs.id("stalls")), blank(), 404, "not-found"),
        (format!("{good}&latitude_mdeg=1"), blank(), 422, "coordinates-out-of-range"),
        (good.clone(), b"%PDF".to_vec(), 422, "picture-format"),
    ] {
        let answer = send(&site, &query, &body, "image/jpeg");
        assert_eq!(answer.problem(status), code, "{query}: {}", answer.text());
    }
    // Other kinds of pictures are told what is taken, whatever they are called.
    for (media, status, code) in [
        ("image/webp", 422, "picture-format"),
        ("image/gif", 422, "picture-format"),
        ("image/heic", 422, "picture-format"),
        ("application/x-www-form-urlencoded", 415, "content-type-not-photo"),
        ("text/plain", 415, "content-type-not-photo"),
    ] {
        let answer = send(&site, &good, b"RIFF0000WEBPVP8 ", media);
        let detail = answer.json["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains("JPEG") && detail.contains("PNG"), "{media}: {detail}");
        assert_eq!(answer.problem(status), code, "{media}");
    }
    let forgotten = json!({ "stall_id": stall, "checked_by": "Tổ 1" });
    let forgotten = site.post("/api/v1/code-checks", &forgotten);
    assert_eq!(forgotten.problem(422), "check-without-scan");
    let listed = site.get(&format!("/api/v1/code-checks?stall_id={stall}"));
    assert_eq!(listed.json["items"].as_array().unwrap().len(), 1, "only the world's own");
    let place = format!("/api/v1/code-checks/{}/place", world.id("code-checks"));
    assert_eq!(site.ask("DELETE", &place).key(&site.key).send().status, 204);
    assert_eq!(site.ask("DELETE", &place).key(&site.other_key).send().problem(404), "not-found");
});

on_both!(a_photo_is_checked_on_the_server, |db| {
    let url = match db.url() {
        DatabaseUrl::Sqlite(path) => format!("sqlite:{}", path.display()),
        DatabaseUrl::Postgres(url) => url.clone(),
    };
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    let ours = site.get(&world.path("/api/v1/codes/{id}")).json;
    let home = tempfile::tempdir().unwrap();
    for (name, payload) in [("a.png", ours["payload"].as_str().unwrap()), ("b.png", STRANGER)] {
        std::fs::write(home.path().join(name), photo(&[payload])).unwrap();
    }
    let board = db.act().board_id().to_string();
    let check = |stall: &str, picture: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cho40"));
        command.current_dir(home.path()).env("CHO40_SECRET_KEY", "07".repeat(32));
        command.args(["vietqr", "check", "--database-url", &url, "--board", &board]);
        command.args(["--by", "Tổ 1", "--stall", stall, picture]).output().unwrap()
    };
    for (stall, picture, status, result) in
        [("a-01", "a.png", 0, "right"), (world.id("stalls"), "b.png", 1, "wrong_account")]
    {
        let done = check(stall, picture);
        assert_eq!(done.status.code(), Some(status), "{done:?}");
        let said: Value = serde_json::from_slice(&done.stdout).unwrap();
        assert_eq!(
            (&said["result"], &said["stall_id"]),
            (&json!(result), &json!(world.id("stalls")))
        );
    }
    for (stall, picture, word) in
        [("Z-9", "a.png", "Chợ không có sạp số này"), ("A-01", "c.png", "c.png")]
    {
        let refused = check(stall, picture);
        assert_eq!(refused.status.code(), Some(1));
        assert!(String::from_utf8_lossy(&refused.stderr).contains(word), "{refused:?}");
    }
});
