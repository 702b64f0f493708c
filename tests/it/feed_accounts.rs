#![cfg(test)]
//! Which feed reports an account: one at a time, by days, also when feeds are switched off and on.

use cho40::db::schema::feed_accounts;
use cho40::db::{Fault, Outcome};
use cho40::feeds::Provider;
use cho40::intake::accounts::{attach_account, detach_account};
use cho40::intake::feeds::{self, Feed, FeedChange};
use cho40::primitives::ids::{AccountId, FeedId};
use cho40::primitives::time::MS_PER_DAY;
use cho40::primitives::{Day, Refusal};
use cho40::registry::accounts::{AccountKind, UseKind};
use cho40::registry::boards::{self, BoardChange};
use diesel::prelude::*;

use crate::stage::Stage;
use crate::support::on_both;

fn account(stage: &Stage) -> AccountId {
    stage.account("0123456789", AccountKind::Personal, UseKind::Mixed)
}

fn attach(stage: &Stage, feed: FeedId, account: AccountId) -> Outcome<Feed> {
    stage.try_write(move |connection, act| attach_account(connection, act, feed, account))
}

fn detach(stage: &Stage, feed: FeedId, account: AccountId) -> Outcome<Feed> {
    stage.try_write(move |connection, act| detach_account(connection, act, feed, account))
}

fn disable(stage: &Stage, feed: FeedId, disabled: bool) -> Outcome<Feed> {
    let change = FeedChange { disabled: Some(disabled), ..FeedChange::default() };
    stage.try_write(move |connection, act| feeds::change(connection, act, feed, change))
}

#[track_caller]
fn refused<T>(outcome: Outcome<T>) -> Refusal {
    match outcome {
        Err(Fault::Refused(refusal)) => refusal,
        _ => panic!("it was not refused"),
    }
}

/// `account_ids` of the answer.
fn accounts(feed: Outcome<Feed>) -> Vec<AccountId> {
    feed.unwrap().account_ids
}

/// (feed, from, to), oldest first.
fn rows(stage: &Stage) -> Vec<(FeedId, Day, Option<Day>)> {
    stage.read(|connection, _| {
        let columns = (feed_accounts::feed_id, feed_accounts::from_day, feed_accounts::to_day);
        let found: Vec<(i64, i32, Option<i32>)> =
            feed_accounts::table.order(feed_accounts::id).select(columns).load(connection)?;
        Ok(found.into_iter().map(|(id, from, to)| (FeedId(id), Day(from), to.map(Day))).collect())
    })
}

fn pass_days(stage: &Stage, days: i64) {
    stage.app.clock.move_to(stage.app.clock.now().plus_ms(days * MS_PER_DAY));
}

on_both!(two_account_feeds_never_report_one_account, |db| {
    let stage = Stage::new(db);
    let account = account(&stage);
    let (sepay, standard) = (stage.feed(Provider::Sepay), stage.feed(Provider::StandardWebhooks));
    assert_eq!(accounts(attach(&stage, sepay.id, account)), [account]);
    let because = refused(attach(&stage, standard.id, account));
    assert_eq!(because.code, "feed-account-in-other-feed");
    let named = |name| because.args.iter().find(|(arg, _)| *arg == name).unwrap().1.clone();
    assert_eq!((named("account"), named("feed")), (account.to_string(), sepay.id.to_string()));
    // Another company of the same provider is another feed of the same transfers, too.
    let new = feeds::NewFeed {
        provider: "sepay".into(),
        name: "công ty thứ hai".into(),
        config: serde_json::value::RawValue::from_string(
            r#"{"authentication":"hmac","merchant":"hai"}"#.into(),
        )
        .unwrap(),
        secret: Some(crate::stage::SEPAY_SECRET.into()),
        account_ids: vec![account],
        facts: None,
    };
    let key = stage.app.secret_key.clone();
    let second = stage.try_write(move |connection, act| feeds::create(connection, act, &key, new));
    assert_eq!(refused(second).code, "feed-account-in-other-feed");
    // An order feed reports something else.
    let payos = stage.feed(Provider::Payos);
    assert_eq!(accounts(attach(&stage, payos.id, account)), [account]);
    assert_eq!(accounts(attach(&stage, sepay.id, account)), [account], "its own stays as it is");
    assert_eq!(rows(&stage).len(), 2);
});

on_both!(what_a_feed_reported_stays_on_record_when_it_gives_the_account_up, |db| {
    let stage = Stage::new(db);
    let account = account(&stage);
    let (one, other) = (stage.feed(Provider::Sepay), stage.feed(Provider::StandardWebhooks));
    let today = stage.app.clock.now().day(0);
    attach(&stage, one.id, account).unwrap();
    pass_days(&stage, 10);
    assert_eq!(accounts(detach(&stage, one.id, account)), []);
    assert_eq!(refused(detach(&stage, one.id, account)).code, "not-found");
    attach(&stage, other.id, account).unwrap();
    pass_days(&stage, 5);
    detach(&stage, other.id, account).unwrap();
    attach(&stage, one.id, account).unwrap();
    let expected = [
        (one.id, today, Some(today.plus(9))),
        (other.id, today.plus(10), Some(today.plus(14))),
        (one.id, today.plus(15), None),
    ];
    assert_eq!(rows(&stage), expected);
});

on_both!(days_are_the_boards, |db| {
    let stage = Stage::new(db);
    let account = account(&stage);
    // The test's noon still belongs to the day before at a market whose days begin in the evening.
    stage.write(|connection, act| {
        let change = BoardChange { day_start_minute: Some(12 * 60), ..BoardChange::default() };
        boards::change(connection, act, change)
    });
    stage.app.clock.move_to(stage.app.clock.now().plus_ms(-60_000));
    let feed = stage.feed(Provider::Sepay);
    attach(&stage, feed.id, account).unwrap();
    let calendar_day = stage.app.clock.now().day(0);
    assert_eq!(rows(&stage), [(feed.id, calendar_day.plus(-1), None)]);
});

on_both!(a_feed_that_is_taken_up_again_gets_its_accounts_back_or_is_refused, |db| {
    let stage = Stage::new(db);
    let account = account(&stage);
    let second = stage.account("9990001112", AccountKind::Personal, UseKind::Mixed);
    let (one, other) = (stage.feed(Provider::Sepay), stage.feed(Provider::StandardWebhooks));
    attach(&stage, one.id, account).unwrap();
    attach(&stage, one.id, second).unwrap();
    pass_days(&stage, 3);
    assert_eq!(accounts(disable(&stage, one.id, true)), []);
    assert_eq!(refused(attach(&stage, one.id, account)).code, "feed-disabled");
    pass_days(&stage, 1);
    let back = accounts(disable(&stage, one.id, false));
    assert_eq!(back, [account, second]);
    let again = accounts(disable(&stage, one.id, false));
    assert_eq!(again, [account, second], "taking up what is live changes nothing");
    assert_eq!(rows(&stage).len(), 4);

    disable(&stage, one.id, true).unwrap();
    attach(&stage, other.id, account).unwrap();
    let because = refused(disable(&stage, one.id, false));
    assert_eq!(because.code, "feed-account-in-other-feed");
    assert!(because.args.contains(&("feed", other.id.to_string())), "{:?}", because.args);
    let still = stage.read(|connection, act| feeds::get(connection, act, one.id));
    assert!(still.disabled_at.is_some(), "refused whole");
    // Given up for good, it does not come back.
    detach(&stage, one.id, account).unwrap();
    assert_eq!(accounts(disable(&stage, one.id, false)), [second]);
});
