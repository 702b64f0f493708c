//! What a stall's page may say of money that it has not seen (facts/product.md): "not seen yet"
//! only where every source of the stall is proven alive, else "look into the bank's app".

use serde::Serialize;

use crate::access::Act;
use crate::db::{DbConnection, Outcome};
use crate::intake::pulse::{self, PulseState, SightState};
use crate::primitives::ids::OccupancyId;

/// Whether money that comes now would be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Source {
    /// `not_seen_yet` or `unknown`.
    pub state: SightState,
    /// Something is broken; a quiet account is none.
    pub alarm: bool,
}

/// The state of a stall's sources; one whose account has none is unknown.
pub fn source(
    connection: &mut DbConnection,
    act: &Act,
    occupancy_id: OccupancyId,
) -> Outcome<Source> {
    let pulses = pulse::of_occupancy(connection, act, occupancy_id)?;
    let lives = |pulse: &pulse::Pulse| pulse.state == PulseState::Alive;
    let is_seen = !pulses.is_empty() && pulses.iter().all(lives);
    let state = if is_seen { SightState::NotSeenYet } else { SightState::Unknown };
    Ok(Source { state, alarm: pulses.iter().any(|pulse| pulse.alarm.is_some()) })
}
