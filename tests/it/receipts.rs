#![cfg(test)]
//! A day's totals and receipts are the same before they are folded into its rows, after, and when
//! a decision takes a receipt away before it is there.

use cho40::feeds::Provider;
use cho40::ledger::histogram::Histogram;
use cho40::ledger::{Tail, receipts, transfers};
use cho40::primitives::ids::TransferId;
use cho40::primitives::time::MS_PER_DAY;
use cho40::primitives::{Day, Vnd};
use cho40::registry::PageRequest;
use cho40::registry::accounts::UseKind;
use serde_json::json;

use crate::stage::{Stage, transfer};
use crate::support::on_both;

/// (day, stall), its receipts, packed.
fn kept(stage: &Stage) -> Vec<((Day, i64), Vec<u8>)> {
    let ever = [(Day(i32::MIN), Day(i32::MAX))];
    let logs = stage.read(move |connection, act| {
        let tail = Tail::load(connection, act.board_id())?;
        receipts::load(connection, act.board_id(), &ever, &tail)
    });
    let packed = |log: &str| Histogram::from_log(log).packed();
    let mut found: Vec<_> =
        logs.iter().map(|(key, log)| ((key.day, key.occupancy_id), packed(log))).collect();
    found.sort();
    found
}

fn newest(stage: &Stage) -> TransferId {
    let page = PageRequest::parse(None, Some(1)).unwrap();
    let all = transfers::Filter::default();
    stage.read(move |connection, act| transfers::list(connection, act, all, page)).items[0].id
}

on_both!(receipts_are_whole_at_every_moment, |db| {
    let stage = Stage::new(db);
    let stand = stage.stand("A1", "0123456789", UseKind::BusinessOnly);
    let feed = stage.feed(Provider::StandardWebhooks);
    let send = |id, amount, days: i64| {
        let mut sent = transfer(&stage, id, "0123456789", "rau");
        sent.amount = Vnd::new(amount);
        sent.occurred_at = sent.occurred_at.plus_ms(-days * 86_400_000);
        assert_eq!(feed.send(&sent), "recorded");
    };
    send(1, 20_000, 0);
    send(2, 35_000, 0);
    send(3, 500, 0);
    send(4, 20_000, 40);
    send(5, 70_000, 0);
    let before = kept(&stage);
    let of_today = Histogram::from_log("53D3g3").packed();
    assert!(before.iter().any(|(key, _)| key.1 == stand.occupancy_id.0), "{before:?}");
    assert_eq!(before.len(), 2, "{before:?}");
    assert_eq!(before.iter().map(|(_, log)| log.len()).max(), Some(of_today.len()));

    // The last one becomes private before its receipt is in the log.
    let line =
        json!({"occupancy_id": stand.occupancy_id, "class": "personal", "amount_vnd": 70_000});
    let new = serde_json::from_value(json!({"lines": [line]})).unwrap();
    let last = newest(&stage);
    stage.write(move |connection, act| transfers::assign(connection, act, last, new));
    let decided = kept(&stage);
    assert_ne!(decided, before);
    assert!(stage.differences().is_empty(), "{:?}", stage.differences());

    stage.index_transfers();
    assert_eq!(kept(&stage), decided);
    stage.roll_up();
    send(6, 90_000, 40);
    // The month was taken out of the roll-up; its new receipt is folded before it is rolled again.
    stage.roll_up();
    assert!(stage.differences().is_empty(), "{:?}", stage.differences());
    stage.index_transfers();
    assert_ne!(kept(&stage), decided);
    assert!(stage.differences().is_empty(), "{:?}", stage.differences());
});

on_both!(a_report_is_the_same_before_and_after_its_days_are_folded, |db| {
    let stage = Stage::new(db);
    let stand = stage.stand("A1", "0123456789", UseKind::BusinessOnly);
    stage.stand("A2", "0987654321", UseKind::Mixed);
    let feed = stage.feed(Provider::StandardWebhooks);
    let both = ["0123456789", "0987654321", "0123456789"];
    for (id, account) in (1..).zip(both.into_iter().cycle().take(9)) {
        let mut sent = transfer(&stage, id, account, "rau");
        sent.amount = Vnd::new(if id == 4 { 900 } else { 10_000 * id as i64 });
        sent.payer_name = (id != 7).then_some("TRAN VAN B");
        assert_eq!(feed.send(&sent), "recorded");
    }
    // Taken away from a row that is not there yet: only row and tail together are right.
    let line =
        json!({"occupancy_id": stand.occupancy_id, "class": "personal", "amount_vnd": 90_000});
    let new = serde_json::from_value(json!({"lines": [line]})).unwrap();
    let last = newest(&stage);
    stage.write(move |connection, act| transfers::assign(connection, act, last, new));
    db.clock.move_to(db.clock.now().plus_ms(2 * MS_PER_DAY));
    let before = stage.report();
    assert_eq!(before["occupancies"][0]["class"], "active", "{before:#}");
    stage.index_transfers();
    assert_eq!(stage.report(), before);
    assert!(stage.differences().is_empty(), "{:?}", stage.differences());
});
