//! When receipts came in, and what they add up to in the window.

use std::collections::{HashMap, HashSet};

use super::days::{DaySet, Span};
use super::store::register::LinkRow;
use super::store::totals::{self, DayRow, MonthDays};
use super::verdict::Receipts;
use crate::db::{DbConnection, Outcome};
use crate::ledger::histogram::Histogram;
use crate::primitives::ids::BoardId;
use crate::primitives::{Day, Month};

/// Sums over the window.
#[derive(Clone, Debug, Default)]
pub struct Sums {
    pub receipts: i64,
    pub receipt_vnd: i64,
    pub unclassified: i64,
    pub unclassified_vnd: i64,
    pub returned_vnd: i64,
    pub named: i64,
    pub wrong_amount: i64,
    pub histogram: Histogram,
}

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
    pub sums: Sums,
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
    ) -> Outcome<Self> {
        let empty = Activity {
            certain: DaySet::within(history),
            possible: DaySet::within(history),
            loose: DaySet::within(history),
            named: DaySet::within(history),
            sums: Sums::default(),
        };
        let by_occupancy = occupancies.map(|id| (id, empty.clone())).collect();
        let accounts: HashSet<i64> = links.iter().map(|link| link.account_id).collect();
        let unassigned = accounts.into_iter().map(|id| (id, empty.clone())).collect();
        let mut found = Self { by_occupancy, unassigned, history, window };
        found.read(connection, board_id)?;
        found.spread(links);
        Ok(found)
    }

    fn read(&mut self, connection: &mut DbConnection, board_id: BoardId) -> Outcome<()> {
        let rolled = totals::rolled(connection, board_id)?;
        let plan = Plan::of(self.history, self.window, &rolled);
        for span in &plan.days {
            for row in totals::days(connection, board_id, *span)? {
                self.add_day(row);
            }
        }
        if let Some((from, to)) = plan.bitmaps {
            for row in totals::month_days(connection, board_id, from, to)? {
                if rolled.contains(&Month(row.0.0)) {
                    self.add_bitmaps(row);
                }
            }
        }
        // The rolled months inside the window stand side by side but for unrolled ones.
        if let (Some(from), Some(to)) = (plan.sums.first(), plan.sums.last()) {
            for row in totals::months(connection, board_id, *from, *to)? {
                if plan.sums.contains(&Month(row.0.0)) {
                    let histogram = Histogram::from_packed(&row.4.2);
                    if let Some(activity) = self.of(row.0.1, row.0.2) {
                        activity.sums.add(&row, &histogram);
                    }
                }
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

    fn add_day(&mut self, row: DayRow) {
        let ((day, occupancy_id, account_id), receipts, unclassified, _, (named, ..)) = row;
        let in_window = self.window.contains(Day(day));
        let Some(activity) = self.of(occupancy_id, account_id) else { return };
        let day = Day(day);
        if receipts.0 > 0 {
            activity.certain.insert(day);
        }
        if receipts.0 > 0 || unclassified.0 > 0 {
            activity.possible.insert(day);
        }
        if named > 0 {
            activity.named.insert(day);
        }
        if in_window {
            activity.sums.add(&row, &Histogram::from_log(&row.4.2));
        }
    }

    fn add_bitmaps(&mut self, row: MonthDays) {
        let ((month, occupancy_id, account_id), (certain, possible), named) = row;
        let Some(activity) = self.of(occupancy_id, account_id) else { return };
        let first_day = Month(month).first_day();
        activity.certain.insert_bits(first_day, certain);
        activity.possible.insert_bits(first_day, possible);
        if named > 0 {
            activity.named.insert_bits(first_day, certain);
        }
    }

    /// Money on an account that no rule assigned may belong to any occupancy linked to it then.
    fn spread(&mut self, links: &[LinkRow]) {
        for link in links {
            let Some(loose) = self.unassigned.get(&link.account_id) else { continue };
            let Some(activity) = self.by_occupancy.get_mut(&link.occupancy_id) else { continue };
            let linked = Span::new(Day(link.from_day), Day(link.to_day.unwrap_or(i32::MAX)));
            for day in loose.possible.days(self.history.both(linked)) {
                activity.possible.insert(day);
                activity.loose.insert(day);
            }
        }
    }
}

impl Sums {
    fn add(&mut self, row: &DayRow, histogram: &Histogram) {
        let (_, receipts, unclassified, returned_vnd, (named, wrong_amount, _)) = row;
        self.receipts += receipts.0;
        self.receipt_vnd = self.receipt_vnd.saturating_add(receipts.1);
        self.unclassified += unclassified.0;
        self.unclassified_vnd = self.unclassified_vnd.saturating_add(unclassified.1);
        self.returned_vnd = self.returned_vnd.saturating_add(*returned_vnd);
        self.named += named;
        self.wrong_amount += wrong_amount;
        self.histogram.merge(histogram);
    }

    /// Business receipts less what went back, in đồng: without and with what is unclassified.
    pub fn received(&self) -> (i64, i64) {
        let low = self.receipt_vnd.saturating_sub(self.returned_vnd).max(0);
        (low, low.saturating_add(self.unclassified_vnd))
    }
}

/// What has to be read from where.
#[derive(Debug, Default, PartialEq, Eq)]
struct Plan {
    /// Days to be read one by one, ascending, adjacent ones joined.
    days: Vec<Span>,
    /// First and last rolled month of the history.
    bitmaps: Option<(Month, Month)>,
    /// Rolled months that lie whole in the window, ascending.
    sums: Vec<Month>,
}

impl Plan {
    fn of(history: Span, window: Span, rolled: &HashSet<Month>) -> Self {
        let mut plan = Self::default();
        for month in history.months() {
            let whole = Span::new(month.first_day(), month.last_day());
            if !rolled.contains(&month) {
                plan.read_days(history.both(whole));
                continue;
            }
            plan.bitmaps = Some((plan.bitmaps.map_or(month, |(from, _)| from), month));
            if window.holds(whole) {
                plan.sums.push(month);
            } else {
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
