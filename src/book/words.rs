//! What the book's lines and notes say on paper. The form is the law's, so they are Vietnamese.

use std::collections::BTreeMap;

use super::laid::{Apart, Entry, Row, When};
use super::month::{Book, DaySum, Line, LineKind};
use crate::primitives::{Day, Month, UnixMs, Vnd};

/// Column B (Diễn giải) of a line.
#[must_use]
pub fn line(line: &Line) -> String {
    match line.of_day {
        Some(of) => {
            let (day, month) = (of.on_paper(), of.month().on_paper());
            format!("Điều chỉnh cho ngày {day} (sổ tháng {month} đã khóa)")
        }
        None => text(line.kind, line.count),
    }
}

fn text(kind: LineKind, count: i64) -> String {
    match kind {
        LineKind::Transfers => format!("Bán hàng – khách chuyển khoản ({count} lần)"),
        LineKind::Cash => "Bán hàng – tiền mặt (tự khai)".to_owned(),
        LineKind::SaidTransfers => "Bán hàng – khách chuyển khoản (tự khai)".to_owned(),
        LineKind::Refunds => format!("Hoàn tiền cho khách ({count} lần)"),
        LineKind::Adjustment => "Điều chỉnh".to_owned(),
    }
}

/// Whether it is locked.
#[must_use]
pub fn status(book: &Book) -> String {
    let state = match book.locked_at.map(|at: UnixMs| at.in_words("ngày")) {
        Some(at) => format!(
            "Người bán đã khóa sổ lúc {at}. Ghi khác đi sau đó thì nằm ở dòng điều chỉnh của sổ tháng \
             lúc ghi."
        ),
        None => format!("BẢN NHÁP, số liệu đến hết ngày {}. Chưa khóa sổ.", book.as_of.on_paper()),
    };
    [state, beyond(total(&book.beyond))].join(" ").trim().to_owned()
}

/// How much of a total may have to be given back.
fn beyond(sum: Vnd) -> String {
    if sum == Vnd::ZERO {
        return String::new();
    }
    format!(
        "Trong tổng có {sum} khách trả dư, trả hai lần hoặc trả sau khi hủy mã mà người bán chưa ghi là gì."
    )
}

/// That it helps, and what it is not.
pub const NOTE: &str = "Bản này giúp người bán ghi sổ, không phải tờ khai thuế, và không gửi cho ai. \
                        Người bán tự coi lại, tự chịu trách nhiệm về số đã ghi. Tiền mặt là tự khai. \
                        Sổ này của một sạp: có sạp khác thì mỗi sạp một sổ.";

/// How months and later changes make up a year.
pub const YEAR_NOTE: &str = "Tháng đã khóa giữ số lúc khóa; ghi khác đi sau đó là dòng điều chỉnh của \
                             tháng lúc ghi, qua năm sau thì nằm ở sổ năm sau.";

/// What stands apart of a book: heading, and sums by day.
fn sums_apart(book: &Book) -> [(&'static str, &[DaySum]); 4] {
    [
        ("Chưa phân loại (chưa biết có phải bán hàng không)", &book.unclassified),
        ("Bán chịu: khách trả nợ (đã ghi lúc bán hay chưa, người bán tự coi)", &book.debts),
        ("Khách đặt cọc (ghi khi giao hàng)", &book.deposits),
        ("Tự khai chuyển khoản, ngày đã có ngân hàng báo", &book.said_apart),
    ]
}

const WITHOUT_CASH: &str = "Ngày không ghi tiền mặt (không có nghĩa là không bán)";

/// What stands apart, and in no sum; headings without anything are left out. What a locked month
/// says is how it was then.
#[must_use]
pub fn apart(book: &Book) -> Vec<Apart> {
    let when = if book.locked_at.is_some() { ", lúc khóa sổ" } else { "" };
    let entry = |sum: &DaySum| Entry {
        when: When::Day(sum.day),
        amount_vnd: Some(sum.amount_vnd),
        note: times(sum.count),
    };
    let mut all: Vec<Apart> = sums_apart(book)
        .into_iter()
        .map(|(title, days)| Apart {
            title: format!("{title}{when}"),
            entries: days.iter().map(entry).collect(),
            total_vnd: Some(total(days)),
        })
        .collect();
    let day = |day: &Day| Entry { when: When::Day(*day), amount_vnd: None, note: String::new() };
    all.push(Apart {
        title: format!("{WITHOUT_CASH}{when}"),
        entries: book.without_cash.iter().map(day).collect(),
        total_vnd: None,
    });
    all.retain(|apart| !apart.entries.is_empty());
    all
}

/// A month's lines summed: each kind on a line of its own, adjustments by the month that they are of.
pub(super) fn sums(book: &Book) -> Vec<Row> {
    let mut sums: BTreeMap<(u8, Option<Month>), (LineKind, i64, i64)> = BTreeMap::new();
    for line in &book.lines {
        let key = (place(line.kind), line.of_day.map(Day::month));
        let (_, count, amount) = sums.entry(key).or_insert((line.kind, 0, 0));
        *count += line.count;
        *amount = amount.saturating_add(line.amount_vnd.get());
    }
    let when = When::Month(book.month);
    if sums.is_empty() {
        let text = "Chưa ghi doanh thu nào".to_owned();
        return vec![Row { when, text, amount_vnd: Vnd::ZERO }];
    }
    let row = |((_, of), (kind, count, amount)): ((u8, Option<Month>), (LineKind, i64, i64))| {
        let text = match of {
            Some(of) => format!("Điều chỉnh cho tháng {} (sổ đã khóa)", of.on_paper()),
            None => text(kind, count),
        };
        Row { when, text, amount_vnd: Vnd::new(amount) }
    };
    sums.into_iter().map(row).collect()
}

/// The order of a day's lines.
const fn place(kind: LineKind) -> u8 {
    match kind {
        LineKind::Transfers => 0,
        LineKind::Cash => 1,
        LineKind::SaidTransfers => 2,
        LineKind::Refunds => 3,
        LineKind::Adjustment => 4,
    }
}

/// Beside what stood apart when its month was locked.
const AT_LOCKING: &str = "lúc khóa sổ";

/// Which months of a year are locked.
pub(super) fn year_status(books: &[&Book]) -> String {
    let listed = |is_locked: bool| {
        let of = books.iter().filter(|book| book.locked_at.is_some() == is_locked);
        of.map(|book| book.month.on_paper()).collect::<Vec<_>>().join(", ")
    };
    let (locked, open) = (listed(true), listed(false));
    let as_of = books.iter().map(|book| book.as_of).max().unwrap_or_default().on_paper();
    let open = match open.as_str() {
        "" => String::new(),
        open => format!("BẢN NHÁP, số liệu đến hết ngày {as_of}. Chưa khóa sổ tháng: {open}."),
    };
    let locked = match locked.as_str() {
        "" => String::new(),
        locked => format!("Đã khóa sổ tháng: {locked}."),
    };
    let sums = books.iter().flat_map(|book| &book.beyond).map(|day| day.amount_vnd.get());
    let beyond = beyond(Vnd::new(sums.sum()));
    let all = [open, locked, beyond].into_iter().filter(|part| !part.is_empty());
    all.collect::<Vec<_>>().join(" ")
}

/// What stands apart in a year, by month.
pub(super) fn year_apart(books: &[&Book]) -> Vec<Apart> {
    let titles = books.first().map(|book| sums_apart(book).map(|(title, _)| title));
    let mut all: Vec<Apart> = Vec::new();
    for (at, title) in titles.into_iter().flatten().enumerate() {
        let of = |book: &&Book| {
            let (_, days) = sums_apart(book).into_iter().nth(at).filter(|(_, d)| !d.is_empty())?;
            let note = times(days.iter().map(|day| day.count).sum());
            // What was decided later is among the adjustments, so it stands in both.
            let note = match book.locked_at {
                Some(_) => [note.as_str(), AT_LOCKING].join(" ").trim().to_owned(),
                None => note,
            };
            Some(Entry { when: When::Month(book.month), amount_vnd: Some(total(days)), note })
        };
        let entries: Vec<Entry> = books.iter().filter_map(of).collect();
        let sum = entries.iter().filter_map(|entry| entry.amount_vnd).map(Vnd::get).sum();
        all.push(Apart { title: title.to_owned(), entries, total_vnd: Some(Vnd::new(sum)) });
    }
    let lacking = books.iter().filter(|book| !book.without_cash.is_empty());
    let days = |book: &&Book| Entry {
        when: When::Month(book.month),
        amount_vnd: None,
        note: format!("{} ngày", book.without_cash.len()),
    };
    let entries = lacking.map(days).collect();
    all.push(Apart { title: WITHOUT_CASH.to_owned(), entries, total_vnd: None });
    all.retain(|apart| !apart.entries.is_empty());
    all
}

fn times(count: i64) -> String {
    if count > 0 { format!("{count} lần") } else { String::new() }
}

fn total(days: &[DaySum]) -> Vnd {
    Vnd::new(days.iter().map(|sum| sum.amount_vnd.get()).sum())
}
