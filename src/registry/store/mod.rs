//! The room's SQL, one file an aggregate. Every query names the board.

pub mod absences;
pub mod accounts;
pub mod boards;
pub mod calendar;
pub mod code_checks;
pub mod codes;
pub mod consents;
pub mod directory;
pub mod link_changes;
pub mod links;
pub mod markets;
pub mod neighbourhoods;
pub mod numbers;
pub mod occupancies;
pub mod other_codes;
pub mod reach;
pub mod references;
pub mod reporters;
pub mod roll;
pub mod sections;
pub mod stalls;
pub mod vendors;
pub mod verifications;

use diesel::prelude::*;

use crate::db::schema::board_heads;
use crate::db::{DbConnection, Outcome};
use crate::primitives::ids::BoardId;

/// Tells the ledger's lanes to load their directory again, at the end of this transaction. It also
/// locks the board's head row: called before a check of other rows, it makes check and write one
/// step, also between processes.
pub fn touch(connection: &mut DbConnection, board_id: BoardId) -> Outcome<()> {
    diesel::update(board_heads::table.find(board_id))
        .set(board_heads::registry_version.eq(board_heads::registry_version + 1))
        .execute(connection)?;
    Ok(())
}
