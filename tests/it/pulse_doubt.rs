#![cfg(test)]
//! What was heard and counts for nothing: it may be the money that somebody waits for, and it is an
//! alarm until somebody has settled it. What fails is an alarm also while money comes.

use cho40::db::{Fault, Outcome};
use cho40::feeds::sample::SampleTransfer;
use cho40::feeds::sign::sepay_hmac;
use cho40::feeds::{ListApi, Provider, Secret};
use cho40::intake::deliveries::{self, Delivery, DeliveryOutcome, Filter, NewDismissal};
use cho40::intake::phone::devices;
use cho40::intake::pulse::{self, AlarmCode, Proof, PulseState, SightState};
use cho40::intake::refused::{self, NewRefusedDismissal};
use cho40::intake::replay::replay;
use cho40::primitives::Vnd;
use cho40::primitives::ids::{DeliveryId, OccupancyId, RequestId};
use cho40::registry::PageRequest;
use cho40::registry::accounts::UseKind;
use cho40::requests::Request;
use serde_json::json;

use crate::phone_support::{self, FIELDS, NOTICE, feed_of, phone, request, teach, tell};
use crate::poll_support::{Provider as Listing, Trouble, poll, poller, set, settings};
use crate::pulse::{MINUTE, alarms, ask, attach, later, of_feed, state};
use crate::stage::{Feed, Stage, Stand, arrived, transfer};
use crate::support::on_both;

const UNSEEN: (SightState, Option<Proof>) = (SightState::NotSeenYet, Some(Proof::Delivery));
const UNKNOWN: (SightState, Option<Proof>) = (SightState::Unknown, None);

/// A stall at the bank of the stage, with a feed that has just told other money.
fn market(stage: &Stage) -> (Stand, Feed<'_>) {
    let lan = stage.stand("A1", "0011", UseKind::BusinessOnly);
    let feed = stage.feed(Provider::Sepay);
    attach(&feed, &[lan.account_id]);
    alive(&feed, 1);
    (lan, feed)
}

/// Money of the stall that is nobody's request.
fn alive(feed: &Feed<'_>, id: u64) {
    let other = transfer(feed.stage, id, "0011", "mua rau");
    assert_eq!(feed.send(&SampleTransfer { amount: Vnd::new(30_000), ..other }), "recorded");
    later(feed.stage, 1_000);
}

/// A request of 45.000 đ that was not seen yet.
fn asked(stage: &Stage, occupancy_id: OccupancyId) -> Request {
    let made = ask(stage, occupancy_id);
    later(stage, 1_000);
    assert_eq!(state(stage, made.id).0, SightState::NotSeenYet);
    made
}

fn of_stall(stage: &Stage, id: OccupancyId) -> SightState {
    stage.read(|connection, act| pulse::of_stall(connection, act, id)).state
}

/// A body of SePay's, signed by the feed's secret.
fn raw(feed: &Feed<'_>, body: &str) -> &'static str {
    let signed =
        sepay_hmac(&feed.secret, feed.stage.app.clock.now().get() / 1_000, body.as_bytes());
    let headers = signed.iter().map(|(name, value)| (name, value.as_bytes())).collect();
    feed.deliver(arrived(headers, body.as_bytes().to_vec())).outcome
}

on_both!(money_on_a_number_that_nobody_knows_accuses_nobody, |db| {
    let stage = Stage::new(db);
    let (lan, feed) = market(&stage);
    let first = asked(&stage, lan.occupancy_id);
    // The right number, as another bank's.
    let elsewhere = |id: u64, memo: &str, amount: i64| {
        let sent = SampleTransfer {
            gateway: "ACB",
            bin: "970416",
            amount: Vnd::new(amount),
            ..transfer(&stage, id, "0011", memo)
        };
        assert_eq!(feed.send(&sent), "unmatched");
        later(&stage, 1_000);
    };
    elsewhere(11, "tra tien", 44_000);
    assert_eq!(state(&stage, first.id), UNSEEN, "neither code nor amount");
    assert_eq!(of_stall(&stage, lan.occupancy_id), SightState::NotSeenYet);
    elsewhere(12, &first.reference.to_string(), 44_000);
    assert_eq!(state(&stage, first.id), UNKNOWN, "the code");
    assert_eq!(of_stall(&stage, lan.occupancy_id), SightState::Unknown);
    for (id, amount) in [(13, 45_000), (14, 45), (15, 45_000_000)] {
        let next = asked(&stage, lan.occupancy_id);
        elsewhere(id, "tra tien", amount);
        assert_eq!(state(&stage, next.id), UNKNOWN, "{amount}");
    }
    later(&stage, 16 * MINUTE);
    alive(&feed, 2);
    assert_eq!(of_stall(&stage, lan.occupancy_id), SightState::NotSeenYet);
    elsewhere(16, &lan.code.reference.unwrap().to_string(), 44_000);
    assert_eq!(of_stall(&stage, lan.occupancy_id), SightState::Unknown, "the printed code");
});

on_both!(what_was_refused_may_be_the_payment_and_is_an_alarm, |db| {
    let stage = Stage::new(db);
    let (lan, feed) = market(&stage);
    let paid = asked(&stage, lan.occupancy_id);
    let mistyped = Secret::new("whsec_ffffffffffffffffffffffffffffffff", 12).unwrap();
    let wrong = Feed { stage: &stage, id: feed.id, config: feed.config.clone(), secret: mistyped };
    let since = stage.app.clock.now();
    let memo = paid.reference.to_string();
    for id in [3, 4] {
        assert_eq!(wrong.send(&transfer(&stage, id, "0011", &memo)), "refused");
        later(&stage, 1_000);
    }
    wrong.settle();
    assert_eq!(state(&stage, paid.id), UNKNOWN);
    assert_eq!(of_stall(&stage, lan.occupancy_id), SightState::Unknown);
    let found = stage.read(pulse::alarms);
    let alarm = found[0].alarm.as_ref().unwrap();
    assert_eq!((found.len(), found[0].feed_id), (1, Some(feed.id)));
    assert_eq!((alarm.code, alarm.since), (AlarmCode::Refused, Some(since)));
    // The key is right again: what was refused is still money that nobody counted, and an alarm.
    alive(&feed, 5);
    assert_eq!(alarms(&stage), [AlarmCode::Refused]);
    assert_eq!(state(&stage, paid.id), UNKNOWN);
    let other = asked(&stage, lan.occupancy_id);
    let dismiss = |number: i64, and_before: bool| {
        let new = NewRefusedDismissal { why: " SePay đã gửi lại ".into(), and_before };
        let id = feed.id;
        stage.try_write(move |connection, act| refused::dismiss(connection, act, id, number, &new))
    };
    assert!(dismiss(9, false).is_err());
    assert_eq!(dismiss(1, false).unwrap().dismissed.unwrap().why.unwrap(), "SePay đã gửi lại");
    assert_eq!(alarms(&stage), [AlarmCode::Refused], "the other one");
    dismiss(2, true).unwrap();
    assert!(alarms(&stage).is_empty());
    assert_eq!((state(&stage, paid.id), state(&stage, other.id)), (UNSEEN, UNSEEN));
});

on_both!(what_a_stranger_posts_makes_no_stall_unknown, |db| {
    let stage = Stage::new(db);
    let (lan, feed) = market(&stage);
    let paid = asked(&stage, lan.occupancy_id);
    let send = |body: &str| {
        let headers = std::iter::empty::<(&str, &[u8])>().collect();
        assert_eq!(feed.deliver(arrived(headers, body.as_bytes().to_vec())).outcome, "refused");
        feed.settle();
    };
    let mistyped = Secret::new("whsec_ffffffffffffffffffffffffffffffff", 12).unwrap();
    let wrong = Feed { stage: &stage, id: feed.id, config: feed.config.clone(), secret: mistyped };
    let money = |id: u64, account: &str, amount: i64, memo: &str| {
        let told = transfer(&stage, id, account, memo);
        assert_eq!(wrong.send(&SampleTransfer { amount: Vnd::new(amount), ..told }), "refused");
        wrong.settle();
    };
    send("GET / HTTP/1.1");
    send(r#"{"hello":"world"}"#);
    assert_eq!(alarms(&stage), [AlarmCode::Refused], "until something is accepted");
    assert_eq!(state(&stage, paid.id), UNSEEN);
    assert_eq!(of_stall(&stage, lan.occupancy_id), SightState::NotSeenYet);
    alive(&feed, 2);
    assert!(alarms(&stage).is_empty());
    // Money, but another's, or not what was asked.
    money(11, "0022", 45_000, "x");
    money(12, "0011", 44_000, "x");
    assert_eq!(state(&stage, paid.id), UNSEEN);
    assert_eq!(of_stall(&stage, lan.occupancy_id), SightState::Unknown, "any code of it");
    money(13, "0011", 45_000, "x");
    assert_eq!(state(&stage, paid.id), UNKNOWN);
    // Noise drives out noise alone.
    for number in 0..201 {
        send(&number.to_string());
    }
    assert_eq!(state(&stage, paid.id), UNKNOWN);
});

on_both!(what_could_not_be_read_may_be_the_payment, |db| {
    let stage = Stage::new(db);
    let (lan, feed) = market(&stage);
    let paid = asked(&stage, lan.occupancy_id);
    let other = stage.feed_of(
        Provider::Sepay,
        r#"{"authentication":"hmac","merchant":"khac"}"#,
        crate::stage::SEPAY_SECRET,
    );
    let body = json!({ "id": 7, "transferAmount": "45.000", "content": paid.reference });
    assert_eq!(raw(&other, &body.to_string()), "undecodable");
    assert_eq!(state(&stage, paid.id), UNSEEN, "a feed that does not report the account");
    assert_eq!(raw(&feed, &body.to_string()), "undecodable");
    assert_eq!(state(&stage, paid.id), UNKNOWN);
    assert_eq!(of_stall(&stage, lan.occupancy_id), SightState::Unknown);
    later(&stage, 1_000);
    asked(&stage, lan.occupancy_id);
});

on_both!(an_unread_delivery_waits_until_somebody_says_that_no_money_is_in_it, |db| {
    let stage = Stage::new(db);
    let (lan, feed) = market(&stage);
    let paid = asked(&stage, lan.occupancy_id);
    let body = json!({ "id": 7, "transferAmount": "45.000", "content": "test" }).to_string();
    assert_eq!(raw(&feed, &body), "undecodable");
    assert_eq!(alarms(&stage), [AlarmCode::Undecodable]);
    let unread = Filter { outcome: Some(DeliveryOutcome::Undecodable), ..Filter::default() };
    let list = |filter: Filter| {
        stage.read(move |connection, act| {
            deliveries::list(connection, act, &filter, PageRequest::default())
        })
    };
    let id = list(unread.clone()).items[0].id;
    let dismiss = |id: DeliveryId, why: &str| {
        let new = NewDismissal { why: why.into() };
        stage.try_write(move |connection, act| deliveries::dismiss(connection, act, id, &new))
    };
    let refused = |outcome: Outcome<Delivery>, code: &str| {
        assert!(matches!(outcome, Err(Fault::Refused(why)) if why.code == code), "{code}");
    };
    refused(dismiss(id, " "), "text-length");
    let counted = list(Filter::default()).items.into_iter().find(|one| one.id != id).unwrap();
    refused(dismiss(counted.id, "thử"), "delivery-not-unread");
    later(&stage, 1_000);
    let done = dismiss(id, " Tin thử của SePay ").unwrap();
    let said = done.dismissed.unwrap();
    assert_eq!(done.outcome, "dismissed");
    assert_eq!(
        (said.dismissed_by, said.dismissed_at),
        (stage.act.scope.actor, stage.app.clock.now())
    );
    assert_eq!(said.why.as_deref(), Some("Tin thử của SePay"));
    assert!(list(unread).items.is_empty() && alarms(&stage).is_empty());
    assert_eq!(state(&stage, paid.id), UNSEEN);
    // The first word stands, and what is mended can still be read.
    later(&stage, 1_000);
    let again = dismiss(id, "khác").unwrap().dismissed.unwrap();
    assert_eq!((again.dismissed_at, again.why), (said.dismissed_at, said.why));
    let key = stage.app.secret_key.clone();
    let read = stage.write(move |connection, act| replay(connection, act, &key, id));
    assert_eq!((read.outcome.as_str(), read.unreadable.is_some()), ("dismissed", true));
    assert!(stage.differences().is_empty(), "{:?}", stage.differences());
});

on_both!(a_notice_without_the_phones_time_is_counted_where_its_words_tell_one_payment, |db| {
    let stage = Stage::new(db);
    let lan = stage.stand("A1", "0123456789", UseKind::BusinessOnly);
    let phone = phone(&stage, feed_of(&stage, &[lan.account_id]));
    teach(&stage, NOTICE, &FIELDS).unwrap();
    let timeless = |text: &str| {
        let body = json!({ "app": phone_support::APP, "text": text }).to_string();
        phone.deliver(request(&phone, body)).outcome
    };
    // Its balance tells it from any other.
    assert_eq!(timeless(NOTICE), "recorded");
    let now = stage.app.clock.now();
    later(&stage, 60_000);
    assert_eq!(timeless(NOTICE), "duplicate");
    let told = phone_support::transfers(&stage);
    assert_eq!(
        (told.len(), told[0].occurred_at, told[0].stated_at),
        (1, now.day(0).start(0), None)
    );
    // An advertisement is none, whenever it was shown.
    assert_eq!(timeless("Mo the tin dung hom nay"), "not-a-transfer");
    // Without a balance, a repetition would be another payment.
    teach(
        &stage,
        "+50,000VND vao TK 0123456789",
        &[("sign", "+"), ("amount", "50,000"), ("account", "0123456789")],
    )
    .unwrap();
    assert_eq!(timeless("+60,000VND vao TK 0123456789"), "undecodable");
    assert_eq!(phone_support::transfers(&stage).len(), 1);
});

on_both!(a_second_amount_of_one_id_may_be_the_payment, |db| {
    let stage = Stage::new(db);
    let (lan, feed) = market(&stage);
    let paid = asked(&stage, lan.occupancy_id);
    let first = transfer(&stage, 8, "0011", "mua rau");
    assert_eq!(feed.send(&SampleTransfer { amount: Vnd::new(20_000), ..first }), "recorded");
    assert_eq!(state(&stage, paid.id), UNSEEN);
    let other = feed.send(&SampleTransfer { amount: Vnd::new(45_000), ..first });
    assert_eq!(other, "duplicate-with-different-fields");
    assert_eq!(state(&stage, paid.id), UNKNOWN);
});

on_both!(a_phones_text_that_no_template_reads_may_be_the_payment_and_is_an_alarm, |db| {
    let stage = Stage::new(db);
    let lan = stage.stand("A1", "0011", UseKind::BusinessOnly);
    let id = feed_of(&stage, &[lan.account_id]);
    let phone = phone(&stage, id);
    let ping = || {
        let mut arrived = request(&phone, "{}");
        arrived.path_tail = "ping".into();
        phone.deliver(arrived);
        phone.settle();
    };
    teach(&stage, NOTICE, &FIELDS).unwrap();
    ping();
    let paid = asked(&stage, lan.occupancy_id);
    assert_eq!(tell(&phone, "Ban da nhan 45.000d tu A. So du 5.000.000d"), "unknown-text");
    assert_eq!(state(&stage, paid.id), UNKNOWN);
    assert_eq!(of_stall(&stage, lan.occupancy_id), SightState::Unknown);
    assert_eq!(alarms(&stage), [AlarmCode::UnknownText]);
    let text = phone_support::waiting(&stage)[0].id;
    phone_support::dismiss(&stage, text, "quảng cáo").unwrap();
    assert!(alarms(&stage).is_empty());
    assert_eq!(state(&stage, paid.id), (SightState::NotSeenYet, Some(Proof::Ping)));
    // Without a time of the phone's it cannot be told from one that was told already.
    let timeless = json!({ "app": "MBBank", "text": "Ban da nhan 45.000d tu A" });
    assert_eq!(phone.deliver(request(&phone, timeless.to_string())).outcome, "undecodable");
    assert_eq!(state(&stage, paid.id), UNKNOWN);
    assert_eq!(alarms(&stage), [AlarmCode::Undecodable]);
});

on_both!(a_feed_without_its_only_phone_is_down_whatever_it_has_just_told, |db| {
    let stage = Stage::new(db);
    let lan = stage.stand("A1", "0123456789", UseKind::BusinessOnly);
    let id = feed_of(&stage, &[lan.account_id]);
    let phone = phone(&stage, id);
    teach(&stage, NOTICE, &FIELDS).unwrap();
    assert_eq!(tell(&phone, NOTICE), "recorded");
    phone.settle();
    later(&stage, 1_000);
    let paid: RequestId = asked(&stage, lan.occupancy_id).id;
    assert_eq!(of_feed(&stage, id)[0].state, PulseState::Alive);
    let device = stage.read(|connection, act| devices::list(connection, act, id))[0].id;
    stage.write(move |connection, act| devices::revoke(connection, act, id, device));
    later(&stage, 1_000);
    let found = of_feed(&stage, id).remove(0);
    assert_eq!((found.state, found.proof), (PulseState::Down, None));
    assert_eq!(alarms(&stage), [AlarmCode::NoSecret]);
    assert_eq!(state(&stage, paid), UNKNOWN);
});

on_both!(a_list_that_cannot_be_read_is_an_alarm_beside_webhooks_that_come, |db| {
    let stage = Stage::new(db);
    let lan = stage.stand("A1", "0011", UseKind::BusinessOnly);
    let listing = Listing::start(ListApi::SepayV1);
    let feed = stage.feed(Provider::Sepay);
    attach(&feed, &[lan.account_id]);
    set(&stage, &listing, feed.id, settings(ListApi::SepayV1, &listing)).unwrap();
    let poller = poller(&stage, &listing);
    listing.change(|book| book.broken = Some(Trouble::Status(500)));
    for _ in 0..3 {
        poll(&stage, &poller, &feed);
        later(&stage, 10 * MINUTE);
    }
    alive(&feed, 1);
    let found = of_feed(&stage, feed.id).remove(0);
    assert_eq!((found.state, found.proof), (PulseState::Alive, Some(Proof::Delivery)));
    assert_eq!(alarms(&stage), [AlarmCode::PollFailing]);
    asked(&stage, lan.occupancy_id);
});
