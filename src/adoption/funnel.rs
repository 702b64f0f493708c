//! From a code to regular use: how many stalls come how far.

use serde::Serialize;
use utoipa::ToSchema;

use super::labels::{self, Label};
use super::metrics::Metrics;
use super::ratio::Ratio;

/// A step, with the figures of its metric: of those whom the metric asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FunnelStep {
    /// M1, M2, M3, M4a, M5.
    pub metric: &'static str,
    pub label_vi: &'static str,
    pub label_en: &'static str,
    pub value: Ratio,
}

/// Có mã → có số liệu → bắt đầu dùng → đang dùng → dùng thường xuyên.
pub fn funnel(metrics: &Metrics) -> Vec<FunnelStep> {
    let step = |metric, label: Label, value| FunnelStep {
        metric,
        label_vi: label.vi,
        label_en: label.en,
        value,
    };
    vec![
        step("M1", labels::M1, metrics.m1.value),
        step("M2", labels::M2, metrics.m2.value),
        step("M3", labels::M3, metrics.m3.value),
        step("M4a", labels::M4_30, metrics.m4.days_30.value),
        step("M5", labels::M5, metrics.m5.value),
    ]
}
