//! A text to paste in a group: the market as a whole, no stall, no section before another.

use crate::adoption::report::AdoptionReport;
use crate::adoption::words::{NO_DATA, share};

/// Half a phone's screen, ending without a line break.
pub fn zalo(report: &AdoptionReport, opening: &[String], cash: &[String]) -> String {
    let metrics = &report.whole_market;
    let (from, to) = (report.window.from.on_paper(), report.window.to.on_paper());
    let mut lines =
        vec![format!("📍 {}: thanh toán không tiền mặt {from}–{to}", report.market.name)];
    lines.extend(opening.iter().take(2).cloned());
    let figures = [
        (metrics.m1.label_vi, metrics.m1.value),
        (metrics.m4.days_30.label_vi, metrics.m4.days_30.value),
        (metrics.m5.label_vi, metrics.m5.value),
    ];
    for (label, value) in figures {
        lines.push(format!("• {label}: {}", share(value)));
    }
    let first = cash.first().map_or_else(|| NO_DATA.to_owned(), Clone::clone);
    lines.push(format!("• {first}"));
    lines.push(
        "Tham gia là tự nguyện. Số tiền của từng sạp là của người bán, không đưa lên đây.".into(),
    );
    lines.join("\n")
}
