//! People placing transfers: the queue, the requests and the totals follow.

use cho40::access::{Act, Permission, Permissions, Scope};
use cho40::db::{DbConnection, Outcome};
use cho40::feeds::Provider;
use cho40::ledger::Class;
use cho40::ledger::transfers::{self, Filter, NewAttribution, NewLine, Transfer};
use cho40::ledger::unassigned::{self, Waiting};
use cho40::primitives::Vnd;
use cho40::primitives::ids::{OccupancyId, RequestId, TransferId};
use cho40::primitives::time::MS_PER_DAY;
use cho40::registry::accounts::{AccountKind, UseKind};
use cho40::registry::codes::{self, NewCode};
use cho40::registry::links::{self, AccountLinkChange, AccountLinkFilter};
use cho40::registry::numbers::{self, NewReceivingNumber, NumberKind};
use cho40::registry::{PageRequest, Patch, occupancies};
use cho40::requests::{self, NewRequest, Request, RequestState};

use crate::registry_support::{missing, refused};
use crate::stage::{Stage, Stand, transfer};
use crate::support::on_both;

fn part(occupancy_id: Option<OccupancyId>, class: Class, amount: i64) -> NewLine {
    NewLine { occupancy_id, request_id: None, class, amount_vnd: Vnd::new(amount) }
}

fn paying(request_id: RequestId, class: Class, amount: i64) -> NewLine {
    NewLine { request_id: Some(request_id), ..part(None, class, amount) }
}

fn try_assign(stage: &Stage, id: TransferId, lines: Vec<NewLine>) -> Outcome<Transfer> {
    stage.try_write(move |connection, act| {
        transfers::assign(
            connection,
            act,
            id,
            NewAttribution { lines, why: None, besides_counted: false },
        )
    })
}

fn assign(stage: &Stage, id: TransferId, lines: Vec<NewLine>) -> Transfer {
    let assigned = try_assign(stage, id, lines).unwrap();
    assert!(stage.differences().is_empty(), "{:?}", stage.differences());
    assigned
}

fn newest(stage: &Stage) -> Transfer {
    let all = Filter::default();
    stage.read(|connection, act| {
        Ok(transfers::list(connection, act, all, PageRequest::default())?.items.remove(0))
    })
}

fn queue(stage: &Stage) -> Vec<Waiting> {
    stage.read(|connection, act| {
        Ok(unassigned::list(connection, act, PageRequest::default())?.items)
    })
}

fn ask(stage: &Stage, stand: &Stand, amount: i64) -> Request {
    let new = NewRequest {
        occupancy_id: stand.occupancy_id,
        account_id: Some(stand.account_id),
        number_id: None,
        kind: requests::RequestKind::Sale,
        amount_vnd: Vnd::new(amount),
        purpose: None,
        expires_in_s: None,
        order: None,
    };
    stage.write(move |connection, act| requests::create(connection, act, new))
}

fn request(stage: &Stage, id: RequestId) -> Request {
    stage.read(|connection, act| requests::get(connection, act, id))
}

on_both!(what_is_taken_back_waits_again, |db| {
    let stage = Stage::new(db);
    let stand = stage.stand("A1", "0123456789", UseKind::BusinessOnly);
    let feed = stage.feed(Provider::Sepay);
    assert_eq!(feed.send(&transfer(&stage, 1, "0123456789", "mua rau")), "recorded");
    let id = newest(&stage).id;
    assert!(queue(&stage).is_empty());
    for _ in 0..2 {
        assign(&stage, id, vec![part(None, Class::Unclassified, 45_000)]);
        let waiting = queue(&stage);
        assert_eq!(waiting.len(), 1);
        assert_eq!((waiting[0].transfer_id, waiting[0].reason.as_str()), (id, "taken_back"));
        assert_eq!(waiting[0].memo.as_deref(), Some("mua rau"));
        assign(&stage, id, vec![part(Some(stand.occupancy_id), Class::Sale, 45_000)]);
        assert!(queue(&stage).is_empty());
    }
    // What people decided is among the events that fill the index, and that stalls are listed by.
    stage.write(|connection, act| {
        while cho40::ledger::index::catch_up(connection, act.board_id())? > 0 {}
        Ok(())
    });
    let of_stall = Filter { occupancy_id: Some(stand.occupancy_id), account_id: None };
    let listed = stage.read(|connection, act| {
        Ok(transfers::list(connection, act, of_stall, PageRequest::default())?.items.len())
    });
    assert_eq!(listed, 1);
    // A part without a place is enough.
    let parts = [(Some(stand.occupancy_id), Class::Sale), (None, Class::Unclassified)];
    let lines = parts.map(|(stall, class)| part(stall, class, 22_500));
    assign(&stage, id, lines.into());
    assert_eq!(queue(&stage).len(), 1);
});

on_both!(money_of_a_stall_needs_its_stall, |db| {
    let stage = Stage::new(db);
    stage.stand("A1", "0123456789", UseKind::BusinessOnly);
    let feed = stage.feed(Provider::Sepay);
    feed.send(&transfer(&stage, 1, "0123456789", "mua rau"));
    let id = newest(&stage).id;
    for class in [Class::Sale, Class::DebtRepayment, Class::Deposit] {
        let lines = vec![part(None, Class::Personal, 5_000), part(None, class, 40_000)];
        let refusal = try_assign(&stage, id, lines);
        refused(refusal, "lines[1].occupancy_id", "line-needs-occupancy");
    }
    assign(&stage, id, vec![part(None, Class::Personal, 45_000)]);
});

on_both!(who_sees_no_amounts_works_on_the_queue_alone, |db| {
    let stage = Stage::new(db);
    let account = stage.account("0123456789", AccountKind::Personal, UseKind::BusinessOnly);
    let stand = stage.stand_on("A1", account);
    let feed = stage.feed(Provider::Sepay);
    feed.send(&transfer(&stage, 1, "0123456789", "mua rau"));
    let settled = newest(&stage).id;
    stage.stand_on("A2", account);
    feed.send(&transfer(&stage, 2, "0123456789", "mua rau"));
    let waiting = newest(&stage).id;
    let now = stage.now();
    let permissions = Permissions::of(vec![Permission::TransfersAssign]);
    let clerk = Act::new(Scope { permissions, ..now.scope.clone() }, now.at, stage.app.ids.clone());
    let as_clerk = |id: TransferId, amount: i64| {
        let (clerk, occupancy_id) = (clerk.clone(), stand.occupancy_id);
        stage.try_write(move |connection: &mut DbConnection, _| {
            let lines = vec![part(Some(occupancy_id), Class::Sale, amount)];
            transfers::assign(
                connection,
                &clerk,
                id,
                NewAttribution { lines, why: None, besides_counted: false },
            )
        })
    };
    missing(as_clerk(settled, 1), "", "transfer");
    missing(as_clerk(settled, 45_000), "", "transfer");
    refused(as_clerk(waiting, 1), "lines", "lines-do-not-sum");
    assert_eq!(as_clerk(waiting, 45_000).unwrap().amount_vnd, None);
    missing(as_clerk(waiting, 45_000), "", "transfer");
});

on_both!(a_proposed_request_is_accepted_and_given_back, |db| {
    let stage = Stage::new(db);
    let account = stage.account("0123456789", AccountKind::Personal, UseKind::Mixed);
    let (one, two) = (stage.stand_on("A1", account), stage.stand_on("A2", account));
    let feed = stage.feed(Provider::Sepay);
    let asked = ask(&stage, &one, 45_000);
    assert_eq!(feed.send(&transfer(&stage, 1, "0123456789", "quen ghi ma")), "unmatched");
    let waiting = queue(&stage).remove(0);
    assert_eq!(waiting.proposed_request_id, Some(asked.id));
    let id = waiting.transfer_id;

    let accepted = assign(&stage, id, vec![paying(asked.id, Class::Sale, 45_000)]);
    let line = &accepted.attribution.lines[0];
    assert_eq!((line.occupancy_id, line.request_id), (Some(one.occupancy_id), Some(asked.id)));
    let paid = request(&stage, asked.id);
    assert_eq!((paid.state, paid.late), (RequestState::Paid, false));
    assert!(paid.last_paid_at.is_some());

    // Both lines of the stall keep the request: the customer has paid, and took the rest in cash.
    let stall = Some(one.occupancy_id);
    let lines = vec![part(stall, Class::CashOut, 15_000), part(stall, Class::Sale, 30_000)];
    let split = assign(&stage, id, lines).attribution.lines;
    assert_eq!((split[0].request_id, split[1].request_id), (Some(asked.id), Some(asked.id)));
    assert_eq!(request(&stage, asked.id).state, RequestState::Paid);

    assign(&stage, id, vec![part(Some(two.occupancy_id), Class::Sale, 45_000)]);
    let open = request(&stage, asked.id);
    assert_eq!((open.state, open.received_vnd), (RequestState::Open, Some(Vnd::ZERO)));
    assert_eq!(open.last_paid_at, None);
});

on_both!(what_a_payment_was_takes_nothing_off_its_request, |db| {
    let stage = Stage::new(db);
    let stand = stage.stand("A1", "0123456789", UseKind::Mixed);
    let feed = stage.feed(Provider::Sepay);
    let stall = Some(stand.occupancy_id);
    // Once exactly, once too little, and twice: the state stays what the payer's money made it.
    for (number, asked_vnd, times, state) in [
        (10, 45_000, 1, RequestState::Paid),
        (20, 50_000, 1, RequestState::Underpaid),
        (30, 45_000, 2, RequestState::Duplicate),
    ] {
        let asked = ask(&stage, &stand, asked_vnd);
        let memo = asked.reference.to_string();
        for time in 0..times {
            let sent = transfer(&stage, number + time, "0123456789", &memo);
            assert_eq!(feed.send(&sent), "recorded");
        }
        let (id, paid) = (newest(&stage).id, request(&stage, asked.id));
        assert_eq!(paid.state, state);
        for lines in [
            vec![part(stall, Class::Personal, 45_000)],
            vec![part(stall, Class::Sale, 25_000), part(stall, Class::CashOut, 20_000)],
            vec![part(stall, Class::CashOut, 44_000), part(stall, Class::DebtRepayment, 1_000)],
            vec![part(stall, Class::Sale, 45_000)],
        ] {
            let kept = assign(&stage, id, lines).attribution.lines;
            assert!(kept.iter().all(|line| line.request_id == Some(asked.id)), "{kept:?}");
            let now = request(&stage, asked.id);
            assert_eq!((now.state, now.received_vnd), (state, paid.received_vnd));
            assert_eq!(now.last_paid_at, paid.last_paid_at);
        }
        // What was read can be written back as it is.
        let split = [(Class::Personal, 40_000), (Class::Sale, 5_000)];
        let split = split.map(|(class, amount)| paying(asked.id, class, amount)).to_vec();
        assign(&stage, id, split);
        assert_eq!(request(&stage, asked.id).state, state);
        // The bank took it back.
        assign(&stage, id, vec![part(stall, Class::Reversal, 45_000)]);
        assert_ne!(request(&stage, asked.id).received_vnd, paid.received_vnd);
    }
});

on_both!(a_payment_moves_from_one_request_to_another, |db| {
    let stage = Stage::new(db);
    let stand = stage.stand("A1", "0123456789", UseKind::Mixed);
    let feed = stage.feed(Provider::Sepay);
    let (wrong, right) = (ask(&stage, &stand, 90_000), ask(&stage, &stand, 45_000));
    let memo = wrong.reference.to_string();
    let mut late = transfer(&stage, 1, "0123456789", &memo);
    late.occurred_at = late.occurred_at.plus_ms(20 * 60_000);
    assert_eq!(feed.send(&late), "recorded");
    let id = newest(&stage).id;
    let before = request(&stage, wrong.id);
    assert_eq!((before.received_vnd, before.late), (Some(Vnd::new(45_000)), true));
    assign(&stage, id, vec![paying(right.id, Class::Sale, 45_000)]);
    let (wrong, right) = (request(&stage, wrong.id), request(&stage, right.id));
    assert_eq!(
        (wrong.received_vnd, wrong.late, wrong.last_paid_at),
        (Some(Vnd::ZERO), false, None)
    );
    assert_eq!((right.state, right.late), (RequestState::Paid, true));

    // A thousandth is an alarm until a person says what it was.
    let large = ask(&stage, &stand, 45_000_000);
    let memo = large.reference.to_string();
    feed.send(&transfer(&stage, 2, "0123456789", &memo));
    assert!(request(&stage, large.id).thousandfold);
    let stall = Some(stand.occupancy_id);
    assign(&stage, newest(&stage).id, vec![part(stall, Class::Unclassified, 45_000)]);
    assert!(request(&stage, large.id).thousandfold);
    assign(&stage, newest(&stage).id, vec![part(stall, Class::Sale, 45_000)]);
    let judged = request(&stage, large.id);
    assert_eq!((judged.thousandfold, judged.received_vnd), (false, Some(Vnd::new(45_000))));
});

on_both!(an_alarm_stands_until_the_last_payment_is_judged, |db| {
    let stage = Stage::new(db);
    let stand = stage.stand("A1", "0123456789", UseKind::Mixed);
    let feed = stage.feed(Provider::Sepay);
    let asked = ask(&stage, &stand, 45_000_000);
    let memo = asked.reference.to_string();
    let (mut ids, stall) = (Vec::new(), Some(stand.occupancy_id));
    for id in [1, 2] {
        assert_eq!(feed.send(&transfer(&stage, id, "0123456789", &memo)), "recorded");
        ids.push(newest(&stage).id);
    }
    assign(&stage, ids[0], vec![part(stall, Class::Sale, 45_000)]);
    assert!(request(&stage, asked.id).thousandfold, "the other payment still waits");
    assign(&stage, ids[1], vec![part(stall, Class::Personal, 45_000)]);
    let judged = request(&stage, asked.id);
    assert_eq!((judged.thousandfold, judged.received_vnd), (false, Some(Vnd::new(45_000))));
});

on_both!(a_request_that_does_not_fit_is_refused, |db| {
    let stage = Stage::new(db);
    let stand = stage.stand("A1", "0123456789", UseKind::Mixed);
    let other = stage.stand("A2", "0987654321", UseKind::Mixed);
    let feed = stage.feed(Provider::Sepay);
    feed.send(&transfer(&stage, 1, "0123456789", "mua rau"));
    let id = newest(&stage).id;
    let (mine, strange) = (ask(&stage, &stand, 45_000), ask(&stage, &other, 45_000));
    let attempt = |line: NewLine| try_assign(&stage, id, vec![line]);
    let field = "lines[0].request_id";
    refused(attempt(paying(strange.id, Class::Sale, 45_000)), field, "request-other-account");
    missing(attempt(paying(RequestId(1), Class::Sale, 45_000)), field, "request");
    let misplaced =
        NewLine { occupancy_id: Some(other.occupancy_id), ..paying(mine.id, Class::Sale, 45_000) };
    refused(attempt(misplaced), "lines[0].occupancy_id", "request-other-occupancy");
    let personal = paying(mine.id, Class::Personal, 45_000);
    refused(attempt(personal), "lines[0].class", "line-pays-no-request");
});

on_both!(a_reference_counts_only_on_the_account_that_it_was_issued_for, |db| {
    let stage = Stage::new(db);
    let one = stage.stand("A1", "0123456789", UseKind::BusinessOnly);
    let two = stage.stand("A2", "0987654321", UseKind::BusinessOnly);
    let feed = stage.feed(Provider::Sepay);
    let asked = ask(&stage, &one, 45_000);
    let references = [one.code.reference.unwrap(), asked.reference].map(|one| one.to_string());
    for (id, memo) in (1..).zip(&references) {
        assert_eq!(feed.send(&transfer(&stage, id, "0987654321", memo)), "recorded");
        let found = newest(&stage).attribution;
        assert_eq!(found.rule, "business_account", "{memo}");
        assert_eq!(found.lines[0].occupancy_id, Some(two.occupancy_id));
    }
    assert_eq!(request(&stage, asked.id).state, RequestState::Open);
    assert!(stage.differences().is_empty(), "{:?}", stage.differences());
});

on_both!(money_for_a_cancelled_request_is_flagged, |db| {
    let stage = Stage::new(db);
    let stand = stage.stand("A1", "0123456789", UseKind::Mixed);
    let feed = stage.feed(Provider::Sepay);
    let asked = ask(&stage, &stand, 45_000);
    stage.write(move |connection, act| requests::cancel(connection, act, asked.id));
    let memo = asked.reference.to_string();
    assert_eq!(feed.send(&transfer(&stage, 1, "0123456789", &memo)), "recorded");
    let found = newest(&stage).attribution;
    assert_eq!(found.rule, "cancelled_request");
    assert_eq!(found.lines[0].occupancy_id, Some(stand.occupancy_id));
    assert!(stage.differences().is_empty(), "{:?}", stage.differences());
});

on_both!(money_to_the_card_of_a_vendor_who_left_is_flagged, |db| {
    let clock = db.clock.clone();
    let stage = Stage::new(db);
    let stand = stage.stand("A1", "0123456789", UseKind::BusinessOnly);
    let unlinked = stage.stand("A2", "0987654321", UseKind::BusinessOnly);
    let today = stage.now().at.day(0);
    let (feed, id) = (stage.feed(Provider::Sepay), stand.occupancy_id);
    let asked = ask(&stage, &stand, 45_000);
    let mut number = 0;
    let mut rule = |stand: &Stand, account: &str| {
        number += 1;
        let memo = stand.code.reference.unwrap().to_string();
        assert_eq!(feed.send(&transfer(&stage, number, account, &memo)), "recorded");
        let found = newest(&stage).attribution;
        let line = &found.lines[0];
        assert_eq!((line.occupancy_id, line.class), (Some(stand.occupancy_id), Class::Sale));
        assert_eq!(line.code_id, Some(stand.code.id));
        found.rule
    };
    stage.write(move |connection, act| {
        let end = occupancies::EndOccupancy { to_day: today };
        occupancies::end(connection, act, id, end)?;
        let of = AccountLinkFilter {
            occupancy_id: Some(unlinked.occupancy_id),
            ..AccountLinkFilter::default()
        };
        let all = PageRequest::default();
        let link = links::list(connection, act, &of, all)?.items.remove(0);
        let ended = AccountLinkChange { from_day: None, to_day: Patch::Set(today) };
        links::change(connection, act, link.id, ended)
    });
    assert_eq!(rule(&stand, "0123456789"), "reference", "the last day is a day");
    assert_eq!(rule(&unlinked, "0987654321"), "reference");
    clock.move_to(stage.now().at.plus_ms(MS_PER_DAY));
    assert_eq!(rule(&stand, "0123456789"), "ended_occupancy");
    assert_eq!(rule(&unlinked, "0987654321"), "ended_occupancy");
    let memo = asked.reference.to_string();
    assert_eq!(feed.send(&transfer(&stage, 100, "0123456789", &memo)), "recorded");
    let found = newest(&stage).attribution;
    assert_eq!(
        (found.rule.as_str(), found.lines[0].request_id),
        ("ended_occupancy", Some(asked.id))
    );
    // The day was a mistake.
    stage.write(move |connection, act| {
        let change = occupancies::OccupancyChange { from_day: None, to_day: Patch::Clear };
        occupancies::change(connection, act, id, change)
    });
    assert_eq!(rule(&stand, "0123456789"), "reference");
    assert!(stage.differences().is_empty(), "{:?}", stage.differences());
});

on_both!(a_virtual_account_tells_the_stall, |db| {
    let stage = Stage::new(db);
    let account = stage.account("0123456789", AccountKind::Personal, UseKind::Mixed);
    let (one, two) = (stage.stand_on("A1", account), stage.stand_on("A2", account));
    let print = |number: &'static str, stalls: Vec<OccupancyId>| {
        stage.write(move |connection, act| {
            let kind = NumberKind::Virtual;
            let new =
                NewReceivingNumber { account_id: account, bin: None, kind, number: number.into() };
            let number_id = numbers::create(connection, act, new)?.id;
            let code = |occupancy_id| NewCode {
                occupancy_id,
                account_id: Some(account),
                number_id: Some(number_id),
                with_reference: true,
            };
            let issue = |id| codes::issue(connection, act, code(id));
            stalls.into_iter().map(issue).collect::<Outcome<Vec<_>>>()
        })
    };
    let own = print("VA1", vec![two.occupancy_id]);
    print("VA2", vec![one.occupancy_id, two.occupancy_id]);
    let feed = stage.feed(Provider::Sepay);
    let mut id = 0;
    let mut send = |number, memo| {
        id += 1;
        let paid = transfer(&stage, id, "0123456789", memo);
        feed.send(&cho40::feeds::sample::SampleTransfer { virtual_account: Some(number), ..paid })
    };
    assert_eq!(send("VA1", "mua rau"), "recorded");
    let found = newest(&stage).attribution;
    assert_eq!(found.rule, "virtual_account");
    let line = &found.lines[0];
    assert_eq!((line.occupancy_id, line.class), (Some(two.occupancy_id), Class::Sale));
    assert_eq!(line.code_id, Some(own[0].id));
    assert_eq!(send("VA2", "mua rau"), "unmatched", "printed by two stalls");
    // Of the two, one has left.
    let (yesterday, left) = (stage.now().at.day(0).plus(-1), one.occupancy_id);
    stage.write(move |connection, act| {
        let end = occupancies::EndOccupancy { to_day: yesterday };
        occupancies::end(connection, act, left, end)
    });
    assert_eq!(send("VA2", "mua rau"), "recorded");
    assert_eq!(newest(&stage).attribution.lines[0].occupancy_id, Some(two.occupancy_id));
    stage.write(move |connection, act| {
        let change = occupancies::OccupancyChange { from_day: None, to_day: Patch::Clear };
        occupancies::change(connection, act, left, change)
    });
    let memo = one.code.reference.unwrap().to_string();
    assert_eq!(send("VA1", memo.leak()), "recorded");
    assert_eq!(newest(&stage).attribution.rule, "reference", "says more than the number");
    assert!(stage.differences().is_empty(), "{:?}", stage.differences());
});
