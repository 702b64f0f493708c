//! `cho40 key --new-secret-key`: where the secret key is lost, the server gets up again, and nothing
//! that the old key sealed is in the way.

use std::fs;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use crate::cli::{Served, cho40, command, said, tells, text_of};
use crate::support::empty_databases;
use crate::web_support::{Answer, Ask};

const SECRET: &str = "khoa-bi-mat-cua-sepay";

/// A server with its owner's key.
struct Desk<'a> {
    served: Served,
    key: &'a str,
}

impl<'a> Desk<'a> {
    fn open(home: &Path, settings: &[&str], key: &'a str) -> Self {
        let args = [&["serve", "--listen", "127.0.0.1:0"], settings].concat();
        Self { served: Served::start(home, &args), key }
    }

    fn ask(&self, method: &str, path: &str) -> Ask {
        Ask::at(method, &format!("{}/api/v1{path}", self.served.host)).key(self.key)
    }

    fn make_feed(&self) -> Answer {
        let feed = json!({
            "provider": "sepay", "name": "SePay, tổ 3", "config": { "authentication": "api_key" },
            "secret": SECRET });
        self.ask("POST", "/feeds").header("idempotency-key", "feed-1").json(&feed).send()
    }

    /// What SePay would send.
    fn report(&self, feed_id: &str) -> Answer {
        let told = json!({
            "id": 92_704, "gateway": "Vietcombank", "transactionDate": "2026-11-24 11:59:00",
            "accountNumber": "0000000000", "code": null, "content": "thu noi may",
            "transferType": "in", "transferAmount": 1_000, "accumulated": 0, "subAccount": null,
            "referenceCode": "FT1", "description": "" });
        let hook = Ask::at("POST", &format!("{}/hooks/{feed_id}", self.served.host));
        hook.header("authorization", &format!("Apikey {SECRET}")).json(&told).send()
    }

    /// The first refused delivery; it is written within a second.
    fn refused(&self, feed_id: &str) -> Value {
        let path = format!("/feeds/{feed_id}/refused");
        for _ in 0..100 {
            let listed = self.ask("GET", &path).send().json;
            if let Some(first) = listed["items"].get(0) {
                return first.clone();
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("no refused delivery was kept");
    }
}

#[test]
fn a_lost_secret_key_is_replaced_and_feeds_ask_for_a_secret() {
    for database in empty_databases() {
        let folder = tempfile::tempdir().unwrap();
        let (home, key_file) = (folder.path(), folder.path().join("cho40.key"));
        let url = text_of(&database.url);
        let settings = ["--database-url", &url, "--key-file", "cho40.key"];
        let of = |args: &[&'static str]| [args, &settings].concat();
        let first = said(home, &of(&["init"]));
        let key = first.lines().find_map(|line| line.strip_prefix("key ")).unwrap().trim();
        let desk = Desk::open(home, &settings, key);
        let feed = desk.make_feed().json["id"].as_str().unwrap().to_owned();
        drop(desk);
        let old = fs::read_to_string(&key_file).unwrap();
        fs::remove_file(&key_file).unwrap();
        tells(home, &of(&["serve"]), "`cho40 key --new-secret-key`", "lost for good");

        let asked = cho40(home, &of(&["key", "--new-secret-key"]));
        let told = [asked.stdout, asked.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
        assert!(!asked.status.success() && !key_file.exists());
        assert!(told[0].contains(&feed) && told[0].contains("SePay, tổ 3"), "{told:?}");
        assert!(told[1].contains("Chưa làm gì cả") && told[1].contains("--yes"), "{told:?}");
        let renew = of(&["key", "--new-secret-key", "--yes"]);
        let renewed = said(home, &renew);
        assert!(renewed.contains(&feed) && renewed.contains("Khóa bí mật mới"), "{renewed}");
        let new = fs::read_to_string(&key_file).unwrap();
        assert_ne!(new, old);
        tells(home, &renew, "không bao giờ ghi đè", "never overwritten");
        assert_eq!(fs::read_to_string(&key_file).unwrap(), new);

        let desk = Desk::open(home, &settings, key);
        let refused = desk.report(&feed);
        assert_eq!((refused.status, &refused.json["error"]), (401, &"no-secret-configured".into()));
        let shown = desk.ask("GET", &format!("/feeds/{feed}")).send().json;
        assert_eq!((&shown["name"], &shown["secrets"]), (&"SePay, tổ 3".into(), &json!([])));
        let secrets = desk.ask("POST", &format!("/feeds/{feed}/secrets"));
        assert_eq!(secrets.json(&json!({ "secret": SECRET })).send().status, 201);
        // What was refused in between is not lost, and no kept answer is in the way.
        let verify = format!("/feeds/{feed}/refused/{}/verify", desk.refused(&feed)["number"]);
        let taken = desk.ask("POST", &verify).json(&json!({})).send();
        assert_eq!(taken.json["outcome"], "unmatched", "{}", taken.text());
        assert_eq!(desk.report(&feed).text(), "{\"success\":true}");
        let again = desk.make_feed();
        assert_eq!((again.status, again.header("idempotency-replayed")), (201, ""));
        assert_ne!(again.json["id"], feed);
        drop(desk);
        said(home, &of(&["doctor"]));
    }
}

#[test]
fn a_key_in_the_environment_is_taken_over() {
    for database in empty_databases() {
        let folder = tempfile::tempdir().unwrap();
        let url = text_of(&database.url);
        let run = |args: &[&str], key: &str| {
            let args = [args, &["--database-url", &url]].concat();
            command(folder.path(), &args).env("CHO40_SECRET_KEY", key.repeat(32)).output().unwrap()
        };
        let renew = ["key", "--new-secret-key", "--yes"];
        assert!(!run(&renew, "07").status.success(), "there is no schema");
        assert!(run(&["init"], "07").status.success());
        let needless = run(&renew, "07");
        assert!(String::from_utf8_lossy(&needless.stderr).contains("không cần khóa mới"));
        assert!(!run(&["key"], "08").status.success());
        let renewed = run(&renew, "08");
        assert!(renewed.status.success(), "{renewed:?}");
        assert!(run(&["key"], "08").status.success());
        assert!(!run(&["key"], "07").status.success());
    }
}
