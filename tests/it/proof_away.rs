#![cfg(test)]
//! A database that stops, is full or is held by somebody else: providers are told to try again, no
//! answer is wrong, and all goes on without help as soon as it can.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::AtomicU64;
use std::thread;
use std::time::Duration;

use cho40::db::{DatabaseUrl, DbConnection};
use cho40::feeds::Provider;
use cho40::registry::accounts::UseKind;
use diesel::connection::SimpleConnection as _;

use crate::pairs_support::ACCOUNT;
use crate::proof_support::{Serving, Stubborn, kept_whole, rounds};
use crate::stage::Stage;
use crate::support::{TestDb, on_both};

/// A throwaway PostgreSQL of one test, made by the scripts' own functions; it ends with this value.
struct Cluster {
    shell: Child,
    orders: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    url: String,
}

const KEEP_CLUSTER: &str = r#"
    set -euo pipefail
    . scripts/lib.sh
    trap stop_cluster EXIT
    start_cluster -c fsync=${CHO40_PROOF_FSYNC:-off}
    echo "$cluster_url"
    while read -r order; do $order; echo "$order"; done"#;

impl Cluster {
    fn start() -> Self {
        let mut command = Command::new("bash");
        command.args(["-c", KEEP_CLUSTER]).current_dir(env!("CARGO_MANIFEST_DIR"));
        let mut shell = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (orders, answers) = (shell.stdin.take(), shell.stdout.take().unwrap());
        let mut made = Self { shell, orders, answers: BufReader::new(answers), url: String::new() };
        made.url = made.answer();
        made
    }

    fn answer(&mut self) -> String {
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        assert!(!line.is_empty(), "the throwaway PostgreSQL has ended");
        line.trim().to_owned()
    }

    fn order(&mut self, order: &str) {
        writeln!(self.orders.as_mut().unwrap(), "{order}").unwrap();
        assert_eq!(self.answer(), order);
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // The end of its orders is the end of the shell, which stops the server.
        drop(self.orders.take());
        let _ = self.shell.wait();
    }
}

fn numbers() -> &'static AtomicU64 {
    Box::leak(Box::new(AtomicU64::new(1)))
}

#[test]
fn postgres_is_stopped_and_started_under_load() {
    let mut cluster = Cluster::start();
    let mut db = TestDb::on_own_server(DatabaseUrl::Postgres(cluster.url.clone()));
    let (url, board_id) = (db.url().clone(), db.act().board_id());
    let stage = Stage::new(&mut db);
    stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    let feed = stage.feed(Provider::Sepay);
    // Two servers, so that one's lane, readers and lease lose theirs while the other's are at work.
    let servers = [Serving::start(&url), Serving::start(&url)];
    let numbers = numbers();
    let senders = servers.each_ref().map(|server| Stubborn::start(&feed, server, numbers));
    for round in 0..rounds(2) {
        senders.iter().for_each(Stubborn::go_on);
        cluster.order(["cluster_down immediate", "cluster_down fast"][round as usize % 2]);
        senders.iter().for_each(Stubborn::are_refused);
        cluster.order("cluster_up");
        senders.iter().for_each(Stubborn::go_on);
    }
    let refused: u64 = senders.iter().map(Stubborn::refused).sum();
    let sent: BTreeSet<u64> = senders.into_iter().flat_map(Stubborn::join).collect();
    assert_eq!(kept_whole(&url, board_id), sent);
    println!("{} stops: {refused} times \"try again\", {} kept", rounds(2), sent.len());
}

on_both!(a_database_that_somebody_holds_is_try_again, |db| {
    let (url, board_id) = (db.url().clone(), db.act().board_id());
    let stage = Stage::new(db);
    stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    let feed = stage.feed(Provider::Sepay);
    let server = Serving::start(&url);
    let senders = Stubborn::start(&feed, &server, numbers());
    senders.go_on();
    let mut other = DbConnection::open(&url).unwrap();
    let hold = match &other {
        DbConnection::Sqlite(_) => "BEGIN IMMEDIATE",
        DbConnection::Postgres(_) => "BEGIN; SELECT 1 FROM board_heads FOR UPDATE",
    };
    other.batch_execute(hold).unwrap();
    // Within the half minute that a provider waits.
    senders.are_refused();
    other.batch_execute("ROLLBACK").unwrap();
    senders.go_on();
    let sent = senders.join();
    assert_eq!(kept_whole(&url, board_id), sent);
});

/// Files of the server may have 6 MB, until somebody makes room: a disk that is full, without one.
#[test]
fn a_full_disk_is_try_again_until_there_is_room() {
    let mut db = TestDb::sqlite();
    let (url, board_id) = (db.url().clone(), db.act().board_id());
    let stage = Stage::new(&mut db);
    stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    let feed = stage.feed(Provider::Sepay);
    let limited = r#"trap "" XFSZ; ulimit -S -f 6000; exec "$@""#;
    let server = Serving::spawn(Serving::command(&url, &["bash", "-c", limited, "bash"]));
    let senders = Stubborn::start(&feed, &server, numbers());
    senders.go_on();
    senders.are_refused();
    // It stays full for a while, and what was acknowledged stays readable.
    thread::sleep(Duration::from_millis(300));
    let kept = kept_whole(&url, board_id);
    let room = ["--fsize=unlimited:", "--pid", &server.pid().to_string()].map(str::to_owned);
    assert!(Command::new("prlimit").args(room).status().unwrap().success());
    senders.go_on();
    let refused = senders.refused();
    let sent = senders.join();
    assert!(kept.is_subset(&sent));
    assert_eq!(kept_whole(&url, board_id), sent);
    println!("{} kept before it was full, {refused} times \"try again\"", kept.len());
}

/// A small disk of its own: a tmpfs in a mount namespace, which a shell holds open.
struct SmallDisk {
    holder: Child,
    folder: PathBuf,
}

impl SmallDisk {
    /// `None` where the system lets nobody mount anything.
    fn mounted(folder: PathBuf, megabytes: u32) -> Option<Self> {
        std::fs::create_dir(&folder).unwrap();
        let mount =
            format!("mount -t tmpfs -o size={megabytes}m tmpfs \"$0\" && echo held && read -r");
        let mut command = Command::new("unshare");
        command.args(["-Urm", "bash", "-c", &mount]).arg(&folder);
        let command = command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut disk = Self { holder: command.spawn().ok()?, folder };
        let mut answer = String::new();
        BufReader::new(disk.holder.stdout.take().unwrap()).read_line(&mut answer).unwrap();
        (answer.trim() == "held").then_some(disk)
    }

    /// The words that start a program which sees the disk.
    fn inside(&self) -> Vec<String> {
        let target = format!("--target={}", self.holder.id());
        ["nsenter", "-U", "-m", "--preserve-credentials", &target].map(str::to_owned).to_vec()
    }

    fn run(&self, words: &[&str]) {
        let inside = self.inside();
        let ran = Command::new(&inside[0]).args(&inside[1..]).args(words).status().unwrap();
        assert!(ran.success(), "{words:?}");
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // The end of its input is the end of the shell, and of the disk with it.
        drop(self.holder.stdin.take());
        let _ = self.holder.wait();
    }
}

/// The same on a disk that is really full, database, log and all.
#[test]
fn a_small_tmpfs_runs_full_and_gets_room() {
    let mut db = TestDb::sqlite();
    let (url, board_id) = (db.url().clone(), db.act().board_id());
    let DatabaseUrl::Sqlite(database) = url else { unreachable!("made as SQLite") };
    let folder = database.parent().unwrap().to_owned();
    // A test that passes says nothing, so a system that lets nobody mount must be named.
    if std::env::var("CHO40_NO_TMPFS").is_ok_and(|said| said == "1") {
        return;
    }
    let disk = SmallDisk::mounted(folder.join("small"), 8);
    let disk = disk.expect("nobody may mount a tmpfs here: CHO40_NO_TMPFS=1 leaves this proof out");
    let stage = Stage::new(&mut db);
    stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    let feed = stage.feed(Provider::Sepay);
    let (from, to) = (database.display(), disk.folder.display());
    disk.run(&["bash", "-c", &format!("cp '{from}'* '{to}'")]);
    let url = DatabaseUrl::Sqlite(disk.folder.join(database.file_name().unwrap()));
    let inside = disk.inside();
    let inside: Vec<_> = inside.iter().map(String::as_str).collect();
    let server = Serving::spawn(Serving::command(&url, &inside));
    let senders = Stubborn::start(&feed, &server, numbers());
    senders.go_on();
    senders.are_refused();
    thread::sleep(Duration::from_millis(300));
    disk.run(&["mount", "-o", "remount,size=256m", &to.to_string()]);
    senders.go_on();
    let refused = senders.refused();
    let sent = senders.join();
    // What reached the disk, not what the server would still tidy up.
    server.kill();
    let kept = folder.join("kept");
    std::fs::create_dir(&kept).unwrap();
    disk.run(&["bash", "-c", &format!("cp '{to}'/* '{}'", kept.display())]);
    let url = DatabaseUrl::Sqlite(kept.join(database.file_name().unwrap()));
    assert_eq!(kept_whole(&url, board_id), sent);
    println!("{refused} times \"try again\", {} kept", sent.len());
}
