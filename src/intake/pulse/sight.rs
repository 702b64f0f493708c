//! The three states of an expected payment (facts/product.md).

use serde::Serialize;
use utoipa::ToSchema;

use super::{Proof, Pulse, PulseState, doubt, of_account, of_occupancy};
use crate::access::Act;
use crate::db::{DbConnection, Outcome};
use crate::ledger::{beyond, pairs, perhaps};
use crate::primitives::ids::{FeedId, OccupancyId, RequestId};
use crate::primitives::time::MS_PER_MINUTE;
use crate::primitives::{Refusal, UnixMs};
use crate::registry::{accounts, reporters};
use crate::requests::{self, Request, RequestRow, RequestState, Step};
use crate::text_enum;

/// Who says at the stall that they have paid did it within this.
const LATELY_MS: i64 = 15 * MS_PER_MINUTE;

/// A list that was read within this tells of what was paid just now; it is read each minute.
const READ_MS: i64 = 2 * MS_PER_MINUTE;

text_enum!(
    /// What may be said to a customer who shows a picture of a transfer.
    SightState {
        Received = "received",
        /// Only where the source is proven alive, and nothing came that may be it: neither a late
        /// notice, nor a lost code, nor one that we could not read must accuse who has paid.
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
    let mut request = requests::get(connection, act, id)?;
    let Some(row) = requests::by_id(connection, act.board_id(), id)? else {
        return Err(Refusal::not_found("request").into());
    };
    // A cancelled request may have been paid all the same.
    let is_received = row.received >= row.amount
        // It was paid, and a part was given back.
        || row.received.is_positive() && row.given_back.is_positive() && row.was_paid;
    // Too little is not nothing, and what is gone again was seen.
    let has_come = row.payment_count > 0 || row.given_back.is_positive();
    let is_met = row.received.is_positive() || row.is_thousandfold() || has_come;
    let mut sight =
        Sight { state: SightState::Unknown, label: String::new(), proof: None, proven_at: None };
    if is_received {
        sight.state = SightState::Received;
    } else if request.order.is_none() && !is_met {
        // An order is told by its own provider, whose silence says nothing.
        let pulse = of_account(connection, act, request.account_id)?;
        sight.state = unseen(connection, act, &pulse, &Awaited::Request(&row))?;
        if sight.state == SightState::NotSeenYet {
            (sight.proof, sight.proven_at) = (pulse.proof, pulse.proven_at);
        }
    }
    if request.state == RequestState::Underpaid {
        let waiting = pairs::waiting_of_request(connection, act.board_id(), id)?;
        request.next_step = request.next_step.beside(waiting);
    }
    if matches!(
        request.next_step.code,
        Step::GiveBackSurplus | Step::GiveBackSecondPayment | Step::GiveBackAfterCancel
    ) {
        let owed = beyond::owed(connection, act.board_id(), &row)?;
        request.next_step = request.next_step.judged(&row, owed.unjudged);
    }
    Ok(SightedRequest { request, sight })
}

/// Whether money that comes to a stall now would be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    /// `not_seen_yet` or `unknown`.
    pub state: SightState,
    /// Something is broken; a quiet account is none.
    pub alarm: bool,
}

/// The state of a stall's sources; one whose account has none is unknown.
///
/// # Errors
/// `not-found`.
pub fn of_stall(connection: &mut DbConnection, act: &Act, id: OccupancyId) -> Outcome<Source> {
    let pulses = of_occupancy(connection, act, id)?;
    let mut is_seen = !pulses.is_empty();
    for pulse in &pulses {
        let state = unseen(connection, act, pulse, &Awaited::AnyCode)?;
        is_seen &= state == SightState::NotSeenYet;
    }
    let state = if is_seen { SightState::NotSeenYet } else { SightState::Unknown };
    Ok(Source { state, alarm: pulses.iter().any(|pulse| pulse.alarm.is_some()) })
}

/// What is waited for at an account.
enum Awaited<'r> {
    Request(&'r RequestRow),
    /// What is paid to whichever live code of it.
    AnyCode,
}

/// What may be said of money that has not come, for requests and stalls alike: "not seen yet" only
/// where a feed is proven alive and would see it. A feed may live and never tell what comes to a
/// number, or without its word in the memo.
fn unseen(
    connection: &mut DbConnection,
    act: &Act,
    pulse: &Pulse,
    awaited: &Awaited<'_>,
) -> Outcome<SightState> {
    let (PulseState::Alive, Some(feed_id)) = (pulse.state, pulse.feed_id) else {
        return Ok(SightState::Unknown);
    };
    if pulse.proof == Some(Proof::Poll) && !is_read_since(act, pulse, awaited) {
        return Ok(SightState::Unknown);
    }
    let is_seen = match awaited {
        Awaited::Request(row) => {
            let of = (row.account_id, row.number_id);
            reporters::sees(connection, act, feed_id, of, &row.payload)?
        }
        Awaited::AnyCode => sees_codes(connection, act, feed_id, pulse)?,
    };
    let is_unseen = is_seen && !may_have_come(connection, act, pulse, awaited)?;
    Ok(if is_unseen { SightState::NotSeenYet } else { SightState::Unknown })
}

/// Whether a list tells of money that has come by now: it was read lately, and for a request, after it
/// was made. A list that is read once an hour says nothing of who paid a moment ago.
fn is_read_since(act: &Act, pulse: &Pulse, awaited: &Awaited<'_>) -> bool {
    let lately = act.at.plus_ms(-READ_MS);
    let since = match awaited {
        Awaited::Request(row) => row.created_at.max(lately),
        Awaited::AnyCode => lately,
    };
    pulse.read_from.is_some_and(|at| at >= since)
}

/// Whether what is waited for may have come all the same: counted as something else, waiting for a
/// person, or told and not understood.
fn may_have_come(
    connection: &mut DbConnection,
    act: &Act,
    pulse: &Pulse,
    awaited: &Awaited<'_>,
) -> Outcome<bool> {
    let board_id = act.board_id();
    let since = match awaited {
        Awaited::Request(row) => row.created_at,
        Awaited::AnyCode => act.at.plus_ms(-LATELY_MS),
    };
    for account_id in &pulse.account_ids {
        let came = match awaited {
            Awaited::Request(row) => perhaps::came_for(connection, board_id, row)?,
            Awaited::AnyCode => perhaps::came_to(connection, board_id, *account_id, since)?,
        };
        let request = match awaited {
            Awaited::Request(row) => Some(*row),
            Awaited::AnyCode => None,
        };
        if came || doubt::of_account(connection, act, *account_id, since, request)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn sees_codes(
    connection: &mut DbConnection,
    act: &Act,
    feed_id: FeedId,
    pulse: &Pulse,
) -> Outcome<bool> {
    for id in &pulse.account_ids {
        let account = accounts::require(connection, act, *id, "account_id")?;
        let (_, warnings) = reporters::of_feed(connection, act, feed_id, &account)?;
        if warnings.iter().any(|warning| warning.code.is_blinding()) {
            return Ok(false);
        }
    }
    Ok(true)
}
