#![cfg(test)]
//! What may be said to a customer, as a table: what came, what became of it, and the word.

use cho40::feeds::sample::SampleTransfer;
use cho40::feeds::{ListApi, Provider};
use cho40::intake::polling::NewPolling;
use cho40::intake::pulse::{self, SightState};
use cho40::ledger::Class;
use cho40::ledger::refunds::{self, NewRefund};
use cho40::ledger::transfers::{self, Filter, NewAttribution, NewLine};
use cho40::primitives::Vnd;
use cho40::primitives::ids::{RequestId, TransferId};
use cho40::registry::PageRequest;
use cho40::registry::accounts::UseKind;
use cho40::requests::{self, RequestState, Step};

use crate::poll_support::{Provider as Listing, poll, poller, set, settings};
use crate::pulse::{MINUTE, ask, attach, later, state};
use crate::stage::{Feed, Stage, Stand, transfer};
use crate::support::on_both;

use RequestState::{Cancelled, Open, Paid, Refunded, Underpaid};
use SightState::{NotSeenYet, Received, Unknown};

/// What happens to a request of 45.000 đ.
#[derive(Clone, Copy, Debug)]
enum Move {
    Pay(i64),
    /// The last payment, or so much of it, is given back or taken back.
    Back(Class, Option<i64>),
    /// The payment before the last.
    BackFirst,
    Cancel,
}

use Move::{Back, BackFirst, Cancel, Pay};

const ALL: Option<i64> = None;

struct Scene<'s> {
    stage: &'s Stage,
    feed: Feed<'s>,
    lan: Stand,
    id: u64,
    paid: Vec<TransferId>,
}

impl Scene<'_> {
    fn alive(&mut self) {
        self.id += 1;
        let other = transfer(self.stage, self.id, "0022", "mua rau");
        let other = SampleTransfer { amount: Vnd::new(7_000), ..other };
        assert_eq!(self.feed.send(&other), "recorded");
        later(self.stage, 1_000);
    }

    fn go(&mut self, request: &requests::Request, step: Move) {
        let stage = self.stage;
        match step {
            Pay(amount) => {
                self.id += 1;
                let memo = request.reference.to_string();
                let sent = transfer(stage, self.id, "0011", &memo);
                let amount = Vnd::new(amount);
                let occurred_at = stage.app.clock.now();
                let sent = SampleTransfer { amount, occurred_at, ..sent };
                assert_eq!(self.feed.send(&sent), "recorded");
                let page = PageRequest::default();
                let newest = stage.read(|connection, act| {
                    transfers::list(connection, act, Filter::default(), page)
                });
                self.paid.push(newest.items[0].id);
            }
            Back(class, amount) => self.back(self.paid.len() - 1, class, amount),
            BackFirst => self.back(self.paid.len() - 2, Class::Refund, ALL),
            Cancel => {
                let id = request.id;
                stage.write(move |connection, act| requests::cancel(connection, act, id));
            }
        }
        later(stage, 1_000);
    }

    fn back(&self, at: usize, class: Class, amount: Option<i64>) {
        let original = self.paid[at];
        let new = NewRefund {
            outgoing_id: None,
            class,
            amount_vnd: amount.map(Vnd::new),
            occupancy_id: None,
            day: None,
            why: None,
            besides_declared: false,
        };
        self.stage.write(move |connection, act| refunds::create(connection, act, original, new));
    }
}

fn step(stage: &Stage, id: RequestId) -> (RequestState, Step, i64) {
    let request = stage.read(|connection, act| pulse::request(connection, act, id)).request;
    let amount = request.next_step.amount_vnd.map_or(0, Vnd::get);
    (request.state, request.next_step.code, amount)
}

/// What happens, what may be said then, and what is to be done.
type Case<'c> = (&'c [Move], SightState, (RequestState, Step, i64));

on_both!(what_came_and_what_became_of_it_decides_the_word, |db| {
    let stage = Stage::new(db);
    let lan = stage.stand("A1", "0011", UseKind::BusinessOnly);
    let mau = stage.stand("A2", "0022", UseKind::BusinessOnly);
    let feed = stage.feed(Provider::Sepay);
    attach(&feed, &[lan.account_id, mau.account_id]);
    let mut scene = Scene { stage: &stage, feed, lan, id: 0, paid: Vec::new() };
    let (refund, reversal) = (Class::Refund, Class::Reversal);
    let table: &[Case<'_>] = &[
        (&[], NotSeenYet, (Open, Step::WaitForPayment, 0)),
        (&[Pay(45_000)], Received, (Paid, Step::HandOver, 0)),
        (&[Pay(20_000)], Unknown, (Underpaid, Step::AskForRest, 25_000)),
        // A part of what was paid is given back: it was received.
        (&[Pay(45_000), Back(refund, Some(15_000))], Received, (Refunded, Step::GivenBack, 15_000)),
        (&[Pay(50_000), Back(refund, Some(10_000))], Received, (Refunded, Step::GivenBack, 10_000)),
        // All of it, in one payment or two, exact or not.
        (&[Pay(45_000), Back(refund, ALL)], Unknown, (Refunded, Step::GivenBack, 45_000)),
        (&[Pay(61_000), Back(refund, ALL)], Unknown, (Refunded, Step::GivenBack, 61_000)),
        (&[Pay(20_000), Back(reversal, ALL)], Unknown, (Refunded, Step::GivenBack, 20_000)),
        (
            &[Pay(20_000), Pay(25_000), BackFirst, Back(refund, ALL)],
            Unknown,
            (Refunded, Step::GivenBack, 45_000),
        ),
        // One of two payments: it had been paid.
        (
            &[Pay(20_000), Pay(25_000), Back(refund, ALL)],
            Received,
            (Refunded, Step::GivenBack, 25_000),
        ),
        // The bank takes it back, and the payer begins anew.
        (
            &[Pay(30_000), Back(reversal, ALL), Pay(30_000)],
            Unknown,
            (Underpaid, Step::AskForRest, 15_000),
        ),
        (
            &[Pay(45_000), Back(reversal, ALL), Pay(30_000)],
            Unknown,
            (Underpaid, Step::AskForRest, 15_000),
        ),
        (&[Pay(45_000), Back(reversal, ALL), Pay(45_000)], Received, (Paid, Step::HandOver, 0)),
        (
            &[Pay(30_000), Back(reversal, ALL), Pay(30_000), Pay(15_000)],
            Received,
            (Paid, Step::HandOver, 0),
        ),
        // Cancelled, paid all the same, and given back.
        (&[Cancel], NotSeenYet, (Cancelled, Step::Nothing, 0)),
        (&[Cancel, Pay(44_000)], Unknown, (Cancelled, Step::GiveBackAfterCancel, 44_000)),
        (&[Cancel, Pay(44_000), Back(refund, ALL)], Unknown, (Cancelled, Step::Nothing, 0)),
        // A thousand times too little, given back: nobody needs to look, and the right amount pays.
        (&[Pay(45)], Unknown, (Open, Step::LookAtAmount, 0)),
        (&[Pay(45), Back(refund, ALL)], Unknown, (Open, Step::WaitForPayment, 0)),
        (&[Pay(45), Back(refund, ALL), Pay(45_000)], Received, (Paid, Step::HandOver, 0)),
    ];
    for (moves, word, stands) in table {
        later(&stage, 16 * MINUTE);
        scene.alive();
        let request = ask(&stage, scene.lan.occupancy_id);
        later(&stage, 1_000);
        for one in *moves {
            scene.go(&request, *one);
        }
        assert_eq!(step(&stage, request.id), *stands, "{moves:?}");
        assert_eq!(state(&stage, request.id).0, *word, "{moves:?}");
        assert!(stage.differences().is_empty(), "{moves:?}: {:?}", stage.differences());
        let listed = stage.read(|connection, act| {
            let filter = requests::RequestFilter { state: Some(stands.0), ..Default::default() };
            requests::list(connection, act, &filter, PageRequest::parse(None, Some(200))?)
        });
        assert!(listed.items.iter().any(|one| one.id == request.id), "listed: {moves:?}");
    }
});

on_both!(money_that_a_person_placed_from_the_queue_is_not_called_unseen, |db| {
    let stage = Stage::new(db);
    let lan = stage.stand("A1", "0011", UseKind::BusinessOnly);
    let mau = stage.stand("A2", "0022", UseKind::BusinessOnly);
    let feed = stage.feed(Provider::Sepay);
    attach(&feed, &[lan.account_id, mau.account_id]);
    let mut scene = Scene { stage: &stage, feed, lan, id: 0, paid: Vec::new() };
    scene.alive();
    let (request, other) = (ask(&stage, scene.lan.occupancy_id), ask(&stage, mau.occupancy_id));
    later(&stage, 1_000);
    let sent = transfer(&stage, 50, "999", "tra tien");
    let sent = SampleTransfer { occurred_at: stage.app.clock.now(), ..sent };
    assert_eq!(scene.feed.send(&sent), "unmatched");
    assert_eq!(state(&stage, request.id).0, Unknown);
    let page = PageRequest::default();
    let newest =
        stage.read(|connection, act| transfers::list(connection, act, Filter::default(), page));
    let (id, occupancy_id) = (newest.items[0].id, scene.lan.occupancy_id);
    let line = NewLine {
        occupancy_id: Some(occupancy_id),
        request_id: None,
        class: Class::Sale,
        amount_vnd: Vnd::new(45_000),
    };
    let new = NewAttribution { lines: vec![line], why: None, besides_counted: false };
    stage.write(move |connection, act| transfers::assign(connection, act, id, new));
    assert_eq!(state(&stage, request.id).0, Unknown, "it stands at the stall");
    assert_eq!(state(&stage, other.id).0, NotSeenYet, "and nowhere else");
});

on_both!(the_rest_is_not_asked_for_while_two_reports_tell_one_amount, |db| {
    let stage = Stage::new(db);
    let lan = stage.stand("A1", "0011", UseKind::BusinessOnly);
    let (one, two) = (stage.feed(Provider::Sepay), stage.feed(Provider::Casso));
    attach(&one, &[lan.account_id]);
    let request = ask(&stage, lan.occupancy_id);
    let memo = request.reference.to_string();
    let half = |id| {
        let occurred_at = stage.app.clock.now();
        let sent = transfer(&stage, id, "0011", &memo);
        SampleTransfer { amount: Vnd::new(22_500), occurred_at, ..sent }
    };
    assert_eq!(one.send(&half(1)), "recorded");
    assert_eq!(step(&stage, request.id), (Underpaid, Step::AskForRest, 22_500));
    later(&stage, 120 * MINUTE);
    assert_eq!(two.send(&half(2)), "suspected");
    assert_eq!(step(&stage, request.id), (Underpaid, Step::LookAtPair, 0));
    let pairs = crate::pairs_support::pairs_of(&stage, Some(true));
    let id = request.id;
    let shown = stage.read(move |connection, act| pulse::request(connection, act, id)).request;
    assert_eq!(shown.next_step.pair_ids, [pairs[0].id]);
    crate::pairs_support::separate(&stage, pairs[0].id).unwrap();
    assert_eq!(step(&stage, request.id), (Paid, Step::HandOver, 0));
});

on_both!(a_list_says_nothing_of_what_was_paid_after_it_was_read, |db| {
    let stage = Stage::new(db);
    let lan = stage.stand("A1", "0011", UseKind::BusinessOnly);
    let listing = Listing::start(ListApi::SepayV1);
    let feed = stage.feed(Provider::Sepay);
    attach(&feed, &[lan.account_id]);
    let hourly = NewPolling { interval_s: Some(3_600), ..settings(ListApi::SepayV1, &listing) };
    set(&stage, &listing, feed.id, hourly).unwrap();
    let poller = poller(&stage, &listing);
    let before = ask(&stage, lan.occupancy_id);
    assert_eq!(poll(&stage, &poller, &feed).failure, None);
    assert_eq!(state(&stage, before.id).0, NotSeenYet, "read since it was made");
    later(&stage, 1_000);
    let after = ask(&stage, lan.occupancy_id);
    assert_eq!(state(&stage, after.id).0, Unknown, "read before it was made");
    later(&stage, 60 * MINUTE);
    assert_eq!(poll(&stage, &poller, &feed).failure, None);
    assert_eq!(state(&stage, after.id).0, NotSeenYet);
    later(&stage, MINUTE);
    assert_eq!(state(&stage, after.id).0, NotSeenYet);
    later(&stage, 2 * MINUTE);
    assert_eq!(state(&stage, after.id).0, Unknown, "who paid meanwhile is not on it");
});
