//! One of everything on a board, made through the API, and a good body for every operation that
//! takes one: what the tests of all routes start from.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::web_support::{Answer, Site};

/// Ids by the first part of their path, e.g. `stalls`.
pub struct World {
    pub ids: BTreeMap<&'static str, String>,
    key: String,
}

impl World {
    /// `digits` tells the accounts of two worlds apart.
    pub fn on(site: &Site, key: &str, digits: &str) -> Self {
        let mut world = Self { ids: BTreeMap::new(), key: key.to_owned() };
        world.make(site, "markets", "/markets", json!({
            "name": "Chợ Thới Bình", "commune": "Xã Thới Bình", "province": "Cà Mau" }));
        let market = format!("/markets/{}", world.id("markets"));
        world.make(site, "sections", &format!("{market}/sections"), json!({ "name": "Khu cá" }));
        world.make(site, "calendar-rules", &format!("{market}/calendar-rules"), json!({
            "rule": { "kind": "weekday", "iso_weekday": 1 } }));
        world.make(site, "neighbourhoods", "/neighbourhoods", json!({
            "kind": "khóm", "name": "Khóm 1" }));
        world.make(site, "stalls", &format!("{market}/stalls"), world.stall("A-01"));
        world.make(site, "vendors", "/vendors", json!({ "name": "Nguyễn Thị Lụa" }));
        world.make(site, "occupancies", "/occupancies", json!({
            "stall_id": world.id("stalls"), "vendor_id": world.id("vendors"),
            "from_day": "2026-01-01" }));
        world.make(site, "absences", "/absences", json!({
            "occupancy_id": world.id("occupancies"), "kind": "day_off",
            "from_day": "2026-02-01", "to_day": "2026-02-07" }));
        world.make(site, "accounts", "/accounts", account(digits));
        world.make(site, "receiving-numbers", "/receiving-numbers", json!({
            "account_id": world.id("accounts"), "kind": "virtual", "number": format!("V{digits}") }));
        world.make(site, "account-links", "/account-links", json!({
            "occupancy_id": world.id("occupancies"), "account_id": world.id("accounts"),
            "from_day": "2026-01-01" }));
        world.make(site, "verifications", "/verifications", json!({
            "account_id": world.id("accounts"), "method": "name_shown",
            "shown_name": "NGUYEN THI LUA", "verified_by": "Tổ 1" }));
        world.make(site, "codes", "/codes", json!({ "occupancy_id": world.id("occupancies") }));
        world.make(site, "code-checks", "/code-checks", json!({
            "code_id": world.id("codes"), "checked_by": "Tổ 1" }));
        world.make(site, "consents", "/consents", json!({
            "vendor_id": world.id("vendors"), "purpose": "register",
            "given_by": "Nguyễn Thị Lụa" }));
        world.make(site, "keys", "/keys", json!({
            "name": "máy quầy", "permissions": ["registry.read"] }));
        world
    }

    pub fn id(&self, of: &str) -> &str {
        &self.ids[of]
    }

    fn make(&mut self, site: &Site, name: &'static str, path: &str, body: Value) {
        let made = self.post(site, &format!("/api/v1{path}"), &body);
        assert_eq!(made.status, 201, "{path}: {}", made.text());
        self.ids.insert(name, made.json["id"].as_str().unwrap().to_owned());
    }

    fn post(&self, site: &Site, path: &str, body: &Value) -> Answer {
        site.ask("POST", path).key(&self.key).json(body).send()
    }

    fn stall(&self, code: &str) -> Value {
        json!({ "section_id": self.id("sections"), "code": code, "goods": "Cá đồng",
                "wholesale": false, "size_class": "small", "position": 1 })
    }

    /// A path pattern of the OpenAPI document with this world's ids.
    pub fn path(&self, pattern: &str) -> String {
        let mut filled = pattern.to_owned();
        let first = pattern.split('/').nth(3).unwrap_or_default();
        while let (Some(from), Some(to)) = (filled.find('{'), filled.find('}')) {
            let id = match &filled[from + 1..to] {
                "id" => self.id(first),
                named => self.id(&format!("{}s", named.strip_suffix("_id").unwrap())),
            };
            filled = format!("{}{id}{}", &filled[..from], &filled[to + 1..]);
        }
        filled
    }

    /// A good body for an operation, each of its fields in it.
    pub fn body(&self, operation: &str) -> Value {
        let dated = json!({ "from_day": "2026-03-01", "to_day": "2026-03-31" });
        match operation {
            "POST /api/v1/keys" => json!({ "name": "cân", "permissions": ["reports.read"] }),
            "PATCH /api/v1/board" => json!({
                "name": "Ban quản lý", "day_start_minute": 60, "minimum_receipt_vnd": 2_000 }),
            "POST /api/v1/markets" | "PATCH /api/v1/markets/{market_id}" => json!({
                "name": "Chợ nổi", "commune": "Xã Biển Bạch", "province": "Cà Mau" }),
            "POST /api/v1/markets/{market_id}/calendar-rules" => json!({
                "rule": { "kind": "lunar_day", "lunar_day": 15, "from_day": "2026-01-01" } }),
            "POST /api/v1/markets/{market_id}/sections" | "PATCH /api/v1/sections/{id}" => {
                json!({ "name": "Khu rau", "position": 2 })
            }
            "POST /api/v1/neighbourhoods" | "PATCH /api/v1/neighbourhoods/{id}" => json!({
                "kind": "ấp", "name": "Ấp 2", "aliases": ["Ấp Nhì"],
                "from_day": "2025-07-01", "to_day": "2030-01-01" }),
            "POST /api/v1/markets/{market_id}/stalls" => self.stall("B-02"),
            "PATCH /api/v1/stalls/{id}" => {
                let mut stall = self.stall("B-03");
                stall["closed_day"] = Value::Null;
                stall
            }
            "POST /api/v1/vendors" | "PATCH /api/v1/vendors/{id}" => json!({
                "name": "Trần Văn Út", "phone": "0912345678",
                "neighbourhood_id": self.id("neighbourhoods") }),
            "POST /api/v1/occupancies" => json!({
                "stall_id": self.id("stalls"), "vendor_id": self.id("vendors"),
                "from_day": "2025-01-01", "to_day": "2025-12-31" }),
            "PATCH /api/v1/occupancies/{id}" => {
                json!({ "from_day": "2026-01-02", "to_day": "2031-01-01" })
            }
            "POST /api/v1/occupancies/{id}/end" => json!({ "to_day": "2030-12-31" }),
            "POST /api/v1/absences" => json!({
                "occupancy_id": self.id("occupancies"), "kind": "suspended",
                "from_day": "2026-03-01", "to_day": "2026-03-31" }),
            "PATCH /api/v1/absences/{id}" | "PATCH /api/v1/account-links/{id}" => dated,
            "POST /api/v1/accounts" => account("7770001112"),
            "PATCH /api/v1/accounts/{id}" => json!({
                "kind": "personal", "use_kind": "business_only", "holder_name": "Nguyễn Thị Lụa",
                "relation": "self", "keeps_outgoing": false }),
            "POST /api/v1/receiving-numbers" => json!({
                "account_id": self.id("accounts"), "bin": "970418", "kind": "virtual",
                "number": "96247888" }),
            "PATCH /api/v1/receiving-numbers/{id}" => json!({ "number": "96247999" }),
            "POST /api/v1/account-links" => json!({
                "occupancy_id": self.id("occupancies"), "account_id": self.id("accounts"),
                "from_day": "2026-05-01", "to_day": "2026-05-31" }),
            "POST /api/v1/verifications" => json!({
                "account_id": self.id("accounts"), "method": "test_seen", "passed": true,
                "verified_by": "Tổ 1" }),
            "POST /api/v1/codes" => json!({
                "occupancy_id": self.id("occupancies"), "account_id": self.id("accounts"),
                "number_id": self.id("receiving-numbers"), "with_reference": true }),
            "POST /api/v1/existing-codes" => json!({
                "occupancy_id": self.id("occupancies"), "payload": MOMO_STICKER }),
            "POST /api/v1/codes/{id}/replace" => json!({
                "because": "Thẻ bị ướt", "account_id": self.id("accounts"),
                "number_id": self.id("receiving-numbers"), "with_reference": true }),
            "POST /api/v1/codes/{id}/revoke" => json!({ "because": "Mất thẻ" }),
            "POST /api/v1/code-checks" => json!({
                "code_id": self.id("codes"), "scanned_payload": "0002", "checked_by": "Tổ 2" }),
            "POST /api/v1/consents" => json!({
                "vendor_id": self.id("vendors"), "purpose": "share_amounts",
                "given_by": "Nguyễn Thị Lụa" }),
            "POST /api/v1/accounts/{id}/close" | "POST /api/v1/consents/{id}/withdraw" => {
                json!({})
            }
            other => panic!("no body for {other}: add one here"),
        }
    }
}

/// A good VietQR code, but of no account of any test: facts/vietqr.md.
const MOMO_STICKER: &str =
    "00020101021138570010A00000072701270006970403011200110123456780208QRIBFTTA53037045802VN63049E6F";

fn account(number: &str) -> Value {
    json!({ "bin": "970436", "number": number, "kind": "personal", "use_kind": "mixed",
            "holder_name": "Nguyễn Thị Lụa", "relation": "self", "keeps_outgoing": false })
}

/// An operation of the OpenAPI document.
pub struct Operation {
    pub method: String,
    pub pattern: String,
    pub permission: String,
    /// The schema of its body, resolved.
    pub schema: Option<Value>,
}

impl Operation {
    pub fn name(&self) -> String {
        format!("{} {}", self.method, self.pattern)
    }

    /// All of them, as the server tells them.
    pub fn all(site: &Site) -> Vec<Self> {
        let document = site.ask("GET", "/openapi.json").send().json;
        let mut operations = Vec::new();
        for (pattern, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let security = &operation["security"];
                assert_eq!(security.as_array().map(Vec::len), Some(1), "{method} {pattern}");
                let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
                let schema = (!schema.is_null()).then(|| resolve(&document, schema));
                operations.push(Self {
                    method: method.to_uppercase(),
                    pattern: pattern.clone(),
                    permission: security[0]["key"][0].as_str().unwrap().to_owned(),
                    schema,
                });
            }
        }
        operations
    }
}

fn resolve(document: &Value, schema: &Value) -> Value {
    match schema["$ref"].as_str() {
        Some(reference) => document.pointer(&reference[1..]).unwrap().clone(),
        None => schema.clone(),
    }
}
