//! Statements over HTTP: uploaded, looked at, mapped, committed.

#![cfg(test)]

use std::time::{Duration, Instant};

use cho40::access::Permission;
use cho40::db::schema::statement_layouts as layouts;
use diesel::prelude::*;
use serde_json::{Value, json};

use crate::statements_support::{csv, row, xlsx};
use crate::support::on_both;
use crate::web_support::{Answer, Site};
use crate::web_world::World;

fn upload(site: &Site, key: &str, account: &str, bytes: &[u8]) -> Answer {
    let path = format!("/api/v1/statements?account_id={account}");
    let ask = site.ask("POST", &path).key(key).raw(bytes);
    ask.header("content-type", "application/octet-stream").send()
}

fn statement(number: &str) -> Vec<u8> {
    xlsx(&vec![
        row(&["Số tài khoản:", number]),
        row(&["Từ ngày 01/11/2026 đến ngày 23/11/2026"]),
        row(&["Ngày giao dịch", "Mã giao dịch", "Ghi nợ", "Ghi có", "Nội dung"]),
        row(&["20/11/2026", "FT1", "", "45.000", "tra tien ca"]),
        row(&["21/11/2026", "FT2", "", "60.000", "tien rau"]),
        row(&["21/11/2026", "FT3", "", "sáu chục", "tien rau"]),
    ])
}

/// Asks until the statement is done.
fn settled(site: &Site, id: &str) -> Value {
    let began = Instant::now();
    loop {
        let shown = site.get(&format!("/api/v1/statements/{id}")).json;
        if shown["state"] == "done" {
            return shown;
        }
        assert!(began.elapsed() < Duration::from_secs(20), "{shown}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

on_both!(a_statement_is_uploaded_looked_at_and_committed, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    let made = upload(&site, &site.key, world.id("accounts"), &statement("0011001100"));
    assert_eq!(made.status, 201, "{}", made.text());
    let id = made.json["id"].as_str().unwrap();
    assert_eq!(made.header("location"), format!("/api/v1/statements/{id}"));
    assert_eq!(made.json["state"], "checked");
    assert_eq!(made.json["format"], "xlsx");
    assert_eq!(
        made.json["counts"],
        json!({
        "rows": 2, "new": 2, "known": 0, "reported": 0, "unreadable": 1, "dropped": 0,
        "failed": 0, "repeated": 0 })
    );
    let rows = site.get(&format!("/api/v1/statements/{id}/rows?limit=1"));
    assert_eq!(rows.json["items"][0]["amount_vnd"], 45_000);
    let cursor = rows.json["next_cursor"].as_str().unwrap();
    let rows = site.get(&format!("/api/v1/statements/{id}/rows?cursor={cursor}"));
    assert_eq!(rows.json["items"][0]["amount_vnd"], 60_000);
    assert_eq!(rows.json["next_cursor"], Value::Null);
    let hidden = site.key_with(&[Permission::FeedsRead]);
    let rows = site.ask("GET", &format!("/api/v1/statements/{id}/rows")).key(&hidden).send();
    assert_eq!(
        (&rows.json["items"][0]["amount_vnd"], &rows.json["items"][0]["memo"]),
        (&Value::Null, &Value::Null)
    );
    let told = site.get(&format!("/api/v1/statements/{id}/unreadable"));
    assert_eq!(
        told.json["items"],
        json!([
        { "row": 6, "field": "amount", "because": "not-an-amount", "day": "2026-11-21",
          "detail": "Không phải số đồng nguyên." }])
    );
    let commit = format!("/api/v1/statements/{id}/commit");
    for _ in 0..2 {
        assert_eq!(site.post(&commit, &json!({})).status, 200);
        let done = settled(&site, id);
        assert_eq!(
            done["progress"],
            json!({ "done": 2, "recorded": 2, "linked": 0, "doubtful": 0 })
        );
        assert_eq!(
            done["covered"],
            json!([
            { "from_day": "2026-11-01", "to_day": "2026-11-20" },
            { "from_day": "2026-11-22", "to_day": "2026-11-23" }])
        );
    }
    assert_eq!(
        site.ask("DELETE", &format!("/api/v1/statements/{id}")).key(&site.key).send().problem(409),
        "statement-committed"
    );
    // Its feed is not one that anybody can send to, or make.
    let feed = made.json["feed_id"].as_str().unwrap();
    let hook = site.ask("POST", &format!("/hooks/{feed}")).json(&json!({ "rows": [] })).send();
    assert_eq!(hook.status, 404, "{}", hook.text());
    let new =
        json!({ "provider": "statement", "name": "x", "config": {}, "secret": "0123456789ab" });
    assert_eq!(site.post("/api/v1/feeds", &new).problem(422), "feed-unknown-provider");
});

on_both!(what_is_no_statement_is_refused, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    let account = world.id("accounts");
    let refused = |bytes: &[u8]| {
        let answer = upload(&site, &site.key, account, bytes);
        answer.problem(422).to_owned()
    };
    assert_eq!(refused(b""), "statement-empty");
    assert_eq!(refused(b"%PDF-1.7"), "statement-format-unknown");
    assert_eq!(refused(b"PK\x03\x04"), "statement-unreadable");
    assert_eq!(refused(&statement("0022002200")), "statement-account-differs");
    let path = format!("/api/v1/statements?account_id={account}");
    let as_json = site.post(&path, &json!({}));
    assert_eq!(as_json.problem(415), "content-type-not-file");
    let large = upload(&site, &site.key, account, &vec![b'x'; (20 << 20) + 1]);
    assert_eq!(large.problem(413), "file-too-large");
    let nobodys = "acc_0000000000000";
    assert_eq!(upload(&site, &site.key, nobodys, b"x").problem(404), "not-found");
    assert_eq!(upload(&site, &site.key, "stl_0", b"x").status, 422);
});

on_both!(the_file_of_a_form_is_one_upload, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    let path = format!("/api/v1/statements?account_id={}", world.id("accounts"));
    let send = |boundary: &str, end: &str| {
        let head = "Content-Disposition: form-data; name=\"file\"; filename=\"a.xlsx\"";
        let mut body = format!("--{boundary}\r\n{head}\r\n\r\n").into_bytes();
        body.extend(statement("0011001100"));
        body.extend(format!("\r\n--{boundary}{end}").into_bytes());
        let media = format!("multipart/form-data; boundary={boundary}");
        site.ask("POST", &path).key(&site.key).raw(&body).header("content-type", &media).send()
    };
    let made = send("xYzZy", "--\r\n");
    assert_eq!((made.status, &made.json["counts"]["new"]), (201, &json!(2)), "{}", made.text());
    let ask = site.ask("POST", &path).key(&site.key).raw(b"--a--");
    let none = ask.header("content-type", "multipart/form-data; boundary=a").send();
    assert_eq!(none.problem(400), "form-without-file");
});

on_both!(the_same_upload_under_one_key_is_one_statement, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    let path = format!("/api/v1/statements?account_id={}", world.id("accounts"));
    let send = |bytes: &[u8]| {
        let ask = site.ask("POST", &path).key(&site.key).raw(bytes);
        ask.header("idempotency-key", "u-1").header("content-type", "text/csv").send()
    };
    // Made once: a workbook tells when it was made.
    let bytes = statement("0011001100");
    let (first, again) = (send(&bytes), send(&bytes));
    assert_eq!((first.status, again.status), (201, 201));
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(first.json["id"], again.json["id"]);
    let other =
        csv(&vec![row(&["Ngày", "Ghi có", "Nội dung"]), row(&["20/11/2026", "1", "x"])], ',');
    assert_eq!(send(&other).problem(409), "idempotency-key-reused");
});

on_both!(an_unknown_layout_is_mapped_once, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    let account = world.id("accounts");
    let table = vec![row(&["Cột A", "Cột B", "Cột C"]), row(&["20/11/2026", "45.000", "tien ca"])];
    let made = upload(&site, &site.key, account, &csv(&table, ';'));
    assert_eq!(made.status, 201, "{}", made.text());
    assert_eq!(
        (&made.json["state"], &made.json["asks"]),
        (&json!("needs_mapping"), &json!(["columns"]))
    );
    assert_eq!(made.json["feed_id"], Value::Null);
    let commit = format!("/api/v1/statements/{}/commit", made.json["id"].as_str().unwrap());
    assert_eq!(site.post(&commit, &json!({})).problem(409), "statement-needs-mapping");
    let name = made.json["layout"].as_str().unwrap();
    let address = format!("/api/v1/statement-layouts/{name}");
    let layout = site.get(&address).json;
    assert_eq!(
        layout["columns"],
        json!([
        { "heading": "Cột A", "shape": "99/99/9999" },
        { "heading": "Cột B", "shape": "9.999" },
        { "heading": "Cột C", "shape": "aaaa aa" }])
    );
    let put = |body: &Value| site.ask("PUT", &address).key(&site.key).json(body).send();
    assert_eq!(put(&json!({ "date": 3 })).problem(422), "statement-column-unknown");
    let mapping = json!({
        "date": 0, "credit": 1, "memo": 2, "date_order": "day_month_year",
        "amount_format": "dots" });
    let mapped = put(&mapping);
    assert_eq!(mapped.status, 200, "{}", mapped.text());
    assert_eq!(mapped.json["mapping"]["credit"], 1);
    let made = upload(&site, &site.key, account, &csv(&table, ';'));
    assert_eq!((&made.json["state"], &made.json["counts"]["new"]), (&json!("checked"), &json!(1)));
    // The file does not say which days it tells.
    let commit = format!("/api/v1/statements/{}/commit", made.json["id"].as_str().unwrap());
    assert_eq!(made.json["names_account"], false);
    assert_eq!(site.post(&commit, &json!({})).problem(422), "statement-account-unconfirmed");
    let confirmed = json!({ "account_confirmed": true });
    assert_eq!(site.post(&commit, &confirmed).problem(422), "statement-days-unknown");
    let days = json!({ "from_day": "2026-11-20", "to_day": "2026-11-20" });
    let mut said = days.clone();
    said["account_confirmed"] = json!(true);
    assert_eq!(site.post(&commit, &said).status, 200);
    let done = settled(&site, made.json["id"].as_str().unwrap());
    assert_eq!(done["covered"], json!([days]));
    let listed = site.get(&format!("/api/v1/statements?account_id={account}")).json;
    assert!(listed["items"].as_array().unwrap().len() >= 2);
});

on_both!(layouts_that_nobody_maps_do_not_pile_up, |db| {
    let board_id = db.act().board_id().0;
    let old = |number: i64| {
        let mapping = (number == 0).then(|| json!({ "date": 0, "credit": 1 }).to_string());
        (
            layouts::board_id.eq(board_id),
            layouts::layout.eq(format!("{number:016x}")),
            layouts::headings.eq("[[],[]]"),
            layouts::mapping.eq(mapping),
            layouts::changed_at_ms.eq(number),
            layouts::changed_by.eq(1_i64),
        )
    };
    for number in 0..=200 {
        let row = old(number);
        diesel::insert_into(layouts::table).values(row).execute(db.connection()).unwrap();
    }
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    let table = vec![row(&["Cột A", "Cột B", "Cột C"]), row(&["20/11/2026", "45.000", "tien ca"])];
    let made = upload(&site, &site.key, world.id("accounts"), &csv(&table, ';'));
    let kept = site.get("/api/v1/statement-layouts").json;
    let names: Vec<&str> = kept["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["layout"].as_str().unwrap())
        .collect();
    assert_eq!(names.len(), 201, "the mapped one, and 200 others");
    assert!(names.contains(&"0000000000000000"), "a mapped one is kept, however old");
    assert!(!names.contains(&"0000000000000001"), "the oldest");
    assert!(names.contains(&made.json["layout"].as_str().unwrap()));
});
