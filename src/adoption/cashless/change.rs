//! Two counting periods compared: the same stalls in both, and called a change only where the intervals
//! do not overlap.

use std::collections::BTreeSet;

use serde::Serialize;
use utoipa::ToSchema;

use super::cells;
use super::period::Period;
use super::told::{CashShare, ShareOutcome};
use crate::adoption::facts::Occupancy;
use crate::adoption::groups::Key;
use crate::adoption::interval::Ends;
use crate::primitives::lunar::LunarDay;

/// What may be said of two figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    Up,
    Down,
    /// The intervals overlap: chance may be all of it.
    NotTold,
    /// One of them has no interval.
    NotEnough,
}

impl Change {
    /// Only intervals that do not touch tell a change.
    pub fn between(before: Option<Ends>, after: Option<Ends>) -> Self {
        match before.zip(after) {
            None => Self::NotEnough,
            Some((before, after)) if after.low_per_mille > before.high_per_mille => Self::Up,
            Some((before, after)) if after.high_per_mille < before.low_per_mille => Self::Down,
            Some(_) => Self::NotTold,
        }
    }

    #[must_use]
    pub const fn label_vi(self) -> &'static str {
        match self {
            Self::Up => "tăng",
            Self::Down => "giảm",
            Self::NotTold => "chưa đủ căn cứ để nói là thay đổi",
            Self::NotEnough => "chưa đủ dữ liệu để so",
        }
    }
}

/// M9 of the same stalls in the last two counting periods.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ShareChange {
    pub before: CashShare,
    pub after: CashShare,
    pub change: Change,
    pub change_vi: &'static str,
    /// One of the periods has a day of Tết: not to be compared with the other.
    pub tet: bool,
}

pub fn of(before: &Period, after: &Period) -> ShareChange {
    let (first, second) = (before.covered(), after.covered());
    let both: BTreeSet<i64> = &first & &second;
    let shares = [before, after].map(|period| restricted(period, &both));
    let [earlier, later] = shares;
    let change = Change::between(earlier.interval, later.interval);
    let tet = [before, after]
        .into_iter()
        .any(|period| period.span.days().filter_map(LunarDay::of).any(LunarDay::is_tet_season));
    ShareChange { before: earlier, after: later, change, change_vi: change.label_vi(), tet }
}

/// The share of some of a period's stalls; hidden where it would tell of the few others.
fn restricted(period: &Period, both: &BTreeSet<i64>) -> CashShare {
    let stalls: Vec<&Occupancy> = period.trading().collect();
    let share = period.share(&stalls, both);
    let all = period.cell(Key::Market, &stalls, &period.covered());
    let some = period.cell(Key::Market, &stalls, both);
    if share.value.is_none() || cells::may_stand_beside(&some, &all) {
        return share;
    }
    let bare = CashShare::without(ShareOutcome::Secret, share.measurable, share.speaks_of);
    CashShare { period: share.period, ..bare }
}
