//! Pairing phones, their signs of life, and revoking them.

#![cfg(test)]

use cho40::db::schema::phone_silences;
use cho40::feeds::Headers;
use cho40::intake::feeds::{self, NewSecret};
use cho40::intake::hook::Arrived;
use cho40::intake::phone::devices::{self, Device};
use cho40::intake::phone::pairing::{self, NewPairingCode};
use cho40::primitives::ids::{DeviceId, FeedId};
use cho40::primitives::time::MS_PER_MINUTE;
use diesel::prelude::*;
use serde_json::json;

use crate::phone_support::{code, feed_of, outcome_of, phone, redeem, request};
use crate::stage::{Feed, Stage, arrived};
use crate::support::on_both;
use crate::web_support::Site;

fn refusal<T: std::fmt::Debug>(done: cho40::db::Outcome<T>) -> String {
    match done.unwrap_err() {
        cho40::db::Fault::Refused(refusal) => refusal.code.to_owned(),
        other => panic!("{other}"),
    }
}

fn devices(stage: &Stage, feed_id: FeedId) -> Vec<Device> {
    stage.read(|connection, act| devices::list(connection, act, feed_id))
}

fn ping(phone: &Feed<'_>) -> String {
    let ping = Arrived { path_tail: "ping".into(), ..request(phone, "{}") };
    let answered = phone.deliver(ping);
    phone.settle();
    outcome_of(&answered)["outcome"].as_str().unwrap().to_owned()
}

on_both!(a_code_pairs_one_phone_once, |db| {
    let stage = Stage::new(db);
    let feed_id = feed_of(&stage, &[]);
    let code = code(&stage, feed_id);
    assert_eq!(code.len(), "7K3M-9FQ-2TB".len(), "{code}");
    // As people type it.
    let typed = code.to_lowercase().replace('-', " ").replace('0', "o").replace('1', "l");
    let paired = redeem(&stage, feed_id, &typed).unwrap();
    assert_eq!(paired.name, "Máy chị Lụa");
    assert!(paired.secret.starts_with("phone_") && paired.secret.len() > 50);
    assert_eq!(paired.ping_path, format!("/hooks/{feed_id}/ping"));
    assert_eq!(refusal(redeem(&stage, feed_id, &code)), "pairing-code-wrong");
    let shown = devices(&stage, feed_id);
    assert_eq!((shown.len(), shown[0].id), (1, paired.device_id));
    assert!(!format!("{shown:?}").contains(&paired.secret));
});

on_both!(a_code_expires_and_bears_five_guesses, |db| {
    let stage = Stage::new(db);
    let feed_id = feed_of(&stage, &[]);
    let (late, guessed, other) =
        (code(&stage, feed_id), code(&stage, feed_id), code(&stage, feed_id));
    let wrong = |code: &str| {
        let last = if code.ends_with('Z') { 'Y' } else { 'Z' };
        format!("{}{last}", &code[..code.len() - 1])
    };
    for malformed in ["", "U234-567-89A", "7K3M9FQ2T", "7K3M9FQ2TBB"] {
        assert_eq!(refusal(redeem(&stage, feed_id, malformed)), "pairing-code-wrong");
    }
    for _ in 0..4 {
        assert_eq!(refusal(redeem(&stage, feed_id, &wrong(&guessed))), "pairing-code-wrong");
    }
    // Guesses at other names cost this code nothing, and its fifth guess ends it.
    for name in 0..20 {
        let elsewhere = format!("ZZ{name:02}{}", &guessed[4..]);
        assert_eq!(refusal(redeem(&stage, feed_id, &elsewhere)), "pairing-code-wrong");
    }
    assert_eq!(refusal(redeem(&stage, feed_id, &wrong(&guessed))), "pairing-code-wrong");
    assert_eq!(refusal(redeem(&stage, feed_id, &guessed)), "pairing-code-wrong");
    assert!(redeem(&stage, feed_id, &other).is_ok(), "nobody else is locked out");
    db.clock.move_to(db.clock.now().plus_ms(15 * MS_PER_MINUTE));
    assert_eq!(refusal(redeem(&stage, feed_id, &late)), "pairing-code-wrong");
    // Another feed's code is none here.
    let second = feed_of(&stage, &[]);
    let theirs = code(&stage, second);
    assert_eq!(refusal(redeem(&stage, feed_id, &theirs)), "pairing-code-wrong");
    assert!(redeem(&stage, second, &theirs).is_ok());
});

on_both!(codes_are_for_phones_and_not_without_end, |db| {
    let stage = Stage::new(db);
    let sepay = stage.feed(cho40::feeds::Provider::Sepay).id;
    let key = stage.app.secret_key.clone();
    let create = |feed_id: FeedId| {
        let key = key.clone();
        let new = NewPairingCode { device_name: "x".into() };
        stage
            .try_write(move |connection, act| pairing::create(connection, act, &key, feed_id, &new))
    };
    assert_eq!(refusal(create(sepay)), "feed-not-of-phones");
    let feed_id = feed_of(&stage, &[]);
    for _ in 0..20 {
        create(feed_id).unwrap();
    }
    assert_eq!(refusal(create(feed_id)), "pairing-too-many-codes");
    db.clock.move_to(db.clock.now().plus_ms(15 * MS_PER_MINUTE));
    create(feed_id).unwrap();
    let (key, secret) = (stage.app.secret_key.clone(), "a-secret-of-ones-own".to_owned());
    let new = NewSecret { secret, others_expire_in_s: None };
    let added = stage
        .try_write(move |connection, act| feeds::add_secret(connection, act, &key, feed_id, new));
    assert_eq!(refusal(added), "feed-secret-by-pairing");
});

on_both!(a_revoked_phone_is_believed_no_more, |db| {
    let stage = Stage::new(db);
    let feed_id = feed_of(&stage, &[]);
    let (first, second) = (phone(&stage, feed_id), phone(&stage, feed_id));
    assert_eq!((ping(&first), ping(&second)), ("pong".into(), "pong".into()));
    let [newer, older]: [Device; 2] = devices(&stage, feed_id).try_into().unwrap();
    let revoke = |id: DeviceId| {
        let revoked =
            stage.write(move |connection, act| devices::revoke(connection, act, feed_id, id));
        stage.app.intake.book.forget(feed_id);
        revoked
    };
    assert!(revoke(older.id).revoked_at.is_some());
    assert_eq!(ping(&first), "refused");
    assert_eq!(ping(&second), "pong");
    // Again, and the last one: nothing needs to stay.
    let at = db.clock.now();
    db.clock.move_to(at.plus_ms(1_000));
    assert_eq!(revoke(older.id).revoked_at, Some(at));
    revoke(newer.id);
    assert_eq!(ping(&second), "refused");
    let unknown = stage
        .try_write(move |connection, act| devices::revoke(connection, act, feed_id, DeviceId(1)));
    assert_eq!(refusal(unknown), "not-found");
});

on_both!(a_person_pairs_on_a_page, |db| {
    let site = Site::of(db);
    let new = json!({ "provider": "phone", "name": "thử", "config": {} });
    let feed_id = site.create("/api/v1/feeds", &new);
    let codes = format!("/api/v1/feeds/{feed_id}/pairing-codes");
    let made = site.post(&codes, &json!({ "device_name": "<b>Máy" })).json;
    let path = made["pair_path"].as_str().unwrap();
    let page = site.ask("GET", path).send();
    assert_eq!(page.status, 200, "{}", page.text());
    assert!(page.header("content-security-policy").contains("default-src 'none'"));
    let submit = |code: &str| {
        let ask = site.ask("POST", path).raw(format!("code={code}").as_bytes());
        ask.header("content-type", "application/x-www-form-urlencoded").send()
    };
    let refused = submit("0000-000-000");
    assert_eq!(refused.status, 403);
    assert!(refused.text().contains("Mã không đúng"), "{}", refused.text());
    let paired = submit(made["code"].as_str().unwrap());
    assert_eq!(paired.status, 201, "{}", paired.text());
    assert_eq!(paired.header("cache-control"), "no-store");
    assert!(paired.text().contains("X-Device-Secret: phone_") && !paired.text().contains("<b>Máy"));
    for (body, status, code) in [
        ("{}", 422, "field-missing"),
        (r#"{"code":"x","other":1}"#, 422, "field-unknown"),
        ("", 400, "body-empty"),
        (r#"{"code":"x"}"#, 403, "pairing-code-wrong"),
    ] {
        assert_eq!(site.ask("POST", path).raw(body.as_bytes()).send().problem(status), code);
    }
    assert_eq!(site.ask("PUT", path).send().problem(405), "method-not-allowed");
    let tries = (0..12).map(|_| submit("0000-000-000").status);
    assert!(tries.into_iter().any(|status| status == 429), "guesses are slow");
    let sepay = json!({ "provider": "sepay", "name": "x", "secret": "0123456789abcdef",
        "config": { "authentication": "api_key" } });
    let sepay = site.create("/api/v1/feeds", &sepay);
    let pair = site.ask("POST", &format!("/hooks/{sepay}/pair"));
    assert_eq!(pair.json(&json!({ "code": "7K3M9FQ2TB" })).send().problem(404), "not-found");
});

on_both!(a_ping_is_a_sign_of_life_and_silence_is_kept, |db| {
    let stage = Stage::new(db);
    let feed_id = feed_of(&stage, &[]);
    let phone = phone(&stage, feed_id);
    assert_eq!(devices(&stage, feed_id)[0].last_seen_at, None);
    let began = db.clock.now();
    assert_eq!(ping(&phone), "pong");
    for minutes in [15, 30, 65] {
        db.clock.move_to(began.plus_ms(minutes * MS_PER_MINUTE));
        assert_eq!(ping(&phone), "pong");
    }
    let shown = &devices(&stage, feed_id)[0];
    assert_eq!(shown.last_seen_at, Some(began.plus_ms(65 * MS_PER_MINUTE)));
    assert!(shown.silences.is_empty(), "35 minutes may pass");
    db.clock.move_to(began.plus_ms(101 * MS_PER_MINUTE));
    // A form whose text is `ping`, on the hook itself; any notice would do.
    let form = "from=x&content=ping";
    assert_eq!(outcome_of(&phone.deliver(request(&phone, form)))["outcome"], "pong");
    phone.settle();
    let shown = &devices(&stage, feed_id)[0];
    let silence = &shown.silences[0];
    assert_eq!(silence.from, began.plus_ms(65 * MS_PER_MINUTE));
    assert_eq!(silence.to, began.plus_ms(101 * MS_PER_MINUTE));
    // Nobody lives by a wrong secret.
    db.clock.move_to(began.plus_ms(110 * MS_PER_MINUTE));
    let headers = Headers::default().with("x-device-secret", b"phone_000000000000000000");
    let wrong = Arrived { path_tail: "ping".into(), ..arrived(headers, Vec::new()) };
    assert_eq!(phone.deliver(wrong).reply.status, 401);
    phone.settle();
    assert_eq!(devices(&stage, feed_id)[0].last_seen_at, Some(silence.to));
    assert_eq!(stage.differences(), Vec::<String>::new());
});

on_both!(two_servers_that_hear_a_phone_keep_one_silence, |db| {
    let stage = Stage::new(db);
    let feed_id = feed_of(&stage, &[]);
    let phone = phone(&stage, feed_id);
    let began = db.clock.now();
    assert_eq!(ping(&phone), "pong");
    let device = devices(&stage, feed_id)[0].id;
    // Another server has kept it in this moment, and not yet that the phone was heard.
    diesel::insert_into(phone_silences::table)
        .values((
            phone_silences::board_id.eq(stage.act.board_id().0),
            phone_silences::device_id.eq(device.0),
            phone_silences::from_ms.eq(began.0),
            phone_silences::to_ms.eq(began.plus_ms(36 * MS_PER_MINUTE).0),
        ))
        .execute(db.connection())
        .unwrap();
    let heard_at = began.plus_ms(37 * MS_PER_MINUTE);
    db.clock.move_to(heard_at);
    assert_eq!(ping(&phone), "pong");
    let shown = &devices(&stage, feed_id)[0];
    assert_eq!((shown.last_seen_at, shown.silences.len()), (Some(heard_at), 1));
});
