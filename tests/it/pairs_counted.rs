#![cfg(test)]
//! Whatever reports come of so many transfers, so many are counted: by lanes at once, by dates
//! alone, and money out.

use std::thread;

use cho40::db::{Batch, DbConnection};
use cho40::feeds::{Direction, Precision, Provider, sample::SampleTransfer};
use cho40::ledger::LedgerWriter;
use cho40::ledger::item::Content;
use cho40::primitives::Vnd;
use cho40::registry::accounts::{self, AccountKind, NewAccount, Relation, UseKind};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};

use crate::pairs_support::{ACCOUNT, agrees, apply, counts, item, kept, paid, pairs_of, separate};
use crate::stage::{Feed, Stage};
use crate::support::on_both;

const PROVIDERS: [Provider; 3] = [Provider::Sepay, Provider::StandardWebhooks, Provider::Payos];

/// A transfer: its amount in thousands, and which feeds report it how many seconds off.
type True = (i64, Vec<(usize, i64)>);

fn trues() -> impl Strategy<Value = Vec<True>> {
    let told = proptest::sample::subsequence(vec![0_usize, 1, 2], 1..=3);
    let told = told.prop_flat_map(|feeds| {
        let seconds = proptest::collection::vec(0_i64..=120, feeds.len());
        seconds.prop_map(move |seconds| feeds.iter().copied().zip(seconds).collect())
    });
    proptest::collection::vec((1_i64..=2, told), 1..6)
}

/// Reports with retries in any order, cut into batches for two lanes.
fn arrivals(trues: &[True]) -> impl Strategy<Value = (Vec<(usize, usize)>, Vec<usize>)> + use<> {
    let reports: Vec<_> = trues
        .iter()
        .enumerate()
        .flat_map(|(transfer, (_, told))| (0..told.len()).map(move |report| (transfer, report)))
        .collect();
    let retries = proptest::collection::vec(0..reports.len(), 0..4);
    let all = retries.prop_flat_map(move |retries| {
        let again = retries.into_iter().map(|place| reports[place]);
        let all: Vec<_> = reports.iter().copied().chain(again).collect();
        Just(all).prop_shuffle()
    });
    (all, proptest::collection::vec(1_usize..5, 32))
}

on_both!(each_transfer_is_counted_once_whoever_reports_it, |db| {
    let stage = Stage::new(db);
    let feeds = PROVIDERS.map(|provider| stage.feed(provider));
    let mut connection = DbConnection::open(db.url()).unwrap();
    let mut number = 0_u64;
    let mut lanes = [LedgerWriter::default(), LedgerWriter::default()];
    let case = trues().prop_flat_map(|trues| (arrivals(&trues), Just(trues)));
    let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::default() });
    for _ in 0..24 {
        let ((order, cuts), trues) = case.new_tree(&mut runner).unwrap().current();
        number += 1;
        let account = format!("93{number:04}");
        stage.stand(&account, &account, UseKind::BusinessOnly);
        let items: Vec<_> = order
            .iter()
            .map(|(transfer, report)| {
                let (thousands, told) = &trues[*transfer];
                let (feed, seconds) = told[*report];
                // Eleven minutes from one to the next, whatever their amounts.
                let ago = 700 * (*transfer as i64 + 1) - seconds;
                let sent = SampleTransfer {
                    account: &account,
                    amount: Vnd::new(thousands * 1_000),
                    ..paid(&stage, number * 100 + *transfer as u64, ago, "x")
                };
                item(&feeds[feed], &sent)
            })
            .collect();
        let before = counts(&stage).0;
        let (mut rest, mut cuts) = (items.as_slice(), cuts.into_iter().enumerate());
        while !rest.is_empty() {
            let (lane, cut) = cuts.next().unwrap_or((0, rest.len()));
            let (batch, later) = rest.split_at(cut.min(rest.len()));
            apply(&mut connection, &mut lanes[lane % 2], batch).unwrap();
            rest = later;
        }
        assert_eq!(counts(&stage).0 - before, trues.len() as i64, "{trues:?} {order:?}");
        if number.is_multiple_of(3) {
            stage.index_transfers();
        }
    }
    agrees(&stage);
});

on_both!(lanes_that_write_at_once_count_once, |db| {
    let stage = Stage::new(db);
    stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    let feeds = PROVIDERS.map(|provider| stage.feed(provider));
    let url = db.url().clone();
    let batches: Vec<Vec<_>> = feeds
        .iter()
        .map(|feed| (0..20).map(|id| item(feed, &paid(&stage, id + 1, 700 * id as i64, "x"))))
        .map(Iterator::collect)
        .collect();
    thread::scope(|scope| {
        for items in &batches {
            let url = &url;
            scope.spawn(move || {
                let mut connection = DbConnection::open(url).unwrap();
                let mut lane = LedgerWriter::default();
                for batch in items.chunks(3) {
                    apply(&mut connection, &mut lane, batch).unwrap();
                }
            });
        }
    });
    assert_eq!(kept(&stage).len(), 20);
    assert_eq!(counts(&stage), (20, 40, 3));
    agrees(&stage);
});

/// Sends reports of which only the day is known, in one batch each.
fn send_dated(stage: &Stage, feed: &Feed<'_>, ids: &[u64], days_ago: i64) -> Vec<&'static str> {
    let mut items = Vec::new();
    for id in ids {
        let mut item = item(feed, &paid(stage, *id, days_ago * 86_400, "x"));
        if let Content::Transfers(all) = &mut item.content {
            let reported = &mut all[0].reported;
            reported.precision = Precision::Day;
            reported.occurred_at = reported.occurred_at.day(0).start(0);
        }
        items.push(item);
    }
    stage.write(move |connection, _| {
        let replies = LedgerWriter::default().apply(connection, &items)?;
        Ok(replies.into_iter().map(cho40::ledger::Recorded::as_str).collect())
    })
}

on_both!(a_date_alone_is_compared_by_the_day, |db| {
    let stage = Stage::new(db);
    stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    let (exact, dated) = (stage.feed(Provider::Sepay), stage.feed(Provider::StandardWebhooks));
    assert_eq!(exact.send(&paid(&stage, 1, 7_200, "x")), "recorded");
    assert_eq!(exact.send(&paid(&stage, 2, 60, "x")), "recorded");
    assert_eq!(send_dated(&stage, &dated, &[1], 1), ["recorded"], "yesterday's");
    let today = send_dated(&stage, &dated, &[2, 3, 4], 0);
    assert_eq!(today, ["suspected", "suspected", "recorded"], "one to one");
    // And the other way round: what came as a date first.
    assert_eq!(exact.send(&paid(&stage, 4, 10_800, "x")), "suspected");
    assert_eq!(exact.send(&paid(&stage, 5, 10_800, "x")), "recorded");
    assert_eq!(counts(&stage).0, 5);
    agrees(&stage);
});

on_both!(money_out_is_linked_too_where_it_may_be_kept, |db| {
    let stage = Stage::new(db);
    let new = NewAccount {
        bin: "970422".into(),
        number: ACCOUNT.into(),
        kind: AccountKind::Organisation,
        use_kind: UseKind::BusinessOnly,
        holder_name: "BAN QUAN LY CHO".into(),
        relation: Relation::Market,
        keeps_outgoing: true,
    };
    stage.write(move |connection, act| accounts::create(connection, act, new));
    let (one, other) = (stage.feed(Provider::Sepay), stage.feed(Provider::StandardWebhooks));
    let out = SampleTransfer { direction: Direction::Out, ..paid(&stage, 1, 60, "tra tien dien") };
    assert_eq!(one.send(&out), "recorded");
    assert_eq!(other.send(&out), "suspected");
    let came_back = SampleTransfer { direction: Direction::In, ..out.clone() };
    let back = SampleTransfer { id: 2, ..came_back };
    assert_eq!(other.send(&back), "unmatched", "the other direction");
    assert_eq!(counts(&stage).0, 2);
    agrees(&stage);
    separate(&stage, pairs_of(&stage, None)[0].id).unwrap();
    assert_eq!(counts(&stage).0, 3);
    agrees(&stage);
});

on_both!(a_late_report_finds_its_transfer_among_thousands, |db| {
    let stage = Stage::new(db);
    stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    let (one, other) = (stage.feed(Provider::Sepay), stage.feed(Provider::StandardWebhooks));
    // All of yesterday, told in one go, as a statement tells a year.
    let sent = |id: u64| SampleTransfer {
        amount: Vnd::new(10_000 + id as i64),
        ..paid(&stage, id, 86_400 + id as i64, "x")
    };
    let items: Vec<_> = (1..=2_100).map(|id| item(&one, &sent(id))).collect();
    let mut connection = DbConnection::open(db.url()).unwrap();
    let mut lane = LedgerWriter::default();
    for batch in items.chunks(200) {
        apply(&mut connection, &mut lane, batch).unwrap();
    }
    stage.index_transfers();
    for id in [1, 1_000, 2_100] {
        assert_eq!(other.send(&sent(id)), "suspected", "{id}");
    }
    assert_eq!(counts(&stage).0, 2_100);
});
