//! The days that a statement tells completely: on these its account was observed, also where no row
//! stands.
//!
//! Never a day that may not be over in the file: neither the day on which it was made nor the one
//! on which it was committed. A row that cannot be read takes its day away, and all days where its
//! day is unknown; a sheet that was not read takes all.

use super::Days;
use crate::intake::store::statements::{StatementRow, UnreadableRow};
use crate::primitives::{Day, UnixMs};

/// Whole days of the board within what the statement says of itself.
#[must_use]
pub fn days(
    row: &StatementRow,
    unreadable: &[UnreadableRow],
    committed_at: UnixMs,
    day_start_minute: i32,
) -> Vec<Days> {
    let Some(stated) = Days::of(row.stated_from_day, row.stated_to_day) else { return Vec::new() };
    if row.unread_sheets != "[]" || row.unreadable_count != unreadable.len() as i64 {
        return Vec::new();
    }
    let Some(mut gaps) = unreadable.iter().map(|row| row.day).collect::<Option<Vec<_>>>() else {
        return Vec::new();
    };
    let mut last = stated.to_day.min(committed_at.day(0).plus(-1));
    if let Some(printed) = row.printed_day {
        last = last.min(Day(printed).plus(-1));
    }
    // The board's day ends on the next day of the calendar, where it begins after midnight.
    if day_start_minute > 0 {
        last = last.plus(-1);
        gaps.extend(gaps.clone().into_iter().map(|day| day - 1));
    }
    gaps.sort_unstable();
    let (mut from, mut covered) = (stated.from_day, Vec::new());
    for gap in gaps.into_iter().map(Day).chain([last.plus(1)]) {
        let to_day = last.min(gap.plus(-1));
        if gap >= from && to_day >= from {
            covered.push(Days { from_day: from, to_day });
        }
        from = from.max(gap.plus(1));
    }
    covered
}
