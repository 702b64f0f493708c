#![cfg(test)]
//! A database that stops, is full or is held by somebody else: providers are told to try again, no
//! answer is wrong, and all goes on without help as soon as it can.

use std::io::{BufRead as _, BufReader, Write as _};
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
    start_cluster -c fsync=off
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
    let server = Serving::start(&url);
    let senders = Stubborn::start(&feed, &server, numbers());
    for round in 0..rounds(2) {
        senders.go_on();
        cluster.order(["cluster_down immediate", "cluster_down fast"][round as usize % 2]);
        senders.are_refused();
        cluster.order("cluster_up");
        senders.go_on();
    }
    let refused = senders.refused();
    let sent = senders.join();
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
