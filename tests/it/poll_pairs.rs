#![cfg(test)]
//! Webhook and list of one provider: each transfer is counted once, and no two are taken for one.

use std::ops::Range;

use cho40::feeds::ListApi;
use cho40::intake::pairs::{self, PairFilter, SuspectedPair};
use cho40::registry::PageRequest;
use cho40::registry::accounts::UseKind;
use rand::seq::SliceRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use crate::pairs_support::{ACCOUNT, agrees, counts, pairs_of, separate};
use crate::poll_support::{Provider, Row, poll, poller, set, settings, wait};
use crate::stage::{Feed, Stage};
use crate::support::on_both;

/// Transfers of the random test; many more by `CHO40_POLL_TRANSFERS=10000`.
const TRANSFERS: usize = 300;
/// With ids of their own.
const OTHERS: [ListApi; 2] = [ListApi::SepayV2, ListApi::CassoV2];

fn certain(stage: &Stage) -> Vec<SuspectedPair> {
    stage.read(|connection, act| {
        let filter = PairFilter { waiting: None, certain: true };
        Ok(pairs::list(connection, act, &filter, PageRequest::default())?.items)
    })
}

on_both!(webhook_and_list_of_one_provider_are_one_transfer_with_certainty, |db| {
    let stage = Stage::new(db);
    let mut expected = 0;
    for (number, api) in (0..).zip(OTHERS) {
        let account = format!("77{number}");
        stage.stand(&account, &account, UseKind::BusinessOnly);
        let provider = Provider::start(api);
        let feed = stage.feed(api.provider());
        set(&stage, &provider, feed.id, settings(api, &provider)).unwrap();
        let poller = poller(&stage, &provider);
        let rows: Vec<_> = (1..=4)
            .map(|id| Row { balance: 1_000_000, ..Row::new(&stage, id, 400 * id as i64, &account) })
            .collect();
        assert_eq!(feed.send(&rows[0].sample()), "recorded");
        stage.index_transfers();
        assert_eq!(feed.send(&rows[1].sample()), "recorded");
        provider.change(|book| book.rows = rows.clone());
        assert_eq!(poll(&stage, &poller, &feed).new_rows, 4);
        assert_eq!(feed.send(&rows[2].sample()), "duplicate");
        stage.index_transfers();
        assert_eq!(feed.send(&rows[3].sample()), "duplicate");
        expected += 4;
        assert_eq!(counts(&stage).0, expected, "{api:?}");
        for row in &rows {
            assert_eq!(feed.send(&row.sample()), "duplicate", "a retry");
        }
        assert_eq!(poll(&stage, &poller, &feed).new_rows, 0);
        agrees(&stage);
    }
    assert!(pairs_of(&stage, None).is_empty(), "nobody needs to look");
    let pairs = certain(&stage);
    assert_eq!(pairs.len(), 8);
    assert!(pairs.iter().all(|pair| pair.verdict.is_some() && pair.resolved_at.is_some()));
    assert!(pairs.iter().all(|pair| pair.first.is_some() && pair.other.is_some()));
    // Somebody who knows better can part them all the same.
    separate(&stage, pairs[0].id).unwrap();
    assert_eq!(counts(&stage).0, expected + 1);
    agrees(&stage);
});

/// Two transfers, told by webhooks and by the list in one of four orders.
fn tell_both(stage: &Stage, api: ListApi, rows: &[Row; 2], order: u64) {
    let provider = Provider::start(api);
    let feed = stage.feed(api.provider());
    set(stage, &provider, feed.id, settings(api, &provider)).unwrap();
    let poller = poller(stage, &provider);
    let send = |which: usize| feed.send(&rows[which].sample());
    let list = |rows: Vec<Row>| {
        provider.change(|book| book.rows = rows);
        assert_eq!(poll(stage, &poller, &feed).failure, None);
    };
    let both = || rows.to_vec();
    match order {
        0 => {
            send(0);
            send(1);
            list(both());
        }
        1 => {
            list(both());
            send(1);
            send(0);
        }
        2 => {
            send(0);
            list(both());
            send(1);
        }
        // One webhook never came, and the list told the other one first.
        _ => {
            send(1);
            list(vec![rows[0].clone()]);
        }
    }
    list(both());
}

on_both!(two_equal_transfers_of_one_minute_told_by_both_stay_two, |db| {
    let stage = Stage::new(db);
    let (mut number, mut doubtful) = (0_u64, 0);
    for api in OTHERS {
        for (same_second, references) in [
            (true, ["FT7", "FT8"]),
            (true, ["", ""]),
            (false, ["", ""]),
            (false, ["7", "7"]),
            (true, ["7", "7"]),
        ] {
            for order in 0..4 {
                number += 10;
                let account = format!("88{number}");
                stage.stand(&account, &account, UseKind::BusinessOnly);
                let later = if same_second { 60 } else { 40 };
                let row = |id, seconds, reference: &str| {
                    let row = Row::new(&stage, number + id, seconds, &account);
                    Row { reference: reference.into(), ..row }
                };
                let rows = [row(1, 60, references[0]), row(2, later, references[1])];
                let before = counts(&stage).0;
                tell_both(&stage, api, &rows, order);
                let told = format!("{api:?} {references:?} {same_second} {order}");
                assert_eq!(counts(&stage).0 - before, 2, "{told}");
                // The list told one before its webhook came, beside the other's webhook: equal but
                // for the reference.
                let is_doubtful = same_second && references[0] == "FT7" && order == 3;
                assert_eq!(
                    pairs_of(&stage, None).len() - doubtful,
                    usize::from(is_doubtful),
                    "{told}"
                );
                doubtful += usize::from(is_doubtful);
            }
        }
    }
    agrees(&stage);
});

on_both!(what_is_not_certain_waits_for_a_person_and_what_differs_is_another, |db| {
    let stage = Stage::new(db);
    stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    let api = ListApi::CassoV2;
    let provider = Provider::start(api);
    let feed = stage.feed(api.provider());
    set(&stage, &provider, feed.id, settings(api, &provider)).unwrap();
    let poller = poller(&stage, &provider);
    let row = |id: u64, seconds| Row::new(&stage, id, seconds, ACCOUNT);
    for id in 1..=5 {
        assert_eq!(feed.send(&row(id, 4_000 - 600 * id as i64).sample()), "recorded");
    }
    let mut rows: Vec<_> = (1..=5).map(|id| row(id, 4_000 - 600 * id as i64)).collect();
    // No reference in the list; another reference and memo; another second; another amount; the same.
    rows[0].reference = String::new();
    rows[1].reference = "FT999".into();
    rows[1].memo = "mua gao".into();
    rows[2].at = rows[2].at.plus_ms(1_000);
    rows[3].amount += 1_000;
    provider.change(|book| book.rows = rows);
    assert_eq!(poll(&stage, &poller, &feed).new_rows, 5);
    assert_eq!(counts(&stage).0, 8);
    assert_eq!(pairs_of(&stage, Some(true)).len(), 1, "the one without a reference");
    assert_eq!(certain(&stage).len(), 1);
    agrees(&stage);
});

on_both!(a_date_alone_is_certain_only_by_the_bank_s_reference, |db| {
    let stage = Stage::new(db);
    stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    let api = ListApi::CassoV2;
    let provider = Provider::start(api);
    let feed = stage.feed(api.provider());
    set(&stage, &provider, feed.id, settings(api, &provider)).unwrap();
    let poller = poller(&stage, &provider);
    let row = |id: u64, seconds| Row::new(&stage, id, seconds, ACCOUNT);
    let blank = |id, seconds| Row { reference: String::new(), ..row(id, seconds) };
    for sent in [row(1, 600), row(2, 300), blank(3, 200)] {
        assert_eq!(feed.send(&sent.sample()), "recorded");
    }
    let midnight = stage.app.clock.now().day(0).start(0);
    let dated = |row: Row| Row { at: midnight, ..row };
    let rows = vec![dated(row(2, 0)), dated(row(1, 0)), dated(blank(3, 0)), dated(row(4, 0))];
    provider.change(|book| book.rows = rows);
    poll(&stage, &poller, &feed);
    assert_eq!(counts(&stage).0, 4, "the fourth has a reference of its own");
    assert_eq!((certain(&stage).len(), pairs_of(&stage, Some(true)).len()), (2, 1));
    agrees(&stage);
});

/// Transfers with few amounts, many seconds in common, and references as banks give them.
fn transfers_of(
    stage: &Stage,
    random: &mut ChaCha8Rng,
    accounts: &[String],
    ids: Range<u64>,
) -> Vec<Row> {
    let span_s = ((ids.end - ids.start) as i64 * 10).min(30_000);
    let row = |id: u64| {
        let account = &accounts[random.random_range(0..accounts.len())];
        let row = Row::new(stage, id, random.random_range(60..=span_s), account);
        let reference = match random.random_range(0..3) {
            0 => String::new(),
            1 => random.random_range(1..=40).to_string(),
            _ => row.reference.clone(),
        };
        let memo = format!("mua hang {}", random.random_range(1..=3));
        Row { amount: 10_000 * random.random_range(1..=3), reference, memo, ..row }
    };
    ids.map(row).collect()
}

/// Tells of some of the rows by webhooks, many at once.
fn send(feed: &Feed<'_>, rows: &[Row], which: &[usize]) {
    let samples: Vec<_> = which.iter().map(|at| rows[*at].sample()).collect();
    samples.chunks(64).for_each(|some| _ = feed.send_together(some));
}

on_both!(webhook_and_list_in_any_order_count_each_transfer_once, |db| {
    let wanted = std::env::var("CHO40_POLL_TRANSFERS").ok().and_then(|text| text.parse().ok());
    let count: usize = wanted.unwrap_or(TRANSFERS);
    for (number, api) in (0..).zip(ListApi::ALL) {
        let stage = Stage::new(db);
        let mut random = ChaCha8Rng::seed_from_u64(40 + number);
        let accounts: Vec<_> = (0..6).map(|at| format!("99{number}{at}")).collect();
        for account in &accounts {
            stage.stand(account, account, UseKind::BusinessOnly);
        }
        let provider = Provider::start(api);
        let feed = stage.feed(api.provider());
        set(&stage, &provider, feed.id, settings(api, &provider)).unwrap();
        let poller = poller(&stage, &provider);
        let before = counts(&stage).0;
        let first = (number + 1) * 100_000;
        let rows = transfers_of(&stage, &mut random, &accounts, first..first + count as u64);
        // Some webhooks never come.
        let mut sent: Vec<_> = (0..count).filter(|_| random.random_bool(0.7)).collect();
        sent.shuffle(&mut random);
        let mut told: Vec<_> = (0..count).collect();
        told.shuffle(&mut random);
        for (told, sent) in told.chunks(count.div_ceil(6)).zip(sent.chunks(sent.len().div_ceil(6)))
        {
            let sends_first = random.random_bool(0.5);
            if sends_first {
                send(&feed, &rows, sent);
            }
            provider.change(|book| book.rows.extend(told.iter().map(|at| rows[*at].clone())));
            assert_eq!(poll(&stage, &poller, &feed).failure, None, "{api:?}");
            if !sends_first {
                send(&feed, &rows, sent);
            }
            if random.random_bool(0.5) {
                stage.index_transfers();
            }
            assert_eq!(feed.send(&rows[sent[0]].sample()), "duplicate", "a retry");
            wait(&stage, 20);
        }
        assert_eq!(counts(&stage).0 - before, count as i64, "{api:?}");
        let due: i64 = rows.iter().map(|row| row.amount).sum();
        assert_eq!(money(&stage, before), due, "{api:?}");
        assert!(stage.differences().is_empty(), "{:?}", stage.differences());
    }
});

/// The money of all transfers but the first ones.
fn money(stage: &Stage, skip: i64) -> i64 {
    use cho40::db::schema::transfers as t;
    use diesel::prelude::*;
    let amounts: Vec<i64> = stage.read(|connection, _| {
        Ok(t::table
            .order(t::id)
            .offset(skip)
            .limit(i64::MAX)
            .select(t::amount_vnd)
            .load(connection)?)
    });
    amounts.iter().sum()
}
