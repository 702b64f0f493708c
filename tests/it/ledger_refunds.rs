//! Money given back: linked to its original, whole or in parts, seen or declared, and counted once.

use std::sync::{Arc, Mutex};

use cho40::db::Outcome;
use cho40::feeds::sample::SampleTransfer;
use cho40::feeds::{Direction, Provider};
use cho40::ledger::refunds::{self, NewRefund, Refund, RefundFilter, Seen, UndoneRefund};
use cho40::ledger::transfers::{self, Filter, NewAttribution, NewLine, Transfer};
use cho40::ledger::{Class, doctor};
use cho40::primitives::ids::{OccupancyId, RefundId, TransferId};
use cho40::primitives::{Refusal, Vnd};
use cho40::registry::PageRequest;
use cho40::registry::accounts::{self, AccountKind, NewAccount, Relation, UseKind};
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use crate::registry_support::{missing, refused};
use crate::stage::{Feed, Stage, Stand, transfer};
use crate::support::on_both;

const ACCOUNT: &str = "0123456789";

/// Two stalls on one account, whose money out is kept.
fn market(stage: &Stage) -> (Stand, Stand) {
    let new = NewAccount {
        bin: "970422".into(),
        number: ACCOUNT.into(),
        kind: AccountKind::Organisation,
        use_kind: UseKind::BusinessOnly,
        holder_name: "HOP TAC XA CHO".into(),
        relation: Relation::Market,
        keeps_outgoing: true,
    };
    let account = stage.write(move |connection, act| accounts::create(connection, act, new)).id;
    (stage.stand_on("A1", account), stage.stand_on("A2", account))
}

fn newest(stage: &Stage) -> TransferId {
    stage.read(|connection, act| {
        let page = PageRequest::default();
        Ok(transfers::list(connection, act, Filter::default(), page)?.items[0].id)
    })
}

/// Money for a stall, by its code.
fn paid(feed: &Feed<'_>, id: u64, stand: &Stand, amount: i64) -> TransferId {
    let memo = stand.code.reference.unwrap().to_string();
    let sent =
        SampleTransfer { amount: Vnd::new(amount), ..transfer(feed.stage, id, ACCOUNT, &memo) };
    assert_eq!(feed.send(&sent), "recorded");
    newest(feed.stage)
}

fn out(feed: &Feed<'_>, id: u64, amount: i64) -> TransferId {
    let sent = SampleTransfer {
        direction: Direction::Out,
        amount: Vnd::new(amount),
        ..transfer(feed.stage, id, ACCOUNT, "hoan tien khach")
    };
    assert_eq!(feed.send(&sent), "recorded");
    newest(feed.stage)
}

fn of(outgoing_id: Option<TransferId>, amount: Option<i64>) -> NewRefund {
    let amount_vnd = amount.map(Vnd::new);
    let (class, occupancy_id, day, why) = (Class::Refund, None, None, None);
    let besides_declared = false;
    NewRefund { outgoing_id, class, amount_vnd, occupancy_id, day, why, besides_declared }
}

fn try_back(stage: &Stage, original: TransferId, new: NewRefund) -> Outcome<Refund> {
    stage.try_write(move |connection, act| refunds::create(connection, act, original, new))
}

fn back(stage: &Stage, original: TransferId, new: NewRefund) -> Refund {
    try_back(stage, original, new).unwrap()
}

fn seen(stage: &Stage, id: RefundId, outgoing_id: TransferId) -> Outcome<Refund> {
    stage
        .try_write(move |connection, act| refunds::seen(connection, act, id, &Seen { outgoing_id }))
}

fn undo(stage: &Stage, id: RefundId) -> Outcome<Refund> {
    let undone = UndoneRefund { why: "ghi lộn".into() };
    stage.try_write(move |connection, act| refunds::undo(connection, act, id, &undone))
}

fn assign(stage: &Stage, id: TransferId, lines: &[(&Stand, Class, i64)]) -> Outcome<Transfer> {
    let line = |(stand, class, amount): &(&Stand, Class, i64)| NewLine {
        occupancy_id: Some(stand.occupancy_id),
        request_id: None,
        class: *class,
        amount_vnd: Vnd::new(*amount),
    };
    let new = NewAttribution {
        lines: lines.iter().map(line).collect(),
        why: None,
        besides_counted: false,
    };
    stage.try_write(move |connection, act| transfers::assign(connection, act, id, new))
}

fn shown(stage: &Stage, id: TransferId) -> Transfer {
    stage.read(|connection, act| transfers::get(connection, act, id))
}

/// Stall, class and amount of a transfer's lines.
fn lines(stage: &Stage, id: TransferId) -> Vec<(Option<OccupancyId>, Class, i64)> {
    let lines = shown(stage, id).attribution.lines;
    lines.iter().map(|one| (one.occupancy_id, one.class, one.amount_vnd.unwrap().get())).collect()
}

#[derive(QueryableByName)]
struct Sum {
    #[diesel(sql_type = BigInt)]
    sum: i64,
}

/// Đồng of a class in a stall's days; everything else agrees too.
fn counted(stage: &Stage, stand: &Stand, class: Class) -> i64 {
    assert!(stage.differences().is_empty(), "{:?}", stage.differences());
    let query = format!(
        "SELECT CAST(COALESCE(SUM({}), 0) AS BIGINT) AS sum FROM day_totals
         WHERE occupancy_id = {}",
        class.amount_column(),
        stand.occupancy_id.0
    );
    stage.read(|connection, _| Ok(diesel::sql_query(&query).get_result::<Sum>(connection)?.sum))
}

fn returned(stage: &Stage, stand: &Stand) -> i64 {
    counted(stage, stand, Class::Refund)
}

on_both!(parts_are_given_back_and_never_more_than_came, |db| {
    let stage = Stage::new(db);
    let (one, _) = market(&stage);
    let feed = stage.feed(Provider::Sepay);
    let original = paid(&feed, 1, &one, 45_000);
    let first = out(&feed, 2, 15_000);
    assert_eq!(returned(&stage, &one), 0, "money out counts nothing by itself");
    let part = back(&stage, original, of(Some(first), None));
    assert_eq!(part.amount_vnd, Some(Vnd::new(15_000)));
    assert!(!part.is_declared && part.may_be.is_empty());
    assert_eq!(returned(&stage, &one), 15_000);
    let too_much = of(None, Some(30_001));
    refused(try_back(&stage, original, too_much), "amount_vnd", "refund-exceeds-original");
    refused(
        try_back(&stage, original, of(Some(first), Some(1))),
        "amount_vnd",
        "refund-exceeds-outgoing",
    );
    // More went out than is left of this sale; the rest may be another's.
    let second = out(&feed, 3, 40_000);
    back(&stage, original, of(Some(second), None));
    let stall = Some(one.occupancy_id);
    let rest = (None, Class::Unclassified, 10_000);
    assert_eq!(lines(&stage, second), [(stall, Class::Refund, 30_000), rest]);
    assert_eq!(returned(&stage, &one), 45_000);
    refused(try_back(&stage, original, of(None, None)), "amount_vnd", "refund-exceeds-original");
    let other = paid(&feed, 4, &one, 10_000);
    back(&stage, other, of(Some(second), None));
    assert_eq!(returned(&stage, &one), 55_000);
    stage.index_transfers();
    stage.roll_up();
    assert_eq!(counted(&stage, &one, Class::Sale), 55_000);
});

on_both!(the_bank_takes_a_transfer_back, |db| {
    let stage = Stage::new(db);
    let (one, _) = market(&stage);
    let feed = stage.feed(Provider::Sepay);
    let original = paid(&feed, 1, &one, 45_000);
    let taken = out(&feed, 2, 45_000);
    back(&stage, original, NewRefund { class: Class::Reversal, ..of(Some(taken), None) });
    assert_eq!(lines(&stage, taken), [(Some(one.occupancy_id), Class::Reversal, 45_000)]);
    assert_eq!((counted(&stage, &one, Class::Reversal), returned(&stage, &one)), (45_000, 0));
});

on_both!(what_was_declared_is_counted_once_when_it_is_seen, |db| {
    let stage = Stage::new(db);
    let (one, _) = market(&stage);
    let feed = stage.feed(Provider::Sepay);
    let original = paid(&feed, 1, &one, 45_000);
    // Two senders tell of the account, so that each report is looked for among the others'.
    paid(&stage.feed(Provider::StandardWebhooks), 9, &one, 7_000);
    let declared = back(&stage, original, of(None, None));
    assert!(declared.is_declared && declared.may_be.is_empty());
    let by_hand = shown(&stage, declared.outgoing_id);
    assert_eq!((by_hand.evidence.as_str(), by_hand.feed_id), ("declared", None));
    assert_eq!(returned(&stage, &one), 45_000);
    out(&feed, 2, 44_000);
    let true_one = out(&feed, 3, 45_000);
    assert_eq!(returned(&stage, &one), 45_000, "it counts nothing until somebody says so");
    let listed = stage.read(|connection, act| {
        let filter = RefundFilter { waiting: Some(true), transfer_id: None };
        Ok(refunds::list(connection, act, &filter, PageRequest::default())?.items)
    });
    assert_eq!(listed.iter().map(|one| one.id).collect::<Vec<_>>(), [declared.id]);
    assert_eq!(listed[0].may_be, [true_one]);
    let by_hand = assign(&stage, true_one, &[(&one, Class::Refund, 45_000)]);
    refused(by_hand, "", "refund-declared");
    let held = seen(&stage, declared.id, true_one).unwrap();
    assert_eq!((held.is_declared, held.outgoing_id), (false, true_one));
    assert_eq!(held.declared_id, Some(declared.outgoing_id));
    assert_eq!(lines(&stage, declared.outgoing_id), [(None, Class::Unclassified, 45_000)]);
    assert_eq!(returned(&stage, &one), 45_000);
    refused(seen(&stage, declared.id, true_one), "", "refund-not-declared");
    // The other sender tells of it as well.
    let again = SampleTransfer {
        direction: Direction::Out,
        ..transfer(&stage, 11, ACCOUNT, "hoan tien khach")
    };
    assert_eq!(
        stage
            .feed_of(
                Provider::Sepay,
                r#"{"authentication":"hmac","merchant":"khac"}"#,
                crate::stage::SEPAY_SECRET
            )
            .send(&again),
        "suspected"
    );
    assert_eq!(returned(&stage, &one), 45_000);
});

on_both!(money_out_that_may_be_declared_is_not_counted_beside_it, |db| {
    let stage = Stage::new(db);
    let (one, _) = market(&stage);
    let feed = stage.feed(Provider::Sepay);
    let (first, second) = (paid(&feed, 1, &one, 45_000), paid(&feed, 2, &one, 45_000));
    let declared = back(&stage, first, of(None, Some(10_000)));
    // The bank's fee was taken off it, and a person does not look where it is declared.
    let (gone, other) = (out(&feed, 3, 9_000), out(&feed, 4, 10_000));
    refused(try_back(&stage, first, of(Some(gone), None)), "outgoing_id", "refund-beside-declared");
    // Of another sale, but of the declared amount.
    refused(
        try_back(&stage, second, of(Some(other), None)),
        "outgoing_id",
        "refund-beside-declared",
    );
    assert_eq!(returned(&stage, &one), 10_000);
    back(&stage, second, of(Some(gone), None));
    assert_eq!(returned(&stage, &one), 19_000, "another sale and another amount");
    let one_more = NewRefund { besides_declared: true, ..of(Some(other), None) };
    back(&stage, first, one_more);
    assert_eq!(returned(&stage, &one), 29_000);
    undo(&stage, declared.id).unwrap();
    back(&stage, first, of(Some(out(&feed, 5, 9_500)), None));
    assert_eq!(returned(&stage, &one), 28_500);
});

on_both!(a_stall_gives_back_its_part_at_most, |db| {
    let stage = Stage::new(db);
    let (one, two) = market(&stage);
    let feed = stage.feed(Provider::Sepay);
    let original = paid(&feed, 1, &one, 45_000);
    let halves = [(&one, Class::Sale, 20_000), (&two, Class::Sale, 25_000)];
    assign(&stage, original, &halves).unwrap();
    let of_stall = |stand: &Stand, amount: i64| NewRefund {
        occupancy_id: Some(stand.occupancy_id),
        ..of(None, Some(amount))
    };
    let too_much = |stand: &Stand, amount: i64| {
        let refusal = try_back(&stage, original, of_stall(stand, amount));
        refused(refusal, "amount_vnd", "refund-exceeds-original");
    };
    too_much(&one, 20_001);
    back(&stage, original, of_stall(&one, 15_000));
    too_much(&one, 5_001);
    back(&stage, original, of_stall(&two, 25_000));
    too_much(&two, 1);
    // All that is left of its part.
    let rest = NewRefund { amount_vnd: None, ..of_stall(&one, 1) };
    assert_eq!(back(&stage, original, rest).amount_vnd, Some(Vnd::new(5_000)));
    assert_eq!((returned(&stage, &one), returned(&stage, &two)), (20_000, 25_000));
    // What was the vendor's own money is not given back of the stall's trade.
    let mixed = paid(&feed, 2, &one, 45_000);
    assign(&stage, mixed, &[(&one, Class::Sale, 30_000), (&one, Class::Personal, 15_000)]).unwrap();
    let refusal = try_back(&stage, mixed, of(None, Some(30_001)));
    refused(refusal, "amount_vnd", "refund-exceeds-original");
    back(&stage, mixed, of(None, Some(30_000)));
});

on_both!(a_refund_follows_its_transfer_to_another_stall, |db| {
    let stage = Stage::new(db);
    let (one, two) = market(&stage);
    let feed = stage.feed(Provider::Sepay);
    let original = paid(&feed, 1, &one, 45_000);
    let first = out(&feed, 2, 5_000);
    back(&stage, original, of(Some(first), None));
    back(&stage, original, of(None, Some(10_000)));
    assign(&stage, original, &[(&two, Class::Sale, 45_000)]).unwrap();
    assert_eq!((returned(&stage, &one), returned(&stage, &two)), (0, 15_000));
    assert_eq!(shown(&stage, first).attribution.seq, 3);
    // Of two it is the one's whose money it was when it was given back.
    let halves = [(&one, Class::Sale, 20_000), (&two, Class::Sale, 25_000)];
    assign(&stage, original, &halves).unwrap();
    assert_eq!((returned(&stage, &one), returned(&stage, &two)), (15_000, 0));
    refused(
        try_back(&stage, original, of(None, Some(1_000))),
        "occupancy_id",
        "refund-needs-occupancy",
    );
    let of_one = NewRefund { occupancy_id: Some(one.occupancy_id), ..of(None, Some(1_000)) };
    back(&stage, original, of_one);
    assert_eq!((returned(&stage, &one), returned(&stage, &two)), (16_000, 0));
    // What it was does not undo that it was given back.
    assign(&stage, original, &[(&one, Class::Personal, 45_000)]).unwrap();
    assert_eq!((returned(&stage, &one), returned(&stage, &two)), (16_000, 0));
});

on_both!(what_one_stall_says_of_its_part_leaves_the_others_refund, |db| {
    let stage = Stage::new(db);
    let (one, two) = market(&stage);
    let feed = stage.feed(Provider::Sepay);
    let original = paid(&feed, 1, &one, 100_000);
    let say = |class: Class| {
        let line = |stand: &Stand, class, amount| NewLine {
            occupancy_id: Some(stand.occupancy_id),
            request_id: None,
            class,
            amount_vnd: Vnd::new(amount),
        };
        let lines = vec![line(&one, class, 60_000), line(&two, Class::Sale, 40_000)];
        let new = NewAttribution { lines, why: None, besides_counted: true };
        stage
            .try_write(move |connection, act| transfers::assign_own(connection, act, original, new))
    };
    say(Class::Refund).unwrap();
    // The other one's is all that is left.
    assert_eq!(back(&stage, original, of(None, None)).amount_vnd, Some(Vnd::new(40_000)));
    for class in [Class::Sale, Class::Personal, Class::Refund, Class::Sale] {
        say(class).unwrap();
        assert_eq!((returned(&stage, &one), returned(&stage, &two)), (0, 40_000), "{class:?}");
    }
});

on_both!(a_stall_keeps_as_much_as_was_given_back_of_its_part, |db| {
    let stage = Stage::new(db);
    let (one, two) = market(&stage);
    let feed = stage.feed(Provider::Sepay);
    let original = paid(&feed, 1, &one, 100_000);
    back(&stage, original, of(None, Some(50_000)));
    let least = [(&one, Class::Sale, 49_999), (&two, Class::Sale, 50_001)];
    refused(assign(&stage, original, &least), "", "refund-exceeds-original");
    // A part of it that is no stall's to give back does not count.
    let beside = [(&one, Class::Sale, 10_000), (&one, Class::Test, 90_000)];
    refused(assign(&stage, original, &beside), "", "refund-exceeds-original");
    let enough = [(&one, Class::Sale, 50_000), (&two, Class::Sale, 50_000)];
    assign(&stage, original, &enough).unwrap();
    assert_eq!((returned(&stage, &one), returned(&stage, &two)), (50_000, 0));
    // All of it may be another's after all.
    assign(&stage, original, &[(&two, Class::Sale, 100_000)]).unwrap();
    assert_eq!((returned(&stage, &one), returned(&stage, &two)), (0, 50_000));
});

on_both!(what_was_never_a_stalls_takes_nothing_off_it, |db| {
    let stage = Stage::new(db);
    let (one, _) = market(&stage);
    let feed = stage.feed(Provider::Sepay);
    for (id, class) in [(1, Class::Test), (2, Class::Fee), (3, Class::Supplier)] {
        let original = paid(&feed, id, &one, 50_000);
        back(&stage, original, of(None, None));
        assert_eq!(returned(&stage, &one), 50_000);
        assign(&stage, original, &[(&one, class, 50_000)]).unwrap();
        assert_eq!(returned(&stage, &one), 0, "{class:?}");
    }
});

on_both!(whose_a_refund_is_stays_so_once_it_is_known, |db| {
    let stage = Stage::new(db);
    let (one, two) = market(&stage);
    let feed = stage.feed(Provider::Sepay);
    let original = paid(&feed, 1, &one, 100_000);
    let beside_nobodys = |id, class| {
        let line = |occupancy_id, class, amount| NewLine {
            occupancy_id,
            request_id: None,
            class,
            amount_vnd: Vnd::new(amount),
        };
        let stall = Some(one.occupancy_id);
        let lines = vec![line(stall, class, 60_000), line(None, Class::Unclassified, 40_000)];
        let new = NewAttribution { lines, why: None, besides_counted: true };
        let write = move |connection: &mut _, act: &_| transfers::assign(connection, act, id, new);
        stage.try_write(write).unwrap();
    };
    beside_nobodys(original, Class::Test);
    back(&stage, original, of(None, Some(40_000)));
    assert_eq!((returned(&stage, &one), returned(&stage, &two)), (0, 0));
    // Whose it is has to be said before it is divided.
    let own = [(&one, Class::Personal, 60_000), (&two, Class::Personal, 40_000)];
    refused(assign(&stage, original, &own), "", "refund-of-no-stall");
    assign(&stage, original, &[(&one, Class::Personal, 100_000)]).unwrap();
    for (of_one, of_two) in [(Class::Personal, Class::Sale), (Class::Sale, Class::Sale)] {
        assign(&stage, original, &[(&one, of_one, 60_000), (&two, of_two, 40_000)]).unwrap();
        assert_eq!((returned(&stage, &one), returned(&stage, &two)), (40_000, 0));
    }
    // What waits for a stall is no stall's.
    let original = paid(&feed, 2, &one, 100_000);
    beside_nobodys(original, Class::Personal);
    back(&stage, original, of(None, Some(10_000)));
    assert_eq!((returned(&stage, &one), returned(&stage, &two)), (50_000, 0));
});

on_both!(a_wrong_link_is_taken_back, |db| {
    let stage = Stage::new(db);
    let (one, _) = market(&stage);
    let feed = stage.feed(Provider::Sepay);
    let original = paid(&feed, 1, &one, 45_000);
    let gone = out(&feed, 2, 45_000);
    let linked = back(&stage, original, of(Some(gone), None));
    let supplier = [(&one, Class::Supplier, 45_000)];
    refused(assign(&stage, gone, &supplier), "", "refund-linked");
    let undone = undo(&stage, linked.id).unwrap();
    assert!(undone.undone_at.is_some());
    assert_eq!(returned(&stage, &one), 0);
    assert_eq!(shown(&stage, gone).attribution.why.as_deref(), Some("ghi lộn"));
    refused(undo(&stage, linked.id), "", "refund-undone");
    assign(&stage, gone, &supplier).unwrap();
    let declared = back(&stage, original, of(None, None));
    undo(&stage, declared.id).unwrap();
    assert_eq!(returned(&stage, &one), 0);
    refused(seen(&stage, declared.id, gone), "", "refund-undone");
    refused(assign(&stage, declared.outgoing_id, &supplier), "", "refund-linked");
});

on_both!(what_cannot_be_a_refund_is_refused, |db| {
    let stage = Stage::new(db);
    let (one, _) = market(&stage);
    let feed = stage.feed(Provider::Sepay);
    let early = out(&feed, 1, 45_000);
    db.clock.move_to(db.clock.now().plus_ms(86_400_000));
    let original = paid(&feed, 2, &one, 45_000);
    let today = stage.now().at.day(0);
    let try_new = |new| try_back(&stage, original, new);
    refused(try_new(of(Some(original), None)), "outgoing_id", "refund-not-outgoing");
    refused(try_new(of(Some(early), None)), "outgoing_id", "refund-before-original");
    missing(try_new(of(Some(TransferId(7)), None)), "outgoing_id", "transfer");
    missing(try_back(&stage, TransferId(7), of(None, None)), "", "transfer");
    refused(try_back(&stage, early, of(None, None)), "", "refund-of-outgoing");
    let on = |days| NewRefund { day: Some(today.plus(days)), ..of(None, None) };
    refused(try_new(on(1)), "day", "refund-in-future");
    refused(try_new(on(-1)), "day", "refund-before-original");
    let personal = NewRefund { class: Class::Personal, ..of(None, None) };
    refused(try_new(personal), "class", "refund-class");
    refused(try_new(of(None, Some(0))), "amount_vnd", "amount-not-positive");
    let seen_on = NewRefund { outgoing_id: Some(early), ..on(0) };
    refused(try_new(seen_on), "day", "field-not-allowed");
    assert_eq!(returned(&stage, &one), 0);
    let declared = back(&stage, original, on(0));
    refused(seen(&stage, declared.id, early), "outgoing_id", "refund-before-original");
    let small = out(&feed, 3, 44_000);
    refused(seen(&stage, declared.id, small), "outgoing_id", "refund-exceeds-outgoing");
    assert_eq!(shown(&stage, declared.outgoing_id).occurred_precision, "day");
    assert_eq!(returned(&stage, &one), 45_000);
});

on_both!(a_false_refund_is_named, |db| {
    let stage = Stage::new(db);
    let (one, two) = market(&stage);
    let feed = stage.feed(Provider::Sepay);
    let original = paid(&feed, 1, &one, 45_000);
    back(&stage, original, of(None, Some(5_000)));
    let id = two.occupancy_id.0;
    for (what, statement) in [
        ("refunds", "UPDATE refunds SET amount_vnd = amount_vnd - 1".to_owned()),
        ("refunds", "UPDATE refunds SET class = 'reversal'".to_owned()),
        ("refunds", "UPDATE refunds SET undone_at_ms = 1".to_owned()),
        ("refunds", "UPDATE refunds SET original_id = outgoing_id".to_owned()),
        ("refunds", "UPDATE transfers SET amount_vnd = 4999 WHERE amount_vnd = 45000".to_owned()),
        ("refunds", format!("UPDATE transfers SET occupancy_id = {id} WHERE occupancy_id <> 0")),
        ("missing", "UPDATE refunds SET original_id = 7".to_owned()),
        ("missing", "DELETE FROM refunds".to_owned()),
    ] {
        let told = Arc::new(Mutex::new(Vec::new()));
        let (tell, run) = (Arc::clone(&told), statement.clone());
        let undone = stage.try_write(move |connection, act| -> Outcome<()> {
            assert!(diesel::sql_query(run).execute(connection)? > 0);
            *tell.lock().unwrap() = doctor::examine(connection, act.board_id())?;
            Err(Refusal::not_found("nothing").into())
        });
        assert!(undone.is_err());
        let found = told.lock().unwrap();
        assert!(found.iter().any(|one| one.what == what), "{statement}: {found:?}");
    }
    assert_eq!(returned(&stage, &one), 5_000);
});
