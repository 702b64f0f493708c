#![cfg(test)]
//! Casso, VietQR.vn, the Bank Hub and MB through the intake: each transfer once, each answer in
//! its provider's words, nothing private kept.

use cho40::db::schema::{deliveries, refused_deliveries};
use cho40::feeds::sample::{self, SampleTransfer};
use cho40::feeds::{Direction, Headers, Provider, Secret, sign};
use cho40::intake::feeds::{self, NewSecret};
use cho40::intake::hook::Arrived;
use cho40::intake::verify::verify;
use cho40::ledger::transfers;
use cho40::primitives::Vnd;
use cho40::primitives::ids::{AccountId, FeedId};
use cho40::registry::PageRequest;
use cho40::registry::accounts::{self, AccountKind, NewAccount, Relation, UseKind};
use cho40::registry::numbers::{self, NewReceivingNumber, NumberKind};
use diesel::prelude::*;
use serde_json::{Value, json};

use crate::stage::{Feed, SEPAY_SECRET, Stage, arrived, transfer};
use crate::support::on_both;

const ACCOUNT: &str = "0123456789";
const TERMINAL: &str = "QUAY01";

struct Way {
    provider: Provider,
    config: &'static str,
    success: &'static str,
    /// Whether a request that was refused for its secret can be verified again.
    again: bool,
}

const fn way(provider: Provider, config: &'static str, success: &'static str, again: bool) -> Way {
    Way { provider, config, success, again }
}

const SUCCESS: &str = r#"{"success":true}"#;
const SYNCED: &str = r#""object":{"reftransactionid":"dlv_"#;
const WAYS: [Way; 9] = [
    way(Provider::Casso, r#"{"version":"v1"}"#, SUCCESS, true),
    way(Provider::Casso, r#"{"version":"v2","merchant":"b"}"#, SUCCESS, true),
    way(
        Provider::VietqrVn,
        r#"{"authentication":"token","username":"cho"}"#,
        r#"{"error":false,"errorReason":"000","toastMessage":"OK","object":{"reftransactionid":"dlv_"#,
        false,
    ),
    way(
        Provider::VietqrVn,
        r#"{"authentication":"signature","merchant":"b"}"#,
        r#"{"error":false,"errorReason":"000","toastMessage":"","messageError":""}"#,
        true,
    ),
    way(Provider::SepayBankHub, r#"{"authentication":"secret_key"}"#, SUCCESS, true),
    way(Provider::SepayBankHub, r#"{"authentication":"api_key","merchant":"b"}"#, SUCCESS, true),
    way(Provider::Mbbank, r#"{"authentication":"token","username":"cho"}"#, SYNCED, false),
    way(Provider::Mbbank, r#"{"authentication":"bearer","merchant":"b"}"#, SYNCED, true),
    way(
        Provider::Mbbank,
        r#"{"authentication":"checksum","merchant":"c"}"#,
        r#"{"resCode":"00","resDesc":"Success"}"#,
        true,
    ),
];

fn amounts(stage: &Stage) -> Vec<i64> {
    let all = transfers::Filter::default();
    let mut amounts: Vec<_> = stage.read(|connection, act| {
        let found = transfers::list(connection, act, all, PageRequest::default())?.items;
        Ok(found.iter().filter_map(|one| one.amount_vnd).map(Vnd::get).collect())
    });
    amounts.sort_unstable();
    amounts
}

fn outcomes(stage: &Stage) -> Vec<String> {
    stage.read(|connection, _| {
        let kept = deliveries::table.order(deliveries::id).select(deliveries::outcome);
        Ok(kept.load(connection)?)
    })
}

/// A stall whose account is also known by a terminal's id, since MB's notices name nothing else.
fn stand(stage: &Stage) -> AccountId {
    let stand = stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    let new = NewReceivingNumber {
        account_id: stand.account_id,
        bin: None,
        kind: NumberKind::Terminal,
        number: TERMINAL.into(),
    };
    stage.write(move |connection, act| numbers::create(connection, act, new));
    stand.account_id
}

fn sale<'a>(stage: &Stage, id: u64) -> SampleTransfer<'a> {
    SampleTransfer { virtual_account: Some(TERMINAL), ..transfer(stage, id, ACCOUNT, "mua ca") }
}

on_both!(each_transfer_counts_once_whoever_reports_it, |db| {
    let stage = Stage::new(db);
    stand(&stage);
    let mut expected = Vec::new();
    for (number, way) in (1..).zip(&WAYS) {
        let feed = stage.feed_of(way.provider, way.config, SEPAY_SECRET);
        let first = sale(&stage, number);
        let answered = feed.deliver(feed.signed(&first));
        assert_eq!((answered.outcome, answered.reply.status), ("recorded", 200), "{}", way.config);
        assert!(answered.reply.body.contains(way.success), "{}", answered.reply.body);
        let again = feed.deliver(feed.signed(&first));
        assert_eq!((again.outcome, again.reply.status), ("duplicate", 200));
        assert!(again.reply.body.contains(way.success), "{}", again.reply.body);
        expected.push(45_000);

        let mut other = first.clone();
        other.amount = Vnd::new(54_000);
        let contradiction = feed.deliver(feed.signed(&other));
        assert_eq!(contradiction.reply.status, 200);
        if way.config.contains("checksum") {
            // The amount is a part of what is summed up, and that is the identity.
            assert_eq!(contradiction.outcome, "recorded");
            expected.push(54_000);
        } else {
            assert_eq!(contradiction.outcome, "duplicate-with-different-fields", "{}", way.config);
        }
        assert!(contradiction.reply.body.contains(way.success));
    }
    expected.sort_unstable();
    assert_eq!(amounts(&stage), expected);
    assert!(stage.differences().is_empty(), "{:?}", stage.differences());
});

on_both!(a_wrong_secret_is_refused_and_what_can_be_is_taken_in_later, |db| {
    let stage = Stage::new(db);
    stand(&stage);
    let mut expected = Vec::new();
    for (number, way) in (1..).zip(&WAYS) {
        let mut feed = stage.feed_of(way.provider, way.config, SEPAY_SECRET);
        feed.secret = Secret::new("mot-khoa-khac-hoan-toan", 12).unwrap();
        let answered = feed.deliver(feed.signed(&sale(&stage, number)));
        assert_eq!((answered.outcome, answered.reply.status), ("refused", 401), "{}", way.config);
        feed.settle();
        let before = verify_again(&stage, feed.id);
        assert_eq!(before.outcome, "refused");
        assert!(before.refused_because.unwrap().starts_with("wrong-"), "{}", way.config);
        let key = stage.app.secret_key.clone();
        let (id, secret) = (feed.id, feed.secret.expose().to_owned());
        let new = NewSecret { secret, others_expire_in_s: None };
        stage.write(move |connection, act| feeds::add_secret(connection, act, &key, id, new));
        let after = verify_again(&stage, feed.id);
        if way.again {
            assert_eq!(after.outcome, "recorded", "{}", way.config);
            expected.push(45_000);
        } else {
            // Its token is not kept; the provider fetches another one and pushes again.
            assert_eq!(after.refused_because.as_deref(), Some("wrong-token"));
        }
    }
    assert_eq!(amounts(&stage), expected);
    let stored: Vec<String> = stage.read(|connection, _| {
        Ok(refused_deliveries::table.select(refused_deliveries::headers).load(connection)?)
    });
    assert!(stored.iter().all(|headers| !headers.contains("khoa-khac")), "{stored:?}");
});

fn verify_again(stage: &Stage, feed_id: FeedId) -> cho40::intake::replay::TakenIn {
    let key = stage.app.secret_key.clone();
    stage.write(move |connection, act| verify(connection, act, &key, feed_id, 1))
}

fn question(feed: &Feed<'_>) -> Arrived {
    let request = sample::token_request(&feed.config, &feed.secret).unwrap();
    let headers: Headers = request.headers.into_iter().collect();
    Arrived { path_tail: request.path_tail.into(), ..arrived(headers, request.body) }
}

on_both!(a_question_is_answered_and_leaves_no_trace, |db| {
    let stage = Stage::new(db);
    stand(&stage);
    for provider in [Provider::VietqrVn, Provider::Mbbank] {
        let mut feed = stage.feed(provider);
        let kept = outcomes(&stage).len();
        let answered = feed.deliver(question(&feed));
        assert_eq!((answered.outcome, answered.reply.status), ("question", 200));
        let told: Value = serde_json::from_str(&answered.reply.body).unwrap();
        let (name, bearer) = sign::bearer(told["access_token"].as_str().unwrap());
        assert_eq!(outcomes(&stage).len(), kept);
        // The same without the part of the address that its documents put before it.
        let short = Arrived { path_tail: "token_generate".into(), ..question(&feed) };
        assert_eq!(feed.deliver(short).outcome, "question");

        let report = feed.signed(&sale(&stage, 1));
        let mut headers = Headers::default().with(name, bearer.as_bytes());
        headers = headers.with("content-type", b"application/json");
        let report = Arrived { path_tail: report.path_tail, ..arrived(headers, report.body) };
        assert_eq!(feed.deliver(report).outcome, "recorded");

        // Six minutes later a new one is needed.
        let old = feed.signed(&sale(&stage, 2));
        stage.app.clock.move_to(stage.app.clock.now().plus_ms(360_000));
        let late = feed.deliver(old);
        assert_eq!((late.outcome, late.reply.status), ("refused", 401));
        assert!(late.reply.body.contains("expired-token"), "{}", late.reply.body);
        assert_eq!(feed.send(&sale(&stage, 2)), "recorded");

        // A wrong password is seen in the log, also without a body, and cannot be taken in.
        feed.secret = Secret::new("mot-khoa-khac-hoan-toan", 12).unwrap();
        let wrong = Arrived { body: Vec::new(), ..question(&feed) };
        let answered = feed.deliver(wrong);
        assert_eq!((answered.outcome, answered.reply.status), ("refused", 401));
        feed.settle();
        let page = PageRequest::default();
        let log = stage.read(|connection, act| {
            Ok(cho40::intake::refused::list(connection, act, feed.id, page)?.items)
        });
        let reasons: Vec<_> = log.iter().map(|one| one.reason.as_str()).collect();
        assert_eq!(reasons, ["wrong-credentials", "expired-token"]);
        let (key, id, number) = (stage.app.secret_key.clone(), feed.id, log[0].number);
        let again = stage.write(move |connection, act| verify(connection, act, &key, id, number));
        assert_eq!(again.refused_because.as_deref(), Some("wrong-credentials"));
        // Nor can a report whose token had expired: by now anybody may have that token.
        let expired = verify_again(&stage, feed.id);
        assert_eq!(expired.refused_because.as_deref(), Some("expired-token"));
    }
});

on_both!(the_test_button_of_casso_is_acknowledged_and_credits_nothing, |db| {
    let stage = Stage::new(db);
    stage.stand("A1", "88888888", UseKind::BusinessOnly);
    for (config, v1) in [(r#"{"version":"v1"}"#, true), (r#"{"version":"v2"}"#, false)] {
        let feed = stage.feed_of(Provider::Casso, config, SEPAY_SECRET);
        let one = json!({"id": 0, "tid": "MA_GIAO_DICH_THU_NGHIEM", "amount": 599_000,
            "reference": "MA_GIAO_DICH_THU_NGHIEM", "accountNumber": "88888888",
            "bank_sub_acc_id": "88888888", "when": "2024-10-03 15:06:37",
            "transactionDateTime": "2024-10-03 15:06:37"});
        let data = if v1 { json!([one]) } else { one };
        let body = json!({"error": 0, "data": data}).to_string();
        let at = stage.app.clock.now().get();
        let [header] = if v1 {
            sign::casso_v1(&feed.secret)
        } else {
            sign::casso_v2(&feed.secret, at, &body).unwrap()
        };
        let answered = feed.deliver(arrived([header].into_iter().collect(), body.into_bytes()));
        assert_eq!((answered.outcome, answered.reply.body.as_ref()), ("test", SUCCESS));
    }
    assert!(amounts(&stage).is_empty());
    assert_eq!(outcomes(&stage), ["test", "test"]);
});

/// A stall with an account whose holder agreed or not.
fn account(stage: &Stage, number: &'static str, kind: AccountKind, keeps_outgoing: bool) {
    let new = NewAccount {
        bin: "970422".into(),
        number: number.into(),
        kind,
        use_kind: UseKind::Mixed,
        holder_name: "CONG TY CHO".into(),
        relation: Relation::Own,
        keeps_outgoing,
    };
    let id = stage.write(move |connection, act| accounts::create(connection, act, new)).id;
    stage.stand_on("A1", id);
}

/// Several transfers in one call; the balance is 0 where Casso does not know it.
fn casso_array(
    stage: &Stage,
    feed: &Feed<'_>,
    balance: u64,
    rows: &[(u64, &str, i64, &str)],
) -> Arrived {
    let of = |(id, account, amount, memo): &(u64, &str, i64, &str)| {
        let one = SampleTransfer {
            direction: if *amount < 0 { Direction::Out } else { Direction::In },
            amount: Vnd::new(amount.abs()),
            ..transfer(stage, *id, account, memo)
        };
        let body: Value = serde_json::from_slice(&one.casso_v1_body().unwrap()).unwrap();
        let mut one = body["data"][0].clone();
        one["cusum_balance"] = json!(balance);
        one
    };
    let data: Vec<Value> = rows.iter().map(of).collect();
    let body = json!({"error": 0, "data": data}).to_string();
    let headers = sign::casso_v1(&feed.secret).into_iter().collect();
    arrived(headers, body.into_bytes())
}

on_both!(of_several_transfers_a_private_account_keeps_only_money_in, |db| {
    let stage = Stage::new(db);
    account(&stage, "111", AccountKind::Personal, false);
    let feed = stage.feed_of(Provider::Casso, r#"{"version":"v1"}"#, SEPAY_SECRET);
    for (first, balance) in [(1, 8_123_456), (11, 0)] {
        let rows = [
            (first, "111", -750_000, "vien phi"),
            (first + 1, "111", 45_000, "mua ca"),
            (first + 2, "111", -20_000, "tien dien"),
            (first + 3, "111", 30_000, "mua rau"),
        ];
        let all = || casso_array(&stage, &feed, balance, &rows);
        assert_eq!(feed.deliver(all()).outcome, "recorded");
        assert_eq!(feed.deliver(all()).outcome, "duplicate");
    }
    let bodies: Vec<Option<Vec<u8>>> = stage
        .read(|connection, _| Ok(deliveries::table.select(deliveries::body).load(connection)?));
    let kept: Vec<_> = bodies.into_iter().flatten().collect();
    assert_eq!(kept.len(), 2);
    for body in kept {
        let body = String::from_utf8(body).unwrap();
        for private in ["vien phi", "tien dien", "750000", "20000", "8123456"] {
            assert!(!body.contains(private), "{private}: {body}");
        }
    }
    let found = stage.read(|connection, act| {
        let all = transfers::Filter::default();
        Ok(transfers::list(connection, act, all, PageRequest::default())?.items)
    });
    // Memos are read from the kept body, each at its own place.
    let mut told: Vec<_> =
        found.iter().map(|one| (one.amount_vnd.unwrap().get(), one.memo.as_deref())).collect();
    told.sort_unstable();
    let (rau, ca) = ((30_000, Some("mua rau")), (45_000, Some("mua ca")));
    assert_eq!(told, [rau, rau, ca, ca]);
    assert!(stage.differences().is_empty(), "{:?}", stage.differences());
});

on_both!(an_organisation_keeps_what_it_agreed_to, |db| {
    let stage = Stage::new(db);
    account(&stage, "222", AccountKind::Organisation, true);
    let feed = stage.feed_of(Provider::Casso, r#"{"version":"v1"}"#, SEPAY_SECRET);
    let rows = [(1, "222", -750_000, "tra bao ve"), (2, "222", 45_000, "tien sap")];
    assert_eq!(feed.deliver(casso_array(&stage, &feed, 8_123_456, &rows)).outcome, "recorded");
    assert_eq!(amounts(&stage), [45_000, 750_000]);
    let body: Option<Vec<u8>> = stage
        .read(|connection, _| Ok(deliveries::table.select(deliveries::body).first(connection)?));
    let body = String::from_utf8(body.unwrap()).unwrap();
    assert!(body.contains("tra bao ve") && body.contains("8123456"), "{body}");
});
