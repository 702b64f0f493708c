//! When receipts came in, and what they add up to in the window.

use std::collections::{HashMap, HashSet};

use super::days::{DaySet, Span};
use super::store::day_sums::{self, DaySums};
use super::store::register::LinkRow;
use super::store::totals::{self, MonthDays, MonthRow, Sums};
use super::verdict::Receipts;
use crate::db::{DbConnection, Outcome};
use crate::ledger::histogram::Histogram;
use crate::ledger::{Tail, receipts};
use crate::primitives::Month;
use crate::primitives::ids::BoardId;

/// The receipts of an occupancy, or of an account's money that no stall has yet.
#[derive(Clone, Debug, Default)]
pub struct Activity {
    /// Days with at least one business receipt.
    pub certain: DaySet,
    /// Days with at least one business receipt or line that may be one: unclassified, or on an
    /// account of the occupancy and not yet assigned.
    pub possible: DaySet,
    /// Days on which an account of the occupancy holds money that nobody assigned.
    pub loose: DaySet,
    /// Days that may hold a receipt whose payer the feed named.
    pub named: DaySet,
    /// Over the window.
    pub sums: Sums,
    /// Over the window.
    pub histogram: Histogram,
}

impl Activity {
    /// What was seen in some days.
    pub fn receipts(&self, span: Span) -> Receipts {
        Receipts::of(self.certain.any(span), self.possible.any(span))
    }
}

/// All activity of a board's occupancies, and by account where no stall is known.
#[derive(Debug)]
pub struct Activities {
    pub by_occupancy: HashMap<i64, Activity>,
    /// Keyed by account.
    pub unassigned: HashMap<i64, Activity>,
    history: Span,
    window: Span,
}

impl Activities {
    /// Reads the history: bitmaps of rolled months, days of the others; sums only of the window.
    /// What belongs to other occupancies and accounts is passed over.
    pub fn load(
        connection: &mut DbConnection,
        board_id: BoardId,
        occupancies: impl Iterator<Item = i64>,
        links: &[LinkRow],
        (history, window): (Span, Span),
        tail: &Tail,
    ) -> Outcome<Self> {
        let empty = Activity {
            certain: DaySet::within(history),
            possible: DaySet::within(history),
            loose: DaySet::within(history),
            named: DaySet::within(history),
            sums: Sums::default(),
            histogram: Histogram::default(),
        };
        let by_occupancy = occupancies.map(|id| (id, empty.clone())).collect();
        let accounts: HashSet<i64> = links.iter().map(|link| link.account_id).collect();
        let unassigned = accounts.into_iter().map(|id| (id, empty.clone())).collect();
        let mut found = Self { by_occupancy, unassigned, history, window };
        found.read(connection, board_id, tail)?;
        found.spread(links);
        Ok(found)
    }

    fn read(
        &mut self,
        connection: &mut DbConnection,
        board_id: BoardId,
        tail: &Tail,
    ) -> Outcome<()> {
        let rolled = totals::rolled(connection, board_id)?;
        let plan = Plan::of(self.history, self.window, &rolled);
        let in_window = plan.days.iter().map(|span| self.window.both(*span));
        let in_window: Vec<_> =
            in_window.filter(|span| !span.is_empty()).map(|span| (span.from, span.to)).collect();
        for span in plan.days {
            for part in parts(span, self.window) {
                for row in day_sums::of_span(connection, board_id, part, tail)? {
                    self.add_days(part, &row);
                }
            }
        }
        for ((occupancy_id, account_id), log) in
            receipts::together(connection, board_id, &in_window, tail)?
        {
            if let Some(activity) = self.of(occupancy_id, account_id) {
                activity.histogram.merge_log(&log);
            }
        }
        for run in plan.bitmaps {
            for row in totals::month_days(connection, board_id, run)? {
                self.add_bitmaps(&row);
            }
        }
        for run in plan.sums {
            for row in totals::months(connection, board_id, run)? {
                self.add_month(&row);
            }
        }
        Ok(())
    }

    fn of(&mut self, occupancy_id: i64, account_id: i64) -> Option<&mut Activity> {
        match occupancy_id {
            0 => self.unassigned.get_mut(&account_id),
            id => self.by_occupancy.get_mut(&id),
        }
    }

    /// Of a span that lies in the window or outside of it.
    fn add_days(&mut self, span: Span, row: &DaySums) {
        let in_window = self.window.holds(span);
        let Some(activity) = self.of(row.occupancy_id, row.account_id) else { return };
        activity.certain.insert_bits(span.from, row.receipt_days);
        activity.possible.insert_bits(span.from, row.possible_days);
        activity.named.insert_bits(span.from, row.named_days);
        if in_window {
            activity.sums.add(&row.sums);
        }
    }

    fn add_bitmaps(&mut self, row: &MonthDays) -> Option<&mut Activity> {
        let activity = self.of(row.occupancy_id, row.account_id)?;
        let first_day = Month(row.month).first_day();
        activity.certain.insert_bits(first_day, row.receipt_days);
        activity.possible.insert_bits(first_day, row.possible_days);
        if row.named > 0 {
            activity.named.insert_bits(first_day, row.receipt_days);
        }
        Some(activity)
    }

    fn add_month(&mut self, row: &MonthRow) {
        if let Some(activity) = self.add_bitmaps(&row.days) {
            activity.sums.add(&row.sums);
            activity.histogram.merge_packed(&row.histogram);
        }
    }

    /// Money on an account that no rule assigned may belong to any occupancy linked to it then.
    fn spread(&mut self, links: &[LinkRow]) {
        for link in links {
            let Some(loose) = self.unassigned.get(&link.account_id) else { continue };
            let Some(activity) = self.by_occupancy.get_mut(&link.occupancy_id) else { continue };
            activity.possible.insert_all(&loose.possible, link.span());
            activity.loose.insert_all(&loose.possible, link.span());
        }
    }
}

impl Sums {
    /// Business receipts less what went back, in đồng, without what is unclassified.
    pub fn received_vnd(&self) -> i64 {
        self.receipt_vnd.saturating_sub(self.returned_vnd).max(0)
    }
}

/// What has to be read from where.
#[derive(Debug, Default, PartialEq, Eq)]
struct Plan {
    /// Days to be read one by one, ascending, adjacent ones joined.
    days: Vec<Span>,
    /// Runs of rolled months of which only the bitmaps are asked.
    bitmaps: Vec<(Month, Month)>,
    /// Runs of rolled months that lie whole in the window.
    sums: Vec<(Month, Month)>,
}

impl Plan {
    fn of(history: Span, window: Span, rolled: &HashSet<Month>) -> Self {
        let mut plan = Self::default();
        for month in history.months() {
            let whole = Span::new(month.first_day(), month.last_day());
            if !rolled.contains(&month) {
                plan.read_days(history.both(whole));
            } else if window.holds(whole) {
                extend(&mut plan.sums, month);
            } else {
                extend(&mut plan.bitmaps, month);
                plan.read_days(window.both(whole));
            }
        }
        plan
    }

    fn read_days(&mut self, span: Span) {
        match self.days.last_mut() {
            _ if span.is_empty() => {}
            Some(last) if last.to.plus(1) == span.from => last.to = span.to,
            _ => self.days.push(span),
        }
    }
}

/// A span in parts that lie in the window or outside of it, and are short enough to be added up.
fn parts(span: Span, window: Span) -> Vec<Span> {
    let before = Span::new(span.from, span.to.min(window.from.plus(-1)));
    let after = Span::new(span.from.max(window.to.plus(1)), span.to);
    let mut parts = Vec::new();
    for whole in [before, span.both(window), after] {
        let mut from = whole.from;
        while from <= whole.to {
            let part = Span::new(from, whole.to.min(from.plus(day_sums::MOST_DAYS - 1)));
            parts.push(part);
            from = part.to.plus(1);
        }
    }
    parts
}

fn extend(runs: &mut Vec<(Month, Month)>, month: Month) {
    match runs.last_mut() {
        Some((_, to)) if to.next() == month => *to = month,
        _ => runs.push((month, month)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::primitives::Day;

    #[test]
    fn parts_lie_in_the_window_or_outside_and_are_short() {
        let span = |from, to| Span::new(Day(from), Day(to));
        let window = span(100, 299);
        assert_eq!(parts(span(90, 120), window), [span(90, 99), span(100, 120)]);
        assert_eq!(parts(span(290, 310), window), [span(290, 299), span(300, 310)]);
        assert_eq!(parts(span(150, 150), window), [span(150, 150)]);
        assert_eq!(parts(span(1, 20), window), [span(1, 20)]);
        assert_eq!(parts(span(400, 420), window), [span(400, 420)]);
        assert_eq!(
            parts(span(80, 400), window),
            [
                span(80, 99),
                span(100, 161),
                span(162, 223),
                span(224, 285),
                span(286, 299),
                span(300, 361),
                span(362, 400),
            ]
        );
        assert!(parts(span(20, 10), window).is_empty());
    }
}
