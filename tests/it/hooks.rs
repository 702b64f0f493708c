#![cfg(test)]
//! Deliveries through the intake: what they leave in the ledger, and what is answered.

use cho40::feeds::sample::SampleTransfer;
use cho40::feeds::{Direction, Provider};
use cho40::intake::feeds::{self, NewSecret};
use cho40::ledger::transfers::{self, Filter};
use cho40::ledger::unassigned;
use cho40::primitives::Vnd;
use cho40::primitives::time::{MS_PER_DAY, MS_PER_HOUR};
use cho40::registry::PageRequest;
use cho40::registry::accounts::{AccountKind, UseKind};
use cho40::requests::{self, NewRequest, RequestState};
use diesel::prelude::*;

use crate::stage::{Stage, Stand, transfer};
use crate::support::on_both;

fn transfers_of(stage: &Stage) -> Vec<transfers::Transfer> {
    let all = Filter::default();
    stage.read(|connection, act| {
        Ok(transfers::list(connection, act, all, PageRequest::default())?.items)
    })
}

fn reference(stand: &Stand) -> String {
    stand.code.reference.unwrap().to_string()
}

on_both!(a_reference_in_a_wrapped_memo_finds_its_stall, |db| {
    let stage = Stage::new(db);
    let account = stage.account("0123456789", AccountKind::Personal, UseKind::Mixed);
    let stand = stage.stand_on("A1", account);
    stage.stand_on("A2", account);
    let feed = stage.feed(Provider::Sepay);
    let memo = format!("MBVCB.123.{}.CT tu 1 toi 2", reference(&stand).to_lowercase());
    assert_eq!(feed.send(&transfer(&stage, 1, "0123456789", &memo)), "recorded");
    let found = transfers_of(&stage);
    assert_eq!(found.len(), 1);
    let line = &found[0].attribution.lines[0];
    assert_eq!(line.occupancy_id, Some(stand.occupancy_id));
    assert_eq!(line.code_id, Some(stand.code.id));
    assert_eq!(line.class.as_str(), "sale");
    assert_eq!(found[0].attribution.rule, "reference");
    assert_eq!(found[0].amount_vnd, Some(Vnd::new(45_000)));
    assert_eq!(found[0].memo.as_deref(), Some(memo.as_str()));
    assert!(stage.differences().is_empty(), "{:?}", stage.differences());
});

on_both!(the_same_id_is_recorded_once_and_a_contradiction_is_kept, |db| {
    use cho40::db::schema::{deliveries, sighting_conflicts};
    let stage = Stage::new(db);
    stage.stand("A1", "0123456789", UseKind::BusinessOnly);
    let feed = stage.feed(Provider::Sepay);
    let first = transfer(&stage, 7, "0123456789", "mua rau");
    assert_eq!(feed.send(&first), "recorded");
    assert_eq!(feed.send(&first), "duplicate");
    let mut other = first.clone();
    other.amount = Vnd::new(54_000);
    assert_eq!(feed.send(&other), "duplicate-with-different-fields");
    assert_eq!(feed.send(&other), "duplicate-with-different-fields");
    assert_eq!(transfers_of(&stage).len(), 1);
    assert_eq!(transfers_of(&stage)[0].amount_vnd, Some(Vnd::new(45_000)));
    let conflicts: i64 =
        stage.read(|connection, _| Ok(sighting_conflicts::table.count().get_result(connection)?));
    let kept: Vec<(String, Option<Vec<u8>>)> = stage.read(|connection, _| {
        let kept = (deliveries::outcome, deliveries::body);
        Ok(deliveries::table.order(deliveries::id).select(kept).load(connection)?)
    });
    assert_eq!(conflicts, 1);
    let outcomes: Vec<_> = kept.iter().map(|(outcome, _)| outcome.as_str()).collect();
    let conflict = "duplicate_with_different_fields";
    assert_eq!(outcomes, ["recorded", "duplicate", conflict, conflict]);
    assert!(kept[1].1.is_none(), "a retry's body is the first one's");
    assert!(kept[2].1.is_some(), "a contradiction is kept");
    assert!(stage.differences().is_empty(), "{:?}", stage.differences());
});

on_both!(a_report_of_the_future_is_booked_on_the_day_of_its_arrival, |db| {
    let clock = db.clock.clone();
    let stage = Stage::new(db);
    stage.stand("A1", "0123456789", UseKind::BusinessOnly);
    let feed = stage.feed(Provider::Sepay);
    let now = clock.now();
    let ahead = |id, ms| SampleTransfer {
        occurred_at: now.plus_ms(ms),
        ..transfer(&stage, id, "0123456789", "mua rau")
    };
    let years = ahead(1, 3 * 365 * MS_PER_DAY);
    assert_eq!(feed.send(&years), "recorded");
    assert_eq!(feed.send(&ahead(2, MS_PER_HOUR)), "recorded");
    let [near, far] = &transfers_of(&stage)[..] else { panic!("not two") };
    assert_eq!((far.occurred_at, &*far.occurred_precision), (now.day(0).start(0), "day"));
    assert_eq!(far.stated_at, Some(years.occurred_at));
    assert_eq!((near.occurred_at, near.stated_at), (now.plus_ms(MS_PER_HOUR), None));
    // Tomorrow the provider tells the same again, and another one knows the time.
    clock.move_to(now.plus_ms(MS_PER_DAY));
    assert_eq!(feed.send(&years), "duplicate");
    let other = stage.feed(Provider::StandardWebhooks);
    let right = SampleTransfer { order_code: 1, ..ahead(7, -3 * MS_PER_HOUR) };
    assert_eq!(other.send(&right), "suspected");
    assert!(stage.differences().is_empty(), "{:?}", stage.differences());
});

on_both!(repetitions_inside_one_batch_count_once, |db| {
    let stage = Stage::new(db);
    stage.stand("A1", "0123456789", UseKind::BusinessOnly);
    let feed = stage.feed(Provider::Sepay);
    let mut all: Vec<_> =
        (0..60).map(|id| transfer(&stage, id % 20 + 1, "0123456789", "mua rau")).collect();
    all[59].amount = Vnd::new(1);
    // The feed is in memory from here on, so that the sixty arrive in this order.
    assert_eq!(feed.send(&transfer(&stage, 999, "0123456789", "mua ca")), "recorded");
    let outcomes = feed.send_together(&all);
    let count = |outcome| outcomes.iter().filter(|found| **found == outcome).count();
    assert_eq!(count("recorded"), 20);
    assert_eq!(count("duplicate"), 39);
    assert_eq!(count("duplicate-with-different-fields"), 1);
    assert_eq!(transfers_of(&stage).len(), 21);
    assert!(stage.differences().is_empty(), "{:?}", stage.differences());
});

on_both!(what_no_rule_can_place_waits_for_a_person, |db| {
    let stage = Stage::new(db);
    let shared = stage.account("0123456789", AccountKind::Personal, UseKind::BusinessOnly);
    let one = stage.stand_on("A1", shared);
    let two = stage.stand_on("A2", shared);
    stage.account("9990001112", AccountKind::Personal, UseKind::Mixed);
    let feed = stage.feed(Provider::Sepay);
    assert_eq!(feed.send(&transfer(&stage, 1, "0123456789", "tien rau")), "unmatched");
    assert_eq!(feed.send(&transfer(&stage, 2, "5555555555", "tien rau")), "unmatched");
    assert_eq!(feed.send(&transfer(&stage, 3, "9990001112", "tien rau")), "unmatched");
    let both = format!("{} {}", reference(&one), reference(&two));
    assert_eq!(feed.send(&transfer(&stage, 4, "0123456789", &both)), "unmatched");
    let queue = stage.read(|connection, act| {
        Ok(unassigned::list(connection, act, PageRequest::default())?.items)
    });
    let reasons: Vec<_> = queue.iter().map(|waiting| waiting.reason.as_str()).collect();
    let expected = ["several_occupancies", "unknown_account", "no_occupancy", "several_references"];
    assert_eq!(reasons, expected);
    assert_eq!(queue[0].memo.as_deref(), Some("tien rau"));
    // Whoever is to register the number reads which.
    assert_eq!(
        (queue[0].told_numbers.len(), &queue[1].told_numbers[..]),
        (0, &["5555555555".to_owned()][..])
    );

    // A person decides: 40.000 đ of goods, 5.000 đ of the vendor's own.
    let id = queue[0].transfer_id;
    let assigned = stage.write(move |connection, act| {
        let line = |occupancy_id, class, amount| transfers::NewLine {
            occupancy_id,
            request_id: None,
            class,
            amount_vnd: Vnd::new(amount),
        };
        let lines = vec![
            line(Some(one.occupancy_id), cho40::ledger::Class::Sale, 40_000),
            line(None, cho40::ledger::Class::Personal, 5_000),
        ];
        transfers::assign(
            connection,
            act,
            id,
            transfers::NewAttribution { lines, why: None, besides_counted: false },
        )
    });
    assert_eq!(assigned.attribution.seq, 2);
    assert_eq!(assigned.attribution.rule, "manual");
    let left = stage.read(|connection, act| {
        Ok(unassigned::list(connection, act, PageRequest::default())?.items.len())
    });
    assert_eq!(left, 3);
    assert!(stage.differences().is_empty(), "{:?}", stage.differences());
});

on_both!(a_sole_occupancy_takes_the_money_and_only_business_makes_it_a_sale, |db| {
    let stage = Stage::new(db);
    stage.stand("A1", "0123456789", UseKind::BusinessOnly);
    stage.stand("A2", "0987654321", UseKind::Mixed);
    let feed = stage.feed(Provider::StandardWebhooks);
    assert_eq!(feed.send(&transfer(&stage, 1, "0123456789", "x")), "recorded");
    assert_eq!(feed.send(&transfer(&stage, 2, "0987654321", "x")), "recorded");
    let found = transfers_of(&stage);
    let kinds: Vec<_> = found
        .iter()
        .map(|found| (found.attribution.rule.as_str(), found.attribution.lines[0].class.as_str()))
        .collect();
    assert_eq!(kinds, [("sole_occupancy", "unclassified"), ("business_account", "sale")]);
});

on_both!(a_holder_who_did_not_opt_in_keeps_outgoing_money_and_balances_private, |db| {
    use cho40::db::schema::deliveries;
    let stage = Stage::new(db);
    stage.stand("A1", "0123456789", UseKind::Mixed);
    let feed = stage.feed(Provider::Sepay);
    let mut out = transfer(&stage, 1, "0123456789", "tien vien phi");
    out.direction = Direction::Out;
    assert_eq!(feed.send(&out), "recorded");
    assert_eq!(feed.send(&out), "duplicate");
    assert!(transfers_of(&stage).is_empty());
    let body = br#"{"id":2,"gateway":"MBBank","transactionDate":"2026-11-24 11:59:00","accountNumber":"0123456789","subAccount":null,"code":null,"content":"mua ca","transferType":"in","description":"","transferAmount":30000,"referenceCode":"1","accumulated":987654321}"#;
    let now = stage.app.clock.now();
    let signed = cho40::feeds::sign::sepay_hmac(&feed.secret, now.get() / 1_000, body);
    let headers = signed.iter().map(|(name, value)| (name, value.as_bytes())).collect();
    assert_eq!(feed.deliver(crate::stage::arrived(headers, body.to_vec())).outcome, "recorded");
    let bodies: Vec<Option<Vec<u8>>> = stage.read(|connection, _| {
        Ok(deliveries::table.order(deliveries::id).select(deliveries::body).load(connection)?)
    });
    assert_eq!(bodies.len(), 3);
    assert!(bodies[0].is_none() && bodies[1].is_none(), "an outgoing body is never stored");
    let kept = String::from_utf8(bodies[2].clone().unwrap()).unwrap();
    assert!(kept.contains("mua ca") && !kept.contains("987654321"), "{kept}");
    let found = transfers_of(&stage);
    assert_eq!(found[0].memo.as_deref(), Some("mua ca"), "and can still be read");
    assert!(stage.differences().is_empty(), "{:?}", stage.differences());
});

fn ask(stage: &Stage, stand: &Stand, amount: i64) -> requests::Request {
    let new = NewRequest {
        occupancy_id: stand.occupancy_id,
        account_id: Some(stand.account_id),
        number_id: None,
        kind: requests::RequestKind::Sale,
        amount_vnd: Vnd::new(amount),
        purpose: None,
        expires_in_s: None,
        order: None,
    };
    stage.write(move |connection, act| requests::create(connection, act, new))
}

on_both!(payments_move_their_request, |db| {
    let stage = Stage::new(db);
    let stand = stage.stand("A1", "0123456789", UseKind::Mixed);
    let feed = stage.feed(Provider::Sepay);
    let mut id = 0;
    let mut pay = |request: &requests::Request, amounts: &[i64]| {
        for amount in amounts {
            id += 1;
            let memo = request.reference.to_string();
            let mut paid = transfer(&stage, id, "0123456789", &memo);
            paid.amount = Vnd::new(*amount);
            assert_eq!(feed.send(&paid), "recorded");
        }
        let request_id = request.id;
        let now = stage.read(|connection, act| requests::get(connection, act, request_id));
        (now.state, now.received_vnd.unwrap().get(), now.thousandfold)
    };
    let open = ask(&stage, &stand, 90_000);
    assert_eq!(open.state, RequestState::Open);
    assert_eq!(pay(&open, &[90_000]), (RequestState::Paid, 90_000, false));
    let parts = ask(&stage, &stand, 90_000);
    assert_eq!(pay(&parts, &[50_000]), (RequestState::Underpaid, 50_000, false));
    assert_eq!(pay(&parts, &[40_000]), (RequestState::Paid, 90_000, false));
    assert_eq!(pay(&parts, &[1_000]), (RequestState::Overpaid, 91_000, false));
    let short = ask(&stage, &stand, 9_034_000);
    assert_eq!(pay(&short, &[9_034]), (RequestState::Open, 0, true));
    assert!(stage.differences().is_empty(), "{:?}", stage.differences());
});

on_both!(an_order_feed_pays_the_request_of_its_order, |db| {
    let stage = Stage::new(db);
    let stand = stage.stand("A1", "0123456789", UseKind::Mixed);
    let feed = stage.feed(Provider::Payos);
    let new = NewRequest {
        occupancy_id: stand.occupancy_id,
        account_id: Some(stand.account_id),
        number_id: None,
        kind: requests::RequestKind::Sale,
        amount_vnd: Vnd::new(45_000),
        purpose: None,
        expires_in_s: None,
        order: Some(requests::Order { feed_id: feed.id, order_code: "4001".into() }),
    };
    let request = stage.write(move |connection, act| requests::create(connection, act, new));
    let mut paid = transfer(&stage, 1, "0123456789", "VQRIO4001");
    paid.order_code = 4_001;
    assert_eq!(feed.send(&paid), "recorded");
    let mut stranger = transfer(&stage, 2, "0123456789", "VQRIO4002");
    stranger.order_code = 4_002;
    assert_eq!(feed.send(&stranger), "unmatched");
    let now = stage.read(|connection, act| requests::get(connection, act, request.id));
    assert_eq!(now.state, RequestState::Paid);
    assert!(stage.differences().is_empty(), "{:?}", stage.differences());
});

fn shown(refused: &cho40::intake::refused::Refused) -> &str {
    refused.body.as_deref().unwrap()
}

on_both!(refused_deliveries_are_kept_up_to_two_hundred, |db| {
    let stage = Stage::new(db);
    stage.stand("A1", "0123456789", UseKind::Mixed);
    let feed = stage.feed(Provider::Sepay);
    for number in 0..205 {
        let mut wrong = feed.signed(&transfer(&stage, number + 1, "0123456789", "x"));
        wrong.body.push(b' ');
        let answered = feed.deliver(wrong);
        assert_eq!((answered.outcome, answered.reply.status), ("refused", 401));
        feed.settle();
    }
    assert!(transfers_of(&stage).is_empty());
    let feed_id = feed.id;
    let kept = stage.read(|connection, act| {
        let page = PageRequest::parse(None, Some(200))?;
        cho40::intake::refused::list(connection, act, feed_id, page)
    });
    assert_eq!(kept.next_cursor, None);
    let kept = kept.items;
    assert_eq!(kept.len(), 200);
    assert_eq!(kept[0].reason, "wrong-signature");
    assert!(shown(&kept[0]).contains("\"id\":205"), "newest first: {}", shown(&kept[0]));
    assert!(!kept.iter().any(|kept| shown(kept).contains("\"id\":5,")), "the oldest are gone");
});

on_both!(what_is_signed_but_unreadable_is_kept_and_answered_with_success, |db| {
    use cho40::db::schema::deliveries;
    let stage = Stage::new(db);
    let feed = stage.feed(Provider::Sepay);
    let body = br#"{"id":"x y","transferAmount":"many"}"#;
    let now = stage.app.clock.now();
    let signed = cho40::feeds::sign::sepay_hmac(&feed.secret, now.get() / 1_000, body);
    let headers = signed.iter().map(|(name, value)| (name, value.as_bytes())).collect();
    let answered = feed.deliver(crate::stage::arrived(headers, body.to_vec()));
    assert_eq!((answered.outcome, answered.reply.status), ("undecodable", 200));
    let kept: Vec<(String, Option<Vec<u8>>)> = stage.read(|connection, _| {
        Ok(deliveries::table.select((deliveries::outcome, deliveries::body)).load(connection)?)
    });
    assert_eq!(kept, [("undecodable".to_owned(), Some(body.to_vec()))]);
});

on_both!(two_thousand_mixed_transfers_leave_totals_that_agree, |db| {
    let stage = Stage::new(db);
    let one = stage.stand("A1", "0123456789", UseKind::BusinessOnly);
    let two = stage.stand("A2", "0987654321", UseKind::Mixed);
    let feed = stage.feed(Provider::StandardWebhooks);
    let references = [reference(&one), reference(&two), String::new()];
    for round in 0..10_u64 {
        let day_ms = 86_400_000;
        let batch: Vec<_> = (0..200_u64)
            .map(|number| {
                let id = round * 200 + number;
                let account = if number % 3 == 0 { "0123456789" } else { "0987654321" };
                let memo = &references[(number % 3) as usize];
                let mut sent = transfer(&stage, id + 1, account, memo);
                sent.amount = Vnd::new((id as i64 % 97 + 1) * 500);
                let earlier = -(number as i64 % 40) * day_ms;
                sent.occurred_at = sent.occurred_at.plus_ms(earlier);
                sent.payer_name = (number % 2 == 0).then_some("TRAN VAN B");
                sent
            })
            .collect();
        feed.send_together(&batch);
        if round == 4 {
            stage.roll_up();
        }
    }
    assert!(stage.differences().is_empty(), "{:?}", stage.differences());
    stage.roll_up();
    assert!(stage.differences().is_empty(), "{:?}", stage.differences());
});

on_both!(an_expired_secret_is_not_accepted_a_moment_longer, |db| {
    let clock = db.clock.clone();
    let stage = Stage::new(db);
    stage.stand("A1", "0123456789", UseKind::Mixed);
    let feed = stage.feed(Provider::Sepay);
    let (key, id) = (stage.app.secret_key.clone(), feed.id);
    stage.write(move |connection, act| {
        let secret = "whsec_fedcba9876543210fedcba9876543210".into();
        let new = NewSecret { secret, others_expire_in_s: Some(60) };
        feeds::add_secret(connection, act, &key, id, new)
    });
    let started = stage.now().at;
    clock.move_to(started.plus_ms(59_999));
    assert_eq!(feed.send(&transfer(&stage, 1, "0123456789", "mua ca")), "recorded");
    clock.move_to(started.plus_ms(60_000));
    assert_eq!(feed.send(&transfer(&stage, 2, "0123456789", "mua ca")), "refused");
});
