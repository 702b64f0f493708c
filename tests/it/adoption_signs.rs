#![cfg(test)]
//! Good days that a feed proves by itself: phones that were heard, lists that were read.

use cho40::adoption::Reason;
use cho40::db::schema::{feeds, phone_devices, phone_silences, poll_days};
use cho40::primitives::UnixMs;
use cho40::primitives::time::{MS_PER_HOUR, MS_PER_MINUTE};
use diesel::prelude::*;

use crate::adoption_support::{FEED, Market, ago, one};
use crate::support::{NOW, on_both};

const PHONES: i64 = FEED + 1;

fn phones(market: &mut Market<'_>) {
    let board = market.board();
    diesel::insert_into(feeds::table)
        .values((
            feeds::board_id.eq(board),
            feeds::id.eq(PHONES),
            feeds::provider.eq("phone"),
            feeds::name.eq("Máy"),
            feeds::config.eq("{}"),
            feeds::created_at_ms.eq(0_i64),
        ))
        .execute(market.connection())
        .unwrap();
}

fn phone(market: &mut Market<'_>, id: i64, seen_at: UnixMs) {
    let board = market.board();
    diesel::insert_into(phone_devices::table)
        .values((
            phone_devices::board_id.eq(board),
            phone_devices::id.eq(id),
            phone_devices::feed_id.eq(PHONES),
            phone_devices::name.eq("Máy"),
            phone_devices::paired_at_ms.eq(ago(300).start(0).0),
            phone_devices::last_seen_ms.eq(seen_at.0),
        ))
        .execute(market.connection())
        .unwrap();
    // Its secret: without one the phone ended when it was last heard.
    let sql = format!(
        "INSERT INTO feed_secrets (board_id, id, feed_id, sealed, created_at_ms) \
         VALUES ({board}, {id}, {PHONES}, '', 0)"
    );
    market.execute(&sql);
}

/// A phone is silent on some days between two hours.
fn silent(market: &mut Market<'_>, id: i64, days: std::ops::Range<i32>, from: i64, to: i64) {
    let board = market.board();
    for back in days {
        let day = ago(back).start(0);
        diesel::insert_into(phone_silences::table)
            .values((
                phone_silences::board_id.eq(board),
                phone_silences::device_id.eq(id),
                phone_silences::from_ms.eq(day.0 + from * MS_PER_HOUR),
                phone_silences::to_ms.eq(day.0 + to * MS_PER_HOUR),
            ))
            .execute(market.connection())
            .unwrap();
    }
}

fn reasons(market: &mut Market<'_>, stall: crate::adoption_support::Stall) -> Vec<Reason> {
    one(&market.report(), stall).reasons.clone()
}

on_both!(a_phone_that_was_heard_through_trading_hours_proves_its_days, |db| {
    let mut market = Market::new(db);
    phones(&mut market);
    let stall = market.equipped(1, 11, 100);
    market.covered_by(PHONES, 1);
    assert_eq!(reasons(&mut market, stall), [Reason::FeedGaps], "it never had a phone");
    phone(&mut market, 51, NOW);
    assert_eq!(reasons(&mut market, stall), []);
    // At night it sleeps; three days of thirty may be lost.
    silent(&mut market, 51, 0..30, 20, 28);
    assert_eq!(reasons(&mut market, stall), []);
    silent(&mut market, 51, 0..3, 9, 10);
    assert_eq!(reasons(&mut market, stall), []);
    silent(&mut market, 51, 3..4, 18, 20);
    assert_eq!(reasons(&mut market, stall), [Reason::FeedGaps]);
});

on_both!(a_phone_that_was_not_heard_again_proves_nothing, |db| {
    let mut market = Market::new(db);
    phones(&mut market);
    let stall = market.equipped(1, 11, 100);
    market.covered_by(PHONES, 1);
    phone(&mut market, 51, NOW);
    phone(&mut market, 52, ago(4).start(0));
    assert_eq!(
        reasons(&mut market, stall),
        [Reason::FeedGaps],
        "whose account it tells is unknown"
    );
    // Until it is revoked.
    let ended = ago(28).start(0).0;
    market.execute(&format!("UPDATE feed_secrets SET expires_at_ms = {ended} WHERE id = 52"));
    assert_eq!(reasons(&mut market, stall), []);
});

fn read(market: &mut Market<'_>, account: &str, days: std::ops::RangeInclusive<i32>, hour: i64) {
    let board = market.board();
    for back in days {
        let at = ago(back).start(0).0 + hour * MS_PER_HOUR - MS_PER_MINUTE;
        diesel::insert_into(poll_days::table)
            .values((
                poll_days::board_id.eq(board),
                poll_days::feed_id.eq(FEED),
                poll_days::account.eq(account),
                poll_days::day.eq(ago(back).0),
                poll_days::last_success_ms.eq(at),
            ))
            .execute(market.connection())
            .unwrap();
    }
}

on_both!(a_list_that_was_read_afterwards_proves_the_day, |db| {
    let mut market = Market::new(db);
    let stall = market.fed(1, 11, 100);
    let other = market.fed(2, 11, 100);
    assert_eq!(reasons(&mut market, stall), [Reason::FeedGaps]);
    // In the morning: each day is proven by the next one's reading. The fourth last is missing.
    read(&mut market, "100001", 0..=1, 8);
    read(&mut market, "100001", 5..=29, 8);
    assert_eq!(reasons(&mut market, stall), [Reason::FeedGaps]);
    read(&mut market, "100001", 3..=4, 20);
    assert_eq!(reasons(&mut market, stall), []);
    assert_eq!(reasons(&mut market, other), [Reason::FeedGaps], "its list was not asked for");
    read(&mut market, "", 0..=29, 20);
    assert_eq!(reasons(&mut market, other), []);
});
