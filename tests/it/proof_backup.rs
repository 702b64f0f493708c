#![cfg(test)]
//! A backup that is made while money comes in is of one moment, and comes back whole on either database.

use std::sync::atomic::AtomicU64;

use cho40::db::DbConnection;
use cho40::db::backup;
use cho40::feeds::Provider;
use cho40::primitives::UnixMs;
use cho40::registry::accounts::UseKind;

use crate::pairs_support::ACCOUNT;
use crate::proof_support::{Serving, Stubborn, kept_whole, rounds};
use crate::stage::Stage;
use crate::support::{empty_databases, on_both};

on_both!(a_backup_under_load_is_of_one_moment, |db| {
    let (url, board_id) = (db.url().clone(), db.act().board_id());
    let stage = Stage::new(db);
    stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    let feed = stage.feed(Provider::Sepay);
    let server = Serving::start(&url);
    let senders = Stubborn::start(&feed, &server, Box::leak(Box::new(AtomicU64::new(1))));
    let mut before = 0;
    for _ in 0..rounds(3) {
        senders.go_on();
        let mut lines = Vec::new();
        let mut connection = DbConnection::open(&url).unwrap();
        backup::write(&mut connection, UnixMs(7), &mut lines).unwrap();
        let mut kept = Vec::new();
        for target in empty_databases() {
            let mut connection = DbConnection::open_empty(&target.url).unwrap();
            backup::restore(&mut connection, &mut lines.as_slice()).unwrap();
            drop(connection);
            kept.push(kept_whole(&target.url, board_id).len());
        }
        assert!(kept.iter().all(|count| *count == kept[0]), "{kept:?}");
        assert!(kept[0] > before, "{kept:?} after {before}");
        before = kept[0];
    }
    assert_eq!(senders.refused(), 0);
    let sent = senders.join();
    assert!(sent.len() > before);
    assert_eq!(kept_whole(&url, board_id), sent);
});
