#![cfg(test)]
//! Where polling could leave a gap: rows that a full page hides, banks that tell late, one account's
//! trouble, wrong clocks, other settings, pages and rows of unusual shape.

use cho40::feeds::{ListApi, Provider as Of};
use cho40::intake::deliveries::{self as looking, DeliveryOutcome, Filter};
use cho40::intake::poll::Failure;
use cho40::intake::polling::{self, NewPolling};
use cho40::primitives::UnixMs;
use cho40::registry::PageRequest;
use cho40::registry::accounts::UseKind;
use serde_json::json;

use crate::pairs_support::{ACCOUNT, agrees, counts};
use crate::poll_support::{Provider, Row, Trouble, poll, poller, set, settings, state, wait};
use crate::stage::{Feed, Stage};
use crate::support::on_both;

const DAY_S: i64 = 86_400;

/// Three stalls, and a feed that asks for the account of each.
fn three_accounts<'s>(stage: &'s Stage, provider: &Provider) -> Feed<'s> {
    let accounts = ["0111", "0222", "0333"];
    for number in accounts {
        stage.stand(number, number, UseKind::BusinessOnly);
    }
    let feed = stage.feed(Of::Sepay);
    let accounts: Vec<String> = accounts.iter().map(|one| (*one).to_owned()).collect();
    let new = NewPolling { accounts, ..settings(ListApi::SepayV1, provider) };
    set(stage, provider, feed.id, new).unwrap();
    feed
}

on_both!(a_full_page_hides_no_row_that_was_booked_late, |db| {
    let stage = Stage::new(db);
    stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    let provider = Provider::start(ListApi::SepayV1);
    let feed = stage.feed(Of::Sepay);
    set(&stage, &provider, feed.id, settings(ListApi::SepayV1, &provider)).unwrap();
    let poller = poller(&stage, &provider);
    let now = stage.app.clock.now();
    let row = |id: u64| Row {
        amount: 10_000 + id as i64,
        at: now.plus_ms(-3_000_000 + id as i64 * 1_000),
        ..Row::new(&stage, id, 0, ACCOUNT)
    };
    let mut rows: Vec<_> = (1..=2_300).map(row).collect();
    // The newest but some was paid before all others.
    rows[2_249].at = rows[0].at.plus_ms(-60_000);
    provider.change(|book| (book.rows, book.newest_first) = (rows, true));
    let ran = poll(&stage, &poller, &feed);
    assert_eq!((ran.failure, counts(&stage).0), (None, 2_300));
    agrees(&stage);
});

on_both!(what_a_bank_tells_days_late_is_found_once_a_day, |db| {
    let stage = Stage::new(db);
    stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    let provider = Provider::start(ListApi::CassoV2);
    let feed = stage.feed(Of::Casso);
    let from_day = Some(stage.app.clock.now().day(0).plus(-20));
    let new = NewPolling { from_day, ..settings(ListApi::CassoV2, &provider) };
    set(&stage, &provider, feed.id, new).unwrap();
    let poller = poller(&stage, &provider);
    let ran = |new_rows| {
        let ran = poll(&stage, &poller, &feed);
        assert_eq!((ran.new_rows, ran.failure), (new_rows, None));
    };
    let late = |id, days| Row::new(&stage, id, days * DAY_S, ACCOUNT);
    let first = late(1, 1);
    provider.change(|book| book.rows = vec![first]);
    ran(1);
    let late = late(2, 5);
    provider.change(|book| book.rows.push(late));
    wait(&stage, DAY_S / 2);
    ran(0);
    wait(&stage, DAY_S / 2 + 60);
    ran(1);
    let asked = provider.change(|book| book.asked.clone());
    let week_ago = stage.app.clock.now().day(0).plus(-7).to_string();
    assert!(asked.last().unwrap().contains(&week_ago), "{asked:?}");
    ran(0);
    let asked = provider.change(|book| book.asked.clone());
    assert!(!asked.last().unwrap().contains(&week_ago), "once a day");
    assert_eq!(counts(&stage).0, 2);
    agrees(&stage);
});

on_both!(one_account_s_trouble_does_not_stop_the_others, |db| {
    let stage = Stage::new(db);
    let provider = Provider::start(ListApi::SepayV1);
    let feed = three_accounts(&stage, &provider);
    let poller = poller(&stage, &provider);
    let mut id = 0;
    for (trouble, failure) in [
        (Trouble::Status(404), Failure::Status(404)),
        (Trouble::Late, Failure::Timeout),
        (Trouble::Status(500), Failure::Status(500)),
    ] {
        let rows = ["0111", "0222", "0333"].map(|account| {
            id += 1;
            Row::new(&stage, id, 60, account)
        });
        provider.change(|book| {
            book.rows.extend(rows);
            book.refused = vec![("0111".into(), trouble)];
        });
        let ran = poll(&stage, &poller, &feed);
        assert_eq!((ran.new_rows, ran.failure.as_ref()), (2, Some(&failure)), "{trouble:?}");
        let told = state(&stage, feed.id);
        assert_eq!(told.last_success_at, None, "not all was read");
        let failing: Vec<_> = told
            .failing_accounts
            .iter()
            .map(|one| (one.account.as_str(), one.error.code.as_str(), one.error.http_status))
            .collect();
        assert_eq!(failing, [("0111", failure.code(), failure.status().map(i32::from))]);
        let later_ms = told.next_run_at.0 - stage.app.clock.now().0;
        assert_eq!(later_ms, 60_000, "the others are not put off");
        provider.change(|book| book.refused.clear());
        assert_eq!(poll(&stage, &poller, &feed).new_rows, 1, "{trouble:?}");
        assert!(state(&stage, feed.id).failing_accounts.is_empty());
        stage.write(move |connection, _| {
            use cho40::db::schema::feed_polls;
            use diesel::prelude::*;
            let none = feed_polls::last_success_at_ms.eq(None::<i64>);
            Ok(diesel::update(feed_polls::table).set(none).execute(connection)?)
        });
        wait(&stage, 5);
    }
    // What is about the key is about all of them.
    let asked = provider.asked();
    provider.change(|book| book.broken = Some(Trouble::Status(403)));
    assert_eq!(poll(&stage, &poller, &feed).failure, Some(Failure::KeyRefused(403)));
    assert_eq!(provider.asked() - asked, 1);
    agrees(&stage);
});

on_both!(a_run_that_takes_long_ends_and_the_next_one_begins_with_the_rest, |db| {
    let stage = Stage::new(db);
    let provider = Provider::start(ListApi::SepayV1);
    let feed = three_accounts(&stage, &provider);
    let poller = poller(&stage, &provider);
    let rows = [1, 2, 3].map(|id| Row::new(&stage, id, 60, &format!("0{}", id * 111)));
    let clock = stage.app.clock.clone();
    provider.change(|book| {
        book.rows = rows.to_vec();
        book.meddle = Some(Box::new(move |_, _| clock.move_to(clock.now().plus_ms(360_000))));
    });
    let ran = poll(&stage, &poller, &feed);
    assert_eq!((ran.new_rows, ran.failure), (2, Some(Failure::OutOfTime)));
    assert_eq!(poll(&stage, &poller, &feed).new_rows, 1, "the third comes first");
    assert_eq!(counts(&stage).0, 3);
    let asked = provider.change(|book| book.asked[2].clone());
    assert!(asked.contains("0333"), "{asked}");
    // One list that takes longer than a run may read it.
    set(&stage, &provider, feed.id, settings(ListApi::SepayV1, &provider)).unwrap();
    let many = (10..=2_100).map(|id| Row {
        amount: 10_000 + id as i64,
        ..Row::new(&stage, id, 3_000 - id as i64, "0111")
    });
    let many: Vec<_> = many.collect();
    let clock = stage.app.clock.clone();
    provider.change(|book| {
        book.rows.extend(many);
        book.meddle = Some(Box::new(move |_, _| clock.move_to(clock.now().plus_ms(3_700_000))));
    });
    let ran = poll(&stage, &poller, &feed);
    assert_eq!((ran.pages, ran.failure), (1, Some(Failure::OutOfTime)));
    provider.change(|book| book.meddle = None);
    poll(&stage, &poller, &feed);
    assert_eq!(counts(&stage).0, 3 + 2_091);
    agrees(&stage);
});

on_both!(a_clock_that_was_ahead_does_not_stop_polling, |db| {
    let stage = Stage::new(db);
    stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    let provider = Provider::start(ListApi::CassoV2);
    let feed = stage.feed(Of::Casso);
    let now = stage.app.clock.now();
    for (ahead_s, is_due) in [(30, false), (2 * 3_600, true), (30 * DAY_S, true)] {
        set(&stage, &provider, feed.id, settings(ListApi::CassoV2, &provider)).unwrap();
        let poller = poller(&stage, &provider);
        wait(&stage, ahead_s);
        assert_eq!(poll(&stage, &poller, &feed).failure, None);
        let is_ahead = state(&stage, feed.id).next_run_at > now;
        stage.app.clock.move_to(now);
        assert!(is_ahead);
        assert_eq!(poller.poll_next().unwrap(), is_due, "{ahead_s} s ahead");
        // A process that died while its clock was ahead holds the feed no longer than others do.
        let until = now.plus_ms(ahead_s * 1_000 + 300_000);
        lease(&stage, until);
        assert_eq!(poller.poll(stage.act.board_id(), feed.id, false).unwrap().is_some(), is_due);
        stage.app.clock.move_to(now);
    }
});

fn lease(stage: &Stage, until: UnixMs) {
    use cho40::db::schema::feed_polls;
    use diesel::prelude::*;
    stage.write(move |connection, _| {
        let until = feed_polls::leased_until_ms.eq(until.0);
        Ok(diesel::update(feed_polls::table).set(until).execute(connection)?)
    });
}

on_both!(polling_that_is_taken_up_again_leaves_no_gap, |db| {
    let stage = Stage::new(db);
    stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    let feed = stage.feed(Of::Sepay);
    let id = feed.id;
    let end = || stage.write(move |connection, act| polling::remove(connection, act, id));
    let provider = Provider::start(ListApi::SepayV1);
    let first_day = stage.app.clock.now().day(0).plus(-10);
    let new = NewPolling { from_day: Some(first_day), ..settings(ListApi::SepayV1, &provider) };
    set(&stage, &provider, id, new).unwrap();
    // Ended before its first run: the day where it was to begin stays.
    end();
    assert_eq!(
        set(&stage, &provider, id, settings(ListApi::SepayV1, &provider)).unwrap().from_day,
        first_day
    );
    let rows: Vec<_> = (1..=4).map(|n| Row::new(&stage, n, n as i64 * DAY_S, ACCOUNT)).collect();
    provider.change(|book| book.rows = rows.clone());
    let poller_of_first = poller(&stage, &provider);
    assert_eq!(poll(&stage, &poller_of_first, &feed).new_rows, 4);
    wait(&stage, 700);
    poll(&stage, &poller_of_first, &feed);
    end();
    assert!(!poller_of_first.poll_next().unwrap());
    assert!(poller_of_first.poll(stage.act.board_id(), id, false).unwrap().is_none());
    // Its cursor is an id of the first list: the other one is read from its beginning.
    let second = Provider::start(ListApi::SepayV2);
    let told = |n: u64| Row::new(&stage, n, (n as i64 - 9) * DAY_S, ACCOUNT);
    let told: Vec<_> = (10..=12).map(told).collect();
    second.change(|book| book.rows = told);
    set(&stage, &second, id, settings(ListApi::SepayV2, &second)).unwrap();
    assert_eq!(poll(&stage, &poller(&stage, &second), &feed).new_rows, 3);
    let asked = second.change(|book| book.asked[0].clone());
    assert!(asked.contains(&first_day.to_string()) && !asked.contains("since_id"), "{asked}");
});

on_both!(a_next_page_may_be_told_as_text_and_a_row_too_long_to_keep_is_seen, |db| {
    let stage = Stage::new(db);
    stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    let provider = Provider::start(ListApi::CassoV2);
    let feed = stage.feed(Of::Casso);
    set(&stage, &provider, feed.id, settings(ListApi::CassoV2, &provider)).unwrap();
    let poller = poller(&stage, &provider);
    let rows: Vec<_> = (1..=130)
        .map(|id| Row { amount: 9_000 + id as i64, ..Row::new(&stage, id, 600, ACCOUNT) })
        .collect();
    provider.change(|book| (book.rows, book.tells_text) = (rows, true));
    assert_eq!(poll(&stage, &poller, &feed).new_rows, 130);
    let note = "x".repeat(300_000);
    let long = json!({ "id": "x7", "amount": "nhiều", "note": note });
    let readable = json!({ "id": 8, "tid": "FT8", "description": "mua rau", "amount": 45_000,
        "when": "2026-09-10T08:00:00", "bankSubAccId": ACCOUNT, "note": note });
    provider.change(|book| book.junk = vec![long, readable]);
    assert_eq!(poll(&stage, &poller, &feed).unreadable_rows, 4, "twice on each page");
    poll(&stage, &poller, &feed);
    let filter = Filter { feed_id: Some(feed.id), outcome: Some(DeliveryOutcome::Undecodable) };
    let unread = stage.read(|connection, act| {
        Ok(looking::list(connection, act, &filter, PageRequest::default())?.items)
    });
    assert_eq!(unread.len(), 2, "kept once");
    assert_eq!(counts(&stage).0, 130);
    agrees(&stage);
});
