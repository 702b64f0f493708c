#![cfg(test)]
//! Money that was told of a number before anybody registered it, and again for the account, by feeds
//! that are attached as the documents say: it counts once, and may pay its request.

use cho40::db::Outcome;
use cho40::db::schema::strays;
use cho40::feeds::Provider;
use cho40::feeds::sample::SampleTransfer;
use cho40::intake::accounts::attach_all;
use cho40::ledger::Class;
use cho40::ledger::suggestions::SuggestionReason;
use cho40::ledger::transfers::{self, NewAttribution, NewLine, Transfer};
use cho40::ledger::unassigned;
use cho40::primitives::Vnd;
use cho40::primitives::ids::{OccupancyId, RequestId, TransferId};
use cho40::registry::PageRequest;
use cho40::registry::accounts::UseKind;
use cho40::registry::numbers::{self, NewReceivingNumber, NumberKind};
use cho40::requests::RequestState;
use diesel::prelude::*;

use crate::pairs_support::{agrees, ask, kept, paid, state};
use crate::registry_support::refused;
use crate::stage::{Feed, Stage, Stand};
use crate::support::on_both;

const DAY_S: i64 = 86_400;

fn attach(feed: &Feed<'_>, stand: &Stand) {
    let (id, account_id) = (feed.id, stand.account_id);
    feed.stage.write(move |connection, act| attach_all(connection, act, id, &[account_id]));
}

fn place(
    stage: &Stage,
    id: TransferId,
    occupancy_id: OccupancyId,
    request_id: Option<RequestId>,
) -> Outcome<Transfer> {
    let line = NewLine {
        occupancy_id: Some(occupancy_id),
        request_id,
        class: Class::Sale,
        amount_vnd: Vnd::new(45_000),
    };
    let new = NewAttribution { lines: vec![line], why: None, besides_counted: false };
    stage.try_write(move |connection, act| transfers::assign(connection, act, id, new))
}

/// Transfers that stand at a stall.
fn standing(stage: &Stage, occupancy_id: OccupancyId) -> usize {
    let stands = |one: &&Transfer| {
        one.attribution.lines.iter().any(|line| line.occupancy_id == Some(occupancy_id))
    };
    kept(stage).iter().filter(stands).count()
}

on_both!(an_attached_feed_tells_again_what_came_before_the_account_was_registered, |db| {
    let stage = Stage::new(db);
    let first = stage.feed(Provider::Casso);
    let mut id = 0;
    for (days, is_placed) in
        [(0, true), (0, false), (1, false), (4, true), (5, false), (6, true), (20, false)]
    {
        id += 1;
        let number = format!("90000{id}");
        let ago = days * DAY_S + 3_600;
        let told = SampleTransfer { account: &number, ..paid(&stage, id, ago, "mua ca") };
        assert_eq!(first.send(&told), "unmatched");
        let stray = kept(&stage).last().unwrap().id;
        let stand = stage.stand(&number, &number, UseKind::BusinessOnly);
        if is_placed {
            place(&stage, stray, stand.occupancy_id, None).unwrap();
        }
        let second = stage.feed(Provider::Sepay);
        attach(&second, &stand);
        let again = SampleTransfer { account: &number, ..paid(&stage, 100 + id, ago, "mua ca") };
        let case = format!("{days} days, placed {is_placed}");
        assert_eq!(second.send(&again), "suspected", "{case}");
        assert_eq!(standing(&stage, stand.occupancy_id), 1, "{case}");
        // Another payment of the amount is one.
        let other = SampleTransfer { account: &number, ..paid(&stage, 200 + id, ago - 900, "x") };
        assert_eq!(second.send(&other), "recorded", "{case}");
        assert_eq!(second.send(&again), "duplicate", "{case}");
        assert_eq!(standing(&stage, stand.occupancy_id), 2, "{case}");
        agrees(&stage);
    }
});

on_both!(a_further_number_of_a_known_account_had_told_before, |db| {
    let stage = Stage::new(db);
    let first = stage.feed(Provider::Casso);
    let told = SampleTransfer { account: "VA9001", ..paid(&stage, 1, 9 * DAY_S, "mua ca") };
    assert_eq!(first.send(&told), "unmatched");
    let stand = stage.stand("A1", "900010", UseKind::BusinessOnly);
    let second = stage.feed(Provider::Sepay);
    attach(&second, &stand);
    let known = SampleTransfer { account: "900010", ..paid(&stage, 2, 600, "mua rau") };
    assert_eq!(second.send(&known), "recorded");
    let (account_id, kind) = (stand.account_id, NumberKind::Virtual);
    let new = NewReceivingNumber { account_id, bin: None, kind, number: "VA9001".into() };
    stage.write(move |connection, act| numbers::create(connection, act, new));
    let again = SampleTransfer {
        account: "900010",
        virtual_account: Some("va9001"),
        ..paid(&stage, 3, 9 * DAY_S, "mua ca")
    };
    assert_eq!(second.send(&again), "suspected");
    assert_eq!(standing(&stage, stand.occupancy_id), 2);
    agrees(&stage);
});

on_both!(strays_without_their_numbers_are_compared_and_named, |db| {
    let stage = Stage::new(db);
    let first = stage.feed(Provider::Casso);
    for (id, account) in [(1, "900011"), (2, "900012")] {
        let told = SampleTransfer { account, ..paid(&stage, id, 3_600, "mua ca") };
        assert_eq!(first.send(&told), "unmatched");
    }
    // As a program before this one left them.
    stage.write(|connection, _| {
        diesel::update(strays::table).set(strays::number.eq("")).execute(connection)?;
        Ok(())
    });
    let one = stage.stand("A1", "900011", UseKind::BusinessOnly);
    let two = stage.stand("A2", "900012", UseKind::BusinessOnly);
    let second = stage.feed(Provider::Sepay);
    attach(&second, &one);
    let again = |id, account| SampleTransfer { account, ..paid(&stage, id, 3_600, "mua ca") };
    assert_eq!(second.send(&again(3, "900011")), "suspected");
    stage.wait(stage.app.name_strays()).unwrap();
    let named: Vec<String> = stage.read(|connection, _| {
        Ok(strays::table.select(strays::number).order(strays::number).load(connection)?)
    });
    assert_eq!(named, ["900011", "900012"]);
    assert_eq!(second.send(&again(4, "900012")), "suspected");
    assert_eq!((standing(&stage, one.occupancy_id), standing(&stage, two.occupancy_id)), (1, 1));
    agrees(&stage);
});

on_both!(a_person_says_which_request_a_stray_paid, |db| {
    let stage = Stage::new(db);
    let stand = stage.stand("A1", "900013", UseKind::BusinessOnly);
    let other = stage.stand("A2", "900014", UseKind::BusinessOnly);
    let (asked, elsewhere) = (ask(&stage, &stand, None), ask(&stage, &other, None));
    let feed = stage.feed(Provider::Sepay);
    let memo = asked.reference.to_string();
    let told = SampleTransfer { account: "VA9003", ..paid(&stage, 1, 0, &memo) };
    assert_eq!(feed.send(&told), "unmatched");
    let stray = kept(&stage).last().unwrap().id;
    let waiting = stage.read(|connection, act| {
        Ok(unassigned::list(connection, act, PageRequest::default())?.items)
    });
    let suggested: Vec<_> =
        waiting[0].suggestions.iter().map(|one| (one.reason, one.request_id)).collect();
    assert_eq!(suggested, [(SuggestionReason::NamedRequest, Some(asked.id))]);
    // The number is the account's by now, and no other request's.
    let (account_id, kind) = (stand.account_id, NumberKind::Virtual);
    let new = NewReceivingNumber { account_id, bin: None, kind, number: "VA9003".into() };
    stage.write(move |connection, act| numbers::create(connection, act, new));
    refused(
        place(&stage, stray, other.occupancy_id, Some(elsewhere.id)),
        "lines[0].request_id",
        "request-other-account",
    );
    place(&stage, stray, stand.occupancy_id, Some(asked.id)).unwrap();
    assert_eq!(state(&stage, &asked), (RequestState::Paid, 45_000));
    agrees(&stage);
});

on_both!(a_number_of_two_banks_is_named_and_compared_too, |db| {
    let stage = Stage::new(db);
    let stand = stage.stand("A1", "900015", UseKind::BusinessOnly);
    let twin = cho40::registry::accounts::NewAccount {
        bin: "970436".into(),
        number: "900015".into(),
        kind: cho40::registry::accounts::AccountKind::Personal,
        use_kind: UseKind::BusinessOnly,
        holder_name: "NGUYEN THI MAU".into(),
        relation: cho40::registry::accounts::Relation::Own,
        keeps_outgoing: false,
    };
    stage.write(move |connection, act| cho40::registry::accounts::create(connection, act, twin));
    // A bank that we do not know by its name.
    let first = stage.feed(Provider::Sepay);
    let told = SampleTransfer {
        gateway: "Ngân hàng lạ",
        account: "900015",
        ..paid(&stage, 1, 3_600, "mua ca")
    };
    assert_eq!(first.send(&told), "unmatched");
    let waiting = stage.read(|connection, act| {
        Ok(unassigned::list(connection, act, PageRequest::default())?.items)
    });
    assert_eq!(waiting[0].reason, "ambiguous_number");
    let second = stage.feed(Provider::Casso);
    attach(&second, &stand);
    let again = SampleTransfer { account: "900015", ..paid(&stage, 2, 3_600, "mua ca") };
    assert_eq!(second.send(&again), "suspected");
    agrees(&stage);
});
