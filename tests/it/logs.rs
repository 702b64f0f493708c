//! What stands in the log of a market that is lived through and served, at the level at which most is
//! written: nothing of people, and no secret. On both databases.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use cho40::db::schema::{accounts, deliveries, receiving_numbers, unassigned, vendors};
use cho40::db::{DatabaseUrl, DbConnection};
use diesel::prelude::*;
use serde_json::{Value, json};

use crate::cli::text_of;
use crate::support::empty_databases;
use crate::web_support::{Answer, Ask};

const PASSWORD: &str = "mat-khau-khong-ai-biet";
const MEMO: &str = "vien phi thang muoi mot";
const STRANGE_KEY: &str = "cho40_feedfeedfeedfeedfeedfeedfeedfeedfeedfeedfeedfeed";
const STRANGE_SECRET: &str = "khoa-bi-mat-go-nham";
const PHONE: &str = "0987654321";
const NAME: &str = "Huỳnh Thị Út Mười";

/// A demo that serves; ended with this value.
struct Market {
    child: Child,
    ready: Value,
}

impl Market {
    fn live(home: &Path, url: &DatabaseUrl, log: &Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cho40"));
        command.current_dir(home).env("CHO40_LOG", "debug").env_remove("CHO40_DATABASE_URL");
        command.args(["demo", "--json", "--stalls", "12", "--days", "8"]);
        command.args(["--listen", "127.0.0.1:0", "--database-url", &text_of(url)]);
        command.stdout(Stdio::piped()).stderr(File::create(log).unwrap());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Self { child, ready: serde_json::from_str(&line).unwrap() }
    }

    fn text(&self, pointer: &str) -> &str {
        self.ready.pointer(pointer).and_then(Value::as_str).unwrap()
    }

    fn ask(&self, method: &str, path: &str) -> Ask {
        Ask::at(method, &format!("{}{path}", self.text("/url")))
    }

    fn owner(&self, method: &str, path: &str) -> Ask {
        self.ask(method, &format!("/api/v1{path}")).key(self.text("/api_key"))
    }

    fn form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let ask = self.ask("POST", path).header("origin", self.text("/url"));
        let ask = ask.header("content-type", "application/x-www-form-urlencoded");
        ask.raw(crate::desk_support::form(fields).as_bytes()).send()
    }
}

impl Drop for Market {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// All that people and programs do with what is not to be told, right and wrong; the tokens that came
/// of it.
fn use_everything(market: &Market) -> Vec<String> {
    let mut secrets = Vec::new();
    for list in ["vendors", "accounts", "transfers", "unassigned", "deliveries", "consents", "keys"]
    {
        assert_eq!(market.owner("GET", &format!("/{list}")).send().status, 200, "{list}");
    }
    assert_eq!(market.ask("GET", "/api/v1/board").key(STRANGE_KEY).send().status, 401);
    let vendor = json!({ "name": NAME, "phone": PHONE });
    let vendor = market.owner("POST", "/vendors").json(&vendor).send();
    assert_eq!(vendor.status, 201, "{}", vendor.text());
    let wrong = json!({ "name": NAME, "phone": "09876543210987" });
    assert_eq!(market.owner("POST", "/vendors").json(&wrong).send().status, 422);
    let listed = format!("/vendors?phone={PHONE}");
    assert_eq!(market.owner("GET", &listed).send().status, 200);
    let key = json!({ "name": "máy", "permissions": ["reports.read"] });
    let key = market.owner("POST", "/keys").json(&key).send().json;
    secrets.push(key["token"].as_str().unwrap().to_owned());
    let occupancy = market.owner("GET", "/occupancies").send().json;
    let link = json!({ "occupancy_id": occupancy["items"][0]["id"], "kind": "owner", "name": "m" });
    let link = market.owner("POST", "/stall-links").json(&link).send().json;
    let path = link["path"].as_str().unwrap();
    let token = path.rsplit('/').next().unwrap();
    secrets.push(token.to_owned());
    assert_eq!(market.ask("GET", path).send().status, 200);
    let opened = market.form("/nghe/open", &[("token", token)]);
    let cookie = opened.header("set-cookie").split(';').next().unwrap().to_owned();
    secrets.push(cookie.split_once('=').unwrap().1.to_owned());
    let digits = market.ask("POST", "/sap/pin/new").header("cookie", &cookie);
    let digits = digits.header("origin", market.text("/url")).json(&json!({ "pin": "270361" }));
    assert_eq!(digits.send().status, 204);
    market.form("/ql/vao", &[("login", PHONE), ("password", PASSWORD)]);
    let invitation = market.text("/desk_path").to_owned();
    let path = invitation.strip_prefix(market.text("/url")).unwrap_or(&invitation);
    secrets.push(path.rsplit('/').next().unwrap().to_owned());
    let fields = [("name", NAME), ("login", PHONE), ("password", PASSWORD), ("again", PASSWORD)];
    market.form(path, &fields);
    let signed = market.form("/ql/vao", &[("login", PHONE), ("password", PASSWORD)]);
    let cookie = signed.header("set-cookie").split(';').next().unwrap().to_owned();
    secrets.push(cookie.split_once('=').unwrap().1.to_owned());
    send_hooks(market, &mut secrets);
    secrets
}

/// Deliveries that are believed, refused, unreadable and none.
fn send_hooks(market: &Market, secrets: &mut Vec<String>) {
    let secret = "khoa-rieng-cua-nguon-moi";
    let feed = json!({ "provider": "sepay", "name": "SePay, công ty khác", "secret": secret,
        "config": { "authentication": "api_key", "merchant": "khac" }, "account_ids": [] });
    let feed = market.owner("POST", "/feeds").json(&feed).send();
    let hook = feed.json["hook_path"].as_str().unwrap_or_else(|| panic!("{}", feed.text()));
    secrets.push(secret.to_owned());
    let body = json!({ "id": 1, "gateway": "Vietcombank",
        "transactionDate": "2026-11-24 11:59:00", "accountNumber": "0071000123456",
        "code": null, "content": MEMO, "transferType": "in", "transferAmount": 50_000,
        "accumulated": 0, "subAccount": null, "referenceCode": "FT1", "description": MEMO });
    let unreadable = json!({ "content": MEMO, "transferType": "in" });
    for (sent, secret) in
        [(&body, secret), (&body, STRANGE_SECRET), (&unreadable, secret), (&json!([MEMO]), secret)]
    {
        let ask = market.ask("POST", hook).json(sent);
        ask.header("authorization", &format!("Apikey {secret}")).send();
    }
}

/// What is in the database of people; short words stand in any log.
fn of_people(connection: &mut DbConnection) -> BTreeSet<String> {
    let mut all: Vec<String> =
        receiving_numbers::table.select(receiving_numbers::number).load(connection).unwrap();
    let holders = accounts::table.select(accounts::holder_name);
    all.extend(holders.load::<String>(connection).unwrap());
    all.extend(vendors::table.select(vendors::name).load::<String>(connection).unwrap());
    let phones: Vec<Option<String>> =
        vendors::table.select(vendors::phone).load(connection).unwrap();
    all.extend(phones.into_iter().flatten());
    let waiting = unassigned::table.select((unassigned::memo, unassigned::payer_name));
    for (memo, payer) in waiting.load::<(Option<String>, Option<String>)>(connection).unwrap() {
        all.extend(memo.into_iter().chain(payer));
    }
    let bodies: Vec<Option<Vec<u8>>> =
        deliveries::table.select(deliveries::body).load(connection).unwrap();
    for body in bodies.into_iter().flatten() {
        if let Ok(body) = serde_json::from_slice(&body) {
            memos(&body, &mut all);
        }
    }
    all.retain(|text| text.chars().count() >= 8);
    all.into_iter().collect()
}

fn memos(value: &Value, found: &mut Vec<String>) {
    const NAMES: [&str; 6] =
        ["content", "description", "memo", "counterAccountName", "payerName", "remark"];
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                if NAMES.contains(&name.as_str()) {
                    found.extend(value.as_str().map(str::to_owned));
                }
                memos(value, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| memos(item, found)),
        _ => {}
    }
}

/// Every secret that the demo tells whoever started it.
fn secrets_of(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                if ["secret", "api_key", "token"].contains(&name.as_str()) {
                    found.extend(value.as_str().map(str::to_owned));
                }
                secrets_of(value, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| secrets_of(item, found)),
        _ => {}
    }
}

#[test]
fn a_whole_run_logs_nothing_of_people_and_no_secret() {
    for database in empty_databases() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("log");
        let market = Market::live(home.path(), &database.url, &path);
        let mut hidden = use_everything(&market);
        secrets_of(&market.ready, &mut hidden);
        hidden.extend([PASSWORD, MEMO, STRANGE_KEY, STRANGE_SECRET, NAME].map(str::to_owned));
        hidden.extend([PHONE, &PHONE[1..], "0071000123456", "270361"].map(str::to_owned));
        let mut connection = DbConnection::open(&database.url).unwrap();
        let people = of_people(&mut connection);
        assert!(people.len() > 100, "{} texts of people", people.len());
        assert!(hidden.len() > 15, "{} secrets", hidden.len());
        hidden.extend(people);
        drop(market);
        let log = fs::read_to_string(&path).unwrap();
        assert!(log.contains("DEBUG") || log.contains("INFO"), "nothing was logged: {log:?}");
        let told: Vec<_> = hidden.iter().filter(|text| log.contains(text.as_str())).collect();
        assert!(told.is_empty(), "the log tells {told:?}");
    }
}
