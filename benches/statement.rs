//! Importing a statement of 100,000 rows by `cho40 statement import`, from opening the file to the
//! last commit: in seconds, and in the memory that the process takes at most. And the same by a server,
//! over HTTP.
//!
//! Once as CSV and once as XLSX, into an account that nobody else reports; each is then imported
//! again, which must count nothing twice. The server imports it into an empty database.

mod support {
    pub mod database;
    pub mod options;
}

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use cho40::db::DbConnection;
use cho40::db::schema::transfers;
use diesel::prelude::*;
use serde_json::Value;
use support::database::{Database, Kind};

const BINARY: &str = env!("CARGO_BIN_EXE_cho40");
const TARGET_MS: u128 = 10_000;
const TARGET_MB: u64 = 150;
const ACCOUNT: &str = "0123456789";

fn main() -> Result<(), Box<dyn Error>> {
    let quick = support::options::quick();
    let rows = if quick { 2_000 } else { 100_000 };
    println!("statement: {rows} rows, the whole command; again: the same file once more");
    println!(
        "{:>9} {:>6} {:>9} {:>11} {:>7} {:>9} {:>7} {:>9} {:>7}",
        "database", "file", "ms", "target ms", "MB", "again ms", "MB", "served ms", "MB"
    );
    let mut misses = Vec::new();
    for kind in Kind::all() {
        for format in ["csv", "xlsx"] {
            let database = Database::create(&kind)?;
            let home = database.folder().to_path_buf();
            prepare(&home, &database.url)?;
            let file = file(&home, format, rows)?;
            let first = measure(&home, &database.url, &file)?;
            let again = measure(&home, &database.url, &file)?;
            let count: i64 = transfers::table.count().get_result(&mut connect(&database)?)?;
            if count != rows as i64 {
                return Err(format!("{count} transfers of {rows} rows").into());
            }
            let other = Database::create(&kind)?;
            let served = serve(other.folder(), &other.url, &file, rows)?;
            println!(
                "{:>9} {format:>6} {:>9} {TARGET_MS:>11} {:>7} {:>9} {:>7} {:>9} {:>7}",
                kind.name(),
                first.ms,
                first.mb,
                again.ms,
                again.mb,
                served.ms,
                served.mb
            );
            let is_within = first.ms.max(served.ms) <= TARGET_MS
                && [&first, &again, &served].iter().all(|one| one.mb <= TARGET_MB);
            if matches!(kind, Kind::Sqlite) && !is_within {
                misses.push(format);
            }
        }
    }
    println!("target on SQLite: at most {TARGET_MS} ms and {TARGET_MB} MB");
    if misses.is_empty() || quick { Ok(()) } else { Err(format!("missed: {misses:?}").into()) }
}

fn connect(database: &Database) -> Result<DbConnection, Box<dyn Error>> {
    Ok(database.connect()?)
}

/// A server of a new board with the account.
struct Server {
    child: Child,
    host: String,
    key: String,
    account: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        // It is gone already, or goes now.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    fn post(&self, path: &str, media: &str, body: &[u8]) -> Result<Value, Box<dyn Error>> {
        let ask = ureq::post(format!("{}/api/v1{path}", self.host));
        let ask = ask.header("authorization", &format!("Bearer {}", self.key));
        let mut answer = ask.header("content-type", media).send(body)?;
        Ok(serde_json::from_str(&answer.body_mut().read_to_string()?)?)
    }

    fn get(&self, path: &str) -> Result<Value, Box<dyn Error>> {
        let ask = ureq::get(format!("{}/api/v1{path}", self.host));
        let mut answer = ask.header("authorization", &format!("Bearer {}", self.key)).call()?;
        Ok(serde_json::from_str(&answer.body_mut().read_to_string()?)?)
    }
}

/// A field of an answer.
fn text<'v>(answer: &'v Value, field: &str) -> Result<&'v str, String> {
    let found = answer.get(field).and_then(Value::as_str);
    found.ok_or_else(|| format!("no {field}"))
}

/// Uploads the file to a fresh server and commits it.
fn serve(home: &Path, url: &str, file: &Path, rows: usize) -> Result<Measured, Box<dyn Error>> {
    let server = start(home, url)?;
    let began = Instant::now();
    let path = format!("/statements?account_id={}", server.account);
    let made = server.post(&path, "application/octet-stream", &std::fs::read(file)?)?;
    let path = format!("/statements/{}", text(&made, "id")?);
    server.post(&format!("{path}/commit"), "application/json", br#"{"no_days":true}"#)?;
    let recorded = loop {
        let now = server.get(&path)?;
        if text(&now, "state")? == "done" {
            break now.pointer("/progress/recorded").and_then(Value::as_u64);
        }
        std::thread::sleep(Duration::from_millis(50));
    };
    if recorded != Some(rows as u64) {
        return Err(format!("{recorded:?} transfers of {rows} rows").into());
    }
    Ok(Measured { ms: began.elapsed().as_millis(), mb: resident_kb(&server.child) / 1_024 })
}

/// A board with the account, registered through the API of a server that is stopped again.
fn prepare(home: &Path, url: &str) -> Result<(), Box<dyn Error>> {
    start(home, url).map(drop)
}

fn start(home: &Path, url: &str) -> Result<Server, Box<dyn Error>> {
    let made = cho40(home, url).args(["init", "--board", "Chợ"]).output()?;
    let said = String::from_utf8(made.stdout)?;
    let key = said.lines().find_map(|line| line.strip_prefix("key ")).ok_or("no key")?.trim();
    let mut child = cho40(home, url)
        .args(["serve", "--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .spawn()?;
    let mut line = String::new();
    let output = child.stdout.take().ok_or("no output")?;
    std::io::BufRead::read_line(&mut std::io::BufReader::new(output), &mut line)?;
    let host = line.trim().strip_prefix("cho40 ").ok_or("no address")?.to_owned();
    let account = format!(
        r#"{{"bin":"970422","number":"{ACCOUNT}","kind":"personal","use_kind":"business_only",
            "holder_name":"BE THI MAU","relation":"self"}}"#
    );
    let mut server = Server { child, host, key: key.to_owned(), account: String::new() };
    let made = server.post("/accounts", "application/json", account.as_bytes())?;
    text(&made, "id")?.clone_into(&mut server.account);
    Ok(server)
}

fn cho40(home: &Path, url: &str) -> Command {
    let mut command = Command::new(BINARY);
    let key = home.join("cho40.key");
    command.current_dir(home).env("CHO40_DATABASE_URL", url).env("CHO40_KEY_FILE", key);
    command
}

/// A year of a busy account, every row with a memo and a balance.
fn file(home: &Path, format: &str, rows: usize) -> Result<PathBuf, Box<dyn Error>> {
    let path = home.join(format!("statement.{format}"));
    let first = cho40::primitives::Day::parse("2025-11-01").ok_or("no day")?;
    let headings = ["Ngày giao dịch", "Số tham chiếu", "Ghi nợ", "Ghi có", "Số dư", "Nội dung"];
    let cells = |n: usize| -> [String; 6] {
        let day = first.plus((n * 365 / rows) as i32).to_string();
        let date = format!("{}/{}/{}", &day[8..10], &day[5..7], &day[..4]);
        let (hour, minute, second) = (6 + n % 12, n / 7 % 60, n % 60);
        let at = format!("{date} {hour:02}:{minute:02}:{second:02}");
        let amount = 1_000 * (1 + n * 37 % 900);
        let memo = format!("MBVCB.{n:010}.NGUYEN VAN KHACH {} chuyen tien mua hang", n % 5_000);
        let reference = if n.is_multiple_of(2) { format!("FT{n:010}") } else { String::new() };
        [at, reference, String::new(), amount.to_string(), (5_000_000 + n).to_string(), memo]
    };
    if format == "csv" {
        let mut text = format!("Số tài khoản:,{ACCOUNT}\n{}\n", headings.join(","));
        for n in 0..rows {
            writeln!(text, "{}", cells(n).join(","))?;
        }
        std::fs::write(&path, text)?;
        return Ok(path);
    }
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write_string(0, 0, "Số tài khoản:")?.write_string(0, 1, ACCOUNT)?;
    for (column, heading) in (0..).zip(headings) {
        sheet.write_string(1, column, heading)?;
    }
    for n in 0..rows {
        for (column, cell) in (0..).zip(cells(n)) {
            let row = u32::try_from(n + 2)?;
            match (column, cell.parse::<u32>()) {
                (3 | 4, Ok(number)) => sheet.write_number(row, column, number)?,
                _ => sheet.write_string(row, column, cell)?,
            };
        }
    }
    book.save(&path)?;
    Ok(path)
}

struct Measured {
    ms: u128,
    /// The most that was resident.
    mb: u64,
}

fn measure(home: &Path, url: &str, file: &Path) -> Result<Measured, Box<dyn Error>> {
    let began = Instant::now();
    let mut command = cho40(home, url);
    command.args(["statement", "import", "--account", ACCOUNT, "--no-days"]).arg(file);
    let mut child = command.stdout(Stdio::null()).spawn()?;
    let mut peak_kb = 0;
    let status = loop {
        peak_kb = peak_kb.max(resident_kb(&child));
        if let Some(status) = child.try_wait()? {
            break status;
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    if !status.success() {
        return Err(format!("the import ended with {status}").into());
    }
    Ok(Measured { ms: began.elapsed().as_millis(), mb: peak_kb / 1_024 })
}

/// The kernel's own maximum; 0 once the process is gone.
fn resident_kb(child: &Child) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id()));
    let status = status.unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    peak.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}
