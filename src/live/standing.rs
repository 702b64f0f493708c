//! What a stall's page may say of money that it has not seen (facts/product.md): "not seen yet"
//! only where every source of the stall is proven alive, else "look into the bank's app".

use serde::Serialize;

use crate::access::Act;
use crate::db::{DbConnection, Outcome};
use crate::intake::pulse::{self, Pulse, PulseState, SightState};
use crate::primitives::ids::OccupancyId;
use crate::registry::{accounts, reporters};

/// Whether money that comes now would be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Source {
    /// `not_seen_yet` or `unknown`.
    pub state: SightState,
    /// Something is broken; a quiet account is none.
    pub alarm: bool,
}

/// The state of a stall's sources; one whose account has none is unknown, and so is one that lives
/// and would not see what is paid to a live code of the account.
pub fn source(
    connection: &mut DbConnection,
    act: &Act,
    occupancy_id: OccupancyId,
) -> Outcome<Source> {
    let pulses = pulse::of_occupancy(connection, act, occupancy_id)?;
    let mut is_seen = !pulses.is_empty();
    for pulse in &pulses {
        is_seen &= pulse.state == PulseState::Alive && sees_codes(connection, act, pulse)?;
    }
    let state = if is_seen { SightState::NotSeenYet } else { SightState::Unknown };
    Ok(Source { state, alarm: pulses.iter().any(|pulse| pulse.alarm.is_some()) })
}

fn sees_codes(connection: &mut DbConnection, act: &Act, pulse: &Pulse) -> Outcome<bool> {
    let Some(feed_id) = pulse.feed_id else { return Ok(false) };
    for id in &pulse.account_ids {
        let account = accounts::require(connection, act, *id, "account_id")?;
        let (_, warnings) = reporters::of_feed(connection, act, feed_id, &account)?;
        if warnings.iter().any(|warning| warning.code.is_blinding()) {
            return Ok(false);
        }
    }
    Ok(true)
}
