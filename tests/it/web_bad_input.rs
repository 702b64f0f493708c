//! Bad input on every operation that takes a body: a clear problem, and nothing half-written. The
//! fields are those of the OpenAPI document.

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use serde_json::{Value, json};

use crate::support::{TestDb, on_both};
use crate::web_operations::Operation;
use crate::web_support::Site;
use crate::web_world::World;

on_both!(good_bodies_are_good, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    for operation in with_bodies(&site) {
        let answer = site
            .ask(&operation.method, &world.path(&operation.pattern))
            .key(&site.key)
            .json(&world.body(&operation.name()))
            .send();
        // Some contradict what an operation before has done; none is malformed.
        // Nothing has been refused here that could be verified again.
        // And a waiting notice is gone once it is read.
        let may_be_absent =
            operation.pattern.contains("/refused/") || operation.pattern.contains("/phone-texts/");
        let is_absent = may_be_absent && answer.status == 404;
        let accepted = is_absent || [200, 201, 202, 409].contains(&answer.status);
        assert!(accepted, "{}: {}", operation.name(), answer.text());
    }
});

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
            (&b""[..], 400, "body-empty"),
            (b" \n", 400, "body-empty"),
            (b"not json", 400, "body-not-json"),
            (b"{\"name\":", 400, "body-not-json"),
            (b"{\"name\":\"\xff\xfe\"}", 400, "body-not-utf8"),
            (deep.as_bytes(), 422, "value-of-wrong-type"),
            (deep_field.as_bytes(), 422, ""),
            (b"[]", 422, "value-of-wrong-type"),
            (b"null", 422, "value-of-wrong-type"),
            (large.as_bytes(), 413, "body-too-large"),
        ] {
            let answer = send(body, "application/json");
            let shown = String::from_utf8_lossy(&body[..body.len().min(40)]);
            assert_eq!(answer.status, status, "{} {shown} {}", operation.name(), answer.text());
            let found = answer.problem(status);
            assert!(code.is_empty() || found == code, "{} {shown}: {found}", operation.name());
        }
        let trailing = send(format!("{good} x").as_bytes(), "application/json");
        assert_eq!(trailing.problem(400), "body-not-json", "{}", operation.name());
        for content_type in ["text/plain", "application/json; charset=latin1", "application/xml"] {
            let refused = send(good.as_bytes(), content_type);
            // Where a photo may be sent too, the answer says so.
            let takes_photos = operation.pattern.ends_with("/code-checks");
            let is_json = content_type.starts_with("application/json");
            let code = if takes_photos && !is_json {
                "content-type-not-photo"
            } else {
                "content-type-not-json"
            };
            assert_eq!(refused.problem(415), code, "{content_type} {}", operation.name());
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
            let is_scalar = !value.is_array() && !value.is_object();
            wrong[field] = if is_scalar { json!([[]]) } else { json!(7) };
            let code = refused(field, &wrong, 422);
            let wrong_type = ["value-of-wrong-type", "feed-config-not-an-object"];
            assert!(wrong_type.contains(&&*code), "{name} {code}");
            // serde would read the fields of an object in their order.
            if let Some(fields) = value.as_object() {
                wrong[field] = fields.values().cloned().collect();
                let code = refused(field, &wrong, 422);
                assert!(wrong_type.contains(&&*code), "{name} {code}");
            }
            if let Some(fields) = value.get(0).and_then(Value::as_object) {
                wrong[field] = json!([fields.values().collect::<Vec<_>>()]);
                let first = format!("{field}[0]");
                assert_eq!(refused(&first, &wrong, 422), "value-of-wrong-type", "{name}");
            }
            if let Some(text) = value.as_str() {
                wrong[field] = json!("x".repeat(5_000));
                refused(field, &wrong, 422);
                if is_id(text) {
                    wrong[field] = json!(text.replace('_', "-"));
                    assert_eq!(refused(field, &wrong, 422), "value-of-wrong-type", "{name}");
                    wrong[field] =
                        json!(format!("{}zzzzzzzzzzzzz", &text[..4]).replacen('z', "0", 1));
                    assert_eq!(refused(field, &wrong, 404), "not-found", "{name}");
                }
                wrong[field] = json!(format!("{text}\u{0}"));
                refused(field, &wrong, 422);
            }
        }
    }
    assert_eq!(rows(db), before, "something was written");
});

on_both!(null_empties_only_what_may_be_empty, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    let before = rows(db);
    let (mut emptied, mut kept) = (0, 0);
    for operation in with_bodies(&site).into_iter().filter(|one| one.method == "PATCH") {
        let path = world.path(&operation.pattern);
        let schema = operation.schema.clone().unwrap();
        for (field, schema) in schema["properties"].as_object().unwrap() {
            let null = json!({ field.as_str(): null });
            let answer = site.ask("PATCH", &path).key(&site.key).json(&null).send();
            if schema.to_string().contains("\"null\"") {
                assert_eq!(answer.status, 200, "{} {field}: {}", operation.name(), answer.text());
                emptied += 1;
            } else {
                answer.problem(422);
                assert_eq!(answer.json["field"], field.as_str(), "{}", operation.name());
                kept += 1;
            }
        }
    }
    assert!(emptied >= 8 && kept >= 25, "{emptied} {kept}");
    // A neighbourhood, a vendor, … without their ends and phones; nothing that must be there.
    assert_eq!(rows(db)[..27], before[..27]);
});

on_both!(a_nul_is_named_where_it_stands, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    let mut request = world.body("POST /api/v1/requests");
    request["order"]["order_code"] = json!("1\u{0}");
    let refused = site.post("/api/v1/requests", &request);
    assert_eq!(refused.problem(422), "text-has-nul");
    assert_eq!(refused.json["field"], "order.order_code");
    let mut khom = world.body("POST /api/v1/neighbourhoods");
    khom["aliases"] = json!(["Ấp Ba", "Ấp\u{0}"]);
    let refused = site.post("/api/v1/neighbourhoods", &khom);
    assert_eq!(refused.json["field"], "aliases[1]");
});

on_both!(a_refusal_says_whose_it_is_and_how_much_fits, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    let detail = |path: &str, body: &Value| {
        let answer = site.post(path, body);
        answer.problem(422);
        answer.json["detail"].as_str().unwrap().to_owned()
    };
    let by = |who: &str, id: &str, purpose: &str| {
        detail("/api/v1/consents", &json!({ who: id, "purpose": purpose, "given_by": "Lụa" }))
    };
    let (vendor, account) = (world.id("vendors"), world.id("accounts"));
    let told = by("account_id", account, "share_amounts");
    assert!(told.ends_with("là của tiểu thương. Xin ghi vendor_id và bỏ account_id."), "{told}");
    for purpose in ["receive_notices", "use_of_account", "keep_outgoing"] {
        let told = by("vendor_id", vendor, purpose);
        let holders = "là của chủ tài khoản. Xin ghi account_id và bỏ vendor_id.";
        assert!(told.ends_with(holders), "{told}");
    }
    let mut request = world.body("POST /api/v1/requests");
    request["purpose"] = json!("tien ca phe sang nay");
    let told = detail("/api/v1/requests", &request);
    assert!(told.contains("tối đa 14 ký tự (không kể số tham chiếu)"), "{told}");
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
        ("POST /api/v1/keys", "permissions[0]", json!(["root"]), "value-not-listed"),
        ("POST /api/v1/requests", "amount_vnd", json!(0), "amount-not-positive"),
        ("POST /api/v1/requests", "amount_vnd", json!(-50_000), "amount-not-positive"),
        ("POST /api/v1/requests", "amount_vnd", json!(500_000_000), "amount-too-large"),
        ("POST /api/v1/requests", "amount_vnd", json!(i64::MAX), "amount-too-large"),
        ("POST /api/v1/requests", "amount_vnd", json!(u64::MAX), "value-of-wrong-type"),
        ("POST /api/v1/requests", "amount_vnd", json!(50_000.5), "value-of-wrong-type"),
        ("POST /api/v1/requests", "amount_vnd", json!("50000"), "value-of-wrong-type"),
        ("POST /api/v1/requests", "expires_in_s", json!(59), "expiry-out-of-range"),
        ("POST /api/v1/requests", "expires_in_s", json!(i64::MAX), "expiry-out-of-range"),
        ("POST /api/v1/requests", "purpose", json!("tiền €"), "text-character"),
        ("POST /api/v1/requests", "purpose", json!("tien ca phe ".repeat(3)), "text-too-long"),
        ("POST /api/v1/feeds", "provider", json!("casso9"), "feed-unknown-provider"),
        ("POST /api/v1/feeds", "secret", json!("ngan"), "feed-secret-too-short"),
        ("POST /api/v1/feeds/{id}/accounts", "account_ids", json!([]), "empty-list"),
        ("POST /api/v1/transfers/{id}/attributions", "lines", json!([]), "lines-empty"),
    ] {
        let (method, pattern) = operation.split_once(' ').unwrap();
        let mut body = world.body(operation);
        body[field.trim_end_matches("[0]")] = value;
        let ask = site.ask(method, &world.path(pattern)).key(&site.key).json(&body);
        let answer = ask.send();
        assert_eq!(answer.problem(422), code, "{operation} {body}");
        assert_eq!(answer.json["field"], field, "{operation}");
    }
    assert_eq!(rows(db), before, "something was written");
});

on_both!(inner_fields_are_named_by_their_path, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    let before = rows(db);
    let assign = "POST /api/v1/transfers/{id}/attributions";
    let line = |line: Value| json!({ "lines": [line] });
    let rule = |rule: Value| json!({ "rule": rule });
    let add_rule = "POST /api/v1/markets/{market_id}/calendar-rules";
    let mut request = world.body("POST /api/v1/requests");
    request["order"]["order_code"] = json!("");
    let mut order_as_list = request.clone();
    order_as_list["order"] = json!([request["order"]["feed_id"], "4711"]);
    let mut feed = world.body("POST /api/v1/feeds");
    feed["config"]["authentication"] = json!("none");
    let sale = json!({ "class": "sale", "amount_vnd": 1 });
    let as_text = json!({ "class": "sale", "amount_vnd": "1" });
    for (operation, body, field, code) in [
        (assign, json!({ "lines": [sale, as_text] }), "lines[1].amount_vnd", "value-of-wrong-type"),
        (assign, line(json!({ "class": "gift" })), "lines[0].class", "value-not-listed"),
        (assign, line(json!({ "amount_vnd": 1 })), "lines[0].class", "field-missing"),
        (assign, line(json!({ "note": "" })), "lines[0].note", "field-unknown"),
        (
            assign,
            line(json!({ "class": "sale", "amount_vnd": 0 })),
            "lines[0].amount_vnd",
            "amount-not-positive",
        ),
        (assign, line(json!({ "class": "test", "amount_vnd": 9 })), "lines", "lines-do-not-sum"),
        ("POST /api/v1/requests", request, "order.order_code", "text-length"),
        // serde would read the fields of an object in their order.
        (add_rule, rule(json!(["weekday", 7])), "rule", "value-of-wrong-type"),
        (assign, line(json!([null, "sale", 45_000])), "lines[0]", "value-of-wrong-type"),
        ("POST /api/v1/requests", order_as_list, "order", "value-of-wrong-type"),
        ("POST /api/v1/feeds", feed, "config.authentication", "feed-config-not-one-of"),
    ] {
        let (method, pattern) = operation.split_once(' ').unwrap();
        let ask = site.ask(method, &world.path(pattern)).key(&site.key).json(&body);
        let answer = ask.send();
        assert_eq!(answer.problem(422), code, "{operation} {body} {}", answer.text());
        assert_eq!(answer.json["field"], field, "{operation} {body}");
    }
    assert_eq!(rows(db), before, "something was written");
});

on_both!(the_fields_of_a_rule_are_named, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    let path = world.path("/api/v1/markets/{market_id}/calendar-rules");
    let rule = |rule: Value| json!({ "rule": rule });
    for (body, field, code) in [
        (
            rule(json!({ "kind": "weekday", "iso_weekday": 8 })),
            "rule.iso_weekday",
            "weekday-out-of-range",
        ),
        (rule(json!({ "kind": "never" })), "rule.kind", "value-not-listed"),
        (
            rule(json!({ "kind": "weekday", "iso_weekday": "7" })),
            "rule.iso_weekday",
            "value-of-wrong-type",
        ),
        (
            rule(json!({ "kind": "lunar_day", "lunar_day": 1, "from_day": "1/1/2026" })),
            "rule.from_day",
            "value-of-wrong-type",
        ),
        (rule(json!({ "kind": "weekday" })), "rule.iso_weekday", "field-missing"),
        (rule(json!({ "kind": "open", "from_day": "2026-01-01" })), "rule.to_day", "field-missing"),
        (
            rule(json!({ "kind": "weekday", "iso_weekday": 1, "lunar_day": 1 })),
            "rule.lunar_day",
            "field-unknown",
        ),
    ] {
        let answer = site.post(&path, &body);
        assert_eq!(answer.problem(422), code, "{body} {}", answer.text());
        assert_eq!(answer.json["field"], field, "{body}");
    }
});

on_both!(wrong_values_are_told_what_they_should_be, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    let [occupancies, requests, accounts, markets] =
        ["occupancies", "requests", "accounts", "markets"].map(|of| format!("/api/v1/{of}"));
    let body = |path: &str| world.body(&format!("POST {path}"));
    for (path, field, value, vi, en) in [
        (&occupancies, "from_day", json!("31/12/2025"), "ngày có thật", "a day that exists"),
        (&occupancies, "from_day", json!(20_260_101), "dạng YYYY-MM-DD", "YYYY-MM-DD"),
        (&occupancies, "stall_id", json!("vnd_1"), "mã bắt đầu bằng stl_.", "begins with stl_."),
        (&occupancies, "stall_id", json!(12), "mã bắt đầu bằng stl_.", "begins with stl_."),
        (&requests, "amount_vnd", json!("50.000"), "số nguyên, không dấu chấm", "a whole number"),
        (&requests, "amount_vnd", json!(50_000.5), "ví dụ 50000.", "e.g. 50000."),
        (
            &requests,
            "kind",
            json!(1),
            "trong ngoặc kép, kể cả khi chỉ gồm chữ số.",
            "a text in quotes,",
        ),
        (&requests, "kind", json!("gift"), "một trong: sale hoặc fee.", "of: sale or fee."),
        (&accounts, "keeps_outgoing", json!("yes"), "true (có) hoặc false", "true or false"),
        (&accounts, "use_kind", json!("all"), "business_only hoặc mixed.", "or mixed."),
        // What the value says must not change what is said.
        (&occupancies, "from_day", json!("x, expected a string"), "ngày có thật", "a day that"),
        (&accounts, "kind", json!("`x`, expected `y`"), "wallet hoặc merchant.", "or merchant."),
    ] {
        let mut wrong = body(path);
        wrong[field] = value;
        for (language, told) in [("vi", vi), ("en", en)] {
            let ask = site.ask("POST", path).key(&site.key).json(&wrong);
            let answer = ask.header("accept-language", language).send();
            answer.problem(422);
            let detail = answer.json["detail"].as_str().unwrap();
            assert!(detail.contains(told) && detail.contains(field), "{field}: {detail}");
        }
    }
    let list = site.ask("POST", &markets).key(&site.key).json(&json!([])).send();
    assert_eq!(list.json["detail"], "Nội dung phải là một đối tượng JSON { … }.");
    let nothing = site.ask("POST", &markets).key(&site.key).raw(b"");
    let nothing = nothing.header("content-type", "application/json").send();
    assert!(nothing.json["detail"].as_str().unwrap().starts_with("Chưa có nội dung."));
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
    let nul = site.get("/api/v1/vendors?phone=%00");
    assert_eq!((nul.problem(422), &nul.json["field"]), ("text-has-nul", &json!("phone")));
    for id in
        ["vnd_1", "stl_0000000000001", "vnd_000000000000u", "%00", "vnd_0000000000000%20", "1"]
    {
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
        "api_keys",
        "api_key_routes",
        "markets",
        "calendar_rules",
        "sections",
        "neighbourhoods",
        "stalls",
        "vendors",
        "occupancies",
        "absences",
        "accounts",
        "receiving_numbers",
        "account_links",
        "account_verifications",
        "codes",
        "code_checks",
        "code_scans",
        "code_check_symbols",
        "other_codes",
        "consents",
        "reference_claims",
        "requests",
        "idempotency_keys",
        "feeds",
        "feed_secrets",
        "feed_accounts",
        "attribution_lines",
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
