//! The book as an Excel file, laid out as the form is.

use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Formula, Workbook, Worksheet,
    XlsxError,
};

use super::laid::{Laid, When};
use crate::db::{Fault, Outcome};
use crate::primitives::UnixMs;
use crate::primitives::time::MS_PER_SECOND;

/// Excel's number of A4.
const A4: u8 = 9;
const DATE: &str = "dd/mm/yyyy";
const WIDTHS: [u32; 3] = [110, 430, 130];
/// The rows of the table's head, which each page repeats.
const HEAD: (u32, u32) = (8, 9);

/// The file's bytes; the same book gives the same.
pub fn xlsx(book: &Laid) -> Outcome<Vec<u8>> {
    written(book).map_err(Fault::broken)
}

/// Formats of cells.
struct Looks {
    plain: Format,
    bold: Format,
    right: Format,
    title: Format,
    centred: Format,
    head: Format,
    cell: Format,
    money: Format,
    total: Format,
    sum: Format,
    note: Format,
    /// Dates, in the table and below it.
    day: Format,
    plain_day: Format,
    plain_money: Format,
    apart_sum: Format,
}

impl Looks {
    fn new() -> Self {
        let plain = || Format::new().set_font_name("Times New Roman").set_font_size(12);
        let boxed = || plain().set_border(FormatBorder::Thin).set_text_wrap();
        let bold = || plain().set_bold();
        let money = "#,##0;-#,##0";
        Self {
            plain: plain(),
            bold: bold(),
            right: bold().set_align(FormatAlign::Right),
            title: bold().set_font_size(14).set_align(FormatAlign::Center),
            centred: plain().set_align(FormatAlign::Center).set_text_wrap(),
            head: boxed().set_bold().set_align(FormatAlign::Center),
            cell: boxed(),
            money: boxed().set_num_format(money),
            total: boxed().set_bold(),
            sum: boxed().set_bold().set_num_format(money),
            note: plain().set_italic().set_text_wrap(),
            day: boxed().set_num_format(DATE).set_align(FormatAlign::Left),
            plain_day: plain().set_num_format(DATE).set_align(FormatAlign::Left),
            plain_money: plain().set_num_format(money),
            apart_sum: bold().set_num_format(money),
        }
    }
}

fn written(book: &Laid) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    workbook.set_properties(&properties(book, book.at)?);
    let sheet = workbook.add_worksheet();
    sheet.set_name(format!("{} {}", book.form.code, book.name))?;
    sheet.set_paper_size(A4).set_print_fit_to_pages(1, 0).set_repeat_rows(HEAD.0, HEAD.1)?;
    for (column, width) in (0..).zip(WIDTHS) {
        sheet.set_column_width_pixels(column, width)?;
    }
    let looks = Looks::new();
    heading(sheet, book, &looks)?;
    let row = table(sheet, book, &looks)?;
    let row = signature(sheet, &looks, row + 1)?;
    apart(sheet, book, &looks, row + 1)?;
    workbook.save_to_buffer()
}

fn properties(book: &Laid, at: UnixMs) -> Result<DocProperties, XlsxError> {
    let created = ExcelDateTime::from_timestamp(at.get().div_euclid(MS_PER_SECOND))?;
    let title = format!("{} {}", book.form.title, book.period);
    Ok(DocProperties::new().set_title(title).set_creation_datetime(&created))
}

fn heading(sheet: &mut Worksheet, book: &Laid, looks: &Looks) -> Result<(), XlsxError> {
    let Looks { plain, bold, right, title, centred, .. } = looks;
    let whose = format!("HỘ, CÁ NHÂN KINH DOANH: {}", book.vendor);
    sheet.write_with_format(0, 0, whose, bold)?;
    sheet.write_with_format(0, 2, format!("Mẫu số {}", book.form.code), right)?;
    sheet.write_with_format(1, 0, "Địa chỉ: ………………………………………………", plain)?;
    sheet.write_with_format(1, 2, format!("({})", book.form.source), right)?;
    sheet.write_with_format(2, 0, "Mã số thuế: …………………………………………", plain)?;
    sheet.merge_range(3, 0, 3, 2, &book.form.title, title)?;
    sheet.merge_range(4, 0, 4, 2, &format!("Địa điểm kinh doanh: {}", book.place), centred)?;
    let period = format!("Kỳ kê khai: {}", book.period);
    sheet.merge_range(5, 0, 5, 2, &period, centred)?;
    sheet.merge_range(6, 0, 6, 2, &book.status, centred)?;
    sheet.set_row_height_pixels(6, 66)?;
    sheet.write_with_format(7, 2, "Đơn vị tính: đồng", right)?;
    Ok(())
}

/// Returns the row after it.
fn table(sheet: &mut Worksheet, book: &Laid, looks: &Looks) -> Result<u32, XlsxError> {
    for (row, names) in
        [(HEAD.0, ["Ngày tháng", "Diễn giải", "Số tiền"]), (HEAD.1, ["A", "B", "1"])]
    {
        for (column, name) in (0..).zip(names) {
            sheet.write_with_format(row, column, name, &looks.head)?;
        }
    }
    let first = HEAD.1 + 1;
    let mut row = first;
    for line in &book.rows {
        when(sheet, row, line.when, &looks.day, &looks.cell)?;
        sheet.write_with_format(row, 1, &line.text, &looks.cell)?;
        sheet.write_with_format(row, 2, line.amount_vnd.get(), &looks.money)?;
        row += 1;
    }
    sheet.write_with_format(row, 0, "", &looks.total)?;
    sheet.write_with_format(row, 1, "Tổng cộng", &looks.total)?;
    // A line that the vendor adds counts; programs that do not reckon show what was reckoned here.
    let sum = Formula::new(format!("SUM(C{}:C{})", first + 1, row.max(first + 1)));
    let sum = sum.set_result(book.total_vnd.get().to_string());
    if row > first {
        sheet.write_with_format(row, 2, sum, &looks.sum)?;
    } else {
        sheet.write_with_format(row, 2, 0, &looks.sum)?;
    }
    Ok(row + 1)
}

/// A day as a date that Excel knows; a month as people write it.
fn when(
    sheet: &mut Worksheet,
    row: u32,
    when: When,
    day: &Format,
    other: &Format,
) -> Result<(), XlsxError> {
    let date = match when {
        When::Day(day) => ExcelDateTime::parse_from_str(&day.to_string()).ok(),
        When::Month(_) => None,
    };
    match date {
        Some(date) => sheet.write_with_format(row, 0, &date, day)?,
        None => sheet.write_with_format(row, 0, when.on_paper(), other)?,
    };
    Ok(())
}

/// Returns the row after it.
fn signature(sheet: &mut Worksheet, looks: &Looks, row: u32) -> Result<u32, XlsxError> {
    for (below, text) in
        [(0, "Ngày …… tháng …… năm ………"), (1, "NGƯỜI ĐẠI DIỆN"), (2, "(Ký, ghi rõ họ tên)")]
    {
        sheet.merge_range(row + below, 1, row + below, 2, text, &looks.centred)?;
    }
    Ok(row + 7)
}

fn apart(sheet: &mut Worksheet, book: &Laid, looks: &Looks, row: u32) -> Result<(), XlsxError> {
    let mut row = row;
    if !book.apart.is_empty() {
        sheet.write_with_format(row, 0, "GHI RIÊNG, KHÔNG TÍNH VÀO TỔNG CỘNG", &looks.bold)?;
        row += 1;
    }
    for apart in &book.apart {
        sheet.write_with_format(row, 0, &apart.title, &looks.bold)?;
        if let Some(total) = apart.total_vnd {
            sheet.write_with_format(row, 2, total.get(), &looks.apart_sum)?;
        }
        row += 1;
        for entry in &apart.entries {
            when(sheet, row, entry.when, &looks.plain_day, &looks.plain)?;
            sheet.write_with_format(row, 1, &entry.note, &looks.plain)?;
            if let Some(amount) = entry.amount_vnd {
                sheet.write_with_format(row, 2, amount.get(), &looks.plain_money)?;
            }
            row += 1;
        }
    }
    sheet.merge_range(row + 1, 0, row + 1, 2, &book.note, &looks.note)?;
    sheet.set_row_height_pixels(row + 1, 100)?;
    Ok(())
}
