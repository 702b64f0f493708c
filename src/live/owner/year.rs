//! What a stall took since the year began, for its vendor alone, beside the sum that the law names.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use super::book::total;
use crate::access::Act;
use crate::db::{DbConnection, Outcome};
use crate::ledger::{Class, beyond, stall};
use crate::live::Hearer;
use crate::primitives::{Day, Month, Vnd};
use crate::registry::boards;

/// The year so far, for the vendor alone.
#[derive(Debug, Serialize)]
pub struct Year {
    pub year: i32,
    /// Sales, repaid debts and deposits, less what was given back. Cash is not in it.
    pub received: String,
    pub received_vnd: Vnd,
    /// Of it, what is to be given back, as far as nobody has said what it was.
    pub beyond: Option<String>,
    /// What nobody has classed yet; it may be more of the same.
    pub unclassified: String,
    pub unclassified_vnd: Vnd,
    pub threshold: Option<Threshold>,
}

/// A sum that the law names for a year's turnover.
#[derive(Debug, Serialize)]
pub struct Threshold {
    pub amount: String,
    /// What was received is so many hundredths of it.
    pub percent: i64,
    pub source: &'static str,
}

impl Threshold {
    /// For a meter that ends at a hundred.
    #[must_use]
    pub fn meter(&self) -> i64 {
        self.percent.clamp(0, 100)
    }
}

/// A dated setting: the latest that holds on a day counts.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Turnover {
    from_day: Day,
    threshold_vnd: Vnd,
    source: String,
}

const TURNOVERS_BUILT_IN: &str = include_str!("../../../assets/phone/turnover.json");

static TURNOVERS: OnceLock<Vec<Turnover>> = OnceLock::new();

fn turnovers() -> &'static [Turnover] {
    TURNOVERS.get_or_init(|| read_turnovers(TURNOVERS_BUILT_IN).unwrap_or_default())
}

fn read_turnovers(text: &str) -> Result<Vec<Turnover>, String> {
    let all: Vec<Turnover> = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let are_sums = all.iter().all(|one| one.threshold_vnd.is_positive());
    if all.is_empty() || !are_sums || !all.is_sorted_by_key(|one| one.from_day) {
        return Err("one entry at least, in the order of from_day, of sums above 0".to_owned());
    }
    Ok(all)
}

/// Takes an operator's table of the law's sums instead of the program's, before any page is shown;
/// the first one that a process is given counts.
///
/// # Errors
/// What is wrong with it.
pub fn take_turnovers(text: &str) -> Result<(), String> {
    let all = read_turnovers(text)?;
    TURNOVERS.get_or_init(|| all);
    Ok(())
}

/// What came in the calendar year up to now.
pub fn year(connection: &mut DbConnection, act: &Act, hearer: &Hearer) -> Outcome<Year> {
    let today = boards::today(connection, act)?;
    let year = today.month().get().div_euclid(12);
    let first = Month(year * 12).first_day();
    let days = stall::days(connection, hearer.board_id, hearer.occupancy_id, (first, today))?;
    let (mut received, mut unclassified) = (0_i64, 0_i64);
    for delta in days.values() {
        for class in Class::ALL {
            let (_, vnd) = delta.of_class(class);
            match class {
                class if class.is_business() => received = received.saturating_add(vnd),
                class if class.is_returned() => received = received.saturating_sub(vnd),
                Class::Unclassified => unclassified = unclassified.saturating_add(vnd),
                _ => {}
            }
        }
        received = received.saturating_add(delta.small_amount);
    }
    // What was given back of money that is not in the sum takes nothing off it.
    let of_year = (first, today);
    for (day, class, vnd) in
        stall::taken_back(connection, hearer.board_id, hearer.occupancy_id, of_year)?
    {
        if !class.is_business() {
            received = received.saturating_add(vnd);
        }
        if class == Class::Unclassified && day >= first {
            unclassified = unclassified.saturating_sub(vnd);
        }
    }
    let threshold = turnovers().iter().rfind(|one| one.from_day <= today);
    let threshold = threshold.map(|one| Threshold {
        amount: one.threshold_vnd.to_string(),
        percent: received.saturating_mul(100) / one.threshold_vnd.get().max(1),
        source: &one.source,
    });
    let (received_vnd, unclassified_vnd) = (Vnd::new(received), Vnd::new(unclassified));
    let start = first.start(0);
    let beyond = beyond::of_stall(connection, hearer.board_id, hearer.occupancy_id, start, act.at)?;
    let beyond: Vec<_> = beyond.into_iter().filter(|one| one.day >= first).collect();
    Ok(Year {
        year,
        received: received_vnd.to_string(),
        received_vnd,
        beyond: total(beyond.iter().map(|one| one.amount)),
        unclassified: unclassified_vnd.to_string(),
        unclassified_vnd,
        threshold,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_are_read_and_dated() {
        assert!(read_turnovers(TURNOVERS_BUILT_IN).is_ok());
        assert!(read_turnovers("[]").is_err());
    }
}
