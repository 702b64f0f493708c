#![cfg(test)]
//! Several processes on one database: what reaches both is counted once.

use std::sync::Barrier;
use std::thread;

use cho40::feeds::Provider;
use cho40::registry::accounts::UseKind;

use crate::pairs_support::ACCOUNT;
use crate::proof_support::{Serving, agent, kept_whole, post, rounds, signed};
use crate::stage::Stage;
use crate::support::on_both;

/// As many times at once as a provider could ever repeat itself.
const AT_ONCE: u64 = 64;

on_both!(one_report_sent_64_times_to_two_processes_counts_once, |db| {
    let (url, board_id) = (db.url().clone(), db.act().board_id());
    let stage = Stage::new(db);
    stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    let feed = stage.feed(Provider::Sepay);
    let servers = [Serving::start(&url), Serving::start(&url)];
    for round in 1..=rounds(4) {
        let request = signed(&feed, round);
        let together = Barrier::new(AT_ONCE as usize);
        thread::scope(|scope| {
            for place in 0..AT_ONCE {
                let server = &servers[place as usize % 2];
                let (request, together, feed_id) = (&request, &together, feed.id);
                scope.spawn(move || {
                    let agent = agent();
                    together.wait();
                    assert!(post(&agent, &format!("{}/hooks/{feed_id}", server.url), request));
                });
            }
        });
        assert!(kept_whole(&url, board_id).iter().copied().eq(1..=round));
    }
});
