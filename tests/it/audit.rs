//! Who saw or changed what about whom: what is told, that the chain is one, and that whatever is
//! done to it is named.

use std::sync::Barrier;
use std::thread;

use cho40::access::audit::{self, Did, Doing, Entry, How};
use cho40::access::{Permission, Role};
use cho40::db::{DatabaseUrl, DbConnection};
use cho40::ledger::doctor;
use cho40::primitives::ids::BoardId;
use diesel::connection::SimpleConnection as _;
use serde_json::{Value, json};

use crate::desk_support::Visitor;
use crate::support::{TestDb, on_both};
use crate::web_support::Site;

fn doing(what: &str) -> Doing {
    let (how, did) = (How::Api, Did::Changed);
    let (what, who) = (what.to_owned(), "key_0000000000001".to_owned());
    Doing { who, how, did, what, whom: vec!["vnd_0000000000002".to_owned()], fields: vec![] }
}

fn tell(db: &mut TestDb, board_id: BoardId, what: &str) {
    let (at, doing) = (db.clock.now(), doing(what));
    db.connection()
        .in_transaction(|connection| audit::tell(connection, board_id, at, doing))
        .unwrap();
}

fn all(connection: &mut DbConnection, board_id: BoardId) -> Vec<Entry> {
    audit::read(connection, board_id, None, 0, 10_000).unwrap()
}

/// What the doctor says of the board's audit.
fn found(db: &mut TestDb, board_id: BoardId) -> Vec<doctor::Difference> {
    let mut found = doctor::examine(db.connection(), board_id).unwrap();
    found.retain(|one| one.what == "audit");
    found
}

/// Runs statements that the triggers would stop, as somebody who has the database can.
fn falsify(db: &mut TestDb, statements: &str) {
    let off = match db.url() {
        DatabaseUrl::Sqlite(_) => {
            "DROP TRIGGER IF EXISTS audit_entries_never_change;
             DROP TRIGGER IF EXISTS audit_entries_never_go;"
        }
        DatabaseUrl::Postgres(_) => "DROP TRIGGER IF EXISTS audit_entries_stay ON audit_entries;",
    };
    db.connection().batch_execute(&format!("{off} {statements}")).unwrap();
}

on_both!(each_entry_is_bound_to_the_one_before, |db| {
    let (ours, theirs) = (db.act().board_id(), db.other_act().board_id());
    assert_eq!(found(db, ours), []);
    for what in ["one", "two", "three"] {
        tell(db, ours, what);
        tell(db, theirs, what);
    }
    let entries = all(db.connection(), ours);
    assert_eq!(entries.iter().map(|entry| entry.seq).collect::<Vec<_>>(), [1, 2, 3]);
    let mut previous = audit::beginning(ours);
    for entry in &entries {
        assert!(entry.is_bound() && entry.is_numbered(), "{entry:?}");
        assert_eq!(entry.previous, previous);
        previous.clone_from(&entry.hash);
    }
    let told: Value = serde_json::from_str(&entries[2].entry).unwrap();
    assert_eq!(
        told,
        json!({ "seq": 3, "at": "2026-11-24T12:00:00+07:00", "who": "key_0000000000001",
            "how": "api", "did": "changed", "what": "three", "whom": ["vnd_0000000000002"],
            "fields": [], "times": 1 })
    );
    // Another board's chain begins elsewhere, so none can be put in another's place.
    assert_ne!(all(db.connection(), theirs)[0].hash, entries[0].hash);
    assert_eq!((found(db, ours), found(db, theirs)), (vec![], vec![]));
    assert_eq!(audit::read(db.connection(), ours, None, 2, 10).unwrap(), entries[2..]);
});

on_both!(nothing_is_changed_or_deleted_by_mistake, |db| {
    let board_id = db.act().board_id();
    tell(db, board_id, "one");
    for statement in ["UPDATE audit_entries SET hash = ''", "DELETE FROM audit_entries"] {
        let refused = db.connection().batch_execute(statement).unwrap_err();
        assert!(refused.to_string().contains("append-only"), "{refused}");
    }
    assert_eq!(all(db.connection(), board_id).len(), 1);
});

/// What is done to five entries, and the numbers that the doctor names.
const FALSIFIED: [(&str, &[&str]); 9] = [
    ("UPDATE audit_entries SET entry = replace(entry, 'two', 'six') WHERE seq = 2", &["2"]),
    (
        "UPDATE audit_entries SET hash = replace(hash, substr(hash, 1, 1), 'x') WHERE seq = 5",
        &["5"],
    ),
    // With a hash that fits, the next one does not follow.
    ("UPDATE audit_entries SET entry = 'E', hash = 'H' WHERE seq = 3", &["3", "4"]),
    ("DELETE FROM audit_entries WHERE seq = 2", &["3"]),
    ("DELETE FROM audit_entries WHERE seq = 1", &["2"]),
    ("DELETE FROM audit_entries WHERE seq = 5", &["4"]),
    ("DELETE FROM audit_entries", &["0"]),
    (
        "UPDATE audit_entries SET seq = 9 WHERE seq = 2;
         UPDATE audit_entries SET seq = 2 WHERE seq = 3;
         UPDATE audit_entries SET seq = 3 WHERE seq = 9",
        &["2", "3"],
    ),
    (
        "INSERT INTO audit_entries (board_id, seq, entry, hash)
         SELECT board_id, 6, replace(entry, '\"seq\":5', '\"seq\":6'), hash FROM audit_entries
         WHERE seq = 5",
        &["6"],
    ),
];

on_both!(whatever_is_done_to_the_chain_is_named, |db| {
    let board_id = db.act().board_id();
    for what in ["one", "two", "three", "four", "five"] {
        tell(db, board_id, what);
    }
    assert_eq!(found(db, board_id), []);
    let saved = "CREATE TABLE saved AS SELECT * FROM audit_entries";
    falsify(db, saved);
    for (statement, numbers) in FALSIFIED {
        falsify(db, statement);
        let named = found(db, board_id);
        let has = |number: &&&str| named.iter().any(|one| one.key == ***number);
        assert!(numbers.iter().all(|number| has(&number)), "{statement}: {named:?}");
        falsify(db, "DELETE FROM audit_entries; INSERT INTO audit_entries SELECT * FROM saved");
        assert_eq!(found(db, board_id), [], "{statement}");
    }
    // The last of all, with the note of which one was the last: only what was exported before knows.
    falsify(db, "UPDATE audit_heads SET seq = 4");
    assert_eq!(found(db, board_id).len(), 1);
    let repaired =
        db.connection().in_transaction(|connection| doctor::repair(connection, board_id)).unwrap();
    assert!(repaired.left.iter().any(|one| one.what == "audit"), "no repair touches it");
});

on_both!(processes_that_write_to_one_board_keep_one_chain, |db| {
    const WRITERS: usize = 6;
    const EACH: usize = 25;
    let (board_id, at, url) = (db.act().board_id(), db.clock.now(), db.url().clone());
    let start = Barrier::new(WRITERS);
    thread::scope(|scope| {
        for writer in 0..WRITERS {
            let (start, url) = (&start, &url);
            scope.spawn(move || {
                let mut connection = DbConnection::open(url).unwrap();
                start.wait();
                for number in 0..EACH {
                    let doing = doing(&format!("{writer} {number}"));
                    // One in five takes itself back.
                    let done = connection.in_transaction(|connection| {
                        audit::tell(connection, board_id, at, doing)?;
                        if number % 5 == 4 {
                            return Err(cho40::primitives::Refusal::not_found("x").into());
                        }
                        Ok(())
                    });
                    assert_eq!(done.is_ok(), number % 5 != 4);
                }
            });
        }
    });
    assert_eq!(all(db.connection(), board_id).len(), WRITERS * EACH / 5 * 4);
    assert_eq!(found(db, board_id), []);
});

/// The entries of a board as they tell it: what, who did it and whom it concerned.
fn told(db: &mut TestDb) -> Vec<Value> {
    let board_id = db.act().board_id();
    let entries = all(db.connection(), board_id);
    entries.iter().map(|entry| serde_json::from_str(&entry.entry).unwrap()).collect()
}

fn one<'a>(told: &'a [Value], what: &str) -> &'a Value {
    let all: Vec<_> = told.iter().filter(|entry| entry["what"] == what).collect();
    assert_eq!(all.len(), 1, "{what}: {told:#?}");
    all[0]
}

on_both!(changes_and_looks_by_keys_are_told, |db| {
    let site = Site::of(db);
    let vendor =
        site.create("/api/v1/vendors", &json!({ "name": "Nguyễn Thị Lụa", "phone": "0912345678" }));
    let path = format!("/api/v1/vendors/{vendor}");
    let change = site.ask("PATCH", &path).key(&site.key).json(&json!({ "phone": null }));
    assert_eq!(change.send().status, 200);
    let refused = site.ask("PATCH", &path).key(&site.key).json(&json!({ "phone": "x" }));
    assert_eq!(refused.send().status, 422);
    for _ in 0..3 {
        assert_eq!(site.get(&path).status, 200);
    }
    assert_eq!(site.get("/api/v1/vendors?phone=0912345678").status, 200);
    assert_eq!(site.get("/api/v1/banks").status, 200);
    assert_eq!(site.get("/api/v1/vendors/vnd_0000000000001").status, 404);
    let again = || {
        let ask = site.ask("POST", "/api/v1/vendors").key(&site.key);
        ask.header("idempotency-key", "mot").json(&json!({ "name": "Trần Văn Tí" })).send()
    };
    assert_eq!((again().status, again().status), (201, 201));
    // What waits is written when the server ends.
    drop(site);
    let told = told(db);
    assert_eq!(told.iter().filter(|one| one["what"] == "POST /api/v1/vendors").count(), 2);
    let made = told.iter().find(|one| one["what"] == "POST /api/v1/vendors").unwrap();
    assert_eq!(made["whom"], json!([vendor]));
    assert_eq!(made["fields"], json!(["name", "phone"]));
    assert_eq!((&made["how"], &made["did"]), (&json!("api"), &json!("changed")));
    assert!(made["who"].as_str().unwrap().starts_with("key_"));
    let changed = one(&told, "PATCH /api/v1/vendors/{id}");
    assert_eq!((&changed["whom"], &changed["fields"]), (&json!([vendor]), &json!(["phone"])));
    let looked = one(&told, "GET /api/v1/vendors/{id}");
    assert_eq!((&looked["did"], &looked["times"]), (&json!("looked"), &json!(3)));
    assert_eq!(one(&told, "GET /api/v1/vendors")["fields"], json!(["phone"]));
    assert!(!told.iter().any(|one| one["what"] == "GET /api/v1/banks"));
    // Nobody's name or number stands in it: it is never erased.
    let text = serde_json::to_string(&told).unwrap();
    for personal in ["Lụa", "912345678", "Tí"] {
        assert!(!text.contains(personal), "{personal}: {text}");
    }
    let board_id = db.act().board_id();
    assert_eq!(found(db, board_id), []);
});

on_both!(what_is_done_and_seen_at_the_desk_is_told, |db| {
    let site = Site::of(db);
    let mut owner = Visitor::with_role(&site, "owner", &[]);
    let stall = desk_stall(&site);
    assert_eq!(owner.get(&format!("/ql/so/sap/{stall}")).status, 200);
    assert_eq!(owner.get("/ql/nguoi").status, 200);
    assert_eq!(
        owner.post("/ql/nguoi/moi", &[("name", "Chị Hoa"), ("role", "official")]).status,
        200
    );
    drop(site);
    let told = told(db);
    let seen = one(&told, "GET /ql/so/sap/{id}");
    assert_eq!((&seen["whom"], &seen["how"]), (&json!([stall]), &json!("desk")));
    assert!(seen["who"].as_str().unwrap().starts_with("usr_"), "{seen}");
    assert_eq!(one(&told, "POST /ql/nguoi/moi")["did"], "changed");
    assert_eq!(one(&told, "sign-in")["who"], seen["who"]);
    assert_eq!(one(&told, "invitation accepted")["who"], seen["who"]);
});

fn desk_stall(site: &Site) -> String {
    let market = site.create(
        "/api/v1/markets",
        &json!({ "name": "Chợ Thới Bình", "commune": "Xã Thới Bình", "province": "Cà Mau" }),
    );
    let section =
        site.create(&format!("/api/v1/markets/{market}/sections"), &json!({ "name": "Khu cá" }));
    let stall = json!({ "section_id": section, "code": "A-01", "goods": "Cá đồng",
        "wholesale": false, "size_class": "small", "position": 1 });
    site.create(&format!("/api/v1/markets/{market}/stalls"), &stall)
}

on_both!(the_audit_is_read_by_whom_it_is_for, |db| {
    let site = Site::of(db);
    let (one, two) = (
        site.create("/api/v1/vendors", &json!({ "name": "A" })),
        site.create("/api/v1/vendors", &json!({ "name": "B" })),
    );
    let page = site.get(&format!("/api/v1/audit-entries?about={one}"));
    let items = page.json["items"].as_array().unwrap();
    assert_eq!(items.len(), 1, "{}", page.text());
    assert!(items[0]["entry"].as_str().unwrap().contains(&one) && !page.text().contains(&two));
    let first = site.get("/api/v1/audit-entries?limit=1");
    let cursor = first.json["next_cursor"].as_str().unwrap();
    let second = site.get(&format!("/api/v1/audit-entries?limit=1&cursor={cursor}"));
    assert_eq!(second.json["items"][0]["previous"], first.json["items"][0]["hash"]);
    assert_eq!(site.get("/api/v1/audit-entries?about=nobody").problem(422), "audit-id-malformed");
    let file = site.get("/api/v1/audit-entries/file");
    assert_eq!(file.header("content-type"), "application/x-ndjson");
    let lines: Vec<Entry> =
        file.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(lines.len() == 2 && lines.iter().all(Entry::is_bound), "{lines:?}");
    assert_eq!(site.get("/api/v1/audit-entries/file?after=1").text().lines().count(), 1);
    let other = site.ask("GET", "/api/v1/audit-entries").key(&site.other_key).send();
    assert_eq!(other.json["items"], json!([]));
    for role in [Role::Organiser, Role::TeamMember, Role::Official] {
        assert!(!role.permissions().contains(Permission::AuditRead), "{role:?}");
    }
});

on_both!(an_exported_file_is_verified_with_and_without_the_database, |db| {
    let board_id = db.act().board_id();
    for what in ["one", "two", "three"] {
        tell(db, board_id, what);
    }
    let url = match db.url() {
        DatabaseUrl::Sqlite(path) => format!("sqlite:{}", path.display()),
        DatabaseUrl::Postgres(text) => text.clone(),
    };
    let home = tempfile::tempdir().unwrap();
    let run = |args: &[&str]| {
        let output = crate::cli::cho40(home.path(), args);
        let text = String::from_utf8(output.stdout).unwrap();
        (output.status.code(), text + &String::from_utf8_lossy(&output.stderr))
    };
    let board = board_id.to_string();
    let here = ["--database-url", &*url, "--board", &*board];
    let (code, exported) = run(&[&["audit", "export"][..], &here].concat());
    assert_eq!((code, exported.lines().count()), (Some(0), 3), "{exported}");
    let file = home.path().join("audit.ndjson");
    std::fs::write(&file, &exported).unwrap();
    let file = file.to_str().unwrap();
    assert_eq!(run(&["audit", "verify", file]).0, Some(0));
    assert_eq!(run(&[&["audit", "verify", "--here", file][..], &here].concat()).0, Some(0));
    for (from, to, number) in [("two", "six", "2"), ("\"seq\":3", "\"seq\":4", "4")] {
        std::fs::write(file, exported.replace(from, to)).unwrap();
        let (code, said) = run(&["audit", "verify", file]);
        assert!(code == Some(1) && said.contains(number), "{from}: {said}");
    }
    let without: String = exported
        .lines()
        .filter(|line| !line.contains("two"))
        .fold(String::new(), |text, line| text + line + "\n");
    std::fs::write(file, without).unwrap();
    assert_eq!(run(&["audit", "verify", file]).0, Some(1));
    // A whole chain written anew in the database holds by itself, and not before the file.
    std::fs::write(file, &exported).unwrap();
    falsify(db, "DELETE FROM audit_entries; DELETE FROM audit_heads");
    for what in ["one", "other", "three"] {
        tell(db, board_id, what);
    }
    assert_eq!(found(db, board_id), []);
    let (code, said) = run(&[&["audit", "verify", "--here", file][..], &here].concat());
    assert!(code == Some(1) && said.contains("2: khác cơ sở dữ liệu"), "{said}");
});
