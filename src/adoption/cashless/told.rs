//! What is told of M9, M10 and M11.

use serde::Serialize;
use utoipa::ToSchema;

use crate::adoption::amounts::Hidden;
use crate::adoption::days::Span;
use crate::adoption::interval::Ends;
use crate::adoption::labels::{self, Label};
use crate::adoption::ratio::Ratio;
use crate::adoption::words::NO_DATA;

/// How the cash side is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// One-day counts at stalls and on days that were drawn by lot.
    B,
    /// Tallies of payments, without amounts.
    C,
    /// By the vendors' own word.
    S,
}

/// What kind of figure it is, or why there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ShareOutcome {
    /// With its 95 % interval.
    Interval,
    /// From two or three days only: a rough estimate.
    Rough,
    /// Not a đồng of cash was found on the counted days; no interval.
    NoCash,
    /// Too little was counted.
    NotEnough,
    /// Over 20 % of the drawn stalls refused: no interval.
    ManyRefused,
    /// A figure of so few stalls, or one from which such a figure could be worked out.
    Secret,
    /// The vendor has not agreed to show amounts.
    NoConsent,
    /// Wholesale stalls are not drawn.
    NotAsked,
}

/// M9: digital money over digital money and cash, at the stalls that can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CashShare {
    pub label_vi: &'static str,
    pub label_en: &'static str,
    /// M2 in the counting period; in a stall's own row in the window.
    pub measurable: Ratio,
    /// Measurable stalls of all that trade, R ∩ V of R: those that the figure speaks of.
    pub speaks_of: Ratio,
    /// The counting period, both for money and cash; of a stall the report's window.
    pub period: Option<Span>,
    pub grade: Option<Grade>,
    pub grade_vi: Option<&'static str>,
    pub outcome: ShareOutcome,
    pub outcome_vi: &'static str,
    /// A range where money is unclassified.
    pub value: Option<Ends>,
    /// 95 %.
    pub interval: Option<Ends>,
    /// Over all trading stalls, if those that cannot be measured sell as much as the others: from none
    /// of it cashless to all of it. No estimate.
    pub over_all: Option<Ends>,
    /// Stalls that were drawn, counted, that refused, and to whom nobody went.
    pub drawn: i64,
    pub counted: i64,
    pub refused: i64,
    pub missed: i64,
    /// Days of stalls that were counted.
    pub days: i64,
}

/// M10: payments by transfer over all that were tallied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CountShare {
    pub label_vi: &'static str,
    pub label_en: &'static str,
    /// M2 in the window; tallies themselves need no feed.
    pub measurable: Ratio,
    pub grade: Option<Grade>,
    pub grade_vi: Option<&'static str>,
    pub outcome: ShareOutcome,
    pub outcome_vi: &'static str,
    pub value: Option<Ends>,
    /// 95 %, Wilson's; presses of several stalls count half.
    pub interval: Option<Ends>,
    /// Stalls where somebody stood by.
    pub stalls: i64,
    /// What was pressed there; null where it is secret.
    pub transfer: Option<i64>,
    pub cash: Option<i64>,
}

/// M11: market fees paid by transfer of those due. No fees are kept yet, so there is never a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Fees {
    pub label_vi: &'static str,
    pub label_en: &'static str,
    pub value: Option<Ratio>,
    /// Why there is none.
    pub because_vi: &'static str,
}

impl Grade {
    #[must_use]
    pub const fn label_vi(self) -> &'static str {
        match self {
            Self::B => "hạng B: đếm một ngày, sạp và ngày do rút thăm",
            Self::C => "hạng C: bấm đếm lượt trả, không có số tiền",
            Self::S => "hạng S: tự khai",
        }
    }
}

impl ShareOutcome {
    #[must_use]
    pub const fn label_vi(self) -> &'static str {
        match self {
            Self::Interval => "có khoảng tin cậy 95 %",
            Self::Rough => "ước lượng sơ bộ",
            Self::NoCash => "không thấy tiền mặt trong các ngày đếm",
            Self::NotEnough => NO_DATA,
            Self::ManyRefused => "trên 20 % sạp từ chối, không có khoảng tin cậy",
            Self::Secret => "ẩn để không lộ số của vài sạp",
            Self::NoConsent => Hidden::NoConsent.label_vi(),
            Self::NotAsked => "sạp bán sỉ không vào lượt đếm",
        }
    }
}

impl CashShare {
    pub(in crate::adoption) const fn without(
        outcome: ShareOutcome,
        measurable: Ratio,
        speaks_of: Ratio,
    ) -> Self {
        let Label { vi, en } = labels::M9;
        Self {
            label_vi: vi,
            label_en: en,
            measurable,
            speaks_of,
            period: None,
            grade: None,
            grade_vi: None,
            outcome,
            outcome_vi: outcome.label_vi(),
            value: None,
            interval: None,
            over_all: None,
            drawn: 0,
            counted: 0,
            refused: 0,
            missed: 0,
            days: 0,
        }
    }

    pub(super) const fn graded(mut self, grade: Grade) -> Self {
        self.grade = Some(grade);
        self.grade_vi = Some(grade.label_vi());
        self
    }

    pub(super) const fn told(mut self, outcome: ShareOutcome) -> Self {
        self.outcome = outcome;
        self.outcome_vi = outcome.label_vi();
        self
    }
}

impl CountShare {
    pub(in crate::adoption) const fn without(outcome: ShareOutcome, measurable: Ratio) -> Self {
        let Label { vi, en } = labels::M10;
        Self {
            label_vi: vi,
            label_en: en,
            measurable,
            grade: None,
            grade_vi: None,
            outcome,
            outcome_vi: outcome.label_vi(),
            value: None,
            interval: None,
            stalls: 0,
            transfer: None,
            cash: None,
        }
    }

    pub(super) const fn told(mut self, outcome: ShareOutcome) -> Self {
        self.outcome = outcome;
        self.outcome_vi = outcome.label_vi();
        self.grade = Some(Grade::C);
        self.grade_vi = Some(Grade::C.label_vi());
        self
    }
}

impl Fees {
    pub(in crate::adoption) const NONE: Self = Self {
        label_vi: labels::M11.vi,
        label_en: labels::M11.en,
        value: None,
        because_vi: "chưa có số liệu",
    };
}
