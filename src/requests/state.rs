//! What a request is at an instant, from what is stored alone.

use std::cmp::Ordering;

use super::types::RequestRow;
use crate::primitives::{UnixMs, Vnd};
use crate::text_enum;

text_enum!(
    /// Cancelled stays cancelled; otherwise money says more than the expiry.
    RequestState {
        Open = "open",
        Paid = "paid",
        Underpaid = "underpaid",
        Overpaid = "overpaid",
        /// All that was asked came again, each time in one payment, and nothing else.
        Duplicate = "duplicate",
        /// It had been paid, or nothing is left of what had come: it was given back, or the bank took it
        /// back. What is lacking is not asked for again. What comes when nothing was left counts anew.
        Refunded = "refunded",
        /// Nothing came in time; money that comes later still counts, marked late.
        Expired = "expired",
        Cancelled = "cancelled",
    }
);

#[must_use]
pub fn state_of(row: &RequestRow, at: UnixMs) -> RequestState {
    if row.cancelled_at.is_some() {
        RequestState::Cancelled
    } else if is_given_back(row) {
        RequestState::Refunded
    } else if let Some(state) = of_money(row.amount, row.received, row.is_paid_again()) {
        state
    } else if at > row.expires_at {
        RequestState::Expired
    } else {
        RequestState::Open
    }
}

fn is_given_back(row: &RequestRow) -> bool {
    let is_left = row.received.is_positive();
    row.given_back.is_positive() && (!is_left || (row.received < row.amount && row.was_paid))
}

/// What payments make of what was asked; `None`: nothing has come. `is_again`: each of several was of
/// all that was asked.
#[must_use]
pub(super) fn of_money(amount: Vnd, received: Vnd, is_again: bool) -> Option<RequestState> {
    match received.cmp(&amount) {
        Ordering::Greater if is_again => Some(RequestState::Duplicate),
        Ordering::Greater => Some(RequestState::Overpaid),
        Ordering::Equal => Some(RequestState::Paid),
        Ordering::Less => received.is_positive().then_some(RequestState::Underpaid),
    }
}
