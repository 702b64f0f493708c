//! A market's metrics, its funnel and its trend as they are read.

use serde::{Deserialize, Serialize};

use super::cash::{in_words, tallied_in_words};
use crate::adoption::funnel;
use crate::adoption::metrics::{Metrics, Windowed};
use crate::adoption::ratio::Ratio;
use crate::adoption::report::AdoptionReport;
use crate::adoption::targets::{Target, TargetMetric};
use crate::adoption::trend::{Compared, TrendPoint};
use crate::adoption::words::{NO_DATA, counting, month, percent, percents, share};
use crate::primitives::Day;

/// A metric of the market.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figure {
    /// `M1` … `M13`.
    pub key: String,
    pub label: String,
    pub value: String,
    /// M2 for this metric; empty where it asks nobody, or needs no feed.
    pub measurable: String,
    /// Over all whom it asks; empty without bounds.
    pub bounds: String,
    /// What the board wants to reach, with its document; empty without a target.
    pub target: String,
}

/// A step of the funnel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    pub label: String,
    pub count: i64,
    pub high: i64,
    /// Of so many whom it asks.
    pub of: i64,
}

/// A week or month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Point {
    /// `23/11` or `11/2026`.
    pub label: String,
    /// In thousandths; none where nobody could be measured.
    pub low: Option<i32>,
    pub high: Option<i32>,
    pub regular: Option<i32>,
    pub measurable: Option<i32>,
    pub stalls: i64,
    pub tet: bool,
    /// Mùng 1 and rằm in it.
    pub lunar_days: i64,
}

/// The metrics of a market, a group or a stall; targets are a market's.
#[must_use]
pub fn figures(metrics: &Metrics, targets: &[Target]) -> Vec<Figure> {
    let mut figures: Vec<Figure> =
        metrics.ratios().iter().map(|ratio| of_ratio(ratio, target(targets, ratio.key))).collect();
    let mut add = |key: &str, label: &str, value: String, measurable: Option<Ratio>| {
        figures.push(Figure {
            key: key.to_owned(),
            label: label.to_owned(),
            value,
            measurable: measurable.map(in_brief).unwrap_or_default(),
            bounds: String::new(),
            target: target(targets, key),
        });
    };
    let per_day = metrics.m8.value.and_then(|value| value.receipts_per_10_days());
    let per_day = per_day.map(|mean| {
        let [low, high] = [mean.low, mean.high].map(|one| crate::adoption::words::tenths(one, ','));
        let mean = if low == high { low } else { format!("{low}–{high}") };
        format!("trung bình {mean} lượt mỗi sạp mỗi ngày bán")
    });
    let m8 = per_day.unwrap_or_else(|| NO_DATA.to_owned());
    add("M8", metrics.m8.label_vi, m8, Some(metrics.m8.measurable));
    if let Some(of_value) = &metrics.m9 {
        add("M9", of_value.label_vi, in_words(of_value), Some(of_value.measurable));
    }
    if let Some(of_count) = &metrics.m10 {
        add("M10", of_count.label_vi, tallied_in_words(of_count), Some(of_count.measurable));
    }
    add("M11", metrics.m11.label_vi, metrics.m11.because_vi.to_owned(), None);
    let matched = metrics.m12.value.matched.map_or_else(
        || NO_DATA.to_owned(),
        |matched| format!("máy tự nhận ra sạp {}", share(matched)),
    );
    add("M12", metrics.m12.label_vi, matched, Some(metrics.m12.measurable));
    let m13 = metrics.m13;
    add("M13", m13.label_vi, share(m13.value), Some(m13.measurable));
    figures
}

fn of_ratio(ratio: &Windowed, target: String) -> Figure {
    let bounds = ratio.over_all.and_then(|(bounds, base)| {
        let (low, high) = (bounds.low_per_mille?, bounds.high_per_mille?);
        let whom = counting(base, None);
        Some(format!("{} ({whom})", percents(low, high)))
    });
    Figure {
        key: ratio.key.to_owned(),
        label: ratio.label_vi.to_owned(),
        value: share(ratio.value),
        measurable: ratio.measurable.map(in_brief).unwrap_or_default(),
        bounds: bounds.unwrap_or_default(),
        target,
    }
}

fn in_brief(ratio: Ratio) -> String {
    ratio.per_mille.map(percent).unwrap_or_default()
}

/// `từ 60,0 % (QĐ 12/QĐ-UBND)`.
fn target(targets: &[Target], key: &str) -> String {
    let target = targets.iter().find(|one| TargetMetric::as_str(one.metric) == key);
    let until = |day: Option<Day>| day.map(|day| format!(", đến {}", day.on_paper()));
    let told = target.map(|one| {
        let until = until(one.due_day).unwrap_or_default();
        format!("{} ({}{until})", percent(one.per_mille), one.document)
    });
    told.unwrap_or_default()
}

/// From a code to regular use, of a market or a group.
#[must_use]
pub fn funnel(metrics: &Metrics) -> Vec<Step> {
    let steps = funnel::funnel(metrics).into_iter().map(|step| Step {
        label: step.label_vi.to_owned(),
        count: step.value.numerator,
        high: step.value.numerator_high,
        of: step.value.denominator,
    });
    steps.collect()
}

pub fn points(points: &[TrendPoint], are_months: bool) -> Vec<Point> {
    let point = |one: &TrendPoint| Point {
        label: if are_months {
            month(one.window.to)
        } else {
            one.window.from.on_paper().chars().take("23/11".len()).collect()
        },
        low: one.active.low_per_mille,
        high: one.active.high_per_mille,
        regular: one.regular.and_then(|regular| regular.low_per_mille),
        measurable: one.measurable.per_mille,
        stalls: one.active.denominator,
        tet: one.tet,
        lunar_days: one.lunar_market_days,
    };
    points.iter().map(point).collect()
}

/// The same stalls in two months.
pub fn compared(report: &AdoptionReport) -> Vec<String> {
    let Some(panel) = report.trend.panel else { return Vec::new() };
    let (before, after) = (month(panel.before.to), month(panel.after.to));
    let line = |what: &str, one: Compared| {
        format!(
            "{what}, cùng {} sạp trong cả hai tháng: {before} {}, {after} {} – {}.",
            panel.occupancies,
            share(one.before),
            share(one.after),
            one.change_vi
        )
    };
    let mut lines = vec![
        line("Có tiền về trong tháng", panel.active),
        line("Có tiền về từ 8 ngày trong tháng", panel.regular),
    ];
    if panel.tet {
        lines.push("Một trong hai tháng có ngày Tết: đừng so như hai tháng thường.".to_owned());
    }
    lines
}
