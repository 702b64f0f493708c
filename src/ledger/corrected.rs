//! A transfer that was counted by a wrong report: it never changes, so it is set aside, and another one,
//! of the right report, takes its place.

use super::class::Class;
use super::matching::{Line, Rule, Unassigned};
use super::replace::{Decided, Replacement, Says, replace};
use super::store::{heads, reading, refunds, sightings};
use crate::access::Act;
use crate::db::{DbConnection, Outcome};
use crate::primitives::Refusal;
use crate::primitives::ids::TransferId;

pub use super::store::sightings::Sighting;

/// Lets a transfer count nowhere, and forgets what it was told by: the report that was right can then
/// be taken in under the same id. The board is locked.
///
/// # Errors
/// `conflict-has-refunds`: money was given back of it, or it gives some back.
pub fn set_aside(
    connection: &mut DbConnection,
    act: &Act,
    id: TransferId,
    (namespace, provider_id): (&str, &str),
    why: Option<String>,
) -> Outcome<Option<Sighting>> {
    let board_id = act.board_id();
    let stored = reading::transfer(connection, board_id, id)?;
    let given = refunds::of_originals(connection, board_id, &[id.0])?;
    if !given.is_empty() || !refunds::of_outgoing(connection, board_id, id)?.is_empty() {
        return Err(Refusal::conflict("conflict-has-refunds").into());
    }
    let aside = |line: &Line| Line { request_id: None, class: Class::Test, ..*line };
    let lines: Vec<Line> = stored.lines.iter().map(aside).collect();
    if lines != stored.lines {
        let mut heads = heads::lock(connection, &[board_id.0])?;
        let again = Replacement {
            stored: &stored,
            lines,
            rule: Rule::Manual,
            waits_because: Unassigned::TakenBack,
            decided: Decided::by(act.scope.actor, why),
            says: Says::Nothing,
        };
        replace(connection, board_id, &mut heads, &[again], act.at)?;
    }
    sightings::forget(connection, board_id, namespace, provider_id)
}
