//! Recomputing what the ledger keeps, from the transfers and their lines up.

use std::fmt;

use super::payback;
use super::store::audit::{
    Mismatch, chains, days, feeds, kept, links, refunds, relinked, rolled, sets, told,
};
use super::store::{heads, index};
use crate::access::audit;
use crate::db::{DbConnection, Outcome};
use crate::primitives::ids::BoardId;
use crate::requests;

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
    /// What was not made anew, and what it is made of that is broken.
    pub blocked: Vec<(&'static str, &'static str)>,
}

type Examination = fn(&mut DbConnection, BoardId) -> Outcome<Vec<Mismatch>>;
/// Makes anew what its examination finds wrong; the board is locked, and its tail is folded.
type Mend = fn(&mut DbConnection, BoardId) -> Outcome<()>;

/// Days stand before what is rolled up of them.
const EXAMINATIONS: [(&str, Examination, Option<Mend>); 22] = [
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
    ("request given back", given_back, Some(judge_given_back)),
    ("rolled_totals", rolled::differing, Some(rolled::mend)),
    ("transfer_index", sets::index, Some(sets::mend_index)),
    ("events", chains::event_gaps, None),
    ("events", told::differing, None),
    ("missing", links::loose, None),
    ("sighting_conflicts", kept::conflicts, None),
    ("strays", kept::strays, None),
    ("statement_days", kept::statement_days, None),
    ("audit", audit_chain, None),
];

/// What totals are made of. Where it is broken, right totals are not to be had from it, and the
/// present ones may be the last that are right.
const SOURCES: [&str; 4] = ["transfer", "transfer lines", "attribution", "events"];
/// Of `missing`, what says that a transfer or a line is lost, made up, or leads nowhere.
const LOST: [&str; 6] = [
    "transfers of sightings.",
    "transfers of attribution_lines.",
    "sightings of transfers.",
    " of transfers.account_id ",
    " of transfers.occupancy_id ",
    " of attribution_lines.occupancy_id ",
];
/// Reports of pairs count for their feeds too.
const PAIRS: &str = "suspected_pairs";
const MADE_OF_PAIRS: [&str; 2] = ["feed_days", "feed_bank_days"];

/// Requests of which money was given back, and that say wrongly whether they had been paid before.
fn given_back(connection: &mut DbConnection, board_id: BoardId) -> Outcome<Vec<Mismatch>> {
    let mut found = Vec::new();
    for row in requests::given_back(connection, board_id)? {
        let due = payback::was_paid(connection, board_id, &row)?;
        if row.was_paid != due {
            let said = |was_paid: bool| Some(format!("paid before {was_paid}"));
            found.push(Mismatch::new(row.id, said(row.was_paid), said(due)));
        }
    }
    Ok(found)
}

/// Where the chain of who did what does not hold.
fn audit_chain(connection: &mut DbConnection, board_id: BoardId) -> Outcome<Vec<Mismatch>> {
    let found = audit::examine(connection, board_id)?;
    Ok(found
        .into_iter()
        .map(|(seq, kept, due)| Mismatch::new(seq, Some(kept), Some(due)))
        .collect())
}

fn judge_given_back(connection: &mut DbConnection, board_id: BoardId) -> Outcome<()> {
    for row in requests::given_back(connection, board_id)? {
        payback::judge_again(connection, board_id, row.id)?;
    }
    Ok(())
}

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

/// Makes anew whatever totals, roll-ups and index entries are wrong, unless what they are made of is
/// broken too: transfers and their lines, and for what feeds reported the pairs. Transfers, attributions, what
/// requests got, the queue and events are never touched; of a request of which money was given back, whether it
/// had been paid before is said anew. Runs in the caller's transaction, the board locked, so that what arrives
/// meanwhile waits.
pub fn repair(connection: &mut DbConnection, board_id: BoardId) -> Outcome<Repaired> {
    heads::lock(connection, &[board_id.0])?;
    let mut corrected = examine(connection, board_id)?;
    let blocked = blocked(&corrected);
    if corrected.iter().any(is_source) {
        return Ok(Repaired { left: corrected, blocked, ..Repaired::default() });
    }
    // What the events tell is in the rows before these are compared and replaced.
    while index::catch_up(connection, board_id)? > 0 {}
    for (what, _, mend) in EXAMINATIONS {
        let is_blocked = blocked.iter().any(|(held, _)| *held == what);
        let is_wrong = !is_blocked && corrected.iter().any(|found| found.what == what);
        if let Some(mend) = mend.filter(|_| is_wrong) {
            mend(connection, board_id)?;
        }
    }
    let left = examine(connection, board_id)?;
    corrected.retain(|found| {
        !left.iter().any(|left| (left.what, &left.key) == (found.what, &found.key))
    });
    Ok(Repaired { corrected, left, blocked })
}

/// Whether what totals are made of is broken there: a transfer that is gone, or is not what was told of it
/// when it came, too.
fn is_source(found: &Difference) -> bool {
    SOURCES.contains(&found.what)
        || found.what == "missing" && LOST.iter().any(|of| found.key.contains(of))
}

/// What is wrong and cannot be made anew, each with the first of its sources that is broken.
fn blocked(found: &[Difference]) -> Vec<(&'static str, &'static str)> {
    let is_wrong = |what: &str| found.iter().any(|one| one.what == what);
    let source = found.iter().find(|one| is_source(one)).map(|one| one.what);
    let mended = EXAMINATIONS.iter().filter(|(what, _, mend)| mend.is_some() && is_wrong(what));
    let by = |what: &'static str| {
        let pairs = Some(PAIRS).filter(|pairs| MADE_OF_PAIRS.contains(&what) && is_wrong(pairs));
        Some((what, source.or(pairs)?))
    };
    mended.filter_map(|(what, ..)| by(what)).collect()
}
