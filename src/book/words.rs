//! What the book's lines and notes say on paper. The form is the law's, so they are Vietnamese.

use super::month::{Book, Line, LineKind};
use crate::primitives::money::thousands;
use crate::primitives::{Day, UnixMs};

/// Column B (Diễn giải) of a line.
#[must_use]
pub fn line(line: &Line) -> String {
    let times = || format!("({} lần)", line.count);
    match line.kind {
        LineKind::Transfers => format!("Bán hàng – khách chuyển khoản {}", times()),
        LineKind::Cash => "Bán hàng – tiền mặt (tự khai)".to_owned(),
        LineKind::SaidTransfers => "Bán hàng – khách chuyển khoản (tự khai)".to_owned(),
        LineKind::Refunds => format!("Hoàn tiền cho khách {}", times()),
        LineKind::Adjustment => {
            let of = line.of_day.unwrap_or(line.day);
            let (day, month) = (of.on_paper(), of.month().on_paper());
            format!("Điều chỉnh cho ngày {day} (sổ tháng {month} đã khóa)")
        }
    }
}

/// Whether it is locked.
#[must_use]
pub fn status(book: &Book) -> String {
    match book.locked_at.map(|at: UnixMs| at.in_words("ngày")) {
        Some(at) => format!("Người bán đã khóa sổ lúc {at}."),
        None => format!("BẢN NHÁP, số liệu đến hết ngày {}. Chưa khóa sổ.", book.as_of.on_paper()),
    }
}

/// That it helps, and what it is not.
pub const NOTE: &str = "Bản này giúp người bán ghi sổ, không phải tờ khai thuế, và không gửi cho ai. \
                        Người bán tự coi lại, tự chịu trách nhiệm về số đã ghi. Tiền mặt là tự khai.";

/// A heading, and the sums or days under it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Apart {
    pub title: &'static str,
    /// `12/10/2026: 50.000 (1 lần)`
    pub entries: Vec<String>,
    /// In đồng, where it has a sum.
    pub total: Option<String>,
}

/// What stands apart, and in no sum; headings without anything are left out.
#[must_use]
pub fn apart(book: &Book) -> Vec<Apart> {
    let sums = [
        ("Chưa phân loại (chưa biết có phải bán hàng không)", &book.unclassified),
        ("Bán chịu: khách trả nợ (đã ghi lúc bán hay chưa, người bán tự coi)", &book.debts),
        ("Khách đặt cọc (ghi khi giao hàng)", &book.deposits),
        ("Tự khai chuyển khoản, ngày đã có ngân hàng báo", &book.said_apart),
    ];
    let mut all: Vec<Apart> = sums
        .into_iter()
        .map(|(title, days)| {
            let total = days.iter().map(|sum| sum.amount_vnd.get()).sum();
            let entry = |(day, amount, count): (Day, i64, i64)| {
                let times = if count > 0 { format!(" ({count} lần)") } else { String::new() };
                format!("{}: {}{times}", day.on_paper(), thousands(amount))
            };
            let sum = |sum: &super::DaySum| entry((sum.day, sum.amount_vnd.get(), sum.count));
            Apart { title, entries: days.iter().map(sum).collect(), total: Some(thousands(total)) }
        })
        .collect();
    all.push(Apart {
        title: "Ngày không ghi tiền mặt (không có nghĩa là không bán)",
        entries: book.without_cash.iter().map(|day| day.on_paper()).collect(),
        total: None,
    });
    all.retain(|apart| !apart.entries.is_empty());
    all
}
