//! VietQR.vn and MB tell when they heard of a transfer. What one tells again under one id, with equal
//! fields, is a repetition as long as it may be one; later it waits for a person, counted once.

use cho40::feeds::Provider;
use cho40::feeds::sample::SampleTransfer;
use cho40::intake::conflicts::{ConflictFilter, ConflictReason, Differs, RightReport};
use cho40::ledger::transfers;
use cho40::primitives::ids::ConflictId;
use cho40::primitives::time::{MS_PER_DAY, MS_PER_HOUR, MS_PER_MINUTE};
use cho40::registry::PageRequest;
use cho40::registry::accounts::UseKind;

use crate::registry_support::refused;
use crate::reviews::{alarms, contradictions, decide};
use crate::stage::{Feed, Stage, transfer};
use crate::support::on_both;

const ACCOUNT: &str = "0123456789";
const FLAGGED: &str = "duplicate-with-different-fields";

fn counted(stage: &Stage) -> usize {
    let all = transfers::Filter::default();
    let page = PageRequest::default();
    let found =
        stage.read(move |connection, act| transfers::list(connection, act, all.clone(), page));
    found.items.len()
}

fn waiting(stage: &Stage) -> Vec<ConflictId> {
    let all = contradictions(stage, ConflictFilter::default());
    let said = all.iter().map(|one| (one.reason, &*one.differs));
    let expected = (ConflictReason::ToldAgain, [Differs::OccurredAt].as_slice());
    assert!(said.clone().all(|one| one == expected), "{:?}", said.collect::<Vec<_>>());
    all.iter().map(|one| one.id).collect()
}

/// The same again, heard at another time.
fn heard<'a>(first: &SampleTransfer<'a>, later_ms: i64) -> SampleTransfer<'a> {
    SampleTransfer { occurred_at: first.occurred_at.plus_ms(later_ms), ..first.clone() }
}

fn told_on_another_day(stage: &Stage, feed: &Feed<'_>) {
    let clock = &stage.app.clock;
    let first = transfer(stage, 7, ACCOUNT, "mua rau");
    let before = counted(stage);
    assert_eq!(feed.send(&first), "recorded");
    // Its provider's other version; and the same body after seven hours, which reads as another time where
    // the provider's clock is ahead by them.
    assert_eq!(feed.send(&heard(&first, 20_000)), "duplicate");
    clock.move_to(stage.now().at.plus_ms(20 * MS_PER_MINUTE));
    assert_eq!(feed.send(&heard(&first, 20 * MS_PER_MINUTE)), "duplicate");
    clock.move_to(stage.now().at.plus_ms(7 * MS_PER_HOUR));
    assert_eq!(feed.send(&heard(&first, 7 * MS_PER_HOUR)), "duplicate");
    assert_eq!(feed.send(&first), "duplicate");
    assert_eq!((waiting(stage).len(), counted(stage), alarms(stage)), (0, before + 1, 0));

    clock.move_to(stage.now().at.plus_ms(MS_PER_DAY));
    let second = heard(&first, MS_PER_DAY);
    assert_eq!(feed.send(&second), FLAGGED);
    assert_eq!(feed.send(&second), FLAGGED);
    let found = waiting(stage);
    assert_eq!((found.len(), counted(stage), alarms(stage)), (1, before + 1, 1));
    let both = decide(stage, found[0], RightReport::Both).unwrap();
    let own = both.own_transfer_id.unwrap();
    assert_eq!(both.other.unwrap().transfer_ids, [own]);
    assert_ne!(both.first.unwrap().transfer_ids, [own]);
    assert_eq!((counted(stage), alarms(stage)), (before + 2, 0));
    // Told again, each is known; a third one is not taken for the second.
    assert_eq!((feed.send(&first), feed.send(&second)), ("duplicate", FLAGGED));
    assert_eq!((waiting(stage).len(), counted(stage)), (0, before + 2));
    clock.move_to(stage.now().at.plus_ms(MS_PER_DAY));
    assert_eq!(feed.send(&heard(&first, 2 * MS_PER_DAY)), FLAGGED);
    decide(stage, waiting(stage)[0], RightReport::Both).unwrap();
    assert_eq!(counted(stage), before + 3);
    clock.move_to(stage.now().at.plus_ms(MS_PER_DAY));
    assert_eq!(feed.send(&heard(&first, 3 * MS_PER_DAY)), FLAGGED);
    let late = waiting(stage)[0];
    decide(stage, late, RightReport::First).unwrap();
    refused(decide(stage, late, RightReport::Both), "", "already-reviewed");
    assert_eq!((counted(stage), alarms(stage)), (before + 3, 0));
    assert!(stage.differences().is_empty(), "{:?}", stage.differences());
}

on_both!(the_same_told_again_much_later_waits_for_a_person, |db| {
    let stage = Stage::new(db);
    stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    told_on_another_day(&stage, &stage.feed(Provider::VietqrVn));
});

on_both!(mb_tells_when_it_heard_too, |db| {
    let stage = Stage::new(db);
    stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    told_on_another_day(&stage, &stage.feed(Provider::Mbbank));
});

on_both!(what_was_heard_apart_and_comes_at_once_waits_too, |db| {
    let stage = Stage::new(db);
    stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    let feed = stage.feed(Provider::VietqrVn);
    let first = transfer(&stage, 7, ACCOUNT, "mua rau");
    let all = [heard(&first, -MS_PER_DAY), first.clone(), heard(&first, -MS_PER_DAY)];
    let mut outcomes = feed.send_together(&all);
    outcomes.sort_unstable();
    assert_eq!(outcomes.iter().filter(|one| **one == "recorded").count(), 1, "{outcomes:?}");
    assert_eq!((waiting(&stage).len(), counted(&stage)), (1, 1), "{outcomes:?}");
    assert!(stage.differences().is_empty(), "{:?}", stage.differences());
});
