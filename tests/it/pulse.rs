#![cfg(test)]
//! The pulse of feeds, the three states of an expected payment, and what raises an alarm.

use cho40::db::schema::day_totals;
use cho40::feeds::sample::SampleTransfer;
use cho40::feeds::sign::sepay_hmac;
use cho40::feeds::{ListApi, Provider};
use cho40::intake::accounts::attach_all;
use cho40::intake::polling::NewPolling;
use cho40::intake::pulse::{self, AlarmCode, Proof, Pulse, PulseState, SightState, SightedRequest};
use cho40::primitives::ids::{AccountId, FeedId, OccupancyId, RequestId};
use cho40::primitives::{UnixMs, Vnd};
use cho40::registry::accounts::UseKind;
use cho40::requests::{self, NewRequest, RequestKind};
use diesel::prelude::*;

use crate::phone_support::{FIELDS, NOTICE, feed_of, phone, request, teach};
use crate::poll_support::{Provider as Listing, Row, Trouble, poll, poller, set, settings};
use crate::stage::{Feed, Stage, arrived, transfer};
use crate::support::{NOW, on_both};
use crate::web_support::Site;

pub const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

pub fn attach(feed: &Feed<'_>, accounts: &[AccountId]) {
    let (id, accounts) = (feed.id, accounts.to_vec());
    feed.stage.write(move |connection, act| attach_all(connection, act, id, &accounts));
}

pub fn ask(stage: &Stage, occupancy_id: OccupancyId) -> requests::Request {
    let new = NewRequest {
        kind: RequestKind::Sale,
        occupancy_id,
        account_id: None,
        number_id: None,
        amount_vnd: Vnd::new(45_000),
        purpose: None,
        expires_in_s: Some(86_400),
        order: None,
    };
    stage.write(move |connection, act| requests::create(connection, act, new))
}

pub fn sight(stage: &Stage, id: RequestId) -> SightedRequest {
    stage.read(|connection, act| pulse::request(connection, act, id))
}

pub fn state(stage: &Stage, id: RequestId) -> (SightState, Option<Proof>) {
    let seen = sight(stage, id).sight;
    (seen.state, seen.proof)
}

pub fn of_feed(stage: &Stage, id: FeedId) -> Vec<Pulse> {
    stage.read(|connection, act| pulse::of_feed(connection, act, id))
}

pub fn alarms(stage: &Stage) -> Vec<AlarmCode> {
    let all = stage.read(pulse::alarms);
    all.into_iter().map(|pulse| pulse.alarm.unwrap().code).collect()
}

pub fn later(stage: &Stage, ms: i64) {
    stage.app.clock.move_to(stage.app.clock.now().plus_ms(ms));
}

on_both!(money_is_called_unseen_only_where_the_source_is_proven_alive, |db| {
    let stage = Stage::new(db);
    let lan = stage.stand("A1", "0011", UseKind::Mixed);
    let mau = stage.stand("A2", "0022", UseKind::Mixed);
    let asked = ask(&stage, lan.occupancy_id);
    let pulse_of = |id| stage.read(|connection, act| pulse::of_occupancy(connection, act, id));
    assert_eq!(pulse_of(lan.occupancy_id)[0].state, PulseState::Absent);
    assert_eq!(state(&stage, asked.id), (SightState::Unknown, None));

    let feed = stage.feed(Provider::Sepay);
    attach(&feed, &[lan.account_id, mau.account_id]);
    assert_eq!(pulse_of(lan.occupancy_id)[0].state, PulseState::Unproven);
    assert_eq!(state(&stage, asked.id), (SightState::Unknown, None), "silence proves nothing");

    // A neighbour's money, told an hour late, says nothing of now.
    let late = transfer(&stage, 1, "0022", "mua ca");
    let late = SampleTransfer { occurred_at: stage.app.clock.now().plus_ms(-2 * HOUR), ..late };
    assert_eq!(feed.send(&late), "recorded");
    assert_eq!(state(&stage, asked.id), (SightState::Unknown, None));

    assert_eq!(feed.send(&transfer(&stage, 2, "0022", "mua ca")), "recorded");
    let told = (SightState::NotSeenYet, Some(Proof::Delivery));
    assert_eq!(state(&stage, asked.id), told);
    assert_eq!(sight(&stage, asked.id).sight.proven_at, Some(stage.app.clock.now()));
    stage.index_transfers();
    assert_eq!(state(&stage, asked.id), told);
    later(&stage, 15 * MINUTE);
    assert_eq!(state(&stage, asked.id), told);
    later(&stage, 1);
    assert_eq!(state(&stage, asked.id), (SightState::Unknown, None));

    let memo = asked.reference.to_string();
    assert_eq!(feed.send(&transfer(&stage, 3, "0011", &memo)), "recorded");
    assert_eq!(state(&stage, asked.id), (SightState::Received, None));
    later(&stage, 24 * HOUR);
    assert_eq!(state(&stage, asked.id), (SightState::Received, None));
    assert!(alarms(&stage).is_empty(), "nobody is used to more");
});

on_both!(a_thousandth_is_never_called_received, |db| {
    let stage = Stage::new(db);
    let lan = stage.stand("A1", "0011", UseKind::Mixed);
    let feed = stage.feed(Provider::Sepay);
    attach(&feed, &[lan.account_id]);
    let asked = ask(&stage, lan.occupancy_id);
    let memo = asked.reference.to_string();
    let short = transfer(&stage, 1, "0011", &memo);
    feed.send(&SampleTransfer { amount: Vnd::new(45), ..short });
    let seen = sight(&stage, asked.id);
    assert!(seen.request.thousandfold);
    assert_eq!(seen.sight.state, SightState::Unknown);
});

on_both!(who_may_have_paid_is_not_accused, |db| {
    let stage = Stage::new(db);
    let lan = stage.stand("A1", "0011", UseKind::BusinessOnly);
    let feed = stage.feed(Provider::Sepay);
    attach(&feed, &[lan.account_id]);
    let pay = |id: u64, memo: &str, amount: i64| {
        let sent = transfer(&stage, id, "0011", memo);
        feed.send(&SampleTransfer { amount: Vnd::new(amount), ..sent });
        later(&stage, 1_000);
    };
    pay(1, "mua ca", 45_000);
    let asked = ask(&stage, lan.occupancy_id);
    later(&stage, 1_000);
    // Before the request, of another amount, for another request: nobody's payment of this one.
    let other = ask(&stage, lan.occupancy_id);
    pay(2, "mua ca", 30_000);
    pay(3, &other.reference.to_string(), 45_000);
    let unseen = (SightState::NotSeenYet, Some(Proof::Delivery));
    assert_eq!(state(&stage, asked.id), unseen);
    // Without the code.
    pay(4, "tra tien", 45_000);
    assert_eq!(state(&stage, asked.id), (SightState::Unknown, None));
    // A thousand times off, either way: the payer's slip, or the bank's way to write thousands.
    for (id, amount) in [(14, 45), (15, 45_000_000)] {
        let asked = ask(&stage, lan.occupancy_id);
        assert_eq!(state(&stage, asked.id), unseen);
        pay(id, "tra tien", amount);
        assert_eq!(state(&stage, asked.id), (SightState::Unknown, None), "{amount}");
    }
    // Too little is not nothing; all of it was seen, cancelled or not.
    let asked = ask(&stage, lan.occupancy_id);
    assert_eq!(state(&stage, asked.id), unseen);
    let memo = asked.reference.to_string();
    pay(5, &memo, 20_000);
    assert_eq!(state(&stage, asked.id), (SightState::Unknown, None));
    let asked = ask(&stage, lan.occupancy_id);
    let id = asked.id;
    stage.write(move |connection, act| requests::cancel(connection, act, id));
    pay(6, &asked.reference.to_string(), 45_000);
    assert_eq!(state(&stage, asked.id), (SightState::Received, None));
});

on_both!(a_phone_lives_by_its_pings_and_sleeps_at_night, |db| {
    let stage = Stage::new(db);
    let lan = stage.stand("A1", "0011", UseKind::Mixed);
    let id = feed_of(&stage, &[lan.account_id]);
    assert_eq!(alarms(&stage), [AlarmCode::NoSecret]);
    let phone = phone(&stage, id);
    let asked = ask(&stage, lan.occupancy_id);
    let ping = || {
        let mut arrived = request(&phone, "{}");
        arrived.path_tail = "ping".into();
        phone.deliver(arrived);
        phone.settle();
    };
    ping();
    // It lives, and what it shows nobody could read.
    assert_eq!(state(&stage, asked.id), (SightState::Unknown, None));
    assert_eq!(of_feed(&stage, id)[0].state, PulseState::Unproven);
    teach(&stage, NOTICE, &FIELDS).unwrap();
    assert_eq!(state(&stage, asked.id), (SightState::NotSeenYet, Some(Proof::Ping)));
    later(&stage, 20 * MINUTE + 1);
    assert_eq!(state(&stage, asked.id), (SightState::Unknown, None));
    assert_eq!(of_feed(&stage, id)[0].state, PulseState::Unproven);
    later(&stage, 15 * MINUTE);
    assert_eq!(of_feed(&stage, id)[0].state, PulseState::Down);
    assert_eq!(alarms(&stage), [AlarmCode::PhoneSilent]);
    // From 19 o'clock to 5 it may be switched off.
    stage.app.clock.move_to(NOW.plus_ms(7 * HOUR - MINUTE));
    ping();
    later(&stage, 10 * HOUR);
    assert_eq!(of_feed(&stage, id)[0].state, PulseState::Down);
    assert!(alarms(&stage).is_empty());
    later(&stage, HOUR);
    assert_eq!(alarms(&stage), [AlarmCode::PhoneSilent]);
    ping();
    assert_eq!(state(&stage, asked.id), (SightState::NotSeenYet, Some(Proof::Ping)));
});

on_both!(one_dead_phone_leaves_every_account_of_its_feed_unproven, |db| {
    let stage = Stage::new(db);
    let lan = stage.stand("A1", "0011", UseKind::Mixed);
    let id = feed_of(&stage, &[lan.account_id]);
    let _dead = phone(&stage, id);
    later(&stage, 30 * MINUTE);
    let alive = phone(&stage, id);
    let mut arrived = request(&alive, "{}");
    arrived.path_tail = "ping".into();
    alive.deliver(arrived);
    alive.settle();
    assert_eq!(of_feed(&stage, id)[0].state, PulseState::Unproven);
});

on_both!(a_reading_of_the_list_is_a_sign_of_life_for_the_accounts_it_asks_for, |db| {
    let stage = Stage::new(db);
    let lan = stage.stand("A1", "0011", UseKind::Mixed);
    let listing = Listing::start(ListApi::SepayV1);
    let feed = stage.feed(Provider::Sepay);
    attach(&feed, &[lan.account_id]);
    let mut of_another = settings(ListApi::SepayV1, &listing);
    of_another.accounts = vec!["0022".into()];
    set(&stage, &listing, feed.id, of_another).unwrap();
    let poller = poller(&stage, &listing);
    poll(&stage, &poller, &feed);
    assert_eq!(of_feed(&stage, feed.id)[0].state, PulseState::Unproven);
    set(&stage, &listing, feed.id, settings(ListApi::SepayV1, &listing)).unwrap();
    let asked = ask(&stage, lan.occupancy_id);
    poll(&stage, &poller, &feed);
    assert_eq!(state(&stage, asked.id), (SightState::NotSeenYet, Some(Proof::Poll)));
    later(&stage, 16 * MINUTE);
    assert_eq!(state(&stage, asked.id), (SightState::Unknown, None));
});

on_both!(what_a_list_told_proves_nothing_once_it_is_not_read, |db| {
    let stage = Stage::new(db);
    let lan = stage.stand("A1", "0011", UseKind::Mixed);
    let listing = Listing::start(ListApi::SepayV1);
    let feed = stage.feed(Provider::Sepay);
    attach(&feed, &[lan.account_id]);
    let often = NewPolling { interval_s: Some(60), ..settings(ListApi::SepayV1, &listing) };
    set(&stage, &listing, feed.id, often).unwrap();
    let paid = Row::new(&stage, 1, 60, "0011");
    listing.change(|book| book.rows.push(paid));
    let poller = poller(&stage, &listing);
    poll(&stage, &poller, &feed);
    later(&stage, 1_000);
    let asked = ask(&stage, lan.occupancy_id);
    assert!(of_feed(&stage, feed.id)[0].last_delivery_at.is_some());
    assert_eq!(state(&stage, asked.id), (SightState::Unknown, None), "read before it was made");
    later(&stage, MINUTE);
    poll(&stage, &poller, &feed);
    assert_eq!(state(&stage, asked.id), (SightState::NotSeenYet, Some(Proof::Poll)));
    listing.change(|book| book.broken = Some(Trouble::Status(500)));
    later(&stage, 4 * MINUTE);
    assert_eq!(state(&stage, asked.id), (SightState::Unknown, None));
    assert_eq!(of_feed(&stage, feed.id)[0].state, PulseState::Unproven);
    for _ in 0..3 {
        poll(&stage, &poller, &feed);
        later(&stage, MINUTE);
    }
    assert_eq!(of_feed(&stage, feed.id)[0].state, PulseState::Down);
    assert_eq!(alarms(&stage), [AlarmCode::PollFailing]);
    // A notice that came by itself since is a proof of its own.
    let other = SampleTransfer { amount: Vnd::new(30_000), ..transfer(&stage, 2, "0011", "mua") };
    assert_eq!(feed.send(&other), "recorded");
    assert_eq!(state(&stage, asked.id), (SightState::NotSeenYet, Some(Proof::Delivery)));
});

/// Forty transfers on each of the last days.
fn usual(stage: &Stage, of: &crate::stage::Stand, days: i32) {
    let (account, occupancy) = (of.account_id.0, of.occupancy_id.0);
    stage.write(move |connection, act| {
        for back in 1..=days {
            diesel::insert_into(day_totals::table)
                .values((
                    day_totals::board_id.eq(act.board_id().0),
                    day_totals::day.eq(NOW.day(0).plus(-back).0),
                    day_totals::occupancy_id.eq(occupancy),
                    day_totals::account_id.eq(account),
                    day_totals::unclassified_count.eq(40_i64),
                ))
                .execute(connection)?;
        }
        Ok(())
    });
}

on_both!(a_feed_is_not_silent_before_it_was_made, |db| {
    let stage = Stage::new(db);
    let busy = stage.stand("A1", "0011", UseKind::Mixed);
    usual(&stage, &busy, 28);
    later(&stage, 3 * HOUR);
    let feed = stage.feed(Provider::Sepay);
    attach(&feed, &[busy.account_id]);
    assert_eq!(of_feed(&stage, feed.id)[0].state, PulseState::Unproven);
    later(&stage, 3 * HOUR);
    assert_eq!(alarms(&stage), [AlarmCode::FeedSilent]);
});

on_both!(what_looks_healthy_while_nothing_arrives_is_an_alarm, |db| {
    let stage = Stage::new(db);
    let busy = stage.stand("A1", "0011", UseKind::Mixed);
    let quiet = stage.stand("A2", "0022", UseKind::Mixed);
    let feed = stage.feed(Provider::Sepay);
    attach(&feed, &[busy.account_id]);
    let other = stage.feed_of(
        Provider::Sepay,
        r#"{"authentication":"hmac","merchant":"khac"}"#,
        crate::stage::SEPAY_SECRET,
    );
    attach(&other, &[quiet.account_id]);
    assert_eq!(feed.send(&transfer(&stage, 1, "0011", "mua rau")), "recorded");
    usual(&stage, &busy, 28);
    later(&stage, 2 * HOUR);
    assert!(alarms(&stage).is_empty());
    later(&stage, HOUR);
    assert_eq!(alarms(&stage), [AlarmCode::FeedSilent]);
    let found = of_feed(&stage, feed.id).pop().unwrap();
    assert_eq!((found.state, found.proof), (PulseState::Silent, None));
    assert_eq!(found.alarm.unwrap().since, Some(NOW));
    assert_eq!(feed.send(&transfer(&stage, 2, "0011", "mua rau")), "recorded");
    assert!(alarms(&stage).is_empty());
});

on_both!(a_healthy_phone_through_which_nothing_comes_accuses_nobody, |db| {
    let stage = Stage::new(db);
    let busy = stage.stand("A1", "0011", UseKind::Mixed);
    usual(&stage, &busy, 28);
    let id = feed_of(&stage, &[busy.account_id]);
    let phone = phone(&stage, id);
    let asked = ask(&stage, busy.occupancy_id);
    let ping = |at: UnixMs| {
        stage.app.clock.move_to(at);
        let mut arrived = request(&phone, "{}");
        arrived.path_tail = "ping".into();
        phone.deliver(arrived);
        phone.settle();
    };
    ping(NOW);
    assert!(alarms(&stage).is_empty());
    ping(NOW.plus_ms(3 * HOUR));
    assert_eq!(alarms(&stage), [AlarmCode::FeedSilent]);
    assert_eq!(state(&stage, asked.id), (SightState::Unknown, None));
});

on_both!(what_was_believed_and_not_read_is_an_alarm, |db| {
    let stage = Stage::new(db);
    stage.stand("A1", "0011", UseKind::Mixed);
    let feed = stage.feed(Provider::Sepay);
    let other = stage.feed(Provider::StandardWebhooks);
    assert_eq!(other.send(&transfer(&stage, 1, "0011", "mua rau")), "recorded");
    assert!(alarms(&stage).is_empty());
    let body = br#"{"id":1,"transferAmount":"45.000"}"#;
    let signed = sepay_hmac(&feed.secret, stage.app.clock.now().get() / 1_000, body);
    let headers = signed.iter().map(|(name, value)| (name, value.as_bytes())).collect();
    assert_eq!(feed.deliver(arrived(headers, body.to_vec())).outcome, "undecodable");
    later(&stage, HOUR);
    let found = stage.read(pulse::alarms);
    assert_eq!((found.len(), found[0].feed_id), (1, Some(feed.id)));
    let alarm = found[0].alarm.as_ref().unwrap();
    assert_eq!((alarm.code, alarm.since), (AlarmCode::Undecodable, Some(NOW)));
    assert_eq!(of_feed(&stage, feed.id).last().unwrap().alarm.as_ref().unwrap().since, Some(NOW));
    assert!(of_feed(&stage, other.id).iter().all(|pulse| pulse.alarm.is_none()));
    // Until somebody settles it, however long that takes.
    later(&stage, 40 * 24 * HOUR);
    assert!(alarms(&stage).contains(&AlarmCode::Undecodable));
});

on_both!(screens_and_alarms_speak_the_callers_language, |db| {
    let site = Site::of(db);
    let world = crate::web_world::World::on(&site, &site.key, "0011001100");
    // The world's own request was made before something was refused.
    db.clock.move_to(NOW.plus_ms(1_000));
    let new = serde_json::json!({
        "kind": "sale", "occupancy_id": world.id("occupancies"), "amount_vnd": 46_000 });
    let made = site.ask("POST", "/api/v1/requests").key(&site.key).json(&new).send();
    let path = format!("/api/v1/requests/{}", made.json["id"].as_str().unwrap());
    let label = |language: &str| {
        let ask = site.ask("GET", &path).key(&site.key).header("accept-language", language);
        let answer = ask.send();
        assert_eq!(answer.json["received_vnd"], 0, "{}", answer.text());
        answer.json["sight"]["label"].as_str().unwrap().to_owned()
    };
    assert_eq!((label("vi"), label("en")), ("CHƯA THẤY TIỀN".into(), "MONEY NOT SEEN YET".into()));
    db.clock.move_to(NOW.plus_ms(HOUR));
    assert_eq!(label("vi"), "KHÔNG RÕ – XEM ỨNG DỤNG NGÂN HÀNG");
    assert_eq!(label("en"), "UNCLEAR – LOOK INTO THE BANK’S APP");
    let phones = serde_json::json!({ "provider": "phone", "name": "Máy", "config": {},
        "account_ids": [world.id("accounts")] });
    let before = format!("/api/v1/feeds/{}/accounts/{}", world.id("feeds"), world.id("accounts"));
    assert_eq!(site.ask("DELETE", &before).key(&site.key).send().status, 200);
    let made = site.ask("POST", "/api/v1/feeds").key(&site.key).json(&phones).send();
    assert_eq!(made.status, 201, "{}", made.text());
    let detail = |language: &str| {
        let ask = site.ask("GET", "/api/v1/alarms").key(&site.key);
        let answer = ask.header("accept-language", language).send();
        assert_eq!(answer.json["items"][0]["alarm"]["code"], "no-secret", "{}", answer.text());
        answer.json["items"][0]["alarm"]["detail"].as_str().unwrap().to_owned()
    };
    assert!(detail("vi").starts_with("Nguồn không có khóa"), "{}", detail("vi"));
    assert!(detail("en").starts_with("The feed has no key"), "{}", detail("en"));
});
