//! What a request is at an instant, from what is stored alone.

use super::types::RequestRow;
use crate::primitives::UnixMs;
use crate::text_enum;

text_enum!(
    /// Cancelled stays cancelled; otherwise money says more than the expiry.
    RequestState {
        Open = "open",
        Paid = "paid",
        Underpaid = "underpaid",
        Overpaid = "overpaid",
        /// Nothing came in time; money that comes later still counts, marked late.
        Expired = "expired",
        Cancelled = "cancelled",
    }
);

#[must_use]
pub fn state_of(row: &RequestRow, at: UnixMs) -> RequestState {
    if row.cancelled_at.is_some() {
        RequestState::Cancelled
    } else if row.received > row.amount {
        RequestState::Overpaid
    } else if row.received == row.amount {
        RequestState::Paid
    } else if row.received.is_positive() {
        RequestState::Underpaid
    } else if at > row.expires_at {
        RequestState::Expired
    } else {
        RequestState::Open
    }
}
