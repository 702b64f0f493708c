//! The metrics of a group of occupancies: a market, a section, or one occupancy alone.

use serde::Serialize;
use utoipa::ToSchema;

use super::amounts::Amounts;
use super::cashless::{CashShare, CountShare, Fees};
use super::intensity::{Intensity, Surroundings};
use super::labels::{self, Label};
use super::quality::Quality;
use super::ratio::{Bounds, Ratio};
use super::subject::Subject;
use super::verdict::{Answer, Tally};

/// A share that needs no feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Share {
    pub label_vi: &'static str,
    pub label_en: &'static str,
    pub value: Ratio,
}

/// A share over the occupancies whose silence means something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Measured {
    pub label_vi: &'static str,
    pub label_en: &'static str,
    /// M2 over the metric's own days and those it asks: how many of them the value speaks for. M4
    /// and M5 ask all that are equipped, the others those of `over_all`.
    pub measurable: Ratio,
    pub value: Ratio,
    /// Over all that the metric asks, measurable or not.
    pub over_all: Bounds,
    /// Who they are.
    pub over_all_vi: &'static str,
    pub over_all_en: &'static str,
}

/// M4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Active {
    pub label_vi: &'static str,
    pub label_en: &'static str,
    pub days_30: Measured,
    pub days_90: Measured,
}

/// M7.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Coming {
    pub label_vi: &'static str,
    pub label_en: &'static str,
    pub lost: Measured,
    pub returned: Measured,
}

/// M8.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct IntensityMetric {
    pub label_vi: &'static str,
    pub label_en: &'static str,
    pub measurable: Ratio,
    /// Null if nothing is measurable: not enough data, which is not zero.
    pub value: Option<Intensity>,
}

/// M12.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct QualityMetric {
    pub label_vi: &'static str,
    pub label_en: &'static str,
    pub measurable: Ratio,
    pub value: Quality,
}

/// All metrics of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Metrics {
    pub m1: Share,
    pub m2: Share,
    pub m3: Measured,
    pub m4: Active,
    pub m5: Measured,
    pub m6: Measured,
    pub m7: Coming,
    pub m8: IntensityMetric,
    /// Null in the row of a stall at which nothing was counted.
    pub m9: Option<CashShare>,
    /// Null in the row of a stall at which nothing was tallied.
    pub m10: Option<CountShare>,
    pub m11: Fees,
    pub m12: QualityMetric,
    pub m13: Measured,
}

/// A ratio of M1–M7 with its name, for tables.
#[derive(Clone, Copy, Debug)]
pub struct Windowed {
    /// `M1` … `M7b`.
    pub key: &'static str,
    pub label_vi: &'static str,
    pub value: Ratio,
    pub measurable: Option<Ratio>,
    pub over_all: Option<(Bounds, Label)>,
}

impl Metrics {
    pub(super) fn of(
        group: &[&Subject<'_>],
        surroundings: &Surroundings<'_>,
        amounts: Amounts,
        quality: Quality,
        (m9, m10): (Option<CashShare>, Option<CountShare>),
    ) -> Self {
        let m2 = |covered: fn(&Subject<'_>) -> bool| measurable(group, covered);
        let tally = |answer: fn(&Subject<'_>) -> Option<Answer>| {
            Tally::of(group.iter().map(|subject| answer(subject)))
        };
        let over_r = |answer: fn(&Subject<'_>) -> Answer| {
            Tally::of(group.iter().map(|subject| Some(answer(subject))))
        };
        let (all, paused) = (labels::TRADING, labels::SEEN_PAUSED);
        let (window, last_30) = (m2(|one| one.covered), m2(|one| one.covered_30));
        let last_90 = m2(|one| one.covered_90);
        let equipped = group.iter().filter(|one| one.equipped).count() as i64;
        let (m4, m7) = (labels::M4, labels::M7);
        let (m8, m12) = (labels::M8, labels::M12);
        Self {
            m1: share(labels::M1, Ratio::exact(equipped, group.len() as i64)),
            m2: share(labels::M2, window),
            m3: asked(labels::M3, tally(|one| one.activated), labels::EQUIPPED_30),
            m4: Active {
                label_vi: m4.vi,
                label_en: m4.en,
                days_30: measured(labels::M4_30, last_30, over_r(|one| one.active_30), all),
                days_90: measured(labels::M4_90, last_90, over_r(|one| one.active_90), all),
            },
            m5: measured(labels::M5, last_30, over_r(|one| one.regular), all),
            m6: asked(labels::M6, tally(|one| one.paused), labels::SEEN_30),
            m7: Coming {
                label_vi: m7.vi,
                label_en: m7.en,
                lost: asked(labels::M7_LOST, tally(|one| one.lost), labels::SEEN_90),
                returned: asked(labels::M7_RETURNED, tally(|one| one.returned), paused),
            },
            m8: IntensityMetric {
                label_vi: m8.vi,
                label_en: m8.en,
                measurable: window,
                value: surroundings.intensity(group, amounts),
            },
            m9,
            m10,
            m11: Fees::NONE,
            m13: asked(labels::M13, surroundings.suppliers.tally(group), labels::OPTED_IN),
            m12: QualityMetric {
                label_vi: m12.vi,
                label_en: m12.en,
                measurable: window,
                value: quality,
            },
        }
    }

    /// M1–M7 in order.
    #[must_use]
    pub fn ratios(&self) -> [Windowed; 9] {
        [
            plain("M1", self.m1),
            plain("M2", self.m2),
            windowed("M3", self.m3),
            windowed("M4a", self.m4.days_30),
            windowed("M4b", self.m4.days_90),
            windowed("M5", self.m5),
            windowed("M6", self.m6),
            windowed("M7a", self.m7.lost),
            windowed("M7b", self.m7.returned),
        ]
    }
}

/// |Q ∩ V| / |Q|.
fn measurable(group: &[&Subject<'_>], covered: fn(&Subject<'_>) -> bool) -> Ratio {
    let equipped = group.iter().filter(|one| one.equipped);
    let seen = equipped.clone().filter(|one| covered(one)).count();
    Ratio::exact(seen as i64, equipped.count() as i64)
}

const fn share(label: Label, value: Ratio) -> Share {
    Share { label_vi: label.vi, label_en: label.en, value }
}

/// A metric that asks some occupancies alone.
fn asked(label: Label, tally: Tally, base: Label) -> Measured {
    measured(label, tally.known(), tally, base)
}

fn measured(label: Label, measurable: Ratio, tally: Tally, base: Label) -> Measured {
    Measured {
        label_vi: label.vi,
        label_en: label.en,
        measurable,
        value: tally.ratio(),
        over_all: tally.bounds(),
        over_all_vi: base.vi,
        over_all_en: base.en,
    }
}

const fn plain(key: &'static str, share: Share) -> Windowed {
    Windowed { key, label_vi: share.label_vi, value: share.value, measurable: None, over_all: None }
}

const fn windowed(key: &'static str, metric: Measured) -> Windowed {
    let base = Label { vi: metric.over_all_vi, en: metric.over_all_en };
    Windowed {
        key,
        label_vi: metric.label_vi,
        value: metric.value,
        measurable: Some(metric.measurable),
        over_all: Some((metric.over_all, base)),
    }
}
