//! The report in short for the terminal, in Vietnamese; it opens with what cannot be measured.

use std::fmt::Write;

use super::metrics::{Metrics, Windowed};
use super::ratio::Ratio;
use super::report::AdoptionReport;
use crate::ledger::latency::Delay;
use crate::primitives::Day;

/// Half a screen, ending with a line break.
#[must_use]
pub fn text(report: &AdoptionReport) -> String {
    let mut page = format!(
        "{} – từ {} đến {}\n\n",
        report.market.name,
        date(report.window.from),
        date(report.window.to)
    );
    for sentence in &report.coverage.sentences {
        line(&mut page, &format!("• {}", sentence.vi));
    }
    line(&mut page, "");
    for ratio in report.whole_market.ratios() {
        line(&mut page, &of_ratio(&ratio));
    }
    intensity(&mut page, &report.whole_market);
    quality(&mut page, &report.whole_market);
    if !report.sections.is_empty() {
        line(&mut page, "\nTheo khu: đã có mã · có số liệu · đang dùng trong 30 ngày");
    }
    for section in &report.sections {
        let metrics = &section.metrics;
        let shares = [metrics.m1.value, metrics.m2.value, metrics.m4.days_30.value];
        line(&mut page, &format!("  {}: {}", section.section, shares.map(share).join(" · ")));
    }
    if let Some(wholesale) = &report.wholesale {
        let active = share(wholesale.m4.days_30.value);
        line(&mut page, &format!("  Bán sỉ (tính riêng): đang dùng trong 30 ngày {active}"));
    }
    line(&mut page, "");
    for note in &report.notes {
        line(&mut page, &format!("Ghi chú: {}", note.vi));
    }
    page
}

fn of_ratio(ratio: &Windowed) -> String {
    let mut text = format!("{}: {}", ratio.label_vi, share(ratio.value));
    // Writing into a string cannot fail.
    if let Some(measurable) = ratio.measurable {
        let _ = write!(text, " – có số liệu {}", share(measurable));
    }
    if let Some(bounds) = ratio.over_all
        && let (Some(low), Some(high)) = (bounds.low_per_mille, bounds.high_per_mille)
        && low != high
    {
        let _ = write!(text, ", tính mọi sạp: từ {} đến {}", percent(low), percent(high));
    }
    text
}

fn intensity(page: &mut String, metrics: &Metrics) {
    let Some(value) = metrics.m8.value else {
        line(page, &format!("{}: chưa đủ dữ liệu", metrics.m8.label_vi));
        return;
    };
    let receipts = if value.receipts.low == value.receipts.high {
        value.receipts.low.to_string()
    } else {
        format!("{}–{}", value.receipts.low, value.receipts.high)
    };
    let median = match (value.amounts.median_vnd, value.amounts.hidden_because) {
        (Some(median), _) => format!("khoản nhận ở giữa {median}"),
        (None, Some(because)) => format!("tiền nhận: {}", because.label_vi()),
        (None, None) => "chưa có khoản nhận nào".to_owned(),
    };
    let label = metrics.m8.label_vi;
    let days = value.trading_days;
    line(page, &format!("{label}: {receipts} lượt nhận trong {days} ngày bán, {median}"));
}

fn quality(page: &mut String, metrics: &Metrics) {
    let value = &metrics.m12.value;
    let (Some(p50), Some(p95), Some(matched)) = (value.p50, value.p95, value.matched) else {
        line(page, &format!("{}: chưa đủ dữ liệu", metrics.m12.label_vi));
        return;
    };
    let text = format!(
        "{}: nửa số tin đến {}, 95 % {}; tự khớp {}",
        metrics.m12.label_vi,
        delay(p50),
        delay(p95),
        share(matched)
    );
    line(page, &text);
}

fn delay(delay: Delay) -> String {
    match delay {
        Delay::AtMostMs(ms) => format!("trong {} giây", ms / 1_000),
        Delay::MoreThanMs(ms) => format!("sau hơn {} giờ", ms / 3_600_000),
    }
}

fn share(ratio: Ratio) -> String {
    let Ratio { numerator, denominator, low_per_mille, high_per_mille, .. } = ratio;
    match (low_per_mille, high_per_mille) {
        (Some(low), Some(high)) if low != high => {
            format!("{}–{} ({numerator}/{denominator})", percent(low), percent(high))
        }
        (Some(low), _) => format!("{} ({numerator}/{denominator})", percent(low)),
        (None, _) => "chưa đủ dữ liệu".to_owned(),
    }
}

/// 667 → `66,7 %`.
fn percent(per_mille: i32) -> String {
    format!("{},{} %", per_mille / 10, per_mille % 10)
}

/// `23/11/2026`.
fn date(day: Day) -> String {
    let text = day.to_string();
    text.rsplit('-').collect::<Vec<_>>().join("/")
}

fn line(page: &mut String, text: &str) {
    page.push_str(text);
    page.push('\n');
}
