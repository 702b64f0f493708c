//! Phones' notices through the intake: each payment once, nothing private kept, the unreadable
//! ones waiting for a person.

#![cfg(test)]

use cho40::db::schema::{deliveries, event_pages, phone_texts, refused_deliveries};
use cho40::feeds::{Headers, Provider};
use cho40::intake::feeds;
use cho40::intake::phone::texts::{self, ChosenExample, Marking};
use cho40::intake::pulse::AlarmCode;
use cho40::intake::verify::verify;
use cho40::ledger::unassigned;
use cho40::primitives::Vnd;
use cho40::primitives::ids::{AccountId, TextId};
use cho40::primitives::time::MS_PER_DAY;
use cho40::registry::PageRequest;
use cho40::registry::accounts::{self, AccountChange, AccountKind, UseKind};
use cho40::registry::consents::{self, NewConsent};
use diesel::prelude::*;

use crate::phone_support::{
    APP, BIN, FIELDS, NOTICE, dismiss, feed_of, forward, marks, notice, phone, request, teach,
    tell, transfers, waiting,
};
use crate::pulse::alarms;
use crate::stage::{Stage, arrived, transfer};
use crate::support::{TestDb, on_both};

const ACCOUNT: &str = "0123456789";

/// Everything that is stored of what was sent.
fn stored(db: &mut TestDb) -> String {
    let connection = db.connection();
    let bodies: Vec<Option<Vec<u8>>> =
        deliveries::table.select(deliveries::body).load(connection).unwrap();
    let refused: Vec<Vec<u8>> =
        refused_deliveries::table.select(refused_deliveries::body).load(connection).unwrap();
    let texts: Vec<(String, String)> = phone_texts::table
        .select((phone_texts::title, phone_texts::text))
        .load(connection)
        .unwrap();
    let events: Vec<String> =
        event_pages::table.select(event_pages::events).load(connection).unwrap();
    let mut all: Vec<u8> = bodies.into_iter().flatten().chain(refused).flatten().collect();
    all.extend(events.concat().into_bytes());
    all.extend(texts.into_iter().flat_map(|(title, text)| format!("{title} {text} ").into_bytes()));
    String::from_utf8_lossy(&all).into_owned()
}

on_both!(a_notice_becomes_a_transfer_once, |db| {
    let stage = Stage::new(db);
    let stand = stage.stand("A-01", ACCOUNT, UseKind::Mixed);
    let phone = phone(&stage, feed_of(&stage, &[stand.account_id]));
    teach(&stage, NOTICE, &FIELDS).unwrap();
    let reference = stand.code.reference.unwrap().to_string();
    let told = notice(ACCOUNT, "+50,000", "1,300,000", &format!("{reference} tra tien"));
    let posted_at = db.clock.now();
    assert_eq!(forward(&phone, APP, &told, posted_at).outcome, "recorded");
    // The forwarder's repetition, the app showing it once more, another way to write the body.
    assert_eq!(forward(&phone, APP, &told, posted_at).outcome, "duplicate");
    db.clock.move_to(posted_at.plus_ms(90_000));
    let again = forward(&phone, APP, &told, posted_at).outcome;
    assert_eq!(again, "duplicate");
    // The same as a form, with the app's name in another case.
    let encoded = hex::encode(&told)
        .as_bytes()
        .chunks(2)
        .fold(String::new(), |form, byte| form + "%" + std::str::from_utf8(byte).unwrap());
    let form = format!("from=VIETCOMBANK&content={encoded}&timestamp={}", posted_at.0);
    assert_eq!(phone.deliver(request(&phone, form)).outcome, "duplicate");
    // The same sum from the same payer a moment later: the balance tells.
    let other = notice(ACCOUNT, "+50,000", "1,350,000", &format!("{reference} tra tien"));
    assert_eq!(forward(&phone, APP, &other, posted_at).outcome, "recorded");
    let all = transfers(&stage);
    assert_eq!(all.len(), 2);
    for one in &all {
        assert_eq!(one.evidence, "phone");
        assert_eq!(one.amount_vnd, Some(Vnd::new(50_000)));
        assert_eq!(one.occurred_at, posted_at);
        assert_eq!(one.attribution.rule, "reference");
        assert_eq!(one.attribution.lines[0].occupancy_id, Some(stand.occupancy_id));
        assert_eq!(one.memo.as_deref(), Some(&*format!("{reference} tra tien")));
    }
    assert_eq!(stage.differences(), Vec::<String>::new());
    db.clock.move_to(posted_at.plus_ms(2 * MS_PER_DAY));
    assert_eq!(stage.report()["sources"][0]["evidence"], "phone");
});

on_both!(without_a_balance_the_phones_time_tells_payments_apart, |db| {
    let stage = Stage::new(db);
    let stand = stage.stand("A-01", ACCOUNT, UseKind::BusinessOnly);
    let phone = phone(&stage, feed_of(&stage, &[stand.account_id]));
    let text = "Quy khach nhan duoc 50.000d vao TK ***6789. ND: tien ca";
    teach(&stage, text, &[("amount", "50.000"), ("account", "***6789"), ("memo", "tien ca")])
        .unwrap();
    let posted_at = db.clock.now();
    assert_eq!(forward(&phone, APP, text, posted_at).outcome, "recorded");
    assert_eq!(forward(&phone, APP, text, posted_at).outcome, "duplicate");
    assert_eq!(forward(&phone, APP, text, posted_at.plus_ms(-1_000)).outcome, "recorded");
    let all = transfers(&stage);
    assert_eq!(all.len(), 2);
    assert!(all.iter().all(|one| one.account_id == Some(stand.account_id)));
    // A balance that comes back on one day in another minute: flagged, and counted once.
    teach(&stage, NOTICE, &FIELDS).unwrap();
    assert_eq!(forward(&phone, APP, NOTICE, posted_at).outcome, "recorded");
    let back = forward(&phone, APP, NOTICE, posted_at.plus_ms(-120_000)).outcome;
    assert_eq!(back, "duplicate-with-different-fields");
});

on_both!(what_is_shown_of_an_account_must_be_one_of_the_feeds, |db| {
    let stage = Stage::new(db);
    let first = stage.stand("A-01", ACCOUNT, UseKind::BusinessOnly);
    let second = stage.stand("A-02", "0999996789", UseKind::BusinessOnly);
    let feed_id = feed_of(&stage, &[first.account_id]);
    let phone = phone(&stage, feed_id);
    teach(&stage, NOTICE, &FIELDS).unwrap();
    let tell = |account: &str, balance: &str| {
        tell(&phone, &notice(account, "+50,000", balance, "tra tien"))
    };
    assert_eq!(tell("***6789", "1,000"), "recorded");
    assert_eq!(tell("***0000", "2,000"), "unmatched");
    assert_eq!(tell("0999996789", "3,000"), "recorded", "a whole number needs no setting");
    let second_id = second.account_id;
    stage.write(move |connection, act| {
        cho40::intake::accounts::attach_account(connection, act, feed_id, second_id)
    });
    stage.app.intake.book.forget(feed_id);
    assert_eq!(tell("***6789", "4,000"), "unmatched", "two can be meant");
    assert_eq!(tell("09***6789", "5,000"), "recorded");
    let queue =
        stage.read(|connection, act| unassigned::list(connection, act, PageRequest::default()));
    assert_eq!(queue.items.len(), 2);
    let of = |id: AccountId| transfers(&stage).iter().filter(|t| t.account_id == Some(id)).count();
    assert_eq!((of(first.account_id), of(second.account_id)), (1, 2));
    assert_eq!(stage.differences(), Vec::<String>::new());
});

on_both!(money_out_and_balances_are_kept_only_where_the_holder_agreed, |db| {
    let stage = Stage::new(db);
    let account_id = stage.account(ACCOUNT, AccountKind::Personal, UseKind::Mixed);
    let feed_id = feed_of(&stage, &[account_id]);
    let phone = phone(&stage, feed_id);
    teach(&stage, NOTICE, &FIELDS).unwrap();
    tell(&phone, &notice(ACCOUNT, "+50,000", "7,654,321", "tien rau"));
    tell(&phone, &notice(ACCOUNT, "-9,876,000", "8,765,432", "vien phi"));
    // No template reads it, and nobody shall.
    assert_eq!(tell(&phone, "TK moi -1,234,000VND: vien phi. SD 9,999,111VND"), "not-a-transfer");
    assert_eq!(tell(&phone, "So du TK moi: 9,999,111VND"), "not-a-transfer");
    let kept = stored(db);
    assert!(kept.contains("tien rau"), "{kept}");
    for private in [
        "vien phi",
        "9,876,000",
        "9876000",
        "7,654,321",
        "7654321",
        "8,765,432",
        "9,999,111",
        "1,234,000",
    ] {
        assert!(!kept.contains(private), "{private} in {kept}");
    }
    assert_eq!(transfers(&stage).len(), 1);
    let consent = NewConsent {
        vendor_id: None,
        account_id: Some(account_id),
        purpose: consents::Purpose::KeepOutgoing,
        given_by: "Nguyễn Thị Lụa".into(),
        feed_id: None,
        wording: None,
    };
    stage.write(move |connection, act| consents::give(connection, act, consent));
    let change = AccountChange { keeps_outgoing: Some(true), ..AccountChange::default() };
    stage.write(move |connection, act| accounts::change(connection, act, account_id, change));
    assert_eq!(tell(&phone, &notice(ACCOUNT, "-20,000", "4,444,321", "mua da")), "recorded");
    let kept = stored(db);
    assert!(kept.contains("mua da") && kept.contains("4444321"), "{kept}");
    assert_eq!(stage.differences(), Vec::<String>::new());
});

on_both!(a_one_time_password_is_stored_nowhere, |db| {
    let stage = Stage::new(db);
    let stand = stage.stand("A-01", ACCOUNT, UseKind::Mixed);
    let phone = phone(&stage, feed_of(&stage, &[stand.account_id]));
    let loose = "Vietcombank GD TK 0123456789 +50,000VND tien ca";
    teach(
        &stage,
        loose,
        &[
            ("ignored", "Vietcombank"),
            ("account", "0123456789"),
            ("sign", "+"),
            ("amount", "50,000"),
            ("memo", "tien ca"),
        ],
    )
    .unwrap();
    let sent = [
        "Ma OTP 482913 cho GD TK 0123456789 +50,000VND tai SHOP",
        "Mã xác thực 482913. Giao dịch +50.000đ vào TK 0123456789",
        "482913 la ma xac nhan. Khong chia se, TK duoc +50,000VND",
        "Mat khau moi cua ban: 482913. Phi +50,000VND tu TK",
    ];
    for text in sent {
        assert_eq!(tell(&phone, text), "not-a-transfer", "{text}");
        // Without a time, bodies that cannot be taken apart, and requests that are not believed.
        let broken = format!("{{\"app\":\"x\",\"text\":\"{text}\"");
        assert_eq!(phone.deliver(request(&phone, broken)).outcome, "undecodable");
        let untimed = format!("{{\"app\":\"x\",\"text\":\"{text}\"}}");
        assert_eq!(phone.deliver(request(&phone, untimed)).outcome, "not-a-transfer");
        for body in [
            format!("{{\"app\":\"{APP}\",\"text\":\"{text}\",\"posted_at\":1}}"),
            format!("content={text}"),
        ] {
            let headers =
                Headers::default().with("authorization", b"Bearer wrong-secret-of-24-chars");
            assert_eq!(phone.deliver(arrived(headers, body.into_bytes())).outcome, "refused");
        }
    }
    // The payer's own words do not lose the money.
    assert_eq!(tell(&phone, "X GD TK 0123456789 +50,000VND ma otp 482913 cam on"), "recorded");
    phone.settle();
    let kept = stored(db);
    assert!(kept.contains("cam on"), "{kept}");
    assert!(!kept.contains("482913"), "{kept}");
    assert_eq!(waiting(&stage).len(), 0);
    let refused: i64 = refused_deliveries::table.count().get_result(db.connection()).unwrap();
    assert_eq!(refused, 8);
    assert_eq!(stage.differences(), Vec::<String>::new());
});

on_both!(unknown_notices_wait_until_one_is_marked, |db| {
    let stage = Stage::new(db);
    let stand = stage.stand("A-01", ACCOUNT, UseKind::BusinessOnly);
    let phone = phone(&stage, feed_of(&stage, &[stand.account_id]));
    let posted_at = db.clock.now();
    for balance in ["1,300,000", "1,350,000", "1,300,000"] {
        let told = notice(ACCOUNT, "+50,000", balance, "tra tien");
        assert_eq!(forward(&phone, APP, &told, posted_at).outcome, "unknown-text");
    }
    assert_eq!(tell(&phone, "Giao dich la +70,000VND vao TK kia"), "unknown-text");
    let texts = waiting(&stage);
    assert_eq!(texts.len(), 3, "a repetition waits once");
    assert!(transfers(&stage).is_empty(), "nothing is guessed");
    let masked = notice(ACCOUNT, "+50,000", "#,###,###", "tra tien");
    assert_eq!(texts[2].text.as_deref(), Some(&*masked));
    let key = stage.app.secret_key.clone();
    let fields = [
        ("account", ACCOUNT),
        ("sign", "+"),
        ("amount", "50,000"),
        ("balance", "#,###,###"),
        ("memo", "tra tien"),
    ];
    let marking = Marking { bin: BIN.into(), direction: None, marks: marks(&fields) };
    let id = texts[2].id;
    let made = stage.write(move |connection, act| texts::mark(connection, act, &key, id, &marking));
    stage.app.intake.book.forget_board(stage.act.board_id());
    assert_eq!((made.template.version, made.taken_in.len()), (1, 2));
    assert!(made.taken_in.iter().all(|taken| taken.outcome == "recorded"));
    assert_eq!(
        made.template.pattern,
        "TK {account} {sign}{amount}VND. SD {balance}VND. Ref {memo}"
    );
    assert_eq!(waiting(&stage).len(), 1);
    assert_eq!(transfers(&stage).len(), 2);
    // What was taken in late is known when the phone sends it once more.
    let told = notice(ACCOUNT, "+50,000", "1,300,000", "tra tien");
    assert_eq!(forward(&phone, APP, &told, posted_at).outcome, "duplicate");
    let id = waiting(&stage)[0].id;
    dismiss(&stage, id, "quảng cáo").unwrap();
    assert!(waiting(&stage).is_empty());
    assert!(!stored(db).contains("1,300,000") && !stored(db).contains("1300000"));
    assert_eq!(stage.differences(), Vec::<String>::new());
});

on_both!(a_waiting_notice_is_forgotten_after_90_days, |db| {
    let stage = Stage::new(db);
    let stand = stage.stand("A-01", ACCOUNT, UseKind::BusinessOnly);
    let phone = phone(&stage, feed_of(&stage, &[stand.account_id]));
    let came_at = db.clock.now();
    assert_eq!(tell(&phone, NOTICE), "unknown-text");
    let id = waiting(&stage)[0].id;
    let count = |db: &mut TestDb| -> i64 {
        phone_texts::table.count().get_result(db.connection()).unwrap()
    };
    db.clock.move_to(came_at.plus_ms(89 * MS_PER_DAY));
    stage.wait(stage.app.forget_old_texts()).unwrap();
    assert_eq!((waiting(&stage).len(), count(db)), (1, 1));
    db.clock.move_to(came_at.plus_ms(91 * MS_PER_DAY));
    // Nobody sees it any more, also before it is gone.
    assert_eq!((waiting(&stage).len(), count(db)), (0, 1));
    assert!(stage.try_write(move |connection, act| texts::get(connection, act, id)).is_err());
    stage.wait(stage.app.forget_old_texts()).unwrap();
    assert_eq!(count(db), 0);
    // What it said is gone, that it was is not.
    assert_eq!(alarms(&stage), [AlarmCode::PhoneSilent, AlarmCode::TextsLost]);
});

on_both!(an_example_counts_only_when_a_notice_has_confirmed_it, |db| {
    let stage = Stage::new(db);
    let stand = stage.stand("A-01", "01234567789", UseKind::BusinessOnly);
    let phone = phone(&stage, feed_of(&stage, &[stand.account_id]));
    let text = "TK 01xxx789|GD: +50,000VND 24/11/26 11:59|SD: 1,250,000VND|ND: tra tien";
    // This forwarder tells the title in place of the package.
    assert_eq!(forward(&phone, "MB Bank", text, db.clock.now()).outcome, "unknown-text");
    let waits = &waiting(&stage)[0];
    assert_eq!(waits.examples, ["mb-app"]);
    let confirm = |id: TextId, example: &str| {
        let (key, example) = (stage.app.secret_key.clone(), example.to_owned());
        stage.try_write(move |connection, act| {
            texts::confirm_example(connection, act, &key, id, &ChosenExample { example })
        })
    };
    assert!(confirm(waits.id, "acb-app").is_err());
    let made = confirm(waits.id, "mb-app").unwrap();
    assert_eq!(made.template.example.as_deref(), Some("mb-app"));
    assert_eq!(made.template.app, "MB Bank");
    assert_eq!(made.taken_in[0].outcome, "recorded");
    assert_eq!(transfers(&stage)[0].account_id, Some(stand.account_id));
});

on_both!(a_phone_beside_a_webhook_is_a_suspected_pair, |db| {
    let stage = Stage::new(db);
    let stand = stage.stand("A-01", ACCOUNT, UseKind::BusinessOnly);
    let sepay = stage.feed(Provider::Sepay);
    let phone = phone(&stage, feed_of(&stage, &[stand.account_id]));
    teach(&stage, NOTICE, &FIELDS).unwrap();
    assert_eq!(sepay.send(&transfer(&stage, 1, ACCOUNT, "tra tien")), "recorded");
    let told = |balance: &str| notice(ACCOUNT, "+45,000", balance, "tra tien");
    assert_eq!(tell(&phone, &told("1,000,000")), "suspected");
    assert_eq!(tell(&phone, &told("1,000,000")), "duplicate");
    // One to one: the second of the phone's is a payment of its own, until SePay tells it.
    assert_eq!(tell(&phone, &told("1,045,000")), "recorded");
    assert_eq!(sepay.send(&transfer(&stage, 2, ACCOUNT, "tra tien")), "suspected");
    assert_eq!(transfers(&stage).len(), 2);
    assert_eq!(stage.differences(), Vec::<String>::new());
});

on_both!(a_refused_notice_can_be_taken_in_later, |db| {
    let stage = Stage::new(db);
    let stand = stage.stand("A-01", ACCOUNT, UseKind::BusinessOnly);
    let feed_id = feed_of(&stage, &[stand.account_id]);
    let phone = phone(&stage, feed_id);
    teach(&stage, NOTICE, &FIELDS).unwrap();
    let told = serde_json::json!({ "app": APP, "text": NOTICE, "posted_at": db.clock.now() });
    // Sent without the scheme: the secret is right, the header is not.
    let headers = Headers::default().with("authorization", phone.secret.expose().as_bytes());
    assert_eq!(phone.deliver(arrived(headers, told.to_string().into_bytes())).outcome, "refused");
    let headers = Headers::default().with("x-device-secret", b"of-a-phone-to-be-paired");
    assert_eq!(phone.deliver(arrived(headers, told.to_string().into_bytes())).outcome, "refused");
    phone.settle();
    let kept = stored(db);
    assert!(kept.contains("tra tien rau") && !kept.contains("1,250,000"), "{kept}");
    let key = stage.app.secret_key.clone();
    let taken = stage.write(move |connection, act| verify(connection, act, &key, feed_id, 2));
    assert_eq!(taken.refused_because.as_deref(), Some("wrong-api-key"));
    // A feed of phones never starts with a secret of somebody's choice.
    let key = stage.app.secret_key.clone();
    let new = feeds::NewFeed {
        provider: "phone".into(),
        name: "x".into(),
        config: serde_json::value::RawValue::from_string("{}".into()).unwrap(),
        secret: Some("0123456789abcdef".into()),
        account_ids: Vec::new(),
        facts: None,
    };
    assert!(stage.try_write(move |c, act| feeds::create(c, act, &key, new)).is_err());
});
