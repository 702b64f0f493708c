//! What a payment does to a request: pure rules, applied by the ledger.

use super::state::{RequestState, of_money};
use super::types::RequestRow;
use crate::feeds::Precision;
use crate::primitives::time::MS_PER_MINUTE;
use crate::primitives::{UnixMs, Vnd};

/// Bank clocks and ours differ, and a transfer takes a moment after the payer has seen the code.
pub const GRACE_MS: i64 = 2 * MS_PER_MINUTE;
const THOUSAND: i64 = 1_000;

/// What a payment makes of its request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    Paid,
    Underpaid,
    Overpaid,
    /// All that was asked, once more.
    Duplicate,
    /// 9.034 đ for 9.034.000 đ, or the other way round: an alarm, and no payment until a person
    /// has looked.
    Thousandfold,
    /// The vendor had taken the request back.
    AfterCancel,
}

impl Effect {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Paid => "paid",
            Self::Underpaid => "underpaid",
            Self::Overpaid => "overpaid",
            Self::Duplicate => "duplicate",
            Self::Thousandfold => "thousandfold",
            Self::AfterCancel => "after_cancel",
        }
    }

    /// Whether the payer sent another amount than was asked.
    #[must_use]
    pub const fn is_wrong_amount(self) -> bool {
        matches!(self, Self::Underpaid | Self::Overpaid | Self::Thousandfold)
    }
}

/// What one payment did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Received {
    pub effect: Effect,
    /// It moved after the expiry and the grace of two minutes.
    pub late: bool,
    /// All that was received for the request now.
    pub received: Vnd,
}

/// Judges a payment of a positive amount. A date alone never decides lateness.
#[must_use]
pub fn receive(
    row: &RequestRow,
    amount: Vnd,
    occurred_at: UnixMs,
    precision: Precision,
) -> Received {
    if is_thousandfold(row, amount) {
        return Received { effect: Effect::Thousandfold, late: false, received: row.received };
    }
    let received = plus(row.received, amount.get());
    let is_again = amount == row.amount && row.is_paid_whole();
    let effect = match of_money(row.amount, received, is_again) {
        _ if row.cancelled_at.is_some() => Effect::AfterCancel,
        Some(RequestState::Overpaid) => Effect::Overpaid,
        Some(RequestState::Duplicate) => Effect::Duplicate,
        Some(RequestState::Paid) => Effect::Paid,
        _ => Effect::Underpaid,
    };
    Received { effect, late: is_late(row, occurred_at, precision), received }
}

fn is_late(row: &RequestRow, occurred_at: UnixMs, precision: Precision) -> bool {
    precision != Precision::Day && occurred_at > row.expires_at.plus_ms(GRACE_MS)
}

fn is_thousandfold(row: &RequestRow, amount: Vnd) -> bool {
    let remaining = row.amount.checked_sub(row.received).filter(|rest| rest.is_positive());
    if remaining == Some(amount) {
        // Exactly what was lacking, also where that is a thousandth of the whole.
        return false;
    }
    let is_off = |due: Vnd| is_off(due, amount);
    is_off(row.amount) || remaining.is_some_and(is_off)
}

/// Whether an amount is a thousand times what is due, or a thousandth.
#[must_use]
pub fn is_off(due: Vnd, amount: Vnd) -> bool {
    let times = |amount: Vnd| amount.get().checked_mul(THOUSAND).map(Vnd::new);
    times(amount) == Some(due) || times(due) == Some(amount)
}

impl RequestRow {
    /// [`receive`] on this request.
    #[must_use]
    pub fn receive(&self, amount: Vnd, occurred_at: UnixMs, precision: Precision) -> Received {
        receive(self, amount, occurred_at, precision)
    }

    /// Whether money that moved then came after the expiry and the grace of two minutes. A date alone
    /// says neither.
    #[must_use]
    pub fn is_over(&self, occurred_at: UnixMs, precision: Precision) -> bool {
        is_late(self, occurred_at, precision)
    }

    /// Whether a part of what was asked came after the expiry. What comes on top of a request that
    /// was paid in time does not make it late.
    #[must_use]
    pub fn is_late(&self) -> bool {
        let in_time = self.received.get().saturating_sub(self.received_late.get());
        self.received_late.is_positive() && in_time < self.amount.get()
    }

    /// There are payments, and each was of all that was asked.
    const fn is_paid_whole(&self) -> bool {
        self.payment_count > 0 && self.whole_count == self.payment_count
    }

    /// It was paid whole, and whole again.
    #[must_use]
    pub const fn is_paid_again(&self) -> bool {
        self.payment_count > 1 && self.is_paid_whole()
    }

    fn count(&mut self, amount: Vnd, payments: i64) {
        self.payment_count = (self.payment_count + payments).max(0);
        if amount == self.amount {
            self.whole_count = (self.whole_count + payments).max(0);
        }
    }

    #[must_use]
    pub const fn is_thousandfold(&self) -> bool {
        self.thousandfold_count > 0
    }

    /// The request after a payment.
    pub fn take(&mut self, payment: Received, occurred_at: UnixMs) {
        if payment.effect == Effect::Thousandfold {
            self.thousandfold_count += 1;
            return;
        }
        let amount = payment.received.get().saturating_sub(self.received.get());
        if payment.late {
            self.received_late = plus(self.received_late, amount);
        }
        self.received = payment.received;
        self.count(Vnd::new(amount), 1);
        self.last_paid_at = self.last_paid_at.max(Some(occurred_at));
    }

    /// The request after a person has said that money was for it, whatever the amount.
    pub fn accept(&mut self, amount: Vnd, occurred_at: UnixMs, precision: Precision) {
        if is_late(self, occurred_at, precision) {
            self.received_late = plus(self.received_late, amount.get());
        }
        self.received = plus(self.received, amount.get());
        self.count(amount, 1);
        self.last_paid_at = self.last_paid_at.max(Some(occurred_at));
    }

    /// The request without money that turned out to be for something else, or that the bank took
    /// back. When money came last is then for the caller to look up, who knows what is left.
    pub fn withdraw(&mut self, amount: Vnd, occurred_at: UnixMs, precision: Precision) {
        if is_late(self, occurred_at, precision) {
            self.received_late = less(self.received_late, amount);
        }
        // What was given back of it may follow in a moment.
        self.received = plus(self.received, -amount.get());
        self.count(amount, -1);
        if self.received == Vnd::ZERO {
            self.last_paid_at = None;
        }
    }

    /// The request after money was given back to the payer, or, below zero, after a refund was
    /// undone: what came stays counted as payments.
    pub fn give_back(&mut self, amount_vnd: i64) {
        let was_paid = self.was_paid || self.received >= self.amount;
        self.received = plus(self.received, -amount_vnd);
        self.given_back = plus(self.given_back, amount_vnd);
        // As far as the row alone can tell; the ledger plays all that came and went through.
        self.was_paid = was_paid && self.received.is_positive();
    }
}

const fn plus(sum: Vnd, amount_vnd: i64) -> Vnd {
    Vnd::new(sum.get().saturating_add(amount_vnd))
}

fn less(sum: Vnd, amount: Vnd) -> Vnd {
    Vnd::new(sum.get().saturating_sub(amount.get()).max(0))
}
