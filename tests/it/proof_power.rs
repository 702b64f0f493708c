#![cfg(test)]
//! The power fails: of SQLite's files only what was synced is left, and what was acknowledged is
//! there. The disk that forgets is a few lines of C (`proof_power.c`), loaded before the server. One
//! database only: PostgreSQL syncs in processes of its own, which are not ours to load anything into.
//!
//! That this proof can fail is part of it: on a disk that answers syncs of the log and does nothing,
//! as if commits did not wait (`synchronous` below FULL), acknowledged reports are lost.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use cho40::db::{DatabaseUrl, DbConnection};
use cho40::feeds::Provider;
use cho40::registry::accounts::UseKind;
use diesel::connection::SimpleConnection as _;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use crate::pairs_support::ACCOUNT;
use crate::proof_support::{Senders, Sent, Serving, kept_whole, rounds, seed};
use crate::stage::Stage;
use crate::support::TestDb;

/// SQLite's files, by what follows the database's name. The index of the log is never synced.
const FILES: [&str; 3] = ["", "-wal", "-shm"];

/// Reports of which most are answered, by the senders that there are.
const ANSWERED: u64 = 20;

fn forgetful_disk(folder: &Path) -> PathBuf {
    let library = folder.join("forgetful.so");
    let mut compiler = Command::new("cc");
    compiler.args(["-O1", "-shared", "-fPIC", "-pthread", "-o"]).arg(&library);
    compiler.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/proof_power.c"));
    assert!(compiler.status().unwrap().success());
    library
}

struct Disk {
    library: PathBuf,
    database: PathBuf,
    lies: bool,
}

impl Disk {
    fn file(&self, name: &str, state: &str) -> PathBuf {
        let mut path = self.database.clone().into_os_string();
        path.push(name);
        path.push(state);
        path.into()
    }

    /// A server on this disk; what is there now has been synced.
    fn serve(&self, url: &DatabaseUrl) -> Serving {
        for name in FILES {
            let (file, synced) = (self.file(name, ""), self.file(name, ".synced"));
            let _ = std::fs::remove_file(&synced);
            if file.exists() {
                std::fs::copy(&file, &synced).unwrap();
            }
        }
        let mut command = Serving::command(url, &[]);
        command.env("LD_PRELOAD", &self.library);
        if self.lies {
            command.env("PROOF_DISK_LIES", "1");
        }
        Serving::spawn(command)
    }

    /// What was not synced is gone.
    fn lose_power(&self) {
        for name in FILES {
            let (file, synced) = (self.file(name, ""), self.file(name, ".synced"));
            let _ = std::fs::remove_file(&file);
            if name != "-shm" && synced.exists() {
                std::fs::rename(&synced, &file).unwrap();
            }
        }
    }
}

/// Acknowledged reports, and how many of them were lost, over some failures of the power.
fn lose_power_at_random(lies: bool, times: u64) -> (usize, usize) {
    let mut db = TestDb::sqlite();
    let board_id = db.act().board_id();
    let stage = Stage::new(&mut db);
    stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    let feed = stage.feed(Provider::Sepay);
    // The stage keeps its files open; the server gets files of its own, which come and go.
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("cho40.db");
    let copy = format!("VACUUM INTO '{}'", database.display());
    let original = DbConnection::open(&stage.app.config.database_url);
    original.unwrap().batch_execute(&copy).unwrap();
    let url = DatabaseUrl::Sqlite(database.clone());
    let library = forgetful_disk(folder.path());
    let disk = Disk { library, database, lies };
    let mut random = ChaCha8Rng::seed_from_u64(seed(40));
    let next: &'static AtomicU64 = Box::leak(Box::new(AtomicU64::new(1)));
    let mut all = Sent::default();
    let mut lost = BTreeSet::new();
    for round in 1..=times {
        let server = disk.serve(&url);
        let unsent = next.load(Ordering::Relaxed);
        let senders = Senders::start(&feed, &server, next, &all);
        thread::sleep(Duration::from_millis(random.random_range(100..500)));
        // On a busy machine nothing may have been answered yet.
        for _ in 0..100 {
            if next.load(Ordering::Relaxed) >= unsent + ANSWERED {
                break;
            }
            thread::sleep(Duration::from_millis(50));
        }
        server.kill();
        let sent = senders.join();
        assert!(!sent.acknowledged.is_empty(), "round {round}: nothing was sent");
        all.open = sent.open;
        all.acknowledged.extend(sent.acknowledged);
        disk.lose_power();
        let kept = kept_whole(&url, board_id);
        lost.extend(all.acknowledged.difference(&kept).copied());
        assert!(kept.iter().all(|id| all.acknowledged.contains(id) || all.open.contains(id)));
    }
    (all.acknowledged.len(), lost.len())
}

#[test]
fn what_was_acknowledged_is_on_the_disk_when_the_power_fails() {
    let times = rounds(3);
    let (acknowledged, lost) = lose_power_at_random(false, times);
    assert_eq!(lost, 0, "of {acknowledged} acknowledged");
    println!("{acknowledged} acknowledged over {times} losses of power, none lost");
}

#[test]
fn a_disk_that_does_not_sync_is_found_out() {
    let (acknowledged, lost) = lose_power_at_random(true, 1);
    assert!(lost > 0, "of {acknowledged} acknowledged");
    println!("{lost} of {acknowledged} acknowledged are lost where commits do not wait");
}
