//! One of everything on a board, made through the API, and a good body for every operation that
//! takes one: what the tests of all routes start from.

use std::collections::BTreeMap;

use cho40::vietqr::{Builder, Payee};
use serde_json::{Value, json};

use crate::web_bodies::{account, drawn_plan, facts, phone_body, polling, report, tally, template};
use crate::web_code_checks::other_code;
use crate::web_support::{Answer, Site};
use crate::{desk_support, papers, phone_stall, reviews};

pub const FEED_SECRET: &str = "khoa-bi-mat-cua-sepay";

/// Ids by the first part of their path, e.g. `stalls`.
pub struct World {
    pub ids: BTreeMap<&'static str, String>,
    pub key: String,
    /// Of a link that hears, and of the vendor's.
    pub paths: [String; 2],
    /// Of its account at Vietcombank.
    number: String,
}

impl World {
    /// `digits` tells the accounts of two worlds apart.
    pub fn on(site: &Site, key: &str, digits: &str) -> Self {
        let (key, number) = (key.to_owned(), digits.to_owned());
        let mut world = Self { ids: BTreeMap::new(), key, paths: Default::default(), number };
        world.make_places(site);
        world.make_people(site);
        world.make_accounts(site);
        world.make_codes(site);
        world.report_a_transfer(site);
        reviews::report_oddly(&mut world, site);
        world.propose(site);
        world.pair_a_phone(site);
        world.upload_statements(site);
        world.declare_a_refund(site);
        world.send_a_team(site);
        let (link, phone) = phone_stall::link_and_phone(site, &world.key, world.id("occupancies"));
        world.ids.extend([("stall-links", link.id), ("listeners", phone)]);
        papers::make(&mut world, site, link.path);
        desk_support::people(&mut world, site, digits);
        world
    }

    fn make_places(&mut self, site: &Site) {
        let new =
            json!({ "name": "Chợ Thới Bình", "commune": "Xã Thới Bình", "province": "Cà Mau" });
        self.make(site, "markets", "/markets", new);
        let market = format!("/markets/{}", self.id("markets"));
        self.make(site, "sections", &format!("{market}/sections"), json!({ "name": "Khu cá" }));
        let mondays = json!({ "rule": { "kind": "weekday", "iso_weekday": 1 } });
        self.make(site, "calendar-rules", &format!("{market}/calendar-rules"), mondays);
        let khom = json!({ "kind": "khóm", "name": "Khóm 1" });
        self.make(site, "neighbourhoods", "/neighbourhoods", khom);
        self.make(site, "stalls", &format!("{market}/stalls"), self.stall("A-01"));
    }

    fn make_people(&mut self, site: &Site) {
        self.make(site, "vendors", "/vendors", json!({ "name": "Nguyễn Thị Lụa" }));
        let trades = json!({
            "stall_id": self.id("stalls"), "vendor_id": self.id("vendors"),
            "from_day": "2026-01-01" });
        self.make(site, "occupancies", "/occupancies", trades);
        let away = json!({
            "occupancy_id": self.id("occupancies"), "kind": "day_off",
            "from_day": "2026-02-01", "to_day": "2026-02-07" });
        self.make(site, "absences", "/absences", away);
        let consent = json!({
            "vendor_id": self.id("vendors"), "purpose": "register",
            "given_by": "Nguyễn Thị Lụa" });
        self.make(site, "consents", "/consents", consent);
        let key = json!({ "name": "máy quầy", "permissions": ["registry.read"] });
        self.make(site, "keys", "/keys", key);
    }

    fn make_accounts(&mut self, site: &Site) {
        self.make(site, "accounts", "/accounts", account(&self.number));
        let virtual_number = json!({
            "account_id": self.id("accounts"), "kind": "virtual",
            "number": format!("V{}", self.number) });
        self.make(site, "receiving-numbers", "/receiving-numbers", virtual_number);
        let link = json!({
            "occupancy_id": self.id("occupancies"), "account_id": self.id("accounts"),
            "from_day": "2026-01-01" });
        self.make(site, "account-links", "/account-links", link);
        let seen = json!({
            "account_id": self.id("accounts"), "method": "name_shown",
            "shown_name": "NGUYEN THI LUA", "verified_by": "Tổ 1" });
        self.make(site, "verifications", "/verifications", seen);
        self.make(site, "feeds", "/feeds", self.feed("SePay"));
        let orders = json!({ "provider": "payos", "name": "payOS", "config": {},
            "secret": "khoa-kiem-tra-cua-payos", "account_ids": [] });
        self.make(site, "order-feeds", "/feeds", orders);
        let feed = site.ask("GET", &self.path("/api/v1/feeds/{id}")).key(&self.key).send().json;
        let secret = feed["secrets"][0]["id"].as_str().unwrap().to_owned();
        self.ids.insert("secrets", secret);
        let path = self.path("/api/v1/feeds/{id}/polling");
        let set = site.ask("PUT", &path).key(&self.key).json(&polling()).send();
        assert_eq!(set.status, 200, "{}", set.text());
    }

    fn make_codes(&mut self, site: &Site) {
        let code = json!({ "occupancy_id": self.id("occupancies") });
        self.make(site, "codes", "/codes", code);
        let check = json!({ "stall_id": self.id("stalls"), "checked_by": "Tổ 1",
                            "scanned_payloads": [] });
        self.make(site, "code-checks", "/code-checks", check);
        self.make(site, "other-codes", "/other-codes", other_code(self.id("occupancies"), "vi-1"));
        let request = json!({
            "kind": "sale", "occupancy_id": self.id("occupancies"), "amount_vnd": 45_000 });
        self.make(site, "requests", "/requests", request);
    }

    /// 50.000 đ arrive on the world's account, as SePay tells it.
    fn report_a_transfer(&mut self, site: &Site) {
        let told = self.told();
        let hook = format!("/hooks/{}", self.id("feeds"));
        let secret = format!("Apikey {FEED_SECRET}");
        let answer = site.ask("POST", &hook).header("authorization", &secret).json(&told).send();
        assert_eq!(answer.status, 200, "{}", answer.text());
        let listed = site.ask("GET", "/api/v1/transfers").key(&self.key).send();
        let id = listed.json["items"][0]["id"].as_str().unwrap().to_owned();
        self.ids.insert("transfers", id);
        let listed = site.ask("GET", "/api/v1/deliveries").key(&self.key).send();
        let id = listed.json["items"][0]["id"].as_str().unwrap().to_owned();
        self.ids.insert("deliveries", id);
        let rule = json!({ "occupancy_id": self.id("occupancies"), "kind": "outside_hours",
            "class": "personal" });
        self.make(site, "class-rules", "/class-rules", rule);
        self.report_it_again(site);
    }

    /// Somebody else proposes where it belongs, so that the world's key may decide.
    fn propose(&mut self, site: &Site) {
        let staff = json!({ "name": "tổ 1",
            "permissions": ["transfers.propose", "amounts.read"] });
        let staff = self.post(site, "/api/v1/keys", &staff).json["token"].clone();
        let path = self.path("/api/v1/transfers/{id}/assignment-proposals");
        let proposal = json!({ "lines": self.lines(), "why": "chị Lụa nhớ khách này" });
        let made = site.ask("POST", &path).key(staff.as_str().unwrap()).json(&proposal).send();
        assert_eq!(made.status, 201, "{}", made.text());
        let id = made.json["id"].as_str().unwrap().to_owned();
        self.ids.insert("assignment-proposals", id);
    }

    fn declare_a_refund(&mut self, site: &Site) {
        let path = format!("/transfers/{}/refunds", self.id("transfers"));
        self.make(site, "refunds", &path, json!({ "class": "refund", "amount_vnd": 10_000 }));
    }

    fn send_a_team(&mut self, site: &Site) {
        self.make(site, "teams", "/teams", json!({ "name": "Tổ khóm 1" }));
        let rounds = format!("/markets/{}/visit-rounds", self.id("markets"));
        self.make(site, "visit-rounds", &rounds, json!({ "capacity": 1 }));
        let visit = json!({ "occupancy_id": self.id("occupancies"), "report": report() });
        self.make(site, "visits", "/visits", visit);
        let tally = tally(self.id("occupancies"), "may-1");
        self.make(site, "tallies", "/tallies", tally);
        let publish = format!("/markets/{}/published-reports", self.id("markets"));
        let by = json!({ "published_by": "Ban quản lý" });
        self.make(site, "published-reports", &publish, by);
        let board = site.ask("GET", "/api/v1/board").key(&self.key).send();
        let board = board.json["id"].as_str().unwrap().to_owned();
        let plan = drawn_plan(site, &board, self.id("markets"), self.id("occupancies"));
        self.ids.insert("cash-plans", plan);
    }

    fn lines(&self) -> Value {
        json!([
            { "occupancy_id": self.id("occupancies"), "class": "sale", "amount_vnd": 40_000 },
            { "class": "personal", "amount_vnd": 10_000 }])
    }

    /// A phone that forwards a notice which nobody can read yet, and a template for others.
    fn pair_a_phone(&mut self, site: &Site) {
        let feed = json!({ "provider": "phone", "name": "Máy chị Lụa", "config": {} });
        let feed = self.post(site, "/api/v1/feeds", &feed).json["id"].as_str().unwrap().to_owned();
        let codes = format!("/api/v1/feeds/{feed}/pairing-codes");
        let code = self.post(site, &codes, &json!({ "device_name": "Máy chị Lụa" })).json;
        let hook = format!("/hooks/{feed}");
        let pair = site.ask("POST", &format!("{hook}/pair"));
        let paired = pair.json(&json!({ "code": code["code"] })).send();
        assert_eq!(paired.status, 201, "{}", paired.text());
        self.ids.insert("phone-feeds", feed);
        self.ids.insert("devices", paired.json["device_id"].as_str().unwrap().to_owned());
        let notice = json!({ "app": "MBBANK", "text": "TK 0099 GD: +50,000VND 24/11/26 11:59 SD: 1,000VND ND: tra tien ca",
            "posted_at": "2026-11-24T11:59:00+07:00" });
        let secret = format!("Bearer {}", paired.json["secret"].as_str().unwrap());
        let sent = site.ask("POST", &hook).header("authorization", &secret).json(&notice).send();
        assert_eq!(sent.text(), r#"{"outcome":"unknown-text"}"#);
        let listed = site.ask("GET", "/api/v1/phone-texts").key(&self.key).send();
        let id = listed.json["items"][0]["id"].as_str().unwrap().to_owned();
        self.ids.insert("phone-texts", id);
        let made = self.post(site, "/api/v1/phone-templates", &template("Nhan tien vao vi"));
        assert_eq!(made.status, 201, "{}", made.text());
        self.ids.insert("phone-templates", made.json["id"].as_str().unwrap().to_owned());
    }

    /// The same money, as another company of SePay tells it.
    fn report_it_again(&mut self, site: &Site) {
        let mut feed = self.feed("SePay, công ty khác");
        feed["config"]["merchant"] = json!("khac");
        feed["account_ids"] = json!([]);
        let made = self.post(site, "/api/v1/feeds", &feed);
        let hook = made.json["hook_path"].as_str().unwrap().to_owned();
        let secret = format!("Apikey {FEED_SECRET}");
        let told = self.told();
        let answer = site.ask("POST", &hook).header("authorization", &secret).json(&told).send();
        assert_eq!(answer.status, 200, "{}", answer.text());
        let listed = site.ask("GET", "/api/v1/suspected-pairs").key(&self.key).send();
        let id = listed.json["items"][0]["id"].as_str().unwrap().to_owned();
        self.ids.insert("suspected-pairs", id);
    }

    /// One file that is understood, and one whose layout must be mapped.
    fn upload_statements(&mut self, site: &Site) {
        let path = format!("/api/v1/statements?account_id={}", self.id("accounts"));
        let upload = |text: &str| {
            let ask = site.ask("POST", &path).key(&self.key).raw(text.as_bytes());
            let made = ask.header("content-type", "text/csv").send();
            assert_eq!(made.status, 201, "{}", made.text());
            made.json
        };
        let known = upload("Ngày,Ghi có,Nội dung\n20/11/2026,45000,tien ca\n");
        let other = upload(&format!("A{0},B{0},C{0}\n20/11/2026,45000,tien ca\n", self.letters()));
        let text = |json: &Value| json.as_str().unwrap().to_owned();
        self.ids.insert("statements", text(&known["id"]));
        self.ids.insert("statement-layouts", text(&other["layout"]));
    }

    /// Its digits as letters: headings of its own, so that its layout has a name of its own.
    fn letters(&self) -> String {
        self.number.bytes().map(|digit| char::from(digit - b'0' + b'a')).collect()
    }

    pub fn told(&self) -> Value {
        json!({
            "id": 92_704, "gateway": "Vietcombank", "transactionDate": "2026-11-24 11:59:00",
            "accountNumber": self.number, "code": null, "content": "tra tien ca",
            "transferType": "in", "transferAmount": 50_000, "accumulated": 0,
            "subAccount": null, "referenceCode": "FT1", "description": "" })
    }

    fn feed(&self, name: &str) -> Value {
        json!({ "provider": "sepay", "name": name, "config": { "authentication": "api_key" },
                "secret": FEED_SECRET, "account_ids": [self.id("accounts")] })
    }

    pub fn id(&self, of: &str) -> &str {
        &self.ids[of]
    }

    fn make(&mut self, site: &Site, name: &'static str, path: &str, body: Value) {
        let made = self.post(site, &format!("/api/v1{path}"), &body);
        assert_eq!(made.status, 201, "{path}: {}", made.text());
        self.ids.insert(name, made.json["id"].as_str().unwrap().to_owned());
    }

    pub fn post(&self, site: &Site, path: &str, body: &Value) -> Answer {
        site.ask("POST", path).key(&self.key).json(body).send()
    }

    fn stall(&self, code: &str) -> Value {
        json!({ "section_id": self.id("sections"), "code": code, "goods": "Cá đồng",
                "wholesale": false, "size_class": "small", "position": 1 })
    }

    /// What a bank app prints for the account.
    fn sticker(&self) -> String {
        let payee = Payee::Account(self.number.clone());
        Builder::new("970436", payee).build().unwrap().payload
    }

    /// A path pattern of the OpenAPI document with this world's ids.
    pub fn path(&self, pattern: &str) -> String {
        let mut filled = pattern.to_owned();
        let first = pattern.split('/').nth(3).unwrap_or_default();
        while let (Some(from), Some(to)) = (filled.find('{'), filled.find('}')) {
            let id = match &filled[from + 1..to] {
                "id" | "layout" => self.id(first),
                // Of a refused delivery.
                "number" => "1",
                named => self.id(&format!("{}s", named.strip_suffix("_id").unwrap())),
            };
            filled = format!("{}{id}{}", &filled[..from], &filled[to + 1..]);
        }
        filled
    }

    /// A good body for an operation, each of its fields in it.
    pub fn body(&self, operation: &str) -> Value {
        let bodies = [
            Self::register_body,
            Self::account_body,
            Self::money_body,
            Self::visit_body,
            desk_support::body,
        ];
        let body = bodies.iter().find_map(|body| body(self, operation));
        let others = || {
            let of_phones = phone_body(self, operation);
            of_phones.or_else(|| reviews::body(operation)).or_else(|| papers::body(self, operation))
        };
        let body = body.or_else(others);
        body.unwrap_or_else(|| panic!("no body for {operation}: add one here"))
    }

    fn register_body(&self, operation: &str) -> Option<Value> {
        Some(match operation {
            "POST /api/v1/keys" => json!({ "name": "cân", "permissions": ["reports.read"] }),
            "PATCH /api/v1/board" => json!({
                "name": "Ban quản lý", "day_start_minute": 60, "minimum_receipt_vnd": 2_000 }),
            "POST /api/v1/markets" | "PATCH /api/v1/markets/{market_id}" => json!({
                "name": "Chợ nổi", "commune": "Xã Biển Bạch", "province": "Cà Mau" }),
            "PATCH /api/v1/markets/{market_id}/look" => json!({ "accent_colour": "#204080" }),
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
            "POST /api/v1/class-rules" => json!({
                "occupancy_id": self.id("occupancies"), "kind": "memo_word", "word": "trảnợ",
                "class": "debt_repayment" }),
            "POST /api/v1/stall-links" => json!({
                "occupancy_id": self.id("occupancies"), "kind": "owner", "name": "Chị Lụa",
                "shows_payer": true }),
            "PATCH /api/v1/stall-links/{id}/listeners/{listener_id}" => json!({ "muted": true }),
            "POST /api/v1/absences" => json!({
                "occupancy_id": self.id("occupancies"), "kind": "suspended",
                "from_day": "2026-03-01", "to_day": "2026-03-31" }),
            "PATCH /api/v1/absences/{id}" => {
                json!({ "from_day": "2026-03-01", "to_day": "2026-03-31" })
            }
            "POST /api/v1/consents" => json!({
                "account_id": self.id("accounts"), "purpose": "receive_notices",
                "given_by": "Nguyễn Thị Lụa", "feed_id": self.id("feeds"),
                "wording": "Tôi đồng ý cho tin báo tiền vào." }),
            "POST /api/v1/consents/{id}/withdraw" => json!({}),
            _ => return None,
        })
    }

    fn visit_body(&self, operation: &str) -> Option<Value> {
        Some(match operation {
            "POST /api/v1/teams" | "PATCH /api/v1/teams/{id}" => json!({
                "name": "Tổ khóm 2", "section_ids": [self.id("sections")],
                "neighbourhood_ids": [self.id("neighbourhoods")],
                "members": [{ "name": "Lê Văn Mẫu", "knows": ["Viettel Money"] }] }),
            "POST /api/v1/markets/{market_id}/visit-rounds" => json!({
                "team_id": self.id("teams"), "day": "2026-11-25", "capacity": 5 }),
            "POST /api/v1/visits" => {
                json!({ "occupancy_id": self.id("occupancies"), "report": report() })
            }
            "PUT /api/v1/visits/{id}/report" => report(),
            "POST /api/v1/tallies" => tally(self.id("occupancies"), "may-2"),
            "POST /api/v1/markets/{market_id}/cash-plans" => json!({
                "from_day": "2026-11-25", "to_day": "2026-12-24", "stalls": 20, "days_each": 2 }),
            "PUT /api/v1/cash-plans/{id}/counts" => json!({
                "occupancy_id": self.id("occupancies"), "day": "2026-11-20",
                "outcome": "counted", "cash": "350k", "counted_by": "Tổ 1" }),
            "PUT /api/v1/markets/{market_id}/adoption-targets" => json!({
                "metric": "M4a", "per_mille": 600, "document": "QĐ 12/QĐ-UBND",
                "due_day": "2026-12-31" }),
            "POST /api/v1/markets/{market_id}/published-reports" => json!({
                "from": "2026-11-01", "to": "2026-11-20", "published_by": "Ban quản lý" }),
            _ => return None,
        })
    }

    fn account_body(&self, operation: &str) -> Option<Value> {
        Some(match operation {
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
            "PATCH /api/v1/account-links/{id}" => {
                json!({ "from_day": "2026-03-01", "to_day": "2026-03-31" })
            }
            "POST /api/v1/accounts/{id}/close" => json!({}),
            "POST /api/v1/verifications" => json!({
                "account_id": self.id("accounts"), "method": "test_seen", "passed": true,
                "verified_by": "Tổ 1" }),
            "POST /api/v1/codes" => json!({
                "occupancy_id": self.id("occupancies"), "account_id": self.id("accounts"),
                "number_id": self.id("receiving-numbers"), "with_reference": true }),
            "POST /api/v1/existing-codes" => json!({
                "occupancy_id": self.id("occupancies"), "payload": self.sticker(),
                "holder_name": "NGUYEN THI LUA", "holder_name_confirmed": true, "shared": false,
                "confirmed_by": "Tổ 1", "kind": "personal", "use_kind": "mixed", "relation": "self" }),
            "POST /api/v1/other-codes" => other_code(self.id("occupancies"), "vi-2"),
            "POST /api/v1/other-codes/{id}/revoke" => json!({ "because": "Gỡ rồi" }),
            "POST /api/v1/codes/{id}/replace" => json!({
                "because": "Thẻ bị ướt", "account_id": self.id("accounts"),
                "number_id": self.id("receiving-numbers"), "with_reference": true }),
            "POST /api/v1/codes/{id}/revoke" => json!({ "because": "Mất thẻ" }),
            "POST /api/v1/code-checks" => json!({
                "stall_id": self.id("stalls"), "scanned_payload": "0002", "checked_by": "Tổ 2",
                "scanned_payloads": ["0003"], "place_note": "cổng chợ", "latitude_mdeg": 9_352,
                "longitude_mdeg": 105_099 }),
            _ => return None,
        })
    }

    fn money_body(&self, operation: &str) -> Option<Value> {
        Some(match operation {
            "POST /api/v1/requests" => json!({
                "kind": "sale", "occupancy_id": self.id("occupancies"),
                "account_id": self.id("accounts"), "number_id": self.id("receiving-numbers"),
                "amount_vnd": 50_000, "purpose": "Cà phê", "expires_in_s": 600,
                "order": { "feed_id": self.id("order-feeds"), "order_code": "123" } }),
            "POST /api/v1/feeds" => {
                let mut feed = self.feed("SePay 2");
                feed["config"]["merchant"] = json!("to-2");
                feed["facts"] = facts();
                feed
            }
            "PATCH /api/v1/feeds/{id}" => json!({
                "name": "SePay, tổ 3", "config": { "authentication": "api_key" },
                "disabled": false, "facts": facts() }),
            "PATCH /api/v1/feeds/{id}/accounts/{account_id}" => json!({ "memo_word": "TKPX9K" }),
            "POST /api/v1/feeds/{id}/secrets" => json!({
                "secret": "khoa-bi-mat-thu-hai", "others_expire_in_s": 3_600 }),
            "PUT /api/v1/feeds/{id}/polling" => polling(),
            "POST /api/v1/feeds/{id}/accounts" => json!({ "account_ids": [self.id("accounts")] }),
            "POST /api/v1/transfers/{id}/attributions" => json!({
                "lines": self.lines(), "why": "chị Lụa nhớ khách này", "besides_counted": false }),
            "POST /api/v1/transfers/{id}/assignment-proposals" => {
                json!({ "lines": self.lines(), "why": "chị Lụa nhớ khách này" })
            }
            "POST /api/v1/assignment-proposals/{id}/approve" => {
                json!({ "why": "đã hỏi lại", "besides_counted": false })
            }
            "POST /api/v1/assignment-proposals/{id}/reject" => json!({ "why": "đã hỏi lại" }),
            // A seen one has no day.
            "POST /api/v1/transfers/{id}/refunds" => json!({
                "class": "refund", "amount_vnd": 1_000, "occupancy_id": self.id("occupancies"),
                "day": "2026-11-24", "why": "trả lại hàng" }),
            "POST /api/v1/refunds/{id}/seen" => json!({ "outgoing_id": self.id("transfers") }),
            "POST /api/v1/refunds/{id}/undo" => json!({ "why": "ghi lộn" }),
            "POST /api/v1/statements/{id}/commit" => json!({
                "from_day": "2026-11-01", "to_day": "2026-11-20", "no_days": false,
                "account_confirmed": true }),
            "PUT /api/v1/statement-layouts/{layout}" => json!({
                "date": 0, "time": 2, "debit": 2, "credit": 1, "amount": 2, "kind": 2,
                "balance": 2, "memo": 2, "reference": 2, "payer_name": 2, "payer_account": 2,
                "date_order": "day_month_year", "amount_format": "dots", "all_money_in": false }),
            "POST /api/v1/feeds/{id}/refused/{number}/dismiss" => {
                json!({ "why": "Tin thử", "and_before": true })
            }
            "POST /api/v1/phone-templates/{id}/retire"
            | "POST /api/v1/requests/{id}/cancel"
            | "POST /api/v1/class-rules/{id}/end"
            | "POST /api/v1/deliveries/{id}/replay"
            | "POST /api/v1/suspected-pairs/{id}/confirm"
            | "POST /api/v1/suspected-pairs/{id}/separate"
            | "POST /api/v1/feeds/{id}/refused/{number}/verify" => json!({}),
            _ => return None,
        })
    }
}
