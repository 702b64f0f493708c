//! The report as a table for Excel: RFC 4180, UTF-8 with a byte order mark, one row a market,
//! section and occupancy. A cell can never be run as a formula.

use super::metrics::Metrics;
use super::ratio::{Range, Ratio};
use super::report::AdoptionReport;
use crate::ledger::latency::Delay;

const BYTE_ORDER_MARK: char = '\u{feff}';

/// Writes the whole report; rows end with CR LF.
#[must_use]
pub fn csv(report: &AdoptionReport) -> String {
    let mut table = String::from(BYTE_ORDER_MARK);
    write_row(&mut table, head(&report.whole_market));
    let span = [report.window.from.to_string(), report.window.to.to_string()];
    let mut add = |level: &str, who: [String; 6], metrics: &Metrics| {
        let mut row = vec![level.to_owned(), report.market.name.clone()];
        row.extend(span.clone());
        row.extend(who);
        row.extend(cells(metrics));
        write_row(&mut table, row);
    };
    add("chợ", Default::default(), &report.whole_market);
    if let Some(wholesale) = &report.wholesale {
        add("bán sỉ", Default::default(), wholesale);
    }
    for section in &report.sections {
        let [_, rest @ ..] = <[String; 6]>::default();
        let [stall, id, class, possible, reasons] = rest;
        let who = [section.section.clone(), stall, id, class, possible, reasons];
        add("khu", who, &section.metrics);
    }
    for one in &report.occupancies {
        let reasons: Vec<_> = one.reasons.iter().map(|reason| reason.label().vi).collect();
        let who = [
            one.section.clone(),
            one.stall_code.clone(),
            one.occupancy_id.to_string(),
            one.class_vi.to_owned(),
            one.possible_class.label_vi().to_owned(),
            reasons.join("; "),
        ];
        add(if one.wholesale { "sạp bán sỉ" } else { "sạp" }, who, &one.metrics);
    }
    table
}

fn head(metrics: &Metrics) -> Vec<String> {
    let mut head: Vec<String> = [
        "Cấp",
        "Chợ",
        "Từ ngày",
        "Đến ngày",
        "Khu",
        "Sạp",
        "Mã người bán tại sạp",
        "Mức dùng",
        "Mức dùng nếu tính khoản chưa phân loại",
        "Lý do chưa đo được",
    ]
    .map(str::to_owned)
    .to_vec();
    for ratio in metrics.ratios() {
        let name = format!("{} {}", ratio.key.to_uppercase(), ratio.label_vi);
        head.extend(["số", "trên", "‰", "‰ thấp", "‰ cao"].map(|part| format!("{name} ({part})")));
        if ratio.over_all.is_some() {
            let parts = ["có số liệu ‰", "mọi sạp ‰ thấp", "mọi sạp ‰ cao"];
            head.extend(parts.map(|part| format!("{name} ({part})")));
        }
    }
    head.extend(
        [
            "M8 số sạp có số liệu",
            "M8 ngày bán",
            "M8 lượt nhận (thấp)",
            "M8 lượt nhận (cao)",
            "M8 lượt nhận mỗi 100 ngày bán (thấp)",
            "M8 lượt nhận mỗi 100 ngày bán (cao)",
            "M8 ngày có tiền nhận ‰ (thấp)",
            "M8 ngày có tiền nhận ‰ (cao)",
            "M8 số người chuyển",
            "M8 tiền nhận thấp (đồng)",
            "M8 tiền nhận cao (đồng)",
            "M8 khoản nhận ở giữa (đồng)",
            "M8 vì sao ẩn tiền",
            "M12 độ trễ của 50 % số tin (giây)",
            "M12 độ trễ của 95 % số tin (giây)",
            "M12 tự khớp ‰",
            "M12 chưa gán quá 24 giờ ‰",
            "M12 sai số tiền ‰",
        ]
        .map(str::to_owned),
    );
    head
}

fn cells(metrics: &Metrics) -> Vec<String> {
    let mut cells = Vec::new();
    for ratio in metrics.ratios() {
        let value = ratio.value;
        cells.extend([value.numerator.to_string(), value.denominator.to_string()]);
        cells.extend([value.per_mille, value.low_per_mille, value.high_per_mille].map(optional));
        if let (Some(measurable), Some(bounds)) = (ratio.measurable, ratio.over_all) {
            let parts = [measurable.per_mille, bounds.low_per_mille, bounds.high_per_mille];
            cells.extend(parts.map(optional));
        }
    }
    cells.extend(intensity(metrics));
    let quality = &metrics.m12.value;
    cells.extend([quality.p50, quality.p95].map(|delay| delay.map(seconds).unwrap_or_default()));
    let per_mille = |ratio: Option<Ratio>| optional(ratio.and_then(|ratio| ratio.per_mille));
    cells.extend(
        [quality.matched, quality.unassigned_over_24h, quality.wrong_amount].map(per_mille),
    );
    cells
}

fn intensity(metrics: &Metrics) -> Vec<String> {
    let value = metrics.m8.value;
    let part = |pick: fn(super::Intensity) -> Option<i64>| optional(value.and_then(pick));
    let per_100 = |pick: fn(Range) -> i64| {
        optional(value.and_then(|one| one.receipts_per_100_days).map(pick))
    };
    let hidden = value.and_then(|one| one.amounts.hidden_because);
    vec![
        part(|one| Some(one.occupancies)),
        part(|one| Some(one.trading_days)),
        part(|one| Some(one.receipts.low)),
        part(|one| Some(one.receipts.high)),
        per_100(|range| range.low),
        per_100(|range| range.high),
        part(|one| one.active_days.low_per_mille.map(i64::from)),
        part(|one| one.active_days.high_per_mille.map(i64::from)),
        part(|one| one.payers.map(|payers| payers.count)),
        part(|one| one.amounts.received_low_vnd.map(crate::primitives::Vnd::get)),
        part(|one| one.amounts.received_high_vnd.map(crate::primitives::Vnd::get)),
        part(|one| one.amounts.median_vnd.map(crate::primitives::Vnd::get)),
        hidden.map(|because| because.label_vi().to_owned()).unwrap_or_default(),
    ]
}

fn seconds(delay: Delay) -> String {
    match delay {
        Delay::AtMostMs(ms) => format!("≤ {}", ms / 1_000),
        Delay::MoreThanMs(ms) => format!("> {}", ms / 1_000),
    }
}

fn optional(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

fn write_row(table: &mut String, cells: Vec<String>) {
    for (place, cell) in cells.iter().enumerate() {
        if place > 0 {
            table.push(',');
        }
        table.push_str(&escaped(cell));
    }
    table.push_str("\r\n");
}

/// Spreadsheets run what begins with these; a leading apostrophe makes it text.
fn escaped(cell: &str) -> String {
    let is_formula =
        cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let cell = if is_formula { format!("'{cell}") } else { cell.to_owned() };
    if cell.contains([',', '"', '\r', '\n']) {
        return format!("\"{}\"", cell.replace('"', "\"\""));
    }
    cell
}
