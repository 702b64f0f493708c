//! What the book's lines and notes say on paper. The form is the law's, so they are Vietnamese.

use std::collections::BTreeMap;

use super::laid::{Apart, Entry, Row, When};
use super::month::{ApartKind, Book, DaySum, Later, Line, LineKind};
use crate::primitives::{Day, Month, UnixMs, Vnd};

/// Column B (Diễn giải) of a line.
#[must_use]
pub fn line(line: &Line) -> String {
    match line.of_day {
        Some(of) => {
            let (day, month) = (of.on_paper(), of.month().on_paper());
            format!("Điều chỉnh cho ngày {day} (sổ {month} đã khóa)")
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
        Some(at) => {
            format!("Người bán đã khóa sổ lúc {at}. Ghi khác đi sau đó thì nằm ở sổ tháng lúc ghi.")
        }
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

/// The same for every page.
pub(super) fn state(book: &Book) -> String {
    match book.locked_at {
        Some(at) => format!("đã khóa sổ lúc {}", at.in_words("ngày")),
        None => format!("BẢN NHÁP đến {}", book.as_of.on_paper()),
    }
}

/// That it helps, and what it is not.
pub const NOTE: &str = "Bản này giúp người bán ghi sổ, không phải tờ khai thuế, và không gửi cho ai. \
                        Người bán tự coi lại, tự chịu trách nhiệm về số đã ghi. Tiền mặt là tự khai. \
                        Sổ này của một sạp: có sạp khác thì mỗi sạp một sổ.";

/// How months and later changes make up a year.
pub const YEAR_NOTE: &str = "Tháng đã khóa giữ số lúc khóa; ghi khác đi sau đó là dòng điều chỉnh của \
                             tháng lúc ghi, và phần ghi riêng đã tính theo lần ghi đó; qua năm sau mới \
                             ghi khác đi thì nằm ở sổ năm sau.";

const KINDS: [ApartKind; 3] = [ApartKind::Unclassified, ApartKind::Debts, ApartKind::Deposits];

/// The heading of what stands apart.
const fn heading(kind: ApartKind) -> &'static str {
    match kind {
        ApartKind::Unclassified => "Chưa phân loại (chưa biết có phải bán hàng không)",
        ApartKind::Debts => "Bán chịu: khách trả nợ (đã ghi lúc bán hay chưa, người bán tự coi)",
        ApartKind::Deposits => "Khách đặt cọc (ghi khi giao hàng)",
    }
}

const fn short(kind: ApartKind) -> &'static str {
    match kind {
        ApartKind::Unclassified => "chưa phân loại",
        ApartKind::Debts => "khách trả nợ",
        ApartKind::Deposits => "đặt cọc",
    }
}

const SAID_APART: &str = "Tự khai chuyển khoản, ngày đã có ngân hàng báo";
/// What a locked book lists apart, and is no more so.
const TAKEN_OFF: &str = "Đã ghi khác đi: sổ đã khóa còn để ở phần ghi riêng";

const WITHOUT_CASH: &str = "Ngày không ghi tiền mặt (không có nghĩa là không bán)";

/// What stands apart, and in no sum; headings without anything are left out. What a locked month
/// says is how it was then.
#[must_use]
pub fn apart(book: &Book) -> Vec<Apart> {
    let when = if book.locked_at.is_some() { ", lúc khóa sổ" } else { "" };
    let entry = |sum: &DaySum| Entry {
        when: When::Day(sum.day),
        amount_vnd: Some(sum.amount_vnd),
        note: noted(received(sum.count, sum.amount_vnd), sum.day.month() != book.month),
    };
    let listed = |title: &str, days: &[DaySum]| Apart {
        title: format!("{title}{when}"),
        entries: days.iter().map(entry).collect(),
        total_vnd: Some(total(days)),
    };
    let mut all: Vec<Apart> =
        KINDS.iter().map(|kind| listed(heading(*kind), &book.apart(*kind))).collect();
    all.push(listed(SAID_APART, &book.said_apart));
    all.push(Apart {
        title: format!("{TAKEN_OFF}{when}"),
        entries: book.taken_off().map(|later| off(When::Day(later.day), later)).collect(),
        total_vnd: None,
    });
    let day = |day: &Day| Entry { when: When::Day(*day), amount_vnd: None, note: String::new() };
    all.push(Apart {
        title: format!("{WITHOUT_CASH}{when}"),
        entries: book.without_cash.iter().map(day).collect(),
        total_vnd: None,
    });
    all.retain(|apart| !apart.entries.is_empty());
    all
}

/// Beside how often: that it is a locked month's money.
fn noted(times: String, is_locked: bool) -> String {
    let locked = if is_locked { "sổ tháng đó đã khóa" } else { "" };
    [times.as_str(), locked]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(", ")
}

fn off(when: When, later: &Later) -> Entry {
    let note = format!("{} {}", times(-later.count), short(later.kind)).trim().to_owned();
    Entry { when, amount_vnd: Some(Vnd::new(-later.amount_vnd.get())), note }
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

/// A year is a draft until its last month is locked.
pub(super) fn year_state(books: &[&Book]) -> String {
    let as_of = books.iter().map(|book| book.as_of).max().unwrap_or_default();
    if books.iter().all(|book| book.locked_at.is_some()) {
        "các tháng đã khóa sổ".to_owned()
    } else {
        format!("BẢN NHÁP đến {}", as_of.on_paper())
    }
}

/// What stands apart, by the month of the money: how often, and how much in đồng, below zero where more was
/// given back than came.
fn by_month(books: &[&Book], kind: ApartKind) -> BTreeMap<Month, (i64, i64)> {
    let mut months: BTreeMap<Month, (i64, i64)> = BTreeMap::new();
    let own = books.iter().flat_map(|book| {
        book.own_apart(kind).iter().map(|sum| (sum.day, sum.count, sum.amount_vnd))
    });
    let later = books.iter().flat_map(|book| &book.later).filter(|later| later.kind == kind);
    for (day, count, amount) in
        own.chain(later.map(|later| (later.day, later.count, later.amount_vnd)))
    {
        let (times, sum) = months.entry(day.month()).or_default();
        *times += count;
        *sum = sum.saturating_add(amount.get());
    }
    months.retain(|_, (_, sum)| *sum != 0);
    months
}

/// What stands apart in a year, by the month of the money: what was locked, with what was decided of
/// it since, so that nothing stands both here and among the adjustments.
pub(super) fn year_apart(books: &[&Book]) -> Vec<Apart> {
    let mut all: Vec<Apart> = Vec::new();
    let mut taken_off = Vec::new();
    for kind in KINDS {
        let mut entries = Vec::new();
        for (month, (count, amount)) in by_month(books, kind) {
            let (when, amount_vnd) = (When::Month(month), Vnd::new(amount));
            // Of an earlier year's, that year's book says what it knew; what it knew and is so no more has a
            // list of its own.
            let is_earlier = books.first().is_some_and(|book| month < book.month);
            if amount > 0 || !is_earlier {
                let note = noted(received(count, amount_vnd), is_earlier);
                entries.push(Entry { when, amount_vnd: Some(amount_vnd), note });
            } else {
                taken_off
                    .push(off(when, &Later { kind, day: month.first_day(), count, amount_vnd }));
            }
        }
        all.push(summed(heading(kind).to_owned(), entries));
    }
    let said = books.iter().filter(|book| !book.said_apart.is_empty());
    let said = said.map(|book| Entry {
        when: When::Month(book.month),
        amount_vnd: Some(total(&book.said_apart)),
        note: String::new(),
    });
    all.push(summed(SAID_APART.to_owned(), said.collect()));
    all.push(Apart { title: TAKEN_OFF.to_owned(), entries: taken_off, total_vnd: None });
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

fn summed(title: String, entries: Vec<Entry>) -> Apart {
    let sum = entries.iter().filter_map(|entry| entry.amount_vnd).map(Vnd::get).sum();
    Apart { title, entries, total_vnd: Some(Vnd::new(sum)) }
}

/// How often, or that it went back to who had paid.
fn received(count: i64, amount: Vnd) -> String {
    if amount.get() < 0 { "trả lại khách".to_owned() } else { times(count) }
}

fn times(count: i64) -> String {
    if count > 0 { format!("{count} lần") } else { String::new() }
}

fn total(days: &[DaySum]) -> Vnd {
    Vnd::new(days.iter().map(|sum| sum.amount_vnd.get()).sum())
}
