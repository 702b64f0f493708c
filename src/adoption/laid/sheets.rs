//! Tables for a spreadsheet: numbers as numbers, one table a sheet.

use serde::{Deserialize, Serialize};

use super::cash::{in_words, tallied_in_words};
use crate::adoption::groups::GroupKind;
use crate::adoption::metrics::Metrics;
use crate::adoption::report::AdoptionReport;
use crate::adoption::trend::TrendPoint;
use crate::adoption::words::month;

/// A table with its head.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sheet {
    pub name: String,
    pub head: Vec<String>,
    pub rows: Vec<Vec<SheetCell>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SheetCell {
    Empty,
    Text(String),
    Whole(i64),
    /// A share in thousandths, shown as per cent.
    PerMille(i32),
}

fn share(per_mille: Option<i32>) -> SheetCell {
    per_mille.map_or(SheetCell::Empty, SheetCell::PerMille)
}

fn text(text: impl Into<String>) -> SheetCell {
    SheetCell::Text(text.into())
}

fn sheet(name: &str, head: &[&str], rows: Vec<Vec<SheetCell>>) -> Sheet {
    let head = head.iter().map(|one| (*one).to_owned()).collect();
    Sheet { name: name.to_owned(), head, rows }
}

/// What cannot be measured first; those of single stalls only if they were asked for.
pub fn sheets(report: &AdoptionReport) -> Vec<Sheet> {
    let mut sheets = vec![unseen(report), whole(report), cash(report)];
    let sections: Vec<(&str, &Metrics)> =
        report.sections.iter().map(|one| (one.section.as_str(), &one.metrics)).collect();
    sheets.push(groups("Theo khu", "Khu", &sections));
    for (kind, name, head) in [
        (GroupKind::Neighbourhood, "Theo nơi ở", "Khóm, ấp của người bán"),
        (GroupKind::Goods, "Theo hàng", "Hàng"),
        (GroupKind::Team, "Theo tổ", "Tổ công nghệ số"),
    ] {
        let of_kind = report.groups.iter().filter(|one| one.kind == kind);
        let rows: Vec<(&str, &Metrics)> =
            of_kind.map(|one| (one.name.as_str(), &one.metrics)).collect();
        sheets.push(groups(name, head, &rows));
    }
    sheets.push(trend("Từng tuần", &report.trend.weeks, false));
    sheets.push(trend("Từng tháng", &report.trend.months, true));
    if !report.occupancies.is_empty() {
        sheets.push(stalls(report));
    }
    sheets
}

fn unseen(report: &AdoptionReport) -> Sheet {
    let coverage = &report.coverage;
    let mut rows: Vec<Vec<SheetCell>> =
        coverage.sentences.iter().map(|sentence| vec![text(&sentence.vi)]).collect();
    for one in &coverage.because {
        let told = format!("Số sạp {}", one.reason.told().vi);
        rows.push(vec![text(told), SheetCell::Whole(one.count)]);
    }
    for (label, count) in [
        ("Số sạp đang bán", coverage.trading),
        ("Số sạp đã có mã", coverage.equipped),
        ("Số sạp có số liệu", coverage.measurable),
        ("Số sạp bán sỉ, tính riêng", coverage.wholesale),
    ] {
        rows.push(vec![text(label), SheetCell::Whole(count)]);
    }
    rows.extend(report.notes.iter().map(|note| vec![text(format!("Ghi chú: {}", note.vi))]));
    let (from, to) = (report.window.from.on_paper(), report.window.to.on_paper());
    let title = format!("{} – từ {from} đến {to}: chưa đo được gì, vì sao", report.market.name);
    sheet("Chưa đo được", &[&title, "Số sạp"], rows)
}

fn whole(report: &AdoptionReport) -> Sheet {
    let ratios = report.whole_market.ratios();
    let rows = ratios.iter().map(|ratio| {
        let bounds = ratio.over_all.map(|(bounds, _)| bounds);
        vec![
            text(ratio.key),
            text(ratio.label_vi),
            SheetCell::Whole(ratio.value.numerator),
            SheetCell::Whole(ratio.value.numerator_high),
            SheetCell::Whole(ratio.value.denominator),
            share(ratio.value.low_per_mille),
            share(ratio.value.high_per_mille),
            share(ratio.measurable.and_then(|one| one.per_mille)),
            share(bounds.and_then(|one| one.low_per_mille)),
            share(bounds.and_then(|one| one.high_per_mille)),
            text(ratio.over_all.map(|(_, base)| base.vi).unwrap_or_default()),
        ]
    });
    let head = [
        "Mã",
        "Chỉ số",
        "Số sạp đạt, thấp nhất",
        "Số sạp đạt, cao nhất",
        "Trên tổng số sạp",
        "Tỷ lệ thấp nhất",
        "Tỷ lệ cao nhất",
        "Có số liệu",
        "Cận dưới",
        "Cận trên",
        "Cận tính trên",
    ];
    sheet("Tổng hợp", &head, rows.collect())
}

fn cash(report: &AdoptionReport) -> Sheet {
    let sections = report.sections.iter().map(|one| (one.section.as_str(), &one.metrics));
    let others = report.groups.iter().map(|one| (one.name.as_str(), &one.metrics));
    let market = std::iter::once((report.market.name.as_str(), &report.whole_market));
    let row = |(name, metrics): (&str, &Metrics)| {
        let (of_value, of_count) = (metrics.m9, metrics.m10);
        let whole = |count: Option<i64>| count.map_or(SheetCell::Empty, SheetCell::Whole);
        let value = of_value.and_then(|one| one.value);
        let ends = of_value.and_then(|one| one.interval);
        let counted = of_count.and_then(|one| one.interval);
        vec![
            text(name),
            share(value.map(|ends| ends.low_per_mille)),
            share(value.map(|ends| ends.high_per_mille)),
            share(ends.map(|ends| ends.low_per_mille)),
            share(ends.map(|ends| ends.high_per_mille)),
            whole(of_value.map(|one| one.drawn)),
            whole(of_value.map(|one| one.counted)),
            whole(of_value.map(|one| one.refused)),
            text(of_value.map(|one| in_words(&one)).unwrap_or_default()),
            share(of_count.and_then(|one| one.value).map(|ends| ends.low_per_mille)),
            share(counted.map(|ends| ends.low_per_mille)),
            share(counted.map(|ends| ends.high_per_mille)),
            text(of_count.map(|one| tallied_in_words(&one)).unwrap_or_default()),
        ]
    };
    let head = [
        "Nhóm",
        "Giá trị không tiền mặt, thấp nhất",
        "Giá trị không tiền mặt, cao nhất",
        "Khoảng tin cậy 95 %, đầu thấp",
        "Khoảng tin cậy 95 %, đầu cao",
        "Sạp rút thăm",
        "Sạp đếm được",
        "Sạp từ chối",
        "Nói rõ",
        "Lượt trả không tiền mặt",
        "Khoảng tin cậy 95 %, đầu thấp",
        "Khoảng tin cậy 95 %, đầu cao",
        "Nói rõ",
    ];
    sheet("Tiền mặt", &head, market.chain(sections).chain(others).map(row).collect())
}

fn groups(name: &str, what: &str, groups: &[(&str, &Metrics)]) -> Sheet {
    let row = |(name, metrics): &(&str, &Metrics)| {
        let mut row = vec![text(*name), SheetCell::Whole(metrics.m1.value.denominator)];
        for ratio in metrics.ratios() {
            row.push(SheetCell::Whole(ratio.value.numerator));
            row.push(SheetCell::Whole(ratio.value.denominator));
            row.push(share(ratio.value.low_per_mille));
            row.push(share(ratio.value.high_per_mille));
        }
        row
    };
    let mut head = vec![what.to_owned(), "Số sạp đang bán".to_owned()];
    if let Some((_, first)) = groups.first() {
        for ratio in first.ratios() {
            for part in ["số sạp đạt", "trên tổng", "thấp nhất", "cao nhất"] {
                head.push(format!("{} {} – {part}", ratio.key, ratio.label_vi));
            }
        }
    }
    Sheet { name: name.to_owned(), head, rows: groups.iter().map(row).collect() }
}

fn trend(name: &str, points: &[TrendPoint], are_months: bool) -> Sheet {
    let row = |one: &TrendPoint| {
        let when = if are_months {
            month(one.window.to)
        } else {
            format!("{}–{}", one.window.from.on_paper(), one.window.to.on_paper())
        };
        vec![
            text(when),
            SheetCell::Whole(one.active.numerator),
            SheetCell::Whole(one.active.denominator),
            share(one.active.low_per_mille),
            share(one.active.high_per_mille),
            share(one.regular.and_then(|one| one.low_per_mille)),
            share(one.measurable.per_mille),
            text(if one.tet { "có Tết" } else { "" }),
            SheetCell::Whole(one.lunar_market_days),
        ]
    };
    let head = [
        "Kỳ",
        "Sạp có tiền về",
        "Trên số sạp có số liệu",
        "Tỷ lệ thấp nhất",
        "Tỷ lệ cao nhất",
        "Từ 8 ngày trong tháng",
        "Có số liệu",
        "Tết",
        "Số ngày mùng 1, rằm",
    ];
    sheet(name, &head, points.iter().map(row).collect())
}

fn stalls(report: &AdoptionReport) -> Sheet {
    let rows = report.occupancies.iter().map(|one| {
        vec![
            text(&one.stall_code),
            text(&one.section),
            text(one.class_vi),
            text(one.possible_class_vi),
            text(one.reasons_vi.join("; ")),
            text(one.metrics.m9.map(|share| in_words(&share)).unwrap_or_default()),
            text(one.metrics.m10.map(|share| tallied_in_words(&share)).unwrap_or_default()),
        ]
    });
    let head = [
        "Sạp",
        "Khu",
        "Mức dùng",
        "Mức dùng nếu tính khoản chưa phân loại",
        "Lý do chưa đo được",
        "Giá trị không tiền mặt",
        "Lượt trả không tiền mặt",
    ];
    sheet("Từng sạp", &head, rows.collect())
}
