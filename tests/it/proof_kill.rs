#![cfg(test)]
//! Killed at any moment, the server has kept what it acknowledged, once, and nothing by halves.

use std::sync::atomic::AtomicU64;
use std::thread;
use std::time::Duration;

use cho40::feeds::Provider;
use cho40::registry::accounts::UseKind;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use crate::pairs_support::ACCOUNT;
use crate::proof_support::{Senders, Sent, Serving, kept_whole, rounds, seed};
use crate::stage::Stage;
use crate::support::on_both;

on_both!(what_was_acknowledged_survives_a_kill, |db| {
    let (url, board_id) = (db.url().clone(), db.act().board_id());
    let stage = Stage::new(db);
    stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    let feed = stage.feed(Provider::Sepay);
    let seed = seed(40);
    let next: &'static AtomicU64 = Box::leak(Box::new(AtomicU64::new(1)));
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut all = Sent::default();
    for round in 1..=rounds(20) {
        let server = Serving::start(&url);
        // What was not acknowledged comes again, as a provider sends it again.
        let senders = Senders::start(&feed, &server, next, &all);
        thread::sleep(Duration::from_millis(random.random_range(50..600)));
        server.kill();
        let sent = senders.join();
        all.open = sent.open;
        all.acknowledged.extend(sent.acknowledged);
        let kept = kept_whole(&url, board_id);
        let lost: Vec<_> = all.acknowledged.difference(&kept).collect();
        assert!(lost.is_empty(), "round {round}: acknowledged and lost: {lost:?}");
        let made_up: Vec<_> = kept
            .iter()
            .filter(|id| !all.acknowledged.contains(id) && !all.open.contains(id))
            .collect();
        assert!(made_up.is_empty(), "round {round}: never sent: {made_up:?}");
    }
    // A busy machine may kill before the first answer, but not each time.
    let (count, kills) = (all.acknowledged.len(), rounds(20));
    assert!(count as u64 >= kills, "{count} acknowledged over {kills} kills");
    println!("seed {seed}: {count} acknowledged over {kills} kills");
});
