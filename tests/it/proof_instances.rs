#![cfg(test)]
//! Several processes on one database: what reaches both is counted once.

use std::sync::Barrier;
use std::thread;

use cho40::feeds::Provider;
use cho40::primitives::Clock;
use cho40::registry::accounts::UseKind;
use serde_json::json;

use crate::pairs_support::ACCOUNT;
use crate::phone_support::{APP, feed_of, phone, teach, transfers};
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

/// Nothing in it tells equal payments apart but the time at which a phone shows it.
const BARE: &str = "Quy khach nhan duoc 50.000d vao TK ***6789. ND: tien ca";
const BARE_FIELDS: [(&str, &str); 3] =
    [("amount", "50.000"), ("account", "***6789"), ("memo", "tien ca")];
/// Further apart than two phones ever are.
const NEXT_PAYMENT_MS: i64 = 600_000;

on_both!(one_notice_that_two_phones_tell_two_processes_at_once_is_one_payment, |db| {
    let url = db.url().clone();
    let stage = Stage::new(db);
    let stand = stage.stand("A1", "0123456789", UseKind::BusinessOnly);
    let feed_id = feed_of(&stage, &[stand.account_id]);
    let phones = [phone(&stage, feed_id), phone(&stage, feed_id)];
    teach(&stage, BARE, &BARE_FIELDS).unwrap();
    let secrets = phones.map(|phone| phone.secret.expose().to_owned());
    let servers = [Serving::start(&url), Serving::start(&url)];
    let rounds = rounds(8);
    for round in 1..=rounds {
        let shown_at = Clock::system().now().plus_ms(-NEXT_PAYMENT_MS * round as i64);
        let together = Barrier::new(2);
        thread::scope(|scope| {
            for (server, secret) in servers.iter().zip(&secrets) {
                let together = &together;
                let notice = json!({ "app": APP, "text": BARE, "posted_at": shown_at });
                let address = format!("{}/hooks/{feed_id}", server.url);
                scope.spawn(move || {
                    let post = agent().post(address);
                    let post = post.header("authorization", format!("Bearer {secret}"));
                    together.wait();
                    assert_eq!(post.send(notice.to_string()).unwrap().status(), 200);
                });
            }
        });
    }
    assert_eq!(transfers(&stage).len() as u64, rounds);
    assert_eq!(stage.differences(), Vec::<String>::new());
});
