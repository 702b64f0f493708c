//! A request as it is stored, and as it is shown.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::next_step::NextStep;
use super::state::{RequestState, state_of};
use crate::primitives::ids::{AccountId, ActorId, FeedId, NumberId, OccupancyId, RequestId};
use crate::primitives::{UnixMs, Vnd};
use crate::text_enum;
use crate::vietqr::{Reference, banks};

text_enum!(RequestKind {
    /// The vendor asks a customer.
    Sale = "sale",
    /// The market asks the vendor (tiền sạp).
    Fee = "fee",
});

/// An order at a provider that was made for the request; its feed reports orders, not transfers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Order {
    pub feed_id: FeedId,
    /// 1–64 characters, unique in its feed.
    pub order_code: String,
}

/// A request as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestRow {
    pub id: RequestId,
    pub occupancy_id: OccupancyId,
    pub account_id: AccountId,
    pub number_id: NumberId,
    pub kind: RequestKind,
    pub amount: Vnd,
    pub purpose: String,
    pub reference: Reference,
    pub payload: String,
    pub order: Option<Order>,
    /// The key that asked.
    pub created_by: ActorId,
    pub created_at: UnixMs,
    pub expires_at: UnixMs,
    pub cancelled_at: Option<UnixMs>,
    /// All that was received for it and not given back, without payments a thousand times off.
    pub received: Vnd,
    /// What was given back of it, or taken back by the bank.
    pub given_back: Vnd,
    pub last_paid_at: Option<UnixMs>,
    /// The part of it that came after the expiry.
    pub received_late: Vnd,
    /// Payments a thousand times too small or too large that nobody has judged yet.
    pub thousandfold_count: i64,
    /// Payments that make up what was received.
    pub payment_count: i64,
    /// Those of them that were of all that was asked.
    pub whole_count: i64,
    /// All that was asked was there before some of it was given back; of a request without money given
    /// back it says nothing.
    pub was_paid: bool,
}

/// The number that a request is paid to, and its holder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaidTo {
    pub bin: String,
    pub number: String,
    pub holder_name: String,
}

/// A request as it is shown. The amounts of a sale are the vendor's: only a key with `amounts.read`
/// and the key that asked see them, unless the vendor shares them. A fee is the market's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Request {
    pub id: RequestId,
    pub occupancy_id: OccupancyId,
    pub account_id: AccountId,
    pub number_id: NumberId,
    pub kind: RequestKind,
    /// Absent where amounts are not the caller's to see.
    #[schema(value_type = Option<i64>)]
    pub amount_vnd: Option<Vnd>,
    /// All that was received for it and not given back, without payments a thousand times off.
    /// Absent with the amount.
    #[schema(value_type = Option<i64>)]
    pub received_vnd: Option<Vnd>,
    /// What was given back of what had come, or taken back by the bank. Absent with the amount.
    #[schema(value_type = Option<i64>)]
    pub given_back_vnd: Option<Vnd>,
    /// How many payments came.
    pub payment_count: i64,
    pub state: RequestState,
    /// What to do now.
    pub next_step: NextStep,
    /// A part of what was asked came after the expiry.
    pub late: bool,
    /// A payment came that was a thousand times too small or too large, and nobody has judged it
    /// yet: alarm, never "paid".
    pub thousandfold: bool,
    /// What stands behind the reference in the memo.
    pub purpose: String,
    #[schema(value_type = String)]
    pub reference: Reference,
    /// The text of the symbol. It holds the amount, and is absent with it.
    pub payload: Option<String>,
    pub order: Option<Order>,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: UnixMs,
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: UnixMs,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub cancelled_at: Option<UnixMs>,
    /// By the bank's clock.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_paid_at: Option<UnixMs>,
    /// Six digits.
    pub bin: String,
    /// The bank's short name.
    pub bank: String,
    pub number: String,
    pub holder_name: String,
}

impl Request {
    /// The request as it stands at an instant, with its amounts or without.
    #[must_use]
    pub fn shown(row: RequestRow, to: PaidTo, at: UnixMs, with_amounts: bool) -> Self {
        let bank = banks::by_bin(&to.bin).map_or(&to.bin, |bank| &bank.short_name).clone();
        Self {
            id: row.id,
            occupancy_id: row.occupancy_id,
            account_id: row.account_id,
            number_id: row.number_id,
            kind: row.kind,
            amount_vnd: with_amounts.then_some(row.amount),
            received_vnd: with_amounts.then_some(row.received),
            given_back_vnd: with_amounts.then_some(row.given_back),
            payment_count: row.payment_count,
            state: state_of(&row, at),
            next_step: NextStep::of(&row, at, with_amounts),
            late: row.is_late(),
            thousandfold: row.is_thousandfold(),
            purpose: row.purpose,
            reference: row.reference,
            payload: with_amounts.then_some(row.payload),
            order: row.order,
            created_at: row.created_at,
            expires_at: row.expires_at,
            cancelled_at: row.cancelled_at,
            last_paid_at: row.last_paid_at,
            bin: to.bin,
            bank,
            number: to.number,
            holder_name: to.holder_name,
        }
    }
}
