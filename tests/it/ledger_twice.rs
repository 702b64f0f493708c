//! One payment told for a number that nobody registered, and again for the account: whoever places
//! the first is told of the second.

use cho40::access::{Permission, Permissions};
use cho40::db::{Fault, Outcome};
use cho40::feeds::Provider;
use cho40::feeds::sample::SampleTransfer;
use cho40::ledger::Class;
use cho40::ledger::proposals::{self, Approval, NewProposal};
use cho40::ledger::transfers::{self, NewAttribution, NewLine, Transfer};
use cho40::primitives::Vnd;
use cho40::primitives::ids::{ActorId, OccupancyId, TransferId};
use cho40::registry::accounts::UseKind;
use cho40::registry::numbers::{self, NewReceivingNumber, NumberKind};

use crate::pairs_support::{ACCOUNT, agrees, kept, paid, pairs_of, separate};
use crate::registry_support::refused;
use crate::stage::{Stage, Stand};
use crate::support::on_both;

const UNKNOWN: &str = "5559998";

fn to(occupancy_id: OccupancyId, class: Class) -> Vec<NewLine> {
    let (occupancy_id, amount_vnd) = (Some(occupancy_id), Vnd::new(45_000));
    vec![NewLine { occupancy_id, request_id: None, class, amount_vnd }]
}

fn assign(
    stage: &Stage,
    id: TransferId,
    lines: Vec<NewLine>,
    besides_counted: bool,
) -> Outcome<Transfer> {
    let new = NewAttribution { lines, why: None, besides_counted };
    stage.try_write(move |connection, act| transfers::assign(connection, act, id, new))
}

/// A report for the unknown number, then another sender's for the stall's account, so many seconds
/// apart; the first one's transfer, and the second's.
fn told_twice(stage: &Stage, first: Provider, apart_s: i64) -> (Stand, TransferId, TransferId) {
    let stand = stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    let unknown = SampleTransfer { account: UNKNOWN, ..paid(stage, 1, 3_600, "mua ca") };
    assert_eq!(stage.feed(first).send(&unknown), "unmatched");
    let known = paid(stage, 2, 3_600 - apart_s, "mua ca");
    assert_eq!(stage.feed(Provider::StandardWebhooks).send(&known), "recorded");
    let all = kept(stage);
    (stand, all[0].id, all[1].id)
}

on_both!(what_another_sender_told_of_the_stall_is_not_counted_again_unawares, |db| {
    let stage = Stage::new(db);
    let (stand, unknown, known) = told_twice(&stage, Provider::Sepay, 240);
    for indexed in [false, true] {
        if indexed {
            stage.index_transfers();
        }
        let refusal = match assign(&stage, unknown, to(stand.occupancy_id, Class::Sale), false) {
            Err(Fault::Refused(refusal)) => refusal,
            other => panic!("{other:?}"),
        };
        assert_eq!(refusal.code, "assign-beside-counted");
        assert_eq!(refusal.args, [("transfers", known.to_string())]);
    }
    // What counts nowhere is not counted twice.
    assign(&stage, unknown, to(stand.occupancy_id, Class::Test), false).unwrap();
    let other = stage.stand("A2", "5550002", UseKind::BusinessOnly);
    assign(&stage, unknown, to(other.occupancy_id, Class::Sale), false).unwrap();
    refused(
        assign(&stage, unknown, to(stand.occupancy_id, Class::Sale), false),
        "",
        "assign-beside-counted",
    );
    assign(&stage, unknown, to(stand.occupancy_id, Class::Sale), true).unwrap();
    // It stands there now; to say what it was brings nothing new.
    assign(&stage, unknown, to(stand.occupancy_id, Class::Personal), false).unwrap();
    agrees(&stage);
});

on_both!(what_left_the_stall_or_was_judged_before_counts_there_no_more, |db| {
    let stage = Stage::new(db);
    let (stand, unknown, known) = told_twice(&stage, Provider::Sepay, 0);
    let other = stage.stand("A2", "5550002", UseKind::BusinessOnly);
    assign(&stage, known, to(other.occupancy_id, Class::Sale), false).unwrap();
    assign(&stage, unknown, to(stand.occupancy_id, Class::Sale), false).unwrap();
    // Two reports of one account were compared when they came, and a person has parted them.
    let feed = stage.feed(Provider::Sepay);
    assert_eq!(feed.send(&paid(&stage, 8, 1_200, "mua rau")), "recorded");
    let second = stage.feed(Provider::StandardWebhooks);
    assert_eq!(second.send(&paid(&stage, 9, 1_200, "mua rau")), "suspected");
    let parted = separate(&stage, pairs_of(&stage, Some(true))[0].id).unwrap();
    let own = parted.own_transfer_id.unwrap();
    assign(&stage, own, to(other.occupancy_id, Class::Sale), false).unwrap();
    assign(&stage, own, to(stand.occupancy_id, Class::Sale), false).unwrap();
    agrees(&stage);
});

on_both!(another_time_or_the_same_sender_is_another_payment, |db| {
    let stage = Stage::new(db);
    let (stand, unknown, _) = told_twice(&stage, Provider::Sepay, 301);
    assign(&stage, unknown, to(stand.occupancy_id, Class::Sale), false).unwrap();
    let feed = stage.feed(Provider::StandardWebhooks);
    let unknown = SampleTransfer { account: UNKNOWN, ..paid(&stage, 3, 3_250, "mua ca") };
    assert_eq!(feed.send(&unknown), "unmatched");
    let same_sender = kept(&stage)[2].id;
    assign(&stage, same_sender, to(stand.occupancy_id, Class::Sale), false).unwrap();
    agrees(&stage);
});

on_both!(who_approves_is_told_too_and_who_sees_no_amounts_learns_no_ids, |db| {
    let stage = Stage::new(db);
    let (stand, unknown, _) = told_twice(&stage, Provider::Sepay, 0);
    let lines = to(stand.occupancy_id, Class::Sale);
    let new = NewProposal { lines: lines.clone(), why: "khách quen".into() };
    let proposal =
        stage.write(move |connection, act| proposals::propose(connection, act, unknown, new)).id;
    let decide = |besides_counted: bool| {
        let approval = Approval { why: None, besides_counted };
        let mut act = stage.now();
        act.scope.actor = ActorId(902);
        act.scope.permissions = Permissions::of(vec![Permission::TransfersAssign]);
        stage.try_write(move |connection, _| {
            proposals::approve(connection, &act, proposal, approval)
        })
    };
    let Err(Fault::Refused(refusal)) = decide(false) else { panic!("not refused") };
    assert_eq!(refusal.code, "assign-beside-counted");
    assert_eq!(refusal.args, [("transfers", "none".to_owned())]);
    decide(true).unwrap();
    agrees(&stage);
});

on_both!(what_was_told_before_its_number_was_registered_is_not_counted_again, |db| {
    let stage = Stage::new(db);
    let first = stage.feed(Provider::Sepay);
    // Placed by hand, and still waiting; told again by another sender.
    for (id, is_placed) in [(1, true), (2, false)] {
        let (account, number) = (format!("90000{id}"), format!("VA900{id}"));
        let stand = stage.stand(&account, &account, UseKind::BusinessOnly);
        let sent = SampleTransfer { account: &number, ..paid(&stage, id, 3_600, "mua ca") };
        assert_eq!(first.send(&sent), "unmatched");
        let transfer_id = kept(&stage).last().unwrap().id;
        if is_placed {
            assign(&stage, transfer_id, to(stand.occupancy_id, Class::Sale), false).unwrap();
        }
        let (account_id, kind) = (stand.account_id, NumberKind::Virtual);
        let new = NewReceivingNumber { account_id, bin: None, kind, number: number.clone() };
        stage.write(move |connection, act| numbers::create(connection, act, new));
        let again = SampleTransfer { account: &number, ..paid(&stage, id, 3_500, "mua ca") };
        assert_eq!(stage.feed(Provider::StandardWebhooks).send(&again), "suspected");
        let all = kept(&stage);
        let lines = &all.last().unwrap().attribution.lines;
        assert_eq!(lines[0].occupancy_id, Some(stand.occupancy_id), "{is_placed}");
        assert_eq!((all.last().unwrap().id, lines.len()), (transfer_id, 1));
        agrees(&stage);
    }
});
