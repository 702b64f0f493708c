//! The queue's suggestions, and people who propose while others decide.

use std::sync::Barrier;
use std::thread;

use cho40::access::{Act, Permission, Permissions, Scope};
use cho40::db::{DbConnection, Fault, Outcome};
use cho40::feeds::Provider;
use cho40::feeds::sample::SampleTransfer;
use cho40::ledger::Class;
use cho40::ledger::proposals::{
    self, Approval, NewProposal, Proposal, ProposalFilter, ProposalState, Rejection,
};
use cho40::ledger::refunds::{self, NewRefund};
use cho40::ledger::suggestions::SuggestionReason;
use cho40::ledger::transfers::{self, NewAttribution, NewLine, Transfer};
use cho40::ledger::unassigned::{self, Waiting};
use cho40::primitives::Vnd;
use cho40::primitives::ids::{ActorId, OccupancyId, ProposalId, TransferId};
use cho40::registry::PageRequest;
use cho40::registry::accounts::{AccountKind, UseKind};
use cho40::requests::{self, NewRequest, RequestKind};

use crate::registry_support::{missing, refused};
use crate::stage::{Feed, Stage, Stand, transfer};
use crate::support::on_both;

const ACCOUNT: &str = "0123456789";

/// A team member, who may only propose, and two who may decide what waits.
const STAFF: (i64, &[Permission]) = (901, &[Permission::TransfersPropose]);
const ORGANISER: (i64, &[Permission]) = (902, &[Permission::TransfersAssign]);
const SECOND: (i64, &[Permission]) = (903, &[Permission::TransfersAssign]);

fn acting(stage: &Stage, (key, permissions): (i64, &[Permission])) -> Act {
    let now = stage.now();
    let permissions = Permissions::of(permissions.to_vec());
    let scope = Scope { actor: ActorId(key), permissions, ..now.scope.clone() };
    Act::new(scope, now.at, stage.app.ids.clone())
}

fn as_one<T: Send + 'static>(
    stage: &Stage,
    who: (i64, &[Permission]),
    work: impl FnOnce(&mut DbConnection, &Act) -> Outcome<T> + Send + 'static,
) -> Outcome<T> {
    let act = acting(stage, who);
    stage.try_write(move |connection, _| work(connection, &act))
}

fn sale(occupancy_id: OccupancyId, amount: i64) -> Vec<NewLine> {
    let (occupancy_id, request_id) = (Some(occupancy_id), None);
    vec![NewLine { occupancy_id, request_id, class: Class::Sale, amount_vnd: Vnd::new(amount) }]
}

fn propose(
    stage: &Stage,
    who: (i64, &[Permission]),
    id: TransferId,
    lines: Vec<NewLine>,
) -> Outcome<Proposal> {
    let new = NewProposal { lines, why: "khách quen của sạp".into() };
    as_one(stage, who, move |connection, act| proposals::propose(connection, act, id, new))
}

fn approve(stage: &Stage, who: (i64, &[Permission]), id: ProposalId) -> Outcome<Proposal> {
    let approval = Approval { why: None, besides_counted: false };
    as_one(stage, who, move |connection, act| proposals::approve(connection, act, id, approval))
}

fn reject(stage: &Stage, who: (i64, &[Permission]), id: ProposalId) -> Outcome<Proposal> {
    let rejection = Rejection { why: "không phải sạp này".into() };
    as_one(stage, who, move |connection, act| proposals::reject(connection, act, id, &rejection))
}

fn seen_by(stage: &Stage, who: (i64, &[Permission])) -> Vec<ProposalId> {
    let act = acting(stage, who);
    stage.read(|connection, _| {
        let (all, page) = (ProposalFilter::default(), PageRequest::default());
        let page = proposals::list(connection, &act, &all, page)?;
        Ok(page.items.iter().map(|proposal| proposal.id).collect())
    })
}

fn queue(stage: &Stage) -> Vec<Waiting> {
    let act = acting(stage, STAFF);
    stage
        .read(|connection, _| Ok(unassigned::list(connection, &act, PageRequest::default())?.items))
}

fn shown(stage: &Stage, id: TransferId) -> Transfer {
    stage.read(|connection, act| transfers::get(connection, act, id))
}

fn assign(stage: &Stage, id: TransferId, lines: Vec<NewLine>) {
    let new = NewAttribution { lines, why: Some("hỏi chị Hai".into()), besides_counted: false };
    stage.write(move |connection, act| transfers::assign(connection, act, id, new));
}

/// Two stalls on one account, so that nothing but a code tells whose the money is.
fn shared(stage: &Stage) -> (Stand, Stand) {
    let account = stage.account(ACCOUNT, AccountKind::Personal, UseKind::Mixed);
    (stage.stand_on("A1", account), stage.stand_on("A2", account))
}

fn waits(feed: &Feed<'_>, sent: &SampleTransfer<'_>) -> TransferId {
    assert_eq!(feed.send(sent), "unmatched");
    let waiting = queue(feed.stage);
    waiting.last().unwrap().transfer_id
}

/// Reason, stall and class of what is suggested for a waiting transfer.
fn suggested(stage: &Stage, id: TransferId) -> Vec<(SuggestionReason, OccupancyId, Class)> {
    let waiting = queue(stage).into_iter().find(|waiting| waiting.transfer_id == id).unwrap();
    let told = waiting.suggestions.iter();
    told.map(|one| {
        assert!(one.text.vi.ends_with('.') && one.text.en.ends_with('.'));
        (one.reason, one.occupancy_id, one.class)
    })
    .collect()
}

on_both!(a_payer_seen_before_is_suggested_for_that_stall_alone, |db| {
    let stage = Stage::new(db);
    let (one, two) = shared(&stage);
    let feed = stage.feed(Provider::StandardWebhooks);
    let of_ba = |id, memo| SampleTransfer {
        payer_name: Some("TRAN VAN BA"),
        ..transfer(&stage, id, ACCOUNT, memo)
    };
    let first = waits(&feed, &of_ba(1, "gui tien"));
    assert_eq!(suggested(&stage, first), []);
    assign(&stage, first, sale(one.occupancy_id, 45_000));
    stage.index_transfers();

    let next = waits(&feed, &of_ba(2, "ck"));
    let payer = (SuggestionReason::SamePayer, one.occupancy_id, Class::Sale);
    assert_eq!(suggested(&stage, next), [payer]);
    let stranger =
        SampleTransfer { payer_name: Some("LE THI TU"), ..transfer(&stage, 3, ACCOUNT, "ck") };
    let stranger = waits(&feed, &stranger);
    assert_eq!(suggested(&stage, stranger), []);
    assert_eq!(shown(&stage, next).attribution.rule, "none", "a suggestion changes nothing");
    assert!(stage.differences().is_empty(), "{:?}", stage.differences());

    assign(&stage, next, sale(two.occupancy_id, 45_000));
    stage.index_transfers();
    let third = waits(&feed, &of_ba(4, "ck"));
    assert_eq!(suggested(&stage, third), [], "who pays two stalls tells nothing");
});

on_both!(a_memo_like_one_that_a_person_placed_is_suggested, |db| {
    let stage = Stage::new(db);
    let (one, two) = shared(&stage);
    let feed = stage.feed(Provider::Sepay);
    let first = waits(&feed, &transfer(&stage, 1, ACCOUNT, "tra tien banh mi chi Hai 120986"));
    let similar = "MBVCB 77 TRA BANH MI CHI HAI CT TU 001 TOI 002";
    let next = waits(&feed, &transfer(&stage, 2, ACCOUNT, similar));
    assert_eq!(suggested(&stage, next), [], "nobody has placed the first one");
    assign(&stage, first, sale(two.occupancy_id, 45_000));
    let memo = (SuggestionReason::SimilarMemo, two.occupancy_id, Class::Sale);
    assert_eq!(suggested(&stage, next), [memo]);
    for (id, other) in [(3, "chuyen tien"), (4, "banh"), (5, "mua ca ro cho ba Sau chi Hai")] {
        let other = waits(&feed, &transfer(&stage, id, ACCOUNT, other));
        assert_eq!(suggested(&stage, other), []);
    }
    // Two stalls with the same words tell nothing.
    assign(&stage, next, sale(one.occupancy_id, 45_000));
    let last = waits(&feed, &transfer(&stage, 6, ACCOUNT, "tra banh mi chi hai"));
    assert_eq!(suggested(&stage, last), []);
});

on_both!(a_request_is_suggested_while_it_is_open, |db| {
    let stage = Stage::new(db);
    let (one, _) = shared(&stage);
    let feed = stage.feed(Provider::Sepay);
    let new = NewRequest {
        occupancy_id: one.occupancy_id,
        account_id: Some(one.account_id),
        number_id: None,
        kind: RequestKind::Sale,
        amount_vnd: Vnd::new(45_000),
        purpose: None,
        expires_in_s: None,
        order: None,
    };
    let asked = stage.write(move |connection, act| requests::create(connection, act, new));
    let id = waits(&feed, &transfer(&stage, 1, ACCOUNT, "quen ghi ma"));
    let request = (SuggestionReason::OnlyOpenRequest, one.occupancy_id, Class::Sale);
    assert_eq!(suggested(&stage, id), [request]);
    assert_eq!(queue(&stage)[0].suggestions[0].request_id, Some(asked.id));
    let memo = asked.reference.to_string();
    assert_eq!(feed.send(&transfer(&stage, 2, ACCOUNT, &memo)), "recorded");
    assert_eq!(suggested(&stage, id), [], "it was paid by another transfer");
});

on_both!(one_proposes_and_another_approves, |db| {
    let stage = Stage::new(db);
    let (one, two) = shared(&stage);
    let feed = stage.feed(Provider::Sepay);
    let id = waits(&feed, &transfer(&stage, 1, ACCOUNT, "tien ca"));
    refused(propose(&stage, STAFF, id, sale(one.occupancy_id, 1)), "lines", "lines-do-not-sum");
    let proposed = propose(&stage, STAFF, id, sale(one.occupancy_id, 45_000)).unwrap();
    let other = propose(&stage, ORGANISER, id, sale(two.occupancy_id, 45_000)).unwrap();
    assert_eq!(proposed.state, ProposalState::Waiting);
    assert_eq!(queue(&stage)[0].waiting_proposals, 2);
    assert_eq!(shown(&stage, id).attribution.seq, 1, "a proposal changes nothing");

    refused(approve(&stage, STAFF, proposed.id), "", "forbidden");
    refused(approve(&stage, ORGANISER, other.id), "", "proposal-own");
    refused(reject(&stage, ORGANISER, other.id), "", "proposal-own");
    let approved = approve(&stage, ORGANISER, proposed.id).unwrap();
    assert_eq!(approved.state, ProposalState::Approved);
    assert_eq!(approved.decided_by, Some(ActorId(902)));
    let now = shown(&stage, id).attribution;
    assert_eq!((now.seq, now.rule.as_str()), (2, "manual"));
    assert_eq!((now.decided_by, now.proposed_by), (Some(ActorId(902)), Some(ActorId(901))));
    assert_eq!(now.why.as_deref(), Some("khách quen của sạp"));
    assert_eq!(now.decided_at, stage.now().at);
    assert_eq!(now.lines[0].occupancy_id, Some(one.occupancy_id));
    assert!(queue(&stage).is_empty());
    assert!(stage.differences().is_empty(), "{:?}", stage.differences());

    // It is settled: others without `amounts.read` see nothing of it any more.
    assert_eq!(seen_by(&stage, STAFF), [proposed.id]);
    assert_eq!(seen_by(&stage, SECOND), []);
    refused(approve(&stage, SECOND, other.id), "", "proposal-decided");
    missing(reject(&stage, SECOND, ProposalId(1)), "", "proposal");
    refused(approve(&stage, (904, Permission::ALL), other.id), "", "proposal-decided");
    missing(propose(&stage, STAFF, id, sale(one.occupancy_id, 45_000)), "", "transfer");
    let own =
        as_one(&stage, STAFF, move |connection, act| proposals::get(connection, act, proposed.id));
    let own = own.unwrap();
    assert_eq!((own.lines[0].amount_vnd, own.why), (None, None), "amounts are the vendor's");
});

on_both!(what_is_rejected_or_decided_otherwise_stays_as_it_is, |db| {
    let stage = Stage::new(db);
    let (one, two) = shared(&stage);
    let feed = stage.feed(Provider::Sepay);
    let id = waits(&feed, &transfer(&stage, 1, ACCOUNT, "tien ca"));
    let wrong = propose(&stage, STAFF, id, sale(one.occupancy_id, 45_000)).unwrap();
    let rejected = reject(&stage, ORGANISER, wrong.id).unwrap();
    assert_eq!(rejected.state, ProposalState::Rejected);
    assert_eq!(rejected.decided_why.as_deref(), Some("không phải sạp này"));
    refused(approve(&stage, SECOND, wrong.id), "", "proposal-decided");
    assert_eq!(queue(&stage).len(), 1);

    let late = propose(&stage, STAFF, id, sale(one.occupancy_id, 45_000)).unwrap();
    assign(&stage, id, sale(two.occupancy_id, 45_000));
    assert_eq!(shown(&stage, id).attribution.why.as_deref(), Some("hỏi chị Hai"));
    refused(approve(&stage, (904, Permission::ALL), late.id), "", "proposal-decided");
    assert_eq!(shown(&stage, id).attribution.lines[0].occupancy_id, Some(two.occupancy_id));
    assert!(stage.differences().is_empty(), "{:?}", stage.differences());

    let next = waits(&feed, &transfer(&stage, 2, ACCOUNT, "tien ca"));
    for _ in 0..10 {
        propose(&stage, STAFF, next, sale(one.occupancy_id, 45_000)).unwrap();
    }
    let more = propose(&stage, STAFF, next, sale(one.occupancy_id, 45_000));
    refused(more, "", "proposals-too-many");
});

on_both!(of_two_who_approve_at_once_one_wins, |db| {
    let url = db.url().clone();
    let stage = Stage::new(db);
    let (one, two) = shared(&stage);
    let feed = stage.feed(Provider::Sepay);
    for round in 1..=6 {
        let id = waits(&feed, &transfer(&stage, round, ACCOUNT, "tien ca"));
        let of_one = propose(&stage, STAFF, id, sale(one.occupancy_id, 45_000)).unwrap();
        let of_two = propose(&stage, STAFF, id, sale(two.occupancy_id, 45_000)).unwrap();
        // Every other round both approve the same proposal.
        let second = if round % 2 == 0 { of_one.id } else { of_two.id };
        let together = Barrier::new(2);
        let outcomes: Vec<Outcome<Proposal>> = thread::scope(|scope| {
            let decisions = [(905, of_one.id), (906, second)].map(|(key, id)| {
                let act = acting(&stage, (key, Permission::ALL));
                let (url, together) = (&url, &together);
                scope.spawn(move || {
                    let mut connection = DbConnection::open(url).unwrap();
                    together.wait();
                    connection.in_transaction(|connection| {
                        proposals::approve(
                            connection,
                            &act,
                            id,
                            Approval { why: None, besides_counted: false },
                        )
                    })
                })
            });
            decisions.map(|decision| decision.join().unwrap()).into()
        });
        let won = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
        assert_eq!(won, 1, "{outcomes:?}");
        let lost = outcomes.into_iter().find_map(Result::err).unwrap();
        assert!(
            matches!(&lost, Fault::Refused(refusal) if refusal.code == "proposal-decided"),
            "{lost}"
        );
        assert_eq!(shown(&stage, id).attribution.seq, 2);
    }
    assert!(stage.differences().is_empty(), "{:?}", stage.differences());
});

on_both!(a_proposal_leaves_a_stall_as_much_as_was_given_back, |db| {
    let stage = Stage::new(db);
    let (one, two) = shared(&stage);
    let feed = stage.feed(Provider::Sepay);
    let sent =
        SampleTransfer { amount: Vnd::new(100_000), ..transfer(&stage, 1, ACCOUNT, "mua rau") };
    let id = waits(&feed, &sent);
    assign(&stage, id, sale(one.occupancy_id, 100_000));
    let refund = NewRefund {
        outgoing_id: None,
        class: Class::Refund,
        amount_vnd: Some(Vnd::new(50_000)),
        occupancy_id: None,
        day: None,
        why: None,
        besides_declared: false,
    };
    stage.write(move |connection, act| refunds::create(connection, act, id, refund));
    let propose = |of_one: i64| {
        let mut lines = sale(one.occupancy_id, of_one);
        lines.extend(sale(two.occupancy_id, 100_000 - of_one));
        let new = NewProposal { lines, why: "hỏi lại".into() };
        let made = stage.write(move |connection, act| proposals::propose(connection, act, id, new));
        approve(&stage, (902, &[Permission::TransfersAssign, Permission::AmountsRead]), made.id)
    };
    refused(propose(10_000), "", "refund-exceeds-original");
    propose(50_000).unwrap();
});
