#![cfg(test)]
//! Several processes on one database: what reaches both is counted once.

use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use cho40::db::DbConnection;
use cho40::feeds::Provider;
use cho40::primitives::Clock;
use cho40::registry::accounts::UseKind;
use diesel::connection::SimpleConnection;
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

on_both!(one_notice_that_two_phones_tell_two_processes_at_once_is_one_payment, |db| {
    let url = db.url().clone();
    let stage = Stage::new(db);
    let stand = stage.stand("A1", "0123456789", UseKind::BusinessOnly);
    let feed_id = feed_of(&stage, &[stand.account_id]);
    let phones = [phone(&stage, feed_id), phone(&stage, feed_id)];
    teach(&stage, BARE, &BARE_FIELDS).unwrap();
    let secrets = phones.map(|phone| phone.secret.expose().to_owned());
    let servers = [Serving::start(&url), Serving::start(&url)];
    let shown_at = Clock::system().now().plus_ms(-60_000);
    // Both have looked, on PostgreSQL, before either can write.
    let mut holder = DbConnection::open(&url).unwrap();
    holder.batch_execute("BEGIN").unwrap();
    let hold = match &holder {
        DbConnection::Sqlite(_) => "DELETE FROM phone_tellings",
        DbConnection::Postgres(_) => "LOCK TABLE phone_tellings IN SHARE MODE",
    };
    holder.batch_execute(hold).unwrap();
    thread::scope(|scope| {
        for ((server, secret), later_ms) in servers.iter().zip(&secrets).zip([0, 700]) {
            let posted_at = shown_at.plus_ms(later_ms);
            let notice = json!({ "app": APP, "text": BARE, "posted_at": posted_at });
            let post = agent().post(format!("{}/hooks/{feed_id}", server.url));
            let post = post.header("authorization", format!("Bearer {secret}"));
            scope.spawn(move || assert_eq!(post.send(notice.to_string()).unwrap().status(), 200));
        }
        thread::sleep(Duration::from_millis(500));
        holder.batch_execute("COMMIT").unwrap();
    });
    assert_eq!(transfers(&stage).len(), 1);
    assert_eq!(stage.differences(), Vec::<String>::new());
});
