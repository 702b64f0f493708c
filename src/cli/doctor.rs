//! `cho40 doctor`: recomputes totals and invariants and prints each difference.

use std::process::ExitCode;

use super::{Settings, say};
use crate::db::{DbConnection, Outcome};
use crate::ledger::doctor;

/// Exit code 0: no difference; 1: differences, each printed on a line.
pub fn run(settings: &Settings) -> Outcome<ExitCode> {
    let mut connection = DbConnection::open(&settings.resolve()?.database_url)?;
    let mut found = 0_usize;
    for board_id in crate::registry::boards::all_ids(&mut connection)? {
        for difference in doctor::examine(&mut connection, board_id)? {
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
