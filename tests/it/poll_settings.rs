#![cfg(test)]
//! How a feed is set to be polled.

use cho40::access::Permission;
use cho40::db::schema::{feed_polls, poll_cursors};
use cho40::feeds::{ListApi, Provider as Of};
use cho40::intake::feeds;
use cho40::intake::poll::Failure;
use cho40::intake::polling::{self, NewPolling};
use cho40::registry::accounts::UseKind;
use diesel::prelude::*;
use serde_json::json;

use crate::poll_support::{KEY, Provider, Row, poll, poller, set, settings, state, wait};
use crate::registry_support::refused;
use crate::stage::{Feed, Stage};
use crate::support::on_both;

on_both!(each_account_has_its_own_cursor_and_a_disabled_feed_is_left_alone, |db| {
    let stage = Stage::new(db);
    for (stall, number) in [("A1", "0111"), ("A2", "0222"), ("A3", "0333")] {
        stage.stand(stall, number, UseKind::BusinessOnly);
    }
    let provider = Provider::start(ListApi::SepayV1);
    let feed = stage.feed(Of::Sepay);
    let new = settings(ListApi::SepayV1, &provider);
    let accounts = vec!["0222".to_owned(), "0111".into(), "0222".into()];
    let set_to = NewPolling { accounts, ..new };
    assert_eq!(set(&stage, &provider, feed.id, set_to).unwrap().accounts, ["0111", "0222"]);
    let rows: Vec<_> =
        (1..).zip(["0111", "0222", "0333"]).map(|(id, to)| Row::new(&stage, id, 60, to)).collect();
    provider.change(|book| book.rows = rows);
    let poller = poller(&stage, &provider);
    let began = stage.app.clock.now();
    assert_eq!(poll(&stage, &poller, &feed).new_rows, 2, "the third account is nobody's business");
    assert!(stage.app.clock.now().0 - began.0 >= 500, "two requests of one key keep apart");
    let cursors: i64 =
        stage.read(|connection, _| Ok(poll_cursors::table.count().get_result(connection)?));
    assert_eq!(cursors, 2);
    let id = feed.id;
    stage.write(move |connection, act| {
        let change = json!({ "disabled": true });
        feeds::change(connection, act, id, serde_json::from_value(change).unwrap())
    });
    wait(&stage, 90_000);
    assert!(!poller.poll_next().unwrap());
});

on_both!(settings_are_checked, |db| {
    let stage = Stage::new(db);
    let provider = Provider::start(ListApi::SepayV1);
    let (sepay, casso) = (stage.feed(Of::Sepay), stage.feed(Of::Casso));
    let good = || settings(ListApi::SepayV1, &provider);
    let tried = |feed: &Feed<'_>, new| set(&stage, &provider, feed.id, new).map(|_| ());
    let payos = stage.feed(Of::Payos);
    refused(tried(&payos, good()), "", "poll-provider-without-list");
    refused(tried(&casso, good()), "api", "poll-api-unknown");
    let of_casso = || settings(ListApi::CassoV2, &provider);
    let accounts = NewPolling { accounts: vec!["1".into()], ..of_casso() };
    refused(tried(&casso, accounts), "accounts", "poll-accounts-not-taken");
    let keyless = || NewPolling { key: None, ..good() };
    refused(tried(&sepay, keyless()), "key", "poll-key-required");
    let short = NewPolling { key: Some("ngan".into()), ..good() };
    refused(tried(&sepay, short), "key", "feed-secret-too-short");
    let inside = |url: &str| NewPolling { base_url: Some(url.into()), ..good() };
    refused(tried(&sepay, inside("http://127.0.0.1:1")), "base_url", "poll-url-not-allowed");
    refused(tried(&sepay, inside("https://10.0.0.1")), "base_url", "poll-url-not-allowed");
    refused(tried(&sepay, inside("nowhere")), "base_url", "poll-url-malformed");
    let odd = NewPolling { accounts: vec!["1".into(), "a b".into()], ..good() };
    refused(tried(&sepay, odd), "accounts[1]", "poll-account-malformed");
    let often = NewPolling { interval_s: Some(14), ..good() };
    refused(tried(&sepay, often), "interval_s", "number-out-of-range");
    let from_day = Some(stage.app.clock.now().day(0).plus(1));
    let future = NewPolling { from_day, ..good() };
    refused(tried(&sepay, future), "from_day", "poll-from-day-out-of-range");
    let id = sepay.id;
    refused(
        stage.try_write(move |connection, act| polling::get(connection, act, id).map(|_| ())),
        "",
        "not-found",
    );
});

on_both!(the_key_is_sealed_and_never_shown, |db| {
    let stage = Stage::new(db);
    let provider = Provider::start(ListApi::SepayV1);
    let feed = stage.feed(Of::Sepay);
    let id = feed.id;
    let keyless = || NewPolling { key: None, ..settings(ListApi::SepayV1, &provider) };
    set(&stage, &provider, id, settings(ListApi::SepayV1, &provider)).unwrap();
    set(&stage, &provider, id, keyless()).unwrap();
    let shown = serde_json::to_string(&state(&stage, id)).unwrap();
    assert!(!shown.contains(KEY), "{shown}");
    let sealed: Option<Vec<u8>> = stage.read(|connection, _| {
        Ok(feed_polls::table.select(feed_polls::key_sealed).first(connection)?)
    });
    let sealed = sealed.unwrap();
    let key = KEY.as_bytes();
    assert!(!sealed.windows(key.len()).any(|part| part == key), "sealed at rest");
    assert_eq!(poll(&stage, &poller(&stage, &provider), &feed).failure, None, "the key stayed");
    // Nobody has a kept key sent to an address of their own.
    let elsewhere = Some("https://my.sepay.vn".to_owned());
    let elsewhere = NewPolling { base_url: elsewhere, ..keyless() };
    refused(set(&stage, &provider, id, elsewhere).map(|_| ()), "key", "poll-key-required");
    // The installation's key is lost: the poll key with it, and polling says so.
    stage.write(|connection, act| feeds::forget_secrets(connection, act.board_id()));
    assert!(!state(&stage, id).has_key);
    let ran = poll(&stage, &poller(&stage, &provider), &feed);
    assert_eq!(ran.failure, Some(Failure::KeyMissing));
    refused(set(&stage, &provider, id, keyless()).map(|_| ()), "key", "poll-key-required");
    // Whoever may only look may not set.
    let reader = db.act_with(&[Permission::FeedsRead]);
    stage.read(|connection, _| polling::get(connection, &reader, id));
    refused(polling::remove(db.connection(), &reader, id), "", "forbidden");
    stage.write(move |connection, act| polling::remove(connection, act, id));
    let gone = stage.try_write(move |connection, act| polling::remove(connection, act, id));
    refused(gone, "", "not-found");
});
