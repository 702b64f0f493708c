//! The documents' own commands, run as they stand: every block marked `sh` is run by bash against a
//! server that the compiled binary serves on a free port. The documents take the server's address
//! and the key from the environment, where their reader writes them down.

use std::fmt::Write;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

const BINARY: &str = env!("CARGO_BIN_EXE_cho40");
/// The documents with such blocks, each with what its last words show when it worked.
const DOCUMENTS: [(&str, &[&str]); 18] = [
    (
        "README.md",
        &[
            "\"payable_vietqr\":true",
            "\"amount\":\"45000\"",
            "CJW012346A",
            "/bank/api/transaction-sync",
            "\"provider_id\":\"1023\"",
        ],
    ),
    ("docs/quickstart.md", QUICKSTART),
    ("docs/vi/quickstart.md", QUICKSTART),
    ("docs/api.md", &["\"rule\": \"reference\"", "\"state\": \"open\"", "Tính đến hết ngày"]),
    ("docs/code-checks.md", &["\"result\": \"right\"", "[]", "\"result\":\"wrong_account\""]),
    (
        "docs/visits.md",
        &[
            "A1 Bé: Chưa có mã, chưa rõ vì sao.",
            "1. A1 Bé: Chưa có mã, chưa rõ vì sao. Mang theo: Phiếu ghé lần đầu",
            "\"outcome\":\"begun\"",
            "\"taught\":{\"electricity\":1}",
        ],
    ),
    ("docs/operating.md", &["rows of", "Everything agrees", "entries hold", "every hash is right"]),
    (
        "docs/PRINTING.md",
        &[
            "stickers.pdf: 1 thẻ",
            "A1: BE – MBBank – 0123456789",
            "\"accent_colour\":\"#8a1c3b\"",
            "mine.pdf: 1 thẻ",
        ],
    ),
    ("docs/feeds/sepay.md", &["{\"success\":true}", "\"reason\": \"unknown_account\""]),
    (
        "docs/feeds/standard-webhooks.md",
        &["{\"outcome\":\"test\"}", "\"unmatched\"", "\"reason\": \"unknown_account\""],
    ),
    ("docs/feeds/payos.md", &["{\"success\":true}", "\"state\": \"paid\"", "\"class\": \"test\""]),
    ("docs/feeds/casso.md", &["{\"success\":true}", "\"reason\": \"unknown_account\"", "HTTP 200"]),
    (
        "docs/feeds/vietqr-vn.md",
        &["\"toastMessage\":\"OK\"", "\"unknown_account\"", "HTTP 200", "\"messageError\":\"\""],
    ),
    (
        "docs/feeds/sepay-bank-hub.md",
        &["{\"success\":true}", "\"reason\": \"unknown_account\"", "HTTP 200"],
    ),
    (
        "docs/feeds/phone.md",
        &[
            "{\"outcome\":\"pong\"}",
            "unknown-text",
            "\"recorded\"",
            "\"evidence\": \"phone\"",
            "{\"outcome\":\"duplicate\"}",
        ],
    ),
    (
        "docs/feeds/statements.md",
        &["\"money_out\":1", "\"dropped\": 1", "\"recorded\":1", "\"evidence\":\"statement\""],
    ),
    ("docs/PHONE.md", &["/nghe/", "revoked at 20"]),
    ("docs/feeds/mbbank.md", &["\"unknown_account\"", "HTTP 200", "\"resCode\":\"00\""]),
];
/// What a provider shows: no document may bring a secret of its own.
const PROVIDERS_SECRETS: [(&str, &str); 4] = [
    ("BANK_HUB_KEY", "khoa-bi-mat-cua-bank-hub"),
    ("SEPAY_SECRET", "whsec_cua-sepay"),
    ("CHECKSUM_KEY", "khoa-kiem-tra-cua-payos"),
    ("CASSO_KEY", "khoa-bao-mat-cua-casso"),
];
const QUICKSTART: &[&str] = &[
    "Ban quản lý chợ Thới Bình",
    "{\"success\":true}",
    "\"class\": \"test\"",
    "true\ntrue\nright\n",
    "Tính đến hết ngày",
    "\"trading\": 1",
];
/// What a page takes as given: an account at a stall, and another one.
const STALL: &str = r#"
api() { curl -sS --fail-with-body -H "Authorization: Bearer $KEY" -H 'Content-Type: application/json' "$@"; }
BASE=$HOST/api/v1
MARKET=$(api $BASE/markets -d '{"name":"Chợ","commune":"Xã","province":"Tỉnh"}' | jq -r .id)
SECTION=$(api $BASE/markets/$MARKET/sections -d '{"name":"Khu","position":1}' | jq -r .id)
STALL=$(api $BASE/markets/$MARKET/stalls -d '{"section_id":"'$SECTION'","code":"A1","goods":"cá","size_class":"small"}' | jq -r .id)
VENDOR=$(api $BASE/vendors -d '{"name":"Bé"}' | jq -r .id)
OCCUPANCY=$(api $BASE/occupancies -d '{"stall_id":"'$STALL'","vendor_id":"'$VENDOR'","from_day":"2026-01-01"}' | jq -r .id)
ACCOUNT=$(api $BASE/accounts -d '{"bin":"970422","number":"0123456789","kind":"personal","use_kind":"mixed","holder_name":"BE","relation":"self"}' | jq -r .id)
ANOTHER=$(api $BASE/accounts -d '{"bin":"970422","number":"9876543210","kind":"personal","use_kind":"mixed","holder_name":"LAN","relation":"self"}' | jq -r .id)
api $BASE/account-links -d '{"occupancy_id":"'$OCCUPANCY'","account_id":"'$ACCOUNT'","from_day":"2026-01-01"}' > /dev/null
"#;

/// The stall's code, for the page on printing.
const A_CODE: &str = "api $BASE/codes -d '{\"occupancy_id\":\"'$OCCUPANCY'\"}' > /dev/null\n";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The text of the blocks marked `sh`, in order.
fn commands(document: &str) -> String {
    let mut commands = String::new();
    let mut is_inside = false;
    for line in document.lines() {
        match (is_inside, line) {
            (false, "```sh") => is_inside = true,
            (true, "```") => is_inside = false,
            (true, line) => writeln!(commands, "{line}").unwrap(),
            _ => {}
        }
    }
    assert!(!is_inside, "a block does not end");
    commands
}

/// `cho40 init` and `cho40 serve` in a folder of their own; stopped with this value.
struct Installation {
    home: tempfile::TempDir,
    key: String,
    host: String,
    server: Child,
}

impl Installation {
    fn start() -> Self {
        let home = tempfile::tempdir().unwrap();
        let cho40 = |args: &[&str]| {
            let mut command = Command::new(BINARY);
            command.args(args).current_dir(home.path()).env_remove("CHO40_DATABASE_URL");
            command
        };
        let board = "Ban quản lý chợ Thới Bình";
        let made = cho40(&["init", "--board", board]).output().unwrap();
        assert!(made.status.success(), "{made:?}");
        let said = String::from_utf8(made.stdout).unwrap();
        let key = said.lines().find_map(|line| line.strip_prefix("key ")).unwrap().trim().into();
        let mut serve = cho40(&["serve", "--listen", "127.0.0.1:0"]);
        let mut server = serve.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let host = line.trim().strip_prefix("cho40 ").unwrap_or_else(|| panic!("{line:?}")).into();
        Self { home, key, host, server }
    }

    /// A script as a reader would run it, but it stops at the first command that fails.
    fn bash(&self, script: &str) -> Command {
        let folder = Path::new(BINARY).parent().unwrap().display();
        let path = format!("{folder}:{}", std::env::var("PATH").unwrap());
        let mut bash = Command::new("bash");
        bash.args(["-euo", "pipefail", "-c", script])
            .current_dir(self.home.path())
            .env("PATH", path)
            .env("HOST", &self.host)
            .env("KEY", &self.key)
            .envs(PROVIDERS_SECRETS)
            .env_remove("CHO40_DATABASE_URL");
        bash
    }

    /// The output of a script that works.
    fn run(&self, script: &str) -> String {
        let output = self.bash(script).output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let complained = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}\n{complained}");
        said
    }
}

impl Drop for Installation {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn commands_of(document: &str) -> String {
    commands(&std::fs::read_to_string(root().join(document)).unwrap())
}

/// What a feed page takes as given: the stall, and a key with the permissions that the page names
/// and no more.
fn given_to(page: &str) -> String {
    let text = std::fs::read_to_string(root().join(page)).unwrap();
    let (_, about_key) = text.split_once("`KEY` a key with ").unwrap();
    let (about_key, _) = about_key.split_once(" the id of ").unwrap();
    let (about_key, _) = about_key.rsplit_once(", ").unwrap();
    let permissions: Vec<_> = about_key.split('`').skip(1).step_by(2).collect();
    let new = serde_json::json!({ "name": "page", "permissions": permissions });
    format!("{STALL}KEY=$(api $BASE/keys -d '{new}' | jq -r .token)\n")
}

fn works(document: &str) {
    let (_, shows) = DOCUMENTS.iter().find(|(path, _)| *path == document).unwrap();
    let commands = commands_of(document);
    let given = match document {
        page if page.contains("/feeds/") || page == "docs/PHONE.md" => given_to(page),
        "docs/PRINTING.md" => format!("{STALL}{A_CODE}"),
        "docs/code-checks.md" | "docs/visits.md" => STALL.to_owned(),
        _ => String::new(),
    };
    let said = Installation::start().run(&format!("{given}{commands}"));
    for words in *shows {
        assert!(said.contains(words), "{document} does not show {words}:\n{said}");
    }
}

#[test]
fn the_readme_works() {
    works("README.md");
}

#[test]
fn the_quickstart_works() {
    works("docs/quickstart.md");
}

#[test]
fn the_vietnamese_quickstart_works() {
    works("docs/vi/quickstart.md");
}

#[test]
fn the_walk_through_the_api_works() {
    works("docs/api.md");
}

#[test]
fn the_page_on_printing_works() {
    works("docs/PRINTING.md");
}

#[test]
fn the_checks_of_stalls_work() {
    works("docs/code-checks.md");
}

#[test]
fn the_page_on_visits_works() {
    works("docs/visits.md");
}

#[test]
fn the_backup_works() {
    works("docs/operating.md");
}

#[test]
fn the_page_on_sepay_works() {
    works("docs/feeds/sepay.md");
}

#[test]
fn the_page_on_the_stalls_phone_works() {
    works("docs/PHONE.md");
}

#[test]
fn the_page_on_standard_webhooks_works() {
    works("docs/feeds/standard-webhooks.md");
}

#[test]
fn the_page_on_payos_works() {
    works("docs/feeds/payos.md");
}

#[test]
fn a_mistake_is_explained_where_it_is_made() {
    for (document, _) in DOCUMENTS {
        for line in commands_of(document).lines() {
            // What is sorted here, or asked of the hook, is no answer of the API.
            let of_api = !line.contains("jq -cS") && !line.contains("token_generate");
            let explains = line.split_once("| jq").is_none_or(|(_, how)| how.contains(".detail"));
            let explains = explains || !of_api;
            assert!(explains, "{document} swallows what was wrong: {line}");
        }
    }
    let commands = commands_of("docs/quickstart.md");
    let (first_call, _) = commands.split_once("MARKET=").unwrap();
    let installation = Installation::start();
    let output = installation.bash(first_call).env("KEY", "cho40_none").output().unwrap();
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && complained.contains("Khóa API"), "{complained}");
}

#[test]
fn a_provider_s_secret_is_asked_for() {
    for (document, variable, asks) in [
        ("docs/feeds/sepay.md", "SEPAY_SECRET", "the secret that SePay shows"),
        ("docs/feeds/payos.md", "CHECKSUM_KEY", "the Checksum Key of the channel"),
        ("docs/feeds/casso.md", "CASSO_KEY", "the key that Casso shows"),
        ("docs/feeds/sepay-bank-hub.md", "BANK_HUB_KEY", "the key that SePay gave"),
    ] {
        let installation = Installation::start();
        let script = format!("{STALL}{}", commands_of(document));
        let output = installation.bash(&script).env_remove(variable).output().unwrap();
        let complained = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && complained.contains(asks), "{document} {complained}");
    }
}

#[test]
fn pages_that_are_followed_one_after_another_do_not_collide() {
    let mut ids: Vec<_> = DOCUMENTS
        .iter()
        // Casso counts its own.
        .filter(|(document, _)| !matches!(*document, "README.md" | "docs/feeds/casso.md"))
        .flat_map(|(document, _)| {
            let commands = commands_of(document);
            let told = commands.split("{\"id\":").skip(1);
            told.map(|rest| rest.split(',').next().unwrap().to_owned()).collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(ids.len(), 4, "{ids:?}");
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 4, "two documents report under the same id: {ids:?}");
}

#[test]
fn the_page_on_casso_works() {
    works("docs/feeds/casso.md");
}

#[test]
fn the_page_on_vietqr_vn_works() {
    works("docs/feeds/vietqr-vn.md");
}

#[test]
fn the_page_on_sepay_bank_hub_works() {
    works("docs/feeds/sepay-bank-hub.md");
}

#[test]
fn the_page_on_statements_works() {
    works("docs/feeds/statements.md");
}

#[test]
fn the_page_on_phone_notifications_works() {
    works("docs/feeds/phone.md");
}

#[test]
fn the_page_on_mb_works() {
    works("docs/feeds/mbbank.md");
}

#[test]
fn every_document_with_commands_is_run() {
    let mut found = vec![PathBuf::from("README.md")];
    let mut folders = vec![PathBuf::from("docs")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(root().join(&folder)).unwrap() {
            let path = folder.join(entry.unwrap().file_name());
            if root().join(&path).is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                found.push(path);
            }
        }
    }
    for path in found {
        let text = std::fs::read_to_string(root().join(&path)).unwrap();
        let name = path.to_str().unwrap();
        let is_run = DOCUMENTS.iter().any(|(document, _)| *document == name);
        let has_test = include_str!("docs.rs").contains(&format!("works(\"{name}\");"));
        assert_eq!(is_run, has_test, "{name} is run by no test");
        assert_eq!(!commands(&text).is_empty(), is_run, "{name}");
    }
}
