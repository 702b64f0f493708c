//! The way of docs/api.md, from the board to the report, and the states on the way.

use cho40::access::Permission;
use cho40::primitives::UnixMs;
use cho40::primitives::time::{MS_PER_DAY, MS_PER_MINUTE};
use serde_json::{Value, json};

use crate::support::{TestDb, on_both};
use crate::web_pictures::read;
use crate::web_support::{Answer, Site};
use crate::web_world::World;

const SECRET: &str = "khoa-bi-mat-cua-sepay";

/// Reports a transfer as SePay does.
fn pay(site: &Site, feed_id: &str, id: u64, memo: &str, amount: u64, at: UnixMs) -> Answer {
    let at = at.to_string();
    let told = json!({
        "id": id, "gateway": "Vietcombank",
        "transactionDate": format!("{} {}", &at[..10], &at[11..19]),
        "accountNumber": "0011001100", "code": null, "content": memo, "transferType": "in",
        "transferAmount": amount, "accumulated": 0, "subAccount": null,
        "referenceCode": format!("FT{id}"), "description": "" });
    let ask = site.ask("POST", &format!("/hooks/{feed_id}")).json(&told);
    ask.header("authorization", &format!("Apikey {SECRET}")).send()
}

fn at(db: &TestDb, minutes: i64) -> UnixMs {
    db.clock.now().plus_ms(minutes * MS_PER_MINUTE)
}

on_both!(from_the_board_to_the_report, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    let feed = world.id("feeds");
    let code = site.get(&world.path("/api/v1/codes/{id}")).json;
    let memo = format!("MBVCB.123.{} tra tien-CT tu 0099", code["reference"].as_str().unwrap());
    assert_eq!(pay(&site, feed, 1, &memo, 120_000, at(db, -1)).text(), "{\"success\":true}");
    let listed = site.get(&world.path("/api/v1/transfers?occupancy_id="));
    assert_eq!(listed.problem(422), "value-of-wrong-type");
    let path = format!("/api/v1/transfers?occupancy_id={}", world.id("occupancies"));
    let transfers = site.get(&path).json;
    let newest = &transfers["items"][0];
    assert_eq!(newest["amount_vnd"], 120_000);
    assert_eq!(newest["attribution"]["rule"], "reference");
    assert_eq!(newest["attribution"]["lines"][0]["code_id"], world.id("codes"));
    db.clock.move_to(at(db, 2 * 24 * 60));
    let report = format!("/api/v1/reports/adoption?market_id={}", world.id("markets"));
    let shown = site.get(&format!("{report}&include_occupancies=true"));
    assert_eq!(shown.status, 200, "{}", shown.text());
    assert_eq!(shown.json["market"]["name"], "Chợ Thới Bình");
    let day = UnixMs(db.clock.now().0 - 2 * MS_PER_DAY).day(0);
    let window = format!("{report}&from={day}&to={day}");
    let table = site.get(&format!("{window}&format=csv"));
    assert_eq!(table.status, 200, "{}", table.text());
    assert_eq!(table.header("content-type"), "text/csv; charset=utf-8");
    let name = format!("attachment; filename=\"adoption_{day}_{day}.csv\"");
    assert_eq!(table.header("content-disposition"), name);
    let accepted = site.ask("GET", &window).key(&site.key).header("accept", "text/csv").send();
    assert_eq!(accepted.bytes, table.bytes);
});

on_both!(bad_reports_are_refused, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    let market = world.id("markets");
    for (query, status, field, code) in [
        (String::new(), 422, "market_id", "field-missing"),
        ("market_id=mkt_0".to_owned(), 422, "market_id", "value-of-wrong-type"),
        (format!("market_id={market}&to=2030-01-01"), 422, "to", "window-not-over"),
        (
            format!("market_id={market}&from=2026-11-23&to=2026-11-01"),
            422,
            "from",
            "window-reversed",
        ),
        (format!("market_id={market}&from=2020-01-01"), 422, "from", "window-too-long"),
        (format!("market_id={market}&from=x"), 422, "from", "value-of-wrong-type"),
        (format!("market_id={market}&format=docx"), 422, "format", "value-not-listed"),
        (format!("market_id={market}&day=1"), 422, "day", "field-unknown"),
    ] {
        let refused = site.get(&format!("/api/v1/reports/adoption?{query}"));
        assert_eq!(refused.problem(status), code, "{query}");
        assert_eq!(refused.json["field"], field, "{query}");
    }
});

on_both!(a_request_is_asked_paid_and_closed, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    let asked = ask_for(&site, &world, 50_000);
    let path = format!("/api/v1/requests/{}", asked["id"].as_str().unwrap());
    assert_eq!((&asked["state"], &asked["amount_vnd"]), (&json!("open"), &json!(50_000)));
    let picture = site.get(&format!("{path}.png?module_px=3"));
    assert_eq!(read(&picture.bytes), asked["payload"].as_str().unwrap());
    assert_eq!(site.get(&format!("{path}.svg")).header("content-type"), "image/svg+xml");
    let reference = asked["reference"].as_str().unwrap();
    let feed = world.id("feeds");
    pay(&site, feed, 1, reference, 20_000, at(db, 0));
    assert_eq!(site.get(&path).json["state"], "underpaid");
    pay(&site, feed, 2, reference, 30_000, at(db, 0));
    let paid = site.get(&path).json;
    assert_eq!((&paid["state"], &paid["received_vnd"]), (&json!("paid"), &json!(50_000)));
    let too_late = site.post(&format!("{path}/cancel"), &json!({}));
    assert_eq!(too_late.problem(409), "request-paid");
    let open = ask_for(&site, &world, 70_000);
    let open = format!("/api/v1/requests/{}", open["id"].as_str().unwrap());
    assert_eq!(site.post(&format!("{open}/cancel"), &json!({})).json["state"], "cancelled");
    let listed = site.get("/api/v1/requests?state=paid").json;
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    assert_eq!(listed["items"][0]["id"], paid["id"]);
});

on_both!(a_thousandth_never_pays, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    let asked = ask_for(&site, &world, 9_034_000);
    pay(&site, world.id("feeds"), 1, asked["reference"].as_str().unwrap(), 9_034, at(db, 0));
    let path = format!("/api/v1/requests/{}", asked["id"].as_str().unwrap());
    let shown = site.get(&path).json;
    assert_eq!(shown["thousandfold"], true);
    assert_ne!(shown["state"], "paid");
});

on_both!(a_person_clears_the_queue, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    // A second stall on the same account: now no rule can tell whose the money is.
    let market = world.path("/api/v1/markets/{market_id}/stalls");
    let stall = site.create(&market, &json!({
        "section_id": world.id("sections"), "code": "A-02", "goods": "Rau", "size_class": "small" }));
    let occupancy = site.create(
        "/api/v1/occupancies",
        &json!({
        "stall_id": stall, "vendor_id": world.id("vendors"), "from_day": "2026-01-01" }),
    );
    site.create(
        "/api/v1/account-links",
        &json!({
        "occupancy_id": occupancy, "account_id": world.id("accounts"), "from_day": "2026-01-01" }),
    );
    pay(&site, world.id("feeds"), 7, "khong co ma", 500_000, at(db, 0));
    let clerk = site.key_with(&[Permission::TransfersAssign]);
    let queue = site.ask("GET", "/api/v1/unassigned").key(&clerk).send();
    assert_eq!(queue.status, 200, "{}", queue.text());
    let waiting = queue.json["items"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(
        (&waiting["amount_vnd"], &waiting["memo"]),
        (&json!(500_000), &json!("khong co ma"))
    );
    let transfer = format!("/api/v1/transfers/{}", waiting["transfer_id"].as_str().unwrap());
    let lines = json!({ "lines": [
        { "occupancy_id": occupancy, "class": "sale", "amount_vnd": 100_000 },
        { "occupancy_id": occupancy, "class": "cash_out", "amount_vnd": 400_000 }] });
    let assigned = site.post(&format!("{transfer}/attributions"), &lines);
    assert_eq!(assigned.status, 201, "{}", assigned.text());
    assert_eq!(assigned.header("location"), transfer);
    assert_eq!(assigned.json["attribution"]["rule"], "manual");
    let left = site.get("/api/v1/unassigned").json;
    let left: Vec<_> =
        left["items"].as_array().unwrap().iter().map(|w| &w["transfer_id"]).collect();
    assert!(!left.contains(&&waiting["transfer_id"]));
});

on_both!(amounts_are_the_vendors, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    let organiser = site.key_with(&[Permission::TransfersRead]);
    let path = world.path("/api/v1/transfers/{id}");
    let seen = site.ask("GET", &path).key(&organiser).send().json;
    for hidden in ["amount_vnd", "memo", "payer_name"] {
        assert_eq!(seen[hidden], Value::Null, "{hidden}");
    }
    assert_eq!(seen["attribution"]["lines"][0]["amount_vnd"], Value::Null);
    assert_eq!(site.get(&path).json["amount_vnd"], 50_000);
});

on_both!(a_feeds_secrets_turn_over_without_a_gap, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    let feed = world.path("/api/v1/feeds/{id}");
    let last = site.ask("DELETE", &world.path("/api/v1/feeds/{id}/secrets/{secret_id}"));
    assert_eq!(last.key(&site.key).send().problem(409), "feed-last-secret");
    let added = site.post(&format!("{feed}/secrets"), &json!({ "secret": "khoa-bi-mat-thu-hai" }));
    assert_eq!(added.status, 201, "{}", added.text());
    assert_eq!(added.json["secrets"].as_array().unwrap().len(), 2);
    assert!(!added.text().contains("khoa-bi-mat"));
    let ended = site.ask("DELETE", &world.path("/api/v1/feeds/{id}/secrets/{secret_id}"));
    let ended = ended.key(&site.key).send();
    assert_eq!((ended.status, ended.json["secrets"].as_array().unwrap().len()), (200, 1));
    let taken = json!({ "account_ids": [world.id("accounts")] });
    let twice = site.post(&format!("{feed}/accounts"), &taken);
    assert_eq!((twice.status, &twice.json["account_ids"]), (200, &taken["account_ids"]));
    let detached = world.path("/api/v1/feeds/{id}/accounts/{account_id}");
    let detached = site.ask("DELETE", &detached).key(&site.key).send();
    assert_eq!(detached.json["account_ids"], json!([]));
    assert_eq!(
        site.post(&format!("{feed}/accounts"), &taken).json["account_ids"],
        taken["account_ids"]
    );
});

on_both!(lists_go_page_by_page, |db| {
    let site = Site::of(db);
    for number in 0..5 {
        site.create("/api/v1/vendors", &json!({ "name": format!("Vendor {number}") }));
    }
    let mut names = Vec::new();
    let mut path = "/api/v1/vendors?limit=2".to_owned();
    loop {
        let page = site.get(&path).json;
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= 2);
        names.extend(items.iter().map(|vendor| vendor["name"].as_str().unwrap().to_owned()));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/api/v1/vendors?limit=2&cursor={cursor}");
    }
    assert_eq!(names, ["Vendor 0", "Vendor 1", "Vendor 2", "Vendor 3", "Vendor 4"]);
});

fn ask_for(site: &Site, world: &World, amount_vnd: i64) -> Value {
    let asked = site.post(
        "/api/v1/requests",
        &json!({
        "kind": "sale", "occupancy_id": world.id("occupancies"), "amount_vnd": amount_vnd }),
    );
    assert_eq!(asked.status, 201, "{}", asked.text());
    asked.json
}
