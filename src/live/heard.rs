//! What a board's events announce after a cursor.

use super::announcement::Announcement;
use crate::db::{DbConnection, Outcome};
use crate::events::{self, Event, Numbered};
use crate::ledger::announced::announced;
use crate::primitives::UnixMs;
use crate::primitives::ids::{BoardId, OccupancyId};
use crate::requests::{self, Effect, RequestRow};

/// Events that are read at a time.
const AT_ONCE: usize = 2_048;

/// Whom it is read for.
pub trait Ears {
    fn hears(&self, occupancy_id: OccupancyId) -> bool;

    /// Whether any of them sees payers.
    fn see_payers(&self) -> bool;
}

/// What was read.
#[derive(Debug)]
pub struct Heard {
    /// Everything up to it is in here.
    pub cursor: i64,
    pub announcements: Vec<(i64, Announcement)>,
}

/// What events after a cursor announce to these ears: some of them, and all where the cursor that
/// comes back is the one that was given.
pub fn after(
    connection: &mut DbConnection,
    board_id: BoardId,
    cursor: i64,
    ears: &impl Ears,
    now: UnixMs,
) -> Outcome<Heard> {
    let mut events = events::after(connection, board_id, cursor, AT_ONCE)?;
    let cursor = events.last().map_or(cursor, |last| last.seq);
    events.retain(|numbered| is_for(&numbered.event, ears));
    if events.is_empty() {
        return Ok(Heard { cursor, announcements: Vec::new() });
    }
    let ids: Vec<_> = events
        .iter()
        .filter_map(|numbered| match &numbered.event {
            Event::TransferRecorded { transfer_id, .. } => Some(*transfer_id),
            Event::TransferAssigned { .. } | Event::MoneyOut { .. } | Event::CodeChecked { .. } => {
                None
            }
        })
        .collect();
    let known = announced(connection, board_id, &ids, ears.see_payers())?;
    let mut announcements = Vec::new();
    for Numbered { seq, event } in &events {
        let asked = asked(connection, board_id, event)?;
        let announcement = Announcement::of(event, &known, asked.as_ref(), now);
        announcements.extend(announcement.map(|announcement| (*seq, announcement)));
    }
    Ok(Heard { cursor, announcements })
}

/// What was asked for, where the money is a thousand times off: too much, or too little; and where it
/// is right: in time, or late.
fn asked(
    connection: &mut DbConnection,
    board_id: BoardId,
    event: &Event,
) -> Outcome<Option<RequestRow>> {
    let asks = [Effect::Thousandfold, Effect::Paid].map(Effect::as_str);
    match event {
        Event::TransferRecorded { request_id: Some(id), effect: Some(effect), .. }
            if asks.contains(&&**effect) =>
        {
            requests::by_id(connection, board_id, *id)
        }
        _ => Ok(None),
    }
}

fn is_for(event: &Event, ears: &impl Ears) -> bool {
    matches!(event, Event::TransferRecorded { occupancy_id: Some(id), .. } if ears.hears(*id))
}
