#![cfg(test)]
//! Polling against a provider that misbehaves: nothing is lost, nothing counted twice, nobody asked
//! too often.

use std::thread;

use cho40::app::App;
use cho40::db::DatabaseUrl;
use cho40::db::schema::{deliveries, feed_bank_days, feed_polls, poll_cursors, sighting_conflicts};
use cho40::feeds::{Direction, ListApi};
use cho40::intake::deliveries::{self as looking, DeliveryOutcome, Filter, NewDismissal};
use cho40::intake::poll::{Failure, Poller};
use cho40::intake::polling;
use cho40::registry::PageRequest;
use cho40::registry::accounts::{AccountKind, UseKind};
use diesel::prelude::*;
use serde_json::json;

use crate::pairs_support::{ACCOUNT, agrees, counts, kept};
use crate::poll_support::{
    Provider, Row, Trouble, poll, poller, poller_of, set, settings, state, wait,
};
use crate::stage::{Feed, Stage};
use crate::support::on_both;

const ALL: [ListApi; 3] = ListApi::ALL;

/// A feed whose list is polled.
fn polled<'s>(stage: &'s Stage, provider: &Provider, api: ListApi) -> (Feed<'s>, Poller) {
    let feed = stage.feed(api.provider());
    set(stage, provider, feed.id, settings(api, provider)).unwrap();
    (feed, poller(stage, provider))
}

fn count_deliveries(stage: &Stage) -> i64 {
    stage.read(|connection, _| Ok(deliveries::table.count().get_result(connection)?))
}

on_both!(polling_alone_serves_a_place_that_nobody_can_reach, |db| {
    let stage = Stage::new(db);
    let account = stage.account(ACCOUNT, AccountKind::Personal, UseKind::Mixed);
    let stand = stage.stand_on("A1", account);
    stage.stand_on("A2", account);
    let memo = stand.code.reference.unwrap().to_string();
    for (number, api) in (1..).zip(ALL) {
        let provider = Provider::start(api);
        let (feed, poller) = polled(&stage, &provider, api);
        assert_eq!(state(&stage, feed.id).last_success_at, None);
        let row = |id: u64, seconds| {
            let row = Row::new(&stage, number * 1_000 + id, seconds, ACCOUNT);
            Row {
                memo: memo.clone(),
                amount: 45_000 + number as i64 * 1_000,
                balance: 7_654_321,
                ..row
            }
        };
        let out = Row { direction: Direction::Out, ..row(2, 50) };
        provider.change(|book| book.rows = vec![row(1, 60), out, row(3, 40)]);
        let (before, deliveries) = (kept(&stage).len(), count_deliveries(&stage));
        let first = poll(&stage, &poller, &feed);
        assert_eq!((first.pages, first.rows, first.new_rows, first.failure), (1, 3, 3, None));
        let all = kept(&stage);
        assert_eq!(all.len(), before + 2, "the holder did not agree to keep money out");
        let newest = all.last().unwrap();
        assert_eq!(newest.attribution.rule, "reference");
        assert_eq!(newest.memo.as_deref(), Some(&*memo), "{api:?}: read again from what is kept");
        assert_eq!(count_deliveries(&stage), deliveries + 1);
        let bodies: Vec<Option<Vec<u8>>> = stage.read(|connection, _| {
            Ok(deliveries::table.select(deliveries::body).load(connection)?)
        });
        for body in bodies.into_iter().flatten() {
            assert!(!String::from_utf8(body).unwrap().contains("7654321"), "no balance is kept");
        }
        let heard: i64 = stage.read(|connection, _| {
            let of_feed = feed_bank_days::table.filter(feed_bank_days::feed_id.eq(feed.id.0));
            Ok(of_feed.count().get_result(connection)?)
        });
        assert_eq!(heard, 1, "{api:?} proves the day");
        let told = state(&stage, feed.id);
        assert!(told.last_success_at.is_some() && told.last_error.is_none());
        // Everything is told again; nothing is written down again.
        for _ in 0..3 {
            wait(&stage, 700);
            let again = poll(&stage, &poller, &feed);
            assert_eq!((again.new_rows, again.failure), (0, None), "{api:?}");
        }
        assert_eq!(count_deliveries(&stage), deliveries + 1);
        let late = row(4, 5);
        provider.change(|book| book.rows.push(late));
        assert_eq!(poll(&stage, &poller, &feed).new_rows, 1);
        agrees(&stage);
        let id = feed.id;
        stage.write(move |connection, act| polling::remove(connection, act, id));
    }
});

on_both!(sepay_s_first_list_has_the_ids_of_its_webhooks, |db| {
    let stage = Stage::new(db);
    stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    let provider = Provider::start(ListApi::SepayV1);
    let (feed, poller) = polled(&stage, &provider, ListApi::SepayV1);
    let rows: Vec<_> = (1..=6).map(|id| Row::new(&stage, id, 100 - id as i64, ACCOUNT)).collect();
    for row in &rows[..3] {
        assert_eq!(feed.send(&row.sample()), "recorded");
    }
    // The list words a memo in another way: still the same money under the same id.
    let mut told = rows.clone();
    told[1].memo = "BankAPINotify mua rau".into();
    told[2].amount = 46_000;
    provider.change(|book| book.rows = told);
    assert_eq!(poll(&stage, &poller, &feed).new_rows, 4, "three are new, one contradicts");
    for row in &rows[3..] {
        assert_eq!(feed.send(&row.sample()), "duplicate");
    }
    assert_eq!(poll(&stage, &poller, &feed).new_rows, 0, "the contradiction is kept once");
    assert_eq!(counts(&stage), (6, 0, 1));
    let conflicts: i64 =
        stage.read(|connection, _| Ok(sighting_conflicts::table.count().get_result(connection)?));
    assert_eq!(conflicts, 1);
    agrees(&stage);
});

on_both!(what_goes_wrong_for_a_moment_is_asked_again, |db| {
    let stage = Stage::new(db);
    stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    for api in ALL {
        let provider = Provider::start(api);
        let (feed, poller) = polled(&stage, &provider, api);
        let row = Row::new(&stage, 1, 60, ACCOUNT);
        provider.change(|book| {
            book.rows = vec![row];
            book.troubles.extend([Trouble::TooMany(7), Trouble::Truncated, Trouble::Status(500)]);
        });
        let began = stage.app.clock.now();
        let ran = poll(&stage, &poller, &feed);
        assert_eq!((ran.failure, ran.rows), (None, 1), "{api:?}");
        assert_eq!(provider.asked(), 4);
        let took_ms = stage.app.clock.now().0 - began.0;
        assert!(
            (10_000..12_000).contains(&took_ms),
            "{api:?} waited {took_ms} ms, 7 s of them told"
        );
        provider.change(|book| book.troubles.push_back(Trouble::Late));
        assert_eq!(poll(&stage, &poller, &feed).failure, None, "{api:?}");
    }
    agrees(&stage);
});

on_both!(what_stays_wrong_is_told_and_asked_ever_less_often, |db| {
    let stage = Stage::new(db);
    stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    let provider = Provider::start(ListApi::SepayV2);
    let (feed, poller) = polled(&stage, &provider, ListApi::SepayV2);
    let row = Row::new(&stage, 1, 60, ACCOUNT);
    provider.change(|book| book.rows = vec![row]);
    for (number, (trouble, failure, asked)) in (1..).zip([
        (Trouble::Status(500), Failure::Status(500), 3),
        (Trouble::Late, Failure::Timeout, 3),
        (Trouble::Truncated, Failure::NotAList, 3),
        (Trouble::Empty, Failure::KeyRefused(200), 2),
        (Trouble::Status(403), Failure::KeyRefused(403), 1),
        (Trouble::Redirect, Failure::Status(302), 1),
        (Trouble::Huge, Failure::TooLarge, 1),
        (Trouble::TooMany(900), Failure::TooManyRequests(900), 1),
        (Trouble::TooMany(2), Failure::TooManyRequests(2), 4),
    ]) {
        let before = provider.change(|book| {
            book.broken = Some(trouble);
            book.asked.len()
        });
        let ran = poll(&stage, &poller, &feed);
        assert_eq!((ran.failure.as_ref(), ran.new_rows), (Some(&failure), 0), "{trouble:?}");
        assert_eq!(provider.asked() - before, asked, "{trouble:?}");
        let told = state(&stage, feed.id);
        let error = told.last_error.unwrap();
        assert!(!error.is_over, "{trouble:?}");
        assert_eq!((error.code.as_str(), told.failure_count), (failure.code(), number));
        assert_eq!(error.http_status, failure.status().map(i32::from));
        let later_ms = told.next_run_at.0 - stage.app.clock.now().0;
        let expected_ms = (60_000 << (number - 1).min(6)).min(3_600_000);
        let is_near = (expected_ms * 3 / 4..=expected_ms * 5 / 4).contains(&later_ms);
        assert!(is_near, "{number}: {later_ms}");
        assert!(!poller.poll_next().unwrap(), "not before its time");
    }
    provider.change(|book| book.broken = None);
    wait(&stage, 4_600);
    assert!(poller.poll_next().unwrap());
    let told = state(&stage, feed.id);
    let error = told.last_error.unwrap();
    assert_eq!((told.failure_count, error.code.as_str()), (0, "too-many-requests"));
    assert!(error.is_over && error.at < told.last_success_at);
    assert_eq!(told.next_run_at.0 - stage.app.clock.now().0, 60_000);
    assert_eq!(counts(&stage).0, 1);
    agrees(&stage);
});

on_both!(one_empty_answer_is_no_refused_key, |db| {
    let stage = Stage::new(db);
    stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    let provider = Provider::start(ListApi::SepayV1);
    let (feed, poller) = polled(&stage, &provider, ListApi::SepayV1);
    let row = Row::new(&stage, 1, 60, ACCOUNT);
    provider.change(|book| {
        book.rows = vec![row];
        book.troubles.push_back(Trouble::Empty);
    });
    let ran = poll(&stage, &poller, &feed);
    assert_eq!((ran.failure, ran.new_rows), (None, 1));
    provider.change(|book| book.troubles.extend([Trouble::Empty, Trouble::Empty]));
    assert_eq!(poll(&stage, &poller, &feed).failure, Some(Failure::KeyRefused(200)));
    assert!(!state(&stage, feed.id).last_error.unwrap().is_over, "the success came before");
});

on_both!(a_restart_in_the_middle_goes_on_and_an_outage_is_read_back, |db| {
    let stage = Stage::new(db);
    stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    for api in [ListApi::SepayV2, ListApi::CassoV2] {
        let provider = Provider::start(api);
        let (feed, first) = polled(&stage, &provider, api);
        let base = if api == ListApi::SepayV2 { 0 } else { 1_000 };
        let before = counts(&stage).0;
        let rows = |range: std::ops::Range<u64>, ago: i64| -> Vec<Row> {
            let row = |n: u64| Row::new(&stage, base + n, ago - n as i64, ACCOUNT);
            let of = |n| Row { amount: 10_000 + (base + n) as i64 * 1_000, ..row(n) };
            range.map(of).collect()
        };
        let old = rows(0..250, 3_000);
        // Two pages, then nothing: the process ends.
        provider.change(|book| {
            book.rows = old;
            book.breaks_after = Some(2);
        });
        let ran = poll(&stage, &first, &feed);
        assert_eq!((ran.failure, ran.new_rows), (Some(Failure::Status(502)), 200), "{api:?}");
        drop(first);
        provider.change(|book| (book.broken, book.breaks_after) = (None, None));
        // Another process on the same database.
        let other = App::build(stage.app.config.clone(), stage.app.clock.clone()).unwrap();
        let second = poller_of(&other, &provider);
        let again = second.poll(stage.act.board_id(), feed.id, false).unwrap().unwrap();
        assert_eq!((again.failure, again.rows), (None, 250), "{api:?}");
        assert_eq!(counts(&stage).0 - before, 250, "{api:?}");
        // Nobody polls for three days.
        let during = rows(300..420, 600);
        wait(&stage, 3 * 86_400);
        let after = Row::new(&stage, base + 900, 60, ACCOUNT);
        provider.change(|book| book.rows.extend(during.into_iter().chain([after])));
        assert_eq!(poll(&stage, &second, &feed).new_rows, 121, "{api:?}");
        assert_eq!(counts(&stage).0 - before, 371, "{api:?}");
        agrees(&stage);
    }
});

on_both!(pages_that_shift_while_they_are_read_lose_nothing, |db| {
    let stage = Stage::new(db);
    stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    let provider = Provider::start(ListApi::CassoV2);
    let (feed, poller) = polled(&stage, &provider, ListApi::CassoV2);
    let row = |n: u64| Row {
        amount: 10_000 + n as i64,
        ..Row::new(&stage, n, 3_000 - n as i64, ACCOUNT)
    };
    provider.change(|book| {
        book.rows = (1..=230).map(row).collect();
        // Three old rows vanish after the first page: the pages after it begin three rows further on.
        book.meddle = Some(Box::new(|rows, asked| {
            if asked == 1 {
                rows.drain(..3);
            }
        }));
    });
    assert_eq!(poll(&stage, &poller, &feed).failure, None);
    assert_eq!(counts(&stage).0, 230, "the three were told, the others too");
    // Rows come to the front: what was on a page comes again on the next one.
    let early: Vec<_> = (240..245).map(|n| Row { at: row(1).at, ..row(n) }).collect();
    let asked_before = provider.asked();
    provider.change(|book| {
        book.meddle = Some(Box::new(move |rows, asked| {
            if asked == asked_before + 1 {
                rows.extend(early.clone());
            }
        }));
    });
    let ran = poll(&stage, &poller, &feed);
    assert_eq!((ran.new_rows, ran.failure), (5, None));
    assert_eq!(counts(&stage).0, 235);
    agrees(&stage);
});

on_both!(what_the_provider_writes_down_late_is_found, |db| {
    let stage = Stage::new(db);
    stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    for api in [ListApi::SepayV1, ListApi::SepayV2] {
        let provider = Provider::start(api);
        let (feed, poller) = polled(&stage, &provider, api);
        let base = if api == ListApi::SepayV1 { 1_000 } else { 5_000 };
        let row = |n: u64| Row::new(&stage, base + n, 3_000 - n as i64, ACCOUNT);
        let before = counts(&stage).0;
        provider.change(|book| book.rows = vec![row(10), row(20), row(30)]);
        assert_eq!(poll(&stage, &poller, &feed).new_rows, 3);
        wait(&stage, 60);
        assert_eq!(poll(&stage, &poller, &feed).new_rows, 0);
        // Ids out of order: 25 is written down minutes after 30 was told.
        wait(&stage, 300);
        let late = row(25);
        provider.change(|book| book.rows.push(late));
        assert_eq!(poll(&stage, &poller, &feed).new_rows, 1, "{api:?}");
        let cursor = || -> Option<String> {
            stage.read(|connection, _| {
                let of_feed = poll_cursors::table.filter(poll_cursors::feed_id.eq(feed.id.0));
                Ok(of_feed.select(poll_cursors::cursor).first(connection)?)
            })
        };
        assert_eq!(cursor(), None, "{api:?}");
        wait(&stage, 300);
        assert_eq!(poll(&stage, &poller, &feed).new_rows, 0);
        assert!(cursor().is_some(), "{api:?}: ten minutes later it moves on");
        let newest = row(40);
        provider.change(|book| book.rows.push(newest));
        assert_eq!(poll(&stage, &poller, &feed).new_rows, 1, "{api:?}");
        assert_eq!(counts(&stage).0 - before, 5, "{api:?}");
        agrees(&stage);
    }
});

on_both!(a_list_that_comes_newest_first_is_read_whole, |db| {
    let stage = Stage::new(db);
    stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    let provider = Provider::start(ListApi::SepayV1);
    let (feed, poller) = polled(&stage, &provider, ListApi::SepayV1);
    let row = |n: u64| Row {
        amount: 10_000 + n as i64,
        ..Row::new(&stage, n, 30_000 - n as i64, ACCOUNT)
    };
    let rows: Vec<_> = (1..=2_100).map(row).collect();
    provider.change(|book| {
        book.rows = rows;
        book.newest_first = true;
    });
    let ran = poll(&stage, &poller, &feed);
    assert_eq!((ran.failure, ran.new_rows), (None, 2_100));
    assert_eq!(counts(&stage).0, 2_100);
    wait(&stage, 700);
    assert_eq!(poll(&stage, &poller, &feed).new_rows, 0);
    wait(&stage, 10);
    let asked = provider.asked();
    assert_eq!(poll(&stage, &poller, &feed).new_rows, 0);
    assert_eq!(provider.asked() - asked, 1, "from the last one on");
});

on_both!(a_row_that_cannot_be_read_is_kept_once_and_holds_nothing_up, |db| {
    let stage = Stage::new(db);
    stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    for (number, api) in (0..).zip(ALL) {
        let provider = Provider::start(api);
        let (feed, poller) = polled(&stage, &provider, api);
        let row =
            Row { amount: 50_000 + number, ..Row::new(&stage, 1 + number as u64, 60, ACCOUNT) };
        provider.change(|book| {
            book.rows = vec![row];
            book.junk = vec![json!({ "id": "x1", "amount": "nhiều" }), json!(7), json!(null)];
        });
        let ran = poll(&stage, &poller, &feed);
        assert_eq!((ran.new_rows, ran.unreadable_rows, ran.failure), (1, 2, None), "{api:?}");
        poll(&stage, &poller, &feed);
        let filter = Filter { feed_id: Some(feed.id), outcome: Some(DeliveryOutcome::Undecodable) };
        let unread = || {
            stage.read(|connection, act| {
                Ok(looking::list(connection, act, &filter, PageRequest::default())?.items)
            })
        };
        assert_eq!(unread().len(), 2, "{api:?}");
        assert!(unread().iter().all(|one| one.unreadable.is_some()));
        // What somebody has settled does not come back with the next reading.
        let (id, new) = (unread()[0].id, NewDismissal { why: "dòng thử".into() });
        stage.write(move |connection, act| looking::dismiss(connection, act, id, &new));
        poll(&stage, &poller, &feed);
        assert_eq!(unread().len(), 1, "{api:?}");
    }
    agrees(&stage);
});

on_both!(a_process_that_was_killed_holds_a_feed_up_for_a_moment_only, |db| {
    let is_sqlite = matches!(db.url(), DatabaseUrl::Sqlite(_));
    let stage = Stage::new(db);
    stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    let provider = Provider::start(ListApi::SepayV2);
    let (feed, killed) = polled(&stage, &provider, ListApi::SepayV2);
    let (board, id) = (stage.act.board_id(), feed.id);
    // One that has asked and waits for the answer: nobody gives back what it holds.
    provider.change(|book| book.troubles.push_back(Trouble::Late));
    let waiting = thread::spawn(move || killed.poll(board, id, true).unwrap());
    while provider.asked() == 0 {
        thread::yield_now();
    }
    let left_ms: i64 = stage.read(move |connection, act| {
        let held = feed_polls::table.filter(feed_polls::feed_id.eq(id.0));
        let until: i64 = held.select(feed_polls::leased_until_ms).first(connection)?;
        Ok(until - act.at.0)
    });
    assert!((60_000..=90_000).contains(&left_ms), "{left_ms}: more than a request may take");
    let next = poller(&stage, &provider);
    assert_eq!(next.poll(board, id, false).unwrap(), None, "nobody knows that it is gone");
    next.take_over().unwrap();
    assert_eq!(next.poll(board, id, false).unwrap().is_some(), is_sqlite);
    // Had it lived, it would have found that the feed is another's.
    let ended = waiting.join().unwrap().unwrap().failure;
    assert_eq!(ended == Some(Failure::Interrupted), is_sqlite);
    stage.write(move |connection, act| {
        let until = feed_polls::leased_until_ms.eq(act.at.plus_ms(left_ms).0);
        Ok(diesel::update(feed_polls::table).set(until).execute(connection)?)
    });
    assert_eq!(next.poll(board, id, false).unwrap(), None);
    wait(&stage, left_ms / 1_000 + 1);
    assert!(next.poll(board, id, false).unwrap().is_some());
});

on_both!(one_instance_polls_a_feed_at_a_time, |db| {
    let stage = Stage::new(db);
    stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    let provider = Provider::start(ListApi::SepayV2);
    let (feed, first) = polled(&stage, &provider, ListApi::SepayV2);
    let row = Row::new(&stage, 1, 60, ACCOUNT);
    provider.change(|book| {
        book.rows = vec![row];
        book.troubles.push_back(Trouble::Late);
    });
    let (board, id) = (stage.act.board_id(), feed.id);
    let (one, other) = (first.clone(), poller(&stage, &provider));
    let slow = thread::spawn(move || one.poll(board, id, true).unwrap());
    while provider.asked() == 0 {
        thread::yield_now();
    }
    assert!(state(&stage, id).is_running);
    assert_eq!(other.poll(board, id, false).unwrap(), None, "somebody is at it");
    assert!(!other.poll_next().unwrap());
    assert_eq!(slow.join().unwrap().unwrap().failure, None);
    assert!(!state(&stage, id).is_running);
    // Whoever sets it anew takes the feed from a run that is under way.
    provider.change(|book| book.troubles.push_back(Trouble::Late));
    let asked = provider.asked();
    let one = first.clone();
    let slow = thread::spawn(move || one.poll(board, id, false).unwrap());
    while provider.asked() == asked {
        thread::yield_now();
    }
    set(&stage, &provider, id, settings(ListApi::SepayV2, &provider)).unwrap();
    assert_eq!(slow.join().unwrap().unwrap().failure, Some(Failure::Interrupted));
    assert_eq!(state(&stage, id).failure_count, 0);
    // A server that stops asks no more, and says nothing wrong of the feed.
    first.stop();
    let stopped = first.poll(board, id, false).unwrap().unwrap();
    assert_eq!(stopped.failure, Some(Failure::Interrupted));
    assert_eq!((state(&stage, id).failure_count, counts(&stage).0), (0, 1));
});
