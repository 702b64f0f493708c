//! The three states of an expected payment (facts/product.md).

use serde::Serialize;
use utoipa::ToSchema;

use super::{Proof, PulseState, of_account};
use crate::access::Act;
use crate::db::{DbConnection, Outcome};
use crate::ledger::perhaps;
use crate::primitives::ids::{FeedId, RequestId};
use crate::primitives::{Refusal, UnixMs};
use crate::registry::reporters;
use crate::requests::{self, Request, RequestRow};
use crate::text_enum;

text_enum!(
    /// What may be said to a customer who shows a picture of a transfer.
    SightState {
        Received = "received",
        /// Only where the source is proven alive, and nothing came that may be it: neither a late
        /// notice nor a lost code must accuse who has paid.
        NotSeenYet = "not_seen_yet",
        /// Look into the bank's app.
        Unknown = "unknown",
    }
);

/// Whether the money of a request was seen.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Sight {
    pub state: SightState,
    /// To be shown as it is, in the caller's language, e.g. `ĐÃ NHẬN`.
    pub label: String,
    /// What proves the source alive, where the money was not seen.
    pub proof: Option<Proof>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub proven_at: Option<UnixMs>,
}

/// A request, and whether its money was seen.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SightedRequest {
    #[serde(flatten)]
    pub request: Request,
    pub sight: Sight,
}

/// # Errors
/// Those of [`requests::get`].
pub fn request(connection: &mut DbConnection, act: &Act, id: RequestId) -> Outcome<SightedRequest> {
    let request = requests::get(connection, act, id)?;
    let Some(row) = requests::by_id(connection, act.board_id(), id)? else {
        return Err(Refusal::not_found("request").into());
    };
    // A cancelled request may have been paid all the same.
    let is_received = row.received >= row.amount;
    // Too little is not nothing.
    let is_met = row.received.is_positive() || row.is_thousandfold();
    let mut sight =
        Sight { state: SightState::Unknown, label: String::new(), proof: None, proven_at: None };
    if is_received {
        sight.state = SightState::Received;
    } else if request.order.is_none()
        && !is_met
        && !perhaps::came_for(connection, act.board_id(), &row)?
    {
        // An order is told by its own provider, whose silence says nothing.
        let pulse = of_account(connection, act, request.account_id)?;
        let sees = match (pulse.state, pulse.feed_id) {
            (PulseState::Alive, Some(feed_id)) => sees(connection, act, feed_id, &row)?,
            _ => false,
        };
        if sees {
            sight.state = SightState::NotSeenYet;
            (sight.proof, sight.proven_at) = (pulse.proof, pulse.proven_at);
        }
    }
    Ok(SightedRequest { request, sight })
}

/// A feed may live and never tell what comes to this number, or without its word in the memo.
fn sees(
    connection: &mut DbConnection,
    act: &Act,
    feed_id: FeedId,
    row: &RequestRow,
) -> Outcome<bool> {
    reporters::sees(connection, act, feed_id, (row.account_id, row.number_id), &row.payload)
}
