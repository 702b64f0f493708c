//! Links that are registered or ended late: what the rules decided by them is decided again, as if
//! they had been there at once; what people decided stays.

use cho40::feeds::Provider;
use cho40::feeds::sample::SampleTransfer;
use cho40::ledger::relink;
use cho40::ledger::transfers::{self, NewAttribution, NewLine, Transfer};
use cho40::ledger::{Class, unassigned};
use cho40::primitives::ids::{AccountId, LinkId, OccupancyId, TransferId};
use cho40::primitives::{Day, Vnd};
use cho40::registry::accounts::{AccountKind, UseKind};
use cho40::registry::links::{self, AccountLinkChange, NewAccountLink};
use cho40::registry::occupancies::{self, EndOccupancy};
use cho40::registry::{PageRequest, Patch};

use crate::pairs_support::{kept, pairs_of, separate};
use crate::stage::{Feed, Stage, transfer};
use crate::support::on_both;

const ACCOUNT: &str = "0123456789";

fn day(stage: &Stage, ago: i32) -> Day {
    stage.app.clock.now().day(0).plus(-ago)
}

/// A transfer so many days ago, at the same time of day.
fn paid<'a>(stage: &Stage, id: u64, ago: i64, memo: &'a str) -> SampleTransfer<'a> {
    let occurred_at = stage.app.clock.now().plus_ms(-ago * 86_400_000 - 60_000);
    SampleTransfer { occurred_at, ..transfer(stage, id, ACCOUNT, memo) }
}

fn link(stage: &Stage, stall: OccupancyId, account: AccountId, from_day: Day) -> LinkId {
    let new = NewAccountLink { occupancy_id: stall, account_id: account, from_day, to_day: None };
    stage.write(move |connection, act| links::create(connection, act, new)).id
}

fn end(stage: &Stage, link: LinkId, last: Day) {
    let change = AccountLinkChange { from_day: None, to_day: Patch::Set(last) };
    stage.write(move |connection, act| links::change(connection, act, link, change));
}

fn follow(stage: &Stage) {
    stage.wait(stage.app.follow_links()).unwrap();
}

/// The stall that each transfer belongs to, with the rule, oldest first.
fn placed(stage: &Stage) -> Vec<(Option<OccupancyId>, String, Class)> {
    let stall = |one: Transfer| {
        let line = &one.attribution.lines[0];
        (line.occupancy_id, one.attribution.rule.clone(), line.class)
    };
    kept(stage).into_iter().map(stall).collect()
}

/// Why each waiting transfer waits.
fn reasons(stage: &Stage) -> Vec<String> {
    stage.read(|connection, act| {
        let page = unassigned::list(connection, act, PageRequest::default())?;
        Ok(page.items.into_iter().map(|one| one.reason).collect())
    })
}

fn assign(stage: &Stage, id: TransferId, occupancy_id: Option<OccupancyId>, class: Class) {
    let amount_vnd = Vnd::new(45_000);
    let line = NewLine { occupancy_id, request_id: None, class, amount_vnd };
    let new = NewAttribution { lines: vec![line], why: None, besides_counted: false };
    stage.write(move |connection, act| transfers::assign(connection, act, id, new));
}

fn agrees(stage: &Stage) {
    assert!(stage.differences().is_empty(), "{:#?}", stage.differences());
}

/// An account that no stall has yet, with a transfer on each of these days.
fn unlinked(stage: &Stage, feed: &Feed<'_>, use_kind: UseKind, days_ago: &[i64]) -> AccountId {
    let account = stage.account(ACCOUNT, AccountKind::Personal, use_kind);
    for (id, ago) in (1..).zip(days_ago) {
        assert_eq!(feed.send(&paid(stage, id, *ago, "mua ca")), "unmatched");
    }
    account
}

on_both!(a_stall_registered_late_gets_its_money_of_the_past, |db| {
    let stage = Stage::new(db);
    let feed = stage.feed(Provider::Sepay);
    let account = unlinked(&stage, &feed, UseKind::BusinessOnly, &[5, 3, 1, 0]);
    let stall = stage.stand("A1", "5550001", UseKind::BusinessOnly).occupancy_id;
    let decided = kept(&stage)[2].id;
    assign(&stage, decided, None, Class::Personal);
    agrees(&stage);

    link(&stage, stall, account, day(&stage, 3));
    let found = stage.differences();
    assert_eq!(found.len(), 2, "doctor sees what is left to do: {found:#?}");
    assert!(found.iter().all(|one| one.contains(" links ")), "{found:#?}");
    follow(&stage);
    let sale = (Some(stall), "business_account".to_owned(), Class::Sale);
    let none = (None, "none".to_owned(), Class::Unclassified);
    let personal = (None, "manual".to_owned(), Class::Personal);
    assert_eq!(placed(&stage), [none, sale.clone(), personal, sale]);
    let again = &kept(&stage)[1].attribution;
    assert_eq!((again.seq, again.why.as_deref()), (2, Some("links_changed")));
    assert_eq!((again.decided_by, again.decided_at), (Some(stage.act.scope.actor), stage.now().at));
    assert_eq!(kept(&stage)[2].attribution.seq, 2, "a person decided it");
    assert_eq!(reasons(&stage).len(), 1);
    agrees(&stage);

    let seqs = |stage: &Stage| kept(stage).iter().map(|one| one.attribution.seq).sum::<i32>();
    let before = seqs(&stage);
    follow(&stage);
    assert_eq!(seqs(&stage), before, "nothing is left to do");
    assert_eq!(feed.send(&paid(&stage, 9, 2, "mua ca")), "recorded");
    stage.index_transfers();
    stage.roll_up();
    follow(&stage);
    agrees(&stage);
});

on_both!(a_second_stall_sends_shared_money_to_the_queue_and_its_end_takes_it_back, |db| {
    let stage = Stage::new(db);
    let feed = stage.feed(Provider::Sepay);
    let one = stage.stand("A1", ACCOUNT, UseKind::Mixed);
    let two = stage.stand("A2", "5550002", UseKind::Mixed).occupancy_id;
    let code = one.code.reference.unwrap().to_string();
    for (id, ago, memo) in [(1, 4, "mua ca"), (2, 1, "mua rau"), (3, 1, &*code)] {
        assert_eq!(feed.send(&paid(&stage, id, ago, memo)), "recorded");
    }
    let sole = (Some(one.occupancy_id), "sole_occupancy".to_owned(), Class::Unclassified);
    let named = (Some(one.occupancy_id), "reference".to_owned(), Class::Sale);
    let none = (None, "none".to_owned(), Class::Unclassified);
    assert_eq!(placed(&stage), [sole.clone(), sole.clone(), named.clone()]);

    let second = link(&stage, two, one.account_id, day(&stage, 2));
    follow(&stage);
    assert_eq!(placed(&stage), [sole.clone(), none.clone(), named.clone()]);
    assert_eq!(reasons(&stage), ["several_occupancies"]);
    agrees(&stage);

    end(&stage, second, day(&stage, 2));
    follow(&stage);
    assert_eq!(placed(&stage), [sole.clone(), sole.clone(), named.clone()]);
    assert!(reasons(&stage).is_empty());
    agrees(&stage);

    let (gone, last) = (one.occupancy_id, day(&stage, 3));
    stage.write(move |connection, act| {
        occupancies::end(connection, act, gone, EndOccupancy { to_day: last })
    });
    follow(&stage);
    let left = (Some(one.occupancy_id), "ended_occupancy".to_owned(), Class::Sale);
    assert_eq!(placed(&stage), [sole, none, left], "the card's money is that vendor's, marked");
    assert_eq!(reasons(&stage), ["no_occupancy"]);
    agrees(&stage);
});

on_both!(the_work_goes_on_where_it_ended_and_begins_anew_with_another_change, |db| {
    let stage = Stage::new(db);
    let feed = stage.feed(Provider::Sepay);
    let account = unlinked(&stage, &feed, UseKind::Mixed, &[6, 5, 4, 3, 2, 1, 0]);
    let one = stage.stand("A1", "5550001", UseKind::Mixed).occupancy_id;
    let two = stage.stand("A2", "5550002", UseKind::Mixed).occupancy_id;
    let step = |at_once| {
        stage
            .write(move |connection, act| relink::step(connection, act.board_id(), at_once, act.at))
    };
    let stalls = || placed(&stage).into_iter().map(|one| one.0).collect::<Vec<_>>();
    stage.index_transfers();
    while step(3) {}
    link(&stage, one, account, day(&stage, 6));
    assert!(step(3));
    assert_eq!(stalls(), [[Some(one); 3].as_slice(), &[None; 4]].concat());
    // What was decided so far is an event; the next change comes after it.
    link(&stage, two, account, day(&stage, 1));
    assert!(step(3), "this brings the index up to date");
    assert!(step(3) && step(3));
    assert!(!step(3));
    assert_eq!(stalls(), [[Some(one); 5].as_slice(), &[None; 2]].concat());
    assert!(stage.read(|connection, _| relink::boards(connection)).is_empty());
    agrees(&stage);
});

on_both!(what_a_second_report_told_stays_until_the_two_are_separated, |db| {
    let stage = Stage::new(db);
    let (sepay, standard) = (stage.feed(Provider::Sepay), stage.feed(Provider::StandardWebhooks));
    let one = stage.stand("A1", ACCOUNT, UseKind::Mixed);
    let two = stage.stand_on("A2", one.account_id);
    let code = two.code.reference.unwrap().to_string();
    assert_eq!(standard.send(&paid(&stage, 7, 9, "khac")), "unmatched");
    assert_eq!(sepay.send(&paid(&stage, 1, 1, "mua ca")), "unmatched");
    assert_eq!(standard.send(&paid(&stage, 2, 1, &code)), "suspected");
    let named = (Some(two.occupancy_id), "reference".to_owned(), Class::Sale);
    assert_eq!(placed(&stage)[1], named);

    let (gone, last) = (two.occupancy_id, day(&stage, 3));
    stage.write(move |connection, act| {
        occupancies::end(connection, act, gone, EndOccupancy { to_day: last })
    });
    follow(&stage);
    assert_eq!(placed(&stage)[1], named);
    agrees(&stage);
    separate(&stage, pairs_of(&stage, Some(true))[0].id).unwrap();
    follow(&stage);
    let sole = (Some(one.occupancy_id), "sole_occupancy".to_owned(), Class::Unclassified);
    let left = (Some(two.occupancy_id), "ended_occupancy".to_owned(), Class::Sale);
    assert_eq!(placed(&stage)[1..], [sole, left]);
    agrees(&stage);
});
