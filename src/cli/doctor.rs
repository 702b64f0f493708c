//! `cho40 doctor`: recomputes totals and invariants and prints each difference.

use std::process::ExitCode;

use super::{Settings, say};
use crate::db::{DbConnection, Outcome, migrate};
use crate::ledger::doctor;
use crate::primitives::Refusal;
use crate::primitives::ids::BoardId;
use crate::registry::boards;

/// The boards; there is nothing to serve or to examine without one.
///
/// # Errors
/// `no-board`.
pub(super) fn require_boards(connection: &mut DbConnection) -> Outcome<Vec<BoardId>> {
    let boards = boards::all_ids(connection)?;
    if boards.is_empty() { Err(Refusal::conflict("no-board").into()) } else { Ok(boards) }
}

/// Examines the database. Exit code 0: no difference; 1: differences, each printed on a line.
pub fn run(settings: &Settings) -> Outcome<ExitCode> {
    let mut connection = DbConnection::open_first(&settings.resolve()?.database_url)?;
    migrate::require_current(&mut connection)?;
    report(&mut connection)
}

/// Prints what is wrong in any board.
pub(super) fn report(connection: &mut DbConnection) -> Outcome<ExitCode> {
    let mut found = 0_usize;
    for board_id in require_boards(connection)? {
        for difference in
            connection.in_snapshot(|connection| doctor::examine(connection, board_id))?
        {
            found += 1;
            say(&difference.to_string())?;
        }
    }
    if found == 0 {
        say("Số liệu khớp. / Everything agrees.")?;
        return Ok(ExitCode::SUCCESS);
    }
    say(&format!("{found} chỗ lệch / differences"))?;
    Ok(ExitCode::FAILURE)
}
