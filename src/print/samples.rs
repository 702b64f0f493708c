//! Made-up papers, for who edits templates: nobody's names, accounts and links.

use super::forms::{BlankForm, Form};
use super::layout::{Layout, Style, words};
use super::look::Look;
use super::revenue_book::RevenueBook;
use super::sheet::{Missing, Place, Sheet, Stop};
use super::slip::Slip;
use super::visit_list::{Row, VisitList};
use crate::book::{Apart, Entry, Laid, Row as Line, When, forms};
use crate::db::Outcome;
use crate::primitives::{Day, Vnd};

words!(
    /// Which paper.
    Sample {
        /// A card, sign, sticker or picture.
        Card = "card",
        /// The list to tick off, and a card.
        List = "list",
        /// The list of a team's visits.
        Visits = "visits",
        /// The revenue book.
        Book = "book",
        /// The slip with two links.
        Slip = "slip",
        Consent = "consent",
        FirstVisit = "first_visit",
    }
);

/// The day of all samples.
pub(super) fn day() -> Day {
    Day::parse("2026-11-24").unwrap_or_default()
}

pub(super) fn place() -> Place {
    Place { market: "Chợ Thới Bình".to_owned(), place: "Xã Thới Bình, Cà Mau".to_owned() }
}

/// A card, after the list of its market.
///
/// # Errors
/// None that depends on the caller.
pub fn list(layout: Layout, style: Style) -> Outcome<Sheet> {
    let mut sheet = Sheet::sample(layout, style)?;
    let stop = |stall: &str, vendor: Option<&str>, check_code: Option<&str>, missing| Stop {
        stall: stall.to_owned(),
        section: "Rau củ".to_owned(),
        vendor: vendor.map(str::to_owned),
        check_code: check_code.map(str::to_owned),
        missing,
    };
    let code = sheet.cards.first().map(|card| card.check_code.as_str());
    sheet.cover = vec![
        stop("A-12", Some("Nguyễn Thị Mẫu"), code, None),
        stop("A-13", None, None, Some(Missing::Vendor)),
        stop("A-14", Some("Trần Văn Mẫu"), None, Some(Missing::Code)),
        stop("A-15", Some("Lê Thị Mẫu"), None, Some(Missing::Account)),
    ];
    Ok(Sheet { fill: false, ..sheet })
}

#[must_use]
pub fn visits(style: Style) -> VisitList {
    let row = |(place, stall, today, drawn, why): (i32, &str, bool, bool, &str)| Row {
        place,
        stall: stall.to_owned(),
        section: "Rau củ".to_owned(),
        vendor: "Nguyễn Thị Mẫu".to_owned(),
        today,
        drawn,
        why: why.to_owned(),
        besides: vec!["Chưa ai ghé sạp từ ngày 20/08/2026.".to_owned()],
        bring: "thẻ in mới, giấy hai mã".to_owned(),
    };
    let rows = [
        (1, "A-12", true, false, "Lần kiểm tra gần nhất thấy mã trả cho người khác."),
        (
            2,
            "A-13",
            false,
            false,
            "Năm ngày rồi không có lượt chuyển khoản nào, trước đó ngày nào cũng có.",
        ),
        (3, "B-07", false, true, "Rút thăm: ghé hỏi thăm."),
    ];
    VisitList {
        style,
        look: Look::default(),
        title: format!("{} · ghé sạp {}", place().market, day().on_paper()),
        place: place(),
        team: Some("Tổ khóm 1".to_owned()),
        day: day().on_paper(),
        as_of: day().plus(-1).on_paper(),
        rows: rows.into_iter().map(row).collect(),
        drawn_up: day(),
        strange: Vec::new(),
    }
}

/// # Errors
/// None that depends on the caller.
pub fn book() -> Outcome<RevenueBook> {
    let line = |back: i32, text: &str, amount: i64| Line {
        when: When::Day(day().plus(-back)),
        text: text.to_owned(),
        amount_vnd: Vnd::new(amount),
    };
    let rows = vec![
        line(2, "Bán hàng – khách chuyển khoản (12 lần)", 1_250_000),
        line(2, "Bán hàng – tiền mặt (tự khai)", 800_000),
        line(1, "Bán hàng – khách chuyển khoản (9 lần)", 930_000),
        line(1, "Hoàn tiền cho khách (1 lần)", -50_000),
    ];
    let total = rows.iter().map(|row| row.amount_vnd.get()).sum();
    let apart = Apart {
        title: "Chưa phân loại (chưa biết có phải bán hàng không)".to_owned(),
        entries: vec![Entry {
            when: When::Day(day()),
            amount_vnd: Some(Vnd::new(68_000)),
            note: "2 lần".to_owned(),
        }],
        total_vnd: Some(Vnd::new(68_000)),
    };
    Ok(RevenueBook(Laid {
        form: forms::of(day().month())?,
        vendor: "Nguyễn Thị Mẫu".to_owned(),
        stall: "A-12".to_owned(),
        place: format!("Sạp A-12, {}, {}", place().market, place().place),
        period: format!("tháng {}", day().month().on_paper()),
        name: day().month().to_string(),
        status: "Sổ mẫu, không phải của ai.".to_owned(),
        state: "SỔ MẪU".to_owned(),
        rows,
        total_vnd: Vnd::new(total),
        apart: vec![apart],
        note: crate::book::words::NOTE.to_owned(),
        at: day().start(0),
    }))
}

#[must_use]
pub fn slip() -> Slip {
    Slip::sample()
}

#[must_use]
pub fn form(form: Form) -> BlankForm {
    BlankForm::sample(form)
}
