#![cfg(test)]
//! What was refused or not understood: seen, verified again, read again, taken in once.

use cho40::access::{Act, Permission};
use cho40::db::schema::{feeds as feeds_table, refused_deliveries};
use cho40::feeds::{Headers, Provider, sign};
use cho40::intake::deliveries::{self as looking, Delivery, DeliveryOutcome, Filter};
use cho40::intake::feeds::{self, NewFeed, NewSecret};
use cho40::intake::refused::{self, Refused};
use cho40::intake::replay::{TakenIn, replay};
use cho40::intake::verify::verify;
use cho40::ledger::transfers;
use cho40::primitives::Vnd;
use cho40::primitives::ids::{DeliveryId, FeedId};
use cho40::registry::PageRequest;
use cho40::registry::accounts::UseKind;
use diesel::prelude::*;
use serde_json::value::RawValue;

use crate::stage::{Feed, Stage, arrived, transfer};
use crate::support::on_both;

fn refused_of(stage: &Stage, feed_id: FeedId) -> Vec<Refused> {
    stage.read(|connection, act| {
        Ok(refused::list(connection, act, feed_id, PageRequest::default())?.items)
    })
}

fn all(stage: &Stage, outcome: Option<DeliveryOutcome>) -> Vec<Delivery> {
    let filter = Filter { feed_id: None, outcome };
    stage.read(|connection, act| {
        Ok(looking::list(connection, act, &filter, PageRequest::default())?.items)
    })
}

fn verify_again(stage: &Stage, feed_id: FeedId, number: i64) -> TakenIn {
    let key = stage.app.secret_key.clone();
    stage.write(move |connection, act| verify(connection, act, &key, feed_id, number))
}

fn replay_again(stage: &Stage, id: DeliveryId) -> TakenIn {
    let key = stage.app.secret_key.clone();
    stage.write(move |connection, act| replay(connection, act, &key, id))
}

fn amounts(stage: &Stage) -> Vec<Option<Vnd>> {
    let all = transfers::Filter::default();
    stage.read(|connection, act| {
        let found = transfers::list(connection, act, all, PageRequest::default())?.items;
        Ok(found.iter().map(|transfer| transfer.amount_vnd).collect())
    })
}

fn add_secret(stage: &Stage, feed_id: FeedId, secret: &str) {
    let key = stage.app.secret_key.clone();
    let new = NewSecret { secret: secret.into(), others_expire_in_s: None };
    stage.write(move |connection, act| feeds::add_secret(connection, act, &key, feed_id, new));
}

on_both!(a_refused_delivery_is_taken_in_once_its_secret_is_right, |db| {
    let stage = Stage::new(db);
    stage.stand("A1", "0123456789", UseKind::Mixed);
    let mut feed = stage.feed(Provider::Sepay);
    let right = feed.secret.clone();
    feed.secret = cho40::feeds::Secret::new("mot-khoa-khac-hoan-toan", 12).unwrap();
    assert_eq!(feed.send(&transfer(&stage, 1, "0123456789", "mua ca")), "refused");
    feed.settle();
    let kept = refused_of(&stage, feed.id);
    assert_eq!((kept[0].number, kept[0].reason.as_str()), (1, "wrong-signature"));
    let still = verify_again(&stage, feed.id, 1);
    assert_eq!(still.outcome, "refused");
    assert_eq!(still.refused_because.as_deref(), Some("wrong-signature"));
    assert!(amounts(&stage).is_empty());

    add_secret(&stage, feed.id, feed.secret.expose());
    // Long after its timestamp was fresh.
    stage.app.clock.move_to(stage.app.clock.now().plus_ms(86_400_000));
    assert_eq!(verify_again(&stage, feed.id, 1).outcome, "recorded");
    assert_eq!(amounts(&stage), [Some(Vnd::new(45_000))]);
    assert!(refused_of(&stage, feed.id).is_empty(), "it has left the log");
    // The provider sends it again, and it is known.
    feed.secret = right;
    let mut again = transfer(&stage, 1, "0123456789", "mua ca");
    again.occurred_at = again.occurred_at.plus_ms(-86_400_000);
    stage.app.intake.book.forget(feed.id);
    assert_eq!(feed.send(&again), "duplicate");
    // What was refused for its age alone is believed when a person asks for it.
    let late = feed.signed(&transfer(&stage, 2, "0123456789", "mua ca"));
    stage.app.clock.move_to(stage.app.clock.now().plus_ms(3_600_000));
    assert_eq!(feed.deliver(late).outcome, "refused");
    feed.settle();
    let kept = refused_of(&stage, feed.id);
    assert_eq!(kept[0].reason, "stale-timestamp");
    assert_eq!(verify_again(&stage, feed.id, kept[0].number).outcome, "recorded");
    assert!(stage.differences().is_empty(), "{:?}", stage.differences());
});

fn api_key_feed(stage: &Stage, secret: &str) -> FeedId {
    let key = stage.app.secret_key.clone();
    let new = NewFeed {
        provider: "sepay".into(),
        name: "SePay".into(),
        config: RawValue::from_string(r#"{"authentication":"api_key"}"#.into()).unwrap(),
        secret: Some(secret.into()),
        account_ids: Vec::new(),
        facts: None,
    };
    stage.write(move |connection, act| feeds::create(connection, act, &key, new)).id
}

on_both!(a_wrong_api_key_can_be_verified_again_and_is_never_stored, |db| {
    let stage = Stage::new(db);
    stage.stand("A1", "0123456789", UseKind::Mixed);
    let sample = stage.feed(Provider::Sepay);
    let feed =
        Feed { id: api_key_feed(&stage, "khoa-dung-trong-cho"), ..stage.feed(Provider::Sepay) };
    let send = |id, authorization: &[(&str, &str)]| {
        let body = sample.signed(&transfer(&stage, id, "0123456789", "x")).body;
        let headers = authorization.iter().map(|(name, value)| (*name, value.as_bytes())).collect();
        let answered = feed.deliver(arrived(headers, body));
        assert_eq!(answered.outcome, "refused");
    };
    send(1, &[("authorization", "Apikey khoa-sai-cua-sepay")]);
    send(2, &[("authorization", "Bearer khoa-sai-cua-sepay")]);
    send(3, &[]);
    feed.settle();
    let stored: Vec<(String, Option<i64>)> = stage.read(|connection, _| {
        let columns = (refused_deliveries::headers, refused_deliveries::presented_key);
        Ok(refused_deliveries::table
            .order(refused_deliveries::number)
            .select(columns)
            .load(connection)?)
    });
    assert!(stored.iter().all(|(headers, _)| !headers.contains("khoa-sai")), "{stored:?}");
    assert_eq!(stored.iter().map(|row| row.1.is_some()).collect::<Vec<_>>(), [true, false, false]);
    for (number, because) in
        [(1, "wrong-api-key"), (2, "malformed-authorization"), (3, "missing-api-key")]
    {
        let refused = verify_again(&stage, feed.id, number).refused_because;
        assert_eq!(refused.as_deref(), Some(because), "{number}");
    }
    add_secret(&stage, feed.id, "khoa-sai-cua-sepay");
    assert_eq!(verify_again(&stage, feed.id, 1).outcome, "recorded");
    let refused = verify_again(&stage, feed.id, 2).refused_because;
    assert_eq!(refused.as_deref(), Some("malformed-authorization"), "its key is not known");
    assert_eq!(amounts(&stage).len(), 1);
});

on_both!(refusals_wait_in_memory_and_are_written_together, |db| {
    let stage = Stage::new(db);
    let feed = stage.feed(Provider::Sepay);
    for number in 0..300 {
        let mut wrong = feed.signed(&transfer(&stage, number + 1, "0123456789", "x"));
        wrong.body.push(b' ');
        feed.deliver(wrong);
    }
    let count = || -> i64 {
        stage.read(|connection, _| Ok(refused_deliveries::table.count().get_result(connection)?))
    };
    assert_eq!(count(), 0, "the hot lane has not been asked");
    feed.settle();
    assert_eq!(count(), 200);
    let kept = refused_of(&stage, feed.id);
    assert!(kept[0].body.as_deref().unwrap().contains("\"id\":300"), "the newest win");
    assert_eq!(kept[0].number, 200);
});

on_both!(a_cut_body_says_so_and_cannot_be_verified, |db| {
    let stage = Stage::new(db);
    let feed = stage.feed(Provider::Sepay);
    let body = vec![b'x'; 20_000];
    let mut headers = Headers::default();
    for (name, value) in sign::sepay_hmac(&feed.secret, 1, &body) {
        headers = headers.with(name, value.as_bytes());
    }
    feed.deliver(arrived(headers, body));
    let too_large = cho40::intake::hook::Arrived {
        is_too_large: true,
        ..arrived(Headers::default(), Vec::new())
    };
    let answered = feed.deliver(too_large);
    assert_eq!((answered.outcome, answered.reply.status), ("refused", 413));
    assert_eq!(answered.reply.body, r#"{"success":false,"error":"too-large"}"#);
    // Nothing could ever be taken in from this.
    feed.deliver(arrived(Headers::default(), Vec::new()));
    feed.settle();
    let kept = refused_of(&stage, feed.id);
    let shown: Vec<_> = kept
        .iter()
        .map(|one| (one.reason.as_str(), one.body.as_deref().map(str::len), one.truncated))
        .collect();
    let expected = [("too-large", Some(0), true), ("stale-timestamp", Some(16_384), true)];
    assert_eq!(shown, expected);
    let (feed_id, key) = (feed.id, stage.app.secret_key.clone());
    let refused = stage.try_write(move |connection, act| verify(connection, act, &key, feed_id, 1));
    assert!(
        matches!(refused, Err(cho40::db::Fault::Refused(why)) if why.code == "refused-truncated")
    );
});

on_both!(an_undecodable_delivery_is_taken_in_when_it_can_be_read, |db| {
    let stage = Stage::new(db);
    stage.stand("A1", "0123456789", UseKind::Mixed);
    let feed = stage.feed(Provider::Sepay);
    // What a Standard Webhooks sender says is no news of SePay's: to be read once it is known what
    // this feed really is.
    let standard = stage.feed(Provider::StandardWebhooks);
    let body = standard.signed(&transfer(&stage, 1, "0123456789", "mua ca")).body;
    let now = stage.app.clock.now();
    let signed = sign::sepay_hmac(&feed.secret, now.get() / 1_000, &body);
    let headers: Headers = signed.iter().map(|(name, value)| (name, value.as_bytes())).collect();
    assert_eq!(feed.deliver(arrived(headers, body)).outcome, "undecodable");
    let found = all(&stage, Some(DeliveryOutcome::Undecodable));
    assert_eq!(found.len(), 1);
    let unreadable = found[0].unreadable.as_ref().unwrap();
    assert_eq!((unreadable.field.as_str(), unreadable.because.as_str()), ("id", "missing"));
    let id = found[0].id;
    let same = replay_again(&stage, id);
    assert_eq!((same.outcome.as_str(), same.delivery_id), ("undecodable", Some(id)));
    assert_eq!(same.unreadable.unwrap().field, "id");

    stage.write(move |connection, _| {
        diesel::update(feeds_table::table.filter(feeds_table::id.eq(feed.id.0)))
            .set((feeds_table::provider.eq("standard_webhooks"), feeds_table::config.eq("{}")))
            .execute(connection)?;
        diesel::delete(cho40::db::schema::feed_secrets::table).execute(connection)?;
        Ok(())
    });
    let taken = replay_again(&stage, id);
    assert_eq!(taken.outcome, "recorded");
    assert_ne!(taken.delivery_id, Some(id));
    assert_eq!(amounts(&stage), [Some(Vnd::new(45_000))]);
    let again = replay_again(&stage, id);
    assert_eq!((again.outcome, again.delivery_id), ("recorded".to_owned(), taken.delivery_id));
    assert_eq!(amounts(&stage).len(), 1);
    let old = stage.read(|connection, act| looking::get(connection, act, id));
    assert_eq!((old.outcome.as_str(), old.became), ("replayed", taken.delivery_id));
    assert!(old.body.is_none(), "its body is the new one's");
    let new = taken.delivery_id.unwrap();
    let new = stage.read(|connection, act| looking::get(connection, act, new));
    assert_eq!((new.outcome.as_str(), new.transfer_ids.len()), ("recorded", 1));
    assert!(all(&stage, Some(DeliveryOutcome::Undecodable)).is_empty());
    assert!(stage.differences().is_empty(), "{:?}", stage.differences());
});

on_both!(bodies_are_for_those_who_may_see_amounts, |db| {
    let stage = Stage::new(db);
    stage.stand("A1", "0123456789", UseKind::BusinessOnly);
    let feed = stage.feed(Provider::Sepay);
    feed.send(&transfer(&stage, 1, "0123456789", "tien thuoc"));
    let mut wrong = feed.signed(&transfer(&stage, 2, "0123456789", "tien thuoc"));
    wrong.body.push(b' ');
    feed.deliver(wrong);
    feed.settle();
    let clerk = |permissions: &[Permission]| -> Act {
        let mut act = stage.now();
        act.scope.permissions = cho40::access::Permissions::of(permissions.to_vec());
        act
    };
    let (reader, manager) = (clerk(&[Permission::FeedsRead]), clerk(&[Permission::FeedsWrite]));
    let page = PageRequest::default();
    let db = &stage.app.db;
    let seen =
        db.read_here(|inner| looking::list(inner, &reader, &Filter::default(), page)).unwrap();
    assert!(seen.items[0].body.is_none());
    assert_eq!(seen.items[0].transfer_ids.len(), 1);
    assert!(db.read_here(|inner| refused::list(inner, &reader, feed.id, page)).is_err());
    let log = db.read_here(|inner| refused::list(inner, &manager, feed.id, page)).unwrap();
    assert_eq!((log.items.len(), log.items[0].body.as_deref()), (1, None));
    assert!(all(&stage, None)[0].body.as_deref().unwrap().contains("tien thuoc"));
});
