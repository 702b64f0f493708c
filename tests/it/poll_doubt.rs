#![cfg(test)]
//! Webhook and list of one provider where it is hard to say which transfer a row tells: no second
//! transfer comes of it unseen.

use cho40::feeds::ListApi;
use cho40::registry::accounts::UseKind;

use crate::pairs_support::{ACCOUNT, agrees, counts, pairs_of, separate};
use crate::poll_support::{Provider, Row, poll, poller, set, settings};
use crate::stage::{Feed, Stage};
use crate::support::on_both;

/// More than are compared with one report.
const TOO_MANY: u64 = 2_001;

fn send(feed: &Feed<'_>, rows: &[Row]) {
    let samples: Vec<_> = rows.iter().map(Row::sample).collect();
    samples.chunks(200).for_each(|some| _ = feed.send_together(some));
}

/// One stall, whose account Casso tells by webhook and list.
fn one_account<'s>(stage: &'s Stage, provider: &Provider) -> Feed<'s> {
    stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    let feed = stage.feed(ListApi::CassoV2.provider());
    set(stage, provider, feed.id, settings(ListApi::CassoV2, provider)).unwrap();
    feed
}

on_both!(a_day_of_many_equal_sums_told_by_dates_alone_is_compared_whole, |db| {
    let stage = Stage::new(db);
    let provider = Provider::start(ListApi::CassoV2);
    let feed = one_account(&stage, &provider);
    let poller = poller(&stage, &provider);
    let midnight = stage.app.clock.now().day(0).start(0);
    let row = |id: u64| Row {
        at: midnight.plus_ms(id as i64 * 1_000),
        memo: format!("mua rau {id}"),
        ..Row::new(&stage, id, 0, ACCOUNT)
    };
    let rows: Vec<_> = (1..=120).map(row).collect();
    send(&feed, &rows[..60]);
    stage.index_transfers();
    send(&feed, &rows[60..]);
    // The latest first: by the time alone, it comes behind all others.
    let dated = |row: &Row| Row { at: midnight, id: 1_000 - row.id, ..row.clone() };
    provider.change(|book| book.rows = rows.iter().map(dated).collect());
    assert_eq!(poll(&stage, &poller, &feed).failure, None);
    assert_eq!((counts(&stage).0, pairs_of(&stage, None).len()), (120, 0));
    agrees(&stage);
});

on_both!(a_row_that_more_transfers_fit_than_are_compared_waits_for_a_person, |db| {
    let stage = Stage::new(db);
    let provider = Provider::start(ListApi::CassoV2);
    let feed = one_account(&stage, &provider);
    let poller = poller(&stage, &provider);
    let midnight = stage.app.clock.now().day(0).start(0);
    let row = |id: u64| Row {
        at: midnight.plus_ms(id as i64 * 1_000),
        ..Row::new(&stage, id, 0, ACCOUNT)
    };
    let rows: Vec<_> = (1..=TOO_MANY).map(row).collect();
    send(&feed, &rows);
    // One is among the nearest, one is behind them, and one nobody has told.
    let told = [row(7), row(TOO_MANY), row(TOO_MANY + 1)];
    let dated = |row: Row| Row { at: midnight, ..row };
    let [near, far, new] = told.map(dated);
    provider.change(|book| book.rows = vec![far]);
    poll(&stage, &poller, &feed);
    assert_eq!((counts(&stage).0, pairs_of(&stage, Some(true)).len()), (TOO_MANY as i64, 1));
    // Now that one is taken, all others are compared.
    provider.change(|book| book.rows = vec![near, new]);
    poll(&stage, &poller, &feed);
    assert_eq!((counts(&stage).0, pairs_of(&stage, Some(true)).len()), (TOO_MANY as i64 + 1, 1));
    let pair = pairs_of(&stage, Some(true)).remove(0);
    separate(&stage, pair.id).unwrap();
    assert_eq!(counts(&stage).0, TOO_MANY as i64 + 2);
    agrees(&stage);
});

on_both!(what_differs_in_its_reference_alone_waits_for_a_person, |db| {
    let stage = Stage::new(db);
    for (number, api) in (0..).zip([ListApi::SepayV2, ListApi::CassoV2]) {
        let account = format!("66{number}");
        stage.stand(&account, &account, UseKind::BusinessOnly);
        let provider = Provider::start(api);
        let feed = stage.feed(api.provider());
        set(&stage, &provider, feed.id, settings(api, &provider)).unwrap();
        let poller = poller(&stage, &provider);
        let began = stage.app.clock.now();
        let row = |id: u64| Row {
            at: began.plus_ms(-400_000),
            ..Row::new(&stage, number * 100 + id, 0, &account)
        };
        let renamed = |row: Row| Row { reference: format!("{}-X", row.reference), ..row };
        let (before, pairs) = (counts(&stage).0, pairs_of(&stage, Some(true)).len());
        assert_eq!(feed.send(&row(1).sample()), "recorded");
        provider.change(|book| book.rows = vec![renamed(row(1))]);
        poll(&stage, &poller, &feed);
        let now = || (counts(&stage).0 - before, pairs_of(&stage, Some(true)).len() - pairs);
        assert_eq!(now(), (1, 1), "{api:?}");
        // The other way round.
        let later = Row { at: began.plus_ms(-340_000), ..row(2) };
        provider.change(|book| book.rows.push(later.clone()));
        let ran = poll(&stage, &poller, &feed);
        assert_eq!((ran.new_rows, now()), (1, (2, 1)), "{api:?}");
        assert_eq!(feed.send(&renamed(later).sample()), "suspected", "{api:?}");
        assert_eq!(now(), (2, 2), "{api:?}");
        // Where the same list tells the webhook's own reference, that row is the webhook's.
        let both = [row(3), row(4)].map(|row| Row { at: began.plus_ms(-280_000), ..row });
        assert_eq!(feed.send(&both[1].sample()), "recorded");
        provider.change(|book| book.rows.extend(both));
        poll(&stage, &poller, &feed);
        assert_eq!(now(), (4, 2), "{api:?}");
    }
    agrees(&stage);
});
