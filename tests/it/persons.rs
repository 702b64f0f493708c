//! One person's data: the copy has it all, and after erasing nothing of it is found in the whole
//! database, while the ledger and the market's sums stay what they were.

use cho40::access::Permission;
use cho40::db::schema::payer_days;
use cho40::db::{DbConnection, backup};
use cho40::feeds::Provider;
use cho40::ledger::doctor;
use cho40::persons::{self, Payer, Person};
use cho40::primitives::ids::VendorId;
use cho40::primitives::time::MS_PER_DAY;
use cho40::registry::accounts::UseKind;
use diesel::prelude::*;
use serde_json::{Value, json};

use crate::phone_stall::{Link, Phone};
use crate::registry_support::refused;
use crate::stage::{STANDARD_SECRET, Stage, transfer};
use crate::support::{TestDb, on_both};
use crate::web_support::{Answer, Site};
use crate::web_world::World;

const NAME: &str = "Nguyễn Thị Lụa";
const PHONE: &str = "+84912345678";
const NUMBER: &str = "0011001100";

/// All rows of the database, and bodies as texts.
pub fn dump(db: &mut TestDb) -> String {
    let mut out = Vec::new();
    let at = db.clock.now();
    let connection: &mut DbConnection = db.connection();
    backup::write(connection, at, &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    // Bytes are hexadecimal there.
    let unhexed: Vec<String> = text
        .split('"')
        .filter(|part| part.len() > 20 && part.len() % 2 == 0)
        .filter_map(|part| hex::decode(part).ok())
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        .collect();
    text + &unhexed.join("\n")
}

/// A world whose vendor has a phone, and of whose money somebody paid with a name and an account.
fn world(site: &Site) -> World {
    let world = World::on(site, &site.key, NUMBER);
    let vendor = format!("/api/v1/vendors/{}", world.id("vendors"));
    let change = json!({ "name": NAME, "phone": PHONE });
    assert_eq!(site.ask("PATCH", &vendor).key(&world.key).json(&change).send().status, 200);
    world
}

fn erase(site: &Site, path: &str) -> Answer {
    site.post(&format!("{path}/erase"), &json!({}))
}

/// Ends and settles whatever keeps the vendor from being erased.
fn settle(site: &Site, world: &World) {
    let done = |method: &str, path: &str, body: &Value| {
        let ask = site.ask(method, path).key(&world.key);
        let answer = if method == "DELETE" { ask.send() } else { ask.json(body).send() };
        // Some is settled already.
        let is_settled = answer.status < 300 || answer.status == 409;
        assert!(is_settled, "{method} {path}: {}", answer.text());
    };
    let listed = |path: &str| -> Vec<Value> {
        site.get(&format!("/api/v1/{path}")).json["items"].as_array().unwrap().clone()
    };
    let id = |one: &Value, field: &str| one[field].as_str().unwrap().to_owned();
    for feed in listed("feeds") {
        let accounts = format!("feeds/{}/accounts", id(&feed, "id"));
        for account in listed(&accounts) {
            let path = format!("/api/v1/{accounts}/{}", id(&account, "account_id"));
            done("DELETE", &path, &Value::Null);
        }
    }
    for (list, verb) in [("suspected-pairs", "confirm"), ("requests", "cancel")] {
        for one in listed(list) {
            let path = format!("/api/v1/{list}/{}/{verb}", id(&one, "id"));
            if verb == "confirm" || one["cancelled_at"].is_null() {
                done("POST", &path, &json!({}));
            }
        }
    }
    for one in listed("sighting-conflicts") {
        let pattern = "POST /api/v1/sighting-conflicts/{id}/decide";
        done(
            "POST",
            &format!("/api/v1/sighting-conflicts/{}/decide", id(&one, "id")),
            &world.body(pattern),
        );
    }
    for one in listed("statements") {
        done("DELETE", &format!("/api/v1/statements/{}", id(&one, "id")), &Value::Null);
    }
    for one in listed("deliveries?outcome=undecodable") {
        let path = format!("/api/v1/deliveries/{}/dismiss", id(&one, "id"));
        done("POST", &path, &json!({ "why": "tin thử" }));
    }
    for one in listed("unassigned") {
        let lines = json!({ "lines": [{ "class": "personal", "amount_vnd": one["amount_vnd"] }] });
        let path = format!("/api/v1/transfers/{}/attributions", id(&one, "transfer_id"));
        done("POST", &path, &lines);
    }
}

fn leave(site: &Site, world: &World) {
    let path = format!("/api/v1/occupancies/{}/end", world.id("occupancies"));
    let ended = site.post(&path, &json!({ "to_day": "2026-11-24" }));
    assert_eq!(ended.status, 200, "{}", ended.text());
}

on_both!(a_copy_has_what_is_kept_of_a_vendor, |db| {
    let site = Site::of(db);
    let world = world(&site);
    let link =
        json!({ "occupancy_id": world.id("occupancies"), "kind": "owner", "name": "Chủ sạp" });
    let made = site.post("/api/v1/stall-links", &link).json;
    let text = |field: &str| made[field].as_str().unwrap().to_owned();
    let phone = Phone::open(&site, &Link { id: text("id"), path: text("path") }, "270361");
    let cash = json!({ "day": "2026-11-24", "kind": "sold", "cash": "350k" });
    assert_eq!(phone.post("/sap/cash", &cash).status, 200);
    let copy = site.get(&format!("/api/v1/vendors/{}/copy", world.id("vendors")));
    assert_eq!(copy.status, 200, "{}", copy.text());
    let tables = copy.json["tables"].as_object().unwrap();
    for table in [
        "vendors",
        "occupancies",
        "accounts",
        "receiving_numbers",
        "codes",
        "consents",
        "transfers",
        "deliveries",
        "stall_links",
    ] {
        assert!(tables.contains_key(table), "{table}: {:?}", tables.keys());
    }
    assert_eq!(tables["vendors"][0]["phone"], PHONE);
    assert!(copy.text().contains(NUMBER) && copy.text().contains(NAME));
    for secret in ["pin_hash", "token_hash", "session_hash"] {
        assert!(!copy.text().contains(secret), "{secret}");
    }
    // What she alone sees is in no copy that a key makes, and in that of whoever keeps the server.
    assert!(!tables.contains_key("books") && !tables.contains_key("cash_answers"));
    assert!(!copy.text().contains("350000"));
    let person = Person::Vendor(VendorId::parse(world.id("vendors")).unwrap());
    let act = db.act();
    let whole = persons::copy_whole(db.connection(), &act, person).unwrap().tables;
    assert!(whole.contains_key("cash_answers"), "{:?}", whole.keys());
    let other = site.ask("GET", &format!("/api/v1/vendors/{}/copy", world.id("vendors")));
    assert_eq!(other.key(&site.other_key).send().problem(404), "not-found");
    let blind = site.key_with(&[Permission::RegistryRead, Permission::RegistryWrite]);
    let path = format!("/api/v1/vendors/{}/erase", world.id("vendors"));
    let refused = site.ask("POST", &path).key(&blind).json(&json!({})).send();
    assert_eq!(refused.problem(403), "forbidden");
});

on_both!(who_still_trades_or_is_still_heard_is_not_erased, |db| {
    let site = Site::of(db);
    let world = world(&site);
    let vendor = format!("/api/v1/vendors/{}", world.id("vendors"));
    assert_eq!(erase(&site, &vendor).problem(409), "person-still-trades");
    let account = format!("/api/v1/accounts/{}", world.id("accounts"));
    assert_eq!(erase(&site, &account).problem(409), "account-still-serves");
    assert_eq!(site.get(&vendor).json["name"], NAME, "nothing was done");
    db.clock.move_to(db.clock.now().plus_ms(MS_PER_DAY));
    leave(&site, &world);
    assert_eq!(erase(&site, &vendor).problem(409), "account-still-heard");
});

on_both!(nothing_of_an_erased_vendor_is_found_in_the_whole_database, |db| {
    let site = Site::of(db);
    let world = world(&site);
    db.clock.move_to(db.clock.now().plus_ms(MS_PER_DAY));
    leave(&site, &world);
    settle(&site, &world);
    let key = world.key.clone();
    let amounts = || {
        let listed = site.ask("GET", "/api/v1/transfers").key(&key).send().json;
        let items = listed["items"].as_array().unwrap().clone();
        items.iter().map(|one| (one["id"].clone(), one["amount_vnd"].clone())).collect::<Vec<_>>()
    };
    let before = amounts();
    assert!(!before.is_empty());
    let board_id = db.act().board_id();
    let differences = doctor::examine(db.connection(), board_id).unwrap();
    let kept = dump(db);
    let words = [NAME, "NGUYEN THI LUA", PHONE, "0912345678", NUMBER];
    for word in [NAME, PHONE, NUMBER] {
        assert!(kept.contains(word), "{word}");
    }
    let vendor = format!("/api/v1/vendors/{}", world.id("vendors"));
    let erased = erase(&site, &vendor);
    assert_eq!(erased.status, 200, "{}", erased.text());
    assert!(erased.json["row_count"].as_i64().unwrap() > 10, "{}", erased.text());
    // A user's login in this world is made of the same digits.
    let kept = dump(db).replace(&format!("to{NUMBER}"), "");
    for word in words {
        let at = kept.find(word).map(|at| &kept[at.saturating_sub(200)..]);
        let line = at.map(|text| text.chars().take(400).collect::<String>());
        assert_eq!(line, None, "{word} is still found");
    }
    assert_eq!(amounts(), before, "the money is as it was");
    assert_eq!(doctor::examine(db.connection(), board_id).unwrap(), differences);
    assert_eq!(site.get(&vendor).json["name"], "(đã xóa)");
    let account = site.get(&format!("/api/v1/accounts/{}", world.id("accounts"))).json;
    assert_eq!(account["holder_name"], "(đã xóa)");
    // The stall tells nothing of who was there; pages and reports still open.
    let stall = world.id("stalls");
    let held = site.get(&format!("/api/v1/occupancies?stall_id={stall}")).json;
    assert_eq!(held["items"], json!([]));
    let report = format!("/api/v1/reports/adoption?market_id={}", world.id("markets"));
    for path in [report.as_str(), "/api/v1/codes", "/api/v1/requests", "/api/v1/other-codes"] {
        assert_eq!(site.get(path).status, 200, "{path}");
    }
    let told = site.get(&format!("/api/v1/audit-entries?about={}&limit=200", world.id("vendors")));
    assert!(told.text().contains("/vendors/{id}/erase"), "{}", told.text());
    // Again: nothing more to do.
    assert_eq!(erase(&site, &vendor).status, 200);
});

on_both!(a_payer_is_found_and_erased_and_counts_stay, |db| {
    let stage = Stage::new(db);
    let stand = stage.stand("A1", "0123456789", UseKind::BusinessOnly);
    let feed = stage.feed_of(Provider::StandardWebhooks, "{}", STANDARD_SECRET);
    for (id, payer) in [(1, "NGUYEN VAN BA"), (2, "NGUYEN VAN BA"), (3, "TRAN THI TU")] {
        let memo = format!("{} mua ca", stand.code.reference.unwrap());
        let mut one = transfer(&stage, id, "0123456789", &memo);
        one.payer_name = Some(payer);
        assert_eq!(feed.send(&one), "recorded");
    }
    let key = stage.app.secret_key.clone();
    let of = |name: &str| Payer { account: None, bin: None, name: Some(name.to_owned()) };
    let found = |name: &str| {
        stage
            .read(|connection, act| persons::copy_payer(connection, act, &key, &of(name)))
            .transfers
    };
    assert_eq!(found("Nguyễn Văn Ba").len(), 2);
    assert!(found("NGUYEN VAN BA")[0].body.as_ref().unwrap().contains("NGUYEN VAN BA"));
    let nobody = stage.try_write({
        let key = key.clone();
        let none = Payer { account: None, bin: None, name: None };
        move |connection, act| persons::erase_payer(connection, act, &key, &none)
    });
    refused(nobody, "account", "payer-not-named");
    let marks = |connection: &mut DbConnection| -> Vec<(i64, i64)> {
        payer_days::table
            .select((payer_days::payer_key, payer_days::receipt_count))
            .order(payer_days::receipt_count)
            .load(connection)
            .unwrap()
    };
    let before = stage.read(|connection, _| Ok(marks(connection)));
    let erased = stage.write({
        let (key, of) = (key.clone(), of("Nguyễn Văn Ba"));
        move |connection, act| persons::erase_payer(connection, act, &key, &of)
    });
    assert_eq!((erased.transfer_count, erased.body_count, erased.waiting_count), (2, 2, 0));
    assert_eq!(found("NGUYEN VAN BA").len(), 0);
    assert_eq!(found("TRAN THI TU").len(), 1);
    let after = stage.read(|connection, _| Ok(marks(connection)));
    let counts = |all: &[(i64, i64)]| all.iter().map(|(_, count)| *count).collect::<Vec<_>>();
    assert_eq!(counts(&before), counts(&after));
    assert_ne!(before[1].0, after[1].0, "the hash is nobody's");
    assert_eq!(stage.differences(), Vec::<String>::new());
    drop(stage);
    let kept = dump(db);
    assert!(!kept.contains("NGUYEN VAN BA") && kept.contains("TRAN THI TU"));
});

on_both!(no_number_stays_in_the_names_of_reports, |db| {
    let stage = Stage::new(db);
    let stand = stage.stand("A1", "0123456789", UseKind::BusinessOnly);
    let feed = stage.feed_of(Provider::StandardWebhooks, "{}", STANDARD_SECRET);
    let one = transfer(&stage, 1, "0123456789", "mua ca");
    assert_eq!((feed.send(&one), feed.send(&one)), ("recorded", "duplicate"));
    // Another account's number that begins alike.
    let other = transfer(&stage, 2, "01234567890", "mua ca");
    assert_eq!(feed.send(&other), "unmatched");
    stage.write(|connection, _| {
        for statement in [
            "UPDATE account_links SET to_day = from_day",
            "UPDATE feed_accounts SET to_day = from_day",
        ] {
            diesel::sql_query(statement).execute(connection)?;
        }
        Ok(())
    });
    stage.index_transfers();
    let of_account = Person::Holder(stand.account_id);
    stage.write(move |connection, act| persons::erase(connection, act, of_account));
    let left: Vec<_> = stage.differences();
    assert!(!left.iter().any(|one| one.contains("missing")), "{left:?}");
    drop(stage);
    let kept = dump(db);
    assert!(kept.contains("970422-01234567890"));
    assert!(!kept.replace("01234567890", "").contains("0123456789"), "the number is found");
});
