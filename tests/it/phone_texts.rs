//! Notices that no template reads are settled by a person, or it is known that they were lost.

#![cfg(test)]

use cho40::db::schema::phone_texts;
use cho40::intake::deliveries::NewDismissal;
use cho40::intake::phone::lost::{self, LostTexts};
use cho40::intake::phone::texts::{self, Marking, TextFilter};
use cho40::intake::pulse::AlarmCode;
use cho40::primitives::ids::FeedId;
use cho40::primitives::time::{MS_PER_DAY, MS_PER_MINUTE};
use cho40::registry::PageRequest;
use cho40::registry::accounts::UseKind;
use diesel::prelude::*;

use crate::phone_support::{
    APP, BIN, FIELDS, NOTICE, dismiss, feed_of, forward, marks, phone, teach, tell, transfers,
    waiting,
};
use crate::pulse::alarms;
use crate::registry_support::refused;
use crate::stage::Stage;
use crate::support::{TestDb, on_both};

const ACCOUNT: &str = "0123456789";
/// Waiting notices that are kept of a feed.
const KEPT: i64 = 1_000;

fn lost(stage: &Stage, id: FeedId) -> LostTexts {
    stage.read(move |connection, act| lost::get(connection, act, id))
}

on_both!(a_dismissed_notice_says_who_and_why_and_can_still_be_marked, |db| {
    let stage = Stage::new(db);
    let stand = stage.stand("A-01", ACCOUNT, UseKind::BusinessOnly);
    let phone = phone(&stage, feed_of(&stage, &[stand.account_id]));
    assert_eq!(tell(&phone, NOTICE), "unknown-text");
    let id = waiting(&stage)[0].id;
    assert!(waiting(&stage)[0].dismissed.is_none());
    refused(dismiss(&stage, id, " "), "why", "text-length");
    let said = dismiss(&stage, id, " Quảng cáo ").unwrap().dismissed.unwrap();
    assert_eq!((said.dismissed_by, said.dismissed_at), (stage.act.scope.actor, db.clock.now()));
    assert_eq!(said.why.as_deref(), Some("Quảng cáo"));
    assert!(waiting(&stage).is_empty() && alarms(&stage).is_empty());
    // The first word stands; told again, it does not wait again.
    let again = dismiss(&stage, id, "khác").unwrap().dismissed.unwrap();
    assert_eq!(again.why, said.why);
    assert_eq!(tell(&phone, NOTICE), "unknown-text");
    assert!(waiting(&stage).is_empty());
    let filter = TextFilter { dismissed: true, ..TextFilter::default() };
    let dismissed = stage
        .read(move |connection, act| texts::list(connection, act, &filter, PageRequest::default()));
    assert_eq!(dismissed.items.iter().map(|text| text.id).collect::<Vec<_>>(), [id]);
    // It was money after all.
    let key = stage.app.secret_key.clone();
    stage.write(move |connection, act| {
        // Its balance is masked.
        let masked = FIELDS.map(|(field, value)| match field {
            "balance" => (field, "#,###,###"),
            _ => (field, value),
        });
        let marks = marks(&masked);
        let marking = Marking { bin: BIN.into(), direction: None, marks };
        texts::mark(connection, act, &key, id, &marking)
    });
    assert_eq!(transfers(&stage).len(), 1);
    assert!(stage.differences().is_empty(), "{:?}", stage.differences());
});

on_both!(what_no_word_explains_waits_and_what_bears_a_reference_of_ours_is_never_dropped, |db| {
    let stage = Stage::new(db);
    let stand = stage.stand("A-01", ACCOUNT, UseKind::BusinessOnly);
    let phone = phone(&stage, feed_of(&stage, &[stand.account_id]));
    for text in [
        "NGUYEN VAN A đã chuyển cho bạn 50.000đ",
        "Tien vao: 50,000 VND",
        "You have received VND 50,000",
        "Tiền về: 91 nghìn đồng",
        "Giảm giá 50.000đ khi trả bằng CJW012346A",
    ] {
        assert_eq!(tell(&phone, text), "unknown-text", "{text}");
    }
    for text in ["Giảm giá 50.000đ", "Bạn đã chuyển 50.000đ cho A CJW012346A", "Chào buổi sáng"]
    {
        assert_eq!(tell(&phone, text), "not-a-transfer", "{text}");
    }
    assert_eq!(waiting(&stage).len(), 5);
});

on_both!(a_phones_fast_clock_makes_no_second_payment_of_a_repetition, |db| {
    let stage = Stage::new(db);
    let stand = stage.stand("A-01", ACCOUNT, UseKind::BusinessOnly);
    let phone = phone(&stage, feed_of(&stage, &[stand.account_id]));
    // Without a balance, only the time of telling tells equal payments apart.
    let fields = [("account", ACCOUNT), ("sign", "+"), ("amount", "50,000")];
    teach(&stage, "So tien chuyen den TK 0123456789 +50,000VND", &fields).unwrap();
    let started_at = db.clock.now();
    let ahead_at = started_at.plus_ms(60 * MS_PER_MINUTE);
    let told = |outcome: &str| {
        let answer = forward(&phone, APP, "So tien chuyen den TK 0123456789 +50,000VND", ahead_at);
        assert_eq!(answer.outcome, outcome);
    };
    told("recorded");
    for minutes in [1, 9] {
        db.clock.move_to(started_at.plus_ms(minutes * MS_PER_MINUTE));
        told("duplicate");
    }
    assert_eq!(transfers(&stage).len(), 1);
    let day = started_at.day(0).start(0);
    assert_eq!(transfers(&stage)[0].occurred_at, day, "the hour is not known");
    // Nor does a text that nobody can read wait twice.
    for minutes in [10, 11] {
        db.clock.move_to(started_at.plus_ms(minutes * MS_PER_MINUTE));
        let answer = forward(&phone, APP, "+70,000VND cho A", ahead_at);
        assert_eq!(answer.outcome, "unknown-text");
    }
    assert_eq!(waiting(&stage).len(), 1);
    assert!(stage.differences().is_empty(), "{:?}", stage.differences());
});

on_both!(a_phone_that_comes_up_years_behind_files_nothing_in_those_years, |db| {
    let stage = Stage::new(db);
    let stand = stage.stand("A-01", ACCOUNT, UseKind::BusinessOnly);
    let phone = phone(&stage, feed_of(&stage, &[stand.account_id]));
    let started_at = db.clock.now();
    let years_ago = started_at.plus_ms(-2_000 * 24 * 60 * MS_PER_MINUTE);
    let text = "So tien chuyen den TK 0123456789 +50,000VND";
    // Also what waited for its template.
    assert_eq!(forward(&phone, APP, text, years_ago).outcome, "unknown-text");
    let fields = [("account", ACCOUNT), ("sign", "+"), ("amount", "50,000")];
    teach(&stage, text, &fields).unwrap();
    let second = years_ago.plus_ms(7 * MS_PER_MINUTE);
    assert_eq!(forward(&phone, APP, text, second).outcome, "recorded");
    for told in [years_ago, second] {
        assert_eq!(forward(&phone, APP, text, told).outcome, "duplicate");
    }
    let day = started_at.day(0).start(0);
    let days: Vec<_> = transfers(&stage).iter().map(|one| one.occurred_at).collect();
    assert_eq!(days, [day, day], "booked on the day of their arrival");
    // What lay on the screen when the phone was paired keeps its time.
    let before = started_at.plus_ms(-60 * MS_PER_MINUTE);
    assert_eq!(forward(&phone, APP, text, before).outcome, "recorded");
    assert_eq!(transfers(&stage)[0].occurred_at, before);
    assert!(stage.differences().is_empty(), "{:?}", stage.differences());
});

/// So many notices wait, the newest of now.
fn many_wait(stage: &Stage, db: &mut TestDb, feed_id: FeedId, count: i64) {
    for number in 1..=count {
        diesel::insert_into(phone_texts::table)
            .values((
                phone_texts::board_id.eq(stage.act.board_id().0),
                phone_texts::id.eq(number),
                phone_texts::feed_id.eq(feed_id.0),
                phone_texts::device_id.eq(1),
                phone_texts::app.eq("MBBank"),
                phone_texts::title.eq(""),
                phone_texts::text.eq("+1.000 VND"),
                phone_texts::digest.eq(number),
                phone_texts::posted_at_ms.eq(db.clock.now().0),
                phone_texts::received_at_ms.eq(db.clock.now().0),
            ))
            .execute(db.connection())
            .unwrap();
    }
}

on_both!(that_notices_were_pushed_out_is_counted_and_an_alarm_until_somebody_settles_it, |db| {
    let stage = Stage::new(db);
    let stand = stage.stand("A-01", ACCOUNT, UseKind::BusinessOnly);
    let feed_id = feed_of(&stage, &[stand.account_id]);
    let phone = phone(&stage, feed_id);
    many_wait(&stage, db, feed_id, KEPT);
    assert_eq!((lost(&stage, feed_id).count, alarms(&stage)), (0, vec![AlarmCode::UnknownText]));
    let came_at = db.clock.now();
    for text in ["+70.000 VND cho A", "+80.000 VND cho B"] {
        assert_eq!(tell(&phone, text), "unknown-text");
    }
    let told = lost(&stage, feed_id);
    assert_eq!((told.count, told.first_received_at), (2, Some(came_at)));
    assert_eq!(alarms(&stage), [AlarmCode::UnknownText, AlarmCode::TextsLost]);
    // The newest stay; what somebody dismisses makes room.
    assert_eq!(waiting(&stage)[0].text.as_deref(), Some("+80.000 VND cho B"));
    let third = waiting(&stage)[2].id;
    dismiss(&stage, third, "không phải tiền").unwrap();
    assert_eq!(tell(&phone, "+90.000 VND cho C"), "unknown-text");
    assert_eq!(lost(&stage, feed_id).count, 2);
    let settle = |why: &str| {
        let new = NewDismissal { why: why.into() };
        stage.try_write(move |connection, act| lost::dismiss(connection, act, feed_id, &new))
    };
    refused(settle(""), "why", "text-length");
    let settled = settle("đã nhập sao kê").unwrap();
    assert_eq!(settled.dismissed.unwrap().why.as_deref(), Some("đã nhập sao kê"));
    assert_eq!(alarms(&stage), [AlarmCode::UnknownText]);
    // The next loss is one.
    db.clock.move_to(came_at.plus_ms(MS_PER_DAY));
    assert_eq!(tell(&phone, "+95.000 VND cho D"), "unknown-text");
    let told = lost(&stage, feed_id);
    assert_eq!((told.count, told.dismissed.is_none()), (1, true));
    assert!(alarms(&stage).contains(&AlarmCode::TextsLost));
});
