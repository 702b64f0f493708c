//! Recomputing what the ledger keeps, from the transfers and their lines up.

use std::collections::BTreeMap;
use std::fmt;

use super::class::Class;
use super::histogram::Histogram;
use super::store::audit;
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
    let mut found = Vec::new();
    let mut differ = |what, key: String, kept: String, recomputed: String| {
        found.push(Difference { board_id, what, key, kept, recomputed });
    };
    for (transfer_id, amount, lines) in audit::unbalanced(connection, board_id)? {
        differ("transfer lines", transfer_id.to_string(), lines.to_string(), amount.to_string());
    }
    for (key, kept, recomputed) in days(connection, board_id)? {
        differ("day_totals", key, kept, recomputed);
    }
    for (what, key) in audit::orphans(connection, board_id)? {
        differ(what, key, "missing".to_owned(), "present".to_owned());
    }
    for (transfer_id, waits) in audit::queue(connection, board_id)? {
        let (kept, recomputed) = if waits { ("absent", "waiting") } else { ("waiting", "settled") };
        differ("unassigned", transfer_id.to_string(), kept.to_owned(), recomputed.to_owned());
    }
    for (request_id, kept, recomputed) in audit::requests(connection, board_id)? {
        differ("request", request_id.to_string(), kept.to_string(), recomputed.to_string());
    }
    for (key, kept, recomputed) in audit::months(connection, board_id)? {
        differ("month_totals", key, kept, recomputed);
    }
    for (key, kept, recomputed) in audit::event_gaps(connection, board_id)? {
        differ("events", key.to_string(), kept.to_string(), recomputed.to_string());
    }
    Ok(found)
}

/// Day rows whose sums, or whose log of receipts, differ from the lines.
fn days(
    connection: &mut DbConnection,
    board_id: BoardId,
) -> Outcome<Vec<(String, String, String)>> {
    // Per (day, occupancy, account): count and amount of each class, small receipts counted in.
    let mut recomputed: BTreeMap<audit::DayKey, audit::Sums> = BTreeMap::new();
    for (key, class, count, amount) in audit::lines_by_day(connection, board_id)? {
        let sums = recomputed.entry(key).or_default();
        let Some(class) = Class::parse(&class) else { continue };
        if let Some(sum) = sums.get_mut(class as usize) {
            sum.0 += count;
            sum.1 += amount;
        }
    }
    let mut differences = Vec::new();
    for kept in audit::kept_days(connection, board_id)? {
        let mut sums = recomputed.remove(&kept.key).unwrap_or_default();
        // Small receipts stand in columns of their own, whatever business class they have.
        let business = |sums: &audit::Sums| {
            Class::ALL
                .iter()
                .filter(|class| class.is_business())
                .filter_map(|class| sums.get(*class as usize))
                .fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1))
        };
        let (lines, rows) = (business(&sums), business(&kept.sums));
        let same_business = lines == (rows.0 + kept.small.0, rows.1 + kept.small.1);
        let logged = Histogram::from_log(&kept.receipt_log).count();
        for class in Class::ALL.iter().filter(|class| class.is_business()) {
            if let (Some(mine), Some(theirs)) =
                (sums.get_mut(*class as usize), kept.sums.get(*class as usize))
            {
                *mine = *theirs;
            }
        }
        if !same_business || sums != kept.sums || logged != rows.0 {
            let shown = format!("{:?} small {:?} log {logged}", kept.sums, kept.small);
            differences.push((kept.key.to_string(), shown, format!("{sums:?} {lines:?}")));
        }
    }
    for (key, sums) in recomputed {
        differences.push((key.to_string(), "no row".to_owned(), format!("{sums:?}")));
    }
    Ok(differences)
}
