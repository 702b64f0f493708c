//! A check on a stall, recorded and told: the board's events carry it to whoever watches, and what
//! is found stays open (`needs_visit`) until somebody has looked there again.

use crate::access::Act;
use crate::db::{DbConnection, Outcome};
use crate::events::{self, Event};
use crate::registry::code_checks::{self, CodeCheck, NewCodeCheck, PhotoCheck};

/// # Errors
/// Those of [`code_checks::record`].
pub fn create(connection: &mut DbConnection, act: &Act, new: NewCodeCheck) -> Outcome<CodeCheck> {
    let check = code_checks::record(connection, act, new)?;
    tell(connection, act, &check)?;
    Ok(check)
}

/// The texts are those of a photo's symbols.
///
/// # Errors
/// Those of [`code_checks::record_photo`].
pub fn create_from_photo(
    connection: &mut DbConnection,
    act: &Act,
    new: PhotoCheck,
    texts: Vec<String>,
) -> Outcome<CodeCheck> {
    let check = code_checks::record_photo(connection, act, new, texts)?;
    tell(connection, act, &check)?;
    Ok(check)
}

fn tell(connection: &mut DbConnection, act: &Act, check: &CodeCheck) -> Outcome<()> {
    let event = Event::CodeChecked {
        check_id: check.id,
        stall_id: check.stall_id,
        occupancy_id: check.occupancy_id,
        result: check.result.as_str().into(),
    };
    events::tell(connection, act.board_id(), act.at, event)
}
