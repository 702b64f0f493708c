//! The commands through the compiled binary: what goes wrong at a first start is said in
//! Vietnamese, then in English, with what to do, and leaves nothing behind.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use cho40::db::DatabaseUrl;
use diesel::connection::SimpleConnection as _;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use crate::support::empty_databases;

const NAME: &str = "Ban quản lý chợ Thới Bình";

/// `cho40` in a folder, without settings from outside.
pub fn command(home: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cho40"));
    command.args(args).current_dir(home).stdin(Stdio::null());
    for variable in
        ["DATABASE_URL", "LISTEN", "KEY_FILE", "CONFIG", "SECRET_KEY", "TLS_CERTIFICATE", "TLS_KEY"]
    {
        command.env_remove(format!("CHO40_{variable}"));
    }
    command
}

pub fn cho40(home: &Path, args: &[&str]) -> Output {
    command(home, args).output().unwrap()
}

/// What a command said when it did its work.
pub fn said(home: &Path, args: &[&str]) -> String {
    let output = cho40(home, args);
    assert!(output.status.success(), "{args:?} {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// The Vietnamese and the English line of a refusal.
fn refused(home: &Path, args: &[&str]) -> [String; 2] {
    let output = cho40(home, args);
    assert!(!output.status.success() && output.stdout.is_empty(), "{args:?} {output:?}");
    let text = String::from_utf8(output.stderr).unwrap();
    let lines: Vec<_> = text.lines().collect();
    let [vietnamese, english] = lines.as_slice() else { panic!("{args:?}: {text}") };
    [(*vietnamese).to_owned(), (*english).to_owned()]
}

#[track_caller]
pub fn tells(home: &Path, args: &[&str], vi: &str, en: &str) {
    let [vietnamese, english] = refused(home, args);
    assert!(vietnamese.contains(vi), "{vietnamese}");
    assert!(english.contains(en), "{english}");
}

fn files(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// `cho40 serve` at work; stopped with this value.
pub struct Served {
    pub host: String,
    server: Child,
}

impl Served {
    pub fn start(home: &Path, args: &[&str]) -> Self {
        let mut server = command(home, args).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let host = line.trim().strip_prefix("cho40 ").unwrap_or_else(|| panic!("{line:?}"));
        assert!(host.starts_with("http://") || host.starts_with("https://"), "{host}");
        Self { host: host.to_owned(), server }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

#[test]
fn a_missing_or_empty_database_says_init() {
    let home = tempfile::tempdir().unwrap();
    for command in ["serve", "doctor", "migrate", "key"] {
        tells(home.path(), &[command], "`cho40 init`", "`cho40 init`");
    }
    assert_eq!(files(home.path()), [""; 0]);
    for database in empty_databases() {
        let url = text_of(&database.url);
        for command in ["serve", "doctor", "key"] {
            let args = [command, "--database-url", &url];
            tells(home.path(), &args, "còn trống. Xin chạy `cho40 init`", "is still empty");
        }
        assert!(said(home.path(), &["migrate", "--database-url", &url]).contains("migrated "));
        let again = said(home.path(), &["migrate", "--database-url", &url]);
        assert!(again.contains("phiên bản mới nhất. / The schema was up to date already."));
        for command in ["serve", "doctor"] {
            let args = [command, "--database-url", &url];
            tells(home.path(), &args, "Chưa có ban quản lý nào", "There is no board yet");
        }
    }
}

#[test]
fn of_several_that_init_together_one_makes_the_board() {
    let home = tempfile::tempdir().unwrap();
    for database in empty_databases() {
        if matches!(database.url, DatabaseUrl::Sqlite(_)) {
            continue;
        }
        let url = text_of(&database.url);
        let started: Vec<Child> = (0..3)
            .map(|_| {
                let mut init = command(home.path(), &["init", "--database-url", &url]);
                init.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
            })
            .collect();
        let outputs: Vec<_> =
            started.into_iter().map(|child| child.wait_with_output().unwrap()).collect();
        let (made, refused): (Vec<_>, Vec<_>) =
            outputs.iter().partition(|output| output.status.success());
        assert_eq!(made.len(), 1, "{outputs:?}");
        for output in refused {
            let text = String::from_utf8_lossy(&output.stderr);
            assert!(text.contains("--another-board"), "{text}");
        }
    }
}

#[test]
fn another_programs_database_is_not_touched() {
    let made = "CREATE TABLE recipes (id INTEGER PRIMARY KEY, name TEXT);
        INSERT INTO recipes VALUES (1, 'canh chua')";
    for database in empty_databases() {
        let home = tempfile::tempdir().unwrap();
        let url = text_of(&database.url);
        let (mut file, mut server) = match &database.url {
            DatabaseUrl::Sqlite(path) => {
                (SqliteConnection::establish(path.to_str().unwrap()).ok(), None)
            }
            DatabaseUrl::Postgres(url) => (None, PgConnection::establish(url).ok()),
        };
        if let Some(file) = &mut file {
            file.batch_execute(made).unwrap();
        }
        if let Some(server) = &mut server {
            server.batch_execute(made).unwrap();
        }
        drop(file);
        let bytes = || match &database.url {
            DatabaseUrl::Sqlite(path) => {
                (std::fs::read(path).unwrap(), files(path.parent().unwrap()))
            }
            DatabaseUrl::Postgres(_) => Default::default(),
        };
        let before = bytes();
        for command in ["serve", "doctor", "key", "migrate", "init", "demo"] {
            let mut args = vec![command, "--database-url", &url];
            args.extend((command == "demo").then_some("--once"));
            tells(home.path(), &args, "chương trình khác (bảng recipes)", "(table recipes)");
            assert_eq!(bytes(), before, "{command}");
        }
        if let Some(server) = &mut server {
            let tables = "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()";
            let count: i64 =
                diesel::select(sql::<BigInt>(&format!("({tables})"))).get_result(server).unwrap();
            assert_eq!(count, 1);
        }
        assert_eq!(files(home.path()), [""; 0]);
    }
}

#[test]
fn an_empty_database_stays_empty_until_it_is_filled() {
    for database in empty_databases() {
        let home = tempfile::tempdir().unwrap();
        let url = text_of(&database.url);
        for command in ["serve", "doctor", "key"] {
            tells(home.path(), &[command, "--database-url", &url], "còn trống", "is still empty");
        }
        match &database.url {
            DatabaseUrl::Sqlite(path) => {
                assert_eq!(std::fs::metadata(path).unwrap().len(), 0);
                assert_eq!(files(path.parent().unwrap()), ["cho40.db"]);
            }
            DatabaseUrl::Postgres(url) => {
                let tables = "(SELECT count(*) FROM pg_tables WHERE schemaname = current_schema())";
                let mut server = PgConnection::establish(url).unwrap();
                let count: i64 =
                    diesel::select(sql::<BigInt>(tables)).get_result(&mut server).unwrap();
                assert_eq!(count, 0);
            }
        }
    }
}

#[test]
fn a_second_init_asks_and_a_lost_key_is_replaced() {
    for database in empty_databases() {
        let home = tempfile::tempdir().unwrap();
        let url = text_of(&database.url);
        let of = |command: &'static str| vec![command, "--database-url", &url];
        let with = |command, more: &[&'static str]| [of(command), more.to_vec()].concat();
        let first = said(home.path(), &with("init", &["--board", NAME]));
        assert!(first.contains("board brd_") && first.contains("key   cho40_"), "{first}");
        tells(home.path(), &of("init"), "--another-board", "--another-board");
        tells(home.path(), &of("init"), NAME, "`cho40 key`");
        let key = said(home.path(), &of("key"));
        assert!(key.starts_with("key   cho40_") && !first.contains(key.trim()), "{key}");
        said(home.path(), &with("init", &["--board", "Chợ Cái Tàu", "--another-board"]));
        tells(home.path(), &of("key"), "Chợ Cái Tàu (brd_", NAME);
        let board = first.split_whitespace().nth(1).unwrap().to_owned();
        for named in [NAME, "Chợ Cái Tàu", &board] {
            let args = [&of("key")[..], &["--board", named]].concat();
            assert!(said(home.path(), &args).starts_with("key   cho40_"));
        }
        let args = with("key", &["--board", "Chợ khác"]);
        tells(home.path(), &args, "ban quản lý đang có", "boards that are there");
    }
}

#[test]
fn a_refused_init_leaves_nothing_behind() {
    let home = tempfile::tempdir().unwrap();
    for board in ["", "  ", "\u{202e}"] {
        let [vietnamese, _] = refused(home.path(), &["init", "--board", board]);
        assert!(vietnamese.starts_with("board: "), "{vietnamese}");
    }
    assert_eq!(files(home.path()), [""; 0]);
    // A key of its own would not open what another key has sealed.
    for database in empty_databases() {
        let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let url = text_of(&database.url);
        let key_file = first.path().join("cho40.key");
        let key = key_file.to_str().unwrap();
        said(first.path(), &["init", "--database-url", &url, "--key-file", key]);
        let elsewhere = second.path().join("cho40.key");
        let elsewhere = elsewhere.to_str().unwrap();
        let another = ["--another-board", "--key-file", elsewhere];
        let args = [&["init", "--database-url", &url][..], &another].concat();
        tells(second.path(), &args, "Không có tập tin khóa bí mật", "no secret key file");
        assert_eq!(files(second.path()), [""; 0]);
    }
}

#[test]
fn a_wrong_key_is_told_from_a_missing_one() {
    let home = tempfile::tempdir().unwrap();
    said(home.path(), &["init"]);
    let other = home.path().join("other.key");
    std::fs::write(&other, "07".repeat(32)).unwrap();
    let args = ["serve", "--key-file", "other.key"];
    tells(home.path(), &args, "không phải của cơ sở dữ liệu này", "not the one of this database");
    std::fs::write(&other, "chìa khóa").unwrap();
    tells(home.path(), &args, "64 chữ số thập lục phân", "64 hexadecimal digits");
    std::fs::remove_file(home.path().join("cho40.key")).unwrap();
    tells(home.path(), &["serve"], "chép lại từ bản sao lưu", "copy it from the backup");
}

#[test]
fn a_database_that_cannot_be_reached_is_named_without_its_password() {
    let home = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    drop(taken);
    let url = format!("postgres://cho:bi-mat@127.0.0.1:{port}/cho40");
    let args = ["serve", "--database-url", &url];
    tells(home.path(), &args, "Không nối được postgres://…@127.0.0.1", "cannot be reached");
    assert!(!refused(home.path(), &args).concat().contains("bi-mat"));
    let [_, postgres] = empty_databases();
    let missing = text_of(&postgres.url).replacen("/cho40", "/none_cho40", 1);
    let args = ["doctor", "--database-url", &missing];
    tells(home.path(), &args, "`createdb`", "`createdb`");
}

#[test]
fn addresses_are_checked_before_anything_is_made() {
    let home = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let args = ["demo", "--once", "--database-url", "sqlite:demo.db", "--listen", &address];
    tells(home.path(), &args, "đang có chương trình khác dùng", "Another program uses");
    assert_eq!(files(home.path()), [""; 0]);
    said(home.path(), &["init"]);
    tells(home.path(), &["serve", "--listen", &address], "--listen", "--listen");
    for wrong in ["8040", "cho.invalid:8040", "127.0.0.1:99999", "127.0.0.1"] {
        tells(home.path(), &["serve", "--listen", wrong], "localhost:8040", "localhost:8040");
    }
    Served::start(home.path(), &["serve", "--listen", "localhost:0"]);
}

#[test]
fn settings_are_refused_with_their_range() {
    let home = tempfile::tempdir().unwrap();
    tells(home.path(), &["serve", "--config", "none.toml"], "Không đọc được", "cannot be read");
    for (setting, range) in [
        ("workers = 0", "từ 1 đến 256"),
        ("workers = -1", "từ 1 đến 256"),
        ("postgres_lanes = 0", "từ 1 đến 64"),
        ("batch_limit = 0", "từ 1 đến 256"),
        ("batch_limit = 257", "từ 1 đến 256"),
        ("requests_per_second = 0", "từ 1 đến 1000000"),
        ("requests_at_once = 9000000000", "từ 1 đến 1000000"),
        ("trusted_proxies = [\"10.0.0.0/33\"]", "“10.0.0.0/33” không phải"),
        ("proxy_header = \"X-Real-IP\"", "không đọc “X-Real-IP”"),
        ("keep_bodies_days = 0", "từ 1 đến 3650"),
        ("public_url = \"cho.example.vn\"", "https://cho.example.vn"),
    ] {
        std::fs::write(home.path().join("config.toml"), setting).unwrap();
        let [vietnamese, english] = refused(home.path(), &["serve"]);
        let name = setting.split(' ').next().unwrap();
        let begins = |text: &str| text.starts_with(&format!("{name}: "));
        assert!(begins(&vietnamese) && begins(&english), "{vietnamese} {english}");
        assert!(vietnamese.contains(range), "{setting}: {vietnamese}");
    }
    std::fs::write(home.path().join("config.toml"), "\nworker = 2").unwrap();
    tells(home.path(), &["serve"], "config.toml:2 chưa đúng: unknown field `worker`", "toml:2");
    let default = concat!(env!("CARGO_MANIFEST_DIR"), "/config.default.toml");
    let settings = std::fs::read_to_string(default).unwrap();
    let all: Vec<_> = settings
        .lines()
        .map(|line| line.strip_prefix("# ").filter(|rest| rest.contains(" = ")).unwrap_or(line))
        .collect();
    std::fs::write(home.path().join("config.toml"), all.join("\n")).unwrap();
    tells(home.path(), &["serve"], "`cho40 init`", "`cho40 init`");
}

#[test]
fn a_mistyped_command_is_told_so_in_vietnamese_first() {
    let home = tempfile::tempdir().unwrap();
    let output = cho40(home.path(), &["sreve"]);
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.starts_with("Lệnh chưa đúng") && text.contains("error: "), "{text}");
    let help = said(home.path(), &["serve", "--help"]);
    assert!(help.contains("CHO40_SECRET_KEY") && !help.contains("Lệnh chưa đúng"), "{help}");
}

pub fn text_of(url: &DatabaseUrl) -> String {
    match url {
        DatabaseUrl::Sqlite(path) => format!("sqlite:{}", path.display()),
        DatabaseUrl::Postgres(text) => text.clone(),
    }
}
