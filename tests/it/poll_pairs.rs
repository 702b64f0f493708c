#![cfg(test)]
//! Webhook and list of one provider: each transfer is counted once, and no two are taken for one.

use cho40::feeds::ListApi;
use cho40::intake::pairs::{self, PairFilter, SuspectedPair};
use cho40::registry::PageRequest;
use cho40::registry::accounts::UseKind;
use rand::seq::SliceRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use crate::pairs_support::{ACCOUNT, agrees, counts, pairs_of, separate};
use crate::poll_support::{Provider, Row, poll, poller, set, settings, wait};
use crate::stage::Stage;
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

on_both!(two_equal_transfers_of_one_minute_told_by_both_stay_two, |db| {
    let stage = Stage::new(db);
    for (number, api) in (0..).zip(OTHERS) {
        for (round, (same_second, references)) in (0..).zip([
            (true, ["FT7", "FT8"]),
            (true, ["", ""]),
            (false, ["", ""]),
            (false, ["7", "7"]),
            (true, ["7", "7"]),
        ]) {
            for order in 0..4_u64 {
                let account = format!("88{number}{round}{order}");
                stage.stand(&account, &account, UseKind::BusinessOnly);
                let provider = Provider::start(api);
                let feed = stage.feed(api.provider());
                set(&stage, &provider, feed.id, settings(api, &provider)).unwrap();
                let poller = poller(&stage, &provider);
                let rows: Vec<_> = (0..2_usize)
                    .map(|which| Row {
                        reference: references[which].into(),
                        at: stage.app.clock.now().plus_ms(if same_second || which == 0 {
                            -60_000
                        } else {
                            -40_000
                        }),
                        ..Row::new(
                            &stage,
                            10 * number + round * 1_000 + order * 100 + 1 + which as u64,
                            60,
                            &account,
                        )
                    })
                    .collect();
                let before = counts(&stage).0;
                let send = |which: usize| feed.send(&rows[which].sample());
                let list = |which: &[usize]| {
                    provider.change(|book| {
                        book.rows = which.iter().map(|at| rows[*at].clone()).collect()
                    });
                    assert_eq!(poll(&stage, &poller, &feed).failure, None);
                };
                match order {
                    0 => {
                        send(0);
                        send(1);
                        list(&[0, 1]);
                    }
                    1 => {
                        list(&[0, 1]);
                        send(1);
                        send(0);
                    }
                    2 => {
                        send(0);
                        list(&[1, 0]);
                        send(1);
                    }
                    // One webhook never came.
                    _ => {
                        send(1);
                        list(&[0, 1]);
                    }
                }
                assert_eq!(
                    counts(&stage).0 - before,
                    2,
                    "{api:?} {references:?} {same_second} {order}"
                );
                assert!(pairs_of(&stage, None).is_empty(), "{api:?} {references:?} {order}");
                if references[0] != references[1] || !same_second {
                    // Each list row was linked to its own webhook.
                    list(&[0, 1]);
                    assert_eq!(counts(&stage).0 - before, 2);
                }
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
    // No reference in the list; another reference; another second; another amount; the same.
    rows[0].reference = String::new();
    rows[1].reference = "FT999".into();
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

on_both!(webhook_and_list_in_any_order_count_each_transfer_once, |db| {
    let wanted = std::env::var("CHO40_POLL_TRANSFERS").ok().and_then(|text| text.parse().ok());
    let transfers: usize = wanted.unwrap_or(TRANSFERS);
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
        // Few amounts, many seconds in common; references as banks give them.
        let base = (number as u64 + 1) * 100_000;
        let span_s = (transfers as i64 * 10).min(30_000);
        let rows: Vec<_> = (0..transfers)
            .map(|at| Row {
                amount: 10_000 * random.random_range(1..=3),
                reference: match random.random_range(0..3) {
                    0 => String::new(),
                    1 => random.random_range(1..=40).to_string(),
                    _ => format!("FT{at}"),
                },
                memo: format!("mua hang {}", random.random_range(1..=3)),
                ..Row::new(
                    &stage,
                    base + at as u64,
                    random.random_range(60..=span_s),
                    &accounts[random.random_range(0..accounts.len())],
                )
            })
            .collect();
        let mut webhooks: Vec<_> = (0..transfers).filter(|_| random.random_bool(0.7)).collect();
        webhooks.shuffle(&mut random);
        let mut told: Vec<_> = (0..transfers).collect();
        told.shuffle(&mut random);
        // The provider's list fills up while webhooks come, some of them late, some never.
        let rounds = 6;
        for round in 0..rounds {
            let of_round = |all: &[usize]| {
                let size = all.len().div_ceil(rounds);
                all.iter().skip(round * size).take(size).copied().collect::<Vec<_>>()
            };
            let (list_now, hooks_now) = (of_round(&told), of_round(&webhooks));
            let hooks_first = random.random_bool(0.5);
            let samples: Vec<_> = hooks_now.iter().map(|at| rows[*at].sample()).collect();
            if hooks_first {
                samples.chunks(64).for_each(|some| _ = feed.send_together(some));
            }
            provider.change(|book| book.rows.extend(list_now.iter().map(|at| rows[*at].clone())));
            let ran = poll(&stage, &poller, &feed);
            assert_eq!(ran.failure, None, "{api:?}");
            if !hooks_first {
                samples.chunks(64).for_each(|some| _ = feed.send_together(some));
            }
            if random.random_bool(0.5) {
                stage.index_transfers();
            }
            // The same again, as providers do.
            if let Some(at) = hooks_now.first() {
                assert_eq!(feed.send(&rows[*at].sample()), "duplicate");
            }
            wait(&stage, 20);
        }
        assert_eq!(counts(&stage).0 - before, transfers as i64, "{api:?}");
        let sum: i64 = rows.iter().map(|row| row.amount).sum();
        if transfers <= TRANSFERS {
            let all = kept_all(&stage, before);
            assert_eq!(all, sum, "{api:?}");
        }
        assert!(stage.differences().is_empty(), "{:?}", stage.differences());
    }
});

/// The money of all transfers but the first ones.
fn kept_all(stage: &Stage, skip: i64) -> i64 {
    use cho40::db::schema::transfers as t;
    use diesel::prelude::*;
    let amounts: Vec<i64> = stage.read(|connection, _| {
        Ok(t::table.order(t::id).offset(skip).select(t::amount_vnd).load(connection)?)
    });
    amounts.iter().sum()
}
