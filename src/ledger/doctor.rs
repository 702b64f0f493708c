//! Recomputing what the ledger keeps, from the transfers and their lines up.

use std::fmt;

use super::store::audit::{Mismatch, chains, days, feeds, months, sets};
use crate::db::{DbConnection, Outcome};
use crate::primitives::ids::BoardId;

/// A place where what is kept is not what follows from the transfers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    pub board_id: BoardId,
    /// E.g. `day_totals`.
    pub what: &'static str,
    /// Which row.
    pub key: String,
    pub kept: String,
    pub recomputed: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {} {}: kept {}, recomputed {}",
            self.board_id, self.what, self.key, self.kept, self.recomputed
        )
    }
}

/// Examines one board. An empty list: everything agrees.
pub fn examine(connection: &mut DbConnection, board_id: BoardId) -> Outcome<Vec<Difference>> {
    let examinations: [(&'static str, Examination); 12] = [
        ("transfer", chains::malformed),
        ("transfer lines", chains::unbalanced),
        ("day_totals", days::differing),
        ("payer_days", sets::payers),
        ("feed_days", feeds::differing),
        ("feed_bank_days", sets::banks),
        ("unassigned", sets::queue),
        ("suspected_pairs", sets::pairs),
        ("request", sets::requests),
        ("month_totals", months::differing),
        ("transfer_index", sets::index),
        ("events", chains::event_gaps),
    ];
    let mut found = Vec::new();
    for (what, examination) in examinations {
        for Mismatch { key, kept, due } in examination(connection, board_id)? {
            found.push(Difference { board_id, what, key, kept, recomputed: due });
        }
    }
    for (what, key) in chains::orphans(connection, board_id)? {
        let (kept, recomputed) = ("missing".to_owned(), "present".to_owned());
        found.push(Difference { board_id, what, key, kept, recomputed });
    }
    Ok(found)
}

type Examination = fn(&mut DbConnection, BoardId) -> Outcome<Vec<Mismatch>>;
