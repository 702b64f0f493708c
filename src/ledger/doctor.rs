//! Recomputing what the ledger keeps, from the transfers and their lines up.

use std::fmt;

use super::store::audit::{
    Mismatch, chains, days, feeds, links, months, refunds, relinked, sets, told,
};
use super::store::{heads, index};
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

/// What a repair came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Repaired {
    /// These were there and are gone.
    pub corrected: Vec<Difference>,
    /// These need a person: no repair touches them, or what they are made of is broken.
    pub left: Vec<Difference>,
}

type Examination = fn(&mut DbConnection, BoardId) -> Outcome<Vec<Mismatch>>;
/// Makes anew what its examination finds wrong; the board is locked, and its tail is folded.
type Mend = fn(&mut DbConnection, BoardId) -> Outcome<()>;

/// Days stand before months, which are made of them.
const EXAMINATIONS: [(&str, Examination, Option<Mend>); 17] = [
    ("transfer", chains::malformed, None),
    ("transfer lines", chains::unbalanced, None),
    ("attribution", chains::broken_attributions, None),
    ("links", relinked::left_behind, None),
    ("refunds", refunds::differing, None),
    ("day_totals", days::differing, Some(days::mend)),
    ("payer_days", sets::payers, Some(sets::mend_payers)),
    ("feed_days", feeds::differing, Some(feeds::mend)),
    ("feed_bank_days", sets::banks, Some(sets::mend_banks)),
    ("unassigned", sets::queue, None),
    ("suspected_pairs", sets::pairs, None),
    ("request", sets::requests, None),
    ("month_totals", months::differing, Some(months::mend)),
    ("transfer_index", sets::index, Some(sets::mend_index)),
    ("events", chains::event_gaps, None),
    ("events", told::differing, None),
    ("missing", links::loose, None),
];

/// What totals are made of. Where it is broken, right totals are not to be had from it, and the
/// present ones may be the last that are right.
const SOURCES: [&str; 3] = ["transfer", "transfer lines", "attribution"];

/// Examines one board. An empty list: everything agrees.
pub fn examine(connection: &mut DbConnection, board_id: BoardId) -> Outcome<Vec<Difference>> {
    let mut found = Vec::new();
    for (what, examination, _) in EXAMINATIONS {
        for Mismatch { key, kept, due } in examination(connection, board_id)? {
            found.push(Difference { board_id, what, key, kept, recomputed: due });
        }
    }
    Ok(found)
}

/// Makes anew whatever totals, roll-ups and index entries are wrong, unless the transfers or their
/// lines are broken too. Transfers, attributions, requests, the queue and events are never touched.
/// Runs in the caller's transaction, the board
/// locked, so that what arrives meanwhile waits.
pub fn repair(connection: &mut DbConnection, board_id: BoardId) -> Outcome<Repaired> {
    heads::lock(connection, &[board_id.0])?;
    let mut corrected = examine(connection, board_id)?;
    if corrected.iter().any(|found| SOURCES.contains(&found.what)) {
        return Ok(Repaired { left: corrected, ..Repaired::default() });
    }
    // What the events tell is in the rows before these are compared and replaced.
    while index::catch_up(connection, board_id)? > 0 {}
    for (what, _, mend) in EXAMINATIONS {
        if let Some(mend) = mend.filter(|_| corrected.iter().any(|found| found.what == what)) {
            mend(connection, board_id)?;
        }
    }
    let left = examine(connection, board_id)?;
    corrected.retain(|found| {
        !left.iter().any(|left| (left.what, &left.key) == (found.what, &found.key))
    });
    Ok(Repaired { corrected, left })
}
