//! When receipts came in, and what they add up to in the window.

use std::collections::{HashMap, HashSet};

use super::days::{DaySet, Span};
use super::store::day_sums::{self, DaySums};
use super::store::register::LinkRow;
use super::store::totals::{self, PieceDays, PieceRow, Sums};
use super::verdict::Receipts;
use crate::db::{DbConnection, Outcome};
use crate::ledger::histogram::Histogram;
use crate::ledger::pieces::Piece;
use crate::ledger::{Tail, receipts, rollup};
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
    /// Reads the history: bitmaps of what is rolled up, other days one by one; sums only of the window.
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
        let rolled = rollup::rolled(connection, board_id)?;
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
        for piece in plan.bitmaps {
            for row in totals::piece_days(connection, board_id, piece)? {
                self.add_bitmaps(piece, &row);
            }
        }
        for piece in plan.sums {
            for row in totals::piece(connection, board_id, piece)? {
                self.add_piece(piece, &row);
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

    fn add_bitmaps(&mut self, piece: Piece, row: &PieceDays) -> Option<&mut Activity> {
        let activity = self.of(row.occupancy_id, row.account_id)?;
        let first_day = piece.from();
        activity.certain.insert_bits(first_day, row.receipt_days);
        activity.possible.insert_bits(first_day, row.possible_days);
        if row.named > 0 {
            activity.named.insert_bits(first_day, row.receipt_days);
        }
        Some(activity)
    }

    fn add_piece(&mut self, piece: Piece, row: &PieceRow) {
        if let Some(activity) = self.add_bitmaps(piece, &row.days) {
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
    /// Of these only the bitmaps are asked.
    bitmaps: Vec<Piece>,
    /// These lie whole in the window, and no two have a day in common.
    sums: Vec<Piece>,
}

impl Plan {
    fn of(history: Span, window: Span, rolled: &HashSet<Piece>) -> Self {
        let mut plan = Self::default();
        for month in history.months() {
            let whole = Piece::whole(month);
            let is_rolled = rolled.contains(&whole);
            if is_rolled && window.holds(span(whole)) {
                plan.sums.push(whole);
                continue;
            }
            // Of a rolled month only its sums in the window are still to be had from less than it.
            let rest = if is_rolled { window } else { history };
            plan.bitmaps.extend(Some(whole).filter(|_| is_rolled));
            let thirds = Piece::thirds(month).map(|third| (third, rest.both(span(third))));
            for (third, days) in thirds.into_iter().filter(|(_, days)| !days.is_empty()) {
                if rolled.contains(&third) && window.holds(span(third)) {
                    plan.sums.push(third);
                } else if rolled.contains(&third) && !is_rolled {
                    plan.bitmaps.push(third);
                    plan.read_days(window.both(days));
                } else {
                    plan.read_days(days);
                }
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

const fn span(piece: Piece) -> Span {
    Span::new(piece.from(), piece.to())
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::primitives::Day;

    fn some_span(days: std::ops::Range<i32>) -> impl Strategy<Value = Span> {
        (days.clone(), days)
            .prop_map(|(one, other)| Span::new(Day(one.min(other)), Day(one.max(other))))
    }

    proptest! {
        #[test]
        fn each_day_of_the_window_is_added_up_once_and_each_of_the_history_is_seen(
            window in some_span(20_000..20_400),
            before in 0_i32..200,
            left_out in prop::collection::hash_set(0_usize..80, 0..80),
        ) {
            let history = Span::new(window.from.plus(-before), window.to);
            let pieces = history.months().flat_map(Piece::of_month).enumerate();
            let rolled: HashSet<Piece> =
                pieces.filter(|(number, _)| !left_out.contains(number)).map(|(_, one)| one).collect();
            let plan = Plan::of(history, window, &rolled);
            for day in history.days() {
                let one_by_one = plan.days.iter().filter(|days| days.contains(day)).count();
                let added = plan.sums.iter().filter(|piece| piece.contains(day)).count() + one_by_one;
                let seen = added + plan.bitmaps.iter().filter(|piece| piece.contains(day)).count();
                prop_assert!(seen > 0, "{day:?} is not seen");
                let due = usize::from(window.contains(day));
                prop_assert!(added == due || due == 0 && added == one_by_one, "{day:?}: {added}");
            }
            prop_assert!(plan.sums.iter().all(|piece| window.holds(span(*piece))));
            let used = plan.sums.iter().chain(&plan.bitmaps);
            prop_assert!(used.into_iter().all(|piece| rolled.contains(piece)));
            if left_out.is_empty() {
                let days: usize = plan.days.iter().map(|days| days.days().count()).sum();
                prop_assert!(days <= 20, "{days} days one by one");
            }
        }
    }

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
