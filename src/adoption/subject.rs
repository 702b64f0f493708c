//! One trading occupancy, judged metric by metric.

use std::collections::HashMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::days::Span;
use super::equipped::Reason;
use super::facts::{Facts, Occupancy, Standing};
use super::store::totals::{self, Counts};
use super::verdict::{Answer, Receipts};
use crate::db::{DbConnection, Outcome};
use crate::ledger::Tail;
use crate::primitives::Day;
use crate::primitives::ids::BoardId;

/// Days of receipts that make a stall a regular one.
const REGULAR_DAYS: i64 = 8;
/// Below this many trading days in 30 a pause is not told from a holiday.
const PAUSE_TRADING_DAYS: i64 = 10;
/// Receipts named by the feed, of a thousand, from which payers can be counted.
const NAMED_PER_MILLE: i64 = 800;

/// What others than the vendor may know of a stall's use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AdoptionClass {
    /// Chưa có mã.
    NotEquipped,
    /// Đã có mã.
    Equipped,
    /// Tạm ngưng dùng.
    Paused,
    /// Đang dùng.
    Active,
    /// Dùng thường xuyên.
    Regular,
}

/// An occupancy of R with its answers; `None` where a metric does not ask it.
#[derive(Debug)]
pub struct Subject<'a> {
    pub occupancy: &'a Occupancy,
    /// In Q.
    pub equipped: bool,
    /// In V over the report's window, the last 30 days, the last 90.
    pub covered: bool,
    pub covered_30: bool,
    pub covered_90: bool,
    pub activated: Option<Answer>,
    pub active_30: Answer,
    pub active_90: Answer,
    pub regular: Answer,
    pub paused: Option<Answer>,
    pub lost: Option<Answer>,
    pub returned: Option<Answer>,
    pub class: AdoptionClass,
    /// What the class would be if everything unclassified were receipts.
    pub possible_class: AdoptionClass,
}

/// Judges every trading occupancy, in the order of the facts.
pub fn all<'a>(
    connection: &mut DbConnection,
    board_id: BoardId,
    facts: &'a Facts,
    tail: &Tail,
) -> Outcome<Vec<Subject<'a>>> {
    let trading: Vec<_> = facts
        .occupancies
        .iter()
        .filter(|occupancy| occupancy.standing == Standing::Trading)
        .collect();
    let issues = Issues::load(connection, board_id, &trading, facts.window.to, tail)?;
    Ok(trading.into_iter().map(|occupancy| Subject::of(occupancy, facts.window, &issues)).collect())
}

impl<'a> Subject<'a> {
    fn of(occupancy: &'a Occupancy, window: Span, issues: &Issues) -> Self {
        let end = window.to;
        let last = Span::ending(end, 30);
        let quarter = Span::ending(end, 90);
        let equipped = occupancy.equipment.since.is_some();
        let covered = occupancy.is_covered(window);
        let covered_30 = occupancy.is_covered(last);
        let covered_90 = occupancy.is_covered(quarter);
        let activity = &occupancy.activity;
        let at_least = |days: i64, span: Span, heard: bool| {
            let seen = activity.certain.count(span) >= days;
            let receipts = Receipts::of(seen, activity.possible.count(span) >= days);
            Answer::proven_by(receipts, heard, heard && equipped)
        };
        let mut subject = Self {
            occupancy,
            equipped,
            covered,
            covered_30,
            covered_90,
            activated: issues.answer(occupancy, covered, end),
            active_30: at_least(1, last, covered_30),
            active_90: at_least(1, quarter, covered_90),
            regular: at_least(REGULAR_DAYS, last, covered_30),
            paused: pause(occupancy, end),
            lost: loss(occupancy, quarter, covered_90),
            returned: comeback(occupancy, last, covered_30),
            class: AdoptionClass::NotEquipped,
            possible_class: AdoptionClass::NotEquipped,
        };
        subject.class = subject.certain_class();
        subject.possible_class = match activity.possible.count(last) {
            REGULAR_DAYS.. => AdoptionClass::Regular,
            1.. => subject.class.max(AdoptionClass::Active),
            _ => subject.class,
        };
        subject
    }

    fn certain_class(&self) -> AdoptionClass {
        if self.regular.is_known_yes() {
            AdoptionClass::Regular
        } else if self.active_30.is_known_yes() {
            AdoptionClass::Active
        } else if self.paused.is_some_and(Answer::is_known_yes) {
            AdoptionClass::Paused
        } else if self.equipped {
            AdoptionClass::Equipped
        } else {
            AdoptionClass::NotEquipped
        }
    }

    /// In Q ∩ V over the report's window.
    pub const fn is_measurable(&self) -> bool {
        self.equipped && self.covered
    }

    /// Why it is not measurable, the first obstacle first.
    pub fn reasons(&self) -> Vec<Reason> {
        let equipment = &self.occupancy.equipment;
        if equipment.accounts.is_empty() && !equipment.has_other_scheme {
            return vec![Reason::NoCode];
        }
        let mut reasons: Vec<_> = equipment.obstacle.into_iter().collect();
        if self.occupancy.coverage.lacks_feed {
            reasons.push(Reason::NoFeed);
        } else if self.occupancy.coverage.is_blind {
            reasons.push(Reason::FeedBlind);
        } else if !self.covered {
            reasons.push(Reason::FeedGaps);
        }
        reasons
    }
}

/// M6 as of a day: active in the 30 days before the last 30, silent since.
fn pause(occupancy: &Occupancy, end: Day) -> Option<Answer> {
    let (last, before) = (Span::ending(end, 30), Span::ending(end.plus(-30), 30));
    let activity = &occupancy.activity;
    activity.certain.any(before).then(|| {
        let counted = [before, last].into_iter().all(|span| {
            occupancy.is_covered(span) && occupancy.trading.count(span) >= PAUSE_TRADING_DAYS
        });
        Answer::proven_by_silence(activity.receipts(last), counted)
    })
}

/// M7, lost: active in the year before, silent for 90 days.
fn loss(occupancy: &Occupancy, quarter: Span, covered: bool) -> Option<Answer> {
    let activity = &occupancy.activity;
    let earlier = Span::new(quarter.to.plus(-364), quarter.from.plus(-1));
    activity
        .certain
        .any(earlier)
        .then(|| Answer::proven_by_silence(activity.receipts(quarter), covered))
}

/// M7, returned: known to have paused 30 days ago, and now a receipt.
fn comeback(occupancy: &Occupancy, last: Span, covered: bool) -> Option<Answer> {
    let paused = pause(occupancy, last.to.plus(-30))?;
    let activity = &occupancy.activity;
    paused.is_known_yes().then(|| Answer::proven_by(activity.receipts(last), covered, covered))
}

/// What M3 needs beyond bitmaps: counts and payers of the 30 days from a code's issue, only of
/// those occupancies whose answer hangs on them.
struct Issues {
    counts: HashMap<i64, Counts>,
    payers: HashMap<i64, i64>,
}

impl Issues {
    fn load(
        connection: &mut DbConnection,
        board_id: BoardId,
        occupancies: &[&Occupancy],
        end: Day,
        tail: &Tail,
    ) -> Outcome<Self> {
        let pairs = |wanted: &dyn Fn(&Occupancy, Span) -> bool| {
            let mut pairs = Vec::new();
            for occupancy in occupancies {
                let issue = issue_window(occupancy, end).filter(|issue| wanted(occupancy, *issue));
                let days = issue.into_iter().flat_map(|i| occupancy.activity.possible.days(i));
                pairs.extend(days.map(|day| (occupancy.id, day)));
            }
            pairs
        };
        let undecided = pairs(&|occupancy, issue| {
            let activity = &occupancy.activity;
            activity.certain.count(issue) == 2
                || activity.possible.count(issue) == 2
                || activity.named.any(issue)
        });
        let counts = totals::counts_on(connection, board_id, &undecided, tail)?;
        let named = pairs(&|occupancy, _| counts.get(&occupancy.id).is_some_and(names_payers));
        let payers = totals::payers_on(connection, board_id, &named)?;
        Ok(Self { counts, payers })
    }

    /// M3: at least 3 receipts on at least 2 days within 30 days of issue, of at least 2 payers
    /// where the feed names 80 % of them.
    fn answer(&self, occupancy: &Occupancy, covered: bool, end: Day) -> Option<Answer> {
        let issue = issue_window(occupancy, end)?;
        let activity = &occupancy.activity;
        let (days, possible_days) = (activity.certain.count(issue), activity.possible.count(issue));
        let counts = self.counts.get(&occupancy.id);
        let receipts = counts.map_or(days, |counts| counts.receipts);
        let most = counts.map_or(possible_days, |counts| counts.receipts + counts.unclassified);
        let payers_suffice = !counts.is_some_and(names_payers)
            || self.payers.get(&occupancy.id).is_some_and(|payers| *payers >= 2);
        let enough = days >= 2 && receipts >= 3;
        let could_be_enough = possible_days >= 2 && (most >= 3 || activity.loose.any(issue));
        // Unclassified money could bring the second payer, or fewer named ones.
        let possible =
            if enough { most > receipts || activity.loose.any(issue) } else { could_be_enough };
        let heard = occupancy.is_covered(issue);
        let receipts = Receipts::of(enough && payers_suffice, possible);
        Some(Answer::proven_by(receipts, heard, covered && heard))
    }
}

/// The 30 days from issue, of an occupancy equipped at least 30 days before the end.
fn issue_window(occupancy: &Occupancy, end: Day) -> Option<Span> {
    let since = occupancy.equipment.since.filter(|since| *since <= end.plus(-30))?;
    Some(Span::beginning(since, 30))
}

fn names_payers(counts: &Counts) -> bool {
    are_named(counts.named, counts.receipts)
}

/// Whether the feed names enough payers of these receipts to count them.
pub const fn are_named(named: i64, receipts: i64) -> bool {
    receipts > 0 && named * 1_000 >= receipts * NAMED_PER_MILLE
}
