//! Payers' hashes: another key each year, both for 90 days, and figures that hold over the turn.

use cho40::access::SecretKey;
use cho40::db::DbConnection;
use cho40::db::schema::{payer_turns, payer_years};
use cho40::feeds::Provider;
use cho40::ledger::Class;
use cho40::ledger::class_rules::{self, ClassRuleKind, NewClassRule};
use cho40::ledger::class_suggestions::{self, SuggestionFilter};
use cho40::ledger::transfers::{self, Filter};
use cho40::primitives::UnixMs;
use cho40::registry::PageRequest;
use cho40::registry::accounts::UseKind;
use diesel::prelude::*;

use crate::stage::{STANDARD_SECRET, Stage, Stand, transfer};
use crate::support::on_both;

const NUMBER: &str = "0123456789";

fn key() -> SecretKey {
    SecretKey::from_hex(&"40".repeat(32)).unwrap()
}

fn at(text: &str) -> UnixMs {
    UnixMs::from_rfc3339(&format!("{text}T12:00:00+07:00")).unwrap()
}

fn turn(connection: &mut DbConnection, key: &SecretKey, day: &str) {
    connection.in_transaction(|connection| key.turn_years(connection, at(day))).unwrap();
}

fn years(connection: &mut DbConnection) -> Vec<i32> {
    payer_years::table.order(payer_years::year).select(payer_years::year).load(connection).unwrap()
}

on_both!(each_year_has_a_key_and_the_last_one_stays_for_ninety_days, |db| {
    let key = key();
    turn(db.connection(), &key, "2026-11-24");
    assert_eq!(years(db.connection()), [2026, 2027]);
    let mark = |day: &str| key.payer_mark("NGUYEN VAN BA", at(day));
    let old = mark("2026-12-31");
    assert_eq!(old.before, None, "of 2025 there is no key");
    let new = mark("2027-01-01");
    assert_eq!(new.before, Some(old.now));
    assert_ne!(new.now, old.now);
    assert_eq!((mark("2027-03-31"), mark("2027-04-01").before), (new, None));
    assert_eq!(mark("2027-04-01").now, new.now);
    // Another process reads the same keys.
    let other = self::key();
    turn(db.connection(), &other, "2027-01-02");
    assert_eq!(years(db.connection()), [2026, 2027, 2028]);
    assert_eq!(other.payer_mark("NGUYEN VAN BA", at("2027-01-02")), new);
    // Nobody has the key of the year any more, and with the installation's it is not made again.
    turn(db.connection(), &other, "2027-04-01");
    assert_eq!(years(db.connection()), [2027, 2028]);
    assert!(!other.payer_marks("NGUYEN VAN BA").contains(&old.now));
    assert!(other.payer_marks("NGUYEN VAN BA").contains(&new.now));
    assert_ne!(old.now, other.fingerprint("payer", "NGUYEN VAN BA"));
});

on_both!(payers_hashed_before_there_were_years_are_known_again, |db| {
    diesel::insert_into(payer_years::table)
        .values((payer_years::year.eq(2026), payer_years::sealed.eq(Vec::<u8>::new())))
        .execute(db.connection())
        .unwrap();
    let key = key();
    turn(db.connection(), &key, "2026-11-27");
    let before = key.fingerprint("payer", "NGUYEN VAN BA");
    assert_eq!(key.payer_mark("NGUYEN VAN BA", at("2026-11-27")).now, before);
    assert_eq!(key.payer_mark("NGUYEN VAN BA", at("2027-02-01")).before, Some(before));
});

fn paid(stage: &Stage, stand: &Stand, (id, day): (u64, &str), payer: &'static str) {
    stage.app.clock.move_to(at(day));
    let feed = stage.feed_of(Provider::StandardWebhooks, "{}", STANDARD_SECRET);
    let memo = format!("{} mua ca", stand.code.reference.unwrap());
    let mut one = transfer(stage, id, NUMBER, &memo);
    one.payer_name = Some(payer);
    assert_eq!(feed.send(&one), "recorded");
}

on_both!(a_payer_of_two_years_is_one_payer_while_both_keys_are_there, |db| {
    let stage = Stage::new(db);
    let stand = stage.stand("A1", NUMBER, UseKind::Mixed);
    paid(&stage, &stand, (1, "2026-12-29"), "NGUYEN VAN BA");
    paid(&stage, &stand, (2, "2027-01-05"), "NGUYEN VAN BA");
    paid(&stage, &stand, (3, "2027-01-06"), "NGUYEN VAN BA");
    paid(&stage, &stand, (4, "2027-01-06"), "TRAN THI TU");
    let key = stage.app.secret_key.clone();
    let mark = |name: &str, day: &str| key.payer_mark(name, at(day));
    let told = |name: &str| (mark(name, "2027-01-06").now, mark(name, "2026-12-29").now);
    let turns = || {
        stage.read(|connection, _| {
            let all = payer_turns::table.select((payer_turns::payer_key, payer_turns::before_key));
            Ok(all.order(payer_turns::payer_key).load::<(i64, i64)>(connection)?)
        })
    };
    let mut due = vec![told("NGUYEN VAN BA"), told("TRAN THI TU")];
    due.sort_unstable();
    assert_eq!(turns(), due);
    assert_eq!(stage.differences(), Vec::<String>::new());
    // When the overlap is over, nothing tells that two hashes are one payer's.
    stage.app.clock.move_to(at("2027-04-01"));
    stage.wait(stage.app.turn_years()).unwrap();
    assert_eq!(turns(), []);
    assert_eq!(stage.differences(), Vec::<String>::new());
});

fn proposed(stage: &Stage, stand: &Stand) -> usize {
    let filter = SuggestionFilter { occupancy_id: stand.occupancy_id };
    let page = PageRequest::default();
    stage
        .read(|connection, act| class_suggestions::list(connection, act, &filter, page))
        .items
        .len()
}

on_both!(what_is_proposed_of_a_payer_goes_on_in_the_next_year, |db| {
    let stage = Stage::new(db);
    let stand = stage.stand("A1", NUMBER, UseKind::Mixed);
    paid(&stage, &stand, (1, "2026-12-28"), "NGUYEN VAN BA");
    let page = PageRequest::default();
    let list =
        stage.read(|connection, act| transfers::list(connection, act, Filter::default(), page));
    let new = NewClassRule {
        occupancy_id: stand.occupancy_id,
        kind: ClassRuleKind::Payer,
        transfer_id: Some(list.items[0].id),
        word: None,
        class: Class::Personal,
    };
    stage.write(move |connection, act| class_rules::create(connection, act, new));
    assert_eq!(proposed(&stage, &stand), 1);
    paid(&stage, &stand, (2, "2027-02-01"), "NGUYEN VAN BA");
    paid(&stage, &stand, (3, "2027-02-01"), "TRAN THI TU");
    assert_eq!(proposed(&stage, &stand), 2);
    stage.app.clock.move_to(at("2027-05-01"));
    stage.wait(stage.app.turn_years()).unwrap();
    paid(&stage, &stand, (4, "2027-05-01"), "NGUYEN VAN BA");
    // The one of last year is nobody's any more.
    assert_eq!(proposed(&stage, &stand), 2);
});
