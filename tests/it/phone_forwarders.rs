//! Several forwarders, phones and people at one feed: each payment once, none lost.

#![cfg(test)]

use cho40::db::schema::{deliveries, phone_texts};
use cho40::feeds::Provider;
use cho40::intake::phone::devices;
use cho40::intake::phone::texts::{self, Marking};
use cho40::primitives::UnixMs;
use cho40::primitives::ids::{DeviceId, FeedId};
use cho40::registry::accounts::UseKind;
use diesel::prelude::*;
use serde_json::json;

use crate::phone_support::{
    APP, BIN, FIELDS, NOTICE, feed_of, forward, marks, notice, phone, request, teach, teach_app,
    tell, transfers, waiting,
};
use crate::stage::Stage;
use crate::support::{TestDb, on_both};
use crate::web_support::Site;

const ACCOUNT: &str = "0123456789";
/// Nothing in it tells equal payments apart.
const BARE: &str = "Quy khach nhan duoc 50.000d vao TK ***6789. ND: tien ca";
const BARE_FIELDS: [(&str, &str); 3] =
    [("amount", "50.000"), ("account", "***6789"), ("memo", "tien ca")];
const PACKAGE: &str = "com.VCB";

on_both!(a_notice_that_two_forwarders_tell_is_one_payment, |db| {
    let stage = Stage::new(db);
    let stand = stage.stand("A-01", ACCOUNT, UseKind::BusinessOnly);
    let feed_id = feed_of(&stage, &[stand.account_id]);
    let (first, second) = (phone(&stage, feed_id), phone(&stage, feed_id));
    for app in [APP, PACKAGE] {
        teach_app(&stage, app, NOTICE, &FIELDS).unwrap();
        teach_app(&stage, app, BARE, &BARE_FIELDS).unwrap();
    }
    let at = db.clock.now().plus_ms(-100_000);
    let told = notice(ACCOUNT, "+50,000", "1,300,000", "tra tien");
    assert_eq!(forward(&first, APP, &told, at).outcome, "recorded");
    // The package's name, another phone, a title that one of them leaves out.
    let later = at.plus_ms(700);
    let titled =
        json!({ "app": PACKAGE, "title": "Vietcombank", "text": told, "posted_at": later });
    assert!(second.deliver(request(&second, titled.to_string())).outcome.starts_with("duplicate"));
    assert!(forward(&first, PACKAGE, &told, later).outcome.starts_with("duplicate"));
    // Two real payments in the minute have distinct words.
    let other = notice(ACCOUNT, "+50,000", "1,350,000", "tra tien");
    assert_eq!(forward(&second, PACKAGE, &other, later).outcome, "recorded");
    assert_eq!(forward(&first, APP, &other, later).outcome, "duplicate");
    // Without such words a second phone confirms, one to one, and what differs is flagged.
    let bare = |phone, app, ms| forward(phone, app, BARE, at.plus_ms(ms)).outcome;
    let flagged = "duplicate-with-different-fields";
    assert_eq!(bare(&first, APP, 0), "recorded");
    assert_eq!(bare(&second, PACKAGE, 2_000), flagged);
    assert_eq!(bare(&first, PACKAGE, 3_000), flagged);
    assert_eq!(bare(&second, PACKAGE, 5_000), "recorded", "its second one");
    assert_eq!(bare(&first, APP, 4_000), flagged);
    // Repetitions stay what they were, and later is another payment.
    assert!(bare(&second, PACKAGE, 2_000).starts_with("duplicate"));
    assert_eq!(bare(&first, APP, 0), "duplicate");
    assert_eq!(bare(&second, APP, 160_000), "recorded");
    assert_eq!(transfers(&stage).len(), 5);
    assert_eq!(stage.differences(), Vec::<String>::new());
});

on_both!(a_template_made_meanwhile_loses_no_waiting_notice, |db| {
    let stage = Stage::new(db);
    let stand = stage.stand("A-01", ACCOUNT, UseKind::BusinessOnly);
    let feed_id = feed_of(&stage, &[stand.account_id]);
    let phone = phone(&stage, feed_id);
    assert_eq!(tell(&phone, "Giao dich la +70,000VND vao TK kia"), "unknown-text");
    let id = waiting(&stage)[0].id;
    // Made in another server: this one's reader is old for some seconds.
    stage.app.intake.book.forget_board(stage.act.board_id());
    assert_eq!(tell(&phone, "Giao dich la +70,000VND vao TK kia"), "unknown-text");
    teach_elsewhere(&stage);
    assert_eq!(tell(&phone, NOTICE), "recorded");
    // One that is stuck is taken in when it is marked again.
    let told = notice(ACCOUNT, "+50,000", "#,###,###", "tra tien");
    diesel::update(phone_texts::table.filter(phone_texts::id.eq(id.0)))
        .set((phone_texts::text.eq(&told), phone_texts::app.eq(APP)))
        .execute(db.connection())
        .unwrap();
    let fields = [
        ("account", ACCOUNT),
        ("sign", "+"),
        ("amount", "50,000"),
        ("balance", "#,###,###"),
        ("memo", "tra tien"),
    ];
    let marking = Marking { bin: BIN.into(), direction: None, marks: marks(&fields) };
    let key = stage.app.secret_key.clone();
    let made = stage.write(move |connection, act| texts::mark(connection, act, &key, id, &marking));
    assert_eq!(made.taken_in[0].outcome, "recorded");
    assert!(waiting(&stage).is_empty());
    assert!(teach(&stage, NOTICE, &FIELDS).is_err(), "it exists, and nothing waits");
    assert_eq!(transfers(&stage).len(), 2);
});

/// As [`teach`], where this server does not hear of it.
fn teach_elsewhere(stage: &Stage) {
    use cho40::intake::phone::templates::{self, NewTemplate};
    let new = NewTemplate {
        app: APP.into(),
        bin: BIN.into(),
        direction: None,
        text: NOTICE.into(),
        marks: marks(&FIELDS),
        replaces: None,
    };
    let key = stage.app.secret_key.clone();
    stage.write(move |connection, act| templates::create(connection, act, &key, &new));
}

on_both!(no_balance_is_kept_wherever_it_stands, |db| {
    let stage = Stage::new(db);
    let stand = stage.stand("A-01", ACCOUNT, UseKind::Mixed);
    let phone = phone(&stage, feed_of(&stage, &[stand.account_id]));
    let text = "TK 0123456789 +50,000VND. SD 1,250,000VND. So du kha dung: 7654321. ND: tien ca";
    let fields = [
        ("account", ACCOUNT),
        ("sign", "+"),
        ("amount", "50,000"),
        ("balance", "1,250,000"),
        ("ignored", "7654321"),
        ("memo", "tien ca"),
    ];
    teach(&stage, text, &fields).unwrap();
    assert_eq!(tell(&phone, &format!("{text} . SO DU:8765432")), "recorded");
    assert_eq!(tell(&phone, "GD +70,000VND vao TK. So du:9876543"), "unknown-text");
    let kept: Vec<Option<Vec<u8>>> =
        deliveries::table.select(deliveries::body).load(db.connection()).unwrap();
    let kept = String::from_utf8(kept.into_iter().flatten().flatten().collect()).unwrap();
    let waits = waiting(&stage)[0].text.clone().unwrap();
    assert!(kept.contains("tien ca") && waits.contains("70,000"), "{kept} {waits}");
    for private in ["7654321", "8765432", "1,250,000", "1250000"] {
        assert!(!kept.contains(private), "{private} in {kept}");
    }
    assert!(!waits.contains("9876543"), "{waits}");
});

on_both!(what_is_known_to_be_secret_by_now_is_purged, |db| {
    let stage = Stage::new(db);
    let stand = stage.stand("A-01", ACCOUNT, UseKind::Mixed);
    let phone = phone(&stage, feed_of(&stage, &[stand.account_id]));
    assert_eq!(tell(&phone, "Giao dich +70,000VND vao TK kia"), "unknown-text");
    assert_eq!(tell(&phone, "Giao dich +80,000VND vao TK kia"), "unknown-text");
    let id = waiting(&stage)[0].id;
    // As if kept by a version that did not know the word.
    diesel::update(phone_texts::table.filter(phone_texts::id.eq(id.0)))
        .set(phone_texts::text.eq("Ma OTP 482913 cho GD +80,000VND tu TK"))
        .execute(db.connection())
        .unwrap();
    assert_eq!(waiting(&stage).len(), 1, "nobody sees it");
    assert!(stage.try_write(move |connection, act| texts::get(connection, act, id)).is_err());
    stage.wait(stage.app.forget_old_texts()).unwrap();
    assert_eq!(count(db), 1);
});

fn count(db: &mut TestDb) -> i64 {
    phone_texts::table.count().get_result(db.connection()).unwrap()
}

on_both!(what_a_phone_told_before_it_was_revoked_is_real, |db| {
    let stage = Stage::new(db);
    let stand = stage.stand("A-01", ACCOUNT, UseKind::BusinessOnly);
    let feed_id = feed_of(&stage, &[stand.account_id]);
    let phone = phone(&stage, feed_id);
    let told = |balance: &str| notice(ACCOUNT, "+50,000", balance, "tra tien");
    assert_eq!(tell(&phone, &told("1,300,000")), "unknown-text");
    let before = db.clock.now();
    let revoked_at = before.plus_ms(60_000);
    db.clock.move_to(revoked_at);
    revoke(&stage, feed_id);
    // Another server has believed it for some seconds more.
    stage.app.intake.book.forget(feed_id);
    db.clock.move_to(before);
    assert_eq!(tell(&phone, &told("1,350,000")), "unknown-text");
    let late = waiting(&stage)[0].id;
    diesel::update(phone_texts::table.filter(phone_texts::id.eq(late.0)))
        .set(phone_texts::received_at_ms.eq(revoked_at.0))
        .execute(db.connection())
        .unwrap();
    db.clock.move_to(revoked_at.plus_ms(1_000));
    let made = teach(&stage, NOTICE, &FIELDS).unwrap();
    assert_eq!(made.taken_in.len(), 1);
    assert_eq!((transfers(&stage).len(), count(db)), (1, 0));
    assert_eq!(tell(&phone, &told("1,400,000")), "refused");
});

fn revoke(stage: &Stage, feed_id: FeedId) {
    let id: DeviceId = stage.read(|connection, act| devices::list(connection, act, feed_id))[0].id;
    stage.write(move |connection, act| devices::revoke(connection, act, feed_id, id));
}

on_both!(the_forwarders_of_the_guide_are_understood, |db| {
    let at = db.clock.now();
    let site = Site::of(db);
    let new = json!({ "provider": Provider::Phone.as_str(), "name": "thử", "config": {} });
    let feed_id = site.create("/api/v1/feeds", &new);
    let codes = format!("/api/v1/feeds/{feed_id}/pairing-codes");
    let code = site.post(&codes, &json!({ "device_name": "Máy" })).json["code"].clone();
    let hook = format!("/hooks/{feed_id}");
    let pair = site.ask("POST", &format!("{hook}/pair")).json(&json!({ "code": code })).send();
    let secret = pair.json["secret"].as_str().unwrap().to_owned();
    for app in ["com.VCB", "Vietcombank"] {
        let marks: Vec<_> =
            FIELDS.iter().map(|(field, value)| json!({ "field": field, "value": value })).collect();
        let template = json!({ "app": app, "bin": BIN, "text": NOTICE, "marks": marks });
        assert_eq!(site.post("/api/v1/phone-templates", &template).status, 201);
    }
    let form = |text: &str| text.replace(' ', "+").replace(',', "%2C");
    let wall = wall_clock(at);
    let bodies = |text: &str| {
        let form = form(&text.replace('+', "%2B"));
        let wall_form = wall.replace(' ', "+").replace(':', "%3A");
        vec![
            json!({ "device": "x", "app": "com.VCB", "title": "VCB", "text": text,
                "posted_at": wall })
            .to_string(),
            format!("device=x&app=com.VCB&text={form}&posted_at={wall_form}"),
            format!("from=com.VCB&content={form}&timestamp={}", at.0),
            json!({ "sender": "Vietcombank", "text": text, "posted_at": at.0.to_string(),
                "sim": "sim1" })
            .to_string(),
            json!({ "from": "Vietcombank", "text": text, "sentStamp": at.0, "receivedStamp": at.0,
                "sim": "sim1" })
            .to_string(),
        ]
    };
    for place in 0..5 {
        let text = NOTICE.replace("1,250,000", &format!("{place},250,000"));
        let all = bodies(&text);
        let send = |body: &str| {
            let json = body.starts_with('{');
            let media = if json { "application/json" } else { "application/x-www-form-urlencoded" };
            let ask = site.ask("POST", &hook).raw(body.as_bytes()).header("content-type", media);
            ask.header("x-device-secret", &secret).send().json["outcome"].clone()
        };
        // No account of the board: the money is counted, and waits.
        assert_eq!(send(&all[place]), "unmatched", "{}", all[place]);
        for body in &all {
            assert!(send(body).as_str().unwrap().starts_with("duplicate"), "{body}");
        }
    }
});

/// As SmsForwarder writes the time of the phone.
fn wall_clock(at: UnixMs) -> String {
    at.to_string().chars().take(19).collect::<String>().replace('T', " ")
}
