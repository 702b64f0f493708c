//! The report in short for the terminal, in Vietnamese; it opens with what cannot be measured.

use std::fmt::Write;

use super::amounts::Amounts;
use super::laid::cash_sentences;
use super::metrics::{Metrics, Windowed};
use super::ratio::Ratio;
use super::report::{AdoptionReport, MonthAmounts};
use super::words::{NO_DATA, counting, month, percent, range, share, tenths};
use crate::ledger::latency::Delay;

/// Half a screen, ending with a line break.
#[must_use]
pub fn text(report: &AdoptionReport) -> String {
    let mut page = format!(
        "{} – từ {} đến {}\n\n",
        report.market.name,
        report.window.from.on_paper(),
        report.window.to.on_paper()
    );
    for sentence in &report.coverage.sentences {
        line(&mut page, &format!("• {}", sentence.vi));
    }
    line(&mut page, "");
    for ratio in report.whole_market.ratios() {
        line(&mut page, &of_ratio(&ratio));
    }
    line(&mut page, &intensity(&report.whole_market));
    if let Some(last) = &report.last_whole_month {
        line(&mut page, &of_month(last));
    }
    for sentence in cash_sentences(report) {
        line(&mut page, &sentence);
    }
    let m13 = report.whole_market.m13;
    line(
        &mut page,
        &format!("{}: {}{}", m13.label_vi, share(m13.value), with_measurable(m13.measurable)),
    );
    line(&mut page, &quality(&report.whole_market));
    if !report.sections.is_empty() || report.wholesale.is_some() {
        line(&mut page, "\nTheo khu: đã có mã · có số liệu · đang dùng trong 30 ngày");
    }
    for section in &report.sections {
        line(&mut page, &format!("  {}: {}", section.section, in_short(&section.metrics)));
    }
    if let Some(wholesale) = &report.wholesale {
        line(&mut page, &format!("  Bán sỉ (tính riêng): {}", in_short(wholesale)));
    }
    line(&mut page, "");
    for note in &report.notes {
        line(&mut page, &format!("Ghi chú: {}", note.vi));
    }
    page
}

/// The three that tell sections apart.
fn in_short(metrics: &Metrics) -> String {
    let measurable = metrics.m4.days_30.measurable;
    [metrics.m1.value, measurable, metrics.m4.days_30.value].map(share).join(" · ")
}

fn of_ratio(ratio: &Windowed) -> String {
    let mut text = format!("{}: {}", ratio.label_vi, share(ratio.value));
    if let Some(measurable) = ratio.measurable {
        text += &with_measurable(measurable);
    }
    if let Some((bounds, base)) = ratio.over_all
        && let (Some(low), Some(high)) = (bounds.low_per_mille, bounds.high_per_mille)
        && low != high
    {
        let counting = counting(base, Some(bounds.denominator));
        // Writing into a string cannot fail.
        let _ = write!(text, "; {counting}: từ {} đến {}", percent(low), percent(high));
    }
    text
}

/// Nothing of nothing: a metric that asks nobody has said so already.
fn with_measurable(measurable: Ratio) -> String {
    match measurable.per_mille {
        Some(_) => format!(" – có số liệu {}", share(measurable)),
        None => String::new(),
    }
}

fn intensity(metrics: &Metrics) -> String {
    let label = metrics.m8.label_vi;
    let measurable = with_measurable(metrics.m8.measurable);
    let Some(value) = metrics.m8.value else {
        return format!("{label}: {NO_DATA}{measurable}");
    };
    let mut parts = vec![format!("{} lượt nhận", range(value.receipts.low, value.receipts.high))];
    // A stall's trading day is one day of one stall.
    if let Some(mean) = value.receipts_per_10_days() {
        let (low, high) = (tenths(mean.low, ','), tenths(mean.high, ','));
        let mean = if low == high { low } else { format!("{low}–{high}") };
        parts.push(format!("trung bình {mean} lượt mỗi sạp mỗi ngày bán"));
    }
    // Sums stand in the line of the month: a page is passed on.
    parts.push(match (value.amounts.median_vnd, value.amounts.hidden_because_vi) {
        (Some(median), _) => format!("một nửa số khoản từ khoảng {median} trở xuống"),
        (None, Some(because)) => format!("tiền nhận: {because}"),
        (None, None) => format!("khoản nhận ở giữa: {NO_DATA}"),
    });
    format!("{label}: {}{measurable}", parts.join("; "))
}

fn of_month(last: &MonthAmounts) -> String {
    let month = month(last.window.to);
    format!("Tiền nhận trong tháng trọn gần nhất ({month}): {}", amounts(&last.whole_market))
}

fn amounts(amounts: &Amounts) -> String {
    let because = amounts.hidden_because_vi.unwrap_or(NO_DATA);
    let Some(low) = amounts.received_low_vnd else { return because.to_owned() };
    let mut text = match amounts.received_high_vnd {
        Some(high) => format!("{} đ", range(low.get(), high.get())),
        None => format!("ít nhất {low} ({because})"),
    };
    if let Some(median) = amounts.median_vnd {
        // Writing into a string cannot fail.
        let _ = write!(text, ", một nửa số khoản từ khoảng {median} trở xuống");
    }
    text
}

fn quality(metrics: &Metrics) -> String {
    let value = &metrics.m12.value;
    let label = metrics.m12.label_vi;
    let measurable = with_measurable(metrics.m12.measurable);
    let (Some(p50), Some(p95), Some(matched)) = (value.p50, value.p95, value.matched) else {
        return format!("{label}: {NO_DATA}{measurable}");
    };
    format!(
        "{label}: nửa số tin đến {}, 95 % {}; máy tự nhận ra sạp {}{measurable}",
        delay(p50),
        delay(p95),
        share(matched)
    )
}

fn delay(delay: Delay) -> String {
    match delay {
        Delay::AtMostMs(ms) => format!("trong {} giây", ms / 1_000),
        Delay::MoreThanMs(ms) => format!("sau hơn {} giờ", ms / 3_600_000),
    }
}

fn line(page: &mut String, text: &str) {
    page.push_str(text);
    page.push('\n');
}
