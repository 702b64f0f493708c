#![cfg(test)]
//! One transfer, reported by several senders: counted once, linked, and a person looks.

use cho40::feeds::{Provider, sample::SampleTransfer};
use cho40::intake::accounts::{attach_account, detach_account};
use cho40::intake::deliveries::{self, DeliveryOutcome, Filter};
use cho40::ledger::pairs::Verdict;
use cho40::ledger::unassigned;
use cho40::primitives::Vnd;
use cho40::primitives::ids::{AccountId, FeedId};
use cho40::registry::PageRequest;
use cho40::registry::accounts::{AccountKind, UseKind};
use cho40::requests::RequestState;

use crate::pairs_support::{
    ACCOUNT, agrees, ask, confirm, counts, kept, paid, pairs_of, separate, state, together,
};
use crate::registry_support::refused;
use crate::stage::Stage;
use crate::support::on_both;

fn attach(stage: &Stage, feed: FeedId, account: AccountId) {
    stage.write(move |connection, act| attach_account(connection, act, feed, account));
}

fn waiting(stage: &Stage) -> usize {
    stage.read(|connection, act| {
        Ok(unassigned::list(connection, act, PageRequest::default())?.items.len())
    })
}

on_both!(an_order_and_an_account_feed_of_one_account_count_a_transfer_once, |db| {
    let stage = Stage::new(db);
    let (payos, sepay) = (stage.feed(Provider::Payos), stage.feed(Provider::Sepay));
    // With the account in the order's report, and without: then its request names it.
    for id in 70..78_u64 {
        let (in_one_batch, order_first, is_told) = (id & 1 == 1, id & 2 == 2, id & 4 == 4);
        let number = format!("90{id}");
        let stand = stage.stand(&number, &number, UseKind::BusinessOnly);
        attach(&stage, payos.id, stand.account_id);
        attach(&stage, sepay.id, stand.account_id);
        let request = ask(&stage, &stand, Some((&payos, id)));
        let of = |account, seconds| SampleTransfer { account, ..paid(&stage, id, seconds, "CS7") };
        let order = (&payos, of(if is_told { &number } else { "0000000000" }, 70));
        let notice = (&sepay, of(&number, 66));
        let sent = if order_first { [order, notice] } else { [notice, order] };
        let before = kept(&stage).len();
        let outcomes = if in_one_batch {
            together(&stage, &sent)
        } else {
            sent.iter().map(|(feed, sent)| feed.send(sent)).collect()
        };
        assert_eq!(outcomes, ["recorded", "suspected"]);
        let all = kept(&stage);
        assert_eq!(all.len(), before + 1);
        let attribution = &all.last().unwrap().attribution;
        let expected = if order_first { ("order", 1) } else { ("order", 2) };
        assert_eq!((attribution.rule.as_str(), attribution.seq), expected);
        assert_eq!(state(&stage, &request), (RequestState::Paid, 45_000));
        for (feed, sent) in &sent {
            assert_eq!(feed.send(sent), "duplicate", "a retry of either");
        }
        assert_eq!(counts(&stage).2, 0, "both were known by their feeds' accounts");
        agrees(&stage);
    }
});

on_both!(an_old_feed_that_still_sends_counts_nothing_twice, |db| {
    let stage = Stage::new(db);
    let stand = stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    let (old, new) = (stage.feed(Provider::Sepay), stage.feed(Provider::StandardWebhooks));
    attach(&stage, old.id, stand.account_id);
    assert_eq!(old.send(&paid(&stage, 1, 600, "mua rau")), "recorded");
    let (feed, account) = (old.id, stand.account_id);
    stage.write(move |connection, act| detach_account(connection, act, feed, account));
    attach(&stage, new.id, stand.account_id);
    assert_eq!(new.send(&paid(&stage, 2, 60, "mua ca")), "recorded");
    assert_eq!(old.send(&paid(&stage, 2, 60, "mua ca")), "suspected");
    assert_eq!(old.send(&paid(&stage, 3, 30_000, "mua ga")), "recorded");
    stage.index_transfers();
    assert_eq!(new.send(&paid(&stage, 3, 30_000, "mua ga")), "suspected");
    assert_eq!(new.send(&paid(&stage, 3, 30_000, "mua ga")), "duplicate");
    assert_eq!(counts(&stage), (3, 2, 0));
    agrees(&stage);
});

on_both!(feeds_that_are_attached_to_nothing_are_known_from_their_first_report_on, |db| {
    let stage = Stage::new(db);
    stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    let (one, other) = (stage.feed(Provider::Sepay), stage.feed(Provider::StandardWebhooks));
    assert_eq!(one.send(&paid(&stage, 1, 60, "x")), "recorded");
    assert_eq!(counts(&stage), (1, 0, 1));
    assert_eq!(other.send(&paid(&stage, 1, 60, "x")), "suspected");
    assert_eq!(one.send(&paid(&stage, 2, 1_200, "x")), "recorded");
    assert_eq!(other.send(&paid(&stage, 2, 1_200, "x")), "suspected");
    assert_eq!(counts(&stage), (2, 2, 2));
    let second = stage.account("9990001112", AccountKind::Personal, UseKind::BusinessOnly);
    stage.stand_on("A2", second);
    let of = |id| SampleTransfer { account: "9990001112", ..paid(&stage, id, 60, "x") };
    let both = together(&stage, &[(&one, of(3)), (&other, of(3))]);
    assert_eq!(both, ["recorded", "suspected"], "also where the batch is the first of both");
    agrees(&stage);
});

on_both!(one_request_is_not_paid_twice_because_clocks_are_hours_apart, |db| {
    let stage = Stage::new(db);
    let stand = stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    let (one, other) = (stage.feed(Provider::Sepay), stage.feed(Provider::StandardWebhooks));
    // Both are known as senders of the account.
    assert_eq!(one.send(&paid(&stage, 1, 1, "x")), "recorded");
    assert_eq!(other.send(&paid(&stage, 1, 1, "x")), "suspected");
    // Clocks that differ, and a time zone that was taken for another; in one batch too.
    for (number, (seconds, in_one_batch)) in
        (10..).zip([(60 + 400, false), (7 * 3_600, false), (60 + 301, true), (86_000, true)])
    {
        let asked = ask(&stage, &stand, None);
        let memo = asked.reference.to_string();
        let sent = [
            (&one, paid(&stage, number, 60, &memo)),
            (&other, paid(&stage, number, seconds, &memo)),
        ];
        let told = if in_one_batch {
            together(&stage, &sent)
        } else {
            sent.iter().map(|(feed, sent)| feed.send(sent)).collect()
        };
        assert_eq!(told, ["recorded", "suspected"], "{seconds} s");
        assert_eq!(state(&stage, &asked), (RequestState::Paid, 45_000), "{seconds} s");
        agrees(&stage);
    }
    // Who really pays twice is told twice by each.
    let asked = ask(&stage, &stand, None);
    let memo = asked.reference.to_string();
    for (number, seconds, told) in [(20, 60, "recorded"), (21, 600, "recorded")] {
        assert_eq!(one.send(&paid(&stage, number, seconds, &memo)), told);
    }
    for number in [20, 21] {
        let late = paid(&stage, number, 7 * 3_600 + 60 * number.cast_signed(), &memo);
        assert_eq!(other.send(&late), "suspected");
    }
    assert_eq!(state(&stage, &asked), (RequestState::Duplicate, 90_000));
    // Without a request, so far apart are two payments.
    assert_eq!(one.send(&paid(&stage, 30, 60, "mua rau")), "recorded");
    assert_eq!(other.send(&paid(&stage, 30, 460, "mua rau")), "recorded");
    agrees(&stage);
});

on_both!(two_payments_of_one_amount_in_one_minute_stay_two, |db| {
    let stage = Stage::new(db);
    let (one, other) = (stage.feed(Provider::Sepay), stage.feed(Provider::StandardWebhooks));
    let orders = [[0, 2, 1, 3], [0, 2, 3, 1], [0, 1, 2, 3], [2, 1, 0, 3]];
    for (round, order) in orders.iter().enumerate() {
        let number = format!("9100{round}");
        stage.stand(&number, &number, UseKind::BusinessOnly);
        let of =
            |id, seconds| SampleTransfer { account: &number, ..paid(&stage, id, seconds, "x") };
        let id = 10 * round as u64;
        let all = [
            (&one, of(id + 1, 90)),
            (&one, of(id + 2, 50)),
            (&other, of(id + 1, 90)),
            (&other, of(id + 2, 50)),
        ];
        let before = kept(&stage).len();
        let sent: Vec<_> = order.iter().map(|place| all[*place].clone()).collect();
        let outcomes = match round % 2 {
            0 => sent.iter().map(|(feed, sent)| feed.send(sent)).collect(),
            _ => together(&stage, &sent),
        };
        let count = |outcome| outcomes.iter().filter(|found| **found == outcome).count();
        assert_eq!((count("recorded"), count("suspected")), (2, 2), "{order:?}");
        assert_eq!(kept(&stage).len(), before + 2);
        agrees(&stage);
    }
});

on_both!(what_differs_in_time_amount_or_reference_is_not_linked, |db| {
    let stage = Stage::new(db);
    let account = stage.account(ACCOUNT, AccountKind::Personal, UseKind::BusinessOnly);
    let stands = [stage.stand_on("A1", account), stage.stand_on("A2", account)];
    let [memo, other_memo] = stands.map(|stand| stand.code.reference.unwrap().to_string());
    let (one, other) = (stage.feed(Provider::Sepay), stage.feed(Provider::StandardWebhooks));
    assert_eq!(one.send(&paid(&stage, 1, 1_200, &memo)), "recorded");
    assert_eq!(other.send(&paid(&stage, 2, 600, &memo)), "recorded", "ten minutes apart");
    let more = SampleTransfer { amount: Vnd::new(46_000), ..paid(&stage, 3, 1_200, &memo) };
    assert_eq!(other.send(&more), "recorded");
    assert_eq!(other.send(&paid(&stage, 4, 1_200, &other_memo)), "recorded", "another stall's");
    assert_eq!(other.send(&paid(&stage, 5, 1_200 - 299, "cat mat")), "suspected");
    assert_eq!(counts(&stage).0, 4);
    agrees(&stage);
});

on_both!(the_bank_s_own_reference_is_preferred_to_the_time, |db| {
    let stage = Stage::new(db);
    stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    let (one, other) = (stage.feed(Provider::Sepay), stage.feed(Provider::StandardWebhooks));
    let of =
        |id, seconds, reference| SampleTransfer { reference, ..paid(&stage, id, seconds, "x") };
    assert_eq!(one.send(&of(1, 90, "FT1")), "recorded");
    assert_eq!(one.send(&of(2, 60, "FT2")), "recorded");
    assert_eq!(other.send(&of(3, 60, "FT1")), "suspected");
    let first = &kept(&stage)[0];
    assert_eq!(pairs_of(&stage, None)[0].transfer_id, first.id);
});

on_both!(a_second_report_that_names_the_request_pays_it, |db| {
    let stage = Stage::new(db);
    let account = stage.account(ACCOUNT, AccountKind::Personal, UseKind::Mixed);
    let stand = stage.stand_on("A1", account);
    stage.stand_on("A2", account);
    let (one, other) = (stage.feed(Provider::Sepay), stage.feed(Provider::StandardWebhooks));
    let request = ask(&stage, &stand, None);
    // The first report's memo is cut; two stalls share the account.
    assert_eq!(one.send(&paid(&stage, 1, 60, "CT tu 0011")), "unmatched");
    assert_eq!(waiting(&stage), 1);
    let memo = request.reference.to_string();
    assert_eq!(other.send(&paid(&stage, 1, 60, &memo)), "suspected");
    assert_eq!(waiting(&stage), 0);
    assert_eq!(state(&stage, &request), (RequestState::Paid, 45_000));
    let all = kept(&stage);
    assert_eq!((all.len(), all[0].attribution.rule.as_str()), (1, "request"));
    agrees(&stage);

    // Two transfers after all: each is what its own report says.
    let pair = pairs_of(&stage, Some(true)).remove(0);
    let own = separate(&stage, pair.id).unwrap().own_transfer_id;
    let all = kept(&stage);
    let rules: Vec<_> = all.iter().map(|found| found.attribution.rule.as_str()).collect();
    assert_eq!(rules, ["none", "request"]);
    assert_eq!(own, Some(all[1].id));
    assert_eq!(waiting(&stage), 1);
    assert_eq!(state(&stage, &request), (RequestState::Paid, 45_000));
    agrees(&stage);
});

on_both!(a_person_says_whether_they_are_one, |db| {
    let stage = Stage::new(db);
    stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    let (one, other) = (stage.feed(Provider::Sepay), stage.feed(Provider::StandardWebhooks));
    for id in [1, 2] {
        let seconds = 3_600 * id as i64;
        assert_eq!(one.send(&paid(&stage, id, seconds, "mua ca")), "recorded");
        let report = other.deliver(other.signed(&paid(&stage, id, seconds, "mua rau")));
        assert_eq!((report.outcome, report.reply.status), ("suspected", 200));
    }
    let pairs = pairs_of(&stage, Some(true));
    let body = |delivery: &Option<deliveries::Delivery>| -> String {
        delivery.as_ref().unwrap().body.clone().unwrap()
    };
    assert_eq!(pairs.len(), 2);
    assert!(body(&pairs[0].first).contains("mua ca") && body(&pairs[0].other).contains("mua rau"));
    let other_delivery = pairs[0].other.as_ref().unwrap();
    assert_eq!(other_delivery.transfer_ids, [pairs[0].transfer_id]);
    let filter = Filter { feed_id: None, outcome: Some(DeliveryOutcome::Suspected) };
    let suspected = stage
        .read(|connection, act| deliveries::list(connection, act, &filter, PageRequest::default()));
    assert_eq!(suspected.items.len(), 2);

    assert_eq!(confirm(&stage, pairs[0].id).unwrap().verdict, Verdict::Same);
    assert_eq!(confirm(&stage, pairs[0].id).unwrap().own_transfer_id, None);
    let own = separate(&stage, pairs[1].id).unwrap().own_transfer_id;
    assert_eq!(separate(&stage, pairs[1].id).unwrap().own_transfer_id, own, "once");
    refused(confirm(&stage, pairs[1].id), "", "pair-separated");
    assert_eq!(counts(&stage).0, 3);
    assert!(pairs_of(&stage, Some(true)).is_empty());
    assert_eq!(pairs_of(&stage, Some(false)).len(), 2);
    let all = kept(&stage);
    assert_eq!(all.last().unwrap().memo.as_deref(), Some("mua rau"));
    assert_eq!(Some(all.last().unwrap().id), own);
    for id in [1, 2] {
        let again = paid(&stage, id, 3_600 * id as i64, "mua rau");
        assert_eq!(other.send(&again), "duplicate", "a retry stays one");
    }
    agrees(&stage);
    // Whoever confirmed too early can still separate.
    separate(&stage, pairs[0].id).unwrap();
    assert_eq!(counts(&stage).0, 4);
    agrees(&stage);
});

on_both!(what_cannot_be_read_again_is_not_separated, |db| {
    use diesel::prelude::*;
    let stage = Stage::new(db);
    stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    let (one, other) = (stage.feed(Provider::Sepay), stage.feed(Provider::StandardWebhooks));
    one.send(&paid(&stage, 1, 60, "x"));
    assert_eq!(other.send(&paid(&stage, 1, 60, "x")), "suspected");
    let id = pairs_of(&stage, None)[0].id;
    let set_bodies = |body: Option<&'static [u8]>| {
        use cho40::db::schema::deliveries as table;
        stage.write(move |connection, _| {
            Ok(diesel::update(table::table).set(table::body.eq(body)).execute(connection)?)
        })
    };
    set_bodies(Some(b"{}"));
    refused(separate(&stage, id), "", "delivery-reads-differently");
    set_bodies(None);
    refused(separate(&stage, id), "", "delivery-body-gone");
    assert_eq!(counts(&stage).0, 1);
    agrees(&stage);
    // Without the bodies amount and time still tell.
    assert_eq!(other.send(&paid(&stage, 2, 900, "x")), "recorded");
    set_bodies(None);
    assert_eq!(one.send(&paid(&stage, 2, 900, "x")), "suspected");
});

on_both!(one_sender_s_reports_are_never_linked_with_each_other, |db| {
    let stage = Stage::new(db);
    stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    let (one, other) = (stage.feed(Provider::Sepay), stage.feed(Provider::StandardWebhooks));
    assert_eq!(one.send(&paid(&stage, 1, 3_600, "x")), "recorded");
    assert_eq!(other.send(&paid(&stage, 1, 3_600, "x")), "suspected");
    assert_eq!(one.send(&paid(&stage, 2, 60, "x")), "recorded");
    assert_eq!(one.send(&paid(&stage, 3, 60, "x")), "recorded");
    // The feed was made anew: the ids at its provider go on.
    let anew = stage.feed(Provider::Sepay);
    assert_eq!(anew.send(&paid(&stage, 3, 60, "x")), "duplicate");
    assert_eq!(anew.send(&paid(&stage, 4, 60, "x")), "recorded");
    assert_eq!(one.send(&paid(&stage, 5, 60, "x")), "recorded");
    let both =
        together(&stage, &[(&anew, paid(&stage, 6, 60, "x")), (&one, paid(&stage, 7, 60, "x"))]);
    assert_eq!(both, ["recorded", "recorded"]);
    assert_eq!(counts(&stage), (7, 1, 2));
    agrees(&stage);
});
