//! What a person does about a request now: each state has one next step.

use serde::Serialize;
use utoipa::ToSchema;

use super::state::{RequestState, state_of};
use super::types::RequestRow;
use crate::primitives::ids::PairId;
use crate::primitives::{UnixMs, Vnd};
use crate::text_enum;

text_enum!(
    /// A payment a thousand times off comes before everything else.
    Step {
        /// Nothing has come yet.
        WaitForPayment = "wait-for-payment",
        /// Too little has come; what follows counts.
        AskForRest = "ask-for-rest",
        /// Too little has come, and another report of the same amount waits: it may be the same payment
        /// or the rest, so nobody is asked before a person has judged it.
        LookAtPair = "look-at-pair",
        /// Everything has come.
        HandOver = "hand-over",
        /// Everything has come, a part of it after the expiry.
        LookAtLatePayment = "look-at-late-payment",
        GiveBackSurplus = "give-back-surplus",
        /// All that was asked has come several times.
        GiveBackSecondPayment = "give-back-second-payment",
        /// What had come is gone again, by a refund or the bank: nobody is asked for it.
        GivenBack = "given-back",
        /// The expiry has passed without money.
        AskAgain = "ask-again",
        /// Money has come although the request was taken back.
        GiveBackAfterCancel = "give-back-after-cancel",
        /// It was taken back, and nothing has come.
        Nothing = "nothing",
        /// A payment was a thousand times too small or too large: look before anything is given.
        LookAtAmount = "look-at-amount",
    }
);

/// What to do about a request now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct NextStep {
    pub code: Step,
    /// What is to be asked for or given back, or was. Absent with the request's amount.
    #[schema(value_type = Option<i64>)]
    pub amount_vnd: Option<Vnd>,
    /// The suspected pairs that are to be judged; only where one request is looked at.
    pub pair_ids: Vec<PairId>,
    /// In the caller's language.
    pub detail: String,
}

impl NextStep {
    #[must_use]
    pub fn of(row: &RequestRow, at: UnixMs, with_amounts: bool) -> Self {
        let code = step(row, at);
        let (asked, received) = (row.amount.get(), row.received.get());
        let amount_vnd = match code {
            Step::AskForRest => Some(asked.saturating_sub(received)),
            Step::GiveBackSurplus | Step::GiveBackSecondPayment => {
                Some(received.saturating_sub(asked))
            }
            Step::GiveBackAfterCancel => Some(received),
            Step::GivenBack => Some(row.given_back.get()),
            _ => None,
        };
        let amount_vnd = amount_vnd.filter(|_| with_amounts).map(Vnd::new);
        Self { code, amount_vnd, pair_ids: Vec::new(), detail: String::new() }
    }

    /// Pairs wait of which one report may be what is lacking.
    #[must_use]
    pub fn beside(self, pair_ids: Vec<PairId>) -> Self {
        if pair_ids.is_empty() || self.code != Step::AskForRest {
            return self;
        }
        Self { code: Step::LookAtPair, amount_vnd: None, pair_ids, ..self }
    }

    /// Of what came beyond the request, nobody has said yet what `left` was; the rest its vendor kept, for
    /// other goods or for cash that was handed out.
    #[must_use]
    pub fn judged(self, row: &RequestRow, left: Vnd) -> Self {
        if left.is_positive() {
            return Self { amount_vnd: self.amount_vnd.map(|_| left), ..self };
        }
        Self { code: paid(row), amount_vnd: None, ..self }
    }
}

/// Of a request that was paid.
fn paid(row: &RequestRow) -> Step {
    if row.is_late() { Step::LookAtLatePayment } else { Step::HandOver }
}

/// The step of a request at an instant.
#[must_use]
pub fn step(row: &RequestRow, at: UnixMs) -> Step {
    // All that comes after it was taken back is to be given back, whatever the amount.
    let is_after = row.cancelled_at.is_some() && row.received.is_positive();
    if row.is_thousandfold() && !is_after {
        return Step::LookAtAmount;
    }
    match state_of(row, at) {
        RequestState::Open => Step::WaitForPayment,
        RequestState::Underpaid => Step::AskForRest,
        RequestState::Paid => paid(row),
        RequestState::Overpaid => Step::GiveBackSurplus,
        RequestState::Duplicate => Step::GiveBackSecondPayment,
        RequestState::Refunded => Step::GivenBack,
        RequestState::Expired => Step::AskAgain,
        RequestState::Cancelled if row.received.is_positive() => Step::GiveBackAfterCancel,
        RequestState::Cancelled => Step::Nothing,
    }
}
