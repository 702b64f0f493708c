//! Bad input on every operation that takes a body: a clear problem, and nothing half-written. The
//! fields are those of the OpenAPI document.

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use serde_json::{Value, json};

use crate::support::{TestDb, on_both};
use crate::web_support::Site;
use crate::web_world::{Operation, World};

on_both!(good_bodies_are_good, |db| {
    let site = Site::of(db);
    for (number, operation) in with_bodies(&site).into_iter().enumerate() {
        let world = World::on(&site, &site.other_key, &format!("10000{number}"));
        if operation.pattern.ends_with("/board") || world_is_used_up(&operation) {
            continue;
        }
        let ask = site.ask(&operation.method, &world.path(&operation.pattern));
        let answer = ask.key(&site.other_key).json(&world.body(&operation.name())).send();
        // Some contradict what the world has already; none is malformed.
        let accepted = [200, 201, 409].contains(&answer.status);
        assert!(accepted, "{}: {}", operation.name(), answer.text());
    }
});

/// Making the world twice on one board would meet the first one's names.
fn world_is_used_up(operation: &Operation) -> bool {
    operation.pattern.contains("existing-codes")
}

on_both!(bodies_that_are_not_json_are_refused, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    let before = rows(db);
    for operation in with_bodies(&site) {
        let path = world.path(&operation.pattern);
        let good = world.body(&operation.name()).to_string();
        let send = |body: &[u8], content_type: &str| {
            let ask = site.ask(&operation.method, &path).key(&site.key).raw(body);
            ask.header("content-type", content_type).send()
        };
        let deep = format!("{}{}", "[".repeat(3_000), "]".repeat(3_000));
        let deep_field = format!("{{\"name\":{deep}}}");
        let large = format!("{{\"name\":\"{}\"}}", "x".repeat(65_536));
        for (body, status, code) in [
            (&b""[..], 400, "body-not-json"),
            (b"not json", 400, "body-not-json"),
            (b"{\"name\":", 400, "body-not-json"),
            (b"{\"name\":\"\xff\xfe\"}", 400, "body-not-utf8"),
            (deep.as_bytes(), 422, "value-of-wrong-type"),
            (deep_field.as_bytes(), 0, ""),
            (b"[]", 422, ""),
            (b"null", 422, "value-of-wrong-type"),
            (large.as_bytes(), 413, "body-too-large"),
        ] {
            let answer = send(body, "application/json");
            let shown = String::from_utf8_lossy(&body[..body.len().min(40)]);
            if status == 0 {
                assert!([400, 422].contains(&answer.status), "{} {shown}", operation.name());
            } else {
                assert_eq!(answer.status, status, "{} {shown} {}", operation.name(), answer.text());
            }
            let found = answer.problem(answer.status);
            assert!(code.is_empty() || found == code, "{} {shown}: {found}", operation.name());
        }
        let trailing = send(format!("{good} x").as_bytes(), "application/json");
        assert_eq!(trailing.problem(400), "body-not-json", "{}", operation.name());
        for content_type in ["text/plain", "application/json; charset=latin1", "application/xml"] {
            let refused = send(good.as_bytes(), content_type);
            assert_eq!(refused.problem(415), "content-type-not-json", "{content_type}");
        }
    }
    assert_eq!(rows(db), before, "something was written");
});

on_both!(bad_fields_are_refused_by_name, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    let before = rows(db);
    for operation in with_bodies(&site) {
        let name = operation.name();
        let path = world.path(&operation.pattern);
        let good = world.body(&name);
        let refused = |field: &str, body: &Value, status: u16| {
            let ask = site.ask(&operation.method, &path).key(&site.key).json(body);
            let answer = ask.send();
            answer.problem(status);
            assert_eq!(answer.json["field"], field, "{name}: {}", answer.text());
            answer.json["code"].as_str().unwrap().to_owned()
        };
        let mut unknown = good.clone();
        unknown["no_such_field"] = json!(1);
        assert_eq!(refused("no_such_field", &unknown, 422), "field-unknown", "{name}");
        let schema = operation.schema.clone().unwrap();
        for field in schema["required"].as_array().into_iter().flatten() {
            let field = field.as_str().unwrap();
            let mut without = good.clone();
            without.as_object_mut().unwrap().remove(field);
            assert_eq!(refused(field, &without, 422), "field-missing", "{name}");
        }
        for (field, value) in good.as_object().unwrap() {
            let mut wrong = good.clone();
            wrong[field] = if value.is_array() { json!("x") } else { json!([[]]) };
            let code = refused(field, &wrong, 422);
            assert!(["value-of-wrong-type", "value-not-listed"].contains(&&*code), "{name} {code}");
            if let Some(text) = value.as_str() {
                wrong[field] = json!("x".repeat(5_000));
                refused(field, &wrong, 422);
                if is_id(text) {
                    wrong[field] = json!(text.replace('_', "-"));
                    assert_eq!(refused(field, &wrong, 422), "value-of-wrong-type", "{name}");
                    wrong[field] = json!(format!("{}zzzzzzzzzzzzz", &text[..4]).replacen('z', "0", 1));
                    assert_eq!(refused(field, &wrong, 404), "not-found", "{name}");
                }
                wrong[field] = json!(format!("{text}\u{0}"));
                let ask = site.ask(&operation.method, &path).key(&site.key).json(&wrong);
                ask.send().problem(422);
            }
        }
    }
    assert_eq!(rows(db), before, "something was written");
});

on_both!(values_out_of_range_are_refused, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    let before = rows(db);
    for (operation, field, value, code) in [
        ("POST /api/v1/accounts", "bin", json!("999999"), "unknown-bin"),
        ("POST /api/v1/accounts", "bin", json!("ABC"), "unknown-bin"),
        ("POST /api/v1/accounts", "number", json!("00 11"), "account-malformed"),
        ("POST /api/v1/accounts", "number", json!("không"), "account-malformed"),
        ("POST /api/v1/accounts", "holder_name", json!("   "), "text-length"),
        ("POST /api/v1/accounts", "kind", json!("savings"), "value-not-listed"),
        ("POST /api/v1/receiving-numbers", "bin", json!("000000"), "unknown-bin"),
        ("POST /api/v1/vendors", "phone", json!("0212345678"), "phone-malformed"),
        ("POST /api/v1/vendors", "name", json!("a\nb"), "text-control-character"),
        ("POST /api/v1/occupancies", "to_day", json!("2024-12-31"), "period-reversed"),
        ("POST /api/v1/occupancies", "from_day", json!("2025-02-30"), "value-of-wrong-type"),
        ("POST /api/v1/occupancies", "from_day", json!("31/12/2025"), "value-of-wrong-type"),
        ("PATCH /api/v1/board", "day_start_minute", json!(721), "day-start-out-of-range"),
        ("PATCH /api/v1/board", "minimum_receipt_vnd", json!(0), "minimum-receipt-out-of-range"),
        ("PATCH /api/v1/board", "minimum_receipt_vnd", json!(-1), "minimum-receipt-out-of-range"),
        ("PATCH /api/v1/board", "minimum_receipt_vnd", json!(1.5), "value-of-wrong-type"),
        ("PATCH /api/v1/board", "minimum_receipt_vnd", json!(1e30), "value-of-wrong-type"),
        ("POST /api/v1/keys", "permissions", json!([]), "empty-list"),
    ] {
        let (method, pattern) = operation.split_once(' ').unwrap();
        let mut body = world.body(operation);
        body[field] = value;
        let ask = site.ask(method, &world.path(pattern)).key(&site.key).json(&body);
        let answer = ask.send();
        assert_eq!(answer.problem(422), code, "{operation} {body}");
        assert_eq!(answer.json["field"], field, "{operation}");
    }
    assert_eq!(rows(db), before, "something was written");
});

on_both!(bad_queries_and_ids_are_refused, |db| {
    let site = Site::of(db);
    for (query, field, code) in [
        ("limit=0", "limit", "limit-out-of-range"),
        ("limit=201", "limit", "limit-out-of-range"),
        ("limit=many", "limit", "value-of-wrong-type"),
        ("limit=99999999999999999999", "limit", "value-of-wrong-type"),
        ("cursor=zzz", "cursor", "cursor-malformed"),
        ("phone=12", "phone", "phone-malformed"),
        ("neighbourhood_id=nbh_1", "neighbourhood_id", "value-of-wrong-type"),
        ("neighbourhood_id=stl_0000000000001", "neighbourhood_id", "value-of-wrong-type"),
        ("naem=x", "naem", "field-unknown"),
        ("limit=1&limit=2", "limit", "field-doubled"),
    ] {
        let refused = site.get(&format!("/api/v1/vendors?{query}"));
        assert_eq!(refused.problem(422), code, "{query}");
        assert_eq!(refused.json["field"], field, "{query}");
    }
    site.get("/api/v1/vendors?phone=%00").problem(422);
    for id in ["vnd_1", "stl_0000000000001", "vnd_000000000000u", "%00", "vnd_0000000000000%20", "1"] {
        assert_eq!(site.get(&format!("/api/v1/vendors/{id}")).problem(404), "not-found", "{id}");
    }
    assert_eq!(site.get("/api/v1/vendors/a/b").problem(404), "route-unknown");
});

fn with_bodies(site: &Site) -> Vec<Operation> {
    Operation::all(site).into_iter().filter(|operation| operation.schema.is_some()).collect()
}

fn is_id(text: &str) -> bool {
    text.len() == 17 && text.as_bytes()[3] == b'_'
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// How many rows every table of the register has, and a sum over what a PATCH could change.
fn rows(db: &mut TestDb) -> Vec<i64> {
    let counted = [
        "api_keys", "api_key_routes", "markets", "calendar_rules", "sections", "neighbourhoods",
        "stalls", "vendors", "occupancies", "absences", "accounts", "receiving_numbers",
        "account_links", "account_verifications", "codes", "code_checks", "consents",
        "reference_claims", "requests", "idempotency_keys", "feeds", "feed_secrets",
        "feed_accounts", "attribution_lines",
    ];
    let counts = counted.map(|table| format!("SELECT COUNT(*) AS count FROM {table}"));
    let sums = [
        "SELECT CAST(COALESCE(SUM(LENGTH(name)), 0) AS BIGINT) AS count FROM markets",
        "SELECT CAST(COALESCE(SUM(LENGTH(name)), 0) AS BIGINT) AS count FROM vendors",
        "SELECT CAST(COALESCE(SUM(from_day), 0) AS BIGINT) AS count FROM occupancies",
        "SELECT CAST(COALESCE(SUM(registry_version), 0) AS BIGINT) AS count FROM board_heads",
        "SELECT COUNT(*) AS count FROM codes WHERE revoked_at_ms IS NULL",
    ];
    counts
        .iter()
        .map(String::as_str)
        .chain(sums)
        .map(|query| {
            let found: Count = diesel::sql_query(query).get_result(db.connection()).unwrap();
            found.count
        })
        .collect()
}
