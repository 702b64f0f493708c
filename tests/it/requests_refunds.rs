//! Money of a request that is given back: what was received is less, and the next step follows.

#![cfg(test)]

use cho40::feeds::Provider;
use cho40::feeds::sample::SampleTransfer;
use cho40::ledger::Class;
use cho40::ledger::refunds::{self, NewRefund, UndoneRefund};
use cho40::ledger::transfers::{self, Filter, NewAttribution, NewLine};
use cho40::primitives::Vnd;
use cho40::primitives::ids::{RefundId, RequestId, TransferId};
use cho40::registry::PageRequest;
use cho40::registry::accounts::UseKind;
use cho40::requests::{self, NewRequest, Request, RequestKind, RequestState, Step};

use crate::stage::{Feed, Stage, Stand, transfer};
use crate::support::on_both;

const ACCOUNT: &str = "0123456789";

fn ask(stage: &Stage, stand: &Stand) -> Request {
    let new = NewRequest {
        kind: RequestKind::Sale,
        occupancy_id: stand.occupancy_id,
        account_id: None,
        number_id: None,
        amount_vnd: Vnd::new(50_000),
        purpose: None,
        expires_in_s: Some(86_400),
        order: None,
    };
    stage.write(move |connection, act| requests::create(connection, act, new))
}

fn pay(feed: &Feed<'_>, id: u64, request: &Request, amount: i64) -> TransferId {
    let memo = request.reference.to_string();
    let sent = transfer(feed.stage, id, ACCOUNT, &memo);
    assert_eq!(feed.send(&SampleTransfer { amount: Vnd::new(amount), ..sent }), "recorded");
    let page = PageRequest::default();
    let list =
        |connection: &mut _, act: &_| transfers::list(connection, act, Filter::default(), page);
    feed.stage.read(list).items[0].id
}

fn back(stage: &Stage, original: TransferId, class: Class, amount: Option<i64>) -> RefundId {
    let new = NewRefund {
        outgoing_id: None,
        class,
        amount_vnd: amount.map(Vnd::new),
        occupancy_id: None,
        day: None,
        why: None,
        besides_declared: false,
    };
    stage.write(move |connection, act| refunds::create(connection, act, original, new)).id
}

fn undo(stage: &Stage, id: RefundId) {
    let undone = UndoneRefund { why: "ghi lộn".into() };
    stage.write(move |connection, act| refunds::undo(connection, act, id, &undone));
}

/// State, step, what is to be given back or asked for, and what was received; all sums agree.
fn stands(stage: &Stage, id: RequestId) -> (RequestState, Step, i64, i64) {
    assert_eq!(stage.differences(), Vec::<String>::new());
    let request = stage.read(|connection, act| requests::get(connection, act, id));
    let amount = request.next_step.amount_vnd.map_or(0, Vnd::get);
    (request.state, request.next_step.code, amount, request.received_vnd.unwrap().get())
}

on_both!(what_was_given_back_of_a_request_is_not_given_back_again, |db| {
    let stage = Stage::new(db);
    let lan = stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    let feed = stage.feed(Provider::Sepay);
    let paid = (RequestState::Paid, Step::HandOver, 0, 50_000);

    let over = ask(&stage, &lan);
    let transfer_id = pay(&feed, 1, &over, 61_000);
    let surplus = (RequestState::Overpaid, Step::GiveBackSurplus, 11_000, 61_000);
    assert_eq!(stands(&stage, over.id), surplus);
    let refund_id = back(&stage, transfer_id, Class::Refund, Some(11_000));
    assert_eq!(stands(&stage, over.id), paid);
    undo(&stage, refund_id);
    assert_eq!(stands(&stage, over.id), surplus);
    back(&stage, transfer_id, Class::Refund, Some(1_000));
    assert_eq!(stands(&stage, over.id).2, 10_000);

    let twice = ask(&stage, &lan);
    pay(&feed, 2, &twice, 50_000);
    let second = pay(&feed, 3, &twice, 50_000);
    assert_eq!(stands(&stage, twice.id).1, Step::GiveBackSecondPayment);
    back(&stage, second, Class::Refund, None);
    assert_eq!(stands(&stage, twice.id), paid);

    let reversed = ask(&stage, &lan);
    let gone = pay(&feed, 4, &reversed, 50_000);
    back(&stage, gone, Class::Reversal, None);
    assert_eq!(stands(&stage, reversed.id), (RequestState::Refunded, Step::GivenBack, 50_000, 0));
    pay(&feed, 5, &reversed, 50_000);
    assert_eq!(stands(&stage, reversed.id), paid);

    // Goods that were missing: nobody asks the customer for what the stall gave back.
    let short = ask(&stage, &lan);
    let part = pay(&feed, 7, &short, 50_000);
    let given = back(&stage, part, Class::Refund, Some(1_000));
    let refunded = (RequestState::Refunded, Step::GivenBack, 1_000, 49_000);
    assert_eq!(stands(&stage, short.id), refunded);
    undo(&stage, given);
    assert_eq!(stands(&stage, short.id), paid);

    let cancelled = ask(&stage, &lan);
    let id = cancelled.id;
    stage.write(move |connection, act| requests::cancel(connection, act, id));
    let late = pay(&feed, 6, &cancelled, 44_000);
    assert_eq!(stands(&stage, id).2, 44_000);
    back(&stage, late, Class::Refund, None);
    assert_eq!(stands(&stage, id), (RequestState::Cancelled, Step::Nothing, 0, 0));
});

on_both!(a_refund_leaves_the_request_with_its_payment, |db| {
    let stage = Stage::new(db);
    let lan = stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    let feed = stage.feed(Provider::Sepay);
    let (mistaken, meant) = (ask(&stage, &lan), ask(&stage, &lan));
    let transfer_id = pay(&feed, 1, &mistaken, 61_000);
    back(&stage, transfer_id, Class::Refund, Some(11_000));
    let line = NewLine {
        occupancy_id: Some(lan.occupancy_id),
        request_id: Some(meant.id),
        class: Class::Sale,
        amount_vnd: Vnd::new(61_000),
    };
    let new = NewAttribution { lines: vec![line], why: None, besides_counted: false };
    stage.write(move |connection, act| transfers::assign(connection, act, transfer_id, new));
    assert_eq!(stands(&stage, mistaken.id), (RequestState::Open, Step::WaitForPayment, 0, 0));
    assert_eq!(stands(&stage, meant.id), (RequestState::Paid, Step::HandOver, 0, 50_000));
});
