//! What a request is, and what a payment makes of it: tables over the pure rules.

use cho40::feeds::Precision;
use cho40::primitives::ids::{AccountId, ActorId, NumberId, OccupancyId, RequestId};
use cho40::primitives::{UnixMs, Vnd};
use cho40::requests::{Effect, RequestKind, RequestRow, RequestState, receive, state_of};
use cho40::vietqr::Reference;

const EXPIRES: UnixMs = UnixMs(900_000);
const GRACE_MS: i64 = 120_000;

fn asked(amount: i64, received: i64) -> RequestRow {
    RequestRow {
        id: RequestId(1),
        occupancy_id: OccupancyId(1),
        account_id: AccountId(1),
        number_id: NumberId(1),
        kind: RequestKind::Sale,
        amount: Vnd::new(amount),
        purpose: String::new(),
        reference: Reference::random_dynamic(1),
        payload: String::new(),
        order: None,
        created_by: ActorId(1),
        created_at: UnixMs(0),
        expires_at: EXPIRES,
        cancelled_at: None,
        received: Vnd::new(received),
        given_back: Vnd::ZERO,
        last_paid_at: None,
        received_late: Vnd::ZERO,
        thousandfold_count: 0,
        payment_count: i64::from(received > 0),
        whole_count: i64::from(received == amount),
        was_paid: false,
    }
}

fn cancelled(row: RequestRow) -> RequestRow {
    RequestRow { cancelled_at: Some(UnixMs(5)), ..row }
}

#[test]
fn the_state_is_read_off_the_row_and_the_clock() {
    use RequestState::{Cancelled, Expired, Open, Overpaid, Paid, Underpaid};
    let after = EXPIRES.plus_ms(1);
    for (row, at, state) in [
        (asked(50_000, 0), UnixMs(0), Open),
        (asked(50_000, 0), EXPIRES, Open),
        (asked(50_000, 0), after, Expired),
        (asked(50_000, 1), UnixMs(0), Underpaid),
        (asked(50_000, 49_999), after, Underpaid),
        (asked(50_000, 50_000), UnixMs(0), Paid),
        (asked(50_000, 50_000), after, Paid),
        (asked(50_000, 50_001), after, Overpaid),
        (cancelled(asked(50_000, 0)), UnixMs(0), Cancelled),
        (cancelled(asked(50_000, 0)), after, Cancelled),
        (cancelled(asked(50_000, 50_000)), after, Cancelled),
    ] {
        assert_eq!(state_of(&row, at), state, "{row:?} at {}", at.0);
    }
}

#[test]
fn a_payment_has_one_effect() {
    use Effect::{AfterCancel, Duplicate, Overpaid, Paid, Thousandfold, Underpaid};
    for (row, amount, effect, received) in [
        (asked(50_000, 0), 50_000, Paid, 50_000),
        (asked(50_000, 0), 49_999, Underpaid, 49_999),
        (asked(50_000, 0), 50_001, Overpaid, 50_001),
        (asked(50_000, 20_000), 30_000, Paid, 50_000),
        // A thousand times the rest, as little as a thousandth of it.
        (asked(50_000, 30_000), 20_000_000, Thousandfold, 30_000),
        (asked(50_000, 30_000), 20, Thousandfold, 30_000),
        (asked(50_000, 50_000), 50_000, Duplicate, 100_000),
        (asked(50_000, 50_000), 49_999, Overpaid, 99_999),
        // Twice as much, but not the same amount once more.
        (asked(50_000, 20_000), 80_000, Overpaid, 100_000),
        (asked(50_000, 60_000), 40_000, Overpaid, 100_000),
        (asked(50_000, 0), 100_000, Overpaid, 100_000),
        (asked(9_034_000, 0), 9_034, Thousandfold, 0),
        (asked(9_034, 0), 9_034_000, Thousandfold, 0),
        // What remains, a thousand times too small; and what was asked first, too.
        (asked(100_000, 40_000), 60, Thousandfold, 40_000),
        (asked(100_000, 40_000), 100, Thousandfold, 40_000),
        // Exactly what remains pays, also where it is a thousandth of what was asked first.
        (asked(1_000_000, 999_000), 1_000, Paid, 1_000_000),
        (asked(1_000_000, 998_999), 1_000, Thousandfold, 998_999),
        (asked(100_000, 40_000), 61, Underpaid, 40_061),
        (asked(100_000, 100_000), 100, Thousandfold, 100_000),
        (cancelled(asked(50_000, 0)), 50_000, AfterCancel, 50_000),
        (cancelled(asked(50_000, 0)), 50, Thousandfold, 0),
        (asked(50_000, 0), i64::MAX, Overpaid, i64::MAX),
        (asked(50_000, i64::MAX), i64::MAX, Overpaid, i64::MAX),
    ] {
        let payment = receive(&row, Vnd::new(amount), UnixMs(1), Precision::Second);
        assert_eq!((payment.effect, payment.received), (effect, Vnd::new(received)), "{amount}");
        assert!(!payment.late);
    }
}

#[test]
fn lateness_has_a_grace_and_needs_a_clock_time() {
    let at = |ms: i64| EXPIRES.plus_ms(ms);
    for (occurred_at, precision, late) in [
        (at(0), Precision::Second, false),
        (at(GRACE_MS), Precision::Second, false),
        (at(GRACE_MS + 1), Precision::Second, true),
        (at(GRACE_MS + 1), Precision::Minute, true),
        (at(GRACE_MS * 999), Precision::Day, false),
    ] {
        let payment = asked(50_000, 0).receive(Vnd::new(50_000), occurred_at, precision);
        assert_eq!((payment.effect, payment.late), (Effect::Paid, late), "{}", occurred_at.0);
    }
    let wrong = asked(50_000, 0).receive(Vnd::new(50), at(GRACE_MS + 1), Precision::Second);
    assert!(!wrong.late);
}

#[test]
fn payments_add_up_on_the_row() {
    let mut row = asked(50_000, 0);
    let mut pay = |amount: i64, at: UnixMs| {
        let payment = row.receive(Vnd::new(amount), at, Precision::Second);
        row.take(payment, at);
        (
            row.received.get(),
            row.is_late(),
            row.is_thousandfold(),
            row.last_paid_at.map(UnixMs::get),
        )
    };
    assert_eq!(pay(50, UnixMs(1)), (0, false, true, None));
    assert_eq!(pay(30_000, UnixMs(9)), (30_000, false, true, Some(9)));
    assert_eq!(pay(20_000, UnixMs(4)), (50_000, false, true, Some(9)));
    // A second payment after the expiry is too much, not too late.
    let late = EXPIRES.plus_ms(GRACE_MS + 1);
    assert_eq!(pay(50_000, late), (100_000, false, true, Some(late.0)));

    let mut unpaid = asked(50_000, 0);
    let payment = unpaid.receive(Vnd::new(50_000), late, Precision::Second);
    unpaid.take(payment, late);
    assert!(unpaid.is_late());
    assert_eq!(state_of(&unpaid, late), RequestState::Paid);
}

#[test]
fn money_that_was_for_something_else_leaves_no_trace() {
    let late = EXPIRES.plus_ms(GRACE_MS + 1);
    let mut row = asked(50_000, 0);
    row.accept(Vnd::new(30_000), UnixMs(1), Precision::Second);
    row.accept(Vnd::new(20_000), late, Precision::Second);
    assert!(row.is_late());
    // The rest came in time after all.
    row.accept(Vnd::new(20_000), UnixMs(2), Precision::Second);
    assert!(!row.is_late());
    row.withdraw(Vnd::new(30_000), UnixMs(1), Precision::Second);
    assert!(row.is_late());
    row.withdraw(Vnd::new(20_000), late, Precision::Second);
    assert!(!row.is_late(), "what is left was not late");
    row.withdraw(Vnd::new(20_000), UnixMs(2), Precision::Second);
    assert_eq!((row.received, row.received_late, row.last_paid_at), (Vnd::ZERO, Vnd::ZERO, None));
}

#[test]
fn wrong_amounts_are_told_from_right_ones() {
    use Effect::{AfterCancel, Duplicate, Overpaid, Paid, Thousandfold, Underpaid};
    for (effect, wrong) in [
        (Paid, false),
        (AfterCancel, false),
        (Underpaid, true),
        (Overpaid, true),
        (Duplicate, false),
        (Thousandfold, true),
    ] {
        assert_eq!(effect.is_wrong_amount(), wrong, "{}", effect.as_str());
    }
}
